"""A second opinion that no one here wrote: moto's server, asked the same through the same client."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from moto.server import ThreadedMotoServer

from tui.simulator import Account, ManualClock, Simulator
from tui.simulator.demo_parts import PYTORCH, base, machines, plain_life
from tui.simulator.jobs import ScriptedJob
from tui.simulator.script import Script

pytest_plugins = ("tests.contract.simulator_support",)

NAME = "second-opinion"


@pytest.fixture
def moto_url() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def unlike(theirs: Any, ours: Any, path: str = "$") -> list[str]:
    """Where a member of `theirs` has another type in `ours`; members that only one has don't count."""
    if type(theirs) is not type(ours):
        return [f"{path}: {type(theirs).__name__} against {type(ours).__name__}"]
    if isinstance(theirs, dict):
        return [
            problem
            for key in theirs.keys() & ours.keys()
            for problem in unlike(theirs[key], ours[key], f"{path}.{key}")
        ]
    if isinstance(theirs, list) and theirs and ours:
        return unlike(theirs[0], ours[0], f"{path}[0]")
    return []


async def test_moto_answers_in_the_same_types(moto_url: str, clock: ManualClock, connect: Callable[..., Any]) -> None:
    account = Account(clock)
    document = base(account, NAME, image=PYTORCH, resources=machines("ml.m5.large"), HyperParameters={"epochs": "3"})
    account.put(ScriptedJob(document, Script(steps=plain_life(60), metrics=(("loss", 0.5),)), clock.now()))
    clock.advance(86_400)
    members = (
        "AlgorithmSpecification",
        "HyperParameters",
        "RoleArn",
        "OutputDataConfig",
        "ResourceConfig",
        "StoppingCondition",
    )
    moto = connect(moto_url)
    async with Simulator(account) as simulator:
        ours = connect(simulator.url)
        await asyncio.to_thread(
            moto.create_training_job, TrainingJobName=NAME, **{member: document[member] for member in members}
        )
        for operation, params in (
            ("describe_training_job", {"TrainingJobName": NAME}),
            ("list_training_jobs", {"NameContains": "second"}),
            ("search", {"Resource": "TrainingJob"}),
        ):
            theirs = await asyncio.to_thread(getattr(moto, operation), **params)
            mine = await asyncio.to_thread(getattr(ours, operation), **params)
            del theirs["ResponseMetadata"], mine["ResponseMetadata"]
            assert set(theirs) - {"NextToken"} <= set(mine), operation
            assert unlike(theirs, mine) == [], operation
