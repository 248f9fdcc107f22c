"""sagetop in a real pseudo-terminal: what it writes, read back as a screen and as a strict stream of sequences."""

import os
import pty
import re
import select
import shlex
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
_N = "[1-9][0-9]{0,3}"
_COLOUR = "[34](?:[0-79]|8;5;[0-9]{1,3}|8;2;[0-9]{1,3};[0-9]{1,3};[0-9]{1,3})|(?:9|10)[0-7]"
_INK = f"(?:[1-57-9]|2[1-57-9]|5[35]|0|{_COLOUR})"
ALLOWED = re.compile(
    r"\x1b(?:"
    rf"\[(?:{_INK}(?:;{_INK})*)?m"  # colours
    rf"|\[(?:{_N}(?:;{_N})?)?H|\[{_N}G"  # cursor to a place, to a column
    rf"|\[(?:[0-9]{{1,4}})?[ABCDJK]"  # cursor by a step, erase: when the screen is given back
    rf"|\[(?:{_N};{_N})?r|\[{_N}[LM]"  # lines that move within a part of the screen
    r"|\[\?(?:7|25|1000|1003|1004|1006|1015|1016|1049|2004|2026|2048)[hl]"  # modes
    r"|\[\?(?:2026|2048)\$p"  # questions about modes
    r"|\[6n"  # where the cursor is, over a slow line
    r"|\[>25u|\[<u"  # kitty's keys, on and off
    r"|\]22;(?:default|pointer|text)\x07"  # the pointer's shape
    r")"
    r"|\r\n|\r|\n|\x07"
)
"""What is written for a screen, and nothing else."""
CLIPBOARD = re.compile(r"\x1b\]52;c;(?P<base64>[A-Za-z0-9+/]*={0,2})\x07")
"""What a copy writes, and nothing else may."""
FOREIGN = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


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
            "XDG_STATE_HOME": os.environ.get("XDG_STATE_HOME", "/nonexistent/state"),
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

    def resize(self, width: int, height: int) -> None:
        """Give it another size, and tell whom it belongs to."""
        ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        self._screen.resize(height, width)

    def wipe(self) -> None:
        """Have another program write over all of it."""
        self._screen.reset()

    def hang_up(self) -> None:
        """Close it."""
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    def ended(self) -> int:
        """Wait for the end, reading all the while, and return the exit code."""
        end = time.monotonic() + PATIENCE_SECONDS
        while self.process.poll() is None:
            self.read()
            assert time.monotonic() < end, self.text
        while self.read():
            pass
        return int(self.process.returncode)

    def check_restored(self, times: int = 1) -> None:
        """Hold the terminal, taken so many times, against what it was: attributes, screen, cursor, mouse, keys."""
        self.check_given_back()
        assert self.written.count(b"\x1b[>25u") == times

    def check_given_back(self) -> None:
        """The same, however often it was taken."""
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

    def check_sequences(self, copies: int = 0) -> None:
        """Hold every byte against what is written for a screen, and for so many copies."""
        text, copied = CLIPBOARD.subn("", self.written.decode())
        assert copied == copies
        rest = ALLOWED.sub("", text)
        found = FOREIGN.search(rest)
        assert found is None, repr(rest[max(0, found.start() - 60) : found.end() + 60])


@contextmanager
def on_a_terminal(
    *arguments: str,
    size: tuple[int, int] = (120, 40),
    code: str = "",
    shell: bool = False,
    keyboard: int | None = None,
    controlling: bool = False,
    **env: str,
) -> Iterator[Terminal]:
    """Start `python -m tui` (or `code`) on a pseudo-terminal; whatever still runs at the end is ended.

    `shell` puts a shell between, which the terminal belongs to; `keyboard` is another terminal to read keys from;
    `controlling`: its keys send signals, and it is `/dev/tty`.
    """
    master, slave = pty.openpty()
    ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    start = ["-c", code] if code else ["-m", "tui"]
    command = [sys.executable, *start, *arguments]
    if shell:
        command = ["sh", "-c", f"{shlex.join(command)}; exit $?"]
    process = subprocess.Popen(
        command,
        stdin=slave if keyboard is None else keyboard,
        stdout=slave,
        stderr=slave,
        env=environment(**env),
        start_new_session=True,
        preexec_fn=(lambda: ioctl(slave, termios.TIOCSCTTY, 0)) if shell or controlling else None,
    )
    terminal = Terminal(master, slave, process, size)
    try:
        yield terminal
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            process.wait()
        terminal.hang_up()
        os.close(slave)


def run(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run sagetop with pipes."""
    options: dict[str, Any] = {"capture_output": True, "text": True, "check": False, "timeout": PATIENCE_SECONDS * 2}
    return subprocess.run(
        [sys.executable, "-m", "tui", *arguments], env=environment(**env), stdin=subprocess.DEVNULL, **options
    )
