"""The part of a log that is on the glass: only the rows that are seen cost anything, and what is read stays in place.

It keeps no rows but those on the glass. Its place is a line (a `LineKey`, which does not change when lines arrive
above it) and the row of the glass where that line stands; or the end, which it follows.
"""

from dataclasses import replace
from typing import Final, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.app.ascii import ASCII, to_ascii
from tui.app.lines import BLANK, Row, row
from tui.app.widgets.logink import How, LogInk, Look
from tui.app.widgets.logsource import Lines, LogSource
from tui.domain.loglines import LineKey

_NOTHING: Final = row(("None of the lines is what is asked for: esc shows the others again.", "dim"))
_LOOKING: Final = row(("Looking for lines…", "dim"))


class Glass(NamedTuple):
    """One row of the glass. Equal rows are not painted again."""

    key: LineKey | None
    part: int
    strip: Strip
    lit: bool = False


class Place(NamedTuple):
    """A row of a line, and the row of the glass where it stands."""

    key: LineKey
    part: int = 0
    y: int = 0


class LogGlass(Widget, inherit_bindings=False, can_focus=True):
    """Rows of lines, by the line API."""

    class Changed(Message):
        """What a title says of it may have changed."""

    class StartWanted(Message):
        """Somebody wants to read what stands before the first line."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.source = LogSource()
        self.following = True
        self.marks: set[LineKey] = set()
        self.unfolded: set[LineKey] = set()
        """Lines whose JSON is written out."""
        self.more_above = False
        """Whether lines before the first one may be asked for."""
        self.marker = ""
        """Stands above the first line."""
        self.hosts_expected = 0
        self.revealed = False
        """Whether what looks secret is shown."""
        self.painted = 0
        """Rows of the glass that were painted again."""
        self._look = Look()
        self._styles: dict[str, Style] = {}
        self._ink = LogInk(self._look, self._style)
        self._place: Place | None = None
        self._cursor: LineKey | None = None
        self._seen: LineKey | None = None
        """The last line when following ended."""
        self._glass: tuple[Glass, ...] = ()
        self._instead: tuple[Row, ...] = ()
        self._scrolled = 0
        """Rows of what is shown instead that are above the glass."""
        self._told: tuple[object, ...] = ()

    @property
    def lines(self) -> Lines:
        """What is shown, or would be on a glass that is high enough."""
        return self.source.lines

    @property
    def look(self) -> Look:
        """How lines are drawn."""
        return self._look

    @property
    def ink(self) -> LogInk:
        """What draws them."""
        return self._ink

    @property
    def glass(self) -> tuple[Glass, ...]:
        """What is seen."""
        return self._glass

    @property
    def page(self) -> int:
        """Rows of one page."""
        return max(1, self.size.height - 1)

    @property
    def new(self) -> int:
        """Lines that came since following ended."""
        if self.following:
            return 0
        lines = self.lines
        index = lines.index_of(self._seen) if self._seen else 0
        return len(lines) - index - (index < len(lines) and lines[index].key == self._seen)

    @property
    def here(self) -> int:
        """The line under the cursor; -1 where there is no line."""
        lines = self.lines
        if self.following or self._cursor is None:
            return len(lines) - 1
        return min(lines.index_of(self._cursor), len(lines) - 1)

    def follow(self) -> None:
        """Go to the end and stay there."""
        self.following = True
        self._place = self._cursor = self._seen = None
        self.repaint()

    def pause(self) -> None:
        """Stay with what is on the glass."""
        lines = self.lines
        if not self.following or not lines:
            return
        self._cursor = self._seen = lines[-1].key
        self._place = Place(lines[-1].key, 0, max(0, self.size.height - 1))
        self._hold()
        self.following = False
        self.repaint()

    def go_to(self, index: int, *, centred: bool = False, top: bool = False) -> None:
        """Put the cursor on a line and bring it to the glass, moving no more than is needed."""
        lines = self.lines
        if not 0 <= index < len(lines):
            return
        self.pause()
        key = self._cursor = lines[index].key
        seen = [entry.part for entry in self._glass if entry.key == key]
        parts, height = len(self._parts(index)), max(1, self.size.height)
        if top or not (len(seen) == parts or (seen[:1] == [0] and parts >= height)):
            above = 1 if index == 0 and self.marker else 0
            if centred and not top:
                self._place = Place(key, 0, height // 3)
            elif top or parts >= height or not self._glass or self._before_glass(index):
                self._place = Place(key, 0, above)
            else:
                self._place = Place(key, parts - 1, height - 1)
        self.repaint()

    def scroll_rows(self, rows: int) -> None:
        """Move the glass over the rows; the cursor stays where it is on the glass, if it can."""
        lines = self.lines
        if not lines or (self.following and rows > 0):
            return
        self.pause()
        before = self._glass
        top = next((y for y, entry in enumerate(before) if entry.key is not None), None)
        lit = next((y for y, entry in enumerate(before) if entry.key == self._cursor), 0)
        if top is None:
            return
        first = before[top]
        assert first.key is not None
        index = lines.index_of(first.key)
        # The marker at the top, if it is on the glass, is one of the rows.
        if rows < 0:
            walked = self._above(index, first.part, top - rows)[:1]
        else:
            walked = self._below(index, first.part, rows - top + 1)[-1:]
        if walked:
            there = walked[0]
            self._place = Place(lines[0].key, 0, 1) if there.key is None else Place(there.key, there.part, 0)
        self.repaint()
        if self._at_end() and rows > 0:
            self.follow()
            return
        moved = [entry.key for entry in self._glass] != [entry.key for entry in before] or first != self._glass[top]
        if moved:
            keys = [entry.key for entry in self._glass[lit:]] + [entry.key for entry in self._glass[:lit]]
            self._cursor = next((key for key in keys if key is not None), self._cursor)
        elif rows < 0:
            self._cursor = lines[0].key
        self.repaint()

    # The window

    def repaint(self) -> None:
        """Paint the rows of the glass that differ from what is shown now."""
        if not self.is_mounted or not self.size or not self.display:
            return
        look = self._look_now()
        if look != self._ink.look:
            self._look, self._ink = look, LogInk(look, self._style)
        old, self._glass = self._glass, self._window()
        if not self.following:
            self._hold()
        width = self.size.width
        changed = [
            Region(0, y, width, 1)
            for y in range(max(len(old), len(self._glass)))
            if y >= len(old) or y >= len(self._glass) or old[y] != self._glass[y]
        ]
        if changed:
            self.painted += len(changed)
            self.refresh(*changed)
        told = (self.following, self.new, self.source.filter, self.source.busy, self._look)
        if told != self._told:
            self._told = told
            self.tell(self.Changed())

    def tell(self, message: Message) -> None:
        """Post a message as this widget's own, whoever called."""
        message.set_sender(self)
        self.post_message(message)

    def _window(self) -> tuple[Glass, ...]:
        lines, height = self.lines, self.size.height
        if not lines:
            return tuple(self._said())
        if self.following or self._place is None:
            found = self._above(len(lines), 0, height)
        else:
            key, part, y = self._place
            index = min(lines.index_of(key), len(lines) - 1)
            part = min(part, len(self._parts(index)) - 1) if lines[index].key == key else 0
            above = self._above(index, part, y)
            below = self._below(index, part, height - len(above))
            short = height - len(above) - len(below)
            found = (self._above(index, part, len(above) + short) if short > 0 else above) + below
        lit = lines[self.here].key if self.has_focus else None
        return tuple(entry._replace(lit=True) if lit and entry.key == lit else entry for entry in found)

    def _parts(self, index: int) -> tuple[Strip, ...]:
        line = self.lines[index]
        key = line.key
        return self._ink.rows(line, How(key in self.marks, key in self.unfolded, self.source.aside(index)))

    def _above(self, index: int, part: int, amount: int) -> list[Glass]:
        """Return the rows above a row, the marker above the first line being one."""
        found: list[Glass] = []
        while len(found) < amount:
            if part == 0:
                index -= 1
                if index < 0:
                    break
                part = len(self._parts(index))
            part -= 1
            found.append(Glass(self.lines[index].key, part, self._parts(index)[part]))
        if len(found) < amount and self.marker:
            found.append(Glass(None, 0, self._strip(row((self.marker, "dim")))))
        return found[::-1]

    def _below(self, index: int, part: int, amount: int) -> list[Glass]:
        """Return a row and those below it."""
        found: list[Glass] = []
        while len(found) < amount and index < len(self.lines):
            key, parts = self.lines[index].key, self._parts(index)
            found += [Glass(key, at, parts[at]) for at in range(part, len(parts))]
            index, part = index + 1, 0
        return found[: max(0, amount)]

    def _hold(self) -> None:
        """Stay with the topmost line of the glass: what arrives above it moves nothing."""
        for y, entry in enumerate(self._glass):
            if entry.key is not None:
                self._place = Place(entry.key, entry.part, y)
                return

    def _at_end(self) -> bool:
        if not self._glass or not self.lines:
            return True
        last = self._glass[-1]
        index = len(self.lines) - 1
        full = len(self._glass) >= self.size.height
        return not full or (last.key == self.lines[index].key and last.part == len(self._parts(index)) - 1)

    def _before_glass(self, index: int) -> bool:
        first = next((entry.key for entry in self._glass if entry.key is not None), None)
        return first is None or self.lines[index].key <= first

    def _said(self) -> list[Glass]:
        rows = self._instead
        if len(self.source.buffer):
            rows = (_LOOKING if self.source.busy else _NOTHING,)
        last = max(0, len(rows) - self.size.height)
        self._scrolled = max(0, min(self._scrolled, last))
        return [Glass(None, 0, self._strip(entry)) for entry in rows[self._scrolled :][: self.size.height]]

    def _strip(self, entry: Row) -> Strip:
        text = to_ascii if self._ink.look.ascii else str
        return Strip([Segment(text(span.text), self._style(span.style)) for span in entry.spans])

    def _look_now(self) -> Look:
        found = self.source.buffer.hosts
        wanted = self.source.filter
        one = wanted is not None and wanted.hosts is not None and len(wanted.hosts) == 1
        tags = max(len(found), self.hosts_expected) > 1 and not one
        return replace(
            self._look,
            width=self.size.width,
            hosts=found if tags else (),
            ascii=self.app.has_class(ASCII),
            revealed=self.revealed,
        )

    # The widget

    def render_line(self, y: int) -> Strip:
        """Return one line of the glass."""
        width = self.size.width
        entry = self._glass[y] if y < len(self._glass) else Glass(None, 0, self._strip(BLANK))
        base = self._base()
        if entry.lit:
            base += self._style("cursor")
        return entry.strip.apply_style(base).crop_extend(0, width, base)

    def notify_style_update(self) -> None:
        """Forget the styles of another theme or state."""
        self._styles.clear()
        super().notify_style_update()
        if self.is_mounted:
            self._ink = LogInk(self._ink.look, self._style)
            self.repaint()

    def on_focus(self) -> None:
        """Show that the cursor is live."""
        self.repaint()

    def on_blur(self) -> None:
        """Show that the cursor is not live."""
        self.repaint()

    def on_resize(self, _: events.Resize) -> None:
        """Fit the rows to the new size."""
        self.repaint()

    def on_show(self, _: events.Show) -> None:
        """Show what was missed while nobody saw it."""
        self.repaint()

    def _style(self, name: str) -> Style:
        if name not in self._styles:
            self._styles[name] = self.screen.get_component_rich_style(f"lines--{name}", partial=True)
        return self._styles[name]

    def _base(self) -> Style:
        if "" not in self._styles:
            self._styles[""] = self.rich_style
        return self._styles[""]
