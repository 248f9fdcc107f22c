"""The list of jobs: a row, its filter, and the names nearest to a mistyped one."""

import difflib
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from tui.domain import members, resources, status
from tui.domain.job import JobSnapshot, Times, elapsed_seconds
from tui.domain.text import one_line

SUMMARY_MEMBERS: Final = (
    "TrainingJobName",
    "TrainingJobArn",
    "TuningJobArn",
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
)
"""What `JobSummary.from_api` reads of a response."""


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
    tuning_job: str = ""
    """Name of the hyperparameter tuning job it is a child of."""
    metrics: tuple[str, ...] = ()
    """Names of its MetricDefinitions, where the source tells."""

    @classmethod
    def from_api(cls, raw: Mapping[str, object]) -> Self:
        """Read a TrainingJob of Search, a TrainingJobSummary of ListTrainingJobs, or a whole description."""
        full = "StoppingCondition" in raw or "SecondaryStatusTransitions" in raw or "ResourceConfig" in raw
        transitions = members.items(raw, "SecondaryStatusTransitions")
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
            tuning_job=members.text(raw, "TuningJobArn").rpartition("/")[2],
            metrics=tuple(
                name
                for entry in members.items(raw, "AlgorithmSpecification", "MetricDefinitions")
                if (name := members.text(entry, "Name"))
            ),
        )

    @classmethod
    def from_snapshot(cls, snapshot: JobSnapshot) -> Self:
        """Shorten a whole description, so that the row of the focused job is as fresh as its panes."""
        return cls.from_api(snapshot.raw)

    @property
    def phase(self) -> str:
        """The one word that says most about where the job is."""
        return status.phase_of(self.status, self.secondary_status)

    @property
    def problem(self) -> bool:
        """Whether the job wants a look."""
        return status.is_problem(self.status, self.secondary_status)

    def elapsed_seconds(self, now: datetime) -> float | None:
        """Return how long it has run (or waited, before training starts)."""
        return elapsed_seconds(self.times, status.is_terminal(self.status), now)[1]


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter of the list: words that must all be there, each a case-insensitive regular expression.

    A word after `!` must not be there.
    """

    text: str = ""
    problems_only: bool = False
    terms: tuple[tuple[bool, re.Pattern[str]], ...] = ()

    @classmethod
    def parse(cls, text: str, problems_only: bool = False) -> Self:
        """Read what was typed.

        Raises:
            ValueError: a word is no regular expression; the message says which and why.
        """
        terms = []
        for word in text.split():
            wanted = not word.startswith("!")
            pattern = word if wanted else word[1:]
            if not pattern:
                continue
            try:
                with warnings.catch_warnings():
                    # "Possible nested set" would be printed across the screen.
                    warnings.simplefilter("ignore", FutureWarning)
                    terms.append((wanted, re.compile(pattern, re.IGNORECASE)))
            except re.error as error:
                raise ValueError(f"{pattern}: {error.msg}") from None
            except (OverflowError, RecursionError):
                raise ValueError(f"{pattern}: too much") from None
        return cls(text.strip(), problems_only, tuple(terms))

    def __bool__(self) -> bool:
        return self.problems_only or bool(self.terms)

    def matches(self, job: JobSummary) -> bool:
        """Return whether a job passes: words look at its name, status, phase, instances, spot and parent."""
        if self.problems_only and not job.problem:
            return False
        hay = " ".join(
            (
                job.name,
                job.status,
                job.secondary_status,
                resources.short(job.instances or ()),
                "spot" if job.spot else "",
                job.tuning_job,
            )
        )
        return all(bool(pattern.search(hay)) is wanted for wanted, pattern in self.terms)


def reason_of(job: JobSummary) -> str:
    """Return why a job is over, in few words; empty where it ended well, or goes on."""
    if job.failure_reason:
        return one_line(short_reason(job.failure_reason))
    return _CUT_SHORT.get(job.secondary_status, "")


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
