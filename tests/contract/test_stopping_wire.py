"""The one operation that changes the account, on the wire: sent once when it may be, never when it may not."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.contract.test_aws import wire
from tui.aws.connection import READS, Connection, Target
from tui.aws.sagemaker import SageMaker
from tui.aws.stopping import Stopping
from tui.domain.failure import Failure, FailureKind, ServiceError
from tui.polling.budget import ALLOWANCES, Budget
from tui.simulator import Account, Fault, FixedJob, Simulator

STOP = "StopTrainingJob"


@pytest.fixture
async def sim(account: Account) -> AsyncIterator[Simulator]:
    async with Simulator(account) as running:
        account.put(FixedJob(wire("job-1")))
        account.put(FixedJob(wire("over", TrainingJobStatus="Completed", SecondaryStatus="Completed")))
        yield running


def connection(sim: Simulator, *, write: bool) -> Connection:
    return Connection(Target(region="us-east-1", endpoint_url=sim.url, credentials=("k", "s")), Budget(), write=write)


async def failure_of(opened: Connection, name: str = "job-1") -> Failure:
    try:
        with pytest.raises(ServiceError) as caught:
            await Stopping(opened).stop(name)
    finally:
        await opened.close()
    return caught.value.failure


async def test_a_job_is_asked_to_stop(sim: Simulator) -> None:
    opened = connection(sim, write=True)
    await Stopping(opened).stop("job-1")
    described = await SageMaker(opened).describe("job-1")
    await opened.close()
    assert described.snapshot.status == "Stopping"
    assert [call.params for call in sim.calls.entries if call.operation == STOP] == [{"TrainingJobName": "job-1"}]


async def test_nothing_but_reading_leaves_a_connection_that_was_not_opened_for_writing(sim: Simulator) -> None:
    failure = await failure_of(connection(sim, write=False))
    assert (failure.kind, failure.hint) == (FailureKind.DENIED, "start with --write")
    opened = connection(sim, write=False)
    for service, operation in (("sagemaker", STOP), ("sagemaker", "DeleteTrainingJob"), ("logs", "DeleteLogGroup")):
        with pytest.raises(ServiceError):
            await opened.call(service, operation, {"TrainingJobName": "job-1"}, lambda *_: None)
    await opened.close()
    assert sim.calls.count() == 0
    assert opened.budget.calls == 0


def test_what_reads_is_called_so() -> None:
    assert all(
        operation.startswith(("Describe", "List", "Search", "Get", "BatchGet", "Filter")) for operation in READS
    )
    assert ALLOWANCES.keys() - READS == {STOP}


async def test_the_service_s_words_for_a_job_that_is_over_or_unknown(sim: Simulator) -> None:
    over = await failure_of(connection(sim, write=True), "over")
    assert over.kind is FailureKind.INVALID
    assert over.message == "The request was rejected because the training job is in status Completed."
    assert (await failure_of(connection(sim, write=True), "nobody")).kind is FailureKind.NOT_FOUND


@pytest.mark.parametrize(
    ("kind", "means"),
    [
        ("throttle", FailureKind.THROTTLED),
        ("denied", FailureKind.DENIED),
        ("expired", FailureKind.EXPIRED),
        ("server_error", FailureKind.SERVER),
        ("drop", FailureKind.UNREACHABLE),
        ("garbage", FailureKind.GARBLED),
        ("wrong_content_type", FailureKind.GARBLED),
    ],
)
async def test_a_request_is_sent_once_whatever_becomes_of_it(sim: Simulator, kind: str, means: FailureKind) -> None:
    opened = connection(sim, write=True)
    await SageMaker(opened).describe("job-1")  # the connection to be dropped is one that is kept alive
    sim.faults.add(Fault(kind, STOP))
    failure = await failure_of(opened)
    assert failure.kind is means
    assert kind != "denied" or failure.hint == "ask for sagemaker:StopTrainingJob"
    assert sim.calls.count(STOP) == 1


async def test_requests_keep_to_one_a_second(sim: Simulator) -> None:
    opened = connection(sim, write=True)
    opened.budget.time = lambda: 0.0
    await Stopping(opened).stop("job-1")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(Stopping(opened).stop("job-1"), 0.2)
    await opened.close()
    assert sim.calls.count(STOP) == 1
