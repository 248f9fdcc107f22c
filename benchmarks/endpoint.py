"""A simulated account in a process of its own: `python -m benchmarks.endpoint RUNNING FINISHED` prints its URL."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.pty import ROOT
from tui.simulator import Clock, Simulator, fleet

NEWEST = "bert-large-00000"
"""The name of the youngest job of a fleet: the first line of the list."""


@contextmanager
def endpoint(running: int, finished: int) -> Iterator[str]:
    """Run one, and give its URL."""
    command = [sys.executable, "-m", "benchmarks.endpoint", str(running), str(finished)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield process.stdout.readline().strip()
        finally:
            process.kill()


async def _serve(running: int, finished: int) -> None:
    async with Simulator(fleet(Clock(), running, finished)) as simulator:
        print(simulator.url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2])))
