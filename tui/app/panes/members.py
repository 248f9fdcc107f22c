"""Every member of a room as `label  value` rows: what Config and Data show, and the other panes when alone."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tui.app.lines import BLANK, Row, Span, row, wrap
from tui.app.panes.waiting import waiting_rows
from tui.app.view import JobView

if TYPE_CHECKING:
    from tui.domain.catalogue import Room
    from tui.domain.leaves import Leaf

_LABEL_SHARE = 0.45
"""Labels take at most this part of the width."""


def member_rows(view: JobView, room: Room, width: int) -> list[Row]:
    """Return a heading for each entry of `room` that the response has, and a row for each leaf under it."""
    if view.snapshot is None:
        return waiting_rows(view, width)
    from tui.domain.leaves import in_room, leaves

    found = in_room(leaves(view.snapshot.raw, view.snapshot.unknown), room)
    rows: list[Row] = []
    for group, entries in groupby(found, key=lambda leaf: leaf.group):
        if rows:
            rows.append(BLANK)
        if group:
            rows += [row((line, "head")) for line in wrap(group, width)]
        rows += leaf_rows(list(entries), view, width)
    return rows


def leaf_rows(found: Sequence[Leaf], view: JobView, width: int) -> list[Row]:
    """Return the rows of some leaves: labels in a column, long values wrapped below themselves."""
    from tui.domain.report import shown_text

    labels = [leaf.label or leaf.key for leaf in found]
    cells = min(max((cell_len(label) for label in labels), default=0), max(8, int(width * _LABEL_SHARE)))
    rows = []
    for leaf, label in zip(found, labels, strict=True):
        style = view.style(leaf.path, "value" if leaf.known else "warning")
        lines = wrap(shown_text(leaf, view.now, view.revealed), max(8, width - cells - 4)) or [""]
        heads = wrap(label, cells) or [""]
        for index in range(max(len(lines), len(heads))):
            head = heads[index] if index < len(heads) else ""
            line = lines[index] if index < len(lines) else ""
            rows.append(
                Row(
                    (Span("  " + head + " " * (cells - cell_len(head)), "label"), Span("  "), Span(line, style)),
                    key=leaf.path if index == 0 else "",
                    source=leaf.path,
                )
            )
    return rows


def hidden(view: JobView) -> int:
    """Return how many values of the response are masked, or would be."""
    if view.snapshot is None:
        return 0
    from tui.domain.leaves import leaves
    from tui.domain.report import shown_text

    found = leaves(view.snapshot.raw, view.snapshot.unknown)
    return sum(shown_text(leaf, view.now) != shown_text(leaf, view.now, True) for leaf in found)
