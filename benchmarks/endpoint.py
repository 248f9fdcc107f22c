"""A simulated account in a process of its own: `python -m benchmarks.endpoint fleet|quiet` prints its URL."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.jobs import account
from benchmarks.pty import ROOT
from tui.simulator import Clock, Simulator, fleet

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
    stock = fleet(Clock(), RUNNING, FINISHED) if kind == "fleet" else account(finished=40)[0]
    async with Simulator(stock) as simulator:
        print(simulator.url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1]))
