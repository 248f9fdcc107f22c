"""A pane: a bordered view of rows that is a pure function of the focused job."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.reactive import var

from tui.app.lines import Row
from tui.app.view import COARSE_SECONDS, NOTHING, JobView
from tui.app.widgets.lines import Lines
from tui.app.widgets.titles import pane_title


class Pane(Lines):
    """Base of the panes: gives rows for a view and a width, and a summary for its title."""

    NUMBER: ClassVar[int] = 0
    """The key that leads to it."""
    NAME: ClassVar[str] = ""

    view: var[JobView] = var(NOTHING, init=False)
    """The focused job, bound to the screen's."""
    detailed: var[bool] = var(False, init=False)
    """Whether there is room for every member of the pane's room: the pane is alone on the screen."""

    def __init__(self, *, cursor: bool = True) -> None:
        super().__init__(id=self.NAME.lower(), cursor=cursor)
        self._title: str | None = None
        self._shown: tuple[object, ...] = ()

    def tick_seconds(self, view: JobView) -> int:
        """Return how finely the pane tells time: nothing is computed more often unless something changed."""
        return COARSE_SECONDS

    def rows_of(self, view: JobView, width: int) -> Sequence[Row]:
        """Return what to show of `view` in `width` cells."""
        raise NotImplementedError

    def summary_of(self, view: JobView) -> str:
        """Return what the title says beside the pane's name."""
        return view.name

    def refresh_rows(self) -> None:
        """Show the view as it is now, if anybody sees it."""
        if not self.is_mounted or not self.display:
            return
        width = self.scrollable_content_region.width
        shown = (width, self.detailed, self.screen.size, *self.view.stamp(self.tick_seconds(self.view)))
        if width <= 0 or shown == self._shown:
            return
        self._shown = shown
        self.show(self.rows_of(self.view, width))
        self.set_title(self.summary_of(self.view))

    def tell_time(self, view: JobView) -> None:
        """Show a view in which nothing is new but the time."""
        self.set_reactive(Pane.view, view)
        if self.tick_seconds(view) < COARSE_SECONDS:
            self.refresh_rows()

    def set_title(self, summary: str) -> None:
        """Write the border's title."""
        if summary != self._title:
            self._title = summary
            self.border_title = pane_title(self, self.NUMBER, self.NAME, summary)

    def on_mount(self) -> None:
        """Have a title in the first frame."""
        self.set_title(self.summary_of(self.view))

    def watch_view(self) -> None:
        """Show the new view."""
        self.refresh_rows()

    def watch_detailed(self) -> None:
        """Show more, or less."""
        self.refresh_rows()

    def on_resize(self, _: events.Resize) -> None:
        """Fit the rows to the new width."""
        self.refresh_rows()

    def on_show(self, _: events.Show) -> None:
        """Show what was missed while nobody saw it."""
        self.refresh_rows()
