"""The simulated CloudWatch Logs through boto3: events to the letter, pages, streams that come late, faults."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tui.simulator import Account, Fault, LogEvent, ManualClock, ScriptedJob, Simulator, Story
from tui.simulator.demo_parts import PYTORCH, XGBOOST, base, machines, plain_life
from tui.simulator.operations import run
from tui.simulator.script import Rule, Script, Verdict, completed, failed, interrupted, starting, training

pytest_plugins = ("tests.contract.simulator_support",)

Connect = Callable[..., Any]
START = datetime(2026, 4, 12, 9, 30, tzinfo=UTC)
GROUP = "/aws/sagemaker/TrainingJobs"
RULES = "/aws/sagemaker/ProcessingJobs"
NOW = int(START.timestamp() * 1000)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def account(clock: ManualClock) -> Account:
    return Account(clock)


@pytest.fixture
async def simulator(account: Account) -> AsyncIterator[Simulator]:
    async with Simulator(account) as simulator:
        yield simulator


def job(account: Account, name: str = "net", hosts: int = 2, **story: Any) -> ScriptedJob:
    """A job created now, whose containers start 256 s later and train for an hour."""
    document = base(
        account, name, image=PYTORCH, resources=machines("ml.g5.12xlarge", hosts), metrics=("train:loss",)
    )
    script = Script(steps=plain_life(3600), metrics=(("train:loss", 0.3),), story=Story(**story))
    return ScriptedJob(document, script, account.clock.now())


def filtered(account: Account, **params: Any) -> dict[str, Any]:
    return run(account, "FilterLogEvents", {"logGroupName": GROUP, **params}, "logs")


def all_events(account: Account, **params: Any) -> list[dict[str, Any]]:
    answer = filtered(account, **params)
    events = answer["events"]
    while "nextToken" in answer:
        answer = filtered(account, **params, nextToken=answer["nextToken"])
        events = events + answer["events"]
    return events


def hosts(events: Sequence[dict[str, Any]]) -> set[str]:
    return {event["logStreamName"].split("/")[1].rsplit("-", 1)[0] for event in events}


async def test_events_to_the_letter(simulator: Simulator, connect: Connect) -> None:
    logs = connect(simulator.url, "logs")
    account = simulator.account
    account.logs.put(
        "mine/algo-1-1", [LogEvent(NOW - 5, "b\r\x1b[31m\ufffd"), LogEvent(NOW - 9, "a", NOW + 1000, "77")]
    )
    account.logs.put("mine/algo-2-1", [LogEvent(NOW - 7, "c")])
    answer = await asyncio.to_thread(logs.filter_log_events, logGroupName=GROUP, logStreamNamePrefix="mine/")
    assert [event["message"] for event in answer["events"]] == ["c", "b\r\x1b[31m\ufffd"]
    assert answer["events"][0]["timestamp"] == answer["events"][0]["ingestionTime"] == NOW - 7
    account.clock.advance(1)  # type: ignore[attr-defined]
    answer = await asyncio.to_thread(logs.filter_log_events, logGroupName=GROUP, logStreamNamePrefix="mine/")
    late = answer["events"][0]
    assert (late["message"], late["eventId"], late["ingestionTime"]) == ("a", "77", NOW + 1000)
    assert len({event["eventId"] for event in answer["events"]}) == 3


async def test_bounds_and_patterns(simulator: Simulator, connect: Connect) -> None:
    logs = connect(simulator.url, "logs")
    simulator.account.logs.put("j/algo-1-1", [LogEvent(NOW - each, f"line {each}") for each in range(10)])

    async def messages(**params: Any) -> list[str]:
        answer = await asyncio.to_thread(logs.filter_log_events, logGroupName=GROUP, **params)
        return [event["message"] for event in answer["events"]]

    assert await messages(startTime=NOW - 4, endTime=NOW - 2) == ["line 4", "line 3", "line 2"]
    assert await messages(filterPattern='"line 7"') == await messages(filterPattern="7") == ["line 7"]
    assert len(await messages(logStreamNames=["j/algo-1-1"])) == 10
    assert await messages(logStreamNamePrefix="nobody/") == []


async def test_a_bare_name_is_a_prefix_of_others_too(account: Account, clock: ManualClock) -> None:
    for name in ("net", "net-2"):
        account.put(job(account, name))
    clock.advance(600)
    since = NOW + 500_000
    bare = {
        event["logStreamName"].split("/")[0]
        for event in all_events(account, logStreamNamePrefix="net", startTime=since)
    }
    exact = {
        event["logStreamName"].split("/")[0]
        for event in all_events(account, logStreamNamePrefix="net/", startTime=since)
    }
    assert (bare, exact) == ({"net", "net-2"}, {"net"})


async def test_pages_lose_nothing(simulator: Simulator, connect: Connect, clock: ManualClock) -> None:
    account = simulator.account
    account.put(job(account, hosts=3, bars_on=1))
    clock.advance(700)
    account.logs.page_events = 100
    client = connect(simulator.url, "logs")
    pages = client.get_paginator("filter_log_events").paginate(logGroupName=GROUP, logStreamNamePrefix="net/")
    paged = await asyncio.to_thread(lambda: [event for page in pages for event in page["events"]])
    account.logs.page_events = 10_000
    whole = filtered(account, logStreamNamePrefix="net/")
    assert "nextToken" not in whole
    assert [event["eventId"] for event in paged] == [event["eventId"] for event in whole["events"]]
    assert len({event["eventId"] for event in paged}) == len(paged) > 500
    assert simulator.calls.count("FilterLogEvents") == -(-len(paged) // 100)
    times = [event["timestamp"] for event in paged]
    assert times == sorted(times)


def test_a_page_holds_a_megabyte(account: Account) -> None:
    account.logs.put("j/algo-1-1", [LogEvent(NOW - each, "x" * 100_000) for each in range(25)])
    assert [len(filtered(account)["events"]), len(all_events(account))] == [10, 25]


def test_a_search_may_find_nothing_on_a_page(account: Account) -> None:
    account.logs.put(
        "j/algo-1-1", [LogEvent(NOW - 500 + each, "needle" if each == 400 else "hay") for each in range(500)]
    )
    account.logs.page_events = 100
    first = filtered(account, filterPattern="needle")
    assert (first["events"], "nextToken" in first) == ([], True)
    assert len(all_events(account, filterPattern="needle")) == 1


def test_nothing_until_the_container_starts(account: Account, clock: ManualClock) -> None:
    account.put(job(account, late_hosts={2: 60.0}))
    with pytest.raises(Exception, match="ResourceNotFoundException"):
        filtered(account, logStreamNamePrefix="net/")
    account.logs.create_group(GROUP)
    assert filtered(account, logStreamNamePrefix="net/")["events"] == []
    clock.advance(300)
    assert hosts(all_events(account, logStreamNamePrefix="net/")) == {"algo-1"}
    clock.advance(60)
    assert hosts(all_events(account, logStreamNamePrefix="net/")) == {"algo-1", "algo-2"}


def test_a_restart_adds_streams(account: Account, clock: ManualClock) -> None:
    document = base(account, "spot", image=PYTORCH, resources=machines("ml.g5.xlarge"), max_wait=9e4)
    steps = (starting(10), training(300), interrupted(60), starting(10), training(600), completed())
    account.put(ScriptedJob(document, Script(steps=steps), clock.now()))
    clock.advance(450)
    streams = {event["logStreamName"] for event in all_events(account, logStreamNamePrefix="spot/")}
    assert len(streams) == 2
    assert any("SIGTERM" in event["message"] for event in all_events(account, logStreamNamePrefix="spot/"))


def test_events_are_late_and_some_very(account: Account, clock: ManualClock) -> None:
    account.put(job(account, hosts=1))
    clock.advance(1500)
    events = all_events(account, logStreamNamePrefix="net/")
    delays = [event["ingestionTime"] - event["timestamp"] for event in events]
    assert min(delays) >= 5_000
    assert sum(delay > 20_000 for delay in delays) > 0
    assert max(delays) <= 90_000
    clock.advance(90)
    seen = {event["eventId"] for event in events}
    since = max(event["timestamp"] for event in events)
    again = all_events(account, logStreamNamePrefix="net/")
    assert {event["eventId"] for event in again if event["timestamp"] < since} > {
        event["eventId"] for event in events if event["timestamp"] < since
    }
    assert seen <= {event["eventId"] for event in again}


def test_the_same_at_any_time_and_from_anywhere(account: Account, clock: ManualClock) -> None:
    account.put(job(account, hosts=2, bars_on=2, huge_line=True, colours=True))
    clock.advance(2000)
    whole = all_events(account, logStreamNamePrefix="net/")
    assert max(len(event["message"]) for event in whole) == 44_000
    twin = Account(ManualClock(START))
    twin.put(job(twin, hosts=2, bars_on=2, huge_line=True, colours=True))
    twin.clock.advance(2000)  # type: ignore[attr-defined]
    for start in range(NOW, NOW + 2_000_000, 333_333):
        part = [event for event in whole if event["timestamp"] >= start]
        assert all_events(twin, logStreamNamePrefix="net/", startTime=start) == part


@pytest.mark.parametrize("image", [PYTORCH, XGBOOST])
def test_lines_fit_the_metric_definitions(account: Account, clock: ManualClock, image: str) -> None:
    document = base(account, "net", image=image, resources=machines("ml.m5.xlarge"), metrics=("train:rmse",))
    account.put(ScriptedJob(document, Script(steps=plain_life(3600)), clock.now()))
    clock.advance(900)
    (definition,) = document["AlgorithmSpecification"]["MetricDefinitions"]
    found = [re.search(definition["Regex"], event["message"]) for event in all_events(account)]
    values = [float(match.group(1)) for match in found if match]
    assert len(values) > 100
    assert values[0] > values[-1]


def test_a_failure_ends_in_a_traceback_of_each_rank(account: Account, clock: ManualClock) -> None:
    document = base(account, "bad", image=PYTORCH, resources=machines("ml.g5.12xlarge", 2))
    reason = "AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage \"KeyError: 'label'\""
    script = Script(steps=(starting(1), training(400), failed()), failure_reason=reason, story=Story())
    account.put(ScriptedJob(document, script, clock.now()))
    clock.advance(1000)
    tail = [event["message"] for event in all_events(account, logStreamNamePrefix="bad/")][-120:]
    assert sum("Traceback (most recent call last)" in line for line in tail) == 8
    assert "[rank5]: KeyError: 'label'" in tail


def test_rules_write_logs_too(account: Account, clock: ManualClock) -> None:
    rules = (Rule("Overfit", (Verdict("IssuesFound", 600, "condition met\n"),)),)
    document = base(account, "net", image=PYTORCH, resources=machines("ml.g5.xlarge"))
    account.put(ScriptedJob(document, Script(steps=plain_life(3600), rules=rules), clock.now()))
    clock.advance(1500)
    arn = account.describe("net")["DebugRuleEvaluationStatuses"][0]["RuleEvaluationJobArn"]
    prefix = arn.rpartition("/")[2] + "/"
    answer = run(account, "FilterLogEvents", {"logGroupName": RULES, "logStreamNamePrefix": prefix}, "logs")
    assert hosts(answer["events"]) == {"algo-1"}
    assert any("IssuesFound" in event["message"] for event in answer["events"])
    assert answer["events"][0]["logStreamName"].startswith(prefix)


async def test_one_stream_forwards_and_backwards(simulator: Simulator, connect: Connect) -> None:
    simulator.account.logs.put("j/algo-1-1", [LogEvent(NOW - 100 + each, str(each)) for each in range(10)])
    client = connect(simulator.url, "logs")

    async def page(**params: Any) -> tuple[list[str], dict[str, Any]]:
        answer = await asyncio.to_thread(
            client.get_log_events, logGroupName=GROUP, logStreamName="j/algo-1-1", limit=4, **params
        )
        return [event["message"] for event in answer["events"]], answer

    texts, answer = await page()
    assert texts == ["6", "7", "8", "9"]
    assert (await page(nextToken=answer["nextBackwardToken"]))[0] == ["2", "3", "4", "5"]
    texts, answer = await page(nextToken=answer["nextForwardToken"])
    assert texts == []
    assert (await page(nextToken=answer["nextForwardToken"]))[1]["nextForwardToken"] == answer["nextForwardToken"]
    assert (await page(startFromHead=True))[0] == ["0", "1", "2", "3"]
    simulator.account.logs.put("j/algo-1-1", [LogEvent(NOW, "new")])
    assert (await page(nextToken=answer["nextForwardToken"]))[0] == ["new"]


async def test_streams_are_listed(simulator: Simulator, connect: Connect, clock: ManualClock) -> None:
    simulator.account.put(job(simulator.account, hosts=3))
    clock.advance(900)
    client = connect(simulator.url, "logs")
    first = await asyncio.to_thread(
        client.describe_log_streams, logGroupName=GROUP, logStreamNamePrefix="net/", limit=2
    )
    rest = await asyncio.to_thread(
        client.describe_log_streams, logGroupName=GROUP, logStreamNamePrefix="net/", nextToken=first["nextToken"]
    )
    rows = first["logStreams"] + rest["logStreams"]
    assert [len(first["logStreams"]), len(rows), "nextToken" in rest] == [2, 3, False]
    assert all(row["firstEventTimestamp"] < row["lastEventTimestamp"] <= NOW + 900_000 for row in rows)


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"logGroupName": "/none"}, "ResourceNotFoundException"),
        ({"logGroupName": GROUP, "logStreamNames": ["none"]}, "ResourceNotFoundException"),
        ({"logGroupName": GROUP, "logStreamNames": ["j"], "logStreamNamePrefix": "j"}, "InvalidParameterException"),
        ({"logGroupName": GROUP, "nextToken": "not a token"}, "InvalidParameterException"),
    ],
)
async def test_refusals(simulator: Simulator, connect: Connect, params: dict[str, Any], code: str) -> None:
    simulator.account.logs.create_group(GROUP)
    with pytest.raises(ClientError) as caught:
        await asyncio.to_thread(connect(simulator.url, "logs").filter_log_events, **params)
    assert caught.value.response["Error"]["Code"] == code


async def test_faults_of_pages(simulator: Simulator, connect: Connect) -> None:
    account = simulator.account
    account.logs.put("j/algo-1-1", [LogEvent(NOW - 100 + each, str(each)) for each in range(10)])
    client = connect(simulator.url, "logs")

    async def page(**params: Any) -> tuple[list[str], str | None]:
        answer = await asyncio.to_thread(client.filter_log_events, logGroupName=GROUP, limit=4, **params)
        return [event["message"] for event in answer["events"]], answer.get("nextToken")

    simulator.faults.add(Fault("empty_page", times=2))
    empty, token = await page()
    _, second = await page(nextToken=token)
    assert (empty, token != second) == ([], True)
    texts, token = await page(nextToken=second)
    assert texts == ["0", "1", "2", "3"]
    simulator.faults.add(Fault("repeat_token", times=1))
    assert await page(nextToken=token) == (["4", "5", "6", "7"], token)
    simulator.faults.add(Fault("overlap_page", times=1))
    assert (await page(nextToken=token))[0] == ["0", "1", "2", "3"]
    assert [call.outcome for call in simulator.calls.entries] == [
        "empty_page",
        "empty_page",
        "ok",
        "repeat_token",
        "overlap_page",
    ]


async def test_denied_and_throttled(simulator: Simulator, connect: Connect) -> None:
    client = connect(simulator.url, "logs")
    for kind, code in (("denied", "AccessDeniedException"), ("throttle", "ThrottlingException")):
        simulator.faults.add(Fault(kind, "FilterLogEvents", times=1))
        with pytest.raises(ClientError) as caught:
            await asyncio.to_thread(client.filter_log_events, logGroupName=GROUP)
        assert caught.value.response["Error"]["Code"] == code
        if kind == "denied":
            assert f"logs:FilterLogEvents on resource: arn:aws:logs:us-east-1:111122223333:log-group:{GROUP}" in str(
                caught.value
            )
    assert simulator.calls.entries[0].params == {"logGroupName": GROUP}
