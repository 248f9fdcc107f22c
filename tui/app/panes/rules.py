"""4 Rules: debugger and profiler rules, their verdicts, and who evaluates them."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len

from tui.app.lines import BLANK, Row, fit, row, wrap
from tui.app.panes.members import member_rows
from tui.app.view import JobView, waiting
from tui.app.widgets.pane import Pane
from tui.domain import members
from tui.domain.catalogue import Room
from tui.domain.rules import Rule, by_urgency, rules
from tui.domain.status import look
from tui.domain.units import coarse

_KIND_CELLS = 8
_STATUS_CELLS = 13
_AGE_CELLS = 6
_NONE = (
    "No rules are configured for this job.",
    "SageMaker Debugger is closed to new customers; existing ones may go on using it.",
)
_NOT_REPORTED = "not reported"


def rule_rows(view: JobView, width: int) -> list[Row]:
    """Return a row a rule, those with issues first, their details below them, then the profiler's state."""
    if view.snapshot is None:
        return [row((waiting(view), "dim"))]
    found = by_urgency(rules(view.snapshot.raw))
    rows: list[Row] = []
    if not found:
        for line in _NONE:
            rows += [row((part, "dim")) for part in wrap(line, width)]
    name_cells = _name_cells(found, width)
    for rule in found:
        rows.append(_rule(rule, view, name_cells, width))
        if rule.details:
            rows += [row("  ", (line, "dim"), source=rule.source) for line in wrap(rule.details, max(8, width - 2))]
    profiling = members.text(view.snapshot.raw, "ProfilingStatus")
    if profiling:
        rows += [BLANK] if rows else []
        rows.append(row(("ProfilingStatus ", "label"), (profiling, view.style("ProfilingStatus"))))
    return rows


def _name_cells(found: Sequence[Rule], width: int) -> int:
    longest = max((cell_len(rule.name) for rule in found), default=0)
    return max(8, min(longest, width - 2 - 1 - _KIND_CELLS - 1 - _STATUS_CELLS - 1 - _AGE_CELLS))


def _rule(rule: Rule, view: JobView, name_cells: int, width: int) -> Row:
    status = rule.status or _NOT_REPORTED
    tone = look(rule.status).tone.value if rule.status else "dim"
    age = coarse((view.now - rule.modified).total_seconds()) if rule.modified else ""
    kind = rule.kind if rule.configured else f"{rule.kind}*"
    used = 2 + name_cells + 1 + _KIND_CELLS + 1 + _STATUS_CELLS + 1 + _AGE_CELLS
    job_cells = width - used - 2
    return row(
        ((view.glyph(rule.status) if rule.status else "·") + " ", tone),
        fit(rule.name, name_cells),
        " ",
        (fit(kind, _KIND_CELLS), "label"),
        " ",
        (fit(status, _STATUS_CELLS), view.style(rule.source, tone)),
        " ",
        (fit(age, _AGE_CELLS, right=True), "label"),
        ("  " + fit(rule.evaluation_job, job_cells), "dim") if job_cells >= 16 else "",
        key=rule.source,
        source=rule.source,
    )


class RulesPane(Pane):
    """The rules; alone on the screen also their configuration."""

    NUMBER: ClassVar[int] = 4
    NAME: ClassVar[str] = "Rules"

    def rows_of(self, view: JobView, width: int) -> Sequence[Row]:
        """Return the verdicts, and alone on the screen the members behind them."""
        found = rule_rows(view, width)
        if self.detailed and view.snapshot:
            found += [BLANK, *member_rows(view, Room.RULES, width)]
        return found

    def summary_of(self, view: JobView) -> str:
        """Return how many rules found something."""
        found = rules(view.snapshot.raw) if view.snapshot else ()
        issues = sum(rule.status == "IssuesFound" for rule in found)
        if not found:
            return "none" if view.snapshot else ""
        return f"{issues} of {len(found)} found issues" if issues else f"{len(found)}, no issues"
