"""A simulated account in a process of its own: `python -m benchmarks.endpoint fleet|quiet` prints its URL."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.jobs import FOCUSED, account
from benchmarks.pty import ROOT
from tui.simulator import Account, Clock, LogEvent, Simulator, fleet

NEWEST = "bert-large-00000"
"""The name of the youngest job of a fleet: the first line of the list."""
RUNNING, FINISHED = 60, 60
"""The jobs of a fleet."""


@contextmanager
def endpoint(kind: str) -> Iterator[str]:
    """Run one, and give its URL: `fleet` has jobs that live, in `quiet` nothing ever changes."""
    command = [sys.executable, "-m", "benchmarks.endpoint", kind]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield process.stdout.readline().strip()
        finally:
            process.kill()


async def _serve(kind: str) -> None:
    stock = fleet(Clock(), RUNNING, FINISHED) if kind == "fleet" else _quiet()
    async with Simulator(stock) as simulator:
        print(simulator.url, flush=True)
        await asyncio.Event().wait()


def _quiet() -> Account:
    """Eight hosts have written, and write no more."""
    stock, _ = account(finished=40)
    now = int(time.time() * 1000)
    for host in range(1, 9):
        events = [LogEvent(now - 60_000 + 1000 * n, f"step={n} loss={2 / (n + 1):.4f}") for n in range(50)]
        stock.logs.put(f"{FOCUSED}/algo-{host}-1776000000", events)
    return stock


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1]))
