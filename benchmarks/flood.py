"""An account whose focused job writes: `python -m benchmarks.flood` says its URL and takes `flood RATE SECONDS`."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.jobs import FOCUSED, account
from benchmarks.pty import ROOT
from tui.simulator import LogEvent, Simulator

HOSTS = 8
BEFORE = 100
"""Lines that are there before any flood."""
_DEFINITIONS = [
    {"Name": "train:loss", "Regex": r"loss=([0-9\.]+)"},
    {"Name": "samples_per_second", "Regex": r"throughput=([0-9\.]+)"},
]


@contextmanager
def flooding() -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """Run one in a process of its own, and give its URL and the process."""
    command = [sys.executable, "-m", "benchmarks.flood"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield process.stdout.readline().strip(), process
        finally:
            process.kill()


def line(number: int, at: int) -> LogEvent:
    """Return one line of training; hosts deliver 1 to 2.4 seconds late, each at its own pace."""
    loss = 2.0 / (1 + number / 50_000)
    text = f"seq={number:07d} step={number // HOSTS} loss={loss:.4f} lr=0.000482 throughput={900 + number % 37}.5"
    return LogEvent(at, text, ingested_at=at + 1000 + 200 * (number % HOSTS))


def streams() -> list[str]:
    """Return the names of the hosts' streams."""
    return [f"{FOCUSED}/algo-{host}-1776000000" for host in range(1, HOSTS + 1)]


async def _serve() -> None:
    stock, job = account(finished=40)
    job.raw = job.raw | {"AlgorithmSpecification": {"TrainingImage": "image", "MetricDefinitions": _DEFINITIONS}}
    names = streams()
    now = int(time.time() * 1000) - 10_000
    for number in range(BEFORE):
        stock.logs.put(names[number % HOSTS], [line(number, now + number)])
    async with Simulator(stock) as simulator:
        print(simulator.url, flush=True)
        while asked := (await asyncio.to_thread(sys.stdin.readline)).split():
            rate, seconds = int(asked[1]), float(asked[2])
            began, sent = time.time(), 0
            simulator.calls.clear()
            while sent < rate * seconds:
                due = min(int(rate * seconds), int((time.time() - began) * rate))
                events: list[list[LogEvent]] = [[] for _ in names]
                for number in range(sent, due):
                    at = int((began + number / rate) * 1000)
                    events[number % HOSTS].append(line(BEFORE + number, at))
                for name, batch in zip(names, events, strict=True):
                    stock.logs.put(name, batch)
                sent = due
                await asyncio.sleep(0.02)
            print(sent, simulator.calls.count("FilterLogEvents"), flush=True)


if __name__ == "__main__":
    asyncio.run(_serve())
