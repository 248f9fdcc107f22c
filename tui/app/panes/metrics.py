"""5 Metrics: the last value of each metric, as DescribeTrainingJob has it."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len

from tui.app.lines import BLANK, Row, fit, row, wrap
from tui.app.panes.members import member_rows
from tui.app.panes.waiting import waiting_rows
from tui.app.view import JobView
from tui.app.widgets.pane import Pane
from tui.domain import members
from tui.domain.catalogue import Room
from tui.domain.metrics import FinalMetric, final_metrics
from tui.domain.units import clock, number

_VALUE_CELLS = 12


def metric_rows(view: JobView, width: int) -> list[Row]:
    """Return a row a metric: name, value, time; else why there is none."""
    if view.snapshot is None:
        return waiting_rows(view, width)
    found = final_metrics(view.snapshot.raw)
    if not found:
        return [row((line, "dim")) for line in wrap(_why_none(view), width)]
    name_cells = max(8, min(max(cell_len(metric.name) for metric in found), width - _VALUE_CELLS - 2 - 13))
    return [
        row(
            (fit(metric.name, name_cells), "label"),
            " ",
            (
                fit("absent" if metric.value is None else number(metric.value), _VALUE_CELLS, right=True),
                view.style(metric.source, "strong"),
            ),
            (_time(metric, view, width - name_cells - 1 - _VALUE_CELLS), "dim"),
            key=metric.source,
            source=metric.source,
        )
        for metric in found
    ]


def _time(metric: FinalMetric, view: JobView, room: int) -> str:
    text = "  " + clock(metric.at, view.now) if metric.at else ""
    return text if len(text) <= room else ""


def _why_none(view: JobView) -> str:
    assert view.snapshot
    definitions = members.items(view.snapshot.raw, "AlgorithmSpecification", "MetricDefinitions")
    if not definitions:
        return "No metrics: the job defines none (AlgorithmSpecification.MetricDefinitions)."
    names = ", ".join(members.text(entry, "Name") for entry in definitions[:8])
    more = f" and {len(definitions) - 8} more" if len(definitions) > 8 else ""
    if view.snapshot.terminal:
        return f"The job ended without a final value of its metrics ({names}{more})."
    return f"The service gives final values when the job ends. Defined: {names}{more}."


class MetricsPane(Pane):
    """FinalMetricDataList."""

    NUMBER: ClassVar[int] = 5
    NAME: ClassVar[str] = "Metrics"

    def rows_of(self, view: JobView, width: int) -> Sequence[Row]:
        """Return the values, and alone on the screen the members behind them."""
        found = metric_rows(view, width)
        if self.detailed and view.snapshot:
            found += [BLANK, *member_rows(view, Room.METRICS, width)]
        return found

    def summary_of(self, view: JobView) -> str:
        """Return how many metrics have a final value."""
        amount = len(final_metrics(view.snapshot.raw)) if view.snapshot else 0
        return f"{amount} final" if amount else ""
