"""5 Metrics: a row for each curve, and alone on the screen a chart for each metric.

What rows and charts are made of is imported with the first description of a job: the first frame needs none of it.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Final

from rich.cells import cell_len
from textual import work
from textual.reactive import var

from tui.app.ascii import ASCII
from tui.app.lines import BLANK, Row, row, wrap
from tui.app.panes.waiting import waiting_rows
from tui.app.view import JobView
from tui.app.widgets import plotting
from tui.app.widgets.pane import Pane

if TYPE_CHECKING:
    from tui.app.widgets.chartview import Charts
    from tui.domain.extraction import Unused
    from tui.domain.series import Series
    from tui.polling.metricports import SourceState


@dataclass(frozen=True, slots=True, eq=False)
class MetricsView:
    """The curves of a job as they are known now."""

    job: str = ""
    series: tuple[Series, ...] = ()
    states: tuple[SourceState, ...] = ()
    left_out: str = ""
    """What is not asked, in words."""
    requested: int = 0
    """Metrics requested of GetMetricData since the start."""
    dollars: float = 0.0
    """What they have cost."""
    unused: tuple[Unused, ...] = ()
    """Definitions that are not applied to the log, and why."""
    now: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    """The service's clock."""
    generation: int = 0
    """Another number for anything that should be shown anew: equal numbers, equal rows."""


UNMEASURED: Final = MetricsView()


class MetricsPane(Pane):
    """The curves of the job under the cursor."""

    NUMBER: ClassVar[int] = 5
    NAME: ClassVar[str] = "Metrics"

    telemetry: var[MetricsView] = var(UNMEASURED, init=False)
    """What the feeds know."""

    def __init__(self) -> None:
        super().__init__()
        self._job = ""
        self._broken = ""
        self._loading = False

    @cached_property
    def charts(self) -> Charts:
        """What the user chose of the charts."""
        from tui.app.widgets.chartview import Charts

        return Charts()

    @property
    def charting(self) -> bool:
        """Whether charts are shown, and the keys are theirs."""
        return self._drawable and plotting.loaded() and not self.charts.beyond

    @property
    def _drawable(self) -> bool:
        if not self.detailed or self._broken or self.view.snapshot is None:
            return False
        from tui.app.widgets.charts import LEAST_HEIGHT, LEAST_WIDTH

        region = self.scrollable_content_region
        return region.width >= LEAST_WIDTH and region.height >= LEAST_HEIGHT

    def refresh_rows(self) -> None:
        """Show what is known now, if anybody sees it."""
        if not self.is_mounted or not self.display:
            return
        if self.view.snapshot is None:
            super().refresh_rows()
            return
        region = self.scrollable_content_region
        measured = self.telemetry if self.telemetry.job == self.view.name else UNMEASURED
        if self.view.name != self._job:
            self._job = self.view.name
            self.charts.forget()
        self.charts.take(measured.series)
        plain = self.view.ascii or self.app.has_class(ASCII)
        self.charts.draw_with(plotting.glyphs_for(plain, os.environ.get("TERM", "")))
        if self._drawable and not plotting.loaded() and not self.charts.beyond:
            self._load()
        height = region.height if self.detailed else 0
        shown = (
            *(region.width, height, self.detailed, self.charting, self.screen.size, self._broken),
            *(measured.job, measured.generation, self.charts.stamp),
            *self.view.stamp(self.tick_seconds(self.view)),
        )
        if region.width <= 0 or shown == self._shown:
            return
        self._shown = shown
        if self.charting:
            self.show(self.charts.rows(region.width, region.height))
            self.scroll_to(y=0, animate=False)
        else:
            self.show(self.rows_of(self.view, region.width))
        self.set_title(self.summary_of(self.view))

    def rows_of(self, view: JobView, width: int) -> Sequence[Row]:
        """Return the values, and alone on the screen the members behind them."""
        if view.snapshot is None:
            return waiting_rows(view, width)
        from tui.app.panes.members import member_rows
        from tui.app.panes.metricrows import metric_rows
        from tui.domain.catalogue import Room

        plain = self.charts.manner.glyphs is not plotting.Glyphs.BRAILLE
        found = metric_rows(
            view, width, self.telemetry, alone=self.detailed, groups=self.charts.groups, ascii_only=plain
        )
        if self._broken and self.detailed:
            found += [row((line, "warning")) for line in wrap(f"No charts: {self._broken}", width)]
        if self.detailed:
            found += [BLANK, *member_rows(view, Room.METRICS, width)]
        return found

    def summary_of(self, view: JobView) -> str:
        """Return how many metrics there are, how old the newest answer is, and how the charts are drawn."""
        if view.snapshot is None:
            return ""
        from tui.app.panes.metricrows import summary
        from tui.app.widgets.chartview import words

        measured = self.telemetry if self.telemetry.job == view.name else UNMEASURED
        return summary(
            view,
            measured,
            self.charts.groups,
            words(self.charts) if self.charting else [],
            costs=self.detailed,
            room=self.size.width - cell_len(f"{self.NUMBER} {self.NAME} · ") - 6,
        )

    def watch_telemetry(self) -> None:
        """Show the new curves."""
        self.refresh_rows()

    @work(group="plotext", exclusive=True, exit_on_error=False, description="load plotext")
    async def _load(self) -> None:
        if self._loading:
            return
        self._loading = True
        try:
            await asyncio.to_thread(plotting.load)
        except Exception as error:  # Whatever is wrong with it: there are rows without it.
            self._broken = f"plotext cannot be imported ({type(error).__name__})"
        finally:
            self._loading = False
        self.refresh_rows()

    # What the keys do

    def move_by(self, steps: int) -> None:
        """Choose another chart; behind the last one are the values."""
        if self.charting:
            self.charts.move(steps)
            self.refresh_rows()
        elif self._drawable and self.charts.beyond and steps < 0 and self._at_top:
            self.charts.beyond = False
            self.refresh_rows()
        else:
            super().move_by(steps)

    def move_top(self) -> None:
        """Choose the first chart; from the values, first go to their top."""
        if self.charting:
            self.charts.move(-len(self.charts.panels))
            self.refresh_rows()
        else:
            self.move_by(-max(1, len(self.rows)))

    def move_bottom(self) -> None:
        """Choose the last chart; from there go to the values, and to their end."""
        self.move_by(len(self.charts.panels) if self.charting else len(self.rows))

    @property
    def _at_top(self) -> bool:
        keyed = next((index for index, entry in enumerate(self.rows) if entry.key), 0)
        return self.scroll_offset.y == 0 and self._cursor <= keyed

    @property
    def page(self) -> int:
        """Charts, or rows, of one page."""
        return self.charts.page_size if self.charting else super().page

    def search(self, pattern: re.Pattern[str] | None) -> int:
        """Show only the charts whose name matches; of rows mark those that do."""
        if not self.charting and not (pattern is None and self.charts.pattern):
            return super().search(pattern)
        found = self.charts.search(pattern)
        super().search(None)
        self.refresh_rows()
        return found

    @property
    def searching(self) -> bool:
        """Whether there is a filter, a crosshair, or marked matches to drop."""
        if self.charting:
            return self.charts.pattern is not None or self.charts.crosshair is not None
        return super().searching

    def next_match(self, steps: int) -> bool:
        """Go to the next chart, or to the next row that matches."""
        if not self.charting:
            return super().next_match(steps)
        found = self.charts.next_match(steps)
        self.refresh_rows()
        return found
