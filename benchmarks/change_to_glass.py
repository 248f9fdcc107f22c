"""Change to glass: from a change at the service until the new status is on the screen, for the focused job."""

import asyncio
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import boto3

from benchmarks.endpoint import service
from benchmarks.jobs import account, enter, fleet_names
from benchmarks.programs import WAIT_FOR_JOB
from benchmarks.pty import Screen, Terminal, sagetop, script
from benchmarks.row import Row, milliseconds, percentile
from tui.simulator import FixedJob, Simulator

P50_BUDGET, P95_BUDGET, CALLS_BUDGET = 1.5, 3.0, 0.5
_PHASES = ("Downloading", "Uploading", "Pending", "Interrupted", "Training")
"""The job begins in the last one; at most two are in its transitions, so the next one is nowhere on the screen."""
_LONGEST_WAIT = 6.0
"""More than twice the focused job's period: a change falls anywhere between two polls."""
_PATIENCE = 20.0
_OURS = frozenset({"DescribeTrainingJob", "ListTrainingJobs", "Search"})


def rows(quick: bool) -> Iterator[Row]:
    """Change a job again and again; say how long each change took and how many calls all of it cost."""
    waiter = f"botocore's waiter asks each {_waiter_delay()} s: not waited for in a quick run"
    with ThreadPoolExecutor(1) as pool:
        waited = None if quick else pool.submit(_waiter)
        times, calls, lasted = asyncio.run(_measure(8 if quick else 30))
        if waited:
            waiter = f"botocore's waiter: {waited.result():.0f} s (one job, asked each {_waiter_delay()} s)"
    p50, p95 = percentile(times, 0.5), percentile(times, 0.95)
    yield Row(
        what=f"change -> glass, focused job ({len(times)} changes)",
        measured=f"p50 {p50:.2f} s, p95 {p95:.2f} s, max {max(times):.2f} s",
        budget=f"p50 <= {P50_BUDGET} s, p95 <= {P95_BUDGET:g} s",
        beside=f"{waiter}; SDK wait loops: 5 to 30 s (documented)",
        within=p50 <= P50_BUDGET and p95 <= P95_BUDGET,
        details={"milliseconds": milliseconds(times)},
    )
    rate = sum(count for name, count in calls.items() if name in _OURS) / lasted
    yield Row(
        what=f"SageMaker calls in that time ({lasted:.0f} s)",
        measured=f"{rate:.2f} /s",
        budget=f"<= {CALLS_BUDGET} /s",
        beside=", ".join(f"{name} {count}" for name, count in calls.most_common()),
        within=rate <= CALLS_BUDGET,
        details={"calls": dict(calls), "seconds": round(lasted, 1)},
    )


def _waiter_delay() -> int:
    """Return the seconds between two polls of the waiter that comes with the installed SDK."""
    client = boto3.client("sagemaker", region_name="us-east-1")
    delay: int = client.get_waiter("training_job_completed_or_stopped").config.delay
    return delay


def _waiter() -> float:
    """Let the SDK wait for a job, complete the job at a random moment, and return how much later the SDK says so."""
    name = fleet_names(1)[0]
    with service("still", 1, 1) as account, Terminal(script(WAIT_FOR_JOB, account.url, name)) as terminal:
        terminal.read_for(5.0 + random.uniform(0, _waiter_delay()))
        changed = account.ask("change", name, "Completed")["at"]
        done = b"it ended"
        terminal.read_until(lambda: any(done in chunk.data for chunk in terminal.chunks), 2.0 * _waiter_delay())
        if not any(done in chunk.data for chunk in terminal.chunks):
            raise RuntimeError(f"the waiter did not end: {terminal.last_words()}")
        return terminal.started_at + terminal.chunks[-1].at - float(changed)


async def _measure(changes: int) -> tuple[list[float], Counter[str], float]:
    stock, job = account(finished=40)
    async with Simulator(stock) as simulator:
        with Terminal(sagetop("watch", "--endpoint-url", simulator.url)) as terminal:
            glass = _Glass(terminal)
            await glass.shows("live", _PATIENCE)
            await asyncio.sleep(5.0)
            simulator.calls.clear()
            began = time.monotonic()
            times = [await _change(job, glass, _PHASES[index % len(_PHASES)]) for index in range(changes)]
            lasted = time.monotonic() - began
            return times, Counter(call.operation for call in simulator.calls.entries), lasted


async def _change(job: FixedJob, glass: "_Glass", phase: str) -> float:
    await asyncio.sleep(random.uniform(0.2, _LONGEST_WAIT))
    if glass.has(phase):
        raise RuntimeError(f"{phase} was on the screen before the job entered it")
    changed = time.monotonic()
    enter(job, phase)
    return await glass.shows(phase, _PATIENCE) - changed


class _Glass:
    """The screen as it is now, fed as bytes come in, in the loop that runs the simulator too."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._screen: Screen = terminal.screen()
        self._news = asyncio.Event()
        self._at = 0.0
        asyncio.get_running_loop().add_reader(terminal.master, self._read)

    def has(self, word: str) -> bool:
        return re.search(rf"\b{word}\b", self._screen.text) is not None

    async def shows(self, word: str, patience: float) -> float:
        """Wait for a word, and return when it came."""
        try:
            async with asyncio.timeout(patience):
                while not self.has(word):
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise RuntimeError(f"{word} was not on the screen within {patience:.0f} s") from None
        return self._at

    def _read(self) -> None:
        data = self._terminal.read()
        if not data:
            asyncio.get_running_loop().remove_reader(self._terminal.master)
            return
        self._at = time.monotonic()
        self._screen.feed(data)
        self._news.set()
