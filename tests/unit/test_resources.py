"""What a job runs on, when it is stopped, and what it bills."""

from datetime import UTC, datetime, timedelta

import pytest

from tui.domain.job import JobSnapshot
from tui.domain.resources import (
    Instances,
    billing,
    deadlines,
    instances,
    preferences,
    short,
    spot_saving,
    stops_at,
    total,
)

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
P4D = {"InstanceType": "ml.p4d.24xlarge", "InstanceCount": 8}
GROUPS = {
    "InstanceGroups": [
        {"InstanceType": "ml.g5.xlarge", "InstanceCount": 2, "InstanceGroupName": "gpu"},
        {"InstanceType": "ml.c5.9xlarge", "InstanceCount": 4, "InstanceGroupName": "cpu"},
    ]
}
PREFERRED = {
    "InstancePreferences": [
        {"InstanceType": "ml.p5.48xlarge", "InstanceCount": 2},
        {"InstanceType": "ml.m5.large"},
    ],
    "InstanceCount": 3,
}


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def job(config: dict[str, object] | None = None, **members: object) -> JobSnapshot:
    raw: dict[str, object] = {"TrainingJobStatus": "InProgress", "CreationTime": START, **members}
    if config is not None:
        raw["ResourceConfig"] = config
    return JobSnapshot.from_api(raw)


def test_a_plain_cluster() -> None:
    found = instances({"ResourceConfig": P4D})
    assert found == (Instances("ml.p4d.24xlarge", 8),)
    assert (total(found), short(found)) == (8, "8×p4d.24xlarge")


def test_groups_replace_type_and_count_and_add_up() -> None:
    found = instances({"ResourceConfig": {**P4D, **GROUPS}})
    assert [entry.group for entry in found] == ["gpu", "cpu"]
    assert (total(found), short(found)) == (6, "2×g5.xlarge+4×c5.9xlarge")


def test_what_was_selected_is_what_runs_not_what_was_preferred() -> None:
    config = {**PREFERRED, "SelectedInstanceType": "ml.m5.large", "SelectedInstanceCount": 5}
    assert instances({"ResourceConfig": config}) == (Instances("ml.m5.large", 5),)


def test_until_a_preference_is_selected_nothing_runs_and_the_preferences_are_told() -> None:
    raw = {"ResourceConfig": PREFERRED}
    assert instances(raw) == ()
    assert preferences(raw) == (Instances("ml.p5.48xlarge", 2), Instances("ml.m5.large", 3))


@pytest.mark.parametrize("raw", [{}, {"ResourceConfig": None}, {"ServerlessJobConfig": {"BaseModelArn": "x"}}])
def test_a_serverless_job_has_no_instances(raw: dict[str, object]) -> None:
    assert instances(raw) == ()
    assert preferences(raw) == ()
    assert total(()) is None


def test_a_missing_count_is_not_guessed() -> None:
    found = instances({"ResourceConfig": {"InstanceType": "ml.m5.large"}})
    assert (total(found), short(found)) == (None, "?×m5.large")


def test_max_runtime_counts_from_the_start_of_training() -> None:
    condition = {"MaxRuntimeInSeconds": 3600}
    (waiting,) = deadlines(job(P4D, StoppingCondition=condition))
    assert waiting.at is None
    (running,) = deadlines(job(P4D, StoppingCondition=condition, TrainingStartTime=at(100)))
    assert running.at == at(3700)


def test_max_wait_holds_for_spot_only_and_counts_from_creation() -> None:
    condition = {"MaxWaitTimeInSeconds": 7200}
    assert deadlines(job(P4D, StoppingCondition=condition)) == ()
    (wait,) = deadlines(job(P4D, StoppingCondition=condition, EnableManagedSpotTraining=True))
    assert wait.at == at(7200)


@pytest.mark.parametrize("kind", ["ml.p4d.24xlarge", "ml.g5.xlarge", "ml.trn1.32xlarge"])
def test_max_pending_holds_for_accelerated_families_until_training_starts(kind: str) -> None:
    condition = {"MaxPendingTimeInSeconds": 1800}
    config = {"InstanceType": kind, "InstanceCount": 1}
    (pending,) = deadlines(job(config, StoppingCondition=condition))
    assert pending.at == at(1800)
    assert deadlines(job(config, StoppingCondition=condition, TrainingStartTime=at(5))) == ()


@pytest.mark.parametrize(
    "config",
    [
        {"InstanceType": "ml.m5.large", "InstanceCount": 1},
        {**P4D, "TrainingPlanArn": "arn:aws:sagemaker:us-east-1:111122223333:training-plan/p"},
        None,
    ],
)
def test_max_pending_does_not_hold_elsewhere(config: dict[str, object] | None) -> None:
    assert deadlines(job(config, StoppingCondition={"MaxPendingTimeInSeconds": 1800})) == ()


def test_max_pending_holds_while_an_accelerated_type_is_only_preferred() -> None:
    assert len(deadlines(job(PREFERRED, StoppingCondition={"MaxPendingTimeInSeconds": 1800}))) == 1


def test_the_earliest_running_clock_stops_the_job() -> None:
    condition = {"MaxRuntimeInSeconds": 600, "MaxWaitTimeInSeconds": 900, "MaxPendingTimeInSeconds": 1800}
    spot = {"StoppingCondition": condition, "EnableManagedSpotTraining": True}
    waiting = stops_at(job(P4D, **spot))
    assert waiting is not None
    assert waiting.member == "MaxWaitTimeInSeconds"
    training = stops_at(job(P4D, TrainingStartTime=at(60), **spot))
    assert training is not None
    assert training.member == "MaxRuntimeInSeconds"
    assert stops_at(job(P4D, **{**spot, "TrainingJobStatus": "Completed"})) is None
    assert stops_at(job(P4D)) is None


@pytest.mark.parametrize("seconds", [10**12, 10**40, float("nan"), float("inf"), "soon"])
def test_an_absurd_limit_is_no_moment(seconds: object) -> None:
    found = deadlines(job(P4D, StoppingCondition={"MaxRuntimeInSeconds": seconds}, TrainingStartTime=START))
    assert all(entry.at is None for entry in found)


def test_billable_seconds_are_multiplied_by_the_instances_groups_included() -> None:
    plain = billing(job(P4D, BillableTimeInSeconds=100), START)
    grouped = billing(job(GROUPS, BillableTimeInSeconds=100), START)
    selected = billing(
        job(
            {**PREFERRED, "SelectedInstanceType": "ml.m5.large", "SelectedInstanceCount": 5},
            BillableTimeInSeconds=100,
        ),
        START,
    )
    assert plain
    assert grouped
    assert selected
    assert [entry.instance_seconds for entry in (plain, grouped, selected)] == [800, 600, 500]
    assert plain.final


def test_before_the_bill_is_final_training_time_is_its_estimate() -> None:
    assert billing(job(P4D), at(50)) is None
    running = billing(job(P4D, TrainingStartTime=at(10)), at(50))
    assert running
    assert (running.seconds, running.instance_seconds, running.final) == (40, 320, False)
    over = billing(job(P4D, TrainingStartTime=at(10), TrainingEndTime=at(30), TrainingJobStatus="Failed"), at(9999))
    assert over
    assert over.seconds == 20


def test_without_a_count_the_instance_seconds_are_unknown() -> None:
    found = billing(job({"InstanceType": "ml.m5.large"}, BillableTimeInSeconds=100), START)
    assert found
    assert found.instance_seconds is None


def test_a_serverless_job_bills_tokens_not_time() -> None:
    assert billing(job(None, ServerlessJobConfig={"x": 1}, TrainingStartTime=START), at(60)) is None


@pytest.mark.parametrize(
    ("billable", "training", "saving"),
    [
        (300, 1000, 0.7),
        (1000, 1000, 0.0),
        (1500, 1000, 0.0),
        (0, 1000, 1.0),
        (300, 0, None),
        (300, -5, None),
        (-300, 1000, None),
        (None, 1000, None),
        (300, None, None),
        (float("nan"), 1000, None),
        (300, float("nan"), None),
        (300, float("inf"), None),
    ],
)
def test_spot_saving_is_a_share_or_unknown(billable: object, training: object, saving: float | None) -> None:
    members = {"BillableTimeInSeconds": billable, "TrainingTimeInSeconds": training}
    found = spot_saving(job(P4D, EnableManagedSpotTraining=True, **members))
    assert found == (None if saving is None else pytest.approx(saving))
    assert spot_saving(job(P4D, **members)) is None
