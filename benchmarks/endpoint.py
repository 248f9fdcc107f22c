"""A simulated account in a process of its own: `python -m benchmarks.endpoint KIND [NUMBER...]` says its URL.

Then it obeys lines on stdin, and answers each with a line of JSON.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.jobs import FOCUSED, account, enter
from benchmarks.jobs import fleet as still_fleet
from benchmarks.pty import ROOT
from tui.simulator import Account, Clock, Fault, FixedJob, LogEvent, Simulator, demo_account, fleet

NEWEST = "bert-large-00000"
"""The name of the youngest job of a fleet: the first line of the list."""
RUNNING, FINISHED = 60, 60
"""The jobs of the living fleet."""


class Service:
    """A running endpoint."""

    def __init__(self, url: str, process: "subprocess.Popen[str]") -> None:
        self.url = url
        self._process = process

    def ask(self, *words: object) -> dict[str, Any]:
        """Have a command done: see `_Commands`."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(" ".join(map(str, words)) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


@contextmanager
def service(kind: str, *numbers: int) -> Iterator[Service]:
    """Run one. `fleet`: jobs that live; `quiet`: one running job, and nothing changes; `still RUNNING JOBS`: a fleet
    in which nothing changes but by command; `day SPEED`: the demo account, sped up."""
    command = [sys.executable, "-m", "benchmarks.endpoint", kind, *map(str, numbers)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield Service(process.stdout.readline().strip(), process)
        finally:
            process.kill()


@contextmanager
def endpoint(kind: str, *numbers: int) -> Iterator[str]:
    """Run one, and give its URL."""
    with service(kind, *numbers) as running:
        yield running.url


class _Commands:
    """What may be asked of an endpoint."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._began = time.monotonic()

    def run(self, line: str) -> dict[str, Any]:
        """Do what a line says."""
        name, *words = line.split()
        found: dict[str, Any] = getattr(self, f"do_{name}")(*words)
        return found

    def do_clear(self) -> dict[str, Any]:
        """Forget the calls so far."""
        self._simulator.calls.clear()
        self._began = time.monotonic()
        return {}

    def do_calls(self) -> dict[str, Any]:
        """Say what was called since `clear`, and how long ago the last page but a first one was asked for."""
        entries = self._simulator.calls.entries
        pages = [call for call in entries if call.operation in ("Search", "ListTrainingJobs")]
        turned = [call.at for call in pages if call.params.get("NextToken")]
        now = time.monotonic()
        return {
            "calls": Counter(call.operation for call in entries),
            "refused": sum(call.outcome != "ok" for call in entries),
            "seconds": now - self._began,
            "since_page": now - turned[-1] if turned else None,
        }

    def do_change(self, name: str, phase: str) -> dict[str, Any]:
        """Move a job to a phase; say when."""
        job = self._simulator.account.jobs[name]
        assert isinstance(job, FixedJob)
        self._simulator.account.discard(name)
        enter(job, phase)
        self._simulator.account.put(job)
        return {"at": time.monotonic()}

    def do_write(self, name: str, rate: str, seconds: str) -> dict[str, Any]:
        """Let a job write so many lines a second from now on; they are ready beforehand, and delivered in time."""
        now, amount = int(time.time() * 1000), int(int(rate) * float(seconds))
        events = [
            LogEvent(at, f"step={number} loss={2 / (1 + number):.4f} lr=0.000482 throughput={900 + number % 37}.5")
            for number in range(amount)
            if (at := now + number * 1000 // int(rate))
        ]
        self._simulator.account.logs.put(f"{name}/algo-1-1776000000", events)
        return {}

    def do_fault(self, kind: str, operation: str, times: str) -> dict[str, Any]:
        """Let the next calls fail."""
        self._simulator.faults.add(Fault(kind, operation, int(times)))
        return {}


async def _serve(stock: Account) -> None:
    async with Simulator(stock) as simulator:
        print(simulator.url, flush=True)
        commands = _Commands(simulator)
        while line := await asyncio.to_thread(sys.stdin.readline):
            print(json.dumps(commands.run(line)), flush=True)


def _quiet() -> Account:
    """Eight hosts have written, and write no more."""
    stock, _ = account(finished=40)
    now = int(time.time() * 1000)
    for host in range(1, 9):
        events = [LogEvent(now - 60_000 + 1000 * n, f"step={n} loss={2 / (n + 1):.4f}") for n in range(50)]
        stock.logs.put(f"{FOCUSED}/algo-{host}-1776000000", events)
    return stock


_KINDS: dict[str, Callable[..., Account]] = {
    "fleet": lambda: fleet(Clock(), RUNNING, FINISHED),
    "quiet": _quiet,
    "still": still_fleet,
    "day": lambda speed: demo_account(Clock(speed=speed)),
}

if __name__ == "__main__":
    asyncio.run(_serve(_KINDS[sys.argv[1]](*map(int, sys.argv[2:]))))
