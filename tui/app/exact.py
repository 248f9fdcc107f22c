"""Writes only the cells that changed.

Textual writes a region whole once anything in it may have changed, each span with all its colours. Here it is known
what stands on the terminal, cell by cell: of a frame only those cells are written that differ from it, and between
two of them only what differs in colour. Lines that merely moved, as in a log that is followed, the terminal moves.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain
from typing import Final

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.segment import Segment
from textual._compositor import ChopsUpdate, Compositor, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from tui.app.ink import PLAIN, Ink, ink_of, on_blank, switch

Cell = tuple[str, Ink]
"""A character and its ink. What is wider than a cell is followed by empty ones."""
Line = list[Cell | None]
"""Cells of the terminal; None where it is not known what stands there."""

_HOLE: Final[Cell] = "", PLAIN
_NEAR: Final = 4
"""Cells between two changes that cost no more than another cursor position."""
_LEAST_MOVED: Final = 2
# What a terminal obeys, or what turns around the text beside it. None of it has a width, so nothing moves.
_OBEYED: Final = dict.fromkeys(
    (*range(0x20), *range(0x7F, 0xA0), *range(0x2028, 0x202F), *range(0x2066, 0x206A), 0x061C, 0x200E, 0x200F)
)


class Glass:
    """What stands on the terminal."""

    def __init__(self) -> None:
        self.colors = ColorSystem.TRUECOLOR
        self._size = 0, 0
        self._lines: list[Line] = []

    def forget(self) -> None:
        """Take nothing for granted: the terminal may show anything."""
        width, height = self._size
        self._lines = [[None] * width for _ in range(height)]

    def frame(self, update: LayoutUpdate | ChopsUpdate) -> str:
        """Return what to write so that the terminal shows an update; empty if it does already."""
        if isinstance(update, LayoutUpdate):
            self._fit(*update.region.size)
            found: dict[int, Line] = {}
            for y, strips in enumerate(update.strips):
                found[y] = list(self._cells(chain.from_iterable(strips)))
        else:
            self._fit(update.chop_ends[0][-1], len(update.chop_ends))
            found = self._spans(update)
        for line in found.values():
            # Characters drawn as one may come to more cells, taken apart, than there is room for.
            del line[self._size[0] :]
            line += [_HOLE] * (self._size[0] - len(line))
        found = {y: line for y, line in found.items() if line != self._lines[y]}
        if not found:
            return ""
        text = painted(self._lines, found)
        moved = moves(self._lines, found)
        if moved is not None:
            top, bottom, by = moved
            lines = _moved(self._lines, top, bottom, by)
            wanted = {y: self._lines[y] for y in range(top, bottom)} | found
            scrolled = _scroll(top, bottom, by) + painted(lines, wanted)
            text = min(text, scrolled, key=len)
        for y, line in found.items():
            self._lines[y] = line
        return text

    def _fit(self, width: int, height: int) -> None:
        if (width, height) != self._size:
            self._size = width, height
            self.forget()

    def _spans(self, update: ChopsUpdate) -> dict[int, Line]:
        """Return the lines that a partial update touches as they are with it."""
        found: dict[int, Line] = {}
        for y, first, last in update.spans:
            line = found.setdefault(y, self._lines[y].copy())
            for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
                if strip is None or x >= last or end <= first:
                    continue
                start = max(x, first)
                cells = list(self._cells(strip.crop(start - x, min(end, last) - x)))
                line[start : start + len(cells)] = cells
        return found

    def _cells(self, strip: Iterable[Segment]) -> Iterator[Cell]:
        for text, style, control in strip:
            if not control:
                yield from _cells(text, ink_of(style, self.colors))


@lru_cache(maxsize=2048)
def _cells(text: str, ink: Ink) -> tuple[Cell, ...]:
    if not text.isprintable():
        # Foreign text was made safe where it entered; nothing else gets past here either, a pasted key for one.
        text = text.translate(_OBEYED).encode(errors="replace").decode()
    blank = " ", on_blank(ink)
    if text.isascii():
        return tuple(blank if char == " " else (char, ink) for char in text)
    widths = [cell_len(char) for char in text]
    width = cell_len(text)
    if 0 in widths or sum(widths) != width:
        # Characters that are drawn as one are written as one.
        return ((text, ink), *[("", ink)] * (width - 1)) if width else ()
    found: list[Cell] = []
    for char, cells in zip(text, widths, strict=True):
        found.append(blank if char == " " else (char, ink))
        found += [("", ink)] * (cells - 1)
    return tuple(found)


def painted(was: list[Line], now: Mapping[int, Line]) -> str:
    """Return what to write to make lines of `was` those of `now`; colours begin and end plain."""
    written: list[str] = []
    ink = PLAIN
    for y in sorted(now):
        line = now[y]
        cursor = -1
        """Where the terminal's is, if that is sure."""
        for first, last in runs(was[y], line):
            if 0 <= cursor < first <= cursor + _NEAR and all(_fits(cell, ink) for cell in line[cursor:first]):
                first = cursor
            for x in range(first, last):
                char, wanted = line[x] or _HOLE
                if not char:
                    continue
                if cursor != x:
                    written.append(_go(y, x, same_line=cursor >= 0 or x > first))
                codes, ink = switch(ink, wanted)
                written += (codes, char)
                cursor = x + 1
                while cursor < len(line) and _is_second(line[cursor]):
                    cursor += 1
                if not _sure(char):
                    cursor = -1
    if ink != PLAIN:
        written.append("\x1b[m")
    return "".join(written)


def runs(was: Line, now: Line) -> Iterator[tuple[int, int]]:
    """Yield where two lines differ, as first and last exclusive; a wide character is never halved."""
    x, width = 0, len(now)
    while x < width:
        if now[x] == was[x]:
            x += 1
            continue
        first = x
        while first and _is_second(now[first]):
            first -= 1
        x += 1
        while x < width and (now[x] != was[x] or _is_second(now[x])):
            x += 1
        yield first, x


def moves(was: list[Line], now: Mapping[int, Line]) -> tuple[int, int, int] | None:
    """Return first and last, exclusive, of lines that moved together, and by how many: up, or down if negative."""
    if len(now) <= _LEAST_MOVED:
        return None
    before = {y: tuple(was[y]) for y in now}
    amounts = Counter(before.values())
    places = {line: y for y, line in before.items() if amounts[line] == 1 and None not in line}
    found: dict[int, list[int]] = {}
    for y, line in now.items():
        from_y = places.get(tuple(line))
        if from_y is not None:
            found.setdefault(from_y - y, []).append(y)
    if not found:
        return None
    by, lines = max(found.items(), key=lambda entry: len(entry[1]))
    if len(lines) < _LEAST_MOVED:
        return None
    return min(*lines, min(lines) + by), max(*lines, max(lines) + by) + 1, by


def _moved(was: list[Line], top: int, bottom: int, by: int) -> list[Line]:
    blank: Line = [None] * len(was[top])
    inside = was[top + by : bottom] + [blank] * by if by > 0 else [blank] * -by + was[top : bottom + by]
    return [*was[:top], *inside, *was[bottom:]]


def _scroll(top: int, bottom: int, by: int) -> str:
    """Return what deletes lines at the top of a part of the screen, or inserts some there."""
    return f"\x1b[{top + 1};{bottom}r\x1b[{top + 1}H\x1b[{abs(by)}{'M' if by > 0 else 'L'}\x1b[r"


def _go(y: int, x: int, *, same_line: bool) -> str:
    if same_line:
        return f"\x1b[{x + 1}G"
    return f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H"


def _fits(cell: Cell | None, ink: Ink) -> bool:
    return cell is not None and not switch(ink, cell[1])[0] and _sure(cell[0])


def _is_second(cell: Cell | None) -> bool:
    return cell is not None and not cell[0]


def _sure(text: str) -> bool:
    """Return whether every terminal moves as far for a character as we think: not so for what is drawn as one."""
    return len(text) <= 1 and (text < "\u2600" or "\u2800" <= text < "\ud800")


class SparseCompositor(Compositor):
    """Textual's compositor; of a partial update it renders what is dirty and seen, not all that lies between."""

    _dirty: tuple[Region, ...] = ()

    def render_partial_update(self) -> ChopsUpdate | None:
        """Return the update for what is dirty."""
        self._dirty = tuple(self._dirty_regions)
        try:
            return super().render_partial_update()
        finally:
            self._dirty = ()

    def _get_renders(self, crop: Region | None = None) -> Iterable[tuple[Region, Region, list[Strip]]]:
        if not self._dirty:
            yield from super()._get_renders(crop)
            return
        parts = self._dirty
        # From front to back: what one widget covers, none behind it is asked for.
        for widget, (region, clip) in self.visible_widgets.items():
            box = region.intersection(clip)
            rows = [part.intersection(box) for part in parts if part.overlaps(box)]
            if rows:
                top, bottom = min(row.y for row in rows), max(row.bottom for row in rows)
                # Its whole width: the pieces that a line is cut into begin and end with widgets.
                seen = Region(box.x, top, box.width, bottom - top)
                yield region, seen, widget.render_lines(seen.translate((-region.x, -region.y)))
                parts = tuple(part for part in parts if not box.contains_region(part))
            if not parts:
                return
