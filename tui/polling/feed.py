"""What keeps the list of jobs fresh, by whichever operation the role may call and costs least.

Search gives 100 jobs with nearly all their members a call, changes first; ListTrainingJobs is the fallback where the
role lacks sagemaker:Search, or the region does. Filters of ListTrainingJobs other than CreationTime page through all
history, so none is used.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Final

from tui.domain import status
from tui.domain.failure import Failure, FailureKind, ServiceError
from tui.domain.filtering import Condition
from tui.domain.jobs import JobSummary
from tui.polling import pace
from tui.polling.ports import JobPage, Order, TrainingJobs
from tui.polling.walk import Walk, key_of

PAGES: Final = 5
"""Pages of history that are loaded at a time: 500 jobs."""
MOST_PAGES: Final = 12
"""Pages that are loaded while the last of them still had a job that is not over."""
RELOAD_EVERY: Final = 90
"""Refreshes between two walks through all that is loaded, which notice deleted jobs: 20 minutes."""
_WALK_EVERY: Final = {True: 3, False: 2}
"""With Search and without: one refresh of so many takes a page of that walk too."""
_REFRESH_PAGES: Final = 12
"""Pages that one refresh may take when very much changed at once."""
_RUNNING_PAGES: Final = 20
_RUNNING: Final = (Condition("TrainingJobStatus", "In", "InProgress,Stopping"),)
_LONGEST_LIFE: Final = timedelta(days=60)
"""28 days of waiting, 28 of running: what was created before is over."""
_REMEMBERED: Final = timedelta(days=1)
"""Jobs that ended lately stay in the list, however old they are."""
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_WITHOUT_SEARCH: Final = frozenset({FailureKind.DENIED, FailureKind.UNSUPPORTED})


@dataclass(frozen=True, slots=True)
class Matching:
    """What Search found for conditions, however old."""

    conditions: tuple[Condition, ...]
    loaded: int
    total: int | None
    more: bool


@dataclass(frozen=True, slots=True, eq=False)
class JobList:
    """The list as it is known."""

    jobs: tuple[JobSummary, ...]
    source: str
    """The operation it came from."""
    total: int | None
    """How many jobs the account has, where the service counts them."""
    complete: bool
    """Whether the first load has ended."""
    fallback: Failure | None
    """Why it is not Search."""
    service_time: datetime | None
    depth: int = 0
    """So many of the newest jobs are here without a gap."""
    more: bool = False
    """Whether the account has older jobs than these."""
    loading: bool = False
    """Whether further pages are asked for at once."""
    checking: bool = False
    """Whether a page that notices deleted jobs is asked for between this refresh and the next."""
    matching: Matching | None = None


class JobFeed:
    """Fetches the list: first page by page from the newest, then what was modified; older jobs when asked for."""

    def __init__(
        self,
        jobs: TrainingJobs,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        time: Callable[[], float] = monotonic,
    ) -> None:
        self._port = jobs
        self._now = now
        self._time = time
        self._fallback: Failure | None = None
        self._known: dict[str, JobSummary] = {}
        self._jobs: tuple[JobSummary, ...] = ()
        self._history = Walk(PAGES)
        self._wanted: list[Walk] = [self._history]
        """Walks that are taken page after page, at once."""
        self._check: Walk | None = None
        """The walk that notices deleted jobs, a page now and then."""
        self._check_due = False
        self._halfway = False
        """Whether the last step was such a page."""
        self._matching: Walk | None = None
        self._complete = False
        self._refreshes = 0
        self._refreshed_at = time()
        self._try_search = False
        """Whether the role may have got sagemaker:Search since it was denied."""
        self._total: int | None = None

    async def fetch(self) -> JobList:
        """Return the list after one more step.

        Raises:
            ServiceError: the step failed; what was loaded before is kept, and the next call tries the step again.
        """
        since = self._time() - self._refreshed_at
        if self._wanted and not (self._complete and since >= pace.LIST_SECONDS):
            page = await self._step(self._wanted[0])
            if self._wanted[0].ended:
                self._end(self._wanted.pop(0))
        elif self._check is not None and self._check_due and since >= pace.LIST_SECONDS / 3:
            # Between two refreshes, not beside one: other copies of sagetop share the quota.
            page = await self._go_on_checking(self._check)
        else:
            page = await self._refresh()
        if not self._wanted:
            self._complete = True
        checking, self._halfway = self._check_due or self._halfway, False
        return JobList(
            jobs=self._jobs,
            source="Search" if self._fallback is None else "ListTrainingJobs",
            total=self._total,
            complete=self._complete,
            fallback=self._fallback,
            service_time=page.service_time,
            depth=self._depth(),
            more=self._more(),
            loading=bool(self._wanted),
            checking=checking,
            matching=self._found(),
        )

    @staticmethod
    def period(found: JobList) -> float:
        """Return the seconds until the next step."""
        return 0.0 if found.loading else pace.LIST_SECONDS / (2 if found.checking else 1)

    def load_older(self) -> None:
        """Have the next steps bring older jobs."""
        if self._history in self._wanted:
            return
        if self._history.truncated:
            self._history.go_on(PAGES)
        elif self._history.created_after is not None:
            # What is older than any job could run was left out: go on from there.
            before = self._history.created_after + timedelta(seconds=1)
            self._history = Walk(PAGES, created_before=before)
        else:
            return
        self._wanted.append(self._history)

    def find(self, conditions: Sequence[Condition]) -> bool:
        """Have the next steps bring the jobs for which all conditions hold, however old; asked again, more.

        Return whether there is anything to bring.
        """
        walk = self._matching
        if walk is not None and walk.conditions == tuple(conditions):
            if not walk.truncated or walk in self._wanted:
                return False
            walk.go_on(PAGES)
        else:
            if walk in self._wanted:
                self._wanted.remove(walk)
            walk = self._matching = Walk(1, conditions=conditions) if conditions and not self._fallback else None
        if walk is not None:
            self._wanted.append(walk)
        return walk is not None

    def forget(self, name: str) -> None:
        """Let go of a job of which is known that it was deleted."""
        if self._known.pop(name, None):
            self._jobs = tuple(self._known.values())

    def _found(self) -> Matching | None:
        walk = self._matching
        if walk is None or not walk.pages:
            return None
        return Matching(walk.conditions, len(walk.seen), walk.total, walk.truncated)

    def _more(self) -> bool:
        if self._total is not None and len(self._jobs) >= self._total:
            return False
        return self._history.truncated or self._history.created_after is not None

    def _depth(self) -> int:
        oldest = self._history.oldest
        if not self._history.truncated or oldest is None:
            return len(self._jobs)
        return sum(bool(job.times.created and job.times.created >= oldest) for job in self._jobs)

    async def _step(self, walk: Walk) -> JobPage:
        try:
            page = await self._page(Order.CREATED, walk)
        except ServiceError as error:
            if error.failure.kind is FailureKind.INVALID and walk.token is not None:
                walk.restart()
            raise
        self._merge(page.jobs)
        walk.take(page)
        return page

    def _end(self, walk: Walk) -> None:
        """Take in a walk that has ended."""
        if walk.conditions:
            return
        if walk is self._history and not self._complete and self._fallback is None and walk.truncated:
            self._wanted.append(Walk(_RUNNING_PAGES, conditions=_RUNNING))
        if walk.created_before is None:
            self._let_go(walk)

    def _let_go(self, walk: Walk) -> None:
        """Forget what a walk should have met and did not, and what ended long ago and is older than it reached."""
        wanted = self._matching.seen if self._matching else set()
        modified = [job.times.modified for job in self._known.values() if job.times.modified]
        lately = max(modified, default=_NEVER + _REMEMBERED) - _REMEMBERED
        for key in walk.known - walk.seen:
            job = self._known.get(key)
            if job is None:
                continue
            over = status.is_terminal(job.status) and (job.times.modified or _NEVER) < lately
            if walk.passed(job) or (over and key not in wanted):
                del self._known[key]
        self._jobs = tuple(self._known.values())

    async def _refresh(self) -> JobPage:
        found: list[JobSummary] = []
        walk = self._refreshing()
        while not walk.ended:
            page = await self._page(Order.MODIFIED, walk)
            walk.take(page)
            found += page.jobs
            # By modification, changes come first: one job as it was ends them.
            if self._fallback is not None or any(not self._is_news(job) for job in page.jobs):
                break
        # Not page by page: a page merged before the next one failed would look like the end of what changed.
        self._merge(found)
        self._refreshed_at = self._time()
        self._refreshes += 1
        if self._fallback is None and walk.ended and walk.truncated and not self._wanted:
            # There may be more: only the running jobs themselves can tell.
            self._wanted.append(Walk(_RUNNING_PAGES, conditions=_RUNNING))
        self._plan_check(walk)
        return page

    def _refreshing(self) -> Walk:
        """Return a walk for a refresh: with Search by modification, else the first page of a whole one."""
        if self._fallback is None:
            return Walk(_REFRESH_PAGES)
        pages = max(PAGES, self._history.pages)
        # What was created before is over, and need not be looked at again and again.
        oldest = self._now() - _LONGEST_LIFE
        return Walk(pages, max(pages, MOST_PAGES), known=self._known, created_after=oldest)

    def _plan_check(self, refreshed: Walk) -> None:
        searching = self._fallback is None
        due = self._refreshes % RELOAD_EVERY == 0
        self._try_search = due and not searching
        if self._check is None and (due or self._older_run_unseen()):
            self._check = Walk(max(PAGES, self._history.pages), known=self._known) if searching else refreshed
            self._end_check()
        self._check_due = self._check is not None and self._refreshes % _WALK_EVERY[searching] == 0

    async def _go_on_checking(self, walk: Walk) -> JobPage:
        page = await self._step(walk)
        self._check_due, self._halfway = False, True
        self._end_check()
        return page

    def _end_check(self) -> None:
        if self._check is None or not self._check.ended:
            return
        walk, self._check = self._check, None
        self._let_go(walk)
        if self._history not in self._wanted:
            self._history = walk

    def _older_run_unseen(self) -> bool:
        """Return whether jobs beyond the newest page run, which without Search only a walk tells of."""
        if self._fallback is None or self._history.pages <= 1:
            return False
        return any(not status.is_terminal(job.status) for job in self._known.values())

    async def _page(self, order: Order, walk: Walk) -> JobPage:
        again, self._try_search = self._try_search and self._fallback is not None, False
        if self._fallback is None or again:
            try:
                page = await self._port.search(order, None if again else walk.token, _conditions(walk))
            except ServiceError as error:
                if error.failure.kind in _WITHOUT_SEARCH:
                    if self._fallback is None:
                        self._leave_search(error.failure, walk)
                    self._fallback = error.failure
                elif not again:
                    raise
            else:
                if again:
                    self._take_search_back()
                if not walk.conditions and not walk.created_before:
                    self._total = page.total
                return page
        return await self._port.list(walk.token, walk.created_after, walk.created_before)

    def _leave_search(self, why: Failure, walk: Walk) -> None:
        """Go on with ListTrainingJobs: it has no conditions, and a token of Search means nothing to it."""
        self._fallback = why
        self._total = None
        self._matching = self._check = None
        walk.restart()
        walk.conditions = ()
        walk.busy_pages = MOST_PAGES
        self._wanted = [entry for entry in self._wanted if entry is walk or not entry.conditions]

    def _take_search_back(self) -> None:
        self._fallback = None
        self._check = None
        self._history = Walk(max(PAGES, self._history.pages), known=self._known)
        self._wanted = [self._history]

    def _is_news(self, job: JobSummary) -> bool:
        known = self._known.get(key_of(job))
        return known is None or (job != known and not job.is_older_than(known))

    def _merge(self, jobs: Iterable[JobSummary]) -> None:
        changed = False
        for job in jobs:
            key = key_of(job)
            known = self._known.get(key)
            if known is None:
                self._known[key] = job
                changed = True
            elif job is not known and not job.is_older_than(known):
                merged = _with_details(job, known)
                if merged != known:
                    self._known[key] = merged
                    changed = True
        if changed:
            self._jobs = tuple(self._known.values())


def _conditions(walk: Walk) -> tuple[Condition, ...]:
    if walk.created_before is None:
        return walk.conditions
    before = walk.created_before.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return (*walk.conditions, Condition("CreationTime", "LessThan", before))


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
