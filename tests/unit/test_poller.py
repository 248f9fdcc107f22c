"""The polling loop, on events rather than on time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from tui.domain.failure import Failure, FailureKind, ServiceError
from tui.polling.poller import Poll, Poller

SERVER = ServiceError(Failure(FailureKind.SERVER, "DescribeTrainingJob", "down"))


class Subject:
    """What is asked about: its answers come when the test says so."""

    def __init__(self) -> None:
        self.asked = 0
        self.in_flight = 0
        self.most_in_flight = 0
        self.answers: asyncio.Queue[str | BaseException] = asyncio.Queue()

    async def fetch(self) -> str:
        self.asked += 1
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            answer = await self.answers.get()
        finally:
            self.in_flight -= 1
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def answer(self, *answers: str | BaseException) -> None:
        for each in answers:
            self.answers.put_nowait(each)


class Watched:
    """A running poller and what it published."""

    def __init__(self, poller: Poller[str], polls: asyncio.Queue[Poll[str]]) -> None:
        self.poller = poller
        self.polls = polls


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110 -- the subject has no event for every state
            await asyncio.sleep(0)


async def turns(count: int = 20) -> None:
    """Let everything happen that can happen without time passing."""
    for _ in range(count):
        await asyncio.sleep(0)


@asynccontextmanager
async def running(
    fetch: Callable[[], Awaitable[str]],
    period: float | None = None,
    timeout_seconds: float = 30.0,
) -> AsyncIterator[Watched]:
    polls: asyncio.Queue[Poll[str]] = asyncio.Queue()
    poller = Poller(
        "job", fetch, polls.put_nowait, lambda _: period, timeout_seconds=timeout_seconds, chance=lambda: 0
    )
    task = asyncio.create_task(poller.run())
    try:
        async with asyncio.timeout(5):
            yield Watched(poller, polls)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_it_asks_again_without_ever_two_calls_in_flight() -> None:
    subject = Subject()
    async with running(subject.fetch, period=0.0) as watched:
        for number in range(20):
            watched.poller.kick()
            subject.answer(str(number))
            assert (await watched.polls.get()).value == str(number)
            watched.poller.kick()
    assert subject.most_in_flight == 1


async def test_many_kicks_during_a_call_are_one_more_call() -> None:
    subject = Subject()
    async with running(subject.fetch) as watched:
        await until(lambda: subject.asked == 1)
        for _ in range(5):
            watched.poller.kick()
        subject.answer("first", "second")
        assert (await watched.polls.get()).value == "first"
        assert (await watched.polls.get()).value == "second"
        await turns()
    assert subject.asked == 2


async def test_without_a_period_it_waits_for_a_kick() -> None:
    subject = Subject()
    subject.answer("one", "two")
    async with running(subject.fetch, period=None) as watched:
        await watched.polls.get()
        await turns()
        assert subject.asked == 1
        watched.poller.kick()
        assert (await watched.polls.get()).value == "two"


async def test_it_survives_failures_and_tells_each_of_them() -> None:
    subject = Subject()
    subject.answer(SERVER, SERVER, "back")
    async with running(subject.fetch) as watched:
        for _ in range(2):
            poll = await watched.polls.get()
            assert (poll.value, poll.failure) == (None, SERVER.failure)
            watched.poller.kick()
        poll = await watched.polls.get()
        assert (poll.value, poll.failure) == ("back", None)


async def test_no_answer_in_time_is_a_failure_and_ends_the_call() -> None:
    subject = Subject()
    async with running(subject.fetch, timeout_seconds=0.01) as watched:
        poll = await watched.polls.get()
        assert poll.failure is not None
        assert poll.failure.kind is FailureKind.TIMEOUT
        assert subject.in_flight == 0


async def test_the_sequence_rises_across_all_pollers() -> None:
    first, second = Subject(), Subject()
    seen: list[int] = []
    async with running(first.fetch) as one, running(second.fetch) as other:
        for _ in range(3):
            for subject, watched in ((first, one), (second, other)):
                subject.answer("x")
                seen.append((await watched.polls.get()).seq)
                watched.poller.kick()
    assert seen == sorted(set(seen))


async def test_cancelling_ends_the_call_in_flight() -> None:
    subject = Subject()
    async with running(subject.fetch):
        await until(lambda: subject.in_flight == 1)
    assert subject.in_flight == 0


async def test_a_pause_asks_nothing_even_when_kicked_and_resuming_asks_at_once() -> None:
    subject = Subject()
    subject.answer("before", "after")
    async with running(subject.fetch) as watched:
        await watched.polls.get()
        watched.poller.pause()
        watched.poller.kick()
        await turns()
        assert subject.asked == 1
        watched.poller.resume()
        assert (await watched.polls.get()).value == "after"
        await turns()
    assert subject.asked == 2


async def test_a_pause_during_a_call_lets_it_end() -> None:
    subject = Subject()
    async with running(subject.fetch, period=0.0) as watched:
        await until(lambda: subject.asked == 1)
        watched.poller.pause()
        subject.answer("in flight")
        assert (await watched.polls.get()).value == "in flight"
        await turns()
    assert subject.asked == 1


async def test_a_bug_is_not_taken_for_a_failure() -> None:
    async def broken() -> str:
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        await Poller("job", broken, lambda _: None, lambda _: None).run()


async def test_the_users_stretch_is_a_factor_on_the_period() -> None:
    subject = Subject()
    subject.answer("one", "two", "three")
    async with running(subject.fetch, period=1e6) as watched:
        watched.poller.stretch = 0.0
        for value in ("one", "two", "three"):
            assert (await watched.polls.get()).value == value
