"""Jobs that another service started, under what started them: tuning, AutoML and labelling jobs."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final, NamedTuple

from tui.domain.jobs import JobSummary
from tui.domain.status import Look, Tone, look


class Parent(NamedTuple):
    """What started a job."""

    kind: str
    """`tuning`, `AutoML` or `labelling`."""
    name: str


def parent_of(job: JobSummary) -> Parent | None:
    """Return what started a job, where something other than a user did and the source tells."""
    return Parent(job.parent_kind, job.parent) if job.parent else None


_WORDS: Final[Mapping[Tone, str]] = {
    Tone.BAD: "failed",
    Tone.WARNING: "cut short",
    Tone.RUNNING: "running",
    Tone.WAITING: "waiting",
    Tone.NEUTRAL: "stopped",
    Tone.GOOD: "ok",
}
"""What the children of one tone are called, the worst first."""
_UNKNOWN: Final = "other"


def _word(found: Look) -> str:
    return _UNKNOWN if found is look("") else _WORDS[found.tone]


@dataclass(frozen=True, eq=False)
class Family:
    """The children of one parent that are shown, in the order of the list."""

    parent: Parent
    jobs: tuple[JobSummary, ...]
    size: int
    """How many children are known, with those that a filter hides."""

    @cached_property
    def counts(self) -> tuple[tuple[Look, str, int], ...]:
        """How many children there are of each status, the worst first: look, word, number."""
        looks = [look(job.phase) for job in self.jobs]
        numbers = Counter(map(_word, looks))
        first = {_word(found): found for found in reversed(looks)}
        return tuple((first[word], word, numbers[word]) for word in (*_WORDS.values(), _UNKNOWN) if numbers[word])

    @property
    def worst(self) -> Look:
        """How the worst of the children is shown."""
        return self.counts[0][0]

    @cached_property
    def newest(self) -> datetime | None:
        """When the newest child was created."""
        return max((job.times.created for job in self.jobs if job.times.created), default=None)

    @property
    def names(self) -> list[str]:
        """The names of the children."""
        return [job.name for job in self.jobs]


def families(
    jobs: Iterable[JobSummary], parents: Mapping[str, Parent], sizes: Mapping[Parent, int]
) -> dict[Parent, Family]:
    """Return the families among some jobs, by parent; `parents` are by the job's name. An only child is no family."""
    children: dict[Parent, list[JobSummary]] = {}
    for job in jobs:
        parent = parents.get(job.name)
        if parent and sizes[parent] > 1:
            children.setdefault(parent, []).append(job)
    return {parent: Family(parent, tuple(found), sizes[parent]) for parent, found in children.items()}
