"""1 Jobs: the list."""

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.getters import query_one
from textual.reactive import var

from tui.app.joblist import JobsView, title_of
from tui.app.panes.jobrows import head_row, job_rows
from tui.app.roster import FAMILY, family_key
from tui.app.widgets.lines import Lines
from tui.app.widgets.titles import pane_title


class JobList(Lines):
    """The rows of the list; the job whose panes are shown stays marked."""

    MARKS_BLURRED_CURSOR: ClassVar[bool] = True

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse is; a double click opens, on a parent any first click."""
        event.prevent_default()
        key = self.click(event)
        if key and event.chain == (1 if key.startswith(FAMILY) else 2):
            self.tell_opened()


class JobsPane(Vertical):
    """The list under the names of its columns."""

    NUMBER: ClassVar[int] = 1
    NAME: ClassVar[str] = "Jobs"

    view: var[JobsView] = var(JobsView(), init=False)

    body = query_one(JobList)
    head = query_one("#jobs-head", Lines)

    def __init__(self) -> None:
        super().__init__(id="jobs")
        self._title = ""
        self._shown: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        """Compose the head and the rows."""
        head = Lines(id="jobs-head", cursor=False)
        head.can_focus = False
        yield head
        yield JobList(id="jobs-list")

    def on_mount(self) -> None:
        """Have a title in the first frame."""
        self.border_title = pane_title(self, self.NUMBER, self.NAME, "")

    def watch_view(self) -> None:
        """Show the new view."""
        self.refresh_rows()

    def refresh_rows(self) -> None:
        """Show the view as it is now, if anybody sees it."""
        if not self.is_mounted or not self.display:
            return
        width = self.body.scrollable_content_region.width
        shown = (width, *self.view.stamp())
        if width <= 0 or shown == self._shown:
            return
        self._shown = shown
        self.head.show([head_row(self.view, width)])
        self.body.show(job_rows(self.view, width), self._parent_row)
        title = title_of(self.view)
        if title != self._title:
            self._title = title
            self.border_title = pane_title(self, self.NUMBER, self.NAME, title)

    def _parent_row(self, key: str) -> str:
        # The cursor on a child that is folded away goes to what it is folded into.
        parent = self.view.shown.parents.get(key)
        return family_key(parent) if parent else key

    def on_resize(self, _: events.Resize) -> None:
        """Fit the rows to the new width."""
        self.refresh_rows()

    def on_show(self, _: events.Show) -> None:
        """Show what was missed while nobody saw it."""
        self.refresh_rows()
