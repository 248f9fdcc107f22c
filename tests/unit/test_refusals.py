"""What is not allowed at present: since when, how often, until it is answered."""

from itertools import count

from tui.domain.denial import Denial
from tui.domain.failure import Failure, FailureKind
from tui.polling.refusals import Refusals


def denied(operation: str, told: Denial | None = None) -> Failure:
    return Failure(FailureKind.DENIED, operation, "no", denial=told or Denial(f"sagemaker:{operation}"))


def ticking() -> Refusals:
    ticks = count(10)
    return Refusals(lambda: float(next(ticks)))


def test_a_refusal_is_counted_until_it_is_answered() -> None:
    refusals = ticking()
    for _ in range(3):
        refusals.refused(denied("Search"), {})
    (only,) = refusals.current()
    assert (only.operation, only.times, only.since, only.last) == ("Search", 3, 10.0, 12.0)
    refusals.answered("ListTrainingJobs", {})
    assert refusals.current()
    refusals.answered("Search", {})
    assert refusals.current() == ()


def test_other_failures_are_not_refusals() -> None:
    refusals = Refusals()
    refusals.refused(Failure(FailureKind.THROTTLED, "Search", "slow down"), {})
    assert refusals.current() == refusals.denials() == ()


def test_a_job_that_is_allowed_does_not_hide_one_that_is_not() -> None:
    refusals = ticking()
    for name in ("mine", "theirs", "theirs"):
        refusals.refused(denied("DescribeTrainingJob"), {"TrainingJobName": name})
    (both,) = refusals.current()
    assert (both.times, both.since, both.last) == (3, 10.0, 12.0)
    refusals.answered("DescribeTrainingJob", {"TrainingJobName": "mine"})
    (left,) = refusals.current()
    assert left.times == 2


def test_different_reasons_stand_apart() -> None:
    refusals = Refusals()
    refusals.refused(denied("FilterLogEvents", Denial("logs:FilterLogEvents")), {"logGroupName": "a"})
    refusals.refused(denied("FilterLogEvents", Denial("kms:Decrypt", explicit=True)), {"logGroupName": "b"})
    assert [entry.denial.action for entry in refusals.current()] == ["logs:FilterLogEvents", "kms:Decrypt"]


def test_thousands_of_refused_jobs_are_not_all_kept() -> None:
    refusals = Refusals()
    for number in range(5_000):
        refusals.refused(denied("DescribeTrainingJob"), {"TrainingJobName": f"job-{number}"})
    assert len(refusals.denials()) == 200
