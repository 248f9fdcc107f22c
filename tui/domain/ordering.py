"""The order of the list: what each column sorts by, always stable and total."""

from collections.abc import Callable, Iterable, Mapping, MutableSequence
from datetime import UTC, datetime
from typing import Any, Final

from tui.domain import resources
from tui.domain.families import parent_of
from tui.domain.jobs import JobSummary, reason_of

_NEVER: Final = datetime.min.replace(tzinfo=UTC)

_SortKey = Callable[[JobSummary, datetime], tuple[Any, ...]]


def _newest(job: JobSummary) -> float:
    return -(job.times.created or _NEVER).timestamp()


def _told(text: str) -> tuple[bool, str]:
    # What says nothing goes last.
    return not text, text.lower()


SORTS: Final[Mapping[str, _SortKey]] = {
    "created": lambda job, _: (_newest(job),),
    "name": lambda job, _: (job.name.lower(),),
    "phase": lambda job, _: (job.phase,),
    "elapsed": lambda job, now: (-(job.elapsed_seconds(now) or 0.0),),
    "age": lambda job, _: (_newest(job),),
    "instances": lambda job, _: (
        -(resources.total(job.instances or ()) or 0),
        resources.short(job.instances or ()),
    ),
    "spot": lambda job, _: (not job.spot,),
    "note": lambda job, _: _told(reason_of(job)),
    "parent": lambda job, _: _told(" ".join(parent_of(job) or ())),
}
"""How each column sorts: the most interesting end first. Ties keep newest first."""


def in_order(jobs: Iterable[JobSummary], column: str, reverse: bool, now: datetime) -> list[JobSummary]:
    """Return the jobs by a column of `SORTS`; stable, total, newest first among equals."""
    newest = sorted(jobs, key=_tie)
    if column in ("created", "age") and not reverse:
        return newest
    key = SORTS[column]
    return sorted(newest, key=lambda job: key(job, now), reverse=reverse)


def place(jobs: MutableSequence[JobSummary], job: JobSummary, column: str, reverse: bool, now: datetime) -> int:
    """Return where a job is among jobs that are `in_order`, or belongs; a few comparisons however many there are."""
    key = SORTS[column]
    wanted, tie = key(job, now), _tie(job)
    low, high = 0, len(jobs)
    while low < high:
        middle = (low + high) // 2
        there = key(jobs[middle], now)
        before = (there < wanted) is not reverse if there != wanted else _tie(jobs[middle]) < tie
        low, high = (middle + 1, high) if before else (low, middle)
    return low


def _tie(job: JobSummary) -> tuple[float, str]:
    return _newest(job), job.name
