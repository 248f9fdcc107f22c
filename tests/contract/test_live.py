"""Feed, poller, adapter and wire together, over jobs that live through time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import pytest

from tui.aws.connection import Connection, Target
from tui.aws.sagemaker import SageMaker
from tui.polling import pace
from tui.polling.budget import Budget
from tui.polling.clock import ServiceClock
from tui.polling.feed import JobFeed
from tui.polling.poller import Poll, Poller
from tui.simulator import Account, Fault, ManualClock, ScriptedJob, Simulator
from tui.simulator.script import Script, completed, pulling, starting, training, uploading

Value = TypeVar("Value")
LIFE = Script((starting(10), pulling(20), training(600), uploading(5), completed()))


@pytest.fixture
async def jobs(sim: Simulator) -> AsyncIterator[SageMaker]:
    connection = Connection(Target(region="us-east-1", endpoint_url=sim.url, credentials=("k", "s")), Budget())
    yield SageMaker(connection)
    await connection.close()


@asynccontextmanager
async def polled(
    fetch: Callable[[], Awaitable[Value]], period: Callable[[Value], float | None]
) -> AsyncIterator[Callable[[], Awaitable[Poll[Value]]]]:
    """A running poller; what it yields kicks it and waits for a poll."""
    polls: asyncio.Queue[Poll[Value]] = asyncio.Queue()
    poller = Poller("subject", fetch, polls.put_nowait, period)
    task = asyncio.create_task(poller.run())
    first = True

    async def next_poll() -> Poll[Value]:
        nonlocal first
        if not first:
            poller.kick()
        first = False
        async with asyncio.timeout(10):
            return await polls.get()

    try:
        yield next_poll
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def put(account: Account, clock: ManualClock, name: str) -> None:
    base = {
        "TrainingJobName": name,
        "TrainingJobArn": account.arn("training-job", name),
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
    }
    account.put(ScriptedJob(base, LIFE, clock.now()))


async def test_a_change_at_the_service_is_in_the_next_poll_of_the_list(
    sim: Simulator, account: Account, clock: ManualClock, jobs: SageMaker
) -> None:
    for number in range(3):
        put(account, clock, f"job-{number}")
        clock.advance(1)
    feed = JobFeed(jobs)
    async with polled(feed.fetch, feed.period) as next_poll:
        loaded = (await next_poll()).value
        assert loaded is not None
        assert {job.phase for job in loaded.jobs} == {"Starting"}
        clock.advance(50)
        put(account, clock, "newcomer")
        changed = (await next_poll()).value
        assert changed is not None
        phases = {job.name: job.phase for job in changed.jobs}
        assert phases == {"job-0": "Training", "job-1": "Training", "job-2": "Training", "newcomer": "Starting"}
    assert (sim.calls.count("Search"), sim.calls.count()) == (2, 2)


async def test_the_focused_job_is_followed_from_its_start_until_it_has_settled(
    sim: Simulator, account: Account, clock: ManualClock, jobs: SageMaker
) -> None:
    put(account, clock, "job")
    began = clock.now()
    service = ServiceClock(lambda: began)
    seen = []
    async with polled(
        lambda: jobs.describe("job"), lambda found: pace.of_job(found.snapshot, clock.now())
    ) as next_poll:
        for seconds in (0, 35, 597, 130):
            clock.advance(seconds)
            described = (await next_poll()).value
            assert described is not None
            service.observe(described.service_time)
            seen.append(described.snapshot.phase)
    assert seen == ["Starting", "Training", "Uploading", "Completed"]
    assert pace.of_job(described.snapshot, clock.now()) is None
    assert service.now() == clock.now()
    assert sim.calls.count("DescribeTrainingJob") == 4


async def test_a_role_without_search_sees_the_list_and_an_outage_leaves_it_there(
    sim: Simulator, account: Account, clock: ManualClock, jobs: SageMaker
) -> None:
    put(account, clock, "job")
    sim.faults.add(Fault("denied", "Search"))
    feed = JobFeed(jobs, clock.now)
    async with polled(feed.fetch, feed.period) as next_poll:
        found = (await next_poll()).value
        assert found is not None
        assert found.fallback is not None
        assert (found.source, found.fallback.hint) == ("ListTrainingJobs", "ask for sagemaker:Search")
        sim.faults.add(Fault("server_error", "ListTrainingJobs", times=1))
        assert (await next_poll()).failure is not None
        clock.advance(15)
        again = (await next_poll()).value
        assert again is not None
        assert [job.phase for job in again.jobs] == ["Downloading"]
    assert (sim.calls.count("Search"), sim.calls.count("ListTrainingJobs")) == (1, 3)
