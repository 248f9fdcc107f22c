"""4 Rules: debugger and profiler rules, their verdicts, and who evaluates them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from rich.cells import cell_len

from tui.app.lines import BLANK, Row, fit, row, wrap
from tui.app.panes.members import member_rows
from tui.app.panes.waiting import waiting_rows
from tui.app.view import JobView
from tui.app.widgets.pane import Pane
from tui.domain import members
from tui.domain.catalogue import Room
from tui.domain.status import look
from tui.domain.units import coarse

if TYPE_CHECKING:
    from tui.domain.health import Finding
    from tui.domain.rules import Rule

_KIND_CELLS = 5
_STATUS_CELLS = 13
_AGE_CELLS = 5
_KINDS = {"debug": "debug", "profiler": "prof"}
_NONE = (
    "No Debugger or profiler rules are configured.",
    "SageMaker Debugger is closed to new customers; local rules need neither.",
)
_NOT_REPORTED = "not reported"
NO_ISSUES: Final = "NoIssuesFound"


def rule_rows(view: JobView, width: int, *, alone: bool = False) -> list[Row]:
    """Return a row a rule, those with issues first, their details below them, then the profiler's state.

    Debugger's and the profiler's rules come before the local ones, which need neither; of those without an issue a
    single line tells, unless the pane is alone.
    """
    if view.snapshot is None:
        return waiting_rows(view, width)
    from tui.domain.rules import by_urgency, rules

    found = by_urgency(rules(view.snapshot.raw))
    local = [finding for finding in view.findings if alone or finding.status == "IssuesFound"]
    columns = _Columns.of(found, [finding.rule for finding in local], width)
    rows: list[Row] = []
    for rule in found:
        rows.append(_rule(rule, view, columns))
        if rule.details:
            rows += [
                row("  ", (line, "dim"), source=rule.source)
                for line in wrap(view.prose(rule.details), max(8, width - 2))
            ]
    for finding in local:
        rows.append(_finding(finding, view, columns))
        if finding.status != NO_ISSUES:
            rows += [row("  ", (line, "dim")) for line in wrap(view.prose(finding.evidence), max(8, width - 2))]
    rows += [row((line, "dim")) for line in wrap(_quiet_ones(view, len(local)), width)]
    if not found:
        rows += [BLANK] if rows else []
        for line in _NONE:
            rows += [row((part, "dim")) for part in wrap(line, width)]
    profiling = members.text(view.snapshot.raw, "ProfilingStatus")
    if profiling:
        rows += [BLANK] if rows else []
        rows.append(row(("ProfilingStatus ", "label"), (_cut(profiling, width - 16), view.style("ProfilingStatus"))))
    return rows


def _quiet_ones(view: JobView, told: int) -> str:
    """Return a sentence on the local rules that have no row."""
    if told == len(view.findings):
        return ""
    fine = sum(finding.status == NO_ISSUES for finding in view.findings)
    wait = len(view.findings) - told - fine
    parts = [f"{fine} find no issue" if fine else "", f"{wait} wait for data" if wait else ""]
    return f"Local rules: {', '.join(part for part in parts if part)}."


def _cut(text: str, width: int) -> str:
    return fit(text, max(8, width)).rstrip()


@dataclass(frozen=True, slots=True)
class _Columns:
    """Cells of each column; 0 where there is no room for it: the name and the verdict matter most."""

    name: int
    kind: int
    age: int
    job: int

    @classmethod
    def of(cls, found: Sequence[Rule], local: Sequence[str], width: int) -> _Columns:
        longest = max((8, *(cell_len(rule.name) for rule in found), *(cell_len(name) for name in local)))
        left = width - 2 - longest - 1 - _STATUS_CELLS
        kind = _KIND_CELLS if left > _KIND_CELLS else 0
        left -= kind + 1 if kind else 0
        age = _AGE_CELLS if left > _AGE_CELLS else 0
        left -= age + 1 if age else 0
        job = left - 2 if left >= 18 else 0
        return cls(max(8, longest + min(0, left)), kind, age, job)


def _rule(rule: Rule, view: JobView, columns: _Columns) -> Row:
    status = rule.status or _NOT_REPORTED
    tone = look(rule.status).tone.value if rule.status else "dim"
    age = coarse((view.now - rule.modified).total_seconds()) if rule.modified else ""
    return row(
        ((view.glyph(rule.status) if rule.status else "-") + " ", tone),
        fit(rule.name, columns.name),
        " ",
        (fit(_KINDS.get(rule.kind, rule.kind), columns.kind) + " " if columns.kind else "", "label"),
        (fit(status, _STATUS_CELLS), view.style(rule.source, tone)),
        (" " + fit(age, columns.age, right=True) if columns.age else "", "label"),
        ("  " + fit(rule.evaluation_job, columns.job) if columns.job else "", "dim"),
        key=rule.source,
        source=rule.source,
    )


def _finding(finding: Finding, view: JobView, columns: _Columns) -> Row:
    tone = look(finding.status).tone.value
    if finding.status == "IssuesFound" and finding.severity == "critical":
        tone = "bad"
    age = coarse((view.now - finding.at).total_seconds()) if finding.at else ""
    return row(
        (view.glyph(finding.status) + " ", tone),
        fit(finding.rule, columns.name),
        " ",
        (fit("local", columns.kind) + " " if columns.kind else "", "label"),
        (fit(finding.status, _STATUS_CELLS), tone),
        (" " + fit(age, columns.age, right=True) if columns.age else "", "label"),
        key=f"{LOCAL}{finding.rule}",
    )


LOCAL: Final = "local:"
"""What the key of a local rule's row begins with."""


class RulesPane(Pane):
    """The rules; alone on the screen also their configuration."""

    NUMBER: ClassVar[int] = 4
    NAME: ClassVar[str] = "Rules"

    def rows_of(self, view: JobView, width: int) -> Sequence[Row]:
        """Return the verdicts, and alone on the screen the members behind them."""
        found = rule_rows(view, width, alone=self.detailed)
        if self.detailed and view.snapshot:
            found += [BLANK, *member_rows(view, Room.RULES, width)]
        return found

    def summary_of(self, view: JobView) -> str:
        """Return how many rules found something."""
        if view.snapshot is None:
            return ""
        from tui.domain.rules import rules

        statuses = [rule.status for rule in rules(view.snapshot.raw)]
        statuses += [finding.status for finding in view.findings]
        issues = statuses.count("IssuesFound")
        if not statuses:
            return "none"
        return f"{issues} of {len(statuses)} found issues" if issues else f"{len(statuses)}, no issues"
