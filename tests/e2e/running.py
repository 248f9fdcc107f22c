"""sagetop as a process that goes on, in a hurry: what it has written so far, and conditions to wait for."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

from tests.e2e.terminal import CREDENTIALS, PATIENCE_SECONDS, environment
from tui.simulator import Simulator

HURRY = """
from tui.cli import logtail
from tui.polling import breaker, budget, logs, pace

logs.FOLLOW_SECONDS = logs.MORE_SECONDS = logs.MISSING_SECONDS = 0.05
pace.FOCUSED_SECONDS = 0.05
pace._LONGEST_RETRY_SECONDS = pace._LONGEST_PASSING_SECONDS = pace._SOMEONE_SECONDS = 0.1
breaker._FIRST_SECONDS = breaker._LONGEST_SECONDS = breaker._TRYING_SECONDS = 0.05
logtail.QUIET_SECONDS = {quiet}
logtail.BAR_SECONDS = {bar}
for operation in budget.ALLOWANCES:
    budget.ALLOWANCES[operation] = budget.Allowance(1000.0, 1000)

from tui import cli

cli.main()
"""
"""The command line with no one to be patient for."""


def hurry(quiet: float = 0.3, bar: float = 0.0) -> str:
    """Return a program that is `sagetop` with short periods, in seconds."""
    return HURRY.format(quiet=quiet, bar=bar)


class Running:
    """A process with pipes."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.out: list[str] = []
        """Lines of stdout so far."""
        self.err: list[str] = []
        assert process.stdout
        assert process.stderr
        self._readers = [
            threading.Thread(target=self._read, args=(pipe, lines))
            for pipe, lines in ((process.stdout, self.out), (process.stderr, self.err))
        ]
        for reader in self._readers:
            reader.start()

    @staticmethod
    def _read(pipe: IO[str], lines: list[str]) -> None:
        lines.extend(line.rstrip("\n") for line in pipe)

    def until(self, condition: Callable[[], object]) -> None:
        """Wait until a condition holds."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < end, (self.out[-20:], self.err)
            assert self.process.poll() is None or condition() or not self._settled(), (self.out[-20:], self.err)
            time.sleep(0.01)

    def _settled(self) -> bool:
        for reader in self._readers:
            reader.join(1)
        return True

    def prints(self, text: str) -> None:
        """Wait until a line of stdout holds a text."""
        self.until(lambda: any(text in line for line in self.out))

    def says(self, text: str) -> None:
        """Wait until a line of stderr holds a text."""
        self.until(lambda: any(text in line for line in self.err))

    def ended(self) -> int:
        """Wait for the end, and return the exit code."""
        code = self.process.wait(PATIENCE_SECONDS)
        self._settled()
        return code


@contextmanager
def running(simulator: Simulator, *arguments: str, code: str = "", **env: str) -> Iterator[Running]:
    """Start sagetop against a simulator; whatever still runs at the end is ended."""
    command = [sys.executable, "-c", code or hurry(), *arguments, "--endpoint-url", simulator.url]
    with subprocess.Popen(
        command,
        env=environment(**(CREDENTIALS | env)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        started = Running(process)
        try:
            yield started
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
            started._settled()
