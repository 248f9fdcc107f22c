"""6 Logs: where the job's log streams are."""

from collections.abc import Sequence
from typing import ClassVar

from tui.app.lines import Row, Span, fields, wrap
from tui.app.panes.waiting import waiting_rows
from tui.app.view import JobView
from tui.app.widgets.pane import Pane
from tui.domain import logs
from tui.domain.resources import instances, total
from tui.domain.rules import rules

_LABEL_CELLS = 8


def log_rows(view: JobView, width: int) -> list[Row]:
    """Return the log group, the streams, and a command that follows them."""
    if view.snapshot is None:
        return waiting_rows(view, width)
    found: list[Row] = []

    def add(label: str, text: str, style: str = "value") -> None:
        for index, line in enumerate(wrap(text, max(8, width - _LABEL_CELLS - 1))):
            span = Span(line, style)
            found.append(fields("" if index else label, [span], width=_LABEL_CELLS, source=f"{label}{index}"))

    hosts = total(instances(view.snapshot.raw))
    add("group", logs.GROUP)
    add(
        "streams", f"{logs.stream_prefix(view.name)}algo-1-…" + (f" to algo-{hosts}-…" if hosts and hosts > 1 else "")
    )
    add("follow", logs.tail_command(view.name, view.region), "accent")
    if any(rule.evaluation_job for rule in rules(view.snapshot.raw)):
        add("rules", f"{logs.RULES_GROUP}, one stream prefix for each evaluating job")
    if view.snapshot.terminal and view.snapshot.times.started is None:
        add("note", "The job ended before training started: there may be no stream at all.", "dim")
    return found


class LogsPane(Pane):
    """Where the logs are."""

    NUMBER: ClassVar[int] = 6
    NAME: ClassVar[str] = "Logs"

    def rows_of(self, view: JobView, width: int) -> Sequence[Row]:
        """Return where they are."""
        return log_rows(view, width)

    def summary_of(self, view: JobView) -> str:
        """Return how many hosts write."""
        hosts = total(instances(view.snapshot.raw)) if view.snapshot else None
        return f"{hosts} host{'' if hosts == 1 else 's'}, in CloudWatch" if hosts else "in CloudWatch"
