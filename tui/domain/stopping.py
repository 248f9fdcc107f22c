"""Stopping jobs: which of those chosen can be, what has to be typed for it, and what came of it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from tui.domain.failure import Failure, FailureKind
from tui.domain.jobs import JobSummary
from tui.domain.status import is_terminal
from tui.domain.units import duration, limit

LONG: Final = timedelta(minutes=3)
"""SIGTERM, its 120 seconds and the upload are mostly over by then."""
_ON_ITS_WAY: Final = ("Stopping", "Deleting")
_PERHAPS_RECEIVED: Final = frozenset(
    {FailureKind.TIMEOUT, FailureKind.UNREACHABLE, FailureKind.SERVER, FailureKind.GARBLED}
)


@dataclass(frozen=True, slots=True)
class Choice:
    """The jobs that someone chose to stop, as they were when the key was pressed."""

    jobs: tuple[JobSummary, ...]
    at: datetime
    """The service's clock at that moment."""
    hidden: frozenset[str] = frozenset()
    """Marked jobs among them that the filter hides."""

    @property
    def stoppable(self) -> tuple[JobSummary, ...]:
        """Those that are neither over nor on their way there."""
        return tuple(job for job in self.jobs if can_stop(job.status))

    @property
    def phrase(self) -> str:
        """What has to be typed: the name of the job, or for several `stop 3 jobs`."""
        jobs = self.stoppable
        return jobs[0].name if len(jobs) == 1 else f"stop {len(jobs)} jobs"


def can_stop(status: str) -> bool:
    """Return whether a job of this TrainingJobStatus can be asked to stop."""
    return not is_terminal(status) and status not in _ON_ITS_WAY


def nothing_to_stop(status: str) -> str:
    """Return why a job of this TrainingJobStatus is not asked to stop."""
    return f"already {status}: nothing to stop" if is_terminal(status) else f"already {status}"


class Stage(StrEnum):
    """How far a request to stop has come."""

    WAITING = "waiting"
    """It has not been sent yet."""
    SENT = "sent"
    """It is on its way."""
    FOLLOWED = "followed"
    """The service took it: the job is stopping."""
    DOUBTFUL = "doubtful"
    """Nobody knows whether the service received it; the job is followed all the same."""
    ENDED = "ended"
    """The job is over."""
    REFUSED = "refused"
    """The service refused it."""
    DROPPED = "dropped"
    """It was not sent, and will not be."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One request to stop a job, and what is known of it."""

    name: str
    stage: Stage = Stage.WAITING
    words: str = "waits for its turn"
    asked_at: datetime | None = None
    """When it was sent, by the service's clock."""
    told_late: bool = False
    """Whether it was said that it takes long."""

    @property
    def followed(self) -> bool:
        """Whether the end of the job is waited for."""
        return self.stage in (Stage.FOLLOWED, Stage.DOUBTFUL)


def sent(stop: Stop, now: datetime) -> Stop:
    """Return a request that is on its way."""
    return replace(stop, stage=Stage.SENT, words="asking SageMaker to stop it", asked_at=now)


def accepted(stop: Stop, now: datetime) -> Stop:
    """Return a request that the service took."""
    return replace(stop, stage=Stage.FOLLOWED, words="asked to stop; followed to its end", asked_at=now)


def dropped(stop: Stop) -> Stop:
    """Return a request that will not be sent."""
    return replace(stop, stage=Stage.DROPPED, words="not asked to stop")


def needs_a_look(failure: Failure) -> bool:
    """Return whether the job's status tells more than the failure: it is over already, or the answer got lost."""
    return failure.kind in _PERHAPS_RECEIVED or failure.kind is FailureKind.INVALID


def failed(stop: Stop, failure: Failure, status: str = "") -> Stop:
    """Return a request that failed; `status` is what the job was found to be after that, where it could be seen."""
    if status and not can_stop(status):
        if is_terminal(status):
            return replace(stop, stage=Stage.ENDED, words=nothing_to_stop(status))
        return replace(stop, stage=Stage.FOLLOWED, words="already stopping; followed to its end")
    if failure.kind in _PERHAPS_RECEIVED:
        seen = f"it was {status} afterwards" if status else "its status cannot be seen either"
        return replace(
            stop,
            stage=Stage.DOUBTFUL,
            words=f"{failure.kind}: not known whether SageMaker received the request; {seen}; not sent again",
        )
    words = {
        FailureKind.THROTTLED: "too many requests at the moment: not stopped, and not asked again; try it later",
        FailureKind.NOT_FOUND: "there is no such job any more",
        FailureKind.INVALID: f"not stopped: {failure.message}",
    }.get(failure.kind, f"not stopped: {failure.kind}" + (f"; {failure.hint}" if failure.hint else ""))
    return replace(stop, stage=Stage.REFUSED, words=words)


def followed(stop: Stop, job: JobSummary | None, now: datetime) -> Stop:
    """Return what is known of a request now that the job looks like this; the same object if nothing is new."""
    if not stop.followed or stop.asked_at is None or job is None:
        return stop
    if is_terminal(job.status):
        ended = job.times.ended or job.times.modified or now
        took = duration(max(0.0, (ended - stop.asked_at).total_seconds()))
        words = f"stopped after {took}" if job.status == "Stopped" else f"ended as {job.status} after {took}"
        return replace(stop, stage=Stage.ENDED, words=words)
    waited = now - stop.asked_at
    if job.secondary_status == "Stopping" and job.phase_started not in (None, stop.asked_at):
        # The service tells when it began: that is truer than a clock guessed from its answers.
        return replace(stop, asked_at=job.phase_started)
    if stop.stage is Stage.DOUBTFUL and job.status in _ON_ITS_WAY:
        stop = replace(stop, stage=Stage.FOLLOWED, words="received: it is stopping; followed to its end")
    if waited >= LONG and not stop.told_late:
        state = "stopping" if job.status in _ON_ITS_WAY else job.status
        words = f"still {state} after {limit(waited.total_seconds())}"
        return replace(stop, words=words, told_late=True)
    return stop


def news(before: Sequence[Stop], after: Sequence[Stop]) -> list[str]:
    """Return what is worth saying of the followed jobs, many that stopped at once as one sentence."""
    told = [new for old, new in zip(before, after, strict=True) if _is_news(old, new)]
    if len(told) <= _SAID_ALONE:
        return [f"{stop.name}: {stop.words}." for stop in told]
    ended = sum(stop.stage is Stage.ENDED for stop in told)
    late = len(told) - ended
    return [f"{ended} jobs have ended."] * bool(ended) + [f"{late} jobs are still stopping."] * bool(late)


_SAID_ALONE: Final = 3


def _is_news(old: Stop, new: Stop) -> bool:
    return old.followed and (new.stage is Stage.ENDED or new.told_late != old.told_late)


def follow(stops: Sequence[Stop], jobs: Mapping[str, JobSummary], now: datetime) -> list[Stop]:
    """Return every request as it is known now."""
    return [followed(stop, jobs.get(stop.name), now) for stop in stops]
