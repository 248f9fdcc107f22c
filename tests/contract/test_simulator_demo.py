"""The demo account against botocore's own model, and against being dull."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

from botocore.model import ServiceModel, Shape
from botocore.parsers import create_parser

from tui.simulator import Account, ManualClock, Simulator, demo_account
from tui.simulator.demo_everything import NAME as EVERYTHING
from tui.simulator.operations import run

pytest_plugins = ("tests.contract.simulator_support",)

MINUTE, HOUR, DAY = 60, 3600, 86_400
INSTANTS = [0, 20, MINUTE, 7 * MINUTE, 25 * MINUTE, HOUR, 2.5 * HOUR, 5 * HOUR, 12 * HOUR, DAY, 9 * DAY, 60 * DAY]
LATE_MEMBERS = frozenset({"ModelArtifacts"})
"""Required by the model, absent from every real response of a job that has no model yet."""


def walk_through(clock: ManualClock) -> Iterator[float]:
    start = clock.now()
    for instant in INSTANTS:
        clock.advance((start + timedelta(seconds=instant) - clock.now()).total_seconds())
        yield instant


def leaves(shape: Shape, path: str = "$") -> Iterator[str]:
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            yield from leaves(member, f"{path}.{name}")
    elif shape.type_name == "list":
        yield from leaves(shape.member, f"{path}[*]")
    elif shape.type_name == "map":
        yield from leaves(shape.value, f"{path}{{*}}")
    else:
        yield path


def present(value: Any, shape: Shape, path: str = "$") -> Iterator[str]:
    """The leaves of `shape` that `value` has."""
    if shape.type_name == "structure":
        for name, item in value.items():
            yield from present(item, shape.members[name], f"{path}.{name}")
    elif shape.type_name == "list":
        for item in value:
            yield from present(item, shape.member, f"{path}[*]")
    elif shape.type_name == "map":
        for item in value.values():
            yield from present(item, shape.value, f"{path}{{*}}")
    else:
        yield path


def test_every_description_fits_the_model(clock: ManualClock, sagemaker_model: ServiceModel, misfits: Any) -> None:
    shape = sagemaker_model.operation_model("DescribeTrainingJob").output_shape
    parser = create_parser("json")
    account = demo_account(clock)
    walker = misfits(LATE_MEMBERS)
    for _ in walk_through(clock):
        for name in account.jobs:
            raw = run(account, "DescribeTrainingJob", {"TrainingJobName": name})
            walker.walk(raw, shape, name)
            response = {"status_code": 200, "headers": {}, "body": json.dumps(raw).encode()}
            assert parser.parse(response, shape)["TrainingJobName"] == name
            if raw["TrainingJobStatus"] == "Completed" and "ServerlessJobConfig" not in raw:
                assert "ModelArtifacts" in raw
    assert walker.found == []


def test_every_search_result_and_summary_fits_the_model(
    clock: ManualClock, sagemaker_model: ServiceModel, misfits: Any
) -> None:
    account = demo_account(clock)
    walker = misfits(LATE_MEMBERS)
    for _ in walk_through(clock):
        found = run(account, "Search", {"Resource": "TrainingJob", "MaxResults": 100})
        walker.walk(found, sagemaker_model.operation_model("Search").output_shape)
        listed = run(account, "ListTrainingJobs", {"MaxResults": 100})
        walker.walk(listed, sagemaker_model.operation_model("ListTrainingJobs").output_shape)
        assert len(found["Results"]) == len(listed["TrainingJobSummaries"]) == len(account.jobs)
    assert walker.found == []


def test_one_job_has_every_leaf(clock: ManualClock, sagemaker_model: ServiceModel) -> None:
    shape = sagemaker_model.operation_model("DescribeTrainingJob").output_shape
    raw = run(demo_account(clock), "DescribeTrainingJob", {"TrainingJobName": EVERYTHING})
    assert set(present(raw, shape)) == set(leaves(shape))


async def test_every_job_through_boto3(clock: ManualClock, connect: Callable[..., Any]) -> None:
    account = demo_account(clock)
    async with Simulator(account) as simulator:
        client = connect(simulator.url)
        for name in account.jobs:
            answer = await asyncio.to_thread(client.describe_training_job, TrainingJobName=name)
            assert answer["SecondaryStatusTransitions"][-1]["Status"] == answer["SecondaryStatus"]


def test_the_same_clock_gives_the_same_answers(clock: ManualClock) -> None:
    twin_clock = ManualClock(clock.now())
    account, twin = demo_account(clock), demo_account(twin_clock)
    for _ in walk_through(clock):
        twin_clock.advance((clock.now() - twin_clock.now()).total_seconds())
        assert account.describe_all() == twin.describe_all()


def test_the_cast(clock: ManualClock) -> None:
    rows = demo_account(clock).describe_all()
    assert len(rows) <= 60
    seen = {row["SecondaryStatus"] for row in rows}
    assert seen >= {
        "Pending",
        "Training",
        "Completed",
        "Failed",
        "Stopped",
        "MaxRuntimeExceeded",
        "MaxWaitTimeExceeded",
    }
    assert len([row for row in rows if "TuningJobArn" in row]) >= 3
    assert any("InstanceGroups" in row.get("ResourceConfig", {}) for row in rows)
    assert any("ResourceConfig" not in row for row in rows)
    assert max(len(row.get("FailureReason", "")) for row in rows) == 1024


def changes(account: Account, clock: ManualClock, minutes: int) -> list[int]:
    """In which of the next minutes of the account something changed."""
    told = account.describe_all()[:]
    moved = []
    for minute in range(minutes):
        clock.advance(MINUTE)
        now = account.describe_all()[:]
        if now != told:
            moved.append(minute)
        told = now
    return moved


def test_it_never_goes_dead(clock: ManualClock) -> None:
    account = demo_account(clock)
    for wait in (0, 5 * HOUR, 7 * DAY, 400 * DAY):
        clock.advance(wait)
        moved = changes(account, clock, 180)
        gaps = [two - one for one, two in pairwise(moved)]
        assert max(gaps) <= 20, f"{wait} s after the start nothing moved for {max(gaps)} minutes"
        assert sum(gaps) / len(gaps) <= 6
        assert len(account.jobs) <= 60


def test_a_stopped_arrival_stays_stopped(clock: ManualClock) -> None:
    account = demo_account(clock)
    clock.advance(3 * HOUR)
    name = next(
        row["TrainingJobName"]
        for row in account.describe_all()
        if "-2026-" in row["TrainingJobName"] and row["TrainingJobStatus"] == "InProgress"
    )
    account.stop(name)
    clock.advance(10 * MINUTE)
    assert account.describe(name)["TrainingJobStatus"] == "Stopped"


def test_scripts_and_the_demo_need_no_aiohttp() -> None:
    code = "import sys, tui.simulator as s; s.demo_account(s.Clock()); sys.exit('aiohttp' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_log_and_curve_fits_the_model(clock: ManualClock, aws_session: Any, misfits: Any) -> None:
    account = demo_account(clock)
    walker = misfits()
    shapes = {
        name: aws_session._session.get_service_model(service).operation_model(name).output_shape
        for service, name in (
            ("logs", "FilterLogEvents"),
            ("cloudwatch", "GetMetricData"),
            ("sagemaker-metrics", "BatchGetMetrics"),
        )
    }
    said = set()
    for _ in walk_through(clock):
        now = clock.now().timestamp()
        for name, job in account.jobs.items():
            asked: dict[str, Any] = {
                "logGroupName": "/aws/sagemaker/TrainingJobs",
                "logStreamNamePrefix": f"{name}/",
                "startTime": int(now - 120) * 1000,
            }
            events = run(account, "FilterLogEvents", asked, "logs")
            walker.walk(events, shapes["FilterLogEvents"])
            if events["events"]:
                said.add(name)
            arn = job.describe(clock.now())["TrainingJobArn"]
            step = {"XAxisType": "IterationNumber", "Period": "IterationNumber", "MetricStat": "Last"}
            query = {"MetricName": "train:loss", "ResourceArn": arn, **step}
            answer = run(account, "BatchGetMetrics", {"MetricQueries": [query]}, "sagemaker-metrics")
            walker.walk(answer, shapes["BatchGetMetrics"])
            dimension = {"Name": "Host", "Value": f"{name}/algo-1"}
            metric = {
                "Namespace": "/aws/sagemaker/TrainingJobs",
                "MetricName": "CPUUtilization",
                "Dimensions": [dimension],
            }
            queries = [{"Id": "q", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Average"}}]
            data = {"MetricDataQueries": queries, "StartTime": now - 600, "EndTime": now}
            walker.walk(run(account, "GetMetricData", data, "cloudwatch"), shapes["GetMetricData"])
    assert walker.found == []
    assert len(said) > 30


def test_a_stopped_job_says_so_in_its_log(clock: ManualClock) -> None:
    account = demo_account(clock)
    account.stop("resnet18-overfit")
    clock.advance(10 * MINUTE)
    asked = {"logGroupName": "/aws/sagemaker/TrainingJobs", "logStreamNamePrefix": "resnet18-overfit/"}
    since = int(clock.now().timestamp() - 11 * MINUTE) * 1000
    events = run(account, "FilterLogEvents", {**asked, "startTime": since}, "logs")["events"]
    assert "SIGTERM" in events[-1]["message"]
