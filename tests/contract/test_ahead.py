"""The first page from a process of its own: the same page, or nothing, and never anything else."""

import json
import os
import stat
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.contract.test_aws import wire
from tui.aws.ahead import FirstPage
from tui.aws.connection import Connection, Target
from tui.aws.sagemaker import SageMaker
from tui.polling.budget import Budget
from tui.polling.ports import Order
from tui.simulator import Account, Fault, FixedJob, Simulator

REGION = "us-east-1"
KEYS = "aws_access_key_id = simulated\naws_secret_access_key = simulated\n"


@pytest.fixture(autouse=True)
def jobs(account: Account) -> None:
    """Three jobs, one with foreign text in it."""
    for name in ("job-1", "job-2"):
        account.put(FixedJob(wire(name)))
    account.put(FixedJob(wire("job-3", FailureReason="\x1b[31mred\x07")))


@pytest.fixture
async def start(sim: Simulator) -> AsyncIterator[Callable[..., FirstPage]]:
    """Starts processes, and ends them with the test."""
    begun: list[FirstPage] = []

    def one(profile: str | None = None, url: str = "") -> FirstPage:
        ahead = FirstPage.start(profile, REGION, url or sim.url)
        assert ahead
        begun.append(ahead)
        return ahead

    yield one
    for ahead in begun:
        ahead.close()


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials that cost nothing to find."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "simulated")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "simulated")


def sagemaker(sim: Simulator, ahead: FirstPage | None, budget: Budget) -> SageMaker:
    """Return the port that may have a page coming."""
    target = Target(region=REGION, endpoint_url=sim.url, credentials=("simulated", "simulated"))
    return SageMaker(Connection(target, budget), ahead)


@pytest.mark.usefixtures("keys")
async def test_it_is_the_page_that_the_ordinary_call_brings(sim: Simulator, start: Callable[..., FirstPage]) -> None:
    page = await start().take()
    port = sagemaker(sim, None, Budget())
    ordinary = await port.search(Order.CREATED)
    await port._connection.close()
    assert page
    assert (page.jobs, page.next_token, page.total) == (ordinary.jobs, ordinary.next_token, ordinary.total)
    assert len(page.jobs) == 3
    assert all("\x1b" not in job.failure_reason for job in page.jobs)


@pytest.mark.usefixtures("keys")
async def test_it_is_taken_once_and_counts_as_a_call(sim: Simulator, start: Callable[..., FirstPage]) -> None:
    budget = Budget()
    port = sagemaker(sim, start(), budget)
    first = await port.search(Order.CREATED)
    assert (len(first.jobs), budget.calls, sim.calls.count("Search")) == (3, 1, 1)
    again = await port.search(Order.CREATED)
    await port._connection.close()
    assert (again.jobs, budget.calls, sim.calls.count("Search")) == (first.jobs, 2, 2)


@pytest.mark.usefixtures("keys")
async def test_where_it_fails_the_ordinary_call_is_made(sim: Simulator, start: Callable[..., FirstPage]) -> None:
    port = sagemaker(sim, start(url="http://127.0.0.1:9"), Budget())
    page = await port.search(Order.CREATED)
    await port._connection.close()
    assert len(page.jobs) == 3


@pytest.mark.usefixtures("keys")
async def test_a_refusal_is_no_page(sim: Simulator, start: Callable[..., FirstPage]) -> None:
    sim.faults.add(Fault("denied"))
    assert await start().take() is None


async def test_a_profile_finds_its_own_credentials(home: Path, start: Callable[..., FirstPage]) -> None:
    (home / "credentials").write_text(f"[dev]\n{KEYS}")
    page = await start("dev").take()
    assert page
    assert len(page.jobs) == 3


async def test_a_credential_process_is_not_run_ahead(home: Path, start: Callable[..., FirstPage]) -> None:
    ran = home / "ran"
    program = home / "program"
    told = json.dumps({"Version": 1, "AccessKeyId": "simulated", "SecretAccessKey": "simulated"})
    program.write_text(f"#!/bin/sh\ntouch {ran}\necho '{told}'\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    (home / "config").write_text(f"[profile dev]\ncredential_process = {program}\n")
    assert await start("dev").take() is None
    assert not ran.exists()


@pytest.mark.parametrize("mfa", ["", "mfa_serial = arn:aws:iam::111122223333:mfa/me\n"])
async def test_no_role_is_assumed_ahead_and_nobody_elses_page_is_shown(
    sim: Simulator, home: Path, start: Callable[..., FirstPage], mfa: str
) -> None:
    role = "role_arn = arn:aws:iam::111122223333:role/ml\nsource_profile = base\n"
    (home / "config").write_text(f"[profile base]\n{KEYS}[profile dev]\n{role}{mfa}")
    assert await start("dev").take() is None
    assert sim.calls.count() == 0


@pytest.mark.usefixtures("keys")
async def test_closed_before_it_answers_it_leaves_no_process(sim: Simulator, start: Callable[..., FirstPage]) -> None:
    sim.faults.add(Fault("hang"))
    ahead = start()
    ahead.close()
    with pytest.raises(ProcessLookupError):
        os.kill(ahead._process.pid, 0)
