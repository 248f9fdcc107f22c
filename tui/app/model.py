"""What the screen knows and what the user chose: no widget, no IO. Panes are given frozen views of it."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field, replace
from datetime import datetime
from time import monotonic
from typing import Final

from tui.app.view import JobView
from tui.domain.changes import changed_paths
from tui.domain.failure import Failure, FailureKind
from tui.domain.filtering import Filter
from tui.domain.jobs import SORTS, JobSummary, in_order
from tui.domain.report import secret_values
from tui.polling.clock import ServiceClock
from tui.polling.feed import JobList
from tui.polling.poller import Poll
from tui.polling.ports import Described, Identity
from tui.polling.store import LastGood

MARK_SECONDS: Final = 4.0
"""How long a change stays marked."""
_REMEMBERED: Final = 64
"""Descriptions that are kept, so that going back to a job shows it at once."""
_FAILURES: Final = 200


@dataclass(frozen=True, slots=True)
class Order:
    """How the list is sorted."""

    column: str = "created"
    reverse: bool = False

    def moved(self, steps: int) -> "Order":
        """Return the order by a column further right or left."""
        columns = list(SORTS)
        return replace(self, column=columns[(columns.index(self.column) + steps) % len(columns)])

    def reversed(self) -> "Order":
        """Return the order the other way round."""
        return replace(self, reverse=not self.reverse)


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
    job: LastGood[Described] = field(default_factory=LastGood)
    """The focused job; its key is the name."""
    identity: LastGood[Identity] = field(default_factory=lambda: LastGood("identity"))
    filter: Filter = field(default_factory=Filter)
    order: Order = field(default_factory=Order)
    marks: set[str] = field(default_factory=set)
    revealed: bool = False
    incidents: deque[Incident] = field(default_factory=lambda: deque(maxlen=_FAILURES))
    _remembered: OrderedDict[str, LastGood[Described]] = field(default_factory=OrderedDict)
    _changed: dict[str, float] = field(default_factory=dict)
    _changed_jobs: dict[str, float] = field(default_factory=dict)
    _visible: tuple[object, list[JobSummary]] | None = None

    def apply_jobs(self, poll: Poll[JobList]) -> bool:
        """Take the list in; return whether it was news."""
        before = {job.name: job for job in self.jobs.value.jobs} if self.jobs.value else {}
        if not self.jobs.apply(poll):
            return False
        if poll.failure:
            self.note(poll.failure)
        if poll.value:
            self.clock.observe(poll.value.service_time)
            if poll.value.complete:
                self.marks &= {job.name for job in poll.value.jobs}
            for job in poll.value.jobs:
                was = before.get(job.name)
                if was and (was.status, was.secondary_status) != (job.status, job.secondary_status):
                    self._changed_jobs[job.name] = monotonic()
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

    def apply_identity(self, poll: Poll[Identity]) -> None:
        """Take in who we are."""
        self.identity.apply(poll)

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

    def visible_jobs(self) -> list[JobSummary]:
        """Return the rows of the list: filtered, in order, the focused one as fresh as its description.

        The same list object as long as nothing in it changed.
        """
        now = self.clock.now()
        timed = self.order.column == "elapsed" or self.filter.timed
        minute = int(now.timestamp()) // 60 if timed else 0
        basis = (self.jobs.value, self.job.value, self.filter, self.order, minute)
        if self._visible is None or self._visible[0] != basis:
            self._visible = basis, self._compute_visible(now)
        return self._visible[1]

    def _compute_visible(self, now: datetime) -> list[JobSummary]:
        known = {job.name: job for job in self.jobs.value.jobs} if self.jobs.value else {}
        if self.job.value and (self.job.key in known or not known):
            known[self.job.key] = JobSummary.from_snapshot(self.job.value.snapshot, known.get(self.job.key))
        found = (job for job in known.values() if self.filter.matches(job, now)) if self.filter else known.values()
        return in_order(found, self.order.column, self.order.reverse, now)

    def summary(self, name: str) -> JobSummary | None:
        """Return what the list knows of a job."""
        jobs = self.jobs.value.jobs if self.jobs.value else ()
        return next((job for job in jobs if job.name == name), None)

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

    def trouble(self) -> Failure | None:
        """Return the failure that matters most now: the list's, else the focused job's."""
        focused = self.job.failure
        if focused and focused.kind is FailureKind.NOT_FOUND:
            focused = None
        return self.jobs.failure or focused

    def age_seconds(self) -> float | None:
        """Return the age of what was asked for last: the focused job, else the list."""
        ages = [age for age in (self.job.age_seconds(), self.jobs.age_seconds()) if age is not None]
        return min(ages) if ages else None

    def secrets(self) -> tuple[str, ...]:
        """Return the values of the focused job that are masked: what no report of a bug may hold."""
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
