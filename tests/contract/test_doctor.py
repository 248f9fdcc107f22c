"""The doctor against the simulator: each operation denied alone, nothing allowed, and nobody there."""

import asyncio
from collections.abc import AsyncIterator
from itertools import count

import pytest

from tests.strategies import NOW
from tests.ui.support import raw_job
from tui.aws.connection import Connection, Target
from tui.aws.probing import NO_SUCH_JOB, Probe
from tui.domain.doctor import Check, State
from tui.domain.permissions import PERMISSIONS, Permission
from tui.polling.budget import Budget
from tui.simulator import Account, Fault, FixedJob, ManualClock, Simulator

TRIED = [entry for entry in PERMISSIONS if not entry.writes]


@pytest.fixture
async def sim() -> AsyncIterator[Simulator]:
    async with Simulator(Account(ManualClock(NOW))) as running:
        yield running


@pytest.fixture
async def probe(sim: Simulator) -> AsyncIterator[Probe]:
    ticks = count(0, 1000)
    connection = Connection(
        Target(region="us-east-1", endpoint_url=sim.url, credentials=("k", "s")), Budget(lambda: float(next(ticks)))
    )
    yield Probe(connection)
    await connection.close()


def states(checks: tuple[Check, ...]) -> dict[str, State]:
    return {check.permission.action: check.state for check in checks}


async def test_each_operation_is_tried_once_and_none_that_writes(sim: Simulator, probe: Probe) -> None:
    sim.account.put(FixedJob(raw_job("newest")))
    checks = await probe.run()
    assert [check.permission for check in checks] == list(PERMISSIONS)
    assert states(checks) == {entry.action: State.NOT_TRIED if entry.writes else State.OK for entry in PERMISSIONS}
    assert sorted(call.operation for call in sim.calls.entries) == sorted(entry.operation for entry in TRIED)
    asked = {call.operation: call.params for call in sim.calls.entries}
    assert asked["DescribeTrainingJob"]["TrainingJobName"] == "newest"
    assert asked["Search"]["MaxResults"] == asked["ListTrainingJobs"]["MaxResults"] == 1
    assert asked["FilterLogEvents"]["limit"] == 1
    assert len(asked["GetMetricData"]["MetricDataQueries"]) == 1
    assert (probe.account, probe.clock_offset_seconds is not None) == ("111122223333", True)


async def test_a_job_that_is_not_there_was_allowed_to_be_asked_for(sim: Simulator, probe: Probe) -> None:
    assert set(states(await probe.run()).values()) == {State.OK, State.NOT_TRIED}
    (described,) = [call for call in sim.calls.entries if call.operation == "DescribeTrainingJob"]
    assert (described.params["TrainingJobName"], described.outcome != "ok") == (NO_SUCH_JOB, True)


@pytest.mark.parametrize("permission", TRIED, ids=lambda entry: entry.action)
async def test_what_is_denied_alone_is_alone(sim: Simulator, probe: Probe, permission: Permission) -> None:
    sim.faults.add(Fault("denied", permission.operation))
    denied = [check for check in await probe.run() if check.state is not State.OK and not check.permission.writes]
    (only,) = denied
    assert (only.permission, only.state) == (permission, State.DENIED)
    assert only.denial is not None
    assert (only.denial.action, only.denial.statement_heals) == (only.permission.action, True)


async def test_nobody_there_is_unreachable(probe: Probe, sim: Simulator) -> None:
    await sim.stop()
    async with asyncio.timeout(10):
        checks = await probe.run()
    assert set(states(checks).values()) == {State.UNREACHABLE, State.NOT_TRIED}
    assert probe.clock_offset_seconds is None
    await sim.start()


async def test_a_refusal_tells_the_services_time_too(sim: Simulator, probe: Probe) -> None:
    sim.faults.add(Fault("denied"))
    await probe.run()
    assert probe.clock_offset_seconds is not None


async def test_credentials_are_told_by_where_they_come_from_and_never_by_value(
    sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAPLANTEDPLANTED12")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "planted-secret")
    connection = Connection(Target(region="us-east-1", endpoint_url=sim.url), Budget())
    told = await Probe(connection).credentials()
    await connection.close()
    assert (told.found, told.told, told.expires) == (True, "environment", None)
    assert "planted" not in repr(told).lower()
