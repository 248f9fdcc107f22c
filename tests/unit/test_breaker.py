"""The circuit breaker: what fails again and again is left alone, by all callers, and found out about by one."""

from tui.domain.failure import Failure, FailureKind
from tui.polling.breaker import FAILURES, Breaker

DOWN = Failure(FailureKind.TIMEOUT, "Search", "no answer", "slow network")


class Time:
    """A clock that is set."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def broken(time: Time, failures: int = FAILURES) -> Breaker:
    breaker = Breaker(time)
    for _ in range(failures):
        assert breaker.refusal("Search") is None
        breaker.failed("Search", DOWN)
        time.now += 60
    time.now -= 60
    return breaker


def test_a_few_failures_leave_it_asked() -> None:
    assert broken(Time(), FAILURES - 1).refusal("Search") is None


def test_after_more_all_callers_are_told_why_at_once_and_when_to_come_back() -> None:
    refused = broken(Time()).refusal("Search")
    assert refused
    assert (refused.kind, refused.message, refused.retry_after_seconds) == (DOWN.kind, DOWN.message, 5)
    assert "r" in refused.hint


def test_other_operations_are_asked() -> None:
    assert broken(Time()).refusal("DescribeTrainingJob") is None


def test_one_at_a_time_finds_out_whether_it_is_over() -> None:
    time = Time()
    breaker = broken(time)
    time.now += 5
    assert breaker.refusal("Search") is None
    assert breaker.refusal("Search"), "the others wait for it"
    breaker.answered("Search")
    assert breaker.refusal("Search") is None
    assert breaker.refusal("Search") is None


def test_one_that_gave_up_lets_another_try() -> None:
    time = Time()
    breaker = broken(time)
    time.now += 5
    assert breaker.refusal("Search") is None
    breaker.abandoned("Search")
    assert breaker.refusal("Search") is None


def test_the_wait_grows_but_not_beyond_half_a_minute() -> None:
    waits = []
    for failures in range(FAILURES, FAILURES + 6):
        refused = broken(Time(), failures).refusal("Search")
        assert refused
        waits.append(refused.retry_after_seconds)
    assert waits == [5, 10, 20, 30, 30, 30]


def test_who_asks_is_not_kept_waiting() -> None:
    breaker = broken(Time())
    breaker.try_again()
    assert breaker.refusal("Search") is None


def test_a_refusal_of_the_service_is_an_answer() -> None:
    breaker = broken(Time(), FAILURES - 1)
    breaker.failed("Search", Failure(FailureKind.THROTTLED, "Search", "Rate exceeded"))
    breaker.failed("Search", DOWN)
    assert breaker.refusal("Search") is None
