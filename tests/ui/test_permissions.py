"""What is not allowed: every pane that lacks data for it says which action is missing, the rest goes on."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.strategies import NOW
from tests.ui.support import Watch, raw_job, stock, watching
from tui.app.screens.reading import permission_rows
from tui.domain.denial import Denial
from tui.domain.permissions import READING, policy_text
from tui.polling.ports import Order
from tui.polling.refusals import Refusal
from tui.simulator import Fault, Simulator
from tui.simulator.log_store import LogEvent

WIDE, SMALL = (160, 45), (80, 24)
RULE = "bert-overfit-1"


def job() -> dict[str, Any]:
    rule = {
        "RuleConfigurationName": "Overfit",
        "RuleEvaluationStatus": "InProgress",
        "RuleEvaluationJobArn": f"arn:aws:sagemaker:us-east-1:111122223333:processing-job/{RULE}",
    }
    return raw_job(
        AlgorithmSpecification={
            "TrainingInputMode": "File",
            "EnableSageMakerMetricsTimeSeries": True,
            "MetricDefinitions": [{"Name": "loss", "Regex": "loss=([0-9.]+)"}],
        },
        DebugRuleEvaluationStatuses=[rule],
    )


@asynccontextmanager
async def without(sim: Simulator, operation: str, size: tuple[int, int]) -> AsyncIterator[Watch]:
    """A job with a log, a rule and metrics, watched by a role that lacks one action."""
    stock(sim, job())
    now = int(sim.account.clock.now().timestamp() * 1000)
    sim.account.logs.put("bert/algo-1-1700000000", [LogEvent(now - 1_000, "loss=1.5")])
    sim.faults.add(Fault("denied", operation))
    async with watching(sim, size) as watch:
        await watch.listed(1)
        yield watch


async def pane(watch: Watch, number: str, *words: str) -> None:
    """Go to a pane, have it alone, and wait for words in it."""
    await watch.tap(number, "z")
    await watch.shows(*words)
    await watch.tap("escape", "escape", "escape")


async def goes_on(watch: Watch, *numbers: str) -> None:
    """Hold panes against not being told anything of a refusal."""
    await watch.described("bert")
    told: dict[str, tuple[str, ...]] = {
        "2": ("Training in progress",),
        "3": ("ml.g5.xlarge",),
        "4": ("Overfit",),
        "6": ("loss=1.5",),
    }
    for number in numbers:
        await pane(watch, number, *told[number])


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=str)
async def test_without_search(sim: Simulator, size: tuple[int, int]) -> None:
    async with without(sim, "Search", size) as watch:
        await pane(watch, "1", "sagemaker:Search")
        await goes_on(watch, "2", "3", "4", "6")


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=str)
async def test_without_list_nothing_is_lost(sim: Simulator, size: tuple[int, int]) -> None:
    async with without(sim, "ListTrainingJobs", size) as watch:
        await goes_on(watch, "2", "3", "4", "6")
        assert "not allowed" not in watch.text


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=str)
async def test_without_describe(sim: Simulator, size: tuple[int, int]) -> None:
    async with without(sim, "DescribeTrainingJob", size) as watch:
        await watch.shows("! not allowed")
        for number in "23456789":
            await pane(watch, number, "sagemaker:DescribeTrainingJob")
        await watch.listed(1)


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=str)
async def test_without_the_log(sim: Simulator, size: tuple[int, int]) -> None:
    async with without(sim, "FilterLogEvents", size) as watch:
        await watch.described("bert")
        await pane(watch, "6", "Not allowed: logs:FilterLogEvents", "ask for logs:FilterLogEvents")
        await pane(watch, "5", "log: not allowed", "logs:FilterLogEvents")
        await watch.tap("4", "g", "enter")
        await watch.shows(RULE, "logs:FilterLogEvents")
        await watch.tap("escape")
        await goes_on(watch, "2", "3", "4")


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=str)
async def test_without_the_curves_of_cloudwatch(sim: Simulator, size: tuple[int, int]) -> None:
    async with without(sim, "GetMetricData", size) as watch:
        await watch.described("bert")
        await pane(watch, "5", "cloudwatch:GetMetricData")
        await goes_on(watch, "2", "3", "4", "6")


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=str)
async def test_without_the_curves_by_step(sim: Simulator, size: tuple[int, int]) -> None:
    stock(sim, job())
    sim.faults.add(Fault("denied", "BatchGetMetrics"))
    # Without the list nothing is asked about its rows, so that the first question of the minute is about the job.
    sim.faults.add(Fault("server_error", "Search"))
    async with watching(sim, size, job="bert") as watch:
        await watch.described("bert")
        await pane(watch, "5", "sagemaker:BatchGetMetrics")
        assert sim.calls.count("GetMetricData") == 1


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=str)
async def test_without_identity(sim: Simulator, size: tuple[int, int]) -> None:
    async with without(sim, "GetCallerIdentity", size) as watch:
        await watch.until(lambda: watch.screen.model.identity_failure)
        await watch.tap("i")
        await watch.shows("not known: not allowed: sts:GetCallerIdentity")
        await watch.tap("escape")
        await goes_on(watch, "2", "3", "4", "6")


@pytest.mark.parametrize("size", [WIDE, SMALL, (40, 12)], ids=str)
async def test_i_shows_what_is_refused_and_copies_the_policy(
    sim: Simulator, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TMUX", raising=False)
    async with without(sim, "FilterLogEvents", size) as watch:
        await watch.identified()
        await watch.until(lambda: watch.screen.services and watch.screen.services.refusals.current(), "refused")
        await watch.tap("I")
        await watch.shows("logs:FilterLogEvents", "refused")
        await watch.tap("y")
        await watch.until(lambda: watch.app.clipboard, "copied")
        (only,) = json.loads(watch.app.clipboard)["Statement"]
        assert only == {
            "Effect": "Allow",
            "Action": "logs:FilterLogEvents",
            "Resource": "arn:aws:logs:us-east-1:111122223333:log-group:/aws/sagemaker/TrainingJobs:*",
        }


async def test_i_shows_the_whole_policy_where_nothing_is_refused(sim: Simulator) -> None:
    stock(sim, raw_job())
    async with watching(sim, WIDE) as watch:
        await watch.identified()
        await watch.tap("I")
        await watch.shows("Nothing that was asked is refused", "All that sagetop needs")
        await watch.tap("G")
        await watch.shows("only with --write", "sagemaker:StopTrainingJob")
        await watch.tap("enter")
        await watch.until(lambda: watch.app.clipboard, "copied")
        assert watch.app.clipboard == policy_text(READING, "111122223333", "us-east-1")


async def test_what_is_allowed_at_last_is_no_longer_told(sim: Simulator) -> None:
    async with without(sim, "Search", WIDE) as watch:
        await watch.shows("1 not allowed: I")
        services = watch.screen.services
        assert services
        sim.faults.clear()
        await services.jobs.search(Order.CREATED)
        watch.screen.publish()
        await watch.hides("not allowed: I")


def texts(*refusals: Refusal, policy: str = "", width: int = 70) -> str:
    rows = permission_rows(refusals, policy, ("111122223333", "us-east-1"), NOW, 100.0, width)
    return "\n".join(entry.plain for entry in rows)


def test_an_explicit_deny_is_told_apart_from_a_missing_statement() -> None:
    told = texts(Refusal("Search", Denial("sagemaker:Search", policy="service control", explicit=True), 40.0, 40.0))
    assert "denied explicitly in a service control policy" in told
    assert "No statement gives these" in told
    assert '"Statement"' not in told


def test_since_when_and_how_often() -> None:
    told = texts(Refusal("Search", Denial("sagemaker:Search"), 40.0, 90.0, 12), policy="{}")
    assert "refused 12 times since" in told
    assert "lost: instances" in told


@pytest.mark.parametrize("width", [20, 40, 92])
def test_no_line_is_cut(width: int) -> None:
    told = texts(policy=policy_text(READING), width=width)
    assert [line for line in told.splitlines() if len(line) > width] == []
