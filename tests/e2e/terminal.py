"""sagetop in a real pseudo-terminal: what it writes, read back as a screen and as a strict stream of sequences."""

import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fcntl import ioctl
from pathlib import Path
from typing import Any

import pyte

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 15.0
ALLOWED = re.compile(
    r"\x1b(?:"
    r"\[[0-9;]*m"  # colours
    r"|\[[0-9;]*H"  # cursor to a place
    r"|\[[0-9]*[ABCDGJK]"  # cursor by a step or to a column, erase
    r"|\[(?:[0-9]+;[0-9]+)?r|\[[0-9]+[LM]"  # lines that move within a part of the screen
    r"|\[\?(?:7|25|1000|1003|1004|1006|1015|1016|1049|2004|2026|2048)[hl]"  # modes
    r"|\[\?(?:2026|2048)\$p"  # questions about modes
    r"|\[[<>][0-9]*u"  # kitty's keys
    r"|\]22;[a-z-]*\x07"  # the pointer's shape
    r")"
    r"|[\r\n\x07]"
)
"""What is written for a screen, and nothing else."""
FOREIGN = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def environment(**more: str) -> dict[str, str]:
    """Return an environment with no one's credentials and a usual terminal."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TEXTUAL", "PYTEST"))}
    for name in ("NO_COLOR", "TMUX", "COLUMNS", "LINES", "COLORTERM"):
        kept.pop(name, None)
    return (
        kept
        | {
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "error",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/nonexistent/config",
            "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent/credentials",
        }
        | more
    )


CREDENTIALS = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": "us-east-1"}


class Terminal:
    """A program on a pseudo-terminal."""

    def __init__(self, master: int, slave: int, process: subprocess.Popen[bytes], size: tuple[int, int]) -> None:
        self._master = master
        self._slave = slave
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self.process = process
        self.written = b""
        """Every byte the program wrote."""
        self.before = termios.tcgetattr(slave)

    @property
    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def read(self, seconds: float = 0.05) -> bool:
        """Take in what was written; return whether there was anything."""
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self._master, 65_536)
        except OSError:
            return False
        self.written += data
        # pyte knows neither private parameters of `p` and `u` nor this OSC.
        self._stream.feed(re.sub(rb"\x1b\[[<>?][0-9;$]*[up]|\x1b\]22;[a-z-]*\x07", b"", data))
        return bool(data)

    def until(self, condition: Callable[[], object]) -> None:
        """Read until a condition holds."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            self.read()
            assert time.monotonic() < end, self.text
            if self.process.poll() is not None and not self.read():
                assert condition(), f"ended with {self.process.returncode}\n{self.text}"

    def shows(self, *words: str) -> None:
        """Read until all these words are on the screen."""
        self.until(lambda: all(word in self.text for word in words))

    def type(self, keys: str) -> None:
        """Type."""
        os.write(self._master, keys.encode())

    def ended(self) -> int:
        """Wait for the end, reading all the while, and return the exit code."""
        end = time.monotonic() + PATIENCE_SECONDS
        while self.process.poll() is None:
            self.read()
            assert time.monotonic() < end, self.text
        while self.read():
            pass
        return int(self.process.returncode)

    def check_restored(self) -> None:
        """Hold the terminal against what it was: attributes, main screen, cursor, mouse, paste, keys."""
        self.check_given_back()
        assert self.written.count(b"\x1b[>25u") == 1

    def check_given_back(self) -> None:
        """The same, of a terminal that was another program's for a while."""
        after = termios.tcgetattr(self._slave)
        assert after == self.before
        for mode, last in (
            (1049, b"l"),
            (25, b"h"),
            (1000, b"l"),
            (1003, b"l"),
            (1006, b"l"),
            (2004, b"l"),
            (1004, b"l"),
        ):
            set_to = re.findall(rb"\x1b\[\?%d([hl])" % mode, self.written)
            assert set_to[-1:] == [last], mode
        assert self.written.count(b"\x1b[<u") >= self.written.count(b"\x1b[>25u")

    def check_sequences(self) -> None:
        """Hold every byte against what Textual writes."""
        text = self.written.decode()
        rest = ALLOWED.sub("", text)
        found = FOREIGN.search(rest)
        assert found is None, repr(rest[max(0, found.start() - 60) : found.end() + 60])


@contextmanager
def on_a_terminal(
    *arguments: str, size: tuple[int, int] = (120, 40), code: str = "", controlling: bool = False, **env: str
) -> Iterator[Terminal]:
    """Start `python -m tui` (or `code`) on a pseudo-terminal; whatever still runs at the end is ended.

    `controlling`: its keys send signals, and it is `/dev/tty`.
    """
    master, slave = pty.openpty()
    ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    start = ["-c", code] if code else ["-m", "tui"]
    process = subprocess.Popen(
        [sys.executable, *start, *arguments],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=environment(**env),
        start_new_session=True,
        preexec_fn=(lambda: ioctl(0, termios.TIOCSCTTY, 0)) if controlling else None,
    )
    try:
        yield Terminal(master, slave, process, size)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            process.wait()
        os.close(master)
        os.close(slave)


def run(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run sagetop with pipes."""
    options: dict[str, Any] = {"capture_output": True, "text": True, "check": False, "timeout": PATIENCE_SECONDS * 2}
    return subprocess.run(
        [sys.executable, "-m", "tui", *arguments], env=environment(**env), stdin=subprocess.DEVNULL, **options
    )
