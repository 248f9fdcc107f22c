"""A program on a real pseudo-terminal: what it writes, when, and what that costs it."""

import fcntl
import os
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

ROOT = Path(__file__).parent.parent
COLUMNS, LINES = 140, 50
TRUECOLOR = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
COLORS_256 = {"TERM": "xterm-256color"}
_ASKS_FOR_SYNC = b"\x1b[?2026$p"
_HAS_SYNC = b"\x1b[?2026;2$y"
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one read returned."""

    at: float
    """Seconds since the start of the program."""
    data: bytes


class Terminal:
    """One program on a pty of its own; use it as a context manager."""

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        columns: int = COLUMNS,
        lines: int = LINES,
        environment: dict[str, str] | None = None,
        sync: bool = False,
    ) -> None:
        """Start it. `sync` answers that the terminal has synchronised output, as most do today."""
        self.columns, self.lines = columns, lines
        self.chunks: list[Chunk] = []
        self._sync = sync
        self._home = tempfile.TemporaryDirectory(prefix="sagetop-bench-", ignore_cleanup_errors=True)
        self.master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        os.set_blocking(self.master, False)
        self.started_at = time.monotonic()
        self._process = subprocess.Popen(
            arguments,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=ROOT,
            env=_environment(self._home.name) | (environment or TRUECOLOR),
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def kill(self) -> None:
        """End it at once."""
        if self._process.poll() is None:
            os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait()
        os.close(self.master)
        self._home.cleanup()

    @property
    def now(self) -> float:
        """Seconds since the start of the program."""
        return time.monotonic() - self.started_at

    def read(self) -> bytes:
        """Take what there is, with its time, and answer what a terminal answers."""
        try:
            data = os.read(self.master, 1 << 20)
        except (BlockingIOError, OSError):
            return b""
        if data:
            self.chunks.append(Chunk(self.now, data))
            if self._sync and _ASKS_FOR_SYNC in data:
                os.write(self.master, _HAS_SYNC)
        return data

    def read_until(self, done: Callable[[], bool], seconds: float) -> None:
        """Read until `done` or until so many seconds from now have passed."""
        end = self.now + seconds
        while (left := end - self.now) > 0 and not done():
            ready, _, _ = select.select([self.master], [], [], min(left, 0.25))
            if ready and not self.read() and self._process.poll() is not None:
                return

    def read_for(self, seconds: float) -> None:
        """Read for so many seconds."""
        self.read_until(lambda: False, seconds)

    def quiet_for(self) -> float:
        """Return the seconds since the program last wrote; infinity if it never did."""
        return self.now - self.chunks[-1].at if self.chunks else float("inf")

    def screen(self) -> "Screen":
        """Return an empty screen of this size."""
        return Screen(self.columns, self.lines)

    def first(self, there: Callable[["Screen"], bool]) -> float | None:
        """Return when the screen first was as asked for, replaying what was read."""
        screen = self.screen()
        for chunk in self.chunks:
            screen.feed(chunk.data)
            if there(screen):
                return chunk.at
        return None

    def last_words(self) -> str:
        """Return the last line that the program wrote: why it ended."""
        lines = b"".join(chunk.data for chunk in self.chunks).decode(errors="replace").split()
        return " ".join(lines[-20:]) or "without a word"

    def cpu_seconds(self, *, children: bool = False) -> float:
        """Return the user and system time that the program has used; if asked, with the processes it waited for."""
        if self._process.poll() is not None:
            raise RuntimeError(f"it ended: {self.last_words()}")
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11 : 15 if children else 13])) / _TICKS

    def bytes_since(self, at: float) -> int:
        """Return how many bytes were read since a moment."""
        return sum(len(chunk.data) for chunk in self.chunks if chunk.at >= at)

    def resident_bytes(self) -> int:
        """Return the program's resident memory."""
        pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")


class Screen:
    """What a person would see."""

    def __init__(self, columns: int, lines: int) -> None:
        self.columns, self.lines = columns, lines
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)
        self._rows = [""] * lines

    def feed(self, data: bytes) -> None:
        """Write bytes to it."""
        self._stream.feed(data)

    @property
    def text(self) -> str:
        """All lines."""
        return "\n".join(self.rows)

    @property
    def rows(self) -> list[str]:
        """The lines, top to bottom."""
        for number in self._screen.dirty:
            line = self._screen.buffer[number]
            self._rows[number] = "".join(line[column].data for column in range(self.columns))
        self._screen.dirty.clear()
        return list(self._rows)

    def painted(self, row: int) -> bool:
        """Whether every cell of a row was painted: Textual paints its own background, a cleared cell has none."""
        line = self._screen.buffer[row]
        return all(line[column].bg != "default" for column in range(self._screen.columns))


def sagetop(*arguments: str) -> list[str]:
    """Return the command line of `sagetop` in this checkout."""
    return [sys.executable, "-m", "tui", *arguments]


def unhurried(*arguments: str) -> list[str]:
    """Return the command line of `sagetop` with a budget of calls that it never waits for: history loads at once."""
    return [sys.executable, "-m", "benchmarks.unhurried", *arguments]


def script(source: str, *arguments: str) -> list[str]:
    """Return the command line of an inline script."""
    return [sys.executable, "-c", source, *arguments]


def _environment(home: str) -> dict[str, str]:
    """An environment with nothing of the user's in it: no profile, no config, no theme."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "HOME": home,
        "LANG": "C.UTF-8",
        "AWS_ACCESS_KEY_ID": "simulated",
        "AWS_SECRET_ACCESS_KEY": "simulated",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
