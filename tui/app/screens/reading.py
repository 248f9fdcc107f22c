"""Screens to read: help, identity, failures, permissions. Esc and q close them; y copies where there is a policy."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen

from tui.app.commands import display, offered
from tui.app.copying import Copy
from tui.app.lines import BLANK, Row, fit, row, wrap
from tui.app.model import Incident
from tui.app.widgets.lines import LINE_STYLES, Lines
from tui.domain.failure import Failure
from tui.domain.permissions import BY_ACTION, PERMISSIONS, policy_text
from tui.domain.units import clock, count, utc
from tui.polling.ports import Identity
from tui.polling.refusals import Refusal

_LOOK_SECONDS: Final = 1.0


class ReadingScreen(ModalScreen[Copy | None]):
    """Some rows in the middle of the screen."""

    COMPONENT_CLASSES: ClassVar[set[str]] = LINE_STYLES

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1", "dismiss(None)", "close"),
        Binding("y,c,enter", "copy", "copy"),
        Binding("j,down", "scroll(1)", "down"),
        Binding("k,up", "scroll(-1)", "up"),
        Binding("ctrl+d,ctrl+f,pagedown,space", "scroll(10)", "page down"),
        Binding("ctrl+u,ctrl+b,pageup", "scroll(-10)", "page up"),
        Binding("g,home", "scroll(-100000)", "top"),
        Binding("G,end", "scroll(100000)", "bottom"),
    ]

    def __init__(
        self, title: str, rows: Sequence[Row] | Callable[[], Sequence[Row]], copy: Copy | None = None
    ) -> None:
        """Rows that are called for are looked at again while they are read.

        `copy` is what y and enter copy; without it enter closes too.
        """
        super().__init__()
        self._heading = title
        self._rows = rows
        self._copy = copy

    def compose(self) -> ComposeResult:
        """Compose the rows."""
        yield Lines(id="reading", cursor=False)

    def on_mount(self) -> None:
        """Fill it."""
        body = self.query_one("#reading", Lines)
        body.border_title = Content(self._heading)
        body.border_subtitle = Content("y copies the policy · esc closes" if self._copy else "esc closes")
        self._show()
        if callable(self._rows):
            self.set_interval(_LOOK_SECONDS, self._show)

    def _show(self) -> None:
        self.query_one("#reading", Lines).show(self._rows() if callable(self._rows) else self._rows)

    def action_copy(self) -> None:
        """Close, and have it copied."""
        self.dismiss(self._copy)

    def action_scroll(self, steps: int) -> None:
        """Scroll the rows."""
        body = self.query_one("#reading", Lines)
        body.scroll_to(y=body.scroll_offset.y + steps, animate=False)


def help_rows(width: int, write: bool = False) -> list[Row]:
    """Return every command that there is, by group."""
    commands = offered(write)
    keys = {command.id: "  ".join(display(key) for key in command.keys) for command in commands}
    numbered = [command for command in commands if command.id.startswith("pane_")]
    keys[numbered[0].id] = f"{numbered[0].key} to {numbered[-1].key}"
    cells = max(len(text) for text in keys.values())
    rows: list[Row] = []
    group = None
    for command in commands:
        if command.group is not group:
            group = command.group
            rows += [BLANK, row((group.value, "head"))] if rows else [row((group.value, "head"))]
        if command in numbered[1:]:
            continue
        words = ", ".join(other.label for other in numbered) if command is numbered[0] else command.help
        lines = wrap(words, max(10, width - cells - 4))
        for index, line in enumerate(lines):
            rows.append(row("  ", (fit("" if index else keys[command.id], cells), "key"), "  ", line))
    rows += [
        BLANK,
        row(("Filter", "head")),
        row("  words that must all match, as regular expressions; ", ("!word", "key"), " must not match"),
        BLANK,
        *(row((line, "dim")) for line in wrap(_WRITES if write else _READS, width)),
    ]
    return rows


_READS = "sagetop only reads: nothing here changes anything at the service."
_WRITES = "Started with --write: a can stop jobs, after their name was typed. Everything else only reads."


def identity_rows(
    identity: Identity | None, failure: Failure | None, facts: Sequence[tuple[str, str]], width: int
) -> list[Row]:
    """Return who asks, or why that is not known, where, and how much."""
    told = [("account", "not known yet")]
    if identity:
        told = [("account", identity.account), ("identity", identity.arn)]
    elif failure:
        told = [("account", f"not known: {failure.reason}"), ("", failure.hint)]
    rows: list[Row] = []
    for label, text in (*told, *facts):
        for index, line in enumerate(wrap(text or "–", max(10, width - 14))):
            rows.append(row((fit("" if index else label, 12), "label"), " ", line))
    return rows


def failure_rows(incidents: Sequence[Incident], width: int) -> list[Row]:
    """Return the failed calls, the newest first."""
    if not incidents:
        return [row(("No call has failed.", "good"))]
    rows: list[Row] = []
    for incident in reversed(incidents):
        failure = incident.failure
        times = f" × {incident.times}" if incident.times > 1 else ""
        rows.append(row((utc(incident.at), "dim"), "  ", (f"{failure.operation}: {failure.kind}{times}", "warning")))
        rows += [row("  ", line) for line in wrap(failure.message, max(10, width - 2))]
        if failure.hint:
            rows += [row("  ", (line, "strong")) for line in wrap(f"→ {failure.hint}", max(10, width - 2))]
    return rows


def permission_rows(
    refusals: Sequence[Refusal], policy: str, where: tuple[str, str], now: datetime, ticks: float, width: int
) -> list[Row]:
    """Return what is not allowed since when, and the policy that would give it; where all is, the whole policy.

    `where` is account and region, `ticks` the present of the refusals' own clock.
    """
    rows: list[Row] = []
    for refusal in refusals:
        told, known = refusal.denial, BY_ACTION.get(refusal.denial.action)
        rows.append(row((told.action, "warning"), ("" if known else f"  for {refusal.operation}", "dim")))
        since, last = (clock(now - timedelta(seconds=ticks - at), now) for at in (refusal.since, refusal.last))
        times = f"refused {count(refusal.times, 'time')} since {since}" if refusal.times > 1 else f"refused {since}"
        rows += _indented(times + (f", last {last}" if last != since else ""), width, "dim")
        rows += _indented(f"lost: {known.lost}" if known else "", width)
        if not told.statement_heals:
            rows += _indented(f"→ {told.cure}", width, "strong")
    if not refusals:
        rows += [row((line, "good")) for line in wrap("Nothing that was asked is refused.", width)]
    rows.append(BLANK)
    if refusals and not policy:
        return rows + [row((line, "strong")) for line in wrap("No statement gives these: see above.", width)]
    rows += _headed("The smallest policy that gives this:" if refusals else "All that sagetop needs:", width)
    rows += _policy_rows(policy, width)
    if not refusals:
        rows += [BLANK, *_headed("Stopping jobs, only with --write, also needs:", width)]
        rows += _policy_rows(policy_text([entry.action for entry in PERMISSIONS if entry.writes], *where), width)
    return rows


def _headed(text: str, width: int) -> list[Row]:
    return [row((line, "head")) for line in wrap(text, width)]


def _indented(text: str, width: int, style: str = "value") -> list[Row]:
    return [row("  ", (line, style)) for line in wrap(text, max(10, width - 2))]


def _policy_rows(policy: str, width: int) -> list[Row]:
    """Return JSON with its indentation; what is too long for a line goes on in the next."""
    rows = []
    for text in policy.splitlines():
        blank = " " * (len(text) - len(text.lstrip()))
        rows += [row((blank + line, "value")) for line in wrap(text.lstrip(), max(10, width - len(blank)))]
    return rows
