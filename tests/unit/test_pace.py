"""How long to wait before asking again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.failure import Failure, FailureKind
from tui.domain.job import JobSnapshot
from tui.polling import pace

END = datetime(2026, 3, 1, 12, tzinfo=UTC)
CHANCES = st.floats(0, 1)


def after(**span: float) -> datetime:
    return END + timedelta(**span)


def over(**members: object) -> JobSnapshot:
    raw: dict[str, object] = {
        "TrainingJobStatus": "Completed",
        "TrainingStartTime": END - timedelta(hours=1),
        "TrainingEndTime": END,
        "BillableTimeInSeconds": 3600,
    }
    return JobSnapshot.from_api({key: value for key, value in {**raw, **members}.items() if value is not None})


@given(st.floats(0, 1e6), CHANCES)
def test_jitter_is_a_tenth_either_way(seconds: float, chance: float) -> None:
    assert 0.899 * seconds <= pace.jittered(seconds, chance) <= 1.101 * seconds


@given(st.sampled_from(FailureKind), st.integers(1, 10_000), CHANCES, st.none() | st.floats(0, 300))
def test_the_wait_after_a_failure_is_bounded(
    kind: FailureKind, failures: int, chance: float, retry_after: float | None
) -> None:
    wait = pace.after_failure(Failure(kind, "Search", "", "", retry_after), failures, chance)
    assert 0.5 <= wait <= max(66.0, retry_after or 0)


@given(st.integers(1, 50), CHANCES, st.floats(0, 300))
def test_retry_after_is_honoured(failures: int, chance: float, retry_after: float) -> None:
    throttled = Failure(FailureKind.THROTTLED, "Search", "", "", retry_after)
    assert pace.after_failure(throttled, failures, chance) >= retry_after


def test_the_wait_grows_with_every_failure_up_to_half_a_minute() -> None:
    failure = Failure(FailureKind.SERVER, "Search", "")
    waits = [pace.after_failure(failure, failures, 1.0) for failures in range(1, 9)]
    assert waits == [4, 8, 16, 30, 30, 30, 30, 30]


@pytest.mark.parametrize("kind", [FailureKind.NO_CREDENTIALS, FailureKind.EXPIRED, FailureKind.NO_REGION])
def test_a_login_is_noticed_within_seconds_and_after_minutes_looked_for_less_often(kind: FailureKind) -> None:
    assert pace.after_failure(Failure(kind, "Search", ""), 20, 1.0) < 6
    assert pace.after_failure(Failure(kind, "Search", ""), 1000, 0.0) > 15


def test_what_is_denied_is_not_asked_for_at_a_steady_pace() -> None:
    assert pace.after_failure(Failure(FailureKind.DENIED, "Search", ""), 8, 1.0) == 60


def test_a_running_job_is_never_settled() -> None:
    running = JobSnapshot.from_api({"TrainingJobStatus": "InProgress", "LastModifiedTime": END})
    assert not pace.settled(running, after(days=30))
    assert pace.of_job(running, after(days=30)) == pace.FOCUSED_SECONDS


@pytest.mark.parametrize(
    ("quiet_seconds", "away", "period"),
    [
        (0, False, pace.FOCUSED_SECONDS),
        (170, False, pace.FOCUSED_SECONDS),
        (180, False, pace.QUIET_SECONDS),
        (900, False, pace.AWAY_SECONDS),
        (0, True, pace.AWAY_SECONDS),
    ],
)
def test_the_focused_job_is_asked_about_less_while_nothing_moves_or_nobody_looks(
    quiet_seconds: float, away: bool, period: float
) -> None:
    running = JobSnapshot.from_api({"TrainingJobStatus": "InProgress", "LastModifiedTime": END})
    assert pace.of_job(running, END, quiet_seconds, away) == period
    assert pace.of_job(over(), after(days=1), quiet_seconds, away) is None


@pytest.mark.parametrize(
    ("members", "now", "settled"),
    [
        pytest.param({}, after(minutes=2), True, id="all there"),
        pytest.param({}, after(seconds=20), False, id="only just over"),
        pytest.param({}, after(seconds=-60), False, id="clock behind"),
        pytest.param({"BillableTimeInSeconds": None}, after(minutes=2), False, id="no bill yet"),
        pytest.param({"BillableTimeInSeconds": None}, after(minutes=16), True, id="no bill ever"),
        pytest.param({"BillableTimeInSeconds": None, "BillableTokenCount": 5}, after(minutes=2), True, id="tokens"),
        pytest.param(
            {"BillableTimeInSeconds": None, "TrainingStartTime": None}, after(minutes=2), True, id="never trained"
        ),
        pytest.param({"TrainingEndTime": None}, after(minutes=2), True, id="no moment at all"),
        pytest.param({"LastModifiedTime": after(minutes=5)}, after(minutes=5.5), False, id="just modified"),
    ],
)
def test_late_members_settle_or_are_given_up(members: dict[str, object], now: datetime, settled: bool) -> None:
    assert pace.settled(over(**members), now) is settled
    assert pace.of_job(over(**members), now) == (None if settled else pace.SETTLING_SECONDS)


@pytest.mark.parametrize("status", ["InProgress", "Stopping"])
def test_a_live_rule_is_waited_for_a_quarter_of_an_hour(status: str) -> None:
    rules = [{"RuleConfigurationName": "R", "RuleEvaluationStatus": status}]
    assert not pace.settled(over(ProfilerRuleEvaluationStatuses=rules), after(minutes=14))
    assert pace.settled(over(ProfilerRuleEvaluationStatuses=rules), after(minutes=16))


def test_a_warm_pool_is_watched_for_its_keep_alive_period_and_not_for_ever() -> None:
    warm = over(WarmPoolStatus={"Status": "Available"}, ResourceConfig={"KeepAlivePeriodInSeconds": 3600})
    assert not pace.settled(warm, after(minutes=70))
    assert pace.settled(warm, after(minutes=80))
    assert pace.settled(over(WarmPoolStatus={"Status": "Available"}), after(hours=7))
    assert pace.settled(over(WarmPoolStatus={"Status": "Terminated"}), after(minutes=2))
