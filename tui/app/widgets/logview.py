"""A log to read: it is followed and paused, searched, narrowed to some of its lines, marked and copied."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace

from textual import events, work
from textual.message import Message

from tui.app.lines import Row
from tui.app.searching import LinePattern
from tui.app.widgets.logglass import LogGlass, Place
from tui.app.widgets.logink import Times
from tui.app.widgets.logsource import AT_ONCE, CONTEXT, SLICE, Walk, Wanted, slices, starts_error
from tui.domain.logbuffer import Added, LogBuffer
from tui.domain.loglines import Flags, LogLine
from tui.domain.logview import LogFilter

_WHEEL_ROWS = 3


class LogView(LogGlass):
    """Lines of a `LogBuffer`, the newest at the bottom."""

    class Counted(Message):
        """So many lines match a pattern; `complete` once all were looked at."""

        def __init__(self, pattern: str, found: int, complete: bool) -> None:
            super().__init__()
            self.pattern = pattern
            self.found = found
            self.complete = complete

    class Missed(Message):
        """A search that went on after its key was answered found nothing."""

    _only = False

    def show(self, buffer: LogBuffer, generation: int, added: Added | None = None) -> None:
        """Show a buffer, or what became of it since the last generation."""
        if self.source.take(buffer, generation, added):
            self.marks.clear()
            self.unfolded.clear()
            self._only = False
            self.workers.cancel_node(self)
            self.follow()
        self._advance()
        self.repaint()

    def show_instead(self, rows: Sequence[Row]) -> None:
        """Say something while there is no line."""
        if self._instead != tuple(rows):
            self._instead, self._scrolled = tuple(rows), 0
            self.repaint()

    def draw_as(self, *, wrap: bool | None = None, times: Times | None = None) -> None:
        """Draw the lines in another way."""
        look = self._look
        wrap, times = look.wrap if wrap is None else wrap, look.times if times is None else times
        self._look = replace(look, wrap=wrap, times=times)
        self.repaint()

    # Some of the lines

    @property
    def host(self) -> str:
        """The only host shown; empty for all of them."""
        wanted = self.source.filter
        return next(iter(wanted.hosts)) if wanted and wanted.hosts else ""

    @property
    def only(self) -> bool:
        """Whether only lines that match are shown, and those beside them."""
        return self._only

    def show_host(self, host: str) -> None:
        """Show the lines of one host, or of all again."""
        self._choose(host, self._only)

    def show_only(self, wanted: bool) -> None:
        """Show the lines that match what is searched for, and those beside them; or all again."""
        self._choose(self.host, wanted)

    def _choose(self, host: str, only: bool) -> None:
        pattern = self._look.pattern if only else None
        self._only = pattern is not None
        hosts = frozenset({host}) if host else None
        context = CONTEXT if pattern else 0
        self.source.choose(LogFilter(hosts, pattern, context) if hosts or pattern else None)
        self._advance()
        self.repaint()

    def _advance(self) -> None:
        """Bring the part that is shown up to date: at once if that is soon done, else in slices."""
        if not self.source.advance(AT_ONCE):
            self._advance_on()

    @work(group="advance", exclusive=True, exit_on_error=False, description="narrow the log")
    async def _advance_on(self) -> None:
        complete = False
        while not complete:
            await asyncio.sleep(0)
            complete = self.source.advance(SLICE)
        self.repaint()

    # Searching

    @property
    def searching(self) -> bool:
        """Whether matches are marked."""
        return self._look.pattern is not None

    def search(self, pattern: re.Pattern[str] | None) -> int:
        """Mark what matches; return how many lines on the glass do, the others are counted meanwhile.

        Raises:
            ValueError: it might take forever.
        """
        wanted = LinePattern(pattern.pattern) if pattern else None
        self._look = replace(self._look, pattern=wanted)
        self.workers.cancel_group(self, "count")
        if self._only:
            self._choose(self.host, wanted is not None)
        self.repaint()
        if wanted is None:
            return 0
        self._count(wanted)
        lines = self.lines
        keys = {entry.key for entry in self.glass if entry.key is not None}
        return sum(bool(wanted.search(lines[lines.index_of(key)].text)) for key in keys)

    @work(group="count", exclusive=True, exit_on_error=False, description="count matches")
    async def _count(self, pattern: LinePattern) -> None:
        found = 0
        for texts in slices(self.source):
            found += sum(1 for text in texts if pattern.search(text))
            await asyncio.sleep(0)
            if self._look.pattern is not pattern:
                return
            self.tell(self.Counted(pattern.text, found, complete=False))
        self.tell(self.Counted(pattern.text, found, complete=True))

    def next_match(self, steps: int) -> bool:
        """Go to the next line that matches, around the end; from the end that is followed, to the newest."""
        pattern = self._look.pattern
        if pattern is None:
            return False
        return self._seek(steps, lambda lines, index: bool(pattern.search(lines[index].text)), around=True)

    def next_error(self, steps: int) -> bool:
        """Go to the next error; from the end that is followed, to the newest."""
        return self._seek(steps, starts_error, around=False)

    def _seek(self, steps: int, wanted: Wanted, *, around: bool) -> bool:
        """Go to a line; return False if there is none. A long way is gone in slices: then that is told later."""
        lines = self.lines
        start, step = (len(lines), -1) if self.following else (self.here, steps)
        walk = Walk(lines, start, step, wanted, around=around)
        key = walk.go(lines, AT_ONCE)
        if key is not None:
            self.go_to(lines.index_of(key), centred=True)
        elif not walk.over:
            self._walk_on(walk)
        return key is not None or not walk.over

    @work(group="walk", exclusive=True, exit_on_error=False, description="search the log")
    async def _walk_on(self, walk: Walk) -> None:
        while not walk.over:
            await asyncio.sleep(0)
            key = walk.go(self.lines, SLICE)
            if key is not None:
                self.go_to(self.lines.index_of(key), centred=True)
                return
        self.tell(self.Missed())

    # Moving

    @property
    def line(self) -> LogLine | None:
        """The line under the cursor."""
        return self.lines[self.here] if self.here >= 0 else None

    @property
    def cursor_key(self) -> str:
        """The eventId of the line under the cursor."""
        return self.line.id if self.line else ""

    @property
    def cursor_row(self) -> Row | None:
        """No row: lines are copied as lines."""
        return None

    def move_by(self, steps: int) -> None:
        """Move the cursor by a line, or the glass by more; beyond the end, follow it."""
        lines, here = self.lines, self.here
        if not lines:
            self._scrolled += steps
            self.repaint()
        elif abs(steps) > 1:
            self.scroll_rows(steps)
        elif self._reaches_beyond(steps):
            # A line higher than the glass.
            self.scroll_rows(steps)
        elif here + steps >= len(lines):
            self.follow()
        elif here + steps < 0:
            self.go_to(0, top=True)
        else:
            self.go_to(here + steps)

    def move_top(self) -> None:
        """Go to the first line; where that already is on the glass, ask for what stands before it."""
        if self.more_above and self.glass and self.glass[0].key is None:
            self.tell(self.StartWanted())
        self.go_to(0, top=True)

    def move_bottom(self) -> None:
        """Follow the end."""
        if self.lines:
            self.follow()

    def move_to_head(self) -> None:
        """Go to the first line there is, and ask for those before it."""
        if self.more_above:
            self.tell(self.StartWanted())
        self.go_to(0, top=True)

    def move_to_last(self, seconds: float) -> None:
        """Go to the first line of the last so many seconds of the log."""
        lines = self.lines
        if lines:
            self.go_to(min(lines.index_at(lines[-1].at - int(seconds * 1000)), len(lines) - 1), top=True)

    def _reaches_beyond(self, steps: int) -> bool:
        """Return whether the cursor's line goes on where the glass ends."""
        edge = self.glass[-1 if steps > 0 else 0] if self.glass else None
        line = self.line
        if edge is None or line is None or edge.key != line.key:
            return False
        return edge.part < len(self._parts(self.here)) - 1 if steps > 0 else edge.part > 0

    # Lines

    def toggle_mark(self) -> None:
        """Mark the line under the cursor, or unmark it, and go on to the next."""
        line = self.line
        if line is None:
            return
        self.pause()
        self.marks ^= {line.key}
        self.repaint()
        if self.here + 1 < len(self.lines):
            self.go_to(self.here + 1)

    def toggle_json(self) -> bool:
        """Write the JSON of the line under the cursor out, or on one line again; return False if it has none."""
        line = self.line
        if line is None or not line.flags & Flags.JSON:
            return False
        self.pause()
        self.unfolded ^= {line.key}
        # Its first row stays where it is, unless the rest has no room then.
        self._place = next(
            (Place(line.key, 0, y) for y, entry in enumerate(self.glass) if entry[:2] == (line.key, 0)), None
        )
        self._place = self._place or Place(line.key)
        self.repaint()
        self.go_to(self.here)
        return True

    def marked(self) -> list[LogLine]:
        """Return the marked lines that are still there, in order."""
        buffer = self.source.buffer
        found = (buffer.index_of(key) for key in sorted(self.marks))
        return [buffer[index] for index in found if index < len(buffer) and buffer[index].key in self.marks]

    def reset(self) -> None:
        """Show all lines again, none of them marked."""
        self.marks.clear()
        self.search(None)
        self._choose("", only=False)

    # The mouse

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Move the glass down."""
        event.stop()
        self.scroll_rows(_WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Move the glass up."""
        event.stop()
        self.scroll_rows(-_WHEEL_ROWS)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse is."""
        offset = event.get_content_offset(self)
        key = self.glass[offset.y].key if offset is not None and offset.y < len(self.glass) else None
        if key is not None:
            self.go_to(self.lines.index_of(key))
