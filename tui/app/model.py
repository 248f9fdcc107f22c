"""What the screen knows and what the user chose: no widget, no IO. Panes are given frozen views of it."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING, Final

from tui.app.columns import DEFAULT
from tui.app.roster import Order, Roster, Shown
from tui.app.view import JobView
from tui.domain.changes import changed_paths
from tui.domain.failure import Failure, FailureKind
from tui.domain.families import Parent
from tui.domain.filtering import Filter
from tui.domain.jobs import JobSummary, nearest_names
from tui.polling.clock import ServiceClock
from tui.polling.store import LastGood

if TYPE_CHECKING:
    from tui.polling.feed import JobList
    from tui.polling.poller import Poll
    from tui.polling.ports import Described, Identity

MARK_SECONDS: Final = 4.0
"""How long a change stays marked."""
_REMEMBERED: Final = 64
"""Descriptions that are kept, so that going back to a job shows it at once."""
_FAILURES: Final = 200


@dataclass(frozen=True, slots=True)
class Incident:
    """One failed call, for the list behind `!`."""

    at: datetime
    """Host time would mislead where its clock is wrong: the service's."""
    failure: Failure
    times: int = 1
    """How often it came in a row."""


@dataclass(slots=True)
class Model:
    """The state of the watch screen."""

    clock: ServiceClock
    jobs: LastGood[JobList] = field(default_factory=lambda: LastGood("jobs"))
    roster: Roster = field(default_factory=Roster)
    job: LastGood[Described] = field(default_factory=LastGood)
    """The focused job; its key is the name."""
    identity: Identity | None = None
    identity_failure: Failure | None = None
    """Why it is not known who asks."""
    blocked: Failure | None = None
    """Why nobody may ask at present: there are no credentials."""
    filter: Filter = field(default_factory=Filter)
    order: Order = field(default_factory=Order)
    columns: tuple[str, ...] = DEFAULT
    """The columns of the list behind the name, from left to right."""
    grouped: bool = True
    """Whether jobs that another service started are shown under what started them."""
    folds: dict[tuple[bool, Parent], bool] = field(default_factory=dict)
    """What was folded and unfolded by hand: with a filter or without, which family, whether folded."""
    marks: set[str] = field(default_factory=set)
    revealed: bool = False
    incidents: deque[Incident] = field(default_factory=lambda: deque(maxlen=_FAILURES))
    _remembered: OrderedDict[str, LastGood[Described]] = field(default_factory=OrderedDict)
    _changed: dict[str, float] = field(default_factory=dict)
    _changed_jobs: dict[str, float] = field(default_factory=dict)
    _near: tuple[object, list[str]] | None = None

    def apply_jobs(self, poll: Poll[JobList]) -> bool:
        """Take the list in; return whether it was news."""
        if not self.jobs.apply(poll):
            return False
        if poll.failure:
            self.note(poll.failure)
        if poll.value:
            self.clock.observe(poll.value.service_time)
            for was, job in self.roster.take(poll.value.jobs):
                self._mark_changed(was, job)
            if poll.value.complete:
                self.marks &= self.roster.jobs.keys()
        return True

    def apply_job(self, poll: Poll[Described]) -> bool:
        """Take the focused job in; return False when it is about another job or too late."""
        before = self.job.value
        if not self.job.apply(poll):
            return False
        if poll.failure and poll.failure.kind is not FailureKind.NOT_FOUND:
            self.note(poll.failure)
        if poll.value:
            self.clock.observe(poll.value.service_time)
            job = JobSummary.from_snapshot(poll.value.snapshot, self.roster.jobs.get(poll.key))
            self._mark_changed(self.roster.put(job), job)
            if before:
                now = monotonic()
                paths = changed_paths(before.snapshot.raw, poll.value.snapshot.raw)
                self._changed.update(dict.fromkeys(paths, now))
                if not paths:
                    # Nothing new: the same snapshot goes on, and nothing is drawn again for it.
                    self.job.value = before
        return True

    @property
    def job_is_gone(self) -> bool:
        """Whether the focused job was there and is no more."""
        failure = self.job.failure
        return failure is not None and failure.kind is FailureKind.NOT_FOUND and self.job.value is not None

    def start_anew(self) -> None:
        """Forget the jobs, which are another account's; what the user chose stays."""
        self.jobs = LastGood("jobs", seq=self.jobs.seq)
        self.job = LastGood()
        self.roster = Roster()
        self.marks.clear()
        self.folds.clear()
        self._remembered.clear()
        self._changed.clear()
        self._changed_jobs.clear()

    def focus(self, name: str) -> None:
        """Turn to another job; one seen before is shown as it was until it is asked about again."""
        if name == self.job.key:
            return
        if self.job.key:
            self._remembered[self.job.key] = self.job
            self._remembered.move_to_end(self.job.key)
            while len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)
        self.job = self._remembered.pop(name, LastGood(name))
        self._changed.clear()

    def shown(self) -> Shown:
        """Return the rows of the list; the same object as long as nothing in it changed."""
        return self.roster.show(self.filter, self.order, self.clock.now(), grouped=self.grouped, folds=self.folds)

    def fold(self, parent: Parent, folded: bool) -> None:
        """Fold a family, or unfold it; what is folded while a filter is on is another matter."""
        self.folds[bool(self.filter), parent] = folded

    def summary(self, name: str) -> JobSummary | None:
        """Return what is known of a job without its description."""
        return self.roster.jobs.get(name)

    def near(self, name: str) -> list[str]:
        """Return the names most like a mistyped one."""
        basis = name, self.jobs.value
        if self._near is None or self._near[0] != basis:
            self._near = basis, nearest_names(name, list(self.roster.jobs))
        return self._near[1]

    def _mark_changed(self, was: JobSummary | None, job: JobSummary) -> None:
        # By its status only: a span that grows is no change.
        if was and (was.status, was.secondary_status) != (job.status, job.secondary_status):
            self._changed_jobs[job.name] = monotonic()

    def changed_jobs(self) -> frozenset[str]:
        """Return the jobs whose status changed within the last seconds."""
        return _recent(self._changed_jobs)

    def view(self, region: str, ascii_only: bool) -> JobView:
        """Return the focused job as it is known now."""
        described = self.job.value
        return JobView(
            name=self.job.key,
            summary=self.summary(self.job.key),
            snapshot=described.snapshot if described else None,
            failure=self.job.failure,
            age_seconds=self.job.age_seconds(),
            changed=_recent(self._changed),
            now=self.clock.now(),
            region=region,
            revealed=self.revealed,
            ascii=ascii_only,
        )

    def known(self) -> tuple[object, ...]:
        """Return what the screen is made of, time apart: as long as it stays the same, only clocks go on."""
        found = self.jobs.value
        listed = (
            (found.jobs, found.total, found.complete, found.loading, found.depth, found.matching, found.fallback)
            if found
            else None
        )
        return (
            *(listed, self.jobs.failure, self.changed_jobs(), self.identity, self.blocked),
            *(self.job.key, self.job.value, self.job.failure, _recent(self._changed)),
        )

    def trouble(self) -> Failure | None:
        """Return the failure that matters most now: no credentials, else the list's, else the focused job's."""
        focused = self.job.failure
        if focused and focused.kind is FailureKind.NOT_FOUND:
            focused = None
        return self.blocked or self.jobs.failure or focused

    def age_seconds(self) -> float | None:
        """Return the age of what was asked for last: the focused job, else the list."""
        ages = [age for age in (self.job.age_seconds(), self.jobs.age_seconds()) if age is not None]
        return min(ages) if ages else None

    def secrets(self) -> tuple[str, ...]:
        """Return the values of the focused job that are masked: what no report of a bug may hold."""
        from tui.domain.report import secret_values

        return secret_values(self.job.value.snapshot) if self.job.value else ()

    def note(self, failure: Failure) -> None:
        """Remember a failure for the list behind `!`; the same one again is counted."""
        now = self.clock.now()
        last = self.incidents[-1] if self.incidents else None
        if last and last.failure == failure:
            self.incidents[-1] = Incident(now, failure, last.times + 1)
        else:
            self.incidents.append(Incident(now, failure))


def _recent(marks: dict[str, float]) -> frozenset[str]:
    oldest = monotonic() - MARK_SECONDS
    for key in [key for key, at in marks.items() if at < oldest]:
        del marks[key]
    return frozenset(marks)
