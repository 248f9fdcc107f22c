"""Debugger and profiler rules: configuration joined with evaluation status.

Either may lack the other. The evaluations are processing jobs that go on after the training job has ended.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tui.domain import members

_LIVE: Final = frozenset({"InProgress", "Stopping"})
_URGENCY: Final = ("IssuesFound", "Error", "InProgress", "Stopping", "Stopped", "NoIssuesFound")
KINDS: Final = {"Debug": "debug", "Profiler": "profiler"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a job."""

    kind: str
    """`debug` or `profiler`."""
    name: str
    """RuleConfigurationName."""
    status: str
    """RuleEvaluationStatus; empty where the service reports none (yet)."""
    details: str
    """StatusDetails."""
    modified: datetime | None
    """LastModifiedTime of the evaluation."""
    evaluation_job: str
    """Name of the processing job that evaluates it: the last segment of RuleEvaluationJobArn."""
    configured: bool
    """Whether DebugRuleConfigurations or ProfilerRuleConfigurations names it."""
    source: str
    """Path of the evaluation status in the response, or of the configuration where there is none."""

    @property
    def live(self) -> bool:
        """Whether its verdict can still change."""
        return self.status in _LIVE


def rules(raw: Mapping[str, object]) -> tuple[Rule, ...]:
    """Return the rules of both kinds, in the order of their configuration, then those only evaluated."""
    found: list[Rule] = []
    for prefix, kind in KINDS.items():
        # A name may come twice; its first evaluation belongs to its first configuration.
        waiting = [
            (members.text(entry, "RuleConfigurationName"), index, entry)
            for index, entry in members.indexed(raw, f"{prefix}RuleEvaluationStatuses")
        ]
        for index, configuration in members.indexed(raw, f"{prefix}RuleConfigurations"):
            name = members.text(configuration, "RuleConfigurationName")
            entry: Mapping[str, object] = {}
            source = f"{prefix}RuleConfigurations[{index}]"
            evaluation = next((candidate for candidate in waiting if candidate[0] == name), None)
            if evaluation is not None:
                waiting.remove(evaluation)
                entry = evaluation[2]
                source = f"{prefix}RuleEvaluationStatuses[{evaluation[1]}]"
            found.append(_rule(kind, name, entry, configured=True, source=source))
        for name, index, entry in waiting:
            source = f"{prefix}RuleEvaluationStatuses[{index}]"
            found.append(_rule(kind, name, entry, configured=False, source=source))
    return tuple(found)


def by_urgency(found: tuple[Rule, ...]) -> list[Rule]:
    """Return the rules with issues first; stable otherwise."""
    rank = {word: position for position, word in enumerate(_URGENCY)}
    return sorted(found, key=lambda rule: rank.get(rule.status, len(_URGENCY)))


def live(raw: Mapping[str, object]) -> bool:
    """Return whether any verdict can still change."""
    return any(rule.live for rule in rules(raw))


def _rule(kind: str, name: str, evaluation: Mapping[str, object], *, configured: bool, source: str) -> Rule:
    return Rule(
        kind=kind,
        name=name,
        status=members.text(evaluation, "RuleEvaluationStatus"),
        details=members.text(evaluation, "StatusDetails").strip(),
        modified=members.moment(evaluation, "LastModifiedTime"),
        evaluation_job=members.text(evaluation, "RuleEvaluationJobArn").rpartition("/")[2],
        configured=configured,
        source=source,
    )
