"""Curves on cells, by plotext: imported when charts are first shown, and never told anything but the unit square."""

import importlib
import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final, NamedTuple


class Glyphs(StrEnum):
    """What a terminal can draw curves with, the finest first."""

    BRAILLE = "braille"
    BLOCK = "block"
    ASCII = "ascii"


class Line(NamedTuple):
    """A run of points without a gap, in its ink."""

    points: Sequence[tuple[float, float]]
    """Each coordinate from 0 to 1."""
    ink: int
    """1 and up."""


class Cell(NamedTuple):
    """One cell of a drawing."""

    char: str
    ink: int
    """0 where nothing is drawn."""


EMPTY: Final = Cell(" ", 0)
_MARKS: Final = "*+ox#%@&"
_HALVES: Final = str.maketrans("▘▝▖▗▚▞▛▙▟▜▌▐", "▀▀▄▄████████")
"""Fonts of consoles have the halves, and rarely the quarters."""
_BRAILLE_TERMS: Final = ("linux", "dumb", "vt", "ansi", "cons", "unknown")
_PIECE: Final = r"\x1b\[([0-9;]*)m|([^\x1b\n]+)"
_figures: list[Any] = []
"""plotext's class of figures, once it is there."""


def glyphs_for(ascii_only: bool, term: str) -> Glyphs:
    """Return what to draw with in a terminal of that TERM."""
    if ascii_only or (term.startswith(_BRAILLE_TERMS) and not term.startswith("linux")):
        return Glyphs.ASCII
    return Glyphs.BLOCK if term.startswith("linux") else Glyphs.BRAILLE


def mark(ink: int, glyphs: Glyphs) -> str:
    """Return what a legend shows an ink with."""
    return _MARKS[(ink - 1) % len(_MARKS)] if glyphs is Glyphs.ASCII else "━"


def load() -> None:
    """Import plotext: half a second, to be spent in a thread."""
    if not _figures:
        _figures.append(importlib.import_module("textual_plotext.plot").Plot)


def loaded() -> bool:
    """Return whether `draw` may be called."""
    return bool(_figures)


def draw(lines: Sequence[Line], width: int, height: int, glyphs: Glyphs) -> list[list[Cell]]:
    """Return rows of cells, the top one first; where lines cross, the later one is on top."""
    if width < 1 or height < 1 or not lines:
        return [[EMPTY] * max(0, width) for _ in range(max(0, height))]
    figure = _figures[0]()
    figure.theme("clear")
    figure.plotsize(width, height)
    for axes in (figure.xaxes, figure.yaxes):
        axes(False, False)
    for frequency in (figure.xfrequency, figure.yfrequency):
        frequency(0)
    figure.xlim(0, 1)
    figure.ylim(0, 1)
    for line in lines:
        marker = {Glyphs.BRAILLE: "braille", Glyphs.BLOCK: "hd"}.get(glyphs) or mark(line.ink, glyphs)
        plot = figure.plot if len(line.points) > 1 else figure.scatter
        plot([x for x, _ in line.points], [y for _, y in line.points], marker=marker, color=line.ink)
    # As textual-plotext does: without it a figure keeps the size of the terminal.
    figure._set_size(width, height)
    text: str = figure.build()
    if glyphs is Glyphs.BLOCK:
        text = text.translate(_HALVES)
    return [_cells(row, width) for row in (text.split("\n") + [""] * height)[:height]]


def _cells(text: str, width: int) -> list[Cell]:
    found: list[Cell] = []
    ink = 0
    for codes, piece in re.findall(_PIECE, text):
        if piece:
            found += [Cell(char, ink) if char not in " ⠀" else EMPTY for char in piece]
        else:
            ink = int(codes[5:]) if codes.startswith("38;5;") else 0
    return (found + [EMPTY] * width)[:width]
