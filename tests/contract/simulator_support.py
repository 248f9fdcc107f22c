"""What the tests of the simulator share: boto3 clients, a stocked account, and botocore's model to check against.

A pytest plugin: a test module that wants its fixtures names it in `pytest_plugins`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.model import ServiceModel, Shape

from tui.simulator import Account, FixedJob, ManualClock

START = datetime(2026, 4, 12, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def aws_session() -> boto3.Session:
    """One session for all tests: loading the service models is what costs."""
    return boto3.Session(
        aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="not-a-secret", region_name="us-east-1"
    )


@pytest.fixture
def connect(aws_session: boto3.Session) -> Iterator[Callable[..., Any]]:
    """Makes clients: `connect(url)`, `connect(url, "sts", read_timeout=0.2)`. They never retry, and are closed."""
    clients = []

    def make(url: str, service: str = "sagemaker", **options: Any) -> Any:
        config = Config(retries={"total_max_attempts": 1}, **{"connect_timeout": 5, "read_timeout": 10, **options})
        client = aws_session.client(service, endpoint_url=url, config=config)
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()


@pytest.fixture(scope="session")
def sagemaker_model(aws_session: boto3.Session) -> ServiceModel:
    """The installed botocore's model of SageMaker."""
    return aws_session._session.get_service_model("sagemaker")


@pytest.fixture
def stocked_account() -> Account:
    """25 fixed jobs on a manual clock: job-00 is the oldest, and every third one has completed."""
    account = Account(ManualClock(START))
    for index in range(25):
        account.put(FixedJob(_raw_job(account, f"job-{index:02d}", START.timestamp() - 3600 + index, index)))
    return account


def _raw_job(account: Account, name: str, at: float, index: int) -> dict[str, Any]:
    raw: dict[str, Any] = {
        "TrainingJobName": name,
        "TrainingJobArn": account.arn("training-job", name),
        "ModelArtifacts": {"S3ModelArtifacts": "s3://bucket/model.tar.gz"},
        "TrainingJobStatus": "InProgress" if index % 3 else "Completed",
        "SecondaryStatus": "Training" if index % 3 else "Completed",
        "StoppingCondition": {"MaxRuntimeInSeconds": 86400},
        "HyperParameters": {"epochs": str(index), "model.name": f"net-{index % 2}"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1 + index, "VolumeSizeInGB": 30},
        "FinalMetricDataList": [{"MetricName": "loss", "Value": index / 10, "Timestamp": at}],
        "EnableManagedSpotTraining": index % 2 == 0,
        "CreationTime": at,
        "LastModifiedTime": at + 1000 - 10 * index,
        "ProfilingStatus": "Disabled",
        "Tags": [{"Key": "team", "Value": "red" if index % 2 else "blue"}],
    }
    if index % 3 == 0:
        raw["TrainingEndTime"] = at + 500
    return raw


class Misfits:
    """Walks wire-form values along botocore shapes and collects what the model doesn't allow."""

    def __init__(self, optional: frozenset[str] = frozenset()) -> None:
        self.found: list[str] = []
        self._optional = optional

    def walk(self, value: Any, shape: Shape, path: str = "$") -> None:
        """Collects into `found`."""
        kind = shape.type_name
        expected = {"structure": dict, "map": dict, "list": list}.get(kind)
        if expected is None:
            self._leaf(value, shape, path)
        elif not isinstance(value, expected):
            self._add(path, f"not a {kind}")
        elif kind == "structure":
            for missing in set(shape.required_members) - set(value) - self._optional:
                self._add(path, f"lacks {missing}")
            for key in value.keys() - shape.members.keys():
                self._add(path, f"unknown member {key}")
            for key in value.keys() & shape.members.keys():
                self.walk(value[key], shape.members[key], f"{path}.{key}")
        else:
            if len(value) > shape.metadata.get("max", len(value)):
                self._add(path, f"{len(value)} items")
            for item in value if kind == "list" else value.values():
                self.walk(item, shape.member if kind == "list" else shape.value, path + "[*]")

    def _leaf(self, value: Any, shape: Shape, path: str) -> None:
        types: dict[str, type] = {"string": str, "integer": int, "long": int, "boolean": bool}
        kind = types.get(shape.type_name, float)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self._add(path, f"{value!r} is no {shape.type_name}")
            return
        if getattr(shape, "enum", None) and value not in shape.enum:
            self._add(path, f"{value!r} is not in the enum")
        size = len(value) if isinstance(value, str) else value
        low, high = shape.metadata.get("min"), shape.metadata.get("max")
        if (low is not None and size < low) or (high is not None and size > high):
            self._add(path, f"{value!r} is not within {low}..{high}")

    def _add(self, path: str, problem: str) -> None:
        self.found.append(f"{path}: {problem}")


@pytest.fixture
def misfits() -> type[Misfits]:
    """The walker's class, for tests that check wire forms against the model."""
    return Misfits
