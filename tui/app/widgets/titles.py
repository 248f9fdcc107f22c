"""Titles in borders: foreign text in them is never markup, and ASCII where only that is drawn."""

from textual.content import Content
from textual.widget import Widget

from tui.app.ascii import ASCII, to_ascii


def pane_title(widget: Widget, number: int, name: str, summary: str) -> Content:
    """Return `2 Timeline · summary`, the name bright and the rest dim."""
    text = f" · {summary}" if summary else ""
    if widget.app.has_class(ASCII):
        text = to_ascii(text)
    return Content.assemble((f"{number} ", "$text-muted"), (name, "b"), (text, "$text-muted"))
