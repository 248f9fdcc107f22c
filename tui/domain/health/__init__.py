"""Local rules: what Debugger's rules would say, computed from the description, the curves and the log alone."""

from collections.abc import Callable, Iterable
from typing import Final

from tui.domain.health import curves, deadlines, hosts, logs
from tui.domain.health.model import (
    DEFAULT,
    ISSUES,
    NO_ISSUES,
    WAITING,
    Finding,
    Link,
    Severity,
    Thresholds,
    Vitals,
)
from tui.domain.status import Look, Tone

Rule = Callable[[Vitals, Thresholds], Finding | None]

RULES: Final[tuple[Rule, ...]] = (
    logs.error_signature,
    curves.loss_nan,
    curves.loss_diverging,
    curves.loss_plateau,
    curves.train_validation_gap,
    curves.throughput_drop,
    hosts.gpu_idle,
    hosts.cpu_bound,
    hosts.io_bound,
    hosts.memory_filling,
    hosts.disk_filling,
    hosts.straggler_host,
    logs.silent_log,
    deadlines.waiting_for_capacity,
    deadlines.max_runtime_before_eta,
    deadlines.spot_without_checkpoints,
)
"""Every rule; one returns None where it does not apply. The first line of its docstring is its formula."""


def examine(vitals: Vitals, thresholds: Thresholds = DEFAULT) -> tuple[Finding, ...]:
    """Return what every rule that applies says, issues first, then those that wait, then the others."""
    found = [finding for rule in RULES if (finding := rule(vitals, thresholds)) is not None]
    return tuple(sorted(found, key=lambda finding: (_ORDER[finding.status], _WEIGHT[finding.severity])))


_ORDER: Final = {ISSUES: 0, WAITING: 1, NO_ISSUES: 2}
_WEIGHT: Final = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.NONE: 2}

_CRITICAL: Final = Look("!", "!", Tone.BAD)
_WARNING: Final = Look("!", "!", Tone.WARNING)
_GOOD: Final = Look("✓", "+", Tone.GOOD)
_NOTHING: Final = Look(" ", " ", Tone.NEUTRAL)


def summary_glyph(findings: Iterable[Finding]) -> Look:
    """Return one glyph for all: the worst issue, else that something was found in order, else a blank."""
    found = list(findings)
    severities = {finding.severity for finding in found if finding.status == ISSUES}
    if severities:
        return _CRITICAL if Severity.CRITICAL in severities else _WARNING
    return _GOOD if any(finding.status == NO_ISSUES for finding in found) else _NOTHING


__all__ = [
    "DEFAULT",
    "ISSUES",
    "NO_ISSUES",
    "RULES",
    "WAITING",
    "Finding",
    "Link",
    "Severity",
    "Thresholds",
    "Vitals",
    "examine",
    "summary_glyph",
]
