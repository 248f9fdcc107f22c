"""Each fault, as a client sees it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from tui.simulator import Account, Fault, Simulator

pytest_plugins = ("tests.contract.simulator_support",)

Connect = Callable[..., Any]
HEADERS = {"X-Amz-Target": "SageMaker.ListTrainingJobs", "Content-Type": "application/x-amz-json-1.1"}


@pytest.fixture
def account(stocked_account: Account) -> Account:
    return stocked_account


@pytest.fixture
async def simulator(account: Account) -> AsyncIterator[Simulator]:
    async with Simulator(account) as simulator:
        yield simulator


async def error_of(call: Callable[..., Any], **params: Any) -> dict[str, Any]:
    with pytest.raises(ClientError) as caught:
        await asyncio.to_thread(call, **params)
    return caught.value.response


ERRORS = [
    ("throttle", (400, "ThrottlingException"), (400, "Throttling"), "Rate exceeded"),
    (
        "expired",
        (400, "ExpiredTokenException"),
        (403, "ExpiredToken"),
        "security token included in the request is expired",
    ),
    ("invalid_token", (400, "UnrecognizedClientException"), (403, "InvalidClientTokenId"), "is invalid"),
    (
        "denied",
        (400, "AccessDeniedException"),
        (403, "AccessDenied"),
        "User: arn:aws:sts::111122223333:assumed-role/ml-dev/me",
    ),
    ("server_error", (500, "InternalFailure"), (500, "InternalFailure"), "internal error"),
    ("unavailable", (503, "ServiceUnavailable"), (503, "ServiceUnavailable"), "unavailable"),
]


@pytest.mark.parametrize(("kind", "json_error", "sts_error", "message"), ERRORS)
async def test_errors(
    simulator: Simulator,
    connect: Connect,
    kind: str,
    json_error: tuple[int, str],
    sts_error: tuple[int, str],
    message: str,
) -> None:
    simulator.faults.add(Fault(kind, times=2))
    sagemaker, sts = connect(simulator.url), connect(simulator.url, "sts")
    for call, params, expected in (
        (sagemaker.search, {"Resource": "TrainingJob"}, json_error),
        (sts.get_caller_identity, {}, sts_error),
    ):
        answer = await error_of(call, **params)
        assert (answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]) == expected
        assert message in answer["Error"]["Message"]
    assert await asyncio.to_thread(sagemaker.search, Resource="TrainingJob")
    assert [call.outcome for call in simulator.calls.entries] == [json_error[1], sts_error[1], "ok"]


async def test_denied_names_the_action_and_the_resource(simulator: Simulator, connect: Connect) -> None:
    simulator.faults.add(Fault("denied"))
    client = connect(simulator.url)
    search = await error_of(client.search, Resource="TrainingJob")
    assert (
        "is not authorized to perform: sagemaker:Search on resource: arn:aws:sagemaker:us-east-1:111122223333:*"
        in (search["Error"]["Message"])
    )
    describe = await error_of(client.describe_training_job, TrainingJobName="job-01")
    assert (
        "sagemaker:DescribeTrainingJob on resource: arn:aws:sagemaker:us-east-1:111122223333:training-job/job-01"
        in (describe["Error"]["Message"])
    )


async def test_retry_after(simulator: Simulator, connect: Connect) -> None:
    simulator.faults.add(Fault("throttle", retry_after=7))
    answer = await error_of(connect(simulator.url).list_training_jobs)
    assert answer["ResponseMetadata"]["HTTPHeaders"]["retry-after"] == "7"


async def test_a_fault_strikes_its_operation_only_and_as_often_as_told(
    simulator: Simulator, connect: Connect
) -> None:
    client = connect(simulator.url)
    simulator.faults.add(Fault("throttle", operation="Search", times=2), Fault("expired", operation="Search"))
    await asyncio.to_thread(client.list_training_jobs)
    codes = [(await error_of(client.search, Resource="TrainingJob"))["Error"]["Code"] for _ in range(4)]
    assert codes == ["ThrottlingException"] * 2 + ["ExpiredTokenException"] * 2
    simulator.faults.clear()
    await asyncio.to_thread(client.search, Resource="TrainingJob")


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="meteorite"):
        Fault("meteorite")


async def test_hang(simulator: Simulator, connect: Connect) -> None:
    simulator.faults.add(Fault("hang", times=1))
    client = connect(simulator.url, read_timeout=0.2)
    with pytest.raises(ReadTimeoutError):
        await asyncio.to_thread(client.list_training_jobs)
    assert simulator.calls.entries[-1].outcome == "hang"
    await asyncio.to_thread(client.list_training_jobs)


async def test_a_hanging_request_does_not_hold_up_the_stop(account: Account, connect: Connect) -> None:
    async with Simulator(account) as simulator:
        simulator.faults.add(Fault("hang"), Fault("delay", seconds=3600))
        clients = [connect(simulator.url) for _ in range(3)]
        hanging = [asyncio.create_task(asyncio.to_thread(client.list_training_jobs)) for client in clients]
        async with asyncio.timeout(10):
            while simulator.calls.count() < len(hanging):  # noqa: ASYNC110 - the simulator has no event for it
                await asyncio.sleep(0)
        began_at = time.monotonic()
    assert time.monotonic() - began_at < 0.9
    for outcome in await asyncio.gather(*hanging, return_exceptions=True):
        assert isinstance(outcome, ConnectionClosedError)


async def test_drop(simulator: Simulator, connect: Connect) -> None:
    simulator.faults.add(Fault("drop", times=1))
    with pytest.raises(ConnectionClosedError):
        await asyncio.to_thread(connect(simulator.url).list_training_jobs)


async def test_half_body(simulator: Simulator, connect: Connect) -> None:
    simulator.faults.add(Fault("half_body", times=2))
    async with aiohttp.ClientSession() as session:
        answer = await session.post(simulator.url, data=b"{}", headers=HEADERS)
        assert answer.status == 200
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.read()
    # boto3 doesn't notice the missing half and answers with nothing in it.
    assert set(await asyncio.to_thread(connect(simulator.url).list_training_jobs)) == {"ResponseMetadata"}


async def test_garbage(simulator: Simulator, connect: Connect) -> None:
    simulator.faults.add(Fault("garbage", times=2))
    with pytest.raises(UnicodeDecodeError):
        await asyncio.to_thread(connect(simulator.url).list_training_jobs)
    async with aiohttp.ClientSession() as session, session.post(simulator.url, data=b"{}", headers=HEADERS) as answer:
        assert answer.status == 200
        assert b"\x1b[" in await answer.read()


async def test_wrong_content_type(simulator: Simulator, connect: Connect) -> None:
    simulator.faults.add(Fault("wrong_content_type", times=1))
    answer = await asyncio.to_thread(connect(simulator.url).list_training_jobs)
    assert "TrainingJobSummaries" not in answer
    assert answer["ResponseMetadata"]["HTTPHeaders"]["content-type"].startswith("text/html")


@pytest.mark.parametrize("kind", ["delay", "slow_body"])
async def test_late_answers_are_whole(simulator: Simulator, connect: Connect, kind: str) -> None:
    simulator.faults.add(Fault(kind, times=1, seconds=0.2))
    began_at = time.monotonic()
    answer = await asyncio.to_thread(connect(simulator.url).list_training_jobs)
    assert time.monotonic() - began_at >= 0.18
    assert len(answer["TrainingJobSummaries"]) == 10


async def test_a_slow_body_begins_at_once(simulator: Simulator) -> None:
    simulator.faults.add(Fault("slow_body", times=1, seconds=3600))
    async with aiohttp.ClientSession() as session, session.post(simulator.url, data=b"{}", headers=HEADERS) as answer:
        assert answer.status == 200
