"""5 Metrics: a row for each curve, and alone on the screen a chart for each metric."""

import asyncio
import math
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, Final

from rich.cells import cell_len
from textual import work
from textual.reactive import var

from tui.app.ascii import ASCII
from tui.app.curves import SOURCES, Group, age, groups_of
from tui.app.lines import BLANK, Row, Span, fit, fit_middle, row, wrap
from tui.app.panes.members import member_rows
from tui.app.panes.missing import Missing, missing_rows, refused_words, why_none
from tui.app.panes.waiting import waiting_rows
from tui.app.view import JobView
from tui.app.widgets import plotting
from tui.app.widgets.axes import share, short
from tui.app.widgets.charts import LEAST_HEIGHT, LEAST_WIDTH
from tui.app.widgets.chartview import Charts, words
from tui.app.widgets.pane import Pane
from tui.app.widgets.plotting import Glyphs, glyphs_for
from tui.domain.catalogue import Room
from tui.domain.extraction import Unused
from tui.domain.metrics import FinalMetric, final_metrics
from tui.domain.series import Series, Source, is_loss_like, sparkline, stats
from tui.domain.units import clock, coarse, number
from tui.polling.metricports import SourceState

_VALUE_CELLS: Final = 8


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


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns there is room for, and their cells."""

    name: int
    spark: int
    extremes: bool
    best: bool
    note: int

    @classmethod
    def of(cls, names: Sequence[str], curved: bool, width: int) -> "Columns":
        """Return the columns for a width; curves of one point need no more than their value."""
        left = width - _VALUE_CELLS - 1
        spark = 0
        if curved and width >= 30:
            spark = 8 if width < 56 else 12 if width < 90 else 20
        left -= spark + 1 if spark else 0
        extremes = curved and left - 2 * (_VALUE_CELLS + 1) >= 16
        left -= 2 * (_VALUE_CELLS + 1) if extremes else 0
        best = extremes and left - _VALUE_CELLS - 1 >= 30
        left -= _VALUE_CELLS + 1 if best else 0
        longest = max((cell_len(name) for name in names), default=0)
        name = max(1, min(longest, left if left < 24 else max(18, left - 18)))
        note = left - name - 2
        return cls(name if note >= 6 else max(1, left), spark, extremes, best, note if note >= 6 else 0)


def metric_rows(
    view: JobView,
    width: int,
    telemetry: MetricsView = UNMEASURED,
    *,
    alone: bool = False,
    groups: Sequence[Group] | None = None,
    ascii_only: bool | None = None,
) -> list[Row]:
    """Return a row a curve, then what is not there and why; without any curve, why there is none."""
    if view.snapshot is None:
        return waiting_rows(view, width)
    measured = telemetry if telemetry.job == view.name else UNMEASURED
    if groups is None:
        groups = groups_of(measured.series)
    groups = [group for group in groups if group.curves[0].source is not Source.FINAL]
    known = {group.name for group in groups if not group.by_host}
    finals = [metric for metric in final_metrics(view.snapshot.raw) if metric.name not in known]
    plain = view.ascii if ascii_only is None else ascii_only
    names = [group.name for group in groups] + [metric.name for metric in finals]
    columns = Columns.of(names, any(len(curve.points) > 1 for group in groups for curve in group.curves), width)
    made = _Rows(view, measured, columns, plain)
    rows = [made.head()] if columns.extremes and groups else []
    for group in groups:
        if group.by_host:
            rows.append(made.hosts(group))
            if alone and len(group.curves) > 1:
                rows += [made.curve(curve, f"  {curve.host}") for curve in group.curves]
        else:
            rows += [made.curve(curve, curve.name) for curve in group.curves]
    rows += [made.final(metric) for metric in finals]
    if not rows:
        rows += [row((line, "dim")) for line in wrap(why_none(view), width)]
    missing = Missing(measured.states, measured.left_out, measured.unused, max(view.now, measured.now))
    return rows + missing_rows(view, missing, width)


class _Rows:
    """Makes the rows of one table."""

    def __init__(self, view: JobView, telemetry: MetricsView, columns: Columns, plain: bool) -> None:
        self.view = view
        self.telemetry = telemetry
        self.columns = columns
        self.plain = plain
        self.now = max(view.now, telemetry.now)

    def head(self) -> Row:
        """Return the names of the columns."""
        return self._row("METRIC", "", ("LAST", "MIN", "MAX", "BEST"), "SOURCE", "label", "", others="label")

    def curve(self, curve: Series, name: str) -> Row:
        """Return the row of one curve."""
        found = stats(curve)
        last = curve.points[-1].y
        style = "strong"
        if not math.isfinite(last):
            # The newest value of a loss is what counts, whatever it is; a gap of an instance's metric is a gap.
            told = is_loss_like(curve.name) or found.last is None
            style, last = ("bad" if told else "strong"), (last if told else found.last or 0.0)
        values = (share(last, curve.percent), *self._values(curve.percent, found.minimum, found.maximum, found.best))
        host = f"{curve.host} · " if curve.host and curve.source is not Source.INSTANCE else ""
        note = f"{host}{SOURCES[curve.source]}{self._age([curve])}"
        return self._row(name, self._spark(curve), values, note, style, _key(curve))

    def hosts(self, group: Group) -> Row:
        """Return the row of all hosts: their mean, and between what they lie now."""
        found = group.stats
        last = "" if found.last is None else share(found.last, group.percent)
        values = (last, *self._values(group.percent, found.minimum, found.maximum, None))
        since = self._age(group.curves)
        notes = [f"{SOURCES[Source.INSTANCE]}{since}"]
        if len(group.curves) > 1:
            hosts = f"{len(group.curves)} hosts"
            notes = [f"{hosts} · {notes[0]}", f"{hosts} ·{since or ' now'}", hosts]
            if group.lasts:
                low, high = (share(pick(group.lasts), group.percent) for pick in (min, max))
                whole = f"now {low.removesuffix(' %')} to {high}"
                notes[:0] = [
                    f"{hosts}, {told} · {SOURCES[Source.INSTANCE]}{since}" for told in (whole, f"max {high}")
                ]
        note = next((text for text in notes if cell_len(text) <= self.columns.note), notes[-1])
        style = "strong" if found.last is not None else "dim"
        return self._row(group.name, self._spark(group.mean), values, note, style, f"hosts {group.name}")

    def final(self, metric: FinalMetric) -> Row:
        """Return the row of a value that the service gave at the end."""
        text = "absent" if metric.value is None else number(metric.value)
        if len(text) > _VALUE_CELLS and metric.value is not None:
            text = short(metric.value, _VALUE_CELLS)
        when = f"final {clock(metric.at, self.view.now)}" if metric.at else "final"
        style = self.view.style(metric.source, "strong")
        return self._row(metric.name, "", (text, "", "", ""), when, style, metric.source, metric.source)

    def _row(
        self,
        name: str,
        spark: str,
        values: Sequence[str],
        note: str,
        style: str,
        key: str,
        source: str = "",
        others: str = "value",
    ) -> Row:
        columns = self.columns
        indent = name[: len(name) - len(name.lstrip(" "))] if name.startswith("  algo-") else ""
        cells = columns.name - len(indent)
        spans = [Span(indent), Span(fit_middle(name, cells), "label")]
        if columns.spark:
            spans += [Span(" "), Span(fit(spark, columns.spark) if not spark.strip() else spark, "running")]
        shown = [0, *([1, 2] if columns.extremes else []), *([3] if columns.best else [])]
        for index in shown:
            text = values[index] if index < len(values) else ""
            spans += [Span(" "), Span(fit(text, _VALUE_CELLS, right=True), style if index == 0 else others)]
        if columns.note:
            spans += [Span("  "), Span(fit(note, columns.note), "dim")]
        return Row(tuple(span for span in spans if span.text), key, source)

    def _spark(self, curve: Series) -> str:
        return sparkline(curve, self.columns.spark, self.plain) if self.columns.spark else ""

    def _age(self, curves: Sequence[Series]) -> str:
        seconds = age(curves, self.telemetry.states, self.now)
        return "" if seconds is None else f" {coarse(seconds)}"

    @staticmethod
    def _values(percent: bool, *values: float | None) -> Iterator[str]:
        return ("" if value is None else share(value, percent) for value in values)


def _key(curve: Series) -> str:
    return f"{curve.source} {curve.host} {curve.by_step} {curve.name}"


class MetricsPane(Pane):
    """The curves of the job under the cursor."""

    NUMBER: ClassVar[int] = 5
    NAME: ClassVar[str] = "Metrics"

    telemetry: var[MetricsView] = var(UNMEASURED, init=False)
    """What the feeds know."""

    def __init__(self) -> None:
        super().__init__()
        self.charts = Charts()
        self._job = ""
        self._broken = ""
        self._loading = False

    @property
    def charting(self) -> bool:
        """Whether charts are shown, and the keys are theirs."""
        return self._drawable and plotting.loaded() and not self.charts.beyond

    @property
    def _drawable(self) -> bool:
        region = self.scrollable_content_region
        return self.detailed and region.width >= LEAST_WIDTH and region.height >= LEAST_HEIGHT and not self._broken

    def refresh_rows(self) -> None:
        """Show what is known now, if anybody sees it."""
        if not self.is_mounted or not self.display:
            return
        region = self.scrollable_content_region
        measured = self.telemetry if self.telemetry.job == self.view.name else UNMEASURED
        if self.view.name != self._job:
            self._job = self.view.name
            self.charts.forget()
        self.charts.take(measured.series)
        self.charts.draw_with(glyphs_for(self.view.ascii or self.app.has_class(ASCII), os.environ.get("TERM", "")))
        if self._drawable and not plotting.loaded() and not self.charts.beyond:
            self._load()
        height = region.height if self.detailed else 0
        shown = (
            *(region.width, height, self.detailed, self.charting, self.screen.size, self._broken),
            *(measured.job, measured.generation, self.charts.stamp),
            *self.view.stamp(self.TICK_SECONDS),
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
        plain = self.charts.manner.glyphs is not Glyphs.BRAILLE
        found = metric_rows(
            view, width, self.telemetry, alone=self.detailed, groups=self.charts.groups, ascii_only=plain
        )
        if self._broken and self.detailed:
            found += [row((line, "warning")) for line in wrap(f"No charts: {self._broken}", width)]
        if self.detailed and view.snapshot:
            found += [BLANK, *member_rows(view, Room.METRICS, width)]
        return found

    def summary_of(self, view: JobView) -> str:
        """Return how many metrics there are, how old the newest answer is, and how the charts are drawn."""
        measured = self.telemetry if self.telemetry.job == view.name else UNMEASURED
        ages = [
            (seconds, SOURCES[state.source])
            for state in measured.states
            for seconds in (state.age(max(view.now, measured.now)),)
            if seconds is not None
        ]
        live = [group for group in self.charts.groups if group.curves[0].source is not Source.FINAL]
        finals = len(final_metrics(view.snapshot.raw)) if view.snapshot else 0
        told = [f"{len(live)} metrics"] if live else [f"{finals} final"] if finals else []
        if live and ages:
            seconds, source = min(ages)
            told.append(f"{source} {coarse(seconds)} ago" if seconds >= 10 else f"{source} now")
        cost = f"{measured.requested:,} asked, ${measured.dollars:,.2f}"
        # What the user chose is wanted most; a title that is cut says less than one that is short.
        told = [*refused_words(measured.states), *told]
        wanted = [*(words(self.charts) if self.charting else []), *told]
        wanted += [cost] if self.detailed and measured.requested else []
        room = self.size.width - cell_len(f"{self.NUMBER} {self.NAME} · ") - 6
        while wanted and cell_len(" · ".join(wanted)) > room:
            wanted.pop()
        return " · ".join(
            [part for part in [*told, cost] if part in wanted] + [p for p in wanted if p not in (*told, cost)]
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
