"""The service's clock."""

from datetime import UTC, datetime, timedelta

import pytest

from tui.polling.clock import ServiceClock

HOST = datetime(2026, 3, 1, 12, tzinfo=UTC)


def clock() -> ServiceClock:
    return ServiceClock(lambda: HOST)


def test_without_an_answer_it_is_the_hosts_clock() -> None:
    told = clock()
    told.observe(None)
    assert told.now() == HOST


@pytest.mark.parametrize("seconds", [-3600, -4, 4, 300, 1e8])
def test_a_wrong_host_clock_is_corrected(seconds: float) -> None:
    told = clock()
    told.observe(HOST + timedelta(seconds=seconds))
    assert told.now() == HOST + timedelta(seconds=seconds)


def test_seconds_that_the_header_and_the_network_lose_move_nothing() -> None:
    told = clock()
    told.observe(HOST + timedelta(minutes=5))
    for seconds in (-2.9, 2.9, 0):
        told.observe(HOST + timedelta(minutes=5, seconds=seconds))
        assert told.offset == timedelta(minutes=5)


@pytest.mark.parametrize("absurd", [datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)])
def test_a_date_from_another_century_is_not_believed(absurd: datetime) -> None:
    told = clock()
    told.observe(absurd)
    assert told.now() == HOST
