"""Asks every operation through the ordinary client and holds what comes of a spoiled answer against the promise.

An answer is read, or it is a `ServiceError`; within seconds; and what is read may be shown.
"""

import asyncio
import json
import re
import time
import traceback
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import count
from random import Random
from typing import Any, Final
from urllib.parse import parse_qs

import aiohttp
from aiohttp import web

from tests.fuzz.spoiling import Answer, spoiled
from tests.hostile import unsafe
from tests.strategies import NOW
from tui.aws.cloudwatch import CloudWatch
from tui.aws.connection import Connection, Target
from tui.aws.logs import Logs
from tui.aws.sagemaker import SageMaker
from tui.aws.stepmetrics import StepMetricsService
from tui.cli.logprint import Entry, OnTerminal, as_json_line, tabbed
from tui.domain.failure import FailureKind, ServiceError
from tui.domain.listing import jobs_json, jobs_table, jobs_tsv
from tui.domain.logbuffer import LogBuffer
from tui.domain.loglines import pretty
from tui.domain.report import job_json, job_text
from tui.polling.budget import Budget
from tui.polling.metricplan import MetricQuery
from tui.polling.metricports import MetricAnswer
from tui.polling.ports import Described, Identity, JobPage, Order
from tui.simulator import Account, FixedJob, LogEvent, ManualClock, Simulator

PATIENCE_SECONDS: Final = 10.0
JOB: Final = "bert"
_COLOURS: Final = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Tally:
    """What came of it."""

    outcomes: Counter[str] = field(default_factory=Counter)
    """By operation and kind: an ordinary value, or a failure."""
    slowest_seconds: float = 0.0
    unexpected: Counter[str] = field(default_factory=Counter)
    """Failures that nobody foresaw, by operation and words."""
    broken: list[str] = field(default_factory=list)
    """Promises that were broken: number of the answer, operation, what happened."""

    @property
    def total(self) -> int:
        """Answers tried."""
        return sum(self.outcomes.values())


class Spoiler:
    """An endpoint between a client and a simulator that asks once, and spoils what it was answered ever after."""

    def __init__(self, url: str) -> None:
        self._upstream = url
        self._answers: dict[str, Answer] = {}
        self.random: Random | None = None
        """None lets answers pass."""
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        """Answer a request."""
        body = await request.read()
        operation = operation_of(request, body)
        if operation not in self._answers:
            headers = {
                name: value for name, value in request.headers.items() if name not in ("Host", "Content-Length")
            }
            async with (
                aiohttp.ClientSession(auto_decompress=False) as session,
                session.post(self._upstream + request.path, data=body, headers=headers) as response,
            ):
                kept = ("Content-Type", "Date", "smithy-protocol")
                told = {name: value for name, value in response.headers.items() if name in kept}
                assert response.status == 200, await response.text()
                self._answers[operation] = Answer(response.status, told, await response.read())
        answer = self._answers[operation]
        if self.random:
            answer = spoiled(answer, self.random)
        return web.Response(status=answer.status, body=answer.body, headers=answer.headers)


def operation_of(request: web.Request, body: bytes) -> str:
    """Return the operation that a request asks for."""
    target = request.headers.get("X-Amz-Target", "").rpartition(".")[2]
    return target or parse_qs(body.decode(errors="replace")).get("Action", [request.path.rpartition("/")[2]])[0]


@asynccontextmanager
async def spoiling(*raws: dict[str, Any]) -> AsyncIterator[Spoiler]:
    """Serve a small account, its answers to be spoiled."""
    account = Account(ManualClock(NOW))
    for raw in raws:
        account.put(FixedJob(raw))
    at = int(NOW.timestamp() * 1000)
    lines = [f"step {n} loss=0.{n} \x1b[31mred\x1b[0m" for n in range(20)] + ['{"loss": 1}', "a\rb", "漢字 🚀"]
    account.logs.put(
        f"{JOB}/algo-1-1763898000",
        [LogEvent(at - 1000 * n, text, at - 900 * n, None) for n, text in enumerate(lines)],
    )
    account.metrics.put_steps(JOB, "loss", [(n, 1 / (n + 1)) for n in range(50)])
    async with Simulator(account) as simulator:
        spoiler = Spoiler(simulator.url)
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", spoiler.answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            spoiler.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield spoiler
        finally:
            await runner.cleanup()


Question = tuple[Callable[[], Awaitable[object]], Callable[[Any], None]]
"""A call, and what its value is held against."""


def questions(connection: Connection) -> dict[str, Question]:
    """Return every operation that is asked for, with a check of what it brings."""
    jobs, logs = SageMaker(connection), Logs(connection)
    watch, steps = CloudWatch(connection), StepMetricsService(connection)
    asked = [MetricQuery(JOB, name, host, 60) for name, host in (("loss", ""), ("CPUUtilization", "algo-1"))]
    arn = f"arn:aws:sagemaker:us-east-1:111122223333:training-job/{JOB}"
    return {
        "DescribeTrainingJob": (lambda: jobs.describe(JOB), check_described),
        "Search": (lambda: jobs.search(Order.CREATED), check_page),
        "ListTrainingJobs": (lambda: jobs.list(), check_page),
        "GetCallerIdentity": (jobs.identity, check_identity),
        "FilterLogEvents": (lambda: logs.filter("/aws/sagemaker/TrainingJobs", f"{JOB}/", 0), check_log),
        "GetMetricData": (lambda: watch.metric_data(asked, NOW - timedelta(hours=1), NOW), check_metrics),
        "BatchGetMetrics": (lambda: steps.step_metrics(arn, ["loss", "acc"]), check_metrics),
    }


def hold(text: str) -> None:
    """Hold what is to be shown against what may be."""
    assert unsafe(text) == [], ascii(text[:2_000])


def check_described(found: Described) -> None:
    """Hold a description, as it is printed."""
    assert found.service_time is None or found.service_time.tzinfo
    for text in (found.snapshot.name, found.snapshot.status, found.snapshot.failure_reason, found.snapshot.arn):
        hold(text.replace("\n", "").replace("\t", ""))
    hold(job_text(found.snapshot, NOW, reveal=True, width=100).replace("\n", ""))
    written = json.dumps(job_json(found.snapshot, NOW), allow_nan=False, ensure_ascii=False)
    hold(written)


def check_page(found: JobPage) -> None:
    """Hold a page of jobs, as it is printed."""
    hold(jobs_table(found.jobs, NOW, 120).replace("\n", ""))
    hold(jobs_tsv(found.jobs, NOW).replace("\n", "").replace("\t", ""))
    hold(json.dumps(jobs_json(found.jobs, NOW), allow_nan=False, ensure_ascii=False))


def check_identity(found: Identity) -> None:
    """Hold who asks."""
    hold(f"{found.account}{found.arn}{found.role}".replace("\n", "").replace("\t", ""))


def check_log(found: Any) -> None:
    """Hold the lines of a log, as they are shown, copied and printed."""
    buffer = LogBuffer()
    buffer.extend(found.events, JOB)
    messages = {event.id: event.message for event in found.events}
    on_terminal = OnTerminal(lambda: NOW, color=True)
    for line in buffer:
        hold(" ".join((line.text, *pretty(line), line.host)).replace("\n", ""))
        entry = Entry(line, messages[line.id])
        hold(_COLOURS.sub("", on_terminal(entry)).replace("\n", ""))
        hold(tabbed(entry).replace("\n", "").replace("\t", ""))
        hold(as_json_line(entry).removesuffix("\n"))


def check_metrics(found: MetricAnswer) -> None:
    """Hold numbers, and the words about those that are missing."""
    assert all(isinstance(point.value, float) for series in found.points for point in series)
    hold("".join(found.trouble.values()))


async def fuzz(spoiler: Spoiler, seed: str, *, until: Callable[[int], bool], first: int = 0) -> Tally:
    """Ask with spoiled answers until enough; answer number N of a seed is always the same."""
    tally = Tally()
    connection = Connection(
        Target(region="us-east-1", endpoint_url=spoiler.url, credentials=("a", "b")),
        Budget(partial(next, count(0, 1000))),  # time flies: no call waits
    )
    asked = questions(connection)
    try:
        spoiler.random = None
        for ask, check in asked.values():
            check(await ask())
        for number in count(first):
            if until(number):
                return tally
            random = spoiler.random = Random(f"{seed}:{number}")
            operation = random.choice(list(asked))
            # Each answer is looked at, whatever the ones before it were.
            connection.budget.breaker.try_again()
            try:
                await _one(operation, *asked[operation], tally)
            except Exception as error:
                at = "".join(traceback.format_tb(error.__traceback__)[-2:])
                tally.broken.append(f"answer {number} of seed {seed!r} to {operation}: {error!r}\n{at}")
    finally:
        await connection.close()
    return tally


async def _one(
    operation: str, ask: Callable[[], Awaitable[object]], check: Callable[[Any], None], tally: Tally
) -> None:
    began = time.monotonic()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            value = await ask()
    except ServiceError as error:
        failure = error.failure
        assert isinstance(failure.kind, FailureKind)
        hold(failure.message + failure.hint)
        assert len(failure.message) <= 1_000
        tally.outcomes[f"{operation} {failure.kind}"] += 1
        if failure.hint.startswith("unexpected"):
            tally.unexpected[f"{operation}: {failure.message[:100]}"] += 1
    else:
        check(value)
        tally.outcomes[f"{operation} read"] += 1
    taken = time.monotonic() - began
    tally.slowest_seconds = max(tally.slowest_seconds, taken)
    assert taken < PATIENCE_SECONDS
