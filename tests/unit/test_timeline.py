"""Phases and their axis, from transitions as the service really sends them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.job import JobSnapshot
from tui.domain.timeline import Axis, Phase, axis, phase_seconds, phases

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def job(
    *entries: tuple[str, float | None, float | None], status: str = "InProgress", **members: object
) -> JobSnapshot:
    transitions = []
    for name, start, end in entries:
        entry: dict[str, object] = {"Status": name, "StatusMessage": f"{name} it is\n"}
        if start is not None:
            entry["StartTime"] = at(start)
        if end is not None:
            entry["EndTime"] = at(end)
        transitions.append(entry)
    return JobSnapshot.from_api(
        {
            "TrainingJobName": "j",
            "TrainingJobStatus": status,
            "CreationTime": START,
            "SecondaryStatusTransitions": transitions,
            **members,
        }
    )


def test_a_repeated_status_stays_two_phases_in_the_services_order() -> None:
    found = phases(
        job(("Starting", 0, 5), ("Training", 5, 9), ("Interrupted", 9, 11), ("Training", 11, None)), at(20)
    )
    assert [phase.status for phase in found] == ["Starting", "Training", "Interrupted", "Training"]
    assert [phase.seconds for phase in found] == [5, 4, 2, 9]


@pytest.mark.parametrize(
    ("walk", "attempts"),
    [
        (["Starting", "Training", "Interrupted", "Starting", "Training"], [1, 1, 1, 2, 2]),
        (["Starting", "Training", "Restarting", "Training"], [1, 1, 2, 2]),
        (["Starting", "Training", "Restarting", "Starting", "Training"], [1, 1, 2, 2, 2]),
        (["Starting", "Training", "Interrupted", "Restarting", "Starting", "Training"], [1, 1, 1, 2, 2, 2]),
        (["Starting", "Restarting", "Starting", "Training"], [1, 2, 2, 2]),
        (["Starting", "Starting", "Training"], [1, 1, 1]),
        (["Training", "Starting"], [1, 2]),
        (["Starting", "Training", "Starting", "Training", "Starting"], [1, 1, 2, 2, 3]),
    ],
)
def test_attempts_are_counted_by_their_beginnings_once_each(walk: list[str], attempts: list[int]) -> None:
    found = phases(job(*((name, index, index + 1) for index, name in enumerate(walk))), at(99))
    assert [phase.attempt for phase in found] == attempts


def test_a_missing_end_is_the_next_start() -> None:
    first, second = phases(job(("Starting", 0, None), ("Training", 7, None)), at(10))
    assert (first.end, first.seconds, first.running) == (at(7), 7, False)
    assert (second.end, second.seconds, second.running) == (None, 3, True)


def test_a_missing_start_is_the_previous_end_and_the_first_one_the_creation() -> None:
    first, second = phases(job(("Starting", None, 4), ("Training", None, 9), status="Stopped"), at(50))
    assert (first.start, second.start) == (START, at(4))
    assert (first.seconds, second.seconds) == (4, 5)


def test_a_gap_between_phases_belongs_to_none() -> None:
    found = phases(job(("Starting", 0, 2), ("Training", 10, 12)), at(20))
    assert [phase.seconds for phase in found] == [2, 2]


def test_an_end_before_its_start_is_no_negative_time() -> None:
    assert phases(job(("Starting", 8, 3), ("Training", 8, None)), at(9))[0].seconds == 0


def test_a_start_in_the_future_has_not_lasted_yet() -> None:
    (only,) = phases(job(("Starting", 60, None)), at(0))
    assert only.running
    assert only.seconds == 0


def test_the_running_phase_ticks_with_now_and_the_others_do_not() -> None:
    snapshot = job(("Starting", 0, 5), ("Training", 5, None))
    assert [phase.seconds for phase in phases(snapshot, at(10))] == [5, 5]
    assert [phase.seconds for phase in phases(snapshot, at(70))] == [5, 65]
    assert phase_seconds(snapshot, at(70)) == 65


@pytest.mark.parametrize("status", ["Completed", "Failed", "Stopped"])
def test_nothing_runs_once_the_job_is_over(status: str) -> None:
    snapshot = job(("Starting", 0, 5), (status, 5, None), status=status, TrainingEndTime=at(8))
    assert [phase.running for phase in phases(snapshot, at(900))] == [False, False]
    assert phases(snapshot, at(900))[-1].end == at(8)
    assert phase_seconds(snapshot, at(900)) is None


def test_unknown_and_deprecated_statuses_are_phases_like_any_other() -> None:
    found = phases(job(("LaunchingMLInstances", 0, 5), ("Teleporting", 5, None)), at(7))
    assert [(phase.status, phase.seconds) for phase in found] == [("LaunchingMLInstances", 5), ("Teleporting", 2)]


def test_a_response_without_transitions_has_no_phases_and_no_axis() -> None:
    snapshot = JobSnapshot.from_api({"TrainingJobName": "j"})
    assert phases(snapshot, START) == ()
    assert axis((), START) is None
    assert phase_seconds(snapshot, START) is None


def test_the_axis_reaches_now_only_while_a_phase_runs() -> None:
    running = phases(job(("Starting", 0, 5), ("Training", 5, None)), at(30))
    over = phases(job(("Starting", 0, 5), ("Stopped", 5, 6), status="Stopped"), at(30))
    assert axis(running, at(30)) == Axis(START, at(30))
    assert axis(over, at(30)) == Axis(START, at(6))


MOMENTS = st.none() | st.floats(-1e9, 1e9).map(at)


@given(
    st.lists(st.tuples(MOMENTS, st.floats(0, 1e12), st.booleans()), min_size=1), MOMENTS, st.integers(1, 500), MOMENTS
)
def test_a_span_is_always_within_the_axis(
    drawn: list[tuple[datetime | None, float, bool]], end: datetime | None, half_cells: int, now: datetime | None
) -> None:
    shown = [Phase("x", 1, start, end, seconds, "", running) for start, seconds, running in drawn]
    whole = axis(shown, now or START)
    for phase in shown if whole else ():
        assert whole is not None
        offset, length = whole.span(phase, half_cells)
        assert offset >= 0
        assert length >= 1
        assert offset + length <= half_cells


@given(st.lists(st.tuples(st.sampled_from(["Starting", "Restarting", "Training", "?"]), MOMENTS, MOMENTS)), MOMENTS)
def test_phases_are_never_negative_and_attempts_never_fall(
    drawn: list[tuple[str, datetime | None, datetime | None]], now: datetime | None
) -> None:
    raw = [{"Status": name, "StartTime": start, "EndTime": end} for name, start, end in drawn]
    found = phases(JobSnapshot.from_api({"SecondaryStatusTransitions": raw}), now or START)
    assert len(found) == len(drawn)
    assert all(phase.seconds >= 0 for phase in found)
    attempts = [phase.attempt for phase in found]
    assert attempts == sorted(attempts)
