"""SecondaryStatusTransitions as phases on a common time axis.

Transitions repeat (spot interruptions, retries), so a timeline is a list, never a map by status.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tui.domain.job import JobSnapshot
from tui.domain.status import is_terminal


@dataclass(frozen=True, slots=True)
class Phase:
    """One transition, with every moment filled in."""

    status: str
    attempt: int
    """1 for the first; a later Starting (or Restarting) begins the next. The API does not number them."""
    start: datetime | None
    end: datetime | None
    """None while it runs, or where the service gave no time at all."""
    seconds: float
    """Never negative, whatever the clocks say."""
    message: str
    running: bool


def phases(snapshot: JobSnapshot, now: datetime) -> tuple[Phase, ...]:
    """Return the phases in the service's order; a missing end is the next start, a missing start the previous end."""
    found: list[Phase] = []
    attempt = 1
    previous_end = snapshot.times.created
    last = len(snapshot.transitions) - 1
    for index, entry in enumerate(snapshot.transitions):
        if index > 0 and _begins_again(snapshot.transitions[index - 1].status, entry.status):
            attempt += 1
        running = index == last and entry.end is None and not snapshot.terminal and not is_terminal(entry.status)
        start = entry.start or previous_end
        end = entry.end
        if end is None and not running:
            end = snapshot.transitions[index + 1].start if index < last else (snapshot.times.ended or start)
        until = now if running else end
        seconds = max(0.0, (until - start).total_seconds()) if start and until else 0.0
        found.append(Phase(entry.status, attempt, start, end, seconds, entry.message, running))
        previous_end = end or start or previous_end
    return tuple(found)


def _begins_again(previous: str, status: str) -> bool:
    # Restarting leads to Starting: one attempt between them.
    return (status == "Restarting" or (status == "Starting" and previous != "Restarting")) and status != previous


@dataclass(frozen=True, slots=True)
class Axis:
    """The common time axis of a timeline."""

    start: datetime
    end: datetime

    def span(self, phase: Phase, half_cells: int) -> tuple[int, int]:
        """Return where a phase is drawn, (offset, length) in half cells of an axis `half_cells` long.

        Always within the axis, and never shorter than one.
        """
        whole = (self.end - self.start).total_seconds()
        if whole <= 0 or phase.start is None or half_cells < 1:
            return 0, 1
        scale = half_cells / whole
        first = int((phase.start - self.start).total_seconds() * scale)
        first = min(max(first, 0), half_cells - 1)
        length = max(1, round(phase.seconds * scale))
        return first, min(length, half_cells - first)


def axis(shown: Sequence[Phase], now: datetime) -> Axis | None:
    """Return the axis that holds all phases, up to `now` where one runs; None without a single moment."""
    moments = [moment for phase in shown for moment in (phase.start, phase.end) if moment]
    if any(phase.running for phase in shown):
        moments.append(now)
    return Axis(min(moments), max(moments)) if moments else None


def phase_seconds(snapshot: JobSnapshot, now: datetime) -> float | None:
    """Return how long the job has been in its present phase; None when it is over or gave no transitions."""
    found = phases(snapshot, now)
    return found[-1].seconds if found and found[-1].running else None
