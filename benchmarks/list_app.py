"""A list of jobs on a terminal as Textual's own widgets have it: `python -m benchmarks.list_app KIND JOBS`.

`table` is a DataTable, `scroll` a ScrollView of plain lines. `/` goes to an input; what is typed there clears the
table and fills it with the jobs whose names hold it. F2 changes one cell, F3 nothing, in either.
"""

import sys
from typing import ClassVar

from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import DataTable, Input, Static

from benchmarks.jobs import fleet_names

COLUMNS = ("", "NAME", "PHASE", "FOR", "ON")
PLACE = 9
"""The line that changes."""
_PHASES = ("Training", "Uploading")


def cells(number: int, name: str) -> tuple[str, ...]:
    """Return what a job's line says."""
    return ("●", name, _PHASES[0], f"{2 + number // 60}h{number % 60:02d}m", f"{1 + number % 8}×p4d.24xlarge")


class Table(App[None]):
    """A DataTable, and a line that says how many jobs it shows, where sagetop says so."""

    BINDINGS: ClassVar = [("f2", "one"), ("f3", "none"), ("slash", "type")]
    CSS = "Static { height: 1; } DataTable { height: 1fr; }"

    def compose(self) -> ComposeResult:
        yield Static(id="title")
        table: DataTable[str] = DataTable(cursor_type="row")
        yield table
        line = Input()
        # Its blinking would look like an effect of the key.
        line.cursor_blink = False
        yield line

    def on_mount(self) -> None:
        self.jobs = [cells(number, name) for number, name in enumerate(fleet_names(int(sys.argv[2])))]
        self.phase = 0
        self.table: DataTable[str] = self.query_one(DataTable)
        for column in COLUMNS:
            self.table.add_column(column, key=column)
        self.fill("")
        self.table.focus()

    def fill(self, text: str) -> None:
        """Show the jobs whose names hold a text."""
        found = [job for job in self.jobs if text in job[1]]
        self.table.clear()
        for job in found:
            self.table.add_row(*job, key=job[1])
        self.query_one("#title", Static).update(f"Jobs · {len(found):,}")

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.value or self.table.row_count != len(self.jobs):
            self.fill(event.value)

    def action_type(self) -> None:
        self.query_one(Input).focus()

    def action_one(self) -> None:
        self.phase = 1 - self.phase
        self.table.update_cell(self.jobs[PLACE][1], "PHASE", _PHASES[self.phase])

    def action_none(self) -> None:
        """Nothing."""


class _Scroll(ScrollView, can_focus=True):
    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        self.texts = lines
        self.virtual_size = Size(80, len(lines))

    def render_line(self, y: int) -> Strip:
        place = y + self.scroll_offset.y
        text = self.texts[place] if place < len(self.texts) else ""
        return Strip([Segment(text.ljust(self.size.width), self.rich_style)])


class Scroll(App[None]):
    """The same lines in a ScrollView that refreshes one of them."""

    BINDINGS: ClassVar = [("f2", "one"), ("f3", "none")]

    def compose(self) -> ComposeResult:
        jobs = [cells(number, name) for number, name in enumerate(fleet_names(int(sys.argv[2])))]
        yield _Scroll([f"{job[0]}  {job[1]:30} {job[2]:13} {job[3]:>7} {job[4]:14}" for job in jobs])

    def on_mount(self) -> None:
        self.phase = 0
        self.query_one(_Scroll).focus()

    def action_one(self) -> None:
        scroll = self.query_one(_Scroll)
        old, new = _PHASES[self.phase], _PHASES[1 - self.phase]
        self.phase = 1 - self.phase
        scroll.texts[PLACE] = scroll.texts[PLACE].replace(old.ljust(13), new.ljust(13))
        scroll.refresh(Region(0, PLACE, scroll.size.width, 1))

    def action_none(self) -> None:
        """Nothing."""


if __name__ == "__main__":
    (Table if sys.argv[1] == "table" else Scroll)().run()
