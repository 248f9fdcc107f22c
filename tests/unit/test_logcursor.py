"""The cursor of a job's logs, over a service in memory that delivers late, twice, by pages, and not at all."""

import asyncio

import pytest

from tests.logservice import BEGIN, Service, event
from tui.domain.failure import FailureKind, ServiceError
from tui.domain.logs import GROUP, RULES_GROUP
from tui.polling.logs import (
    FOLLOW_SECONDS,
    MISSING_SECONDS,
    MORE_SECONDS,
    OVERLAP_MS,
    LogBatch,
    LogCursor,
    LogPage,
    period,
)


def offsets(batch: LogBatch) -> set[int]:
    return {each.at - BEGIN for each in batch.events}


async def until_caught_up(cursor: LogCursor) -> set[int]:
    got: set[int] = set()
    for _ in range(200):
        batch = await cursor.poll()
        got |= offsets(batch)
        if batch.state.caught_up:
            return got
    raise AssertionError("never caught up")


async def test_the_tail_comes_first_and_then_the_past() -> None:
    service = Service([event(at) for at in range(100)])
    cursor = LogCursor(service, "job", begin_ms=BEGIN, pages=2)
    first = await cursor.poll()
    assert offsets(first) == set(range(80, 100))
    assert (first.state.exists, first.state.caught_up, first.state.complete) == (True, False, False)
    assert period(first) == MORE_SECONDS
    assert await until_caught_up(cursor) == set(range(100))
    service.page = 1_000
    last = await cursor.poll()
    assert (last.state.caught_up, last.state.complete, last.state.newest_ms) == (True, True, BEGIN + 99)
    assert period(last) == FOLLOW_SECONDS


async def test_the_tail_is_bounded() -> None:
    service = Service([event(at * 100_000) for at in range(100)])
    cursor = LogCursor(service, "job", begin_ms=BEGIN, tail_events=20)
    got = await until_caught_up(cursor)
    assert got == {at * 100_000 for at in range(80, 100)}
    assert not (await cursor.poll()).state.complete


async def test_from_the_start_as_asked() -> None:
    service = Service([event(at) for at in range(100)])
    cursor = LogCursor(service, "job", begin_ms=BEGIN, since_ms=BEGIN + 50, pages=1)
    assert offsets(await cursor.poll()) == set(range(50, 60))
    assert await until_caught_up(cursor) == set(range(60, 100))
    assert not any(newest_first for *_, newest_first in service.calls)
    assert all(prefix == "job/" for _, prefix, *_ in service.calls)


async def test_what_is_late_is_found_within_the_overlap() -> None:
    service = Service([event(0), event(100_000), event(100_001 - OVERLAP_MS, 100_500)], now=BEGIN + 100_000)
    cursor = LogCursor(service, "job", begin_ms=BEGIN)
    assert await until_caught_up(cursor) == {0, 100_000}
    service.now += 1_000
    batch = await cursor.poll()
    assert 100_001 - OVERLAP_MS in offsets(batch)
    assert service.calls[-1][2] <= BEGIN + 100_000 - OVERLAP_MS


async def test_streams_that_appear_later_are_picked_up() -> None:
    service = Service([event(0)])
    cursor = LogCursor(service, "job", begin_ms=BEGIN)
    await cursor.poll()
    service.events += [event(5, stream="job/algo-2-9"), event(6, stream="job-2/algo-1-1")]
    batch = await cursor.poll()
    assert {each.stream for each in batch.events} == {"job/algo-1-1", "job/algo-2-9"}
    assert len(service.calls) == 2  # one for each poll


async def test_a_host_ahead_of_its_time_hides_nobody() -> None:
    service = Service([event(7_200_000, 1_000), event(900)])
    cursor = LogCursor(service, "job", begin_ms=BEGIN)
    await cursor.poll()
    service.events.append(event(2_000, stream="job/algo-2-1"))
    assert 2_000 in offsets(await cursor.poll())


async def test_a_host_behind_its_time_is_followed() -> None:
    service = Service([event(400_000), event(100_000, 400_000, "job/algo-2-1")])
    cursor = LogCursor(service, "job", begin_ms=BEGIN)
    batch = await cursor.poll()
    assert batch.state.lag_ms in (0, 300_000)
    service.events += [event(403_000), event(103_000, 403_000, "job/algo-2-1")]
    assert {103_000, 403_000} <= offsets(await cursor.poll())


async def test_a_group_that_does_not_exist_yet() -> None:
    service = Service(groups=set())
    cursor = LogCursor(service, "job", begin_ms=BEGIN)
    batch = await cursor.poll()
    assert (batch.events, batch.state.exists, batch.state.lag_ms) == ((), False, None)
    assert period(batch) == MISSING_SECONDS
    service.groups = {GROUP}
    assert (await cursor.poll()).state.exists
    service.events.append(event(1))
    assert offsets(await cursor.poll()) == {1}
    service.groups = set()
    assert not (await cursor.poll()).state.exists


async def test_a_repeated_token_ends_the_sweep() -> None:
    service = Service([event(at) for at in range(100)], repeat=True)
    cursor = LogCursor(service, "job", begin_ms=BEGIN, since_ms=BEGIN, pages=50)
    batch = await cursor.poll()
    assert batch.state.caught_up
    assert len(service.calls) == 2


async def test_empty_pages_are_no_end() -> None:
    service = Service([event(1)], empty=6)
    cursor = LogCursor(service, "job", begin_ms=BEGIN, pages=4)
    first = await cursor.poll()
    assert (first.events, first.state.caught_up) == ((), False)
    assert offsets(await cursor.poll()) == {1}


@pytest.mark.parametrize("kind", [FailureKind.THROTTLED, FailureKind.INVALID, FailureKind.TIMEOUT])
async def test_a_failure_loses_nothing(kind: FailureKind) -> None:
    service = Service([event(at) for at in range(60)])
    cursor = LogCursor(service, "job", begin_ms=BEGIN, since_ms=BEGIN, pages=3)
    got = offsets(await cursor.poll())
    service.failures = [kind]
    try:
        got |= offsets(await cursor.poll())
    except ServiceError:
        assert kind is not FailureKind.INVALID  # the token is given up, and that is all
    assert got | await until_caught_up(cursor) == set(range(60))


async def test_a_failure_halfway_hands_over_what_came_before() -> None:
    service = Service([event(at) for at in range(60)])
    cursor = LogCursor(service, "job", begin_ms=BEGIN, since_ms=BEGIN)

    class Breaks(Service):
        async def filter(self, *given: object, **named: object) -> LogPage:
            if len(service.calls) == 2:
                service.failures = [FailureKind.UNREACHABLE, FailureKind.UNREACHABLE]
            return await service.filter(*given, **named)  # type: ignore[arg-type]

    cursor = LogCursor(Breaks(), "job", begin_ms=BEGIN, since_ms=BEGIN)
    got = offsets(await cursor.poll())
    assert got == set(range(20))
    with pytest.raises(ServiceError):
        await cursor.poll()
    assert got | await until_caught_up(cursor) == set(range(60))


async def test_a_cancelled_poll_keeps_its_pages() -> None:
    service = Service([event(at) for at in range(60)])
    cursor = LogCursor(service, "job", begin_ms=BEGIN, since_ms=BEGIN, pages=50)
    task = asyncio.ensure_future(cursor.poll())
    for _ in range(5):
        await asyncio.sleep(0)
    assert 2 < len(service.calls) < 7
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await until_caught_up(cursor) == set(range(60))


async def test_an_endpoint_that_only_reads_forward() -> None:
    service = Service([event(at) for at in range(30)], forward_only=True)
    assert await until_caught_up(LogCursor(service, "job", begin_ms=BEGIN)) == set(range(30))
    old = Service([event(at) for at in range(30)])
    assert await until_caught_up(LogCursor(old, "job", begin_ms=0)) == set(range(30))
    assert not any(newest_first for *_, newest_first in old.calls)


async def test_a_rule_has_two_places() -> None:
    for group in (RULES_GROUP, GROUP):
        for groups in ({group}, {RULES_GROUP, GROUP}):
            service = Service(groups=groups)
            cursor = LogCursor.of_rule(service, "job", begin_ms=BEGIN)
            assert (await cursor.poll()).state.exists
            real, service.filter = service.filter, None  # type: ignore[method-assign, assignment]

            async def only(given: str, *rest: object, real=real, group=group, **named: object) -> LogPage:  # type: ignore[no-untyped-def]
                page: LogPage = await real(given, *rest, **named)
                return page if given == group else LogPage((), page.next_token)

            service.filter = only  # type: ignore[method-assign, assignment]
            service.events.append(event(1))
            batch = await cursor.poll()
            assert offsets(batch) == {1}
            assert batch.state.group == group
            calls = len(service.calls)
            await cursor.poll()
            assert {call[0] for call in service.calls[calls:]} == {group}


async def test_a_rule_may_be_allowed_in_one_of_them() -> None:
    service = Service([event(1)], groups={RULES_GROUP, GROUP}, denied={RULES_GROUP})
    assert offsets(await LogCursor.of_rule(service, "job", begin_ms=BEGIN).poll()) == {1}
    service.denied.add(GROUP)
    with pytest.raises(ServiceError):
        await LogCursor.of_rule(service, "job", begin_ms=BEGIN).poll()
    one_call = Service([event(1)], groups={GROUP})
    cursor = LogCursor(one_call, "job", begin_ms=BEGIN, groups=(RULES_GROUP, GROUP), pages=1)
    assert await until_caught_up(cursor) | await until_caught_up(cursor) == {1}


async def test_a_busy_log_is_not_read_again_and_again() -> None:
    service = Service([event(at * 100) for at in range(1_000)])
    cursor = LogCursor(service, "job", begin_ms=BEGIN, pages=20)
    await until_caught_up(cursor)
    before = len(service.calls)
    for at in range(100):
        service.events.append(event(100_000 + at))
        batch = await cursor.poll()
        assert batch.state.caught_up
        assert 100_000 + at in offsets(batch)
    starts = [start for _, _, start, token, _ in service.calls[before:] if token is None]
    assert sum(start < BEGIN + 90_000 for start in starts) < 20
    assert len(service.calls) - before < 2_000  # 61 a poll if each looked for late ones
