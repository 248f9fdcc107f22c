"""The jobs of the list, kept filtered and in order as they change: what one job changed costs is about one job."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final, NamedTuple, Self

from rich.cells import cell_len

from tui.domain import resources
from tui.domain.families import Family, Parent, families, parent_of
from tui.domain.filtering import Filter
from tui.domain.jobs import JobSummary
from tui.domain.ordering import SORTS, in_order, place
from tui.domain.status import Tone, look

FAMILY: Final = "\0family "
"""What the keys of parent rows begin with: no job is called so."""
MORE: Final = "\0more"
"""The key of the last row, where the account has older jobs."""
_NO_MATTER: Final = datetime.min.replace(tzinfo=UTC)
_UNFOLDED: Final = 3
"""Families of so many are shown unfolded."""


@dataclass(frozen=True, slots=True)
class Order:
    """How the list is sorted."""

    column: str = "created"
    reverse: bool = False

    def moved(self, steps: int, columns: Sequence[str]) -> "Order":
        """Return the order by a column further right or left, among those that are shown."""
        among = ["created", *(column for column in ("name", *columns) if column in SORTS and column != "created")]
        here = among.index(self.column) if self.column in among else 0
        return replace(self, column=among[(here + steps) % len(among)])

    def reversed(self) -> "Order":
        """Return the order the other way round."""
        return replace(self, reverse=not self.reverse)


class Breadth(NamedTuple):
    """The cells that columns want, over all jobs that are known: a filter moves no column."""

    name: int = 0
    on: int = 0
    parent: int = 0
    spot: bool = False


class Tally(NamedTuple):
    """How many of the jobs that pass the filter run or wait, and how many failed."""

    running: int = 0
    failed: int = 0


def running_on(job: JobSummary) -> str:
    """Return what a job runs on as a column shows it; empty where the source does not tell."""
    return "" if job.instances is None else resources.short(job.instances) or "serverless"


@dataclass(frozen=True, eq=False)
class Shown:
    """The rows of the list, in order: jobs, and the parents of families. Compared by identity."""

    jobs: Sequence[JobSummary] = ()
    """Those that pass the filter, folded ones too."""
    entries: Sequence[JobSummary | Family] = ()
    keys: Sequence[str] = ()
    """The key of each row; that of a job is its name."""
    parents: Mapping[str, Parent] = field(default_factory=dict)
    """The parent of each job that is indented under one, by name."""
    unfolded: Set[Parent] = frozenset()
    families: Mapping[str, Family] = field(default_factory=dict)
    """By the key of their row."""
    breadth: Breadth = field(default_factory=Breadth)
    tally: Tally = field(default_factory=Tally)

    @classmethod
    def of(cls, jobs: Iterable[JobSummary]) -> Self:
        """Return some jobs as they are, none of them grouped."""
        roster = Roster()
        roster.take(tuple(jobs))
        found = tuple(roster.jobs.values())
        tally = _tally(Counter(map(_phase, found)))
        return cls(found, found, tuple(roster.jobs), breadth=roster.breadth, tally=tally)

    def next_job(self, name: str, steps: int) -> str:
        """Return the name of a job further up or down the list; the first where the job is not in it."""
        names = [job.name for job in self.entries if isinstance(job, JobSummary)]
        if not names:
            return ""
        here = names.index(name) + steps if name in names else 0
        return names[max(0, min(len(names) - 1, here))]


class Roster:
    """All jobs that are known, and those that are shown."""

    def __init__(self) -> None:
        self.jobs: dict[str, JobSummary] = {}
        """By name, each as fresh as anything told."""
        self._listed: Sequence[JobSummary] = ()
        """What the list told last."""
        self._names: Counter[int] = Counter()
        self._ons: Counter[int] = Counter()
        self._sizes: Counter[Parent] = Counter()
        self._parents: dict[str, Parent] = {}
        self._spots = 0
        self._by: tuple[str, bool, datetime] | None = None
        self._filter = Filter()
        self._at = _NO_MATTER
        """The moment at which it was filtered."""
        self._ordered: list[JobSummary] = []
        self._passing: list[JobSummary] = []
        self._phases: Counter[tuple[str, str]] = Counter()
        self._basis: object = None
        self._shown = Shown()
        self._generation = 0

    def take(self, listed: Sequence[JobSummary]) -> list[tuple[JobSummary, JobSummary]]:
        """Take in the whole list; return the jobs that were known and are not as they were, before and after."""
        if listed is self._listed:
            return []
        before, self._listed = self._listed, tuple(listed)
        pairs = [(was, job) for was, job in zip(before, listed, strict=False) if was is not job]
        if before and len(before) == len(listed) and all(was.name == job.name for was, job in pairs):
            news = [job for _, job in pairs]
        else:
            names = {job.name: job for job in listed}
            for name in self.jobs.keys() - names.keys():
                self._put(self.jobs[name], None)
            known = {job.name: job for job in before}
            news = [job for name, job in names.items() if known.get(name) is not job]
        if len(news) * 4 > len(self.jobs):
            # To sort anew is cheaper than to find so many places.
            self._by = None
        found = []
        for job in news:
            was = self.jobs.get(job.name)
            if was is None or (was != job and not job.is_older_than(was)):
                self._put(was, job)
                if was:
                    found.append((was, job))
        return found

    def put(self, job: JobSummary) -> JobSummary | None:
        """Take in a job that was described, fresher than the list, of which it is one; return what it was."""
        if not self._listed:
            # Asked for by name, where there is no list: it is the only one.
            for name in self.jobs.keys() - {job.name}:
                self._put(self.jobs[name], None)
        was = self.jobs.get(job.name)
        if was != job and (was or not self._listed):
            self._put(was, job)
        return was

    def show(
        self,
        wanted: Filter,
        order: Order,
        now: datetime,
        *,
        grouped: bool = False,
        folds: Mapping[tuple[bool, Parent], bool] | None = None,
    ) -> Shown:
        """Return the rows; the same object as long as nothing in it changed."""
        # What sorts by a span that grows moves once a minute, not under the cursor.
        minute = now.replace(second=0, microsecond=0)
        by = order.column, order.reverse, minute if order.column == "elapsed" else _NO_MATTER
        at = minute if wanted.timed else _NO_MATTER
        if by != self._by:
            self._by = by
            self._ordered = in_order(self.jobs.values(), *by)
            self._filter_anew(wanted, at)
        elif (wanted, at) != (self._filter, self._at):
            self._filter_anew(wanted, at)
        basis = self._generation, grouped, dict(folds or {})
        if basis != self._basis:
            self._basis = basis
            self._shown = self._arranged(folds or {}) if grouped else self._flat()
        return self._shown

    @property
    def breadth(self) -> Breadth:
        """What the columns want."""
        parents = max((cell_len(parent.name) for parent in self._sizes), default=0)
        return Breadth(max(self._names, default=0), max(self._ons, default=0), parents, self._spots > 0)

    def _put(self, was: JobSummary | None, job: JobSummary | None) -> None:
        self._generation += 1
        if was:
            self._count(was, -1)
            if job is None:
                del self.jobs[was.name]
        if job:
            self._count(job, 1)
            self.jobs[job.name] = job
        if self._by is None:
            return
        if was:
            self._remove(self._ordered, was)
            if self._remove(self._passing, was):
                self._phases[_phase(was)] -= 1
        if job:
            self._ordered.insert(place(self._ordered, job, *self._by), job)
            if self._passes(job):
                self._passing.insert(place(self._passing, job, *self._by), job)
                self._phases[_phase(job)] += 1

    def _remove(self, jobs: list[JobSummary], job: JobSummary) -> bool:
        assert self._by
        index = place(jobs, job, *self._by)
        if index == len(jobs) or jobs[index] is not job:
            return False
        del jobs[index]
        return True

    def _filter_anew(self, wanted: Filter, at: datetime) -> None:
        self._filter, self._at = wanted, at
        self._passing = [job for job in self._ordered if self._passes(job)] if wanted else list(self._ordered)
        self._phases = Counter(map(_phase, self._passing))
        self._generation += 1

    def _passes(self, job: JobSummary) -> bool:
        return not self._filter or self._filter.matches(job, self._at)

    def _count(self, job: JobSummary, by: int) -> None:
        for counter, what in ((self._names, cell_len(job.name)), (self._ons, cell_len(running_on(job)))):
            counter[what] += by
            if not counter[what]:
                del counter[what]
        self._spots += by if job.spot else 0
        parent = parent_of(job)
        if parent:
            self._sizes[parent] += by
            if not self._sizes[parent]:
                del self._sizes[parent]
            if by > 0:
                self._parents[job.name] = parent
            else:
                del self._parents[job.name]

    def _flat(self) -> Shown:
        jobs = tuple(self._passing)
        return Shown(jobs, jobs, tuple([job.name for job in jobs]), breadth=self.breadth, tally=_tally(self._phases))

    def _arranged(self, folds: Mapping[tuple[bool, Parent], bool]) -> Shown:
        whole = self._flat()
        found = families(whole.jobs, self._parents, self._sizes) if self._parents else {}
        if not found:
            return whole
        searching = bool(self._filter)
        folded = {
            parent
            for parent, family in found.items()
            if folds.get((searching, parent), not searching and family.size > _UNFOLDED)
        }
        parents = {job.name: parent for parent, family in found.items() for job in family.jobs}
        entries: list[JobSummary | Family] = []
        keys: list[str] = []
        for job in whole.jobs:
            parent = parents.get(job.name)
            if parent is None:
                entries.append(job)
                keys.append(job.name)
                continue
            family = found[parent]
            # A family stands where the first of its children would.
            if job is family.jobs[0]:
                entries.append(family)
                keys.append(family_key(parent))
                if parent not in folded:
                    entries += family.jobs
                    keys += family.names
        return replace(
            whole,
            entries=tuple(entries),
            keys=tuple(keys),
            parents=parents,
            unfolded=found.keys() - folded,
            families={family_key(parent): family for parent, family in found.items()},
        )


def family_key(parent: Parent) -> str:
    """Return the key of a parent's row."""
    return f"{FAMILY}{parent.kind} {parent.name}"


def is_job(key: str) -> bool:
    """Return whether the key of a row is the name of a job."""
    return bool(key) and not key.startswith("\0")


def _phase(job: JobSummary) -> tuple[str, str]:
    return job.status, job.phase


def _tally(phases: Mapping[tuple[str, str], int]) -> Tally:
    alive = (Tone.RUNNING, Tone.WAITING)
    return Tally(
        running=sum(number for (_, phase), number in phases.items() if look(phase).tone in alive),
        failed=sum(number for (status, _), number in phases.items() if status == "Failed"),
    )
