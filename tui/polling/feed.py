"""What keeps the list of jobs fresh, by whichever operation the role may call and costs least.

Search gives 100 jobs with nearly all their members a call, changes first; ListTrainingJobs is the fallback where the
role lacks sagemaker:Search, or the region does. Filters of ListTrainingJobs other than CreationTime page through all
history, so none is used.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from tui.domain import status
from tui.domain.failure import Failure, FailureKind, ServiceError
from tui.domain.jobs import JobSummary
from tui.polling import pace
from tui.polling.ports import JobPage, Order, TrainingJobs

PAGES: Final = 5
"""Pages of history that are loaded: 500 jobs."""
MOST_PAGES: Final = 12
"""Pages that are loaded while the last of them still had a job that is not over."""
RELOAD_EVERY: Final = 50
"""Refreshes between two whole loads, which notice deleted jobs."""
_REFRESH_PAGES: Final = 3
"""Pages that one refresh may take when very much changed at once."""
_WITHOUT_SEARCH: Final = frozenset({FailureKind.DENIED, FailureKind.UNSUPPORTED})


@dataclass(frozen=True, slots=True, eq=False)
class JobList:
    """The list as it is known."""

    jobs: tuple[JobSummary, ...]
    source: str
    """The operation it came from."""
    total: int | None
    """How many jobs the account has, where the service counts them."""
    complete: bool
    """Whether the first load has ended; until then the next page is asked for at once."""
    fallback: Failure | None
    """Why it is not Search."""
    service_time: datetime | None
    truncated: bool = False
    """Whether the load stopped before the oldest job."""

    @property
    def more(self) -> bool:
        """Whether the account has older jobs than these."""
        return self.truncated if self.total is None else self.total > len(self.jobs)


class _Load:
    """A walk through the history, newest first, one page at a time."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self.known = frozenset(known)
        """The jobs known when it began: those it does not meet are gone."""
        self.token: str | None = None
        self.pages = 0
        self.seen: set[str] = set()
        self.ended = False

    def take(self, page: JobPage) -> None:
        """Note a page."""
        self.pages += 1
        self.token = page.next_token
        self.seen.update(map(_key, page.jobs))
        busy = any(not status.is_terminal(job.status) for job in page.jobs)
        self.ended = page.next_token is None or self.pages >= (MOST_PAGES if busy else PAGES)


class JobFeed:
    """Fetches the list: first page by page from the newest, then what was modified."""

    def __init__(self, jobs: TrainingJobs) -> None:
        self._port = jobs
        self._fallback: Failure | None = None
        self._known: dict[str, JobSummary] = {}
        self._load: _Load | None = _Load()
        self._refreshes: int | None = None
        """Since the last whole load; None until the first one has ended."""
        self._try_search = False
        """Whether the role may have got sagemaker:Search since it was denied."""
        self._total: int | None = None
        self._truncated = False

    async def fetch(self) -> JobList:
        """Return the list after one more step.

        Raises:
            ServiceError: the step failed; what was loaded before is kept, and the next call tries the step again.
        """
        if self._refreshes is None:
            page = await self._load_page(self._load or _Load())
        else:
            page = await self._refresh()
            if self._load is not None:
                page = await self._go_on_loading(self._load, page)
            self._refreshes += 1
            if self._refreshes >= RELOAD_EVERY:
                self._refreshes, self._try_search = 0, True
                self._load = self._load or _Load(self._known)
        return JobList(
            jobs=tuple(self._known.values()),
            source="Search" if self._fallback is None else "ListTrainingJobs",
            total=self._total,
            complete=self._refreshes is not None,
            fallback=self._fallback,
            service_time=page.service_time,
            truncated=self._truncated,
        )

    @staticmethod
    def period(found: JobList) -> float:
        """Return the seconds until the next step."""
        return pace.LIST_SECONDS if found.complete else 0.0

    async def _go_on_loading(self, load: _Load, refreshed: JobPage) -> JobPage:
        if self._fallback is None or load.pages > 0:
            return await self._load_page(load)
        # Without Search a refresh is the first page of a load.
        self._take(load, refreshed)
        return refreshed

    async def _load_page(self, load: _Load) -> JobPage:
        try:
            page = await self._page(Order.CREATED, load.token)
        except ServiceError as error:
            if error.failure.kind is FailureKind.INVALID and load.token is not None:
                # The token has grown too old, or the service has changed its mind: begin again.
                self._load = _Load(self._known)
            raise
        self._total = page.total
        self._merge(page.jobs)
        self._take(load, page)
        return page

    def _take(self, load: _Load, page: JobPage) -> None:
        load.take(page)
        if load.ended:
            self._end(load)
        if self._refreshes is None and (load.ended or load.pages >= PAGES):
            # What is older comes a page at a time between the refreshes.
            self._refreshes = 0

    def _end(self, load: _Load) -> None:
        """Let go of what a whole load did not bring: it is deleted, or old and over."""
        self._truncated = load.token is not None
        for key in load.known - load.seen:
            if key in self._known and (not self._truncated or status.is_terminal(self._known[key].status)):
                del self._known[key]
        # Without Search nothing but the next load tells what changed on the older pages.
        busy = any(not status.is_terminal(job.status) for job in self._known.values())
        self._load = _Load(self._known) if self._fallback and load.pages > 1 and busy else None

    async def _refresh(self) -> JobPage:
        found: list[JobSummary] = []
        token = None
        for _ in range(_REFRESH_PAGES):
            page = await self._page(Order.MODIFIED, token)
            token = page.next_token
            found += page.jobs
            # By modification, changes come first: one job as it was ends them.
            if token is None or self._fallback is not None or any(not self._is_news(job) for job in page.jobs):
                break
        else:
            # There may be more: only a whole load can tell.
            self._load = self._load or _Load(self._known)
        # Not page by page: a page merged before the next one failed would look like the end of what changed.
        self._merge(found)
        self._total = page.total
        return page

    async def _page(self, order: Order, token: str | None) -> JobPage:
        again, self._try_search = self._try_search and self._fallback is not None, False
        if self._fallback is None or again:
            try:
                page = await self._port.search(order, None if again else token)
            except ServiceError as error:
                if error.failure.kind in _WITHOUT_SEARCH:
                    self._fallback = error.failure
                elif not again:
                    raise
            else:
                self._fallback = None
                if again:
                    self._load = _Load(self._known)
                return page
            if not again:
                # A token of Search means nothing to ListTrainingJobs.
                token = None
                if self._load is not None:
                    self._load.token, self._load.pages = None, 0
        return await self._port.list(token)

    def _is_news(self, job: JobSummary) -> bool:
        known = self._known.get(_key(job))
        return known is None or (job != known and not _is_older(job, known))

    def _merge(self, jobs: Iterable[JobSummary]) -> None:
        for job in jobs:
            known = self._known.get(_key(job))
            if known is None:
                self._known[_key(job)] = job
            elif not _is_older(job, known):
                self._known[_key(job)] = _with_details(job, known)


def _key(job: JobSummary) -> str:
    # The ARN has the name in lower case; the name is what it is called by.
    return job.name or job.arn


def _is_older(job: JobSummary, known: JobSummary) -> bool:
    # A name may be used again after the job of that name was deleted.
    if job.times.created != known.times.created or not job.times.modified or not known.times.modified:
        return False
    return job.times.modified < known.times.modified


def _with_details(job: JobSummary, known: JobSummary) -> JobSummary:
    """Keep what ListTrainingJobs leaves out and Search has told before."""
    if job.instances is not None or known.instances is None or job.times.created != known.times.created:
        return job
    same = (job.status, job.secondary_status) == (known.status, known.secondary_status)
    return replace(
        job,
        instances=known.instances,
        spot=known.spot,
        parent_kind=known.parent_kind,
        parent=known.parent,
        hyperparameters=known.hyperparameters,
        tags=known.tags,
        failure_reason=known.failure_reason,
        phase_started=known.phase_started if same else None,
        times=replace(job.times, started=job.times.started or known.times.started),
    )
