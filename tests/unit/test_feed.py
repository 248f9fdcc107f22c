"""The list of jobs, over an account in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count

import pytest

from tui.domain.failure import Failure, FailureKind, ServiceError
from tui.domain.filtering import Condition
from tui.domain.job import Times
from tui.domain.jobs import JobSummary
from tui.domain.resources import Instances
from tui.polling import feed, pace
from tui.polling.feed import JobFeed, JobList
from tui.polling.ports import Described, JobPage, Order

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
NEVER = datetime.min.replace(tzinfo=UTC)


def job(number: int, modified: float = 0, status: str = "Completed") -> JobSummary:
    created = START + timedelta(seconds=number)
    times = Times(created, None, None, created + timedelta(seconds=modified))
    return JobSummary(
        f"job-{number}", f"arn:job-{number}", status, status, times, (Instances("ml.m5.large", 1),), False
    )


@dataclass
class Account:
    """The port: an account whose answers fail when the test says so."""

    jobs: dict[str, JobSummary] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    failures: dict[str, list[FailureKind | None]] = field(default_factory=dict)
    """Operation → how its next calls fail; None lets one pass."""
    refused: FailureKind | None = None
    """How every Search fails."""
    page_size: int = 100
    empty_first_page: bool = False

    def put(self, *jobs: JobSummary) -> None:
        self.jobs.update((each.name, each) for each in jobs)

    async def describe(self, name: str) -> Described:
        raise NotImplementedError

    async def search(self, order: Order, token: str | None = None, conditions: Sequence[Condition] = ()) -> JobPage:
        words = " ".join(f"{name} {operator} {value}" for name, operator, value in conditions)
        self._ask(" ".join(f"Search {order.value} {token or ''} {words}".split()))
        if self.refused:
            raise ServiceError(Failure(self.refused, "Search", "not for you", "ask for sagemaker:Search"))
        found = [each for each in self.jobs.values() if all(holds(each, condition) for condition in conditions)]
        return self._page(found, order, token, len(found))

    async def list(
        self, token: str | None = None, created_after: datetime | None = None, created_before: datetime | None = None
    ) -> JobPage:
        self._ask(f"List {token or ''}".strip())
        found = [
            each
            for each in self.jobs.values()
            if each.times.created
            and (created_after is None or each.times.created > created_after)
            and (created_before is None or each.times.created < created_before)
        ]
        page = self._page(found, Order.CREATED, token, None)
        poor = [replace(each, instances=None, spot=None) for each in page.jobs]
        return JobPage(tuple(poor), page.next_token, None, None)

    def _ask(self, call: str) -> None:
        self.calls.append(call)
        waiting = self.failures.get(call.split()[0])
        kind = waiting.pop(0) if waiting else None
        if kind:
            raise ServiceError(Failure(kind, call, "it failed"))

    def _page(self, found: Sequence[JobSummary], order: Order, token: str | None, total: int | None) -> JobPage:
        def moment(each: JobSummary) -> datetime:
            return (each.times.created if order is Order.CREATED else each.times.modified) or NEVER

        if self.empty_first_page and token is None:
            return JobPage((), "0", total, None)
        ordered = sorted(found, key=moment, reverse=True)
        start = int(token or 0)
        end = start + self.page_size
        return JobPage(tuple(ordered[start:end]), str(end) if end < len(ordered) else None, total, None)


def holds(each: JobSummary, condition: Condition) -> bool:
    """What Search makes of a condition."""
    if condition.name == "CreationTime":
        before = datetime.fromisoformat(condition.value).replace(tzinfo=UTC)
        return each.times.created is not None and each.times.created < before
    assert (condition.name, condition.operator) == ("TrainingJobStatus", "In")
    return each.status in condition.value.split(",")


def account(count: int = 0, **options: object) -> Account:
    made = Account(**options)  # type: ignore[arg-type]
    made.put(*(job(number) for number in range(count)))
    return made


def watched(port: Account) -> JobFeed:
    """A feed for which some seconds go by between two steps."""
    return JobFeed(port, now=lambda: START, time=partial(next, count(0, 6)))


def names(found: JobList) -> set[str]:
    return {each.name for each in found.jobs}


async def loaded(jobs: JobFeed) -> JobList:
    """The list once the first load has ended."""
    for _ in range(20):
        found = await jobs.fetch()
        if found.complete:
            return found
    raise AssertionError("the first load does not end")


async def settled(jobs: JobFeed) -> JobList:
    """The list once nothing more is asked for at once."""
    for _ in range(20):
        found = await jobs.fetch()
        if not found.loading:
            return found
    raise AssertionError("it loads for ever")


async def reloaded(jobs: JobFeed) -> JobList:
    """The list after a whole reload."""
    for _ in range(feed.RELOAD_EVERY + 3 * feed.MOST_PAGES):
        found = await jobs.fetch()
    return found


async def test_the_first_load_comes_page_by_page_from_the_newest() -> None:
    port = account(250)
    jobs = watched(port)
    first, second, third = [await jobs.fetch() for _ in range(3)]
    assert [len(found.jobs) for found in (first, second, third)] == [100, 200, 250]
    assert [found.complete for found in (first, second, third)] == [False, False, True]
    assert "job-249" in names(first)
    assert (third.total, third.more, third.source, third.fallback) == (250, False, "Search", None)
    assert [JobFeed.period(found) for found in (first, third)] == [0.0, pace.LIST_SECONDS]


async def test_history_has_a_page_budget() -> None:
    port = account(2000)
    found = await loaded(watched(port))
    assert len(port.calls) == feed.PAGES + 1
    assert (len(found.jobs), found.depth, found.total, found.more) == (500, 500, 2000, True)


async def test_running_jobs_are_all_there_however_old() -> None:
    port = account(1500)
    port.put(*(job(number, status="InProgress") for number in range(0, 400, 2)))
    found = await loaded(watched(port))
    assert sum(each.status == "InProgress" for each in found.jobs) == 200
    assert (len(found.jobs), found.depth, found.more) == (700, 500, True)
    assert len(port.calls) == feed.PAGES + 2


async def test_an_account_whose_jobs_all_run_has_no_more() -> None:
    port = Account()
    port.put(*(job(number, status="InProgress") for number in range(900)))
    found = await loaded(watched(port))
    assert (len(found.jobs), found.more) == (900, False)


async def test_older_jobs_come_when_asked_for() -> None:
    port = account(1250)
    jobs = watched(port)
    await loaded(jobs)
    for depth in (1000, 1250):
        jobs.load_older()
        found = await jobs.fetch()
        assert found.loading
        found = await settled(jobs)
        assert (found.depth, len(found.jobs), found.more) == (depth, depth, depth < 1250)
    port.calls.clear()
    jobs.load_older()
    await jobs.fetch()
    assert port.calls == ["Search LastModifiedTime"]


async def test_older_jobs_come_without_search_too() -> None:
    port = account(1250, refused=FailureKind.DENIED)
    jobs = watched(port)
    await loaded(jobs)
    jobs.load_older()
    jobs.load_older()
    assert (await settled(jobs)).depth == 1000


async def test_without_search_what_was_created_long_ago_is_not_walked_through_again_but_comes_when_asked_for() -> (
    None
):
    port = account(250, refused=FailureKind.DENIED)
    port.put(job(249, status="InProgress"), job(248, status="InProgress"))
    clock = [START]
    jobs = JobFeed(port, now=lambda: clock[0], time=partial(next, count(0, 6)))
    await loaded(jobs)
    clock[0] = START + timedelta(days=60, seconds=100)
    port.calls.clear()
    for _ in range(8):
        found = await jobs.fetch()
    assert set(port.calls) == {"List", "List 100"}
    assert (len(found.jobs), found.more) == (250, True)
    jobs.load_older()
    assert not (await settled(jobs)).more


async def test_loading_much_puts_no_refresh_off() -> None:
    port = account(1500)
    now = [0.0]
    jobs = JobFeed(port, time=lambda: now[0])
    await loaded(jobs)
    jobs.load_older()
    port.calls.clear()
    for _ in range(5):
        now[0] += 5
        await jobs.fetch()
    orders = [call.split()[1] for call in port.calls]
    assert orders == ["CreationTime", "CreationTime", "LastModifiedTime", "CreationTime", "CreationTime"]


async def test_what_search_finds_for_conditions_joins_the_list_however_old() -> None:
    port = account(2000)
    port.put(*(job(number, status="Failed") for number in range(0, 600, 2)))
    jobs = watched(port)
    await loaded(jobs)
    failed = (Condition("TrainingJobStatus", "In", "Failed"),)
    jobs.find(failed)
    found = await settled(jobs)
    assert found.matching is not None
    assert (found.matching.loaded, found.matching.total, found.matching.more) == (100, 300, True)
    jobs.find(failed)
    found = await settled(jobs)
    assert found.matching is not None
    assert (found.matching.loaded, found.matching.more, len(found.jobs)) == (300, False, 800)
    jobs.find(())
    assert (await jobs.fetch()).matching is None


async def test_without_search_nothing_is_found_by_conditions() -> None:
    port = account(20, refused=FailureKind.DENIED)
    jobs = watched(port)
    await loaded(jobs)
    jobs.find((Condition("TrainingJobStatus", "In", "Failed"),))
    assert (await jobs.fetch()).matching is None


async def test_a_job_that_is_known_to_be_deleted_leaves_at_once() -> None:
    port = account(5)
    jobs = watched(port)
    await loaded(jobs)
    del port.jobs["job-2"]
    jobs.forget("job-2")
    jobs.forget("job-2")
    assert "job-2" not in names(await jobs.fetch())


async def test_the_list_does_not_grow_for_ever() -> None:
    port = account(500)
    jobs = watched(port)
    await loaded(jobs)
    for day in range(1, 4):
        port.put(*(job(number + 86_400 * day) for number in range(400)))
        found = await reloaded(jobs)
    assert len(found.jobs) <= 1300
    assert (found.depth, found.more) == (500, True)


async def test_a_list_in_which_nothing_changed_is_the_same_object() -> None:
    port = account(50)
    jobs = watched(port)
    first = await loaded(jobs)
    assert (await jobs.fetch()).jobs is first.jobs


async def test_an_empty_account_is_a_complete_empty_list() -> None:
    found = await JobFeed(account()).fetch()
    assert (found.jobs, found.complete, found.more) == ((), True, False)


async def test_an_empty_page_with_a_token_is_not_the_end() -> None:
    port = account(3, empty_first_page=True)
    jobs = watched(port)
    assert not (await jobs.fetch()).complete
    assert len((await jobs.fetch()).jobs) == 3
    port.put(job(1, modified=99, status="Failed"))
    found = await jobs.fetch()
    assert {each.status for each in found.jobs if each.name == "job-1"} == {"Failed"}


async def test_a_refresh_is_one_call_that_brings_what_changed_and_what_is_new() -> None:
    port = account(250)
    jobs = watched(port)
    await loaded(jobs)
    port.put(job(7, modified=1000, status="Failed"), job(999))
    port.calls.clear()
    found = await jobs.fetch()
    assert port.calls == ["Search LastModifiedTime"]
    assert {each.name: each.status for each in found.jobs}["job-7"] == "Failed"
    assert "job-999" in names(found)
    assert len(found.jobs) == 251


async def test_more_than_a_page_of_changes_takes_as_many_pages_as_it_needs() -> None:
    port = account(400)
    jobs = watched(port)
    await loaded(jobs)
    port.put(*(job(number, modified=5000, status="Stopped") for number in range(150)))
    port.calls.clear()
    found = await jobs.fetch()
    assert sum(each.status == "Stopped" for each in found.jobs) == 150
    assert len(port.calls) == 2


async def test_changes_beyond_the_budget_of_a_refresh_are_found_by_a_reload() -> None:
    port = account(490)
    jobs = watched(port)
    await loaded(jobs)
    port.put(*(job(number, modified=5000, status="Stopped") for number in range(480)))
    for _ in range(6):
        found = await jobs.fetch()
    assert sum(each.status == "Stopped" for each in found.jobs) == 480


async def test_changes_are_not_lost_when_a_later_page_of_them_fails() -> None:
    port = account(400)
    jobs = watched(port)
    await loaded(jobs)
    port.put(*(job(number, modified=5000, status="Stopped") for number in range(150)))

    port.failures["Search"] = [None, FailureKind.SERVER]
    with pytest.raises(ServiceError):
        await jobs.fetch()
    found = await jobs.fetch()
    assert sum(each.status == "Stopped" for each in found.jobs) == 150


async def test_a_deleted_job_leaves_with_the_next_reload() -> None:
    port = account(150)
    jobs = watched(port)
    await loaded(jobs)
    del port.jobs["job-20"]
    assert "job-20" in names(await jobs.fetch())
    found = await reloaded(jobs)
    assert "job-20" not in names(found)
    assert len(found.jobs) == 149


async def test_the_list_stays_whole_and_fresh_during_a_reload() -> None:
    port = account(400)
    jobs = watched(port)
    await loaded(jobs)
    for number in range(feed.RELOAD_EVERY + 6):
        port.put(job(10_000 + number))
        found = await jobs.fetch()
        assert found.complete
        assert len(found.jobs) >= 400 + number


async def test_a_running_job_older_than_the_load_reaches_stays() -> None:
    port = account(700)
    jobs = watched(port)
    await loaded(jobs)
    port.put(job(3, modified=9000, status="InProgress"), job(4, modified=9000, status="Failed"))
    assert {"job-3", "job-4"} <= names(await jobs.fetch())
    for number in range(800, 950):
        port.put(job(number, modified=20_000))
    found = await reloaded(jobs)
    assert "job-3" in names(found)


async def test_an_older_summary_never_overwrites_a_newer_one() -> None:
    port = account(5)
    jobs = watched(port)
    await loaded(jobs)
    port.put(job(2, modified=100, status="Failed"))
    await jobs.fetch()
    port.put(job(2, modified=50, status="InProgress"))
    found = await reloaded(jobs)
    assert {each.name: each.status for each in found.jobs}["job-2"] == "Failed"


async def test_a_job_made_anew_under_an_old_name_replaces_it() -> None:
    port = account(5)
    jobs = watched(port)
    await loaded(jobs)
    reborn = replace(job(2, status="InProgress"), times=Times(START + timedelta(days=1), None, None, None))
    port.put(reborn)
    assert reborn in (await reloaded(jobs)).jobs


async def test_names_that_differ_in_case_are_two_jobs() -> None:
    port = Account()
    port.put(replace(job(1), name="Job", arn="arn:job"), replace(job(2), name="job", arn="arn:job"))
    assert len((await loaded(watched(port))).jobs) == 2


@pytest.mark.parametrize("kind", [FailureKind.DENIED, FailureKind.UNSUPPORTED])
async def test_without_search_the_list_comes_from_list_training_jobs_and_says_why(kind: FailureKind) -> None:
    port = account(150, refused=kind)
    found = await loaded(watched(port))
    assert (len(found.jobs), found.source, found.total, found.more) == (150, "ListTrainingJobs", None, False)
    assert found.fallback is not None
    assert (found.fallback.kind, found.fallback.hint) == (kind, "ask for sagemaker:Search")
    assert port.calls == ["Search CreationTime", "List", "List 100"]


@pytest.mark.parametrize("kind", sorted(set(FailureKind) - {FailureKind.DENIED, FailureKind.UNSUPPORTED}))
async def test_any_other_failure_is_no_reason_to_leave_search(kind: FailureKind) -> None:
    port = account(5, failures={"Search": [kind]})
    jobs = watched(port)
    with pytest.raises(ServiceError):
        await jobs.fetch()
    assert (await jobs.fetch()).source == "Search"
    assert "List" not in port.calls


async def test_more_is_known_without_a_count() -> None:
    port = account(700, refused=FailureKind.DENIED)
    assert (await loaded(watched(port))).more


async def test_losing_search_keeps_the_details_that_it_told() -> None:
    port = account(5)
    jobs = watched(port)
    await loaded(jobs)
    port.refused = FailureKind.DENIED
    found = await jobs.fetch()
    assert found.source == "ListTrainingJobs"
    assert all(each.instances for each in found.jobs)


async def test_search_is_tried_again_now_and_then_and_taken_back_once_allowed() -> None:
    port = account(5, refused=FailureKind.DENIED)
    jobs = watched(port)
    await loaded(jobs)
    port.calls.clear()
    found = await reloaded(jobs)
    assert port.calls.count("Search LastModifiedTime") == 1
    assert found.source == "ListTrainingJobs"
    port.refused = None
    assert (await reloaded(jobs)).source == "Search"


async def test_a_failing_second_try_of_search_does_not_stop_the_list() -> None:
    port = account(5, refused=FailureKind.DENIED)
    jobs = watched(port)
    await loaded(jobs)
    port.refused = FailureKind.THROTTLED
    assert (await reloaded(jobs)).source == "ListTrainingJobs"


async def test_without_search_running_jobs_on_older_pages_are_still_followed() -> None:
    port = account(250, refused=FailureKind.DENIED)
    port.put(job(3, status="InProgress"))
    jobs = watched(port)
    await loaded(jobs)
    port.put(job(3, modified=50, status="Failed"))
    port.calls.clear()
    for _ in range(8):
        found = await jobs.fetch()
    assert {each.name: each.status for each in found.jobs}["job-3"] == "Failed"
    assert len(port.calls) <= 8


async def test_a_failure_amid_the_load_keeps_what_was_there_and_goes_on_from_there() -> None:
    port = account(250)
    jobs = watched(port)
    await jobs.fetch()
    port.failures["Search"] = [FailureKind.UNREACHABLE]
    with pytest.raises(ServiceError):
        await jobs.fetch()
    assert len((await jobs.fetch()).jobs) == 200
    assert port.calls == ["Search CreationTime", "Search CreationTime 100", "Search CreationTime 100"]


async def test_a_token_that_is_not_accepted_any_more_begins_the_load_anew() -> None:
    port = account(250)
    jobs = watched(port)
    await jobs.fetch()
    port.failures["Search"] = [FailureKind.INVALID]
    with pytest.raises(ServiceError):
        await jobs.fetch()
    assert len((await loaded(jobs)).jobs) == 250
    assert port.calls[2] == "Search CreationTime"
