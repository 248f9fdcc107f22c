"""The API budget, on a clock that the test moves."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from tui.polling.budget import ALLOWANCES, Budget


class FakeTime:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def budget(time: FakeTime) -> Budget:
    return Budget(time)


async def takes_at_once(work: Coroutine[Any, Any, None]) -> bool:
    """Whether `work` ends within a few turns of the loop; it is cancelled if not."""
    task = asyncio.ensure_future(work)
    for _ in range(5):
        await asyncio.sleep(0)
    if task.done():
        await task
        return True
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    return False


async def spend(budget: Budget, operation: str) -> int:
    """How many calls the budget gives at once."""
    count = 0
    while await takes_at_once(budget.take(operation)):
        count += 1
    return count


@pytest.mark.parametrize("operation", ALLOWANCES)
async def test_a_burst_is_free_and_no_more(budget: Budget, operation: str) -> None:
    assert await spend(budget, operation) == ALLOWANCES[operation].burst
    assert budget.calls == ALLOWANCES[operation].burst


async def test_tokens_come_back_with_time_and_never_beyond_the_burst(budget: Budget, time: FakeTime) -> None:
    await spend(budget, "DescribeTrainingJob")
    time.now += 2.0
    assert await spend(budget, "DescribeTrainingJob") == 2
    time.now += 1e6
    assert await spend(budget, "DescribeTrainingJob") == 4


async def test_operations_have_buckets_of_their_own(budget: Budget) -> None:
    await spend(budget, "Search")
    assert await spend(budget, "ListTrainingJobs") == 6
    assert await spend(budget, "Unheard") == 2


async def test_each_caller_in_a_queue_waits_for_its_own_token(budget: Budget, time: FakeTime) -> None:
    await spend(budget, "DescribeTrainingJob")
    loop = asyncio.get_running_loop()
    began = loop.time()
    time.now += 0.95
    order: list[int] = []

    async def caller(number: int) -> None:
        await budget.take("DescribeTrainingJob")
        order.append(number)

    first, second = asyncio.create_task(caller(1)), asyncio.create_task(caller(2))
    async with asyncio.timeout(5):
        await first
        assert not second.done()
        assert loop.time() - began < 1
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
    assert order == [1]


async def test_a_caller_that_gives_up_gives_its_token_back(budget: Budget, time: FakeTime) -> None:
    await spend(budget, "DescribeTrainingJob")
    for _ in range(10):
        assert not await takes_at_once(budget.take("DescribeTrainingJob"))
    time.now += 1.0
    assert await takes_at_once(budget.take("DescribeTrainingJob"))


async def test_throttling_halves_the_pace_and_spends_what_was_saved(budget: Budget, time: FakeTime) -> None:
    budget.throttled("DescribeTrainingJob")
    assert (budget.throttles, budget.slowed()) == (1, True)
    assert not await takes_at_once(budget.take("DescribeTrainingJob"))
    time.now += 1.0
    assert not await takes_at_once(budget.take("DescribeTrainingJob"))
    time.now += 1.01
    assert await takes_at_once(budget.take("DescribeTrainingJob"))


async def test_successes_bring_the_pace_back(budget: Budget) -> None:
    for _ in range(20):
        budget.throttled("Search")
    for _ in range(40):
        budget.succeeded("Search")
    assert not budget.slowed()
    budget.succeeded("Search")
    assert not budget.slowed()


async def test_however_often_throttled_a_call_waits_less_than_a_poll_may_take(budget: Budget, time: FakeTime) -> None:
    for operation in ALLOWANCES:
        for _ in range(50):
            budget.throttled(operation)
    time.now += 10.01
    for operation in ALLOWANCES:
        assert await takes_at_once(budget.take(operation))


async def test_the_meter_shows_the_last_minute(budget: Budget, time: FakeTime) -> None:
    assert budget.calls_per_second() == 0
    for _ in range(4):
        await budget.take("DescribeTrainingJob")
    assert budget.calls_per_second() == pytest.approx(0.4)
    time.now += 30
    assert budget.calls_per_second() == pytest.approx(4 / 30)
    time.now += 31
    assert budget.calls_per_second() == 0
    await budget.take("DescribeTrainingJob")
    assert budget.calls_per_second() == pytest.approx(1 / 60)
    assert budget.calls == 5
