"""The simulator through boto3: the operations, their errors, and the record of calls."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import pytest
from botocore.exceptions import ClientError

from tui.simulator import Account, FixedJob, ManualClock, Simulator

pytest_plugins = ("tests.contract.simulator_support",)

Connect = Callable[..., Any]


@pytest.fixture
def account(stocked_account: Account) -> Account:
    return stocked_account


@pytest.fixture
async def simulator(account: Account) -> AsyncIterator[Simulator]:
    async with Simulator(account) as simulator:
        yield simulator


async def refusal(call: Callable[..., Any], **params: Any) -> tuple[int, str, str]:
    """HTTP status, code and message of the error that a call ends with."""
    with pytest.raises(ClientError) as caught:
        await asyncio.to_thread(call, **params)
    answer = caught.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"], answer["Error"]["Message"]


async def test_describes_a_job(simulator: Simulator, connect: Connect) -> None:
    answer = await asyncio.to_thread(connect(simulator.url).describe_training_job, TrainingJobName="job-04")
    assert answer["TrainingJobStatus"] == "InProgress"
    assert answer["CreationTime"] == datetime(2026, 4, 12, 8, 30, 4, tzinfo=UTC)
    assert "Tags" not in answer


async def test_a_fixed_job_may_change_under_the_tests_hands(simulator: Simulator, connect: Connect) -> None:
    job = FixedJob({"TrainingJobName": "mine", "SecondaryStatus": "Brand new status", "NewMember": 1})
    simulator.account.put(job)
    client = connect(simulator.url)
    first = await asyncio.to_thread(client.describe_training_job, TrainingJobName="mine")
    job.raw["SecondaryStatus"] = "Training"
    second = await asyncio.to_thread(client.describe_training_job, TrainingJobName="mine")
    assert (first["SecondaryStatus"], second["SecondaryStatus"]) == ("Brand new status", "Training")
    found = await asyncio.to_thread(client.search, Resource="TrainingJob", MaxResults=100)
    assert found["TotalHits"]["Value"] == 26
    simulator.account.remove("mine")
    assert (await refusal(client.describe_training_job, TrainingJobName="mine"))[1] == "ValidationException"


async def test_unknown_names(simulator: Simulator, connect: Connect) -> None:
    client = connect(simulator.url)
    gone = (400, "ValidationException", "Requested resource not found.")
    assert await refusal(client.describe_training_job, TrainingJobName="nobody") == gone
    assert await refusal(client.stop_training_job, TrainingJobName="nobody") == gone


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("under_score", "satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"),
        ("-dash", "satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"),
        ("x" * 64, "have length less than or equal to 63"),
    ],
)
async def test_malformed_names(simulator: Simulator, connect: Connect, name: str, rule: str) -> None:
    status, code, message = await refusal(connect(simulator.url).describe_training_job, TrainingJobName=name)
    assert (status, code) == (400, "ValidationException")
    start = f"1 validation error detected: Value '{name}' at 'trainingJobName' failed to satisfy constraint"
    assert message == f"{start}: Member must {rule}"


async def test_who_is_calling(simulator: Simulator, connect: Connect) -> None:
    answer = await asyncio.to_thread(connect(simulator.url, "sts").get_caller_identity)
    assert answer["Account"] == "111122223333"
    assert answer["Arn"] == "arn:aws:sts::111122223333:assumed-role/ml-dev/me"
    assert answer["ResponseMetadata"]["RequestId"]


async def test_operations_it_does_not_know(simulator: Simulator, connect: Connect) -> None:
    client = connect(simulator.url)
    assert (await refusal(client.list_models))[:2] == (400, "UnknownOperationException")
    assert (await refusal(connect(simulator.url, "logs").describe_log_groups))[:2] == (
        400,
        "UnknownOperationException",
    )
    assert (await refusal(connect(simulator.url, "sts").get_session_token))[:2] == (400, "InvalidAction")
    assert simulator.calls.count("ListModels") == 1


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff\xfe"])
async def test_a_body_that_is_not_json(simulator: Simulator, body: bytes) -> None:
    headers = {"X-Amz-Target": "SageMaker.Search", "Content-Type": "application/x-amz-json-1.1"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(simulator.url, data=body, headers=headers) as answer,
    ):
        assert answer.status == 400
        assert (await answer.json(content_type=None))["__type"] == "SerializationException"


async def test_headers_tell_the_simulated_time(simulator: Simulator, connect: Connect) -> None:
    clock = simulator.account.clock
    assert isinstance(clock, ManualClock)
    clock.advance(90 * 86_400)
    answer = await asyncio.to_thread(connect(simulator.url).list_training_jobs)
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    assert parsedate_to_datetime(headers["date"]) == clock.now().replace(microsecond=0)
    assert headers["content-type"] == "application/x-amz-json-1.1"
    assert headers["x-amzn-requestid"] == answer["ResponseMetadata"]["RequestId"]


async def test_stop_of_a_fixed_job(simulator: Simulator, connect: Connect) -> None:
    client = connect(simulator.url)
    await asyncio.to_thread(client.stop_training_job, TrainingJobName="job-01")
    await asyncio.to_thread(client.stop_training_job, TrainingJobName="job-01")
    answer = await asyncio.to_thread(client.describe_training_job, TrainingJobName="job-01")
    assert (answer["TrainingJobStatus"], answer["SecondaryStatus"]) == ("Stopping", "Stopping")
    assert await refusal(client.stop_training_job, TrainingJobName="job-00") == (
        400,
        "ValidationException",
        "The request was rejected because the training job is in status Completed.",
    )


async def test_calls_are_counted(simulator: Simulator, connect: Connect) -> None:
    client = connect(simulator.url)
    for _ in range(3):
        await asyncio.to_thread(client.describe_training_job, TrainingJobName="job-01")
    await refusal(client.describe_training_job, TrainingJobName="nobody")
    await asyncio.to_thread(client.list_training_jobs, MaxResults=5)
    assert (simulator.calls.count("DescribeTrainingJob"), simulator.calls.count("ListTrainingJobs")) == (4, 1)
    assert simulator.calls.count() == 5
    last = simulator.calls.entries[-1]
    assert (last.operation, last.params, last.outcome) == ("ListTrainingJobs", {"MaxResults": 5}, "ok")
    assert simulator.calls.entries[-2].outcome == "ValidationException"
    assert [call.at for call in simulator.calls.entries] == sorted(call.at for call in simulator.calls.entries)
    simulator.calls.clear()
    assert (simulator.calls.count(), simulator.calls.entries) == (0, [])


async def test_starts_again_on_the_same_port(account: Account, connect: Connect) -> None:
    simulator = Simulator(account)
    await simulator.start()
    url = simulator.url
    await simulator.stop()
    await simulator.stop()
    await simulator.start()
    assert simulator.url == url
    await asyncio.to_thread(connect(url).list_training_jobs)
    await simulator.stop()
