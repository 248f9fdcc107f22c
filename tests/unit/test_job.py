"""One job: its snapshot, its times, its row in the list."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tui.domain.job import JobSnapshot, Times, elapsed_seconds
from tui.domain.jobs import SUMMARY_MEMBERS, JobSummary, nearest_names
from tui.domain.ordering import SORTS, in_order
from tui.domain.resources import Instances

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def summary(name: str, created: float | None = 0, status: str = "InProgress", **members: object) -> JobSummary:
    raw: dict[str, object] = {"TrainingJobName": name, "TrainingJobStatus": status, **members}
    if created is not None:
        raw["CreationTime"] = at(created)
    return JobSummary.from_api(raw)


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"TrainingJobName": None, "SecondaryStatusTransitions": {}, "CreationTime": "yesterday"},
        {"TrainingJobName": 5, "SecondaryStatusTransitions": [None, 3, {"Status": None}]},
        {"EnableManagedSpotTraining": "yes", "ResourceConfig": [], "StoppingCondition": 4},
    ],
)
def test_a_snapshot_and_a_summary_can_be_made_of_anything(raw: dict[str, object]) -> None:
    assert JobSnapshot.from_api(raw).phase == ""
    assert not JobSnapshot.from_api(raw).spot
    assert JobSummary.from_api(raw).phase == ""


def test_times_are_in_utc_whatever_zone_they_came_in() -> None:
    local = datetime(2026, 3, 1, 14, tzinfo=timezone(timedelta(hours=2)))
    assert Times.from_api({"CreationTime": local}).created == START
    assert Times.from_api({"CreationTime": START.replace(tzinfo=None)}).created == START


@pytest.mark.parametrize(
    ("times", "terminal", "elapsed"),
    [
        (Times(START, at(10), None, None), False, ("training", 90)),
        (Times(START, None, None, None), False, ("created", 100)),
        (Times(START, at(10), at(30), at(60)), True, ("training", 20)),
        (Times(START, at(10), None, at(60)), True, ("training", 50)),
        (Times(START, None, None, None), True, ("created", None)),
        (Times(at(500), None, None, None), False, ("created", 0)),
        (Times(START, at(30), at(10), None), True, ("training", 0)),
        (Times(None, None, None, None), False, ("created", None)),
    ],
)
def test_elapsed_time_says_since_what_and_is_never_negative(
    times: Times, terminal: bool, elapsed: tuple[str, float | None]
) -> None:
    assert elapsed_seconds(times, terminal, at(100)) == elapsed


def test_the_status_message_is_that_of_the_last_transition() -> None:
    transitions = [{"Status": "Starting", "StatusMessage": "one"}, {"Status": "Pending", "StatusMessage": " two\n"}]
    assert JobSnapshot.from_api({"SecondaryStatusTransitions": transitions}).status_message == "two"
    assert JobSnapshot.from_api({}).status_message == ""


def test_a_summary_reads_no_other_members_than_it_says() -> None:
    raw: dict[str, object] = {
        "TrainingJobName": "j",
        "TrainingJobArn": "arn:j",
        "TuningJobArn": "arn:x/tune",
        "TrainingJobStatus": "Failed",
        "SecondaryStatus": "Failed",
        "FailureReason": "why",
        "CreationTime": START,
        "TrainingStartTime": START,
        "TrainingEndTime": START,
        "LastModifiedTime": START,
        "EnableManagedSpotTraining": True,
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 2},
        "SecondaryStatusTransitions": [{"Status": "Failed", "StartTime": START}],
        "HyperParameters": {"a": "b"},
        "Tags": [{"Key": "team", "Value": "nlp"}],
        "InputDataConfig": [],
    }
    whole = JobSummary.from_api(raw)
    assert whole == JobSummary.from_api({member: raw[member] for member in SUMMARY_MEMBERS if member in raw})
    assert whole.instances == (Instances("ml.m5.large", 2),)
    assert (whole.spot, whole.parent, whole.phase_started) == (True, "tune", START)
    assert JobSummary.from_snapshot(JobSnapshot.from_api(raw)) == whole


def test_a_summary_of_list_training_jobs_leaves_unknown_what_it_does_not_tell() -> None:
    found = summary("j")
    assert (found.instances, found.spot, found.phase_started) == (None, None, None)


@pytest.mark.parametrize("column", SORTS)
@pytest.mark.parametrize("reverse", [False, True])
def test_every_order_is_total_and_keeps_newest_first_among_equals(column: str, reverse: bool) -> None:
    jobs = [summary("same", created) for created in (None, 5, 1, 9)]
    found = in_order(jobs, column, reverse, at(0))
    assert len(found) == 4
    if column in ("name", "phase", "instances"):
        assert [job.times.created for job in found] == [at(9), at(5), at(1), None]


def test_nearest_names_put_containing_ones_first() -> None:
    assert nearest_names("bert", ["brett", "my-BERT-1", "t5"]) == ["my-BERT-1", "brett"]
    assert nearest_names("", ["a"]) == []
