"""What a training job is: one frozen snapshot of DescribeTrainingJob, and its short form in a list."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from tui.domain import members, status


@dataclass(frozen=True, slots=True)
class Transition:
    """One entry of SecondaryStatusTransitions, in the service's order."""

    status: str
    """SecondaryStatus; may be a value nobody knows."""
    start: datetime | None
    end: datetime | None
    """Absent while it runs."""
    message: str
    """StatusMessage; the service warns that it is subject to change."""


@dataclass(frozen=True, slots=True)
class Times:
    """The four moments of a job, in UTC; each but the first may be absent for the whole life of the job."""

    created: datetime | None
    """CreationTime."""
    started: datetime | None
    """TrainingStartTime: when instances run, and billing begins."""
    ended: datetime | None
    """TrainingEndTime."""
    modified: datetime | None
    """LastModifiedTime: when the *status* was last modified."""

    @classmethod
    def from_api(cls, raw: Mapping[str, object]) -> Self:
        """Read them from a description or a list summary."""
        return cls(
            members.moment(raw, "CreationTime"),
            members.moment(raw, "TrainingStartTime"),
            members.moment(raw, "TrainingEndTime"),
            members.moment(raw, "LastModifiedTime"),
        )


@dataclass(frozen=True, slots=True, eq=False)
class JobSnapshot:
    """What DescribeTrainingJob said at one moment. Compared by identity: `tui.domain.changes` compares contents."""

    name: str
    arn: str
    status: str
    """TrainingJobStatus."""
    secondary_status: str
    failure_reason: str
    """FailureReason; empty unless the job failed."""
    times: Times
    transitions: tuple[Transition, ...]
    spot: bool
    """EnableManagedSpotTraining."""
    raw: Mapping[str, object]
    """The whole response: sanitised strings, UTC datetimes, members unknown to the SDK included."""
    unknown: frozenset[str] = field(default_factory=frozenset)
    """Paths (`OutputDataConfig.X`, list positions as `[*]`) of the members that the installed SDK does not know."""

    @classmethod
    def from_api(cls, raw: Mapping[str, object], unknown: frozenset[str] = frozenset()) -> Self:
        """Read a response; total on any mapping."""
        return cls(
            name=members.text(raw, "TrainingJobName"),
            arn=members.text(raw, "TrainingJobArn"),
            status=members.text(raw, "TrainingJobStatus"),
            secondary_status=members.text(raw, "SecondaryStatus"),
            failure_reason=members.text(raw, "FailureReason"),
            times=Times.from_api(raw),
            transitions=tuple(
                Transition(
                    members.text(entry, "Status"),
                    members.moment(entry, "StartTime"),
                    members.moment(entry, "EndTime"),
                    members.text(entry, "StatusMessage").strip(),
                )
                for entry in members.items(raw, "SecondaryStatusTransitions")
            ),
            spot=members.flag(raw, "EnableManagedSpotTraining"),
            raw=raw,
            unknown=unknown,
        )

    @property
    def terminal(self) -> bool:
        """Whether the job is over; rules and the warm pool may still change."""
        return status.is_terminal(self.status)

    @property
    def phase(self) -> str:
        """The one word that says most about where the job is."""
        return status.phase_of(self.status, self.secondary_status)

    @property
    def status_message(self) -> str:
        """The StatusMessage of the last transition."""
        return self.transitions[-1].message if self.transitions else ""


def elapsed_seconds(times: Times, terminal: bool, now: datetime) -> tuple[str, float | None]:
    """Return how long a job has run, and since what: `training` (TrainingStartTime) or `created` (CreationTime).

    The end is TrainingEndTime, for a terminal job without one LastModifiedTime, else `now`. Clock skew never makes
    it negative; None where the service gave no time at all.
    """
    label, start = ("training", times.started) if times.started else ("created", times.created)
    end = times.ended or (times.modified if terminal else None) or (None if terminal else now)
    if start is None or end is None:
        return label, None
    return label, max(0.0, (end - start).total_seconds())
