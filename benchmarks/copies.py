"""How many sagetops an account bears: real pollers, budgets and paces in virtual time, against the account's quotas.

Every copy is a process of its own that knows nothing of the others: its own budget, its own chance. The account
refuses what is above its quota, as a bucket of one second's calls would.
"""

import asyncio
import selectors
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from benchmarks.row import Row
from tui.domain.failure import Failure, FailureKind, ServiceError
from tui.domain.filtering import Condition
from tui.domain.job import JobSnapshot, Times
from tui.domain.jobs import JobSummary
from tui.polling import pace
from tui.polling.budget import Budget
from tui.polling.feed import JobFeed
from tui.polling.poller import Poller
from tui.polling.ports import Described, JobPage, Order

QUOTAS = {"DescribeTrainingJob": 5.0, "ListTrainingJobs": 2.0, "Search": 2.0}
"""Calls a second of the whole account. That of Search is not published: taken to be no more than List's."""
START = datetime(2026, 1, 1, tzinfo=UTC)
_ANSWER_SECONDS = 0.15
_COUNTS = (1, 2, 4, 5, 8, 10, 12, 14, 20, 50)


class _Jump(selectors.SelectSelector):
    """Waits for nothing: time is moved on instead."""

    def __init__(self) -> None:
        super().__init__()
        self.time = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.time += max(timeout or 0.0, 0.0)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop on which an hour takes as long as what happens in it."""

    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)

    def time(self) -> float:
        """Return the virtual time, in seconds."""
        return self._jump.time


def run_virtually(work: Callable[[Callable[[], float]], Coroutine[Any, Any, None]]) -> None:
    """Run `work(time)` on a virtual loop."""
    loop = VirtualLoop()
    try:
        loop.run_until_complete(work(loop.time))
    finally:
        loop.close()


@dataclass
class SharedAccount:
    """An account of 1,000 running jobs among many, with quotas."""

    time: Callable[[], float]
    running: int = 1000
    finished: int = 9000
    search_allowed: bool = True
    calls: Counter[str] = field(default_factory=Counter)
    throttled: Counter[str] = field(default_factory=Counter)
    _tokens: dict[str, tuple[float, float]] = field(default_factory=dict)
    _jobs: tuple[JobSummary, ...] = ()
    _active: tuple[JobSummary, ...] = ()

    def __post_init__(self) -> None:
        step = max(1, (self.running + self.finished) // max(1, self.running))
        self._jobs = tuple(_job(n, n % step == 0) for n in range(self.running + self.finished))
        self._active = tuple(job for job in self._jobs if job.status == "InProgress")

    @property
    def now(self) -> datetime:
        """The service's time."""
        return START + timedelta(seconds=self.time())

    async def describe(self, name: str) -> Described:
        """Answer DescribeTrainingJob."""
        await self._call("DescribeTrainingJob")
        raw = {"TrainingJobName": name, "TrainingJobStatus": "InProgress", "SecondaryStatus": "Training"}
        return Described(JobSnapshot.from_api(raw), self.now)

    async def search(self, order: Order, token: str | None = None, conditions: Sequence[Condition] = ()) -> JobPage:
        """Answer Search: nothing is modified, so that a refresh is a page of known jobs."""
        if not self.search_allowed:
            raise ServiceError(Failure(FailureKind.DENIED, "Search", "not authorized"))
        await self._call("Search")
        return self._page(self._active if conditions else self._jobs, token, counted=True)

    async def list(
        self, token: str | None = None, created_after: datetime | None = None, created_before: datetime | None = None
    ) -> JobPage:
        """Answer ListTrainingJobs."""
        await self._call("ListTrainingJobs")
        return self._page(self._jobs, token, counted=False)

    def _page(self, jobs: Sequence[JobSummary], token: str | None, *, counted: bool) -> JobPage:
        start = int(token or 0)
        end = start + 100
        following = str(end) if end < len(jobs) else None
        return JobPage(tuple(jobs[start:end]), following, len(jobs) if counted else None, self.now)

    async def _call(self, operation: str) -> None:
        self.calls[operation] += 1
        quota, now = QUOTAS[operation], self.time()
        tokens, at = self._tokens.get(operation, (quota, now))
        tokens = min(quota, tokens + (now - at) * quota)
        if tokens < 1:
            self._tokens[operation] = tokens, now
            self.throttled[operation] += 1
            raise ServiceError(Failure(FailureKind.THROTTLED, operation, "Rate exceeded"))
        self._tokens[operation] = tokens - 1, now
        await asyncio.sleep(_ANSWER_SECONDS)


class _Metered:
    """The account as one copy sees it: within its own budget."""

    def __init__(self, account: SharedAccount, budget: Budget) -> None:
        self._account = account
        self._budget = budget

    async def describe(self, name: str) -> Described:
        return await self._within("DescribeTrainingJob", self._account.describe(name))

    async def search(self, order: Order, token: str | None = None, conditions: Sequence[Condition] = ()) -> JobPage:
        return await self._within("Search", self._account.search(order, token, conditions))

    async def list(
        self, token: str | None = None, created_after: datetime | None = None, created_before: datetime | None = None
    ) -> JobPage:
        return await self._within("ListTrainingJobs", self._account.list(token, created_after, created_before))

    async def _within(self, operation: str, call: Coroutine[Any, Any, Any]) -> Any:
        try:
            await self._budget.take(operation)
        except BaseException:
            call.close()
            raise
        try:
            answer = await call
        except ServiceError:
            self._budget.throttled(operation)
            raise
        self._budget.succeeded(operation)
        return answer


@dataclass(frozen=True, slots=True)
class Seen:
    """What an account saw of some copies in a while."""

    calls_per_second: float
    by_operation: dict[str, float]
    throttled: int
    refused_share: float
    stalest_seconds: float
    """The longest that any copy's list went without a successful refresh."""


def watch_together(
    copies: int, seconds: float, *, seed: int = 0, settle: float = 300.0, search_allowed: bool = True
) -> Seen:
    """Have so many copies, started within a minute of each other, watch one account; count after `settle`."""
    found: list[Seen] = []

    async def main(time: Callable[[], float]) -> None:
        account = SharedAccount(time, search_allowed=search_allowed)
        chance = Random(seed)
        stalest = [0.0]
        tasks = [asyncio.create_task(_copy(account, chance, stalest, settle)) for _ in range(copies)]
        await asyncio.sleep(settle)
        before, refused = account.calls.copy(), account.throttled.total()
        await asyncio.sleep(seconds)
        made = account.calls - before
        found.append(
            Seen(
                calls_per_second=made.total() / seconds,
                by_operation={name: count / seconds for name, count in made.items()},
                throttled=account.throttled.total() - refused,
                refused_share=(account.throttled.total() - refused) / max(1, made.total()),
                stalest_seconds=stalest[0],
            )
        )
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    run_virtually(main)
    return found[0]


async def _copy(account: SharedAccount, chance: Random, stalest: list[float], settle: float) -> None:
    """One sagetop: the list and a running job under the cursor, someone looking all the time."""
    await asyncio.sleep(chance.uniform(0, 60))
    budget = Budget(account.time)
    port = _Metered(account, budget)
    feed = JobFeed(port, lambda: account.now, account.time)
    refreshed = [account.time()]

    def listed(poll: Any) -> None:
        if poll.value is not None:
            if account.time() > settle:
                stalest[0] = max(stalest[0], account.time() - refreshed[0])
            refreshed[0] = account.time()

    jobs = Poller("jobs", feed.fetch, listed, feed.period, chance=chance.random)
    job = Poller(
        "job",
        lambda: port.describe("job"),
        lambda _: None,
        lambda described: pace.of_job(described.snapshot, account.now),
        chance=chance.random,
    )
    await asyncio.gather(jobs.run(), job.run())


def _job(number: int, running: bool) -> JobSummary:
    created = START - timedelta(minutes=number)
    status = "InProgress" if running else "Completed"
    return JobSummary(f"job-{number}", "", status, status, Times(created, created, None, created), None, None)


def rows(quick: bool) -> Iterator[Row]:
    """Say what copies cost, and when the first of them is refused."""
    seconds = 600.0 if quick else 3600.0
    for copies in _COUNTS:
        seen = watch_together(copies, seconds)
        describes = seen.by_operation.get("DescribeTrainingJob", 0.0)
        yield Row(
            what=f"{copies} sagetops on one account (virtual time)",
            measured=f"{seen.calls_per_second:.2f} /s, {seen.refused_share:.1%} refused, "
            f"list <= {seen.stalest_seconds:.0f} s old",
            budget=f"<= {0.5 * copies:g} /s",
            beside=f"of 5 Describe/s {describes:.2f} used",
            ratio=seen.calls_per_second / (0.5 * copies),
            within=seen.calls_per_second <= 0.5 * copies,
            details={"copies": copies, "seconds": seconds, **seen.by_operation, "throttled": seen.throttled},
        )
