"""The lines at the edges: header with who, where and how fresh; tabs of the panes; footer with the next keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len, set_cell_size
from textual import events
from textual.message import Message

from tui.app.commands import Command
from tui.app.lines import Row, Span
from tui.app.widgets.lines import Lines
from tui.domain.failure import Failure
from tui.domain.units import coarse


@dataclass(frozen=True, slots=True)
class Freshness:
    """What the header says."""

    account: str = ""
    role: str = ""
    region: str = ""
    profile: str = ""
    age_seconds: float | None = None
    """In steps; 0 is fresh."""
    calls_per_second: float = 0.0
    throttles: int = 0
    slowed: bool = False
    dollars_per_hour: float = 0.0
    """What the metrics cost that are asked for: the only calls that are charged."""
    paused: bool = False
    failure: Failure | None = None
    credentials: str = ""
    """How long they hold, in words; empty where nobody tells."""
    credentials_end: bool = False
    """Whether that is soon."""
    low_bandwidth: bool = False
    refused: int = 0
    """How many actions are not allowed at present."""
    write: bool = False
    """Whether what is done here can change the account."""
    ascii: bool = False


_CENT: Final = 0.005
_LEAST_HINT: Final = 8
"""Cells of a hint that still say something."""


def header_row(told: Freshness, width: int) -> Row:
    """Return the header in `width` cells: identity on the left, freshness on the right, the less wanted dropped."""
    dot = "*" if told.ascii else "●"
    brand = [Span(" sagetop ", "brand"), *([Span(" write ", "warning")] if told.write else [])]
    age = "" if told.age_seconds is None else f"{coarse(told.age_seconds)} ago"
    seen = [Span(f" · seen {age}" if age else "", "dim")]
    if told.failure:
        state = [Span(f"! {told.failure.reason}", "warning")]
        if _cells([*brand, *state]) + 2 > width:
            state = [Span(f"! {told.failure.kind}", "warning")]
        hint = [Span(f" · {told.failure.hint}", "strong")] if told.failure.hint else []
    elif told.paused:
        state, hint = (
            [Span("paused", "warning"), *seen, Span(" · p goes on")],
            [],
        )
    elif told.age_seconds is None:
        state, hint = [Span(f"{dot} connecting", "waiting")], []
    else:
        # Younger than its pace is fresh, and fresh is what "live" says.
        state, hint = [Span(f"{dot} live", "good"), Span(f" · {age}" if told.age_seconds else "", "dim")], []
    hint = [Span(" · low bandwidth", "dim"), *hint] if told.low_bandwidth else hint
    rate = [Span(f" · {told.calls_per_second:.1f} req/s", "dim")]
    throttled = [Span(f" · {told.throttles} throttled", "warning" if told.slowed else "dim")]
    cost = [Span(f" · ${told.dollars_per_hour:.2f}/h", "dim")] if told.dollars_per_hour >= _CENT else []
    refused = [Span(f" · {told.refused} not allowed: I", "warning")] if told.refused and not told.failure else []
    who = [part for part in (told.account, told.region, told.role, told.profile) if part]
    ends = [Span(f" · creds {told.credentials}", "warning" if told.credentials_end else "dim")]
    ends = ends if told.credentials else []
    optional = [refused, rate, throttled, ends, cost, hint]
    if told.failure and told.failure.needs_login:
        # What to type before anything else, its beginning where there is no room for more.
        optional = [_cut(hint, width - 2 - _cells(brand + state)), seen, rate, throttled, cost]
    elif told.failure:
        optional = [seen, hint, rate, throttled, ends, cost]
    elif told.credentials_end:
        optional = [ends, refused, rate, throttled, cost, hint]
    right = state
    for extra in optional:
        if _cells(brand + right + extra) + 2 <= width:
            right = right + extra
    room = width - _cells(brand + right) - 3
    left = " " + " · ".join(who)
    while who and cell_len(left) > room:
        who.pop()
        left = " " + " · ".join(who)
    gap = max(1, width - _cells(brand) - cell_len(left) - _cells(right) - 1)
    return Row((*brand, Span(left, "value"), Span(" " * gap), *right))


def _cut(spans: list[Span], width: int) -> list[Span]:
    """Return what fits of a hint, its last span."""
    rest = width - _cells(spans)
    if not spans or rest >= 0:
        return spans
    *others, last = spans
    kept = cell_len(last.text) + rest
    return [*others, Span(set_cell_size(last.text, kept - 1) + "…", last.style)] if kept > _LEAST_HINT else []


def _cells(spans: Sequence[Span]) -> int:
    return sum(cell_len(span.text) for span in spans)


class Header(Lines):
    """The first line of the screen."""

    def __init__(self) -> None:
        super().__init__(id="header", cursor=False)
        self.can_focus = False
        self.told = Freshness()
        self._width = 0

    def tell(self, told: Freshness) -> None:
        """Show it."""
        width = self.screen.size.width
        if (told, width) != (self.told, self._width):
            self.told, self._width = told, width
            self.show([header_row(told, width)])


class KeyBar(Lines):
    """A line of keys and words that can be clicked: the tabs, the footer."""

    class Chosen(Message):
        """A word was clicked."""

        def __init__(self, command_id: str) -> None:
            super().__init__()
            self.command_id = command_id

    def __init__(self, id: str) -> None:
        super().__init__(id=id, cursor=False)
        self.can_focus = False
        self._places: list[tuple[int, int, str]] = []

    def offer(self, commands: Sequence[Command], current: str = "") -> None:
        """Show as many commands as fit; where one is current it is marked, and others shrink to their keys for it."""
        spans: list[Span] = [Span(" ")]
        self._places = []
        used = 1
        for command, label in _labels(commands, current, self.screen.size.width - 1):
            cells = cell_len(command.key + label)
            if used + cells > self.screen.size.width:
                break
            if command.id == current:
                spans.append(Span(command.key + label, "accent"))
            else:
                spans += [Span(command.key, "key"), Span(label, "label")]
            spans.append(Span("  "))
            self._places.append((used, used + cells, command.id))
            used += cells + 2
        self.show([Row(tuple(span for span in spans if span.text))])

    def on_click(self, event: events.Click) -> None:
        """Do what the word says."""
        for first, last, command_id in self._places:
            if first <= event.x < last:
                self.post_message(self.Chosen(command_id))


def _labels(commands: Sequence[Command], current: str, width: int) -> list[tuple[Command, str]]:
    labels = {command.id: f" {command.label}" for command in commands}
    if current:
        for command in reversed(commands):
            if sum(cell_len(other.key + labels[other.id]) + 2 for other in commands) - 2 <= width:
                break
            if command.id != current:
                labels[command.id] = ""
    return [(command, labels[command.id]) for command in commands]
