"""The list: its rows, its order, and the names nearest to a mistyped one."""

from datetime import timedelta
from typing import Any

import pytest

from tests.strategies import NOW
from tui.domain.jobs import JobSummary, nearest_names
from tui.domain.ordering import SORTS, in_order


def job(name: str, status: str = "InProgress", secondary: str = "Training", age: int = 1, **rest: Any) -> JobSummary:
    return JobSummary.from_api(
        {
            "TrainingJobName": name,
            "TrainingJobStatus": status,
            "SecondaryStatus": secondary,
            "CreationTime": NOW - timedelta(hours=age),
            **rest,
        }
    )


BERT = job(
    "bert-large-0412",
    age=3,
    ResourceConfig={"InstanceType": "ml.p4d.24xlarge", "InstanceCount": 8},
    EnableManagedSpotTraining=True,
)
VIT = job(
    "vit-ft-881",
    "Failed",
    "Failed",
    age=2,
    ResourceConfig={"InstanceType": "ml.g5.xlarge", "InstanceCount": 1},
    LastModifiedTime=NOW - timedelta(hours=1, minutes=57),
)
XGB = job(
    "XGB-churn",
    "Completed",
    "Completed",
    age=1,
    TuningJobArn="arn:aws:sagemaker:us-east-1:111122223333:hyper-parameter-tuning-job/sweep-7",
    TrainingEndTime=NOW - timedelta(minutes=48),
)
JOBS = [BERT, VIT, XGB]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("created", [XGB, VIT, BERT]),
        ("name", [BERT, VIT, XGB]),
        ("phase", [XGB, VIT, BERT]),
        ("elapsed", [BERT, XGB, VIT]),
        ("instances", [BERT, VIT, XGB]),
    ],
)
def test_the_order(column: str, expected: list[JobSummary]) -> None:
    assert in_order(JOBS, column, False, NOW) == expected
    assert in_order(JOBS, column, True, NOW) == expected[::-1]


@pytest.mark.parametrize("column", SORTS)
@pytest.mark.parametrize("reverse", [False, True])
def test_ties_keep_the_newest_first(column: str, reverse: bool) -> None:
    twins = [job("a", age=age, TrainingStartTime=NOW - timedelta(minutes=9)) for age in (3, 1, 2)]
    ordered = in_order(twins, column, reverse, NOW)
    newest = sorted(twins, key=lambda twin: twin.times.created or NOW, reverse=True)
    assert ordered == (newest[::-1] if column in ("created", "age") and reverse else newest)


def test_a_row_tells_what_its_source_told() -> None:
    listed = JobSummary.from_api({"TrainingJobName": "x", "TrainingJobStatus": "InProgress"})
    assert (listed.instances, listed.spot, listed.elapsed_seconds(NOW)) == (None, None, None)
    assert VIT.elapsed_seconds(NOW) == 180
    assert (XGB.parent_kind, XGB.parent) == ("tuning", "sweep-7")
    assert (VIT.problem, BERT.problem) == (True, False)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("bert", ["bert-large-0412"]),
        ("bert-lrage-0412", ["bert-large-0412"]),
        ("CHURN", ["XGB-churn"]),
        ("zzz", []),
        ("", []),
    ],
)
def test_nearest_names(name: str, expected: list[str]) -> None:
    assert nearest_names(name, [job.name for job in JOBS]) == expected


def test_nearest_names_are_few() -> None:
    assert nearest_names("job", [f"job-{number}" for number in range(9)]) == ["job-0", "job-1", "job-2"]
