"""Why a metric is not there, or not new: each source by its own reason."""

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from tui.app.lines import Row, row, wrap
from tui.app.view import JobView
from tui.domain import members
from tui.domain.extraction import Unused
from tui.domain.failure import FailureKind
from tui.domain.series import Source
from tui.domain.units import coarse
from tui.polling.metricports import SourceState

_OLD_SECONDS: Final = {Source.INSTANCE: 240.0, Source.ALGORITHM: 240.0, Source.STEPS: 240.0, Source.LOG: 60.0}
"""From this age on a source says so while the job runs."""
_FAILURES: Final = tuple(str(kind) for kind in FailureKind)
_MOST_LINES: Final = 3
"""Of one reason."""


class Missing(NamedTuple):
    """What is known of what is not there."""

    states: tuple[SourceState, ...]
    left_out: str
    unused: tuple[Unused, ...]
    now: datetime


def missing_rows(view: JobView, missing: Missing, width: int) -> list[Row]:
    """Return a line for each source that has nothing, or nothing new, and for what is not asked."""
    rows: list[Row] = []
    running = view.snapshot is not None and not view.snapshot.terminal
    for state in missing.states:
        reason = state.reason
        seconds = state.age(missing.now)
        if not reason and running and seconds is not None and seconds > _OLD_SECONDS.get(state.source, math.inf):
            reason = "nothing new"
        if reason:
            old = f", {coarse(seconds)} old" if seconds is not None and seconds >= 10 else ""
            style = "warning" if reason.startswith(_FAILURES) else "dim"
            rows += _said(str(state.source), f"{reason}{old}", style, width)
    if missing.left_out:
        rows += _said("not asked", missing.left_out, "dim", width)
    for unused in missing.unused:
        rows += _said(f"{unused.definition.name} not read from the log", unused.reason, "dim", width)
    return rows


def refused_words(states: Sequence[SourceState]) -> list[str]:
    """Return what is not allowed for the title: the action, or of several how many."""
    actions = {state.action for state in states if state.action}
    return [f"no {actions.pop()}" if len(actions) == 1 else f"{len(actions)} not allowed: I"] if actions else []


def why_none(view: JobView) -> str:
    """Return why there is no curve at all."""
    assert view.snapshot
    definitions = members.items(view.snapshot.raw, "AlgorithmSpecification", "MetricDefinitions")
    if not definitions:
        return "No metrics: the job defines none (AlgorithmSpecification.MetricDefinitions)."
    names = ", ".join(members.text(entry, "Name") for entry in definitions[:8])
    more = f" and {len(definitions) - 8} more" if len(definitions) > 8 else ""
    if view.snapshot.terminal:
        return f"The job ended without a final value of its metrics ({names}{more})."
    return f"The service gives final values when the job ends. Defined: {names}{more}."


def _said(label: str, text: str, style: str, width: int) -> list[Row]:
    lines = wrap(f"{label}: {text}", max(1, width))
    return [row((line, style)) for line in lines[:_MOST_LINES]]
