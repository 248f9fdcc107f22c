"""The stuff that panes are made of: rows of styled spans. Pure data, compared by value, tested without an app."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple, overload

from rich.cells import cell_len, chop_cells, set_cell_size

from tui.domain.text import MOST_MARKS, one_line

HOST_STYLES: Final = ("host0", "host1", "host2", "host3", "host4", "host5")
"""Tell hosts apart, in the order of their appearance, and say nothing else."""
STYLES: Final = (
    "value",
    "label",
    "dim",
    "head",
    "strong",
    "accent",
    "running",
    "waiting",
    "good",
    "warning",
    "bad",
    "neutral",
    "changed",
    "match",
    "key",
    "brand",
    *HOST_STYLES,
    "axis",
    "faint",
)
"""Every style a span may have; `styles/lines.tcss` gives each a look."""


_LONGEST_CELL: Final = 2 * (MOST_MARKS + 1)
"""Characters that a cell and what has no width of its own are likely to take."""


class Span(NamedTuple):
    """A piece of one line."""

    text: str
    style: str = "value"


class Row(NamedTuple):
    """One line of a pane."""

    spans: tuple[Span, ...]
    key: str = ""
    """Whom the line is about; the cursor stays on a key. Empty for lines that the cursor passes over."""
    source: str = ""
    """Path of what it shows in the response."""

    @property
    def plain(self) -> str:
        """The text of the line."""
        return "".join(span.text for span in self.spans)


def row(*spans: Span | tuple[str, str] | str, key: str = "", source: str = "") -> Row:
    """Make a row of spans, pairs or plain values."""
    made = (Span(span) if isinstance(span, str) else Span(*span) for span in spans)
    return Row(tuple(span for span in made if span.text), key, source)


BLANK: Final = Row(())


class LazyRows(Sequence[Row]):
    """Rows of which each is made when it is looked at, once; their keys are known before."""

    def __init__(self, keys: Sequence[str], make: Callable[[int], Row]) -> None:
        self.keys = keys
        self._make = make
        self._made: dict[int, Row] = {}

    def __len__(self) -> int:
        return len(self.keys)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        place = range(len(self))[index]
        if place not in self._made:
            self._made[place] = self._make(place)
        return self._made[place]


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Return one line of exactly `width` cells: padded, or cut at the end with `…`."""
    if width <= 0:
        return ""
    # Far more than is shown: a megabyte is not measured to show forty cells of it.
    # A joiner at an end would join what stands beside it.
    line = one_line(text[: _LONGEST_CELL * (width + 1)]).strip("\u200d")
    cells = cell_len(line)
    if cells > width:
        return set_cell_size(line, width - 1) + "…"
    return " " * (width - cells) + line if right else line + " " * (width - cells)


def fit_middle(text: str, width: int) -> str:
    """Return one line of exactly `width` cells, cut in the middle: the ends of a name tell jobs apart."""
    line = one_line(text)
    if width < 5 or (len(line) <= _LONGEST_CELL * width and cell_len(line) <= width):
        return fit(line, width)
    tail = (width - 1) // 2
    head = width - 1 - tail
    return fit(set_cell_size(line, head) + "…" + line[-tail:], width)


def wrap(text: str, width: int) -> list[str]:
    """Return `text` in lines of at most `width` cells: broken at blanks, a longer word anywhere."""
    width = max(1, width)
    lines: list[str] = []
    for paragraph in text.expandtabs(4).splitlines():
        lines.extend(_wrapped(paragraph, width))
    return lines


def _wrapped(paragraph: str, width: int) -> Iterator[str]:
    line = ""
    for word in paragraph.split(" "):
        candidate = f"{line} {word}" if line else word
        if cell_len(candidate) <= width:
            line = candidate
            continue
        if line:
            yield line
        *whole, line = chop_cells(word, width) or [""]
        yield from whole
    yield line


def cells(rows: Iterable[Row]) -> int:
    """Return the width of the widest row, in cells."""
    return max((cell_len(entry.plain) for entry in rows), default=0)


def fields(label: str, value: Iterable[Span], *, width: int, source: str = "") -> Row:
    """Return a `label  value` row, the label dim and `width` cells wide; without a label it goes on the row above."""
    return Row((Span(fit(label, width), "label"), Span(" "), *value), f"{label} {source}" if label else "", source)
