"""The fault matrix: each fault x each operation x at the start and in steady state, on the real screen over the wire.

What holds in every cell: the keyboard answers while the fault lasts; what was good stays; the reason shows; and once
it is over, two calls are enough to be fresh: after the second good one the fault is there again. Expired credentials
are everybody's: until the one question that is asked for all is answered, nobody calls the operation.
"""

import asyncio
import gc
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp.connector
import pytest

from tests.matrix.definition import COLUMNS, DNS, FALLBACK, OPERATIONS, PROBE, REFUSED, TROUBLES, Trouble, table
from tests.strategies import NOW
from tests.ui.support import Watch, raw_job, watching
from tests.ui.test_live import put_log
from tui.aws import connection, models
from tui.cli import Settings, connect
from tui.polling import breaker, gate, logs, metrics, pace
from tui.polling.budget import ALLOWANCES, Allowance
from tui.simulator import Account, Datapoint, Fault, FixedJob, ManualClock, Simulator

JOB = "bert-1"
ALGORITHM = {
    "TrainingInputMode": "File",
    "MetricDefinitions": [{"Name": "train:loss", "Regex": "loss=([0-9.]+)"}],
    "EnableSageMakerMetricsTimeSeries": False,
}
HOST = "service.test"
TIMEOUT_SECONDS = 0.4
BUSY_SECONDS = 0.1
"""What the event loop may work on one thing: a key waits no longer. In processor time: others' load is not ours."""


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Periods and timeouts that no test waits long for."""
    for operation in ALLOWANCES:
        monkeypatch.setitem(ALLOWANCES, operation, Allowance(1000.0, 1000))  # type: ignore[arg-type]
    for name in ("_LONGEST_RETRY_SECONDS", "_LONGEST_PASSING_SECONDS", "_SOMEONE_SECONDS", "LIST_SECONDS"):
        monkeypatch.setattr(pace, name, 0.2)
    monkeypatch.setattr(pace, "FOCUSED_SECONDS", 0.1)
    monkeypatch.setattr(logs, "FOLLOW_SECONDS", 0.1)
    monkeypatch.setattr(metrics, "MINUTE_SECONDS", 1.0)
    for name in ("_FIRST_SECONDS", "_LONGEST_SECONDS", "_TRYING_SECONDS"):
        monkeypatch.setattr(breaker, name, 0.1)
    monkeypatch.setattr(gate, "_FIRST_SECONDS", 0.1)


@dataclass
class Names:
    """The resolver: it knows one name, or none."""

    down: bool = False
    lookup: Callable[..., Any] = field(default=socket.getaddrinfo)

    def __call__(self, host: Any, *arguments: Any, **options: Any) -> Any:
        if host != HOST:
            return self.lookup(host, *arguments, **options)
        if self.down:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return self.lookup("127.0.0.1", *arguments, **options)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """Resolves the service's name."""
    found = Names()
    monkeypatch.setattr(socket, "getaddrinfo", found)
    # The client keeps a name for 10 s, which no test waits for.
    monkeypatch.setattr(aiohttp.connector._DNSCacheTable, "expired", lambda *_: True)
    return found


class Service:
    """An account with one job that trains, writes and measures, and what is wrong with the way to it."""

    def __init__(self, sim: Simulator, names: Names, trouble: Trouble, column: str) -> None:
        self.sim = sim
        self.names = names
        self.trouble = trouble
        self.column = column
        self._marks = 0
        self.sim.account.put(FixedJob(raw_job(JOB, AlgorithmSpecification=ALGORITHM)))
        put_log(sim, "the first line")
        self._measure(1.5, minutes=9)
        self.mend()

    @property
    def operation(self) -> str:
        """What is struck."""
        return OPERATIONS[self.column]

    def mend(self) -> None:
        """Have nothing wrong but what the role lacks."""
        self.sim.faults.clear()
        if self.column == "list":
            self.sim.faults.add(Fault("denied", "Search"))

    async def strike(self) -> None:
        """Begin the fault."""
        self.names.down = self.trouble.kind == DNS
        if self.trouble.kind in (DNS, REFUSED):
            # Connections that stand need no name.
            await self.sim.stop()
            if self.trouble.kind == DNS:
                await self.sim.start()
        else:
            struck = (self.operation, PROBE) if self.trouble.gated else (self.operation,)
            self.sim.faults.add(*(Fault(self.trouble.kind, operation, seconds=30.0) for operation in struck))

    async def asks_for_all(self, watch: Watch) -> None:
        """Hold that while there are no credentials one question is asked again and again, and this operation not."""
        before, probes = self.sim.calls.count(self.operation), self.sim.calls.count(PROBE)
        await watch.until(lambda: self.sim.calls.count(PROBE) >= probes + 2, "the probe is asked")
        assert self.sim.calls.count(self.operation) == before

    async def relent(self) -> None:
        """Let two calls of the operation through, and no more."""
        self.names.down = False
        if self.trouble.kind == REFUSED:
            await self.sim.start()
        self.mend()
        self.sim.faults.add(
            Fault("delay", self.operation, times=2, seconds=0.0), Fault("server_error", self.operation)
        )

    def renew(self) -> str:
        """Change what the operation tells, and return what shows that it was read."""
        self._marks += 1
        mark = f"mark-{self._marks}"
        match self.column:
            case "list" | "search":
                self.sim.account.put(FixedJob(raw_job(mark, minutes=1)))
            case "describe":
                self.sim.account.put(FixedJob(raw_job(JOB, AlgorithmSpecification=ALGORITHM, FailureReason=mark)))
            case "logs":
                put_log(self.sim, mark)
            case "metrics":
                self._measure(0.125, minutes=3)
        return mark

    def shows(self, watch: Watch, mark: str) -> bool:
        """Return whether what `renew` changed has been read."""
        match self.column:
            case "list" | "search":
                return mark in watch.names
            case "describe":
                value = watch.screen.model.job.value
                return value is not None and value.snapshot.raw.get("FailureReason") == mark
            case "logs":
                return mark in watch.text
            case _:
                around = watch.screen.around
                curves = around.series() if around else ()
                return any(point.y == 0.125 for curve in curves for point in curve.points)

    def keeps(self, watch: Watch) -> bool:
        """Return whether what was good is still shown."""
        match self.column:
            case "list" | "search":
                return JOB in watch.names
            case "describe":
                return "2 × ml.g5.xlarge" in watch.text and "Training in progress" in watch.text
            case "logs":
                return "the first line" in watch.text
            case _:
                return "train:loss" in watch.text

    def tells(self, watch: Watch) -> bool:
        """Return whether the reason shows, where one looks for it."""
        said = self.trouble.seen(self.column)
        everywhere = self.trouble.gated or self.trouble.kind in (DNS, REFUSED)
        if everywhere and watch.screen.model.job.value is None:
            # Without any job there is nothing whose log or curves could be missed.
            return f"! {said}" in watch.text
        if self.column == "logs":
            return said in str(watch.screen.logs.border_title)
        if self.column == "metrics":
            return f"CloudWatch, instance: {said}" in watch.text
        return (said if said == FALLBACK else f"! {said}") in watch.text

    def _measure(self, value: float, minutes: int) -> None:
        at = (NOW - timedelta(minutes=minutes)).timestamp()
        self.sim.account.metrics.put("train:loss", [Datapoint(at, value)], job=JOB)


@asynccontextmanager
async def service(names: Names, trouble: Trouble, column: str) -> AsyncIterator[Service]:
    """Run a service on which nothing is wrong yet."""
    async with Simulator(Account(ManualClock(NOW))) as sim:
        yield Service(sim, names, trouble, column)


def screen_on(found: Service) -> Any:
    """Run the screen on a service that it knows by name."""
    settings = Settings(
        region="us-east-1",
        endpoint_url=found.sim.url.replace("127.0.0.1", HOST),
        credentials=("a", "b"),
    )
    return watching(lambda: connect(settings), (160, 45))


@contextmanager
def never_busy() -> Iterator[None]:
    """Hold that the event loop never works longer on one thing than a key may wait."""
    longest: list[tuple[float, str]] = [(0.0, "")]
    run = asyncio.Handle._run

    def timed(handle: asyncio.Handle) -> None:
        began = time.thread_time()
        run(handle)
        longest[0] = max(longest[0], (time.thread_time() - began, repr(handle)))

    # Looking for garbage in all that a test run has imported is not what the app's own settings do.
    gc.disable()
    asyncio.Handle._run = timed  # type: ignore[method-assign]
    try:
        yield
    finally:
        gc.enable()
        asyncio.Handle._run = run  # type: ignore[method-assign]
    assert longest[0][0] < BUSY_SECONDS, longest[0]


async def answers(watch: Watch) -> None:
    """Hold that keys do what they do, waiting for nothing but the messages they cause."""
    for _ in range(2):
        await watch.tap("question_mark")
        assert watch.app.screen is not watch.screen, "help is open"
        await watch.tap("escape")
        assert watch.app.screen is watch.screen


def impatient(trouble: Trouble, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait less for what does not come."""
    if trouble.kind == "hang":
        monkeypatch.setattr(models, "_READ_SECONDS", TIMEOUT_SECONDS)
    if trouble.kind == "slow_body":
        monkeypatch.setattr(connection, "_CALL_SECONDS", TIMEOUT_SECONDS)


async def recovers(found: Service, watch: Watch) -> None:
    """Hold that two good calls make the screen fresh, and that nothing is said any more afterwards."""
    mark = found.renew()
    await found.relent()
    if found.trouble.kind == "denied" and found.column == "metrics":
        # What someone has to allow is tried every ten minutes, or when asked to.
        await watch.tap("r")
    await watch.until(lambda: found.shows(watch, mark), f"{found.column} is fresh within two polls")
    found.mend()
    if found.trouble.denied_search and found.column == "search":
        return  # Search is tried again in twenty minutes.
    await watch.until(lambda: not found.tells(watch) and "service error" not in watch.text, "the reason is gone")


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.kind)
@pytest.mark.parametrize("column", COLUMNS)
async def test_a_fault_at_the_start(
    trouble: Trouble, column: str, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient(trouble, monkeypatch)
    async with service(names, trouble, column) as found:
        await found.strike()
        async with screen_on(found) as watch:
            await watch.until(lambda: found.tells(watch), "the reason shows")
            await answers(watch)
            if trouble.gated:
                await found.asks_for_all(watch)
            await recovers(found, watch)


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.kind)
@pytest.mark.parametrize("column", COLUMNS)
async def test_a_fault_in_steady_state(
    trouble: Trouble, column: str, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient(trouble, monkeypatch)
    async with service(names, trouble, column) as found, screen_on(found) as watch:
        await watch.shows(JOB, "2 × ml.g5.xlarge", "the first line", "train:loss")
        await watch.until(lambda: found.keeps(watch) and not found.tells(watch))
        with never_busy():
            await found.strike()
            await watch.until(lambda: found.tells(watch), "the reason shows")
        assert found.keeps(watch)
        await answers(watch)
        assert found.keeps(watch)
        if trouble.gated:
            await found.asks_for_all(watch)
        with never_busy():
            await recovers(found, watch)


async def test_a_deleted_job_leaves_the_list_and_is_shown_as_it_was(names: Names) -> None:
    async with service(names, TROUBLES[0], "describe") as found, screen_on(found) as watch:
        await watch.shows(JOB, "2 × ml.g5.xlarge", "the first line", "train:loss")
        await watch.tap("enter")
        found.sim.account.remove(JOB)
        await watch.shows("the job was deleted", "2 × ml.g5.xlarge")
        assert "the first line" in watch.text
        assert "train:loss" in watch.text
        await watch.until(lambda: watch.screen.model.summary(JOB) is None, "it leaves the list")
        await answers(watch)
        mark = found.renew()
        await watch.until(lambda: found.shows(watch, mark), "it is there again")
        await watch.until(lambda: watch.screen.model.summary(JOB), "and in the list")


async def test_a_job_that_is_not_there_at_the_start_is_said_not_to_be(names: Names) -> None:
    async with service(names, TROUBLES[0], "describe") as found:
        found.sim.account.remove(JOB)
        settings = Settings(region="us-east-1", endpoint_url=found.sim.url, credentials=("a", "b"))
        async with watching(lambda: connect(settings), (160, 45), job=JOB) as watch:
            await watch.shows(f"no training job {JOB} here")
            await answers(watch)
            mark = found.renew()
            await watch.until(lambda: found.shows(watch, mark))


def test_the_document_has_the_matrix() -> None:
    assert table() in (Path(__file__).parents[2] / "docs" / "reliability.md").read_text()
