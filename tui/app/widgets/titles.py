"""Titles in borders: foreign text in them is never markup, and ASCII where only that is drawn."""

from typing import Final

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from tui.app.ascii import ASCII, to_ascii
from tui.app.lines import fit
from tui.domain.text import one_line

_FRAME_CELLS: Final = 6
"""What the border takes of a line with a title."""


def pane_title(widget: Widget, number: int, name: str, summary: str) -> Content:
    """Return `2 Timeline · summary`, the name bright and the rest dim."""
    text = f" · {one_line(summary)}" if summary else ""
    if widget.app.has_class(ASCII):
        # What is too long Textual cuts with an ellipsis that is not ASCII.
        room = widget.size.width - len(f"{number} {name}") - _FRAME_CELLS
        text = to_ascii(fit(text, min(room, cell_len(text))))
    return Content.assemble((f"{number} ", "$text-muted"), (name, "b"), (text, "$text-muted"))
