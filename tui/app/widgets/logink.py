"""How a line of a log is drawn: its mark, host and time, its text in the log's own colours, in one row or in more."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from rich.cells import cell_len, get_character_cell_size
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.app.ascii import to_ascii
from tui.app.lines import HOST_STYLES, fit_middle
from tui.app.searching import LinePattern
from tui.domain import ansi
from tui.domain.loglines import LineKey, LogLine, masked_line, pretty
from tui.domain.secrets import masked_text
from tui.domain.severity import Severity

_KEPT: Final = 4_000
"""Lines whose strips are remembered."""
_TAG_CELLS: Final = 14
_NARROW: Final = 64
"""Below, `algo-3` is written `3`."""
_SHORTEST_TEXT: Final = 12
_SEVERITY_STYLES: Final = {Severity.ERROR: "bad", Severity.WARNING: "warning"}


class Times(IntEnum):
    """How much of a line's time is shown."""

    NONE = 0
    CLOCK = 1
    FULL = 2


class How(NamedTuple):
    """What is special about one line."""

    marked: bool = False
    pretty: bool = False
    """Its JSON is written out."""
    aside: bool = False
    """It is there for what stands beside it."""


@dataclass(frozen=True, slots=True)
class Look:
    """How all lines are drawn."""

    width: int = 80
    wrap: bool = False
    times: Times = Times.CLOCK
    hosts: tuple[str, ...] = ()
    """In the order of their colours; empty where no tags are shown."""
    pattern: LinePattern | None = None
    ascii: bool = False
    revealed: bool = False
    """Whether what looks secret is shown."""


class _Stretch(NamedTuple):
    start: int
    end: int
    style: Style


class LogInk:
    """Draws lines, and remembers what it has drawn."""

    def __init__(self, look: Look, style: Callable[[str], Style]) -> None:
        self.look = look
        self.laid = 0
        """Lines drawn, not counting those remembered."""
        self._style = style
        self._strips: dict[tuple[LineKey, How], tuple[Strip, ...]] = {}
        tags = {host: _tag(host, look) for host in look.hosts}
        cells = max(map(cell_len, tags.values()), default=0)
        self._tags = {
            host: (fit_middle(tag, cells), HOST_STYLES[place % len(HOST_STYLES)])
            for place, (host, tag) in enumerate(tags.items())
        }
        self._tag_cells = cells

    def rows(self, line: LogLine, how: How) -> tuple[Strip, ...]:
        """Return the rows of a line, one at least. They have no background of their own."""
        key = line.key, how
        found = self._strips.get(key)
        if found is None:
            if len(self._strips) >= _KEPT:
                for old in list(self._strips)[: _KEPT // 2]:
                    del self._strips[old]
            found = self._strips[key] = tuple(self._lay(self.shown(line), how))
            self.laid += 1
        return found

    def shown(self, line: LogLine) -> LogLine:
        """Return a line with what looks secret masked, unless that is revealed."""
        return line if self.look.revealed else masked_line(line)

    def plain(self, line: LogLine) -> str:
        """Return a line as it is shown, uncut."""
        return "".join((*(text for text, _ in self._front(line)), self.shown(line).text))

    def written_out(self, line: LogLine) -> list[str]:
        """Return the rows of a line, its JSON written out: an escape in it may have hidden the shape of a secret."""
        found = pretty(self.shown(line))
        return found if self.look.revealed else list(map(masked_text, found))

    def _front(self, line: LogLine) -> Iterator[tuple[str, str]]:
        if self._tags:
            tag, style = self._tags.get(line.host, (" " * self._tag_cells, "dim"))
            yield f"{tag} ", style
        if self.look.times is not Times.NONE:
            yield f"{time_of(line.at, self.look.times)} ", "dim"

    def _lay(self, line: LogLine, how: How) -> Iterator[Strip]:
        grave = _SEVERITY_STYLES.get(line.severity)
        text_style = self._style("dim" if how.aside else grave or "value")
        mark = ("*", "accent") if how.marked else ("!", "bad") if line.severity is Severity.ERROR else (" ", "dim")
        front = [Segment(self._safe(text), self._style(style)) for text, style in (mark, *self._front(line))]
        cells = sum(cell_len(segment.text) for segment in front)
        room = max(1, self.look.width - cells)
        if room < _SHORTEST_TEXT < self.look.width:
            front, cells = front[:1], 1
            room = self.look.width - 1
        indent = [Segment(" " * cells, text_style)]
        for text, spans in self._texts(line, how):
            over = [_Stretch(*span[:2], rich_style(span[2])) for span in spans]
            marks: list[_Stretch] = []
            if self.look.pattern:
                match = self._style("match")
                marks = [_Stretch(start, end, match) for start, end in self.look.pattern.matches(text)]
            start = 0
            for row in text.split("\n"):
                end = start + len(row)
                for first, last, cut in self._pieces(text, start, end, room):
                    drawn = [*front, *self._drawn(text, first, last, text_style, over, marks)]
                    if cut:
                        drawn.append(Segment(self._safe("…"), self._style("dim")))
                    yield Strip(drawn)
                    front = indent
                start = end + 1

    def _texts(self, line: LogLine, how: How) -> Iterable[tuple[str, Sequence[ansi.Span]]]:
        if how.pretty:
            return [(text, ()) for text in self.written_out(line)]
        return [(line.text, line.spans)]

    def _pieces(self, text: str, start: int, end: int, room: int) -> Iterator[tuple[int, int, bool]]:
        if self.look.wrap:
            for first, last in breaks(text, start, end, room):
                yield first, last, False
            return
        within = _within(text, start, end, room)
        if within < end:
            yield start, _within(text, start, end, room - 1), True
        else:
            yield start, end, False

    def _drawn(
        self, text: str, first: int, last: int, style: Style, spans: Sequence[_Stretch], marks: Sequence[_Stretch]
    ) -> Iterator[Segment]:
        here = [_clipped(spans, first, last), _clipped(marks, first, last)]
        points = sorted({first, last, *(point for layer in here for each in layer for point in each[:2])})
        for start, end in pairwise(points):
            drawn = style
            for layer in here:
                while layer and layer[-1].end <= start:
                    layer.pop()
                if layer and layer[-1].start <= start:
                    drawn += layer[-1].style
            yield Segment(self._safe(text[start:end]), drawn)

    def _safe(self, text: str) -> str:
        return to_ascii(text) if self.look.ascii else text


def time_of(at: int, times: Times) -> str:
    """Return a moment in epoch milliseconds, UTC; a clock that is out of all bounds has no time."""
    try:
        moment = datetime.fromtimestamp(at / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return "--:--:--"
    if times is Times.CLOCK:
        return moment.strftime("%H:%M:%S")
    return moment.replace(tzinfo=None).isoformat(sep=" ", timespec="milliseconds")


def breaks(text: str, start: int, end: int, room: int) -> Iterator[tuple[int, int]]:
    """Yield the rows of at most `room` cells that a stretch takes, broken at blanks if that wastes little."""
    while (last := _within(text, start, end, room)) < end:
        blank = text.rfind(" ", start + (last - start) // 2, last + 1)
        if blank > start:
            yield start, blank
            start = blank + 1
        else:
            yield start, last
            start = last
    yield start, end


@lru_cache(maxsize=4096)
def rich_style(style: ansi.Style) -> Style:
    """Return a log's own style as Rich's. Black on no background is grey, or it would not be seen."""
    foreground = 8 if style.foreground in (0, 16) and style.background is None else style.foreground
    return Style(
        color=_colour(foreground),
        bgcolor=_colour(style.background),
        bold=style.bold or None,
        dim=style.dim or None,
        italic=style.italic or None,
        underline=style.underline or None,
        reverse=style.reverse or None,
    )


def _colour(colour: ansi.Colour | None) -> Color | None:
    if colour is None:
        return None
    return Color.from_ansi(colour) if isinstance(colour, int) else Color.from_rgb(*colour)


def _tag(host: str, look: Look) -> str:
    if look.width < _NARROW and all(each.startswith("algo-") for each in look.hosts):
        host = host.removeprefix("algo-")
    return fit_middle(host, min(_TAG_CELLS, cell_len(host)))


def _clipped(stretches: Sequence[_Stretch], first: int, last: int) -> list[_Stretch]:
    """Return what lies within, the last one first."""
    return [
        _Stretch(max(first, each.start), min(last, each.end), each.style)
        for each in reversed(stretches)
        if each.start < last and each.end > first
    ]


def _within(text: str, start: int, end: int, room: int) -> int:
    """Return where the stretch ends that fits; one character at least, or nothing would ever end."""
    if text.isascii():
        return min(end, start + max(1, room))
    left, at = room, start
    while at < end:
        left -= get_character_cell_size(text[at])
        if left < 0:
            break
        at += 1
    return min(end, max(at, start + 1))
