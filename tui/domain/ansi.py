"""What a terminal would show of a line: colours kept as values, carriage returns and backspaces carried out.

Only SGR and what moves within a line is understood; every other sequence is removed by `tui.domain.text`. One
character counts as one column here. Linear in the length of the line.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from typing import Final, NamedTuple

from tui.domain.late import late
from tui.domain.text import safe_text

Colour = int | tuple[int, int, int]
"""0 to 15 the terminal's own, 16 to 255 the palette's, or red, green, blue."""

TAB: Final = 4
"""Columns: half of a terminal's, since panes are narrow."""

# rsyslog's way of writing control characters, in the images that log through it. A run of them is always that; a
# single one is not where it reads as a number (`see #011.`) or stands quoted.
_ESCAPE: Final = r"#0(?:1[015]|33(?=[\[\]()P^_X]))"
_ESCAPED: Final = late(rf"(?:{_ESCAPE}){{2,}}+|(?<![\s(\"'=]){_ESCAPE}|(?<![\"'=]){_ESCAPE}(?![\s),.;:]|\Z)|#015\Z")
_CONTROL: Final = {"#010": "\b", "#011": "\t", "#015": "\r", "#033": "\x1b"}
_TOKEN: Final = late(r"(?:\x1b\[|\x9b)([0-9;:]{0,64}+)([mKGD])|[\r\b\t]")


@dataclass(frozen=True, slots=True)
class Style:
    """How a piece of text is drawn. Equal styles of one process are mostly one object."""

    foreground: Colour | None = None
    background: Colour | None = None
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    reverse: bool = False


PLAIN: Final = Style()


class Span(NamedTuple):
    """A styled stretch of a text; plain stretches have none."""

    start: int
    end: int
    style: Style


def decode(text: str) -> str:
    """Return `text` with the container's `#015 #011 #010 #033` as the control characters they stand for."""
    return _ESCAPED.sub(_decoded, text) if "#0" in text else text


def _decoded(found: re.Match[str]) -> str:
    run = found[0]
    return "".join(_CONTROL[run[at : at + 4]] for at in range(0, len(run), 4))


def fold(row: str, style: Style = PLAIN) -> tuple[str, tuple[Span, ...], Style]:
    """Return what a row without newlines looks like in the end, its styled stretches, and the style that goes on."""
    canvas = _Canvas(style)
    last = 0
    for token in _TOKEN.finditer(row):
        if token.start() > last:
            canvas.write(safe_text(row[last : token.start()]))
        last = token.end()
        canvas.control(token)
    canvas.write(safe_text(row[last:]))
    return canvas.text(), tuple(canvas.spans()), canvas.style


class _Canvas:
    """One row of a terminal."""

    def __init__(self, style: Style) -> None:
        self.style = style
        self._column = 0
        self._cells: list[str] = []
        self._styles: list[Style] = []
        self._folded = False

    def write(self, text: str) -> None:
        end = self._column + len(text)
        self._cells[self._column : end] = text
        self._styles[self._column : end] = [self.style] * len(text)
        self._column = end

    def control(self, token: re.Match[str]) -> None:
        match token[2]:
            case "m":
                self.style = styled(self.style, token[1])
            case "K":
                # Erasing up to the cursor (1K) is not used by anyone's progress bar, and would not be linear.
                if token[1] in ("", "0"):
                    self._erase(self._column)
                elif token[1] == "2":
                    self._erase(0)
                    self._column = 0
            case "G":
                self._move(_integer(token[1], 1) - 1)
            case "D":
                self._move(self._column - max(1, _integer(token[1], 1)))
            case _ if token[0] == "\t":
                self._tab()
            case _:
                self._move(0 if token[0] == "\r" else self._column - 1)

    def text(self) -> str:
        """Blanks that overwrite an earlier, longer state are not text."""
        text = "".join(self._cells)
        return text.rstrip(" ") if self._folded else text

    def spans(self) -> Iterator[Span]:
        length = len(self.text())
        start = 0
        for style, run in groupby(self._styles[:length]):
            end = start + sum(1 for _ in run)
            if style != PLAIN:
                yield Span(start, end, style)
            start = end

    def _move(self, column: int) -> None:
        self._column = min(max(0, column), len(self._cells))
        self._folded = True

    def _tab(self) -> None:
        target = (self._column // TAB + 1) * TAB
        self._column = min(target, len(self._cells)) if self._column < len(self._cells) else self._column
        if self._column < target:
            self.write(" " * (target - self._column))

    def _erase(self, start: int) -> None:
        del self._cells[start:]
        del self._styles[start:]
        self._folded = True


@lru_cache(maxsize=4096)
def styled(style: Style, parameters: str) -> Style:
    """Return `style` after `CSI parameters m`; what is unknown or out of range changes nothing."""
    codes = iter(parameters.split(";"))
    for code in codes:
        main, *extra = code.split(":")
        number = _integer(main, 0)
        if number in (38, 48):
            colour = _extended(extra) if extra else _extended(_rest(codes))
            if colour is not None:
                style = replace(style, foreground=colour) if number == 38 else replace(style, background=colour)
        elif number == 4 and extra:
            style = replace(style, underline=extra[0] != "0")
        else:
            style = _simple(style, number)
    return style


def _simple(style: Style, number: int) -> Style:
    match number:
        case 0:
            return PLAIN
        case 22:
            return replace(style, bold=False, dim=False)
        case 1 | 2 | 3 | 4 | 7 | 21:
            return replace(style, **{_ATTRIBUTES[number]: True})
        case 23 | 24 | 27:
            return replace(style, **{_ATTRIBUTES[number - 20]: False})
        case 39:
            return replace(style, foreground=None)
        case 49:
            return replace(style, background=None)
    ranges = ((30, 0, "foreground"), (40, 0, "background"), (90, 8, "foreground"), (100, 8, "background"))
    for first, offset, ground in ranges:
        if first <= number < first + 8:
            colour = number - first + offset
            return replace(style, foreground=colour) if ground == "foreground" else replace(style, background=colour)
    return style


_ATTRIBUTES: Final = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "reverse", 21: "underline"}


def _rest(codes: Iterator[str]) -> list[str]:
    """Take what belongs to an extended colour that is written with semicolons."""
    kind = next(codes, "")
    return [kind, *(next(codes, "") for _ in range({"5": 1, "2": 3}.get(kind, 0)))]


def _extended(values: list[str]) -> Colour | None:
    # `38:2::r:g:b` has a colour space before the colours, `38:2:r:g:b` does not.
    numbers = [_integer(value, -1) for value in values]
    if numbers[0] == 5 and len(numbers) > 1 and 0 <= numbers[1] < 256:
        return numbers[1]
    if numbers[0] == 2 and len(numbers) >= 4:
        red, green, blue = numbers[2:5] if len(numbers) > 4 else numbers[1:4]
        return (red, green, blue) if all(0 <= each < 256 for each in (red, green, blue)) else None
    return None


def _integer(text: str, default: int) -> int:
    return int(text) if text.isdigit() and len(text) < 10 else default
