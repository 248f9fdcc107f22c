"""The columns of the list behind the name: what there is, what is shown unless the user chose, what fits."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from tui.app.roster import Breadth


class Column(NamedTuple):
    """One column."""

    title: str
    words: str
    """What it shows."""
    cells: int
    """Its width, where that does not follow what is in it; the most, where it does."""
    right: bool = False
    """Whether what is in it ends at its right edge."""


COLUMNS: Final = {
    "phase": Column("PHASE", "status, as exactly as the service tells it", 13),
    "elapsed": Column("FOR", "how long it has run, or waited", 6, right=True),
    "age": Column("AGE", "time since it was created", 6, right=True),
    "created": Column("CREATED", "when it was created, UTC", 11),
    "instances": Column("ON", "what it runs on", 14),
    "spot": Column("SPOT", "managed spot training", 4),
    "loss": Column("LOSS", "curve and last value of its loss", 8),
    "gpu": Column("GPU", "curve of how busy the GPUs are", 8),
    "parent": Column("PARENT", "what started it: a tuning, AutoML or labelling job", 24),
    "note": Column("NOTE", "why it failed or was cut short", 40),
}
DEFAULT: Final = ("phase", "elapsed", "instances", "spot", "loss", "gpu", "note")

GLYPH_CELLS: Final = 3
"""Status, health, a blank."""
VALUE_CELLS: Final = 7
"""The last value of the loss, where there is room for it."""
_ALWAYS: Final = ("phase", "elapsed")
_FIRST: Final = ("instances", "loss", "value", "gpu", "spot", "age", "created", "parent")
"""Who has its place first where there is not room for all."""
_NAME_CELLS: Final = 20
"""Below this the columns on the right give way."""
_NOTE_CELLS: Final = 14


class Fitted(NamedTuple):
    """Which columns there is room for, and their cells."""

    name: int
    columns: tuple[tuple[str, int], ...]
    """From left to right."""

    @property
    def rest(self) -> int:
        """The cells right of the name."""
        return sum(cells + 1 for _, cells in self.columns)


def fitted(wanted: Sequence[str], breadth: Breadth, told: Iterable[str], width: int) -> Fitted:
    """Return the columns for a width: the name grows, columns on the right go when it would be cut short.

    `told` are the columns of curves that have anything to show.
    """
    needed = {"age": 6, "created": 11, **{column: COLUMNS[column].cells for column in told}}
    if breadth.on:
        needed["instances"] = max(2, min(breadth.on, COLUMNS["instances"].cells))
    if breadth.spot:
        needed["spot"] = COLUMNS["spot"].cells
    if breadth.parent:
        needed["parent"] = max(6, min(breadth.parent, COLUMNS["parent"].cells))
    given = {column: COLUMNS[column].cells for column in _ALWAYS if column in wanted}
    left = width - GLYPH_CELLS - sum(cells + 1 for cells in given.values())
    for column in _FIRST:
        if column == "value":
            cells = VALUE_CELLS if "loss" in given else 0
        else:
            cells = needed.get(column, 0) if column in wanted else 0
        if cells and left - cells - 1 >= _NAME_CELLS:
            left -= cells + 1
            if column == "value":
                given["loss"] += cells + 1
            else:
                given[column] = cells
    spare = left - max(breadth.name, _NAME_CELLS) - 1
    if "note" in wanted and spare >= _NOTE_CELLS:
        given["note"] = min(spare, COLUMNS["note"].cells)
        left -= given["note"] + 1
    return Fitted(max(4, left), tuple((column, given[column]) for column in wanted if column in given))


def known(columns: Iterable[object]) -> tuple[str, ...]:
    """Return those of some names that are columns, each once, in their order."""
    return tuple(dict.fromkeys(name for name in columns if isinstance(name, str) and name in COLUMNS))
