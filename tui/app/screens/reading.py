"""Screens to read: help, identity, failures. Any of esc, q and enter closes them."""

from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen

from tui.app.commands import COMMANDS, display
from tui.app.lines import BLANK, Row, fit, row, wrap
from tui.app.model import Incident
from tui.app.widgets.lines import LINE_STYLES, Lines
from tui.domain.units import utc
from tui.polling.ports import Identity

_LOOK_SECONDS: Final = 1.0


class ReadingScreen(ModalScreen[None]):
    """Some rows in the middle of the screen."""

    COMPONENT_CLASSES: ClassVar[set[str]] = LINE_STYLES

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter,question_mark,f1", "dismiss", "close"),
        Binding("j,down", "scroll(1)", "down"),
        Binding("k,up", "scroll(-1)", "up"),
        Binding("ctrl+d,ctrl+f,pagedown,space", "scroll(10)", "page down"),
        Binding("ctrl+u,ctrl+b,pageup", "scroll(-10)", "page up"),
        Binding("g,home", "scroll(-100000)", "top"),
        Binding("G,end", "scroll(100000)", "bottom"),
    ]

    def __init__(self, title: str, rows: Sequence[Row] | Callable[[], Sequence[Row]]) -> None:
        """Rows that are called for are looked at again while they are read."""
        super().__init__()
        self._heading = title
        self._rows = rows

    def compose(self) -> ComposeResult:
        """Compose the rows."""
        yield Lines(id="reading", cursor=False)

    def on_mount(self) -> None:
        """Fill it."""
        body = self.query_one("#reading", Lines)
        body.border_title = Content(self._heading)
        body.border_subtitle = Content("esc closes")
        self._show()
        if callable(self._rows):
            self.set_interval(_LOOK_SECONDS, self._show)

    def _show(self) -> None:
        self.query_one("#reading", Lines).show(self._rows() if callable(self._rows) else self._rows)

    def action_scroll(self, steps: int) -> None:
        """Scroll the rows."""
        body = self.query_one("#reading", Lines)
        body.scroll_to(y=body.scroll_offset.y + steps, animate=False)


def help_rows(width: int) -> list[Row]:
    """Return every command of the table, by group."""
    keys = {command.id: "  ".join(display(key) for key in command.keys) for command in COMMANDS}
    numbered = [command for command in COMMANDS if command.id.startswith("pane_")]
    keys[numbered[0].id] = f"{numbered[0].key} to {numbered[-1].key}"
    cells = max(len(text) for text in keys.values())
    rows: list[Row] = []
    group = None
    for command in COMMANDS:
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
        row(("sagetop only reads: nothing here changes anything at the service.", "dim")),
    ]
    return rows


def identity_rows(identity: Identity | None, facts: Sequence[tuple[str, str]], width: int) -> list[Row]:
    """Return who asks, where, and how much."""
    told = [("account", identity.account), ("identity", identity.arn)] if identity else [("account", "not known yet")]
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
