"""The rows of Metrics: one for each curve, and what there is none of."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len

from tui.app.curves import SOURCES, Group, age, groups_of
from tui.app.lines import Row, Span, fit, fit_middle, row, wrap
from tui.app.panes.metrics import UNMEASURED, MetricsView
from tui.app.panes.missing import Missing, missing_rows, refused_words, why_none
from tui.app.panes.waiting import waiting_rows
from tui.app.view import JobView
from tui.app.widgets.axes import share, short
from tui.domain.metrics import FinalMetric, final_metrics
from tui.domain.series import Series, Source, is_loss_like, sparkline, stats
from tui.domain.units import clock, coarse, number

_VALUE_CELLS: Final = 8


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns there is room for, and their cells."""

    name: int
    spark: int
    extremes: bool
    best: bool
    note: int

    @classmethod
    def of(cls, names: Sequence[str], curved: bool, width: int) -> Columns:
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


def summary(
    view: JobView, measured: MetricsView, groups: Sequence[Group], chosen: Sequence[str], *, costs: bool, room: int
) -> str:
    """Return how many metrics there are, how old the newest answer is, and how the charts are drawn."""
    ages = [
        (seconds, SOURCES[state.source])
        for state in measured.states
        for seconds in (state.age(max(view.now, measured.now)),)
        if seconds is not None
    ]
    live = [group for group in groups if group.curves[0].source is not Source.FINAL]
    finals = len(final_metrics(view.snapshot.raw)) if view.snapshot else 0
    told = [f"{len(live)} metrics"] if live else [f"{finals} final"] if finals else []
    if live and ages:
        seconds, source = min(ages)
        told.append(f"{source} {coarse(seconds)} ago" if seconds >= 10 else f"{source} now")
    cost = f"{measured.requested:,} asked, ${measured.dollars:,.2f}"
    # What the user chose is wanted most; a title that is cut says less than one that is short.
    told = [*refused_words(measured.states), *told]
    wanted = [*chosen, *told]
    wanted += [cost] if costs and measured.requested else []
    while wanted and cell_len(" · ".join(wanted)) > room:
        wanted.pop()
    return " · ".join(
        [part for part in [*told, cost] if part in wanted] + [p for p in wanted if p not in (*told, cost)]
    )


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
