"""Waiting, without a process and a wire: what is told when the time is over, and what a failure is worth."""

import time
from dataclasses import dataclass, field

import click
import pytest

from tests.strategies import NOW
from tests.ui.support import ended_job, raw_job, snapshot_of
from tui.cli.outcomes import Outcomes
from tui.cli.patience import Patience
from tui.cli.wait import Wait
from tui.domain.failure import Failure, FailureKind, ServiceError
from tui.polling.ports import Described


@dataclass
class Service:
    """DescribeTrainingJob, without the name a failure."""

    jobs: dict[str, dict[str, object]] = field(default_factory=dict)
    region: str = "us-east-1"

    async def describe(self, name: str) -> Described:
        if name not in self.jobs:
            raise ServiceError(Failure(FailureKind.NOT_FOUND, "DescribeTrainingJob", "no"))
        return Described(snapshot_of(self.jobs[name]), NOW)

    async def search(self, *_: object) -> None:
        raise ServiceError(Failure(FailureKind.DENIED, "Search", "no"))

    list = search


def waiting(service: Service, timeout: float | None = None, create_timeout: float | None = None) -> Wait:
    """Return what waits for `bert`."""
    return Wait(service, "bert", time.monotonic(), timeout, create_timeout)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("jobs", "seconds", "create_seconds", "state"),
    [
        ({"bert": raw_job("bert")}, 0.7, None, "still Training"),
        ({}, 5.0, 0.7, "not created"),
        ({}, 0.7, 5.0, "not created"),
        ({"bert": raw_job("bert")}, 0.8, 0.6, "still Training"),
    ],
)
async def test_the_time_is_over(
    jobs: dict[str, dict[str, object]],
    seconds: float,
    create_seconds: float | None,
    state: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(click.exceptions.Exit) as ended:
        await waiting(Service(jobs), seconds, create_seconds).run()
    assert ended.value.exit_code == 5
    assert capsys.readouterr().err.splitlines()[-1] == f"sagetop: timed out: bert is {state}"


async def test_the_job_that_is_over_is_returned(capsys: pytest.CaptureFixture[str]) -> None:
    found = await waiting(Service({"bert": ended_job("bert")}), 5.0).run()
    assert found.snapshot.status == "Completed"
    assert capsys.readouterr().out == ""


async def test_a_job_that_does_not_exist() -> None:
    with pytest.raises(ServiceError, match="no training job bert in us-east-1"):
        await waiting(Service()).run()


def failure(kind: FailureKind) -> Failure:
    """Return a failure."""
    return Failure(kind, "Operation", "words", "a hint")


@pytest.mark.parametrize("kind", [FailureKind.DENIED, FailureKind.INVALID, FailureKind.NOT_FOUND])
def test_some_failures_last(kind: FailureKind) -> None:
    patience = Patience(lambda _: None, endless=True)
    patience.answered("a")
    assert not patience.lasts("a", failure(kind))


def test_credentials_are_waited_for_once_they_were_there() -> None:
    said: list[str] = []
    assert not Patience(said.append, endless=True).lasts("a", failure(FailureKind.EXPIRED))
    assert said == []
    patience = Patience(said.append, endless=True)
    patience.answered("a")
    assert all(patience.lasts(subject, failure(FailureKind.EXPIRED)) for subject in "abab")
    assert said == ["credentials expired: words (a hint); waiting"]
    patience.answered("a")
    assert len(said) == 1
    patience.answered("b")
    assert said[1:] == ["going on"]


def test_what_never_answered_is_given_up_and_what_did_is_not() -> None:
    said: list[str] = []
    patience = Patience(said.append, endless=True)
    patience.answered("known")
    assert [patience.lasts("new", failure(FailureKind.UNREACHABLE)) for _ in range(3)] == [True, True, False]
    assert all(patience.lasts("known", failure(FailureKind.THROTTLED)) for _ in range(50))
    once = Patience(said.append, endless=False)
    once.answered("known")
    assert [once.lasts("known", failure(FailureKind.SERVER)) for _ in range(3)] == [True, True, False]
    assert not once.lasts("known", failure(FailureKind.EXPIRED))


async def test_a_bug_in_one_who_publishes_is_raised() -> None:
    async def broken() -> None:
        raise LookupError("planted")

    outcomes: Outcomes[int] = Outcomes()
    with pytest.raises(LookupError, match="planted"):
        async with outcomes.of(broken()):
            await outcomes.next()
