"""One line of a log on stdout: coloured on a terminal, tab-separated in a pipe, JSON for a program."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from tui.domain.ansi import PLAIN, Colour, Style, decode, fold
from tui.domain.loglines import LogLine, masked_line
from tui.domain.secrets import masked_text
from tui.domain.text import one_line, safe_text

VERSION: Final = 1
"""Of the JSON lines."""
_PALETTE: Final = ("36", "33", "35", "32", "34", "96", "93", "95", "92", "94")
"""Colours of the hosts: the terminal's own, none of them red."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MS: Final = 253_402_300_799_999
_RESET: Final = "\x1b[0m"


class Entry(NamedTuple):
    """An event to be printed. Entries sort as their lines do."""

    line: LogLine
    message: str
    """As the service delivers it."""
    masked: bool = True
    """Whether what looks secret is masked."""

    def prose(self, text: str) -> str:
        """Return what is printed of a text of the event."""
        return masked_text(text) if self.masked else text

    def shown(self) -> LogLine:
        """Return the line as it is printed."""
        return masked_line(self.line) if self.masked else self.line


Format = Callable[[Entry], str]
"""Writes an entry, its last newline included."""


def moment(at_ms: int) -> datetime:
    """Return epoch milliseconds as a time; what no calendar has as the nearest it has."""
    return _EPOCH + timedelta(milliseconds=min(max(0, at_ms), _LAST_MS))


def iso(at_ms: int) -> str:
    """Write `2026-11-23T12:04:31.120Z`."""
    return moment(at_ms).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def plain_rows(message: str) -> list[str]:
    """Return what a terminal would show of an event, uncut and without colours: a row for each line of it."""
    decoded = decode(message)
    if "\n" not in decoded and "\t" not in decoded and safe_text(decoded) is decoded:
        return [decoded]
    rows: list[str] = []
    style = PLAIN
    for row in decoded.rstrip("\r\n").split("\n"):
        text, _, style = fold(row, style)
        rows.append(text)
    return rows


def tabbed(entry: Entry) -> str:
    """Write `time<TAB>host<TAB>text`, a line for each row of the event."""
    front = f"{iso(entry.line.at)}\t{entry.line.host}\t"
    return "".join(f"{front}{row}\n" for row in entry.prose("\n".join(plain_rows(entry.message))).split("\n"))


def as_json_line(entry: Entry) -> str:
    """Write one object on one line; the message is whole, only control sequences are removed."""
    document = {
        "version": VERSION,
        "at": iso(entry.line.at),
        "host": entry.line.host,
        "message": entry.prose(safe_text(entry.message)),
    }
    return json.dumps(document, ensure_ascii=False) + "\n"


class OnTerminal:
    """Writes `algo-1 12:04:31 text` with the colours of the host and of the text."""

    def __init__(self, now: Callable[[], datetime], color: bool) -> None:
        self._now = now
        self._color = color
        self._width = 0
        self._seen: dict[str, str] = {}

    def __call__(self, entry: Entry) -> str:
        line = entry.shown()
        host = line.host
        self._width = max(self._width, len(host))
        stamp = self._stamp(line.at)
        if not self._color:
            return "".join(f"{host:<{self._width}} {stamp} {row}\n" for row in line.text.split("\n"))
        front = f"\x1b[{self._host_color(host)}m{host:<{self._width}}{_RESET} \x1b[2m{stamp}{_RESET} "
        rows = [front]
        for text, style in line.pieces():
            first, *further = text.split("\n")
            rows[-1] += _styled(first, style)
            rows += [front + _styled(row, style) for row in further]
        return "".join(f"{row}\n" for row in rows)

    def _stamp(self, at_ms: int) -> str:
        at = moment(at_ms)
        return at.strftime("%H:%M:%S" if at.date() == self._now().date() else "%Y-%m-%d %H:%M:%S")

    def _host_color(self, host: str) -> str:
        """The same host has the same colour in every run where its name has a number."""
        if host not in self._seen:
            number = host.rpartition("-")[2]
            place = int(number) - 1 if number.isascii() and number.isdigit() and len(number) < 7 else len(self._seen)
            self._seen[host] = _PALETTE[place % len(_PALETTE)]
        return self._seen[host]


def _styled(text: str, style: Style) -> str:
    if not text or style == PLAIN:
        return text
    flags = ((style.bold, "1"), (style.dim, "2"), (style.italic, "3"), (style.underline, "4"), (style.reverse, "7"))
    codes = [code for on, code in flags if on]
    if style.foreground is not None:
        codes.append(_colour(style.foreground, 30))
    if style.background is not None:
        codes.append(_colour(style.background, 40))
    return f"\x1b[{';'.join(codes)}m{text}{_RESET}"


def _colour(colour: Colour, base: int) -> str:
    match colour:
        case (red, green, blue):
            return f"{base + 8};2;{red};{green};{blue}"
        case int() if colour < 8:
            return str(base + colour)
        case int() if colour < 16:
            return str(base + 60 + colour - 8)
    return f"{base + 8};5;{colour}"


def safe_host(name: str) -> str:
    """Return a host's name as lines carry it."""
    return one_line(safe_text(name))
