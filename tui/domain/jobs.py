"""The list of jobs: a row, and the names nearest to a mistyped one."""

import difflib
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Final, Self

from tui.domain import members, resources, status
from tui.domain.job import JobSnapshot, Times, elapsed_seconds
from tui.domain.secrets import masked_text
from tui.domain.text import one_line

SUMMARY_MEMBERS: Final = (
    "TrainingJobName",
    "TrainingJobArn",
    "TuningJobArn",
    "AutoMLJobArn",
    "LabelingJobArn",
    "TrainingJobStatus",
    "SecondaryStatus",
    "FailureReason",
    "CreationTime",
    "TrainingStartTime",
    "TrainingEndTime",
    "LastModifiedTime",
    "ResourceConfig",
    "StoppingCondition",
    "EnableManagedSpotTraining",
    "SecondaryStatusTransitions",
    "HyperParameters",
    "Tags",
)
"""What `JobSummary.from_api` reads of a response."""
_PARENTS: Final = {"TuningJobArn": "tuning", "AutoMLJobArn": "automl", "LabelingJobArn": "labelling"}
_LONGEST_VALUE: Final = 256
"""Of a hyperparameter; tags have no longer ones. Whole programs are passed as hyperparameters."""

Pairs = tuple[tuple[str, str], ...]
"""Names and values, in the order of the response."""


@dataclass(frozen=True, slots=True)
class JobSummary:
    """One job of the list, from Search, ListTrainingJobs or DescribeTrainingJob."""

    name: str
    arn: str
    status: str
    secondary_status: str
    times: Times
    instances: tuple[resources.Instances, ...] | None
    """None where the source does not tell (ListTrainingJobs)."""
    spot: bool | None
    """None where the source does not tell."""
    failure_reason: str = ""
    phase_started: datetime | None = None
    """StartTime of the last transition, where the source tells."""
    parent_kind: str = ""
    """What it is a child of: `tuning`, `automl`, `labelling`, or nothing."""
    parent: str = ""
    """Name of the job it is a child of."""
    metrics: tuple[str, ...] = ()
    """Names of its MetricDefinitions, where the source tells."""
    hyperparameters: Pairs = ()
    """Values without the SDK's quotes, the beginnings of long ones; empty where the source does not tell."""
    tags: Pairs = ()
    """Empty where the source does not tell: only Search does."""
    hay: str = field(init=False, repr=False, compare=False)
    """What the free words of a filter look at, in lower case, one thing a line."""

    def __post_init__(self) -> None:
        on = resources.short(self.instances) if self.instances else ""
        spot = "spot" if self.spot else ""
        told = f"{self.name}\n{self.status}\n{self.secondary_status}\n{on}\n{spot}\n{self.parent}"
        object.__setattr__(self, "hay", told.lower())

    @classmethod
    def from_api(cls, raw: Mapping[str, object]) -> Self:
        """Read a TrainingJob of Search, a TrainingJobSummary of ListTrainingJobs, or a whole description."""
        full = "StoppingCondition" in raw or "SecondaryStatusTransitions" in raw or "ResourceConfig" in raw
        transitions = members.items(raw, "SecondaryStatusTransitions")
        kind, parent = _parent(raw)
        return cls(
            name=members.text(raw, "TrainingJobName"),
            arn=members.text(raw, "TrainingJobArn"),
            status=members.text(raw, "TrainingJobStatus"),
            secondary_status=members.text(raw, "SecondaryStatus"),
            times=Times.from_api(raw),
            instances=(resources.instances(raw) or resources.preferences(raw)[:1]) if full else None,
            spot=members.flag(raw, "EnableManagedSpotTraining") if full else None,
            failure_reason=members.text(raw, "FailureReason"),
            phase_started=members.moment(transitions[-1], "StartTime") if transitions else None,
            parent_kind=kind,
            parent=parent,
            metrics=tuple(
                name
                for entry in members.items(raw, "AlgorithmSpecification", "MetricDefinitions")
                if (name := members.text(entry, "Name"))
            ),
            hyperparameters=_hyperparameters(raw),
            tags=_tags(raw),
        )

    @classmethod
    def from_snapshot(cls, snapshot: JobSnapshot, known: Self | None = None) -> Self:
        """Shorten a whole description, so that the row of the focused job is as fresh as its panes.

        Its tags, which no description has, are those `known` before.
        """
        found = cls.from_api(snapshot.raw)
        return replace(found, tags=known.tags) if known and known.tags else found

    @property
    def phase(self) -> str:
        """The one word that says most about where the job is."""
        return status.phase_of(self.status, self.secondary_status)

    @property
    def problem(self) -> bool:
        """Whether the job wants a look."""
        return status.is_problem(self.status, self.secondary_status)

    def is_older_than(self, known: Self) -> bool:
        """Return whether this was told before `known` was; a name may be used again after its job was deleted."""
        if self.times.created != known.times.created or not self.times.modified or not known.times.modified:
            return False
        return self.times.modified < known.times.modified

    def elapsed_seconds(self, now: datetime) -> float | None:
        """Return how long it has run (or waited, before training starts)."""
        return elapsed_seconds(self.times, status.is_terminal(self.status), now)[1]


def _parent(raw: Mapping[str, object]) -> tuple[str, str]:
    for member, kind in _PARENTS.items():
        name = members.text(raw, member).rpartition("/")[2]
        if name:
            return kind, name
    return "", ""


def _hyperparameters(raw: Mapping[str, object]) -> Pairs:
    found = members.at(raw, "HyperParameters")
    if not isinstance(found, Mapping):
        return ()
    told = ((name, value) for name, value in found.items() if isinstance(name, str) and isinstance(value, str))
    return _shared(tuple(_pair(name, value) for name, value in told))


def _tags(raw: Mapping[str, object]) -> Pairs:
    entries = members.items(raw, "Tags")
    return _shared(tuple(_pair(members.text(entry, "Key"), members.text(entry, "Value")) for entry in entries))


@lru_cache(maxsize=16_384)
def _pair(name: str, value: str) -> tuple[str, str]:
    """Return one and the same pair for all jobs that have it."""
    # The SDK writes hyperparameters as JSON. Its escapes stay: what they stand for was not made safe.
    if len(value) > 1 and value.startswith('"') and value.endswith('"'):
        value = value[1:-1]
    return sys.intern(name), value[:_LONGEST_VALUE]


@lru_cache(maxsize=4_096)
def _shared(pairs: Pairs) -> Pairs:
    """Return one and the same tuple for all jobs that have the same pairs."""
    return pairs


def reason_of(job: JobSummary) -> str:
    """Return why a job is over, in few words; empty where it ended well, or goes on."""
    if job.failure_reason:
        return _masked(job.failure_reason)
    return _CUT_SHORT.get(job.secondary_status, "")


@lru_cache(maxsize=4096)
def _masked(failure_reason: str) -> str:
    return one_line(short_reason(masked_text(failure_reason)))


_CUT_SHORT: Final = {"MaxRuntimeExceeded": "max runtime", "MaxWaitTimeExceeded": "max wait time"}

_SAID: Final = re.compile(r'ErrorMessage "+:?(?P<said>[^"\n]*[^"\s][^"\n]*)')


def short_reason(failure_reason: str) -> str:
    """Return what tells failures apart: the quoted error message of a FailureReason, else all after its class."""
    said = _SAID.search(failure_reason)
    if said:
        return said["said"].strip()
    kind, colon, rest = failure_reason.partition(": ")
    return (rest if colon and " " not in kind else failure_reason).strip()


def nearest_names(name: str, known: Sequence[str], limit: int = 3) -> list[str]:
    """Return the names most like a mistyped one, best first: those that contain it, then by edit likeness."""
    lowered = name.lower()
    containing = [candidate for candidate in known if lowered and lowered in candidate.lower()]
    alike = difflib.get_close_matches(name, known, n=limit, cutoff=0.6)
    return list(dict.fromkeys((*containing, *alike)))[:limit]
