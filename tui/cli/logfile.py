"""The log file: when sagetop ran, and what of its calls and loops failed. No value, no header, no message is in it.

Only loggers of `tui` write to it, so that whatever the SDK or HTTP libraries log at any level never gets there. Lines
are rare: each one opens the file, so that several copies of sagetop may share it and nothing is open meanwhile.
"""

from __future__ import annotations

import contextlib
import logging
import os
import platform
import shutil
import sys
import time
from pathlib import Path
from typing import Final

from tui import __version__
from tui.domain.secrets import masked_text
from tui.domain.text import one_line, safe_text

MOST_BYTES: Final = 1_000_000
"""Of the file; as much again is kept of what came before."""
NAME: Final = "sagetop.log"
_LONGEST: Final = 500
_log: Final = logging.getLogger("tui")


def directory() -> Path:
    """Return where the log and the crash reports are; it may not exist."""
    from platformdirs import user_log_path

    return user_log_path("sagetop")


def attach() -> None:
    """Have what `tui` logs written to the file. That it cannot be written stops nothing."""
    if not any(isinstance(handler, _LogFile) for handler in _log.handlers):
        _log.addHandler(_LogFile(logging.INFO))
        _log.setLevel(logging.INFO)
        _log.propagate = False


def note_start() -> None:
    """Log that a screen was started, and on what it runs."""
    size = shutil.get_terminal_size((0, 0))
    _log.info(
        "start sagetop %s, Python %s, %s, TERM=%s, %dx%d",
        *(__version__, platform.python_version(), sys.platform, os.environ.get("TERM", "")[:40], *size),
    )


def note_stop(code: int) -> None:
    """Log that a screen has ended."""
    _log.info("stop with %d", code)


def last_lines(amount: int) -> list[str]:
    """Return the newest lines, oldest first; none where the file cannot be read."""
    found: list[str] = []
    with contextlib.suppress(OSError, RuntimeError):
        for name in (f"{NAME}.1", NAME):
            path = directory() / name
            if path.is_file():
                found = [*found, *path.read_text(encoding="utf-8", errors="replace").splitlines()][-amount:]
    return found


def open_private(path: Path, flags: int) -> int:
    """Open a file for writing that nobody else may read, in a directory that is made if need be.

    Raises:
        OSError: that cannot be done, or something else than a file is there.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    safe = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | flags | safe, 0o600)
    try:
        os.fchmod(descriptor, 0o600)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


class _LogFile(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        line = f"{at} {os.getpid()} {masked_text(one_line(safe_text(record.getMessage())))[:_LONGEST]}\n"
        with contextlib.suppress(OSError, RuntimeError):
            _append(directory() / NAME, line.encode(errors="replace"))


def _append(path: Path, line: bytes) -> None:
    descriptor = open_private(path, os.O_APPEND)
    try:
        if os.fstat(descriptor).st_size + len(line) > MOST_BYTES:
            path.replace(path.with_name(f"{NAME}.1"))
            os.close(descriptor)
            descriptor = -1
            descriptor = open_private(path, os.O_APPEND)
        os.write(descriptor, line)
    finally:
        if descriptor >= 0:
            os.close(descriptor)
