"""`sagetop show` and `sagetop ls`, to the letter."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.strategies import NOW, fully_populated
from tui.domain.catalogue import CATALOGUE, Format, Room, Spec
from tui.domain.job import JobSnapshot
from tui.domain.jobs import JobSummary
from tui.domain.leaves import Leaf, in_room, json_value, leaves, value_text
from tui.domain.listing import cut, jobs_json, jobs_table, jobs_tsv
from tui.domain.report import job_json, job_text
from tui.domain.secrets import MASK

DAY = datetime(2026, 11, 22, tzinfo=UTC)
ARN = "arn:aws:sagemaker:us-east-1:111122223333:training-job/bert"
RAW: dict[str, Any] = {
    "CreatedBy": {"UserProfileName": "ada"},
    "TrainingJobName": "bert",
    "TrainingJobArn": ARN,
    "TrainingJobStatus": "InProgress",
    "SecondaryStatus": "Training",
    "HyperParameters": {"lr": "0.1", "batch size": '"8"', "hf_token": "abc", "note": "two\nlines"},
    "ResourceConfig": {
        "InstanceGroups": [
            {"InstanceType": "ml.g5.xlarge", "InstanceCount": 2, "InstanceGroupName": "gpu"},
            {"InstanceType": "ml.c5.xlarge", "InstanceCount": 1, "InstanceGroupName": "cpu"},
        ],
        "VolumeSizeInGB": 30,
    },
    "VpcConfig": {"Subnets": ["subnet-1"], "SecurityGroupIds": []},
    "StoppingCondition": {"MaxRuntimeInSeconds": 86_400},
    "CreationTime": DAY,
    "TrainingStartTime": DAY + timedelta(minutes=10),
    "SecondaryStatusTransitions": [
        {
            "Status": "Starting",
            "StartTime": DAY,
            "EndTime": DAY + timedelta(minutes=10),
            "StatusMessage": "Starting the training job",
        },
        {"Status": "Training", "StartTime": DAY + timedelta(minutes=10), "StatusMessage": "In progress"},
    ],
    "EnableManagedSpotTraining": True,
    "ResponseMetadata": {"RequestId": "x"},
}
READ_AT = DAY + timedelta(hours=2, minutes=10)

SHOWN = """\
bert
arn:aws:sagemaker:us-east-1:111122223333:training-job/bert

Status     InProgress
Phase      Training
Message    In progress
Elapsed    2h00m of training
Instances  2 × ml.g5.xlarge (gpu), 1 × ml.c5.xlarge (cpu) spot
Stops      2026-11-23T00:10:00Z at latest, in 22h00m (MaxRuntimeInSeconds of training)
Billable   2h00m × 3 = 21,600 instance-seconds so far, at most

PHASES
  STATUS    ATTEMPT  START                 DURATION  MESSAGE
  Starting        1  2026-11-22T00:00:00Z    10m00s  Starting the training job
  Training        1  2026-11-22T00:10:00Z    2h00m+  In progress

OVERVIEW
  TrainingJobName    bert
  TrainingJobArn     arn:aws:sagemaker:us-east-1:111122223333:training-job/bert
  TrainingJobStatus  InProgress
  SecondaryStatus    Training
  CreationTime       2026-11-22T00:00:00Z (2h10m ago)
  TrainingStartTime  2026-11-22T00:10:00Z (2h00m ago)

TIMELINE
  SecondaryStatusTransitions[0]
    Status         Starting
    StartTime      2026-11-22T00:00:00Z (2h10m ago)
    EndTime        2026-11-22T00:10:00Z (2h00m ago)
    StatusMessage  Starting the training job
  SecondaryStatusTransitions[1]
    Status         Training
    StartTime      2026-11-22T00:10:00Z (2h00m ago)
    StatusMessage  In progress

RESOURCES
  EnableManagedSpotTraining  true
  ResourceConfig
    VolumeSizeInGB  30 GB
  ResourceConfig.InstanceGroups[0]
    InstanceType       ml.g5.xlarge
    InstanceCount      2
    InstanceGroupName  gpu
  ResourceConfig.InstanceGroups[1]
    InstanceType       ml.c5.xlarge
    InstanceCount      1
    InstanceGroupName  cpu
  VpcConfig
    SecurityGroupIds  []
    Subnets[0]        subnet-1
  StoppingCondition
    MaxRuntimeInSeconds  86400 (1d)

CONFIG
  HyperParameters
    lr          0.1
    batch size  "8"
    hf_token    ********
    note        two
                lines

UNKNOWN TO THE INSTALLED SDK
  CreatedBy
    UserProfileName  ada
"""


@pytest.fixture
def snapshot() -> JobSnapshot:
    return JobSnapshot.from_api(RAW, frozenset({"CreatedBy"}))


def test_show(snapshot: JobSnapshot) -> None:
    assert job_text(snapshot, READ_AT) == SHOWN


def test_show_revealed(snapshot: JobSnapshot) -> None:
    assert job_text(snapshot, READ_AT, reveal=True) == SHOWN.replace(MASK, "abc")


def test_show_says_what_is_overdue(snapshot: JobSnapshot) -> None:
    text = job_text(snapshot, DAY + timedelta(days=1, minutes=15))
    assert "\nStops      2026-11-23T00:10:00Z at latest, 5m00s overdue (Max" in text


def test_show_wraps_the_failure_reason_and_loses_none_of_it() -> None:
    reason = "AlgorithmError: " + "word " * 30 + "end\nsecond line"
    raw = {"TrainingJobName": "x", "TrainingJobStatus": "Failed", "FailureReason": reason}
    text = job_text(JobSnapshot.from_api(raw), NOW, width=60)
    head = text.partition("OVERVIEW")[0]
    assert max(map(len, head.split("\n"))) <= 60
    assert " ".join(reason.split()) in " ".join(head.removeprefix("x").split())
    assert f"FailureReason      {reason.partition(chr(10))[0]}\n" in text


def test_show_of_an_empty_response() -> None:
    assert job_text(JobSnapshot.from_api({}), NOW) == "Status  –\nPhase   –\n"


def test_show_of_a_member_without_a_room() -> None:
    text = job_text(JobSnapshot.from_api({"BrandNew": {"Some": 1}}), NOW)
    assert text.endswith("\n\nOTHER MEMBERS\n  BrandNew\n    Some  1\n")


def test_show_has_every_leaf_of_a_complete_response() -> None:
    raw = fully_populated()
    found = leaves(raw)
    assert [leaf.pattern for leaf in found if leaf.spec is None] == []
    assert {leaf.pattern for leaf in found} == set(CATALOGUE)
    text = job_text(JobSnapshot.from_api(raw), NOW, reveal=True)
    assert [leaf.path for leaf in found if value_text(leaf, NOW) not in text] == []


def test_json(snapshot: JobSnapshot) -> None:
    document = job_json(snapshot, READ_AT)
    json.dumps(document, allow_nan=False)
    assert document["job"] == {
        "name": "bert",
        "arn": ARN,
        "status": "InProgress",
        "secondary_status": "Training",
        "phase": "Training",
        "status_message": "In progress",
        "failure_reason": "",
        "created_at": "2026-11-22T00:00:00Z",
        "started_at": "2026-11-22T00:10:00Z",
        "ended_at": None,
        "modified_at": None,
        "elapsed_seconds": 7200.0,
        "elapsed_since": "training",
        "instances": [
            {"type": "ml.g5.xlarge", "count": 2, "group": "gpu"},
            {"type": "ml.c5.xlarge", "count": 1, "group": "cpu"},
        ],
        "spot": True,
        "stops_at": "2026-11-23T00:10:00Z",
        "stops_because_of": "MaxRuntimeInSeconds",
        "billable_instance_seconds": 21_600.0,
        "billable_is_final": False,
        "spot_saving": None,
        "timeline": [
            {
                "status": "Starting",
                "attempt": 1,
                "started_at": "2026-11-22T00:00:00Z",
                "ended_at": "2026-11-22T00:10:00Z",
                "seconds": 600.0,
                "running": False,
                "message": "Starting the training job",
            },
            {
                "status": "Training",
                "attempt": 1,
                "started_at": "2026-11-22T00:10:00Z",
                "ended_at": None,
                "seconds": 7200.0,
                "running": True,
                "message": "In progress",
            },
        ],
    }
    description = {key: value for key, value in RAW.items() if key != "ResponseMetadata"}
    description["HyperParameters"] = RAW["HyperParameters"] | {"hf_token": MASK}
    assert document["description"] == json_value(description)
    assert (document["version"], document["kind"]) == (1, "training-job")
    assert document["generated_at"] == "2026-11-22T02:10:00Z"
    assert document["unknown_members"] == ["CreatedBy"]
    assert document["masked"] == ["HyperParameters.hf_token"]


def test_paths_and_labels() -> None:
    raw = {
        "HyperParameters": {"lr": "1", "a b": "2", 'q"]': "3"},
        "InputDataConfig": [
            {"ChannelName": "train", "DataSource": {"S3DataSource": {"AttributeNames": ["x"], "New": 1}}},
            {"DataSource": None},
        ],
        "DebugRuleConfigurations": [{"RuleParameters": {"rule_to_invoke": "Overfit"}}],
        "Metadata": [1, [2]],
    }
    assert [(leaf.path, leaf.pattern, leaf.group, leaf.label) for leaf in leaves(raw)] == [
        ("HyperParameters.lr", "HyperParameters{*}", "HyperParameters", "lr"),
        ('HyperParameters["a b"]', "HyperParameters{*}", "HyperParameters", "a b"),
        ('HyperParameters["q\\"]"]', "HyperParameters{*}", "HyperParameters", 'q"]'),
        (
            "InputDataConfig[0].ChannelName",
            "InputDataConfig[*].ChannelName",
            "InputDataConfig[0]",
            "ChannelName",
        ),
        (
            "InputDataConfig[0].DataSource.S3DataSource.AttributeNames[0]",
            "InputDataConfig[*].DataSource.S3DataSource.AttributeNames[*]",
            "InputDataConfig[0]",
            "AttributeNames[0]",
        ),
        (
            "InputDataConfig[0].DataSource.S3DataSource.New",
            "InputDataConfig[*].DataSource.S3DataSource.New",
            "InputDataConfig[0]",
            "S3DataSource.New",
        ),
        ("InputDataConfig[1].DataSource", "InputDataConfig[*].DataSource", "InputDataConfig[1]", "DataSource"),
        (
            "DebugRuleConfigurations[0].RuleParameters.rule_to_invoke",
            "DebugRuleConfigurations[*].RuleParameters{*}",
            "DebugRuleConfigurations[0]",
            "RuleParameters.rule_to_invoke",
        ),
        ("Metadata[0]", "Metadata[*]", "", "Metadata[0]"),
        ("Metadata[1][0]", "Metadata[*][*]", "", "Metadata[1][0]"),
    ]


def test_unknown_is_what_lies_at_or_under_a_path() -> None:
    raw = {"CreatedBy": {"A": [1]}, "CreatedByTool": 1, "InputDataConfig": [{"New": {"x": 1}}]}
    unknown = frozenset({"CreatedBy", "InputDataConfig[*].New"})
    assert {leaf.path: leaf.known for leaf in leaves(raw, unknown)} == {
        "InputDataConfig[0].New.x": False,
        "CreatedBy.A[0]": False,
        "CreatedByTool": True,
    }


def test_an_empty_structure_keeps_its_room() -> None:
    found = leaves({"InputDataConfig": [], "VpcConfig": {}, "CheckpointConfig": None})
    assert [leaf.path for leaf in in_room(found, Room.DATA)] == ["InputDataConfig", "CheckpointConfig"]
    assert [value_text(leaf, NOW) for leaf in found] == ["[]", "{}", "null"]


def test_an_argument_goes_by_the_option_before_it() -> None:
    arguments = ["--token", "abc", "--epochs", "3", "plain", "--lr=1", "x"]
    found = leaves({"AlgorithmSpecification": {"ContainerArguments": arguments}})
    own = "ContainerArguments"
    assert [leaf.key for leaf in found] == [own, "token", own, "epochs", own, own, own]


@pytest.mark.parametrize(
    ("value", "wanted", "expected"),
    [
        (86_400, Format.SECONDS, "86400 (1d)"),
        (1_234_567, Format.COUNT, "1,234,567"),
        (30, Format.GIGABYTES, "30 GB"),
        (500, Format.MILLISECONDS, "500 ms"),
        (0.8791999816894531, Format.NUMBER, "0.8792"),
        (float("nan"), Format.NUMBER, "NaN"),
        (float("nan"), Format.SECONDS, "nan"),
        (10**400, Format.SECONDS, str(10**400)),
        (True, Format.FLAG, "true"),
        (False, Format.COUNT, "false"),
        ("x\ny", Format.TIME, "x\ny"),
        (DAY, Format.TEXT, "2026-11-22T00:00:00Z"),
        (NOW - timedelta(minutes=5), Format.TIME, "2026-11-23T11:55:00Z (5m ago)"),
        (NOW + timedelta(minutes=5), Format.TIME, "2026-11-23T12:05:00Z"),
        (None, Format.SECONDS, "null"),
    ],
)
def test_values_by_format(value: object, wanted: Format, expected: str) -> None:
    assert value_text(Leaf("X", "X", "X", value, Spec(Room.DATA, "X", wanted), True), NOW) == expected


def summary(name: str, **members: Any) -> JobSummary:
    return JobSummary.from_api({"TrainingJobName": name, "TrainingJobStatus": "InProgress"} | members)


JOBS = [
    JobSummary.from_api(RAW),
    summary("sweep-" + "x" * 20 + "-007", CreationTime=DAY - timedelta(days=40)),
]


def test_the_table() -> None:
    assert jobs_table(JOBS, READ_AT, 200) == (
        "NAME                            STATUS      PHASE       ELAPSED  INSTANCES"
        "                SPOT  CREATED\n"
        "bert                            InProgress  Training      2h00m  2×g5.xlarge+1×c5.xlarge"
        "  spot  00:00:00\n"
        "sweep-xxxxxxxxxxxxxxxxxxxx-007  InProgress  InProgress      40d  –"
        "                        –     10-13 00:00\n"
    )


def test_a_narrow_table_cuts_names_in_the_middle() -> None:
    lines = jobs_table(JOBS, READ_AT, 95).split("\n")
    assert max(map(len, lines)) <= 95
    assert lines[2].startswith("sweep-xxx…xxxx-007  InProgress")
    assert jobs_table(JOBS, READ_AT, 1).split("\n")[2].startswith("sweep-xx…xxx-007 ")


def test_the_lines_of_a_pipe() -> None:
    assert jobs_tsv(JOBS, READ_AT) == (
        "NAME\tSTATUS\tPHASE\tELAPSED_SECONDS\tINSTANCES\tSPOT\tCREATED\n"
        "bert\tInProgress\tTraining\t7200\t2×g5.xlarge+1×c5.xlarge\ttrue\t2026-11-22T00:00:00Z\n"
        "sweep-xxxxxxxxxxxxxxxxxxxx-007\tInProgress\tInProgress\t3463800\t\t\t2026-10-13T00:00:00Z\n"
    )


def test_no_jobs_are_a_header() -> None:
    assert jobs_table([], NOW, 80) == "NAME  STATUS  PHASE  ELAPSED  INSTANCES  SPOT  CREATED\n"
    assert jobs_tsv([], NOW).count("\n") == 1


def test_the_list_as_json() -> None:
    document = jobs_json(JOBS, READ_AT)
    assert (document["version"], document["kind"]) == (1, "training-jobs")
    jobs = document["jobs"]
    assert isinstance(jobs, list)
    assert jobs[0]["instances"][0] == {"type": "ml.g5.xlarge", "count": 2, "group": "gpu"}
    assert jobs[1] == {
        "name": "sweep-xxxxxxxxxxxxxxxxxxxx-007",
        "arn": "",
        "status": "InProgress",
        "secondary_status": "",
        "phase": "InProgress",
        "elapsed_seconds": 3_463_800.0,
        "instances": None,
        "spot": None,
        "created_at": "2026-10-13T00:00:00Z",
        "started_at": None,
        "ended_at": None,
        "modified_at": None,
        "failure_reason": "",
        "tuning_job": None,
        "parent_kind": None,
        "parent": None,
    }


@pytest.mark.parametrize(
    ("name", "room", "expected"), [("abcdef", 6, "abcdef"), ("abcdef", 5, "ab…ef"), ("abcdef", 4, "ab…f")]
)
def test_cut(name: str, room: int, expected: str) -> None:
    assert cut(name, room) == expected
