"""What a status means: its glyph, its tone, and whether anything can still follow it.

Unknown values are expected ("valid values for SecondaryStatus are subject to change") and get a neutral look.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Tone(StrEnum):
    """The few meanings that have a colour."""

    RUNNING = "running"
    WAITING = "waiting"
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Look:
    """How a status is shown: never by colour alone."""

    glyph: str
    ascii: str
    tone: Tone


_RUNNING: Final = Look("●", "*", Tone.RUNNING)
_WAITING: Final = Look("◌", "o", Tone.WAITING)
_AGAIN: Final = Look("↻", "~", Tone.WAITING)
_GOOD: Final = Look("✓", "+", Tone.GOOD)
_BAD: Final = Look("✗", "x", Tone.BAD)
_ENDED: Final = Look("■", "#", Tone.NEUTRAL)
_ATTENTION: Final = Look("!", "!", Tone.WARNING)
_UNKNOWN: Final = Look("?", "?", Tone.NEUTRAL)

_LOOKS: Final = {
    # TrainingJobStatus and SecondaryStatus
    "InProgress": _RUNNING,
    "Training": _RUNNING,
    "Downloading": _RUNNING,
    "Uploading": _RUNNING,
    "Updating": _RUNNING,
    "Starting": _WAITING,
    "Pending": _WAITING,
    "LaunchingMLInstances": _WAITING,
    "PreparingTrainingStack": _WAITING,
    "PreparingTraining": _WAITING,
    "DownloadingTrainingImage": _RUNNING,
    "Restarting": _AGAIN,
    "Interrupted": Look("↯", "%", Tone.WARNING),
    "Stopping": Look("■", "#", Tone.WAITING),
    "Stopped": _ENDED,
    "MaxRuntimeExceeded": _ATTENTION,
    "MaxWaitTimeExceeded": _ATTENTION,
    "Completed": _GOOD,
    "Failed": _BAD,
    "Deleting": _ENDED,
    # RuleEvaluationStatus
    "NoIssuesFound": _GOOD,
    "IssuesFound": _ATTENTION,
    "Error": _BAD,
}

STATUSES: Final = ("InProgress", "Completed", "Failed", "Stopping", "Stopped", "Deleting")
"""TrainingJobStatus as far as it is known."""
SECONDARY_STATUSES: Final = (
    "Starting",
    "Pending",
    "LaunchingMLInstances",
    "PreparingTrainingStack",
    "Downloading",
    "DownloadingTrainingImage",
    "Training",
    "Uploading",
    "Updating",
    "Restarting",
    "Interrupted",
    "Stopping",
    "Stopped",
    "MaxRuntimeExceeded",
    "MaxWaitTimeExceeded",
    "Completed",
    "Failed",
)
"""SecondaryStatus as far as it is known."""
_TERMINAL: Final = frozenset({"Completed", "Failed", "Stopped"})
_PROBLEMS: Final = frozenset({"Failed", "MaxRuntimeExceeded", "MaxWaitTimeExceeded", "Interrupted"})


def look(status: str) -> Look:
    """Return how a TrainingJobStatus, SecondaryStatus or RuleEvaluationStatus is shown."""
    return _LOOKS.get(status, _UNKNOWN)


def is_terminal(training_job_status: str) -> bool:
    """Return whether a TrainingJobStatus is final."""
    return training_job_status in _TERMINAL


def phase_of(training_job_status: str, secondary_status: str) -> str:
    """Return the one word that says most: the secondary status, or the primary where it is absent or says more."""
    if training_job_status in ("Stopping", "Deleting") and secondary_status not in _TERMINAL:
        return training_job_status
    if training_job_status in _TERMINAL and look(secondary_status).tone in (Tone.RUNNING, Tone.WAITING):
        # The secondary status may lag behind; MaxRuntimeExceeded and its like say more than Stopped.
        return training_job_status
    return secondary_status or training_job_status


def is_problem(training_job_status: str, secondary_status: str) -> bool:
    """Return whether a job wants a look: failed, out of time, or interrupted."""
    return training_job_status in _PROBLEMS or secondary_status in _PROBLEMS
