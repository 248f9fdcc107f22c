"""While there are no credentials one asks for all, and all go on together."""

import asyncio
from collections.abc import Callable
from itertools import pairwise

from tui.domain.failure import Failure, FailureKind, ServiceError
from tui.polling.gate import Gate
from tui.polling.poller import Poll, Poller

EXPIRED = Failure(FailureKind.EXPIRED, "Search", "the token is expired", "L: aws sso login")
DENIED = Failure(FailureKind.DENIED, "GetCallerIdentity", "no")
PATIENCE = 5.0


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 -- several tasks make it true
            await asyncio.sleep(0.001)


class Service:
    """Counts who asks, and refuses while credentials are expired."""

    def __init__(self) -> None:
        self.expired = True
        self.calls: list[str] = []
        self.polls: list[Poll[str]] = []

    def poller(self, name: str, gate: Gate) -> Poller[str]:
        async def fetch() -> str:
            self.calls.append(name)
            if self.expired:
                raise ServiceError(EXPIRED)
            return name

        return Poller(name, fetch, self.polls.append, lambda _: None, gate=gate)


async def same() -> object:
    return None


async def test_the_first_that_fails_holds_all_others_back_and_each_says_why_once() -> None:
    service, gate = Service(), Gate()
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(service.poller(name, gate).run()) for name in "abcd"]
        await until(lambda: len(service.polls) == 4)
        await asyncio.sleep(0)
        assert service.calls == ["a"]
        assert {poll.key for poll in service.polls} == set("abcd")
        assert {poll.failure for poll in service.polls} == {EXPIRED}
        service.expired = False
        gate.open()
        await until(lambda: len(service.polls) == 8)
        assert sorted(service.calls[1:]) == list("abcd")
        for task in running:
            task.cancel()


async def test_what_is_kicked_or_resumed_meanwhile_still_waits() -> None:
    service, gate = Service(), Gate()
    poller = service.poller("a", gate)
    running = asyncio.create_task(poller.run())
    await until(lambda: service.polls)
    poller.pause()
    poller.resume()
    poller.kick()
    gate.close(Failure(FailureKind.NO_CREDENTIALS, "Search", "the profile wants an MFA code"))
    await until(lambda: len(service.polls) == 2)
    assert service.polls[1].failure
    assert "MFA" in service.polls[1].failure.message
    assert service.calls == ["a"]
    running.cancel()


async def test_a_kick_asks_at_once_and_good_credentials_open() -> None:
    gate, asked = Gate(), asyncio.Event()

    async def ask() -> Failure | None:
        asked.set()
        return None

    guard = asyncio.create_task(gate.guard(ask, same))
    gate.close(EXPIRED)
    async with asyncio.timeout(0.9):
        while not asked.is_set():
            gate.kick()
            await asyncio.sleep(0.001)
    await until(lambda: gate.failure is None)
    guard.cancel()


async def test_a_kick_while_the_question_is_asked_asks_once_more() -> None:
    gate, asked = Gate(time=lambda: 0.0), 0

    async def ask() -> Failure | None:
        nonlocal asked
        asked += 1
        if asked == 2:
            # With credentials that came while it was under way.
            return None
        gate.kick()
        return EXPIRED

    gate.close(EXPIRED)
    gate.kick()
    guard = asyncio.create_task(gate.guard(ask, same))
    await until(lambda: gate.failure is None)
    assert asked == 2
    guard.cancel()


async def test_a_file_that_changes_is_noticed_long_before_the_next_question_is_due() -> None:
    gate, asked, stamp = Gate(time=lambda: 0.0, look_seconds=0.001), 0, 0

    async def ask() -> Failure | None:
        nonlocal asked
        asked += 1
        return EXPIRED

    async def sources() -> object:
        nonlocal stamp
        stamp += 1
        return stamp

    guard = asyncio.create_task(gate.guard(ask, sources))
    gate.close(EXPIRED)
    await until(lambda: asked == 3)
    guard.cancel()


async def test_what_no_login_mends_opens() -> None:
    gate = Gate()

    async def ask() -> Failure | None:
        return DENIED

    guard = asyncio.create_task(gate.guard(ask, same))
    gate.close(EXPIRED)
    async with asyncio.timeout(PATIENCE):
        while gate.failure:
            gate.kick()
            await asyncio.sleep(0.001)
    guard.cancel()


async def test_the_pace_of_questions_slows_down_when_nobody_comes() -> None:
    waits: list[float] = []
    now = 0.0
    gate = Gate(time=lambda: now, chance=lambda: 0.5, look_seconds=0.0001)

    async def ask() -> Failure | None:
        waits.append(now)
        return EXPIRED

    async def pass_time() -> object:
        nonlocal now
        now += 0.5
        if len(waits) >= 30:
            guard.cancel()
        return None

    guard = asyncio.create_task(gate.guard(ask, pass_time))
    gate.close(EXPIRED)
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(guard, return_exceptions=True)
    periods = [later - earlier for earlier, later in pairwise(waits)]
    assert waits[0] <= 2
    assert 4 <= periods[0] <= 6.5
    assert periods[-1] >= 19


async def test_credentials_that_end_again_at_once_are_not_asked_for_in_a_hurry() -> None:
    now = 0.0
    gate = Gate(time=lambda: now, chance=lambda: 0.5)
    tries = []
    for _ in range(3):
        gate.close(EXPIRED)
        tries.append(gate._tries)
        gate._tries += 1
        gate.open()
        now += 5
    assert tries == [0, 1, 2]
    now += 100
    gate.close(EXPIRED)
    assert gate._tries == 0
