"""`tui.aws` against the simulator: what comes out of the port, whatever goes in."""

import asyncio
import hashlib
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tui.aws.connection import Connection, Target
from tui.aws.sagemaker import SageMaker
from tui.domain.failure import Failure, FailureKind, ServiceError
from tui.domain.filtering import Condition
from tui.domain.jobs import JobSummary
from tui.domain.metrics import final_metrics
from tui.polling.budget import Budget
from tui.polling.ports import Order
from tui.simulator import Account, Fault, FixedJob, Simulator

CREATED = 1_772_366_400.0
HOSTILE = "\x1b[2J\x1b]0;gotcha\x07a\u202eb\x00c\x9bd\ud800"
SAFE_CONTROLS = "\t\n"


def wire(name: str = "job-1", **members: object) -> dict[str, Any]:
    raw = {
        "TrainingJobName": name,
        "TrainingJobArn": f"arn:aws:sagemaker:us-east-1:111122223333:training-job/{name}",
        "TrainingJobStatus": "InProgress",
        "SecondaryStatus": "Training",
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        "CreationTime": CREATED,
        "LastModifiedTime": CREATED + 60,
        **members,
    }
    return {member: value for member, value in raw.items() if value is not ...}


class Client:
    """The adapter, and the connection under it."""

    def __init__(self, target: Target) -> None:
        self.connection = Connection(target, Budget(partial(next, count(0, 1000))))  # time flies: no call waits
        self.jobs = SageMaker(self.connection)

    async def outcome(self, call: Callable[[], Awaitable[object]]) -> Failure | None:
        """How a call fails, if it does; one that is left alone after failures is tried nevertheless."""
        self.connection.budget.breaker.try_again()
        try:
            async with asyncio.timeout(20):
                await call()
        except ServiceError as error:
            return error.failure
        return None

    async def failure(self, call: Callable[[], Awaitable[object]] | None = None) -> Failure:
        """How a call fails."""
        failure = await self.outcome(call or (lambda: self.jobs.describe("job-1")))
        assert failure is not None
        for text in (failure.message, failure.hint):
            assert text.isprintable()
        assert failure.message
        return failure


@pytest.fixture
async def connect() -> AsyncIterator[Callable[[Target], Client]]:
    made: list[Client] = []

    def one(target: Target) -> Client:
        made.append(Client(target))
        return made[-1]

    yield one
    for client in made:
        await client.connection.close()


@pytest.fixture
def client(sim: Simulator, account: Account, connect: Callable[[Target], Client]) -> Client:
    account.put(FixedJob(wire()))
    return connect(Target(region="us-east-1", endpoint_url=sim.url, credentials=("key", "secret")))


def controls(value: object) -> list[str]:
    """Every control character in a tree, keys included."""
    if isinstance(value, str):
        return [char for char in value if not char.isprintable() and char not in SAFE_CONTROLS]
    if isinstance(value, dict):
        return [char for pair in value.items() for each in pair for char in controls(each)]
    if isinstance(value, list):
        return [char for each in value for char in controls(each)]
    return []


async def until(true: Callable[[], bool]) -> None:
    while not true():  # noqa: ASYNC110 -- it comes true in another thread or process, which sets no event
        await asyncio.sleep(0.001)


# Answers


async def test_describe_tells_the_job_and_the_services_time(client: Client) -> None:
    found = await client.jobs.describe("job-1")
    assert (found.snapshot.name, found.snapshot.phase) == ("job-1", "Training")
    assert found.snapshot.times.created == datetime.fromtimestamp(CREATED, UTC)
    assert found.snapshot.unknown == frozenset()
    assert found.service_time == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert "ResponseMetadata" not in found.snapshot.raw


async def test_identity_tells_account_and_role(client: Client) -> None:
    found = await client.jobs.identity()
    assert (found.account, found.role) == ("111122223333", "ml-dev")


async def test_search_brings_a_hundred_jobs_a_page_in_the_order_asked_for(client: Client, account: Account) -> None:
    for number in range(130):
        modified = CREATED + 1000 - number
        account.put(FixedJob(wire(f"many-{number}", CreationTime=CREATED + number, LastModifiedTime=modified)))
    newest = await client.jobs.search(Order.CREATED)
    changed = await client.jobs.search(Order.MODIFIED)
    assert (len(newest.jobs), newest.total) == (100, 131)
    assert (newest.jobs[0].name, changed.jobs[0].name) == ("many-129", "many-0")
    rest = await client.jobs.search(Order.CREATED, newest.next_token)
    assert (len(rest.jobs), rest.next_token) == (31, None)
    assert newest.jobs[0].spot is False


async def test_list_brings_summaries_newest_first_and_by_creation_time(client: Client, account: Account) -> None:
    for number in range(120):
        account.put(FixedJob(wire(f"many-{number}", CreationTime=CREATED + 1 + number)))
    first = await client.jobs.list()
    rest = await client.jobs.list(first.next_token)
    assert (len(first.jobs), len(rest.jobs), first.total) == (100, 21, None)
    assert (first.jobs[0].name, rest.jobs[-1].name) == ("many-119", "job-1")
    assert first.jobs[0].instances is None
    after, before = (datetime.fromtimestamp(CREATED + second, UTC) for second in (110.5, 113.5))
    between = await client.jobs.list(created_after=after, created_before=before)
    assert [each.name for each in between.jobs] == ["many-112", "many-111", "many-110"]


async def test_search_evaluates_conditions(client: Client, account: Account) -> None:
    account.put(FixedJob(wire("old", TrainingJobStatus="Completed", CreationTime=CREATED - 1000)))
    account.put(FixedJob(wire("stopping", TrainingJobStatus="Stopping", CreationTime=CREATED - 1000)))
    account.put(FixedJob(wire("new")))
    running = Condition("TrainingJobStatus", "In", "InProgress,Stopping")
    before = Condition("CreationTime", "LessThan", f"{datetime.fromtimestamp(CREATED - 10, UTC):%Y-%m-%dT%H:%M:%S}")

    async def found(*conditions: Condition) -> list[str]:
        return [each.name for each in (await client.jobs.search(Order.CREATED, conditions=conditions)).jobs]

    assert await found(running) == ["new", "job-1", "stopping"]
    assert await found(before) == ["stopping", "old"]
    assert await found(running, before) == ["stopping"]


async def test_a_row_of_search_that_did_not_change_is_the_same_object(client: Client, account: Account) -> None:
    account.put(FixedJob(wire("moving")))
    first = await client.jobs.search(Order.CREATED)
    account.put(FixedJob(wire("moving", SecondaryStatus="Uploading")))
    second = await client.jobs.search(Order.CREATED)
    before, after = ({job.name: job for job in page.jobs} for page in (first, second))
    assert after["job-1"] is before["job-1"]
    assert (before["moving"].phase, after["moving"].phase) == ("Training", "Uploading")


async def test_a_row_of_search_tells_what_a_description_tells(client: Client, account: Account) -> None:
    account.put(
        FixedJob(
            wire(
                "rich",
                ResourceConfig={"InstanceType": "ml.p4d.24xlarge", "InstanceCount": 8},
                EnableManagedSpotTraining=True,
                TrainingStartTime=CREATED + 20.5,
                FailureReason=f"AlgorithmError: {HOSTILE}",
                SecondaryStatusTransitions=[
                    {"Status": "Starting", "StartTime": CREATED, "EndTime": CREATED + 20},
                    {"Status": "Training", "StartTime": CREATED + 20.5},
                ],
                AlgorithmSpecification={
                    "TrainingInputMode": "File",
                    "MetricDefinitions": [{"Name": "loss", "Regex": "loss=(.*)"}],
                },
            )
        )
    )
    page = await client.jobs.search(Order.CREATED)
    row = next(job for job in page.jobs if job.name == "rich")
    assert row == JobSummary.from_snapshot((await client.jobs.describe("rich")).snapshot)
    assert (row.metrics, row.spot, row.phase_started) == (
        ("loss",),
        True,
        datetime.fromtimestamp(CREATED + 20.5, UTC),
    )


async def test_members_that_the_sdk_does_not_know_are_kept_and_told(client: Client, account: Account) -> None:
    account.put(
        FixedJob(
            wire(
                Quantum={"Qubits": [1, {"Deep": None}]},
                ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "Colour": "red"},
                InputDataConfig=[{"ChannelName": "a"}, {"ChannelName": "b", "EnableFFM": True}],
                **{"\x1b[31mRed\x07": HOSTILE.encode("utf-8", "ignore").decode()},
            )
        )
    )
    found = (await client.jobs.describe("job-1")).snapshot
    assert found.raw["Quantum"] == {"Qubits": [1, {"Deep": None}]}
    assert found.raw["ResourceConfig"] == {"InstanceType": "ml.m5.large", "InstanceCount": 1, "Colour": "red"}
    assert found.raw["InputDataConfig"] == [{"ChannelName": "a"}, {"ChannelName": "b", "EnableFFM": True}]
    (weird,) = [path for path in found.unknown if "Red" in path]
    assert weird in found.raw
    assert found.unknown == {"Quantum", "ResourceConfig.Colour", "InputDataConfig[*].EnableFFM", weird}
    assert controls(dict(found.raw)) == controls(sorted(found.unknown)) == []


async def test_foreign_text_is_safe_in_values_and_in_the_keys_of_maps(client: Client, account: Account) -> None:
    account.put(
        FixedJob(
            wire(
                FailureReason=HOSTILE,
                HyperParameters={HOSTILE: HOSTILE, "plain": "[/bold]"},
                SecondaryStatusTransitions=[{"Status": HOSTILE, "StartTime": CREATED, "StatusMessage": HOSTILE}],
            )
        )
    )
    described = (await client.jobs.describe("job-1")).snapshot
    (listed,) = (await client.jobs.search(Order.CREATED)).jobs
    assert controls(dict(described.raw)) == []
    assert controls(listed.failure_reason) == []
    parameters = described.raw["HyperParameters"]
    assert isinstance(parameters, dict)
    assert len(parameters) == 2
    assert parameters["plain"] == "[/bold]"


async def test_values_of_enums_that_nobody_knows_come_through(client: Client, account: Account) -> None:
    account.put(FixedJob(wire(TrainingJobStatus="Dreaming", SecondaryStatus="Teleporting")))
    found = (await client.jobs.describe("job-1")).snapshot
    assert (found.status, found.phase, found.terminal) == ("Dreaming", "Teleporting", False)
    (listed,) = (await client.jobs.list()).jobs
    assert listed.phase == "Teleporting"


async def test_nulls_are_absences(client: Client, account: Account) -> None:
    account.put(
        FixedJob(
            wire(ResourceConfig=None, HyperParameters=None, TrainingStartTime=None, SecondaryStatusTransitions=None)
        )
    )
    found = (await client.jobs.describe("job-1")).snapshot
    assert found.times.started is None
    assert found.transitions == ()
    assert (await client.jobs.search(Order.CREATED)).jobs[0].name == "job-1"


async def test_a_job_without_its_required_members_is_still_a_job(client: Client, account: Account) -> None:
    missing = dict.fromkeys(("TrainingJobStatus", "SecondaryStatus", "StoppingCondition", "CreationTime"), ...)
    account.put(FixedJob(wire(**missing)))
    found = (await client.jobs.describe("job-1")).snapshot
    assert (found.name, found.phase, found.times.created) == ("job-1", "", None)


@pytest.mark.parametrize("value", [math.nan, "NaN"])
async def test_nan_comes_through(client: Client, account: Account, value: object) -> None:
    account.put(FixedJob(wire(FinalMetricDataList=[{"MetricName": "m", "Value": value, "Timestamp": CREATED}])))
    (metric,) = final_metrics((await client.jobs.describe("job-1")).snapshot.raw)
    assert metric.value is not None
    assert math.isnan(metric.value)


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (CREATED, datetime.fromtimestamp(CREATED, UTC)),
        ("2026-03-01T14:00:00+02:00", datetime(2026, 3, 1, 12, tzinfo=UTC)),
        ("2026-03-01T12:00:00Z", datetime(2026, 3, 1, 12, tzinfo=UTC)),
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        (1_588_000, datetime.fromtimestamp(1_588_000, UTC)),
        (1e18, None),
        (-1e18, None),
        (math.nan, None),
        (math.inf, None),
        ("the day after", None),
        ("", None),
        (True, ...),
        ({"seconds": 5}, None),
    ],
)
async def test_timestamps_of_any_kind(client: Client, account: Account, sent: object, read: object) -> None:
    account.put(FixedJob(wire(TrainingStartTime=sent)))
    found = (await client.jobs.describe("job-1")).snapshot
    assert found.name == "job-1"
    if read is not ...:
        assert found.times.started == read


# Faults


@pytest.mark.parametrize("operation", ["DescribeTrainingJob", "Search", "GetCallerIdentity"])
@pytest.mark.parametrize(
    ("fault", "kind", "hint"),
    [
        ("throttle", FailureKind.THROTTLED, "slowing down"),
        ("expired", FailureKind.EXPIRED, "aws sso login"),
        ("invalid_token", FailureKind.NO_CREDENTIALS, "get-caller-identity"),
        ("denied", FailureKind.DENIED, "ask for "),
        ("server_error", FailureKind.SERVER, "trying again"),
        ("unavailable", FailureKind.SERVER, "trying again"),
        ("drop", FailureKind.UNREACHABLE, "check network"),
        ("half_body", FailureKind.UNREACHABLE, "check network"),
        ("garbage", FailureKind.GARBLED, "proxy"),
        ("wrong_content_type", FailureKind.GARBLED, "proxy"),
    ],
)
async def test_every_fault_is_a_failure_with_a_hint_after_a_single_call(
    client: Client, sim: Simulator, operation: str, fault: str, kind: FailureKind, hint: str
) -> None:
    calls: dict[str, Callable[[], Awaitable[object]]] = {
        "DescribeTrainingJob": lambda: client.jobs.describe("job-1"),
        "Search": lambda: client.jobs.search(Order.CREATED),
        "GetCallerIdentity": client.jobs.identity,
    }
    sim.faults.add(Fault(fault, operation))
    failure = await client.failure(calls[operation])
    assert (failure.kind, failure.operation) == (kind, operation)
    assert hint in failure.hint
    assert sim.calls.count() == 1
    sim.faults.clear()
    await calls[operation]()


async def test_what_is_denied_names_the_permission(client: Client, sim: Simulator) -> None:
    sim.faults.add(Fault("denied"))
    assert (await client.failure(lambda: client.jobs.search(Order.CREATED))).hint == "ask for sagemaker:Search"
    assert (await client.failure(client.jobs.identity)).hint == "ask for sts:GetCallerIdentity"


async def test_an_unknown_job_is_not_found_and_a_bad_name_not_accepted(client: Client) -> None:
    assert (await client.failure(lambda: client.jobs.describe("no-such-job"))).kind is FailureKind.NOT_FOUND
    assert (await client.failure(lambda: client.jobs.describe("no such\x1b[2J job"))).kind is FailureKind.INVALID
    assert (await client.failure(lambda: client.jobs.describe(""))).kind is FailureKind.INVALID


@pytest.mark.parametrize(
    ("sent", "read"), [(7, 7), (99999, 300), (-3, 0), (math.nan, None), (math.inf, None), (None, None)]
)
async def test_retry_after_is_read_within_reason(
    client: Client, sim: Simulator, sent: float | None, read: float | None
) -> None:
    sim.faults.add(Fault("throttle", retry_after=sent))
    assert (await client.failure()).retry_after_seconds == read


async def test_calls_are_counted_and_throttling_slows_the_budget(client: Client, sim: Simulator) -> None:
    await client.jobs.describe("job-1")
    sim.faults.add(Fault("throttle", times=1))
    await client.failure()
    budget = client.connection.budget
    assert (budget.calls, budget.throttles, budget.slowed()) == (2, 1, True)


# Answers of something that is not AWS


class Impostor:
    """Answers every request with the same thing."""

    def __init__(self) -> None:
        self.status = 200
        self.body = b""
        self.headers: dict[str, str] = {}
        self.url = ""


@pytest.fixture
async def impostor() -> AsyncIterator[Impostor]:
    told = Impostor()

    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=told.status, body=told.body, headers=told.headers)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    told.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield told
    await runner.cleanup()


@pytest.fixture
def misled(impostor: Impostor, connect: Callable[[Target], Client]) -> Client:
    return connect(Target(region="us-east-1", endpoint_url=impostor.url, credentials=("key", "secret")))


ODD = [
    {},
    [],
    None,
    5,
    "text",
    {"TrainingJobName": ""},
    {"TrainingJobName": None},
    {"TrainingJobName": "j", "ResourceConfig": []},
    {"TrainingJobName": "j", "SecondaryStatusTransitions": 5},
    {"Results": 5},
    {"Results": {"a": 1}},
    {"Results": [5]},
    {"TrainingJobSummaries": "abc"},
]


@pytest.mark.parametrize("operation", ["describe", "search", "list"])
async def test_an_odd_answer_is_garbled_or_empty_and_never_anything_else(
    misled: Client, impostor: Impostor, operation: str
) -> None:
    calls: dict[str, Callable[[], Awaitable[object]]] = {
        "describe": lambda: misled.jobs.describe("job-1"),
        "search": lambda: misled.jobs.search(Order.CREATED),
        "list": misled.jobs.list,
    }
    for body in ODD:
        impostor.body = json.dumps(body).encode()
        # Each is asked for, however many before it could not be read.
        misled.connection.budget.breaker.try_again()
        failure = await misled.outcome(calls[operation])
        assert failure is None or (failure.kind is FailureKind.GARBLED and "proxy" in failure.hint), body


async def test_entries_of_a_page_that_are_no_jobs_are_left_out(misled: Client, impostor: Impostor) -> None:
    impostor.body = json.dumps(
        {"Results": [None, {}, {"TrainingJob": None}, {"TrainingJob": {"TrainingJobName": "j"}}], "TotalHits": None}
    ).encode()
    page = await misled.jobs.search(Order.CREATED)
    assert [job.name for job in page.jobs] == ["j"]
    assert page.total is None


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (403, b"<html>blocked</html>", FailureKind.GARBLED),
        (407, b"", FailureKind.GARBLED),
        (404, b"nothing here", FailureKind.GARBLED),
        (429, b"", FailureKind.THROTTLED),
        (502, b"<html>bad gateway</html>", FailureKind.SERVER),
        (400, b'{"__type":"UnknownOperationException"}', FailureKind.UNSUPPORTED),
        (400, b'{"__type":"AccessDenied","message":"explicit deny in a service control policy"}', FailureKind.DENIED),
        (400, b'{"__type":"com.amazon#ThrottledException","message":"x"}', FailureKind.THROTTLED),
        (
            403,
            b'{"__type":"InvalidSignatureException","message":"Signature expired: 2026 is now earlier"}',
            FailureKind.INVALID,
        ),
        (403, b'{"__type":"InvalidSignatureException","message":"does not match"}', FailureKind.NO_CREDENTIALS),
        (400, b'{"__type":"Brand\\u001b[2JNew","message":"a\\u0007\\nb"}', FailureKind.SERVER),
    ],
)
async def test_error_answers(misled: Client, impostor: Impostor, status: int, body: bytes, kind: FailureKind) -> None:
    impostor.status, impostor.body = status, body
    failure = await misled.failure(lambda: misled.jobs.search(Order.CREATED))
    assert failure.kind is kind
    assert failure.hint


async def test_a_deep_answer_does_not_bring_us_down(misled: Client, impostor: Impostor) -> None:
    deep = b"[" * 5000 + b"]" * 5000
    impostor.body = b'{"TrainingJobName":"j","Deep":' + deep + b"}"
    assert (await misled.failure()).kind is FailureKind.GARBLED


@pytest.mark.parametrize(
    "date", ["yesterday", "", "Sun, 01 Mar 2026 12:00:00 -0000", "Fri, 99 Foo 2026 00:00:00 GMT"]
)
async def test_any_date_header_is_survived(misled: Client, impostor: Impostor, date: str) -> None:
    impostor.headers["Date"] = date
    impostor.body = json.dumps({"TrainingJobName": "j"}).encode()
    assert (await misled.jobs.describe("j")).service_time in (None, datetime(2026, 3, 1, 12, tzinfo=UTC))


# Credentials, region, endpoint

KEYS = "[{}]\naws_access_key_id = key\naws_secret_access_key = secret\n"


async def test_credentials_that_appear_are_picked_up_without_a_restart(
    sim: Simulator, account: Account, home: Path, connect: Callable[[Target], Client]
) -> None:
    account.put(FixedJob(wire()))
    client = connect(Target(region="us-east-1", endpoint_url=sim.url))
    failure = await client.failure()
    assert (failure.kind, failure.needs_someone) == (FailureKind.NO_CREDENTIALS, True)
    assert "aws configure" in failure.hint
    (home / "credentials").write_text(KEYS.format("default"))
    assert (await client.jobs.describe("job-1")).snapshot.name == "job-1"
    assert sim.calls.count() == 1


async def test_an_unknown_profile_points_to_the_known_ones(
    sim: Simulator, connect: Callable[[Target], Client]
) -> None:
    failure = await connect(Target("nobody\x1b[2J", "us-east-1", sim.url)).failure()
    assert (failure.kind, failure.hint) == (FailureKind.NO_CREDENTIALS, "see: aws configure list-profiles")


async def test_a_missing_region_is_told_and_one_that_appears_is_used(
    sim: Simulator, account: Account, home: Path, connect: Callable[[Target], Client]
) -> None:
    account.put(FixedJob(wire()))
    (home / "credentials").write_text(KEYS.format("default"))
    client = connect(Target(endpoint_url=sim.url))
    failure = await client.failure()
    assert failure.kind is FailureKind.NO_REGION
    assert "--region" in failure.hint
    assert client.jobs.region == ""
    (home / "config").write_text("[default]\nregion = eu-west-1\n")
    await client.jobs.describe("job-1")
    assert client.jobs.region == "eu-west-1"


@pytest.mark.parametrize(
    "target",
    [
        Target(region="us east 1", credentials=("k", "s")),
        Target(region="us-east-1", endpoint_url="localhost:1", credentials=("k", "s")),
    ],
)
async def test_settings_that_cannot_be_are_not_taken_for_a_bad_answer(
    target: Target, connect: Callable[[Target], Client]
) -> None:
    failure = await connect(target).failure()
    assert failure.kind is FailureKind.INVALID
    assert failure.hint


async def test_a_credential_process_is_asked(
    sim: Simulator, account: Account, home: Path, connect: Callable[[Target], Client]
) -> None:
    account.put(FixedJob(wire()))
    told = json.dumps({"Version": 1, "AccessKeyId": "key", "SecretAccessKey": "secret"})
    script = home / "process.py"
    script.write_text(f"print({told!r})")
    (home / "config").write_text(f"[profile made]\ncredential_process = {sys.executable} {script}\n")
    client = connect(Target("made", "us-east-1", sim.url))
    assert (await client.jobs.describe("job-1")).snapshot.name == "job-1"


async def test_a_credential_process_that_fails_is_told(
    sim: Simulator, home: Path, connect: Callable[[Target], Client]
) -> None:
    script = home / "process.py"
    script.write_text("import sys; sys.exit('\\x1b[31mno token\\nlog in first')")
    (home / "config").write_text(f"[profile made]\ncredential_process = {sys.executable} {script}\n")
    failure = await connect(Target("made", "us-east-1", sim.url)).failure()
    assert failure.kind is FailureKind.NO_CREDENTIALS
    assert "log in first" in failure.message


async def test_a_profile_that_wants_an_mfa_code_fails_where_the_sdk_would_prompt(
    sim: Simulator, home: Path, connect: Callable[[Target], Client]
) -> None:
    (home / "credentials").write_text(KEYS.format("base"))
    (home / "config").write_text(
        "[profile mfa]\nsource_profile = base\nrole_arn = arn:aws:iam::111122223333:role/r\n"
        "mfa_serial = arn:aws:iam::111122223333:mfa/me\n"
    )
    failure = await connect(Target("mfa", "us-east-1", sim.url)).failure()
    assert failure.kind is FailureKind.NO_CREDENTIALS
    assert "MFA" in failure.message
    assert sim.calls.count() == 0


@pytest.mark.parametrize("cached", [False, True])
async def test_an_expired_sso_login_is_told_with_the_command_that_renews_it(
    sim: Simulator, home: Path, connect: Callable[[Target], Client], cached: bool
) -> None:
    url = "https://example.awsapps.com/start"
    (home / "config").write_text(
        f'[profile "dev one"]\nsso_start_url = {url}\nsso_region = us-east-1\n'
        "sso_account_id = 111122223333\nsso_role_name = ml\n"
    )
    if cached:
        cache = home / ".aws" / "sso" / "cache"
        cache.mkdir(parents=True)
        name = hashlib.sha1(url.encode()).hexdigest()
        token = {"startUrl": url, "region": "us-east-1", "accessToken": "x", "expiresAt": "2020-01-01T00:00:00Z"}
        (cache / f"{name}.json").write_text(json.dumps(token))
    failure = await connect(Target("dev one", "us-east-1", sim.url)).failure()
    assert failure.kind is FailureKind.EXPIRED
    assert failure.hint == "run: aws sso login --profile 'dev one'"


async def test_the_endpoint_of_the_environment_is_used(
    sim: Simulator, account: Account, connect: Callable[[Target], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    account.put(FixedJob(wire()))
    monkeypatch.setenv("AWS_ENDPOINT_URL", sim.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-west-2")
    client = connect(Target())
    await client.jobs.describe("job-1")
    assert (client.jobs.region, sim.calls.count()) == ("us-west-2", 1)


async def test_nobody_listening_is_unreachable(unused_tcp_port: int, connect: Callable[[Target], Client]) -> None:
    endpoint = f"http://127.0.0.1:{unused_tcp_port}"
    failure = await connect(Target(region="us-east-1", endpoint_url=endpoint, credentials=("k", "s"))).failure()
    assert failure.kind is FailureKind.UNREACHABLE
    assert "network" in failure.hint


async def test_a_ca_bundle_that_is_not_there_is_told(
    unused_tcp_port: int, connect: Callable[[Target], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", "/nowhere/ca.pem")
    endpoint = f"https://127.0.0.1:{unused_tcp_port}"
    failure = await connect(Target(region="us-east-1", endpoint_url=endpoint, credentials=("k", "s"))).failure()
    assert "AWS_CA_BUNDLE" in failure.hint


# Concurrency


async def test_a_new_login_does_not_disturb_the_calls_in_flight(client: Client, sim: Simulator) -> None:
    await asyncio.gather(client.jobs.describe("job-1"), client.jobs.identity())
    sim.faults.add(Fault("delay", "DescribeTrainingJob", times=1, seconds=0.2), Fault("expired", "Search", times=1))
    slow = asyncio.create_task(client.jobs.describe("job-1"))
    async with asyncio.timeout(5):
        await until(lambda: sim.calls.count("DescribeTrainingJob") == 2)
        assert (await client.failure(lambda: client.jobs.search(Order.CREATED))).kind is FailureKind.EXPIRED
        assert (await slow).snapshot.name == "job-1"
        assert (await client.jobs.search(Order.CREATED)).jobs


async def test_many_first_calls_at_once_without_credentials_all_fail_alike(
    sim: Simulator, connect: Callable[[Target], Client]
) -> None:
    client = connect(Target(region="us-east-1", endpoint_url=sim.url))
    failures = await asyncio.gather(*(client.failure() for _ in range(4)), client.failure(client.jobs.identity))
    assert {failure.kind for failure in failures} == {FailureKind.NO_CREDENTIALS}


async def test_closing_ends_a_call_in_flight_with_a_failure_and_the_next_one_works(
    client: Client, sim: Simulator
) -> None:
    sim.faults.add(Fault("hang", "DescribeTrainingJob", times=1))
    hanging = asyncio.create_task(client.failure())
    async with asyncio.timeout(10):
        await until(lambda: sim.calls.count() == 1)
        await client.connection.close()
        assert (await hanging).kind is FailureKind.UNREACHABLE
        assert (await client.jobs.describe("job-1")).snapshot.name == "job-1"


async def test_cancelling_is_never_turned_into_a_failure(client: Client, sim: Simulator) -> None:
    sim.faults.add(Fault("hang", times=1))
    hanging = asyncio.create_task(client.jobs.describe("job-1"))
    async with asyncio.timeout(10):
        await until(lambda: sim.calls.count() == 1)
        hanging.cancel()
        with pytest.raises(asyncio.CancelledError):
            await hanging
        await client.jobs.describe("job-1")


async def test_cancelling_while_a_credential_process_runs_does_not_wait_for_it(
    sim: Simulator, home: Path, connect: Callable[[Target], Client]
) -> None:
    started = home / "started"
    script = home / "process.py"
    script.write_text(f"import pathlib, time; pathlib.Path({str(started)!r}).touch(); time.sleep(30)")
    (home / "config").write_text(f"[profile slow]\ncredential_process = {sys.executable} {script}\n")
    client = connect(Target("slow", "us-east-1", sim.url))
    asking = asyncio.create_task(client.jobs.describe("job-1"))
    async with asyncio.timeout(10):
        await until(started.exists)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking


async def test_the_first_call_does_not_hold_up_the_screen(client: Client) -> None:
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        # The thread's own time: what others do on a busy machine is not the point.
        last = time.thread_time()
        while True:
            await asyncio.sleep(0.001)
            now = time.thread_time()
            longest, last = max(longest, now - last), now

    watching = asyncio.create_task(watch())
    await asyncio.sleep(0)
    await client.jobs.describe("job-1")
    watching.cancel()
    # About 15 ms; making the client without warming up takes 90.
    assert longest < 0.05, f"{longest * 1000:.0f} ms"


def test_importing_the_adapter_does_not_import_the_sdk() -> None:
    code = (
        "import sys, tui.aws.sagemaker, tui.polling.feed; "
        "print([name for name in sys.modules if 'botocore' in name or name == 'aiohttp'])"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    assert told.stdout.strip() == "[]"
