"""Scripted lives: what a description says at any instant, and how a stop overlays the script."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.simulator import Account, ManualClock, ScriptedJob
from tui.simulator.script import (
    PoolChange,
    Progress,
    Rule,
    Script,
    Step,
    Verdict,
    completed,
    failed,
    interrupted,
    out_of_patience,
    out_of_runtime,
    preparing,
    pulling,
    starting,
    stopping,
    training,
    uploading,
    waiting,
)

START = datetime(2026, 4, 12, tzinfo=UTC)
NAME = "Some-Job"
BASE = {
    "TrainingJobName": NAME,
    "TrainingJobArn": f"arn:aws:sagemaker:us-east-1:111122223333:training-job/{NAME.lower()}",
    "OutputDataConfig": {"S3OutputPath": "s3://bucket/models/"},
}
PLAIN = (starting(2), waiting(60), preparing(30), pulling(40), training(1000), uploading(10), completed())


def job(*steps: Step, **script: Any) -> ScriptedJob:
    return ScriptedJob(BASE, Script(steps=steps or PLAIN, **script), START)


def at(job: ScriptedJob, seconds: float) -> dict[str, Any]:
    return job.describe(START + timedelta(seconds=seconds))


def offset(epoch: float) -> float:
    return round(epoch - START.timestamp(), 3)


@pytest.mark.parametrize(
    ("seconds", "secondary", "message"),
    [
        (0, "Starting", "Starting the training job"),
        (2, "Pending", "Training job waiting for capacity"),
        (62, "Pending", "Preparing the instances for training"),
        (92, "Downloading", "Downloading the training image"),
        (132, "Training", "Training image download completed. Training in progress."),
        (1132, "Uploading", "Uploading generated training model"),
    ],
)
def test_a_job_at_work(seconds: float, secondary: str, message: str) -> None:
    document = at(job(), seconds + 0.5)
    last = document["SecondaryStatusTransitions"][-1]
    assert (document["TrainingJobStatus"], document["SecondaryStatus"]) == ("InProgress", secondary)
    assert (last["Status"], last["StatusMessage"], "EndTime" in last) == (secondary, message, False)
    assert offset(document["LastModifiedTime"]) == seconds
    assert ("TrainingStartTime" in document) is (seconds >= 92)
    assert not {"TrainingEndTime", "ModelArtifacts", "TrainingTimeInSeconds", "FailureReason"} & set(document)


def test_a_completed_job() -> None:
    document = at(job(metrics=(("loss", 0.25),), billed_share=0.5), 5000)
    assert (document["TrainingJobStatus"], document["SecondaryStatus"]) == ("Completed", "Completed")
    assert (offset(document["TrainingStartTime"]), offset(document["TrainingEndTime"])) == (92, 1142)
    assert (document["TrainingTimeInSeconds"], document["BillableTimeInSeconds"]) == (1050, 525)
    assert document["ModelArtifacts"] == {"S3ModelArtifacts": f"s3://bucket/models/{NAME}/output/model.tar.gz"}
    assert document["FinalMetricDataList"][0]["Value"] == 0.25
    assert all("EndTime" in each for each in document["SecondaryStatusTransitions"])


def test_a_failed_job() -> None:
    document = at(job(starting(1), pulling(5), training(10), failed(), failure_reason="x" * 2000), 60)
    assert (document["TrainingJobStatus"], len(document["FailureReason"])) == ("Failed", 1024)
    assert "ModelArtifacts" not in document


@pytest.mark.parametrize(
    ("end", "secondary"),
    [(out_of_runtime(), "MaxRuntimeExceeded"), (out_of_patience(), "MaxWaitTimeExceeded")],
)
def test_ends_that_count_as_stopped(end: Step, secondary: str) -> None:
    life = job(starting(1), pulling(5), training(50), stopping(120), uploading(5), end)
    assert at(life, 100)["TrainingJobStatus"] == "Stopping"
    assert (at(life, 200)["TrainingJobStatus"], at(life, 200)["SecondaryStatus"]) == ("Stopped", secondary)


def test_a_spot_job_repeats_its_transitions() -> None:
    life = job(
        starting(1), pulling(5), training(100), interrupted(50), starting(1), pulling(5), training(100), completed()
    )
    document = at(life, 1000)
    statuses = [each["Status"] for each in document["SecondaryStatusTransitions"]]
    attempt = ["Starting", "Downloading", "Training"]
    assert statuses == [*attempt, "Interrupted", *attempt, "Completed"]
    assert document["TrainingTimeInSeconds"] == 210
    assert offset(document["TrainingStartTime"]) == 1


def test_a_job_that_never_ran_has_no_times() -> None:
    document = at(job(starting(1), waiting(100), out_of_patience()), 200)
    assert document["TrainingJobStatus"] == "Stopped"
    assert not {"TrainingStartTime", "TrainingTimeInSeconds", "BillableTimeInSeconds", "ModelArtifacts"} & set(
        document
    )
    assert offset(document["TrainingEndTime"]) == 101


def test_rules_go_on_after_the_end() -> None:
    rules = (
        Rule("Overfit", (Verdict("IssuesFound", 30, "details", after_end=True),)),
        Rule("DeadRelu"),
        Rule("ProfilerReport", (Verdict("NoIssuesFound", 500),), profiler=True),
    )
    life = job(rules=rules)

    def verdicts(seconds: float) -> list[str]:
        document = at(life, seconds)
        entries = document["DebugRuleEvaluationStatuses"] + document["ProfilerRuleEvaluationStatuses"]
        return [each["RuleEvaluationStatus"] for each in entries]

    assert verdicts(100) == ["InProgress", "InProgress", "InProgress"]
    assert verdicts(700) == ["InProgress", "InProgress", "NoIssuesFound"]
    assert verdicts(1142 + 20) == ["InProgress", "Stopping", "NoIssuesFound"]
    assert verdicts(1142 + 100) == ["IssuesFound", "Stopped", "NoIssuesFound"]
    overfit = at(life, 2000)["DebugRuleEvaluationStatuses"][0]
    assert overfit["StatusDetails"] == "details"
    assert overfit["RuleEvaluationJobArn"].startswith(
        "arn:aws:sagemaker:us-east-1:111122223333:processing-job/some-job-"
    )
    assert offset(at(life, 2000)["LastModifiedTime"]) == 1142 + 95


def test_a_warm_pool_changes_after_the_end() -> None:
    pool = (
        PoolChange(1, "Available", "Resource retained for reuse"),
        PoolChange(60, "Reused", "reused", retained_seconds=59, reused_by="other"),
    )
    life = job(pool=pool)
    assert "WarmPoolStatus" not in at(life, 50)
    assert at(life, 200)["WarmPoolStatus"] == {"Status": "InUse"}
    assert at(life, 1150)["WarmPoolStatus"] == {"Status": "Available"}
    after = at(life, 1250)
    assert after["WarmPoolStatus"] == {
        "Status": "Reused",
        "ResourceRetainedBillableTimeInSeconds": 59,
        "ReusedByJob": "other",
    }
    assert after["SecondaryStatusTransitions"][-1]["StatusMessage"] == "reused"


def test_a_serverless_job_reports_progress_and_tokens() -> None:
    life = job(starting(10), training(600), completed(), progress=Progress(30, 2), billable_tokens=7)
    assert "ProgressInfo" not in at(life, 5)
    assert at(life, 15)["ProgressInfo"]["CurrentStep"] == 0
    assert at(life, 10 + 315)["ProgressInfo"] == {
        "TotalStepCountPerEpoch": 30,
        "CurrentStep": 1,
        "CurrentEpoch": 2,
        "MaxEpoch": 2,
    }
    done = at(life, 700)
    assert (done["ProgressInfo"]["CurrentEpoch"], done["ProgressInfo"]["CurrentStep"]) == (2, 30)
    assert done["BillableTokenCount"] == 7
    assert "BillableTimeInSeconds" not in done


def test_instances_are_chosen_when_they_are_there() -> None:
    life = ScriptedJob(BASE | {"ResourceConfig": {}}, Script(steps=PLAIN, selected=("ml.p5.48xlarge", 2)), START)
    assert at(life, 50)["ResourceConfig"] == {}
    assert at(life, 95)["ResourceConfig"] == {"SelectedInstanceType": "ml.p5.48xlarge", "SelectedInstanceCount": 2}


def test_a_script_has_an_end() -> None:
    with pytest.raises(ValueError, match="ends with one of"):
        job(starting(1), training(5))


def test_a_stop_walks_through_stopping_and_uploading() -> None:
    life = job()
    account = Account(ManualClock(START))
    account.put(life)
    account.clock = clock = ManualClock(START + timedelta(seconds=500))
    account.stop(NAME)
    seen = []
    while (document := account.describe(NAME))["TrainingJobStatus"] != "Stopped":
        seen.append((document["TrainingJobStatus"], document["SecondaryStatus"]))
        assert account.describe_all() == [document]
        clock.advance(1)
    assert list(dict.fromkeys(seen)) == [("Stopping", "Stopping"), ("Stopping", "Uploading")]
    assert seen.count(("Stopping", "Stopping")) <= 120
    assert [each["Status"] for each in document["SecondaryStatusTransitions"][-4:]] == [
        "Training",
        "Stopping",
        "Uploading",
        "Stopped",
    ]
    assert "ModelArtifacts" in document
    assert "FailureReason" not in document


def test_a_stop_before_the_start_has_nothing_to_upload() -> None:
    life = job()
    life.stop(START + timedelta(seconds=30))
    document = at(life, 200)
    assert [each["Status"] for each in document["SecondaryStatusTransitions"]] == [
        "Starting",
        "Pending",
        "Stopping",
        "Stopped",
    ]
    assert not {"TrainingStartTime", "BillableTimeInSeconds", "ModelArtifacts"} & set(document)


def test_a_stop_after_the_end_changes_nothing() -> None:
    life = job()
    life.stop(START + timedelta(seconds=5000))
    assert life.stopped_at is None
    assert at(life, 6000)["SecondaryStatus"] == "Completed"


MIDDLE = st.sampled_from([starting, waiting, preparing, pulling, training, interrupted, uploading])
STEPS = st.lists(st.tuples(MIDDLE, st.floats(0.5, 5000)), min_size=1, max_size=12)


@given(STEPS, st.lists(st.floats(0, 60_000), min_size=2, max_size=20), st.none() | st.floats(0, 40_000))
def test_transitions_are_only_ever_appended(
    middle: list[tuple[Any, float]], instants: list[float], stop_after: float | None
) -> None:
    life = job(starting(1), *(make(seconds) for make, seconds in middle), completed(), progress=Progress(7, 3))
    if stop_after is not None:
        life.stop(START + timedelta(seconds=stop_after))
        instants = [each for each in instants if each >= stop_after]
    before: list[dict[str, Any]] = []
    last_modified = 0.0
    for instant in sorted(instants):
        document = at(life, instant)
        entries = document["SecondaryStatusTransitions"]
        closed = [each for each in before if "EndTime" in each]
        assert entries[: len(closed)] == closed
        assert [(e["Status"], e["StartTime"]) for e in entries[: len(before)]] == [
            (e["Status"], e["StartTime"]) for e in before
        ]
        assert all("EndTime" in each for each in entries[:-1])
        assert all(one["EndTime"] == two["StartTime"] for one, two in pairwise(entries))
        assert entries[-1]["Status"] == document["SecondaryStatus"]
        assert document["LastModifiedTime"] >= last_modified
        assert job_again(life).describe(START + timedelta(seconds=instant)) == document
        assert life.changes_at(START + timedelta(seconds=instant)) > START.timestamp() + instant - 1e-6
        before, last_modified = entries, document["LastModifiedTime"]


def job_again(life: ScriptedJob) -> ScriptedJob:
    """The same life without anything remembered."""
    again = ScriptedJob(life.base, life.script, life.created_at)
    if life.stopped_at is not None:
        again.stop(life.stopped_at)
    return again
