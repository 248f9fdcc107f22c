"""One line of a log as the screen shows it: foreign bytes made safe, colours kept, bars folded, length bounded.

One event is one `LogLine`. The rare event of several physical lines stays one too: its `text` has newlines, `rows`
takes it apart, and where only one row is shown `tui.domain.text.one_line` writes them as ⏎ at the same offsets.
"""

import json
from collections.abc import Iterator
from enum import IntFlag
from typing import Final, NamedTuple
from unicodedata import combining, east_asian_width

from tui.domain.ansi import PLAIN, Span, Style, decode, fold
from tui.domain.logs import LogEvent
from tui.domain.secrets import masked_text
from tui.domain.severity import Severity, severity_of
from tui.domain.text import safe_text

LONGEST: Final = 2_000
"""Cells of one row; what is longer is cut, and says by how much."""
MOST_ROWS: Final = 200
_MARK_CELLS: Final = 12
_CLOSING: Final = "}] \n"


class Flags(IntFlag):
    """What was done to a line, and what may be done with it."""

    NONE = 0
    CUT = 1
    """Something is left out; the text says how much."""
    JSON = 2
    """Looks like a JSON document, perhaps after a prefix: `pretty` may have more to show."""
    ROWS = 4
    """Has several rows."""


class LineKey(NamedTuple):
    """Where a line stands among all others, and which one it is: stays the same whatever arrives above it."""

    at: int
    ingested: int
    stream: str
    id: str


class LogLine(NamedTuple):
    """One event, ready to be drawn. Its first four members are its key, so that lines sort as they are."""

    at: int
    """Epoch milliseconds, by the container's clock."""
    ingested: int
    stream: str
    id: str
    """eventId."""
    host: str
    text: str
    """No control characters but the newlines between rows."""
    spans: tuple[Span, ...]
    """The styled stretches of the text, in order, not overlapping."""
    severity: Severity
    flags: Flags

    @property
    def key(self) -> LineKey:
        """Return what the line is ordered and found by."""
        return LineKey(*self[:4])

    def pieces(self) -> Iterator[tuple[str, Style]]:
        """Yield the whole text as stretches of one style."""
        last = 0
        for start, end, style in self.spans:
            if start > last:
                yield self.text[last:start], PLAIN
            yield self.text[start:end], style
            last = end
        if last < len(self.text):
            yield self.text[last:], PLAIN


def log_line(event: LogEvent, host: str) -> LogLine:
    """Return an event as a line. The last state of a folded progress bar wins, as in a terminal."""
    text, spans, flags = _shown(event.message)
    if _looks_like_json(text):
        flags |= Flags.JSON
    severity = severity_of(text)
    return LogLine(event.at, event.ingested, event.stream, event.id, host, text, spans, severity, flags)


def masked_line(line: LogLine) -> LogLine:
    """Return a line as it may be shown; one in which something is masked has no colours of its own."""
    hidden = masked_text(line.text)
    return line if hidden == line.text else line._replace(text=hidden, spans=())


def rows(line: LogLine) -> list[str]:
    """Return the physical lines of an event."""
    return line.text.split("\n")


def pretty(line: LogLine) -> list[str]:
    """Return the rows of a line, a JSON document in it written out one member to a row, whatever stands before it."""
    if not line.flags & Flags.JSON or line.flags & Flags.CUT:
        return rows(line)
    for opening in sorted({line.text.find(bracket) for bracket in "[{"} - {-1}):
        try:
            written = json.dumps(json.loads(line.text[opening:]), indent=2, ensure_ascii=False)
        except (ValueError, RecursionError):
            continue
        before = line.text[:opening].rstrip()
        # An escape in a JSON string may stand for what must not reach the screen.
        return [*(before.split("\n") if before else ()), *map(safe_text, written.split("\n"))]
    return rows(line)


def width(text: str) -> int:
    """Return the cells that a text takes in a terminal."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def _shown(message: str) -> tuple[str, tuple[Span, ...], Flags]:
    decoded = decode(message)
    if len(decoded) <= LONGEST // 2 and "\t" not in decoded and "\n" not in decoded and safe_text(decoded) is decoded:
        return decoded, (), Flags.NONE
    physical = decoded.rstrip("\r\n").split("\n", MOST_ROWS)
    flags = Flags.ROWS if len(physical) > 1 else Flags.NONE
    left = ""
    if len(physical) > MOST_ROWS:
        physical, left = physical[: MOST_ROWS - 1], "\n".join(physical[MOST_ROWS - 1 :])
    texts: list[str] = []
    spans: list[Span] = []
    style, offset = PLAIN, 0
    for row in physical:
        text, found, style = fold(row, style)
        text, found, cut = _cut(text, found)
        flags |= cut
        texts.append(text)
        spans.extend(Span(start + offset, end + offset, each) for start, end, each in found)
        offset += len(text) + 1
    if left:
        texts.append(_mark(_size(left)))
        flags |= Flags.CUT
    return "\n".join(texts), tuple(spans), flags


def _cut(text: str, spans: tuple[Span, ...]) -> tuple[str, tuple[Span, ...], Flags]:
    if 2 * len(text) <= LONGEST or width(text) <= LONGEST:
        return text, spans, Flags.NONE
    end, room = 0, LONGEST - _MARK_CELLS
    while room >= 0:
        room -= _cells(text[end])
        end += 1
    end -= 1
    kept = text[:end] + _mark(_size(text[end:]))
    return (
        kept,
        tuple(Span(span.start, min(span.end, end), span.style) for span in spans if span.start < end),
        Flags.CUT,
    )


def _size(text: str) -> int:
    return len(text.encode(errors="replace"))


def _mark(size: int) -> str:
    if size < 1_000:
        return f"… +{size} B"
    return f"… +{size / 1_000:.0f} kB" if size < 1_000_000 else f"… +{size / 1_000_000:.1f} MB"


def _cells(character: str) -> int:
    if character < "\u0300":
        return 1
    if combining(character) or character in "\u200b\u200c\u200d\ufe0f":
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


def _looks_like_json(text: str) -> bool:
    if text[-1:] not in _CLOSING:
        return False
    stripped = text.strip()
    return (stripped[-1:] == "}" and "{" in stripped) or (
        stripped[-1:] == "]" and stripped[:1] == "[" and stripped[1:2] in '{["-]0123456789'
    )
