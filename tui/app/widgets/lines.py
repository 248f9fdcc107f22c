"""A view of rows that repaints only the cells that differ, and keeps its cursor on a key."""

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.app.ascii import ASCII, to_ascii
from tui.app.lines import STYLES, LazyRows, Row, Span

LINE_STYLES: Final = {f"lines--{name}" for name in (*STYLES, "cursor", "cursor-blurred")}
"""The component classes of a screen with such views: one set for all of them, a set for each would cost a frame."""


class Lines(ScrollView, inherit_bindings=False, can_focus=True):
    """Rows on a ScrollView by the line API: a changed clock costs its own cells, an unchanged row nothing."""

    MARKS_BLURRED_CURSOR: ClassVar[bool] = False
    """Whether the cursor shows while another view has the keys."""

    class CursorMoved(Message):
        """The cursor is on another key."""

        def __init__(self, lines: "Lines", key: str, lost: str = "") -> None:
            super().__init__()
            self.lines = lines
            self.key = key
            self.lost = lost
            """The key that the cursor was on, where it is no longer shown."""

        @property
        def control(self) -> "Lines":
            """The view whose cursor moved."""
            return self.lines

    class Opened(CursorMoved):
        """The row under the cursor was double-clicked."""

    def __init__(self, *, id: str | None = None, cursor: bool = True) -> None:
        super().__init__(id=id)
        self._rows: Sequence[Row] = ()
        self._keys: Sequence[str] = ()
        self._stops: Sequence[int] | None = None
        """The rows that have a key, once somebody asked."""
        self._has_cursor = cursor
        self._cursor = 0
        self._look: dict[str, Style] = {}
        self._pattern: re.Pattern[str] | None = None

    @property
    def rows(self) -> Sequence[Row]:
        """What is shown; making a row that is not on the glass may cost something."""
        return self._rows

    @property
    def keys(self) -> Sequence[str]:
        """The key of each row."""
        return self._keys

    @property
    def keys_on_glass(self) -> Sequence[str]:
        """The keys of the rows that are seen."""
        top = self.scroll_offset.y
        return self._keys[top : top + self.size.height]

    @property
    def cursor_key(self) -> str:
        """The key under the cursor; empty without one."""
        if not self._has_cursor or not 0 <= self._cursor < len(self._keys):
            return ""
        return self._keys[self._cursor]

    @property
    def cursor_row(self) -> Row | None:
        """The row under the cursor."""
        return self._rows[self._cursor] if self.cursor_key else None

    def show(self, rows: Sequence[Row], heir: Callable[[str], str] | None = None) -> None:
        """Show other rows: the cursor stays on its key, what stays in place is not painted again.

        Where the cursor's key is no longer shown, `heir` may name another to go to; else it goes to the nearest row.
        """
        old, new = self._rows, rows if isinstance(rows, LazyRows) else tuple(rows)
        if old is new or old == new:
            return
        key, was = self.cursor_key, self._cursor
        on_glass = was - self.scroll_offset.y
        self._rows = new
        self._keys = new.keys if isinstance(new, LazyRows) else tuple([entry.key for entry in new])
        self._stops = None
        self._cursor = self._index_of(key, was)
        if heir and key and self.cursor_key != key:
            self._cursor = self._index_of(heir(key), was)
        before = self.virtual_size
        # Rows fit or are cut: a width that followed them would lay out the whole screen again with each change.
        self.virtual_size = Size(self.size.width, len(new))
        if self.virtual_size.height != before.height:
            # Auto heights and scrollbars follow the number of rows.
            self.refresh(layout=True)
        self._repaint(old, new)
        if self._has_cursor and self._cursor != was:
            self._repaint_line(was)
            self._repaint_line(self._cursor)
            self._keep_on_glass(on_glass)
        if self.cursor_key != key:
            self._tell(self.CursorMoved(self, self.cursor_key, lost=key))

    def search(self, pattern: re.Pattern[str] | None) -> int:
        """Mark what matches, here and in rows to come; return how many rows do."""
        self._pattern = pattern
        self.refresh()
        return sum(bool(pattern.search(entry.plain)) for entry in self._rows) if pattern else 0

    @property
    def searching(self) -> bool:
        """Whether matches are marked."""
        return self._pattern is not None

    def next_match(self, steps: int) -> bool:
        """Move to the next row that matches, around the end; return whether there is one."""
        if self._pattern is None or not self._rows:
            return False
        here = self._cursor
        for distance in range(1, len(self._rows) + 1):
            index = (here + distance * steps) % len(self._rows)
            if self._pattern.search(self._rows[index].plain):
                self._move(index)
                return True
        return False

    def move_to(self, key: str) -> None:
        """Put the cursor on a key, if it is there."""
        index = self._index_of(key, -1)
        if index >= 0 and key:
            self._move(index)

    def move_by(self, steps: int) -> None:
        """Move the cursor over the rows that have a key, or scroll where there is none."""
        stops = self._keyed() if self._has_cursor else ()
        if not stops:
            self.scroll_to(y=self.scroll_offset.y + steps, animate=False)
            return
        there = max(0, min(len(stops) - 1, self._stop(stops, self._cursor) + steps))
        self._move(stops[there])
        if there == 0:
            self.scroll_to(y=0, animate=False)
        elif there == len(stops) - 1:
            self.scroll_to(y=len(self._rows), animate=False)

    def move_top(self) -> None:
        """Move to the first row."""
        self.move_by(-len(self._rows))

    def move_bottom(self) -> None:
        """Move to the last row."""
        self.move_by(len(self._rows))

    @property
    def page(self) -> int:
        """Rows of one page."""
        return max(1, self.scrollable_content_region.height - 1)

    def render_line(self, y: int) -> Strip:
        """Return one line of the glass."""
        index = y + self.scroll_offset.y
        width = self.size.width
        base = self._base_style()
        if not 0 <= index < len(self._rows):
            return Strip.blank(width, base)
        if self._has_cursor and index == self._cursor and self.cursor_key:
            if self.has_focus:
                base += self._style("cursor")
            elif self.MARKS_BLURRED_CURSOR:
                base += self._style("cursor-blurred")
        spans: Sequence[Span] = self._rows[index].spans
        if self._pattern:
            spans = _marked(spans, self._pattern)
        if self.app.has_class(ASCII):
            spans = [Span(to_ascii(span.text), span.style) for span in spans]
        line = Strip([Segment(span.text, base + self._style(span.style)) for span in spans])
        return line.crop_extend(self.scroll_offset.x, self.scroll_offset.x + width, base)

    def notify_style_update(self) -> None:
        """Forget the styles of another theme or state."""
        self._look.clear()
        super().notify_style_update()

    def on_focus(self) -> None:
        """Show that the cursor is live."""
        self._repaint_line(self._cursor)

    def on_blur(self) -> None:
        """Show that the cursor is not live."""
        self._repaint_line(self._cursor)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse is; a double click opens."""
        if self.click(event) and event.chain == 2:
            self.tell_opened()

    def click(self, event: events.Click) -> str:
        """Put the cursor where the mouse is; return the key there."""
        offset = event.get_content_offset(self)
        if offset is None or not self._has_cursor:
            return ""
        index = offset.y + self.scroll_offset.y
        if not 0 <= index < len(self._keys) or not self._keys[index]:
            return ""
        self._move(index)
        return self.cursor_key

    def tell_opened(self) -> None:
        """Say that the row under the cursor is to be opened."""
        self._tell(self.Opened(self, self.cursor_key))

    def _move(self, index: int) -> None:
        if index != self._cursor:
            was, self._cursor = self._cursor, index
            self._repaint_line(was)
            self._repaint_line(index)
            self._tell(self.CursorMoved(self, self.cursor_key))
        height = self.scrollable_content_region.height
        top = self.scroll_offset.y
        if index < top:
            self.scroll_to(y=index, animate=False)
        elif height and index >= top + height:
            self.scroll_to(y=index - height + 1, animate=False)

    def _tell(self, message: Message) -> None:
        # Whoever called `show` counts as the sender otherwise, and a message stops bubbling below its sender.
        message.set_sender(self)
        self.post_message(message)

    def _keep_on_glass(self, on_glass: int) -> None:
        """Keep the cursor's row at its height on the glass; a list that shows its top goes on showing it."""
        height = self.scrollable_content_region.height
        if self.scroll_offset.y == 0 and self._cursor < height:
            return
        self.scroll_to(y=max(0, self._cursor - on_glass), animate=False)

    def _index_of(self, key: str, otherwise: int) -> int:
        """Return where a key is; else the nearest row to `otherwise` that has one, unless that is negative."""
        if key:
            if 0 <= otherwise < len(self._keys) and self._keys[otherwise] == key:
                return otherwise
            try:
                return self._keys.index(key)
            except ValueError:
                pass
        if otherwise < 0 or not self._rows:
            return otherwise if otherwise < 0 else 0
        here = min(otherwise, len(self._rows) - 1)
        stops = self._keyed()
        return stops[self._stop(stops, here)] if stops else here

    def _keyed(self) -> Sequence[int]:
        if self._stops is None:
            keys = self._keys
            self._stops = range(len(keys)) if all(keys) else [index for index, key in enumerate(keys) if key]
        return self._stops

    @staticmethod
    def _stop(stops: Sequence[int], index: int) -> int:
        """Return which of the rows with a key is the nearest to a row, the upper one of two."""
        place = bisect_left(stops, index)
        if place == len(stops):
            return place - 1
        return place if not place or stops[place] - index < index - stops[place - 1] else place - 1

    def _repaint(self, old: Sequence[Row], new: Sequence[Row]) -> None:
        top = self.scroll_offset.y
        for index in range(top, top + self.size.height):
            was = old[index] if index < len(old) else None
            now = new[index] if index < len(new) else None
            if was is not None and now is not None:
                if was.spans != now.spans:
                    self._repaint_line(index)
            elif was is not now:
                self._repaint_line(index)

    def _repaint_line(self, index: int) -> None:
        self.refresh(Region(0, index - self.scroll_offset.y, self.size.width, 1))

    def _style(self, name: str) -> Style:
        if name not in self._look:
            self._look[name] = self.screen.get_component_rich_style(f"lines--{name}", partial=True)
        return self._look[name]

    def _base_style(self) -> Style:
        if "" not in self._look:
            self._look[""] = self.rich_style
        return self._look[""]


def _marked(spans: Sequence[Span], pattern: re.Pattern[str]) -> tuple[Span, ...]:
    """Return the spans with what matches in the style of a match."""
    plain = "".join(span.text for span in spans)
    inside = [False] * len(plain)
    for match in pattern.finditer(plain):
        inside[match.start() : match.end()] = [True] * (match.end() - match.start())
    found, at = [], 0
    for span in spans:
        for matched, run in groupby(range(at, at + len(span.text)), key=inside.__getitem__):
            places = list(run)
            found.append(Span(plain[places[0] : places[-1] + 1], "match" if matched else span.style))
        at += len(span.text)
    return tuple(found)
