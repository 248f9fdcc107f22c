"""What is left of a bug of our own: a report without values of variables, and a line that says where it is."""

from __future__ import annotations

import contextlib
import logging
import os
import platform
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from tui import __version__
from tui.cli import logfile
from tui.domain.secrets import MASK, masked_text
from tui.domain.secrets.names import is_worth_hiding, names_secret
from tui.domain.text import one_line, safe_text

KEPT: Final = 5
"""Reports; older ones are deleted."""
_LOG_LINES: Final = 50
_LONGEST: Final = 100_000
_LONGEST_MESSAGE: Final = 200
_SHORTEST_SECRET: Final = 4
_PACKAGES: Final = ("textual", "aiobotocore", "botocore", "aiohttp", "click")
_log: Final = logging.getLogger(__name__)
_written: dict[tuple[object, ...], str] = {}
"""Where the report of a bug is, by kind and place: what fails again every few seconds is reported once."""


def report(error: BaseException, secrets: Iterable[str] = ()) -> str:
    """Write a report and return its path; empty where it cannot be written. `secrets` are values it must not hold."""
    logfile.attach()
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1] if frames else None
    place = (Path(last.filename).name, last.lineno) if last else ("?", 0)
    bug = type(error), *place
    if bug not in _written:
        _log.info("crash: %s in %s:%s", type(error).__name__, *place)
        with contextlib.suppress(OSError, RuntimeError):
            _written[bug] = _write(_clean("\n".join(_lines(error)), secrets))
    return _written.get(bug, "")


def told(error: BaseException, secrets: Iterable[str] = ()) -> str:
    """Return what to print about a bug: a line with the path of its report, or all of it where there is none."""
    secrets = tuple(secrets)
    path = report(error, secrets)
    if not path:
        return f"{trace(error, secrets)}sagetop ended because of a bug of its own: please report the above."
    what = _clean(one_line(f"{type(error).__name__}: {error}"), secrets)[:_LONGEST_MESSAGE]
    return f"sagetop ended because of a bug of its own ({what}): please report it with {path}"


def trace(error: BaseException, secrets: Iterable[str] = ()) -> str:
    """Return the traceback of an error, without the values of variables."""
    return _clean("".join(traceback.format_exception(error)), secrets)


def watch_threads(secrets: Callable[[], Iterable[str]]) -> None:
    """Report what nobody caught in a thread; it has no place to say so."""

    def failed(hooked: threading.ExceptHookArgs) -> None:
        if hooked.exc_value is not None and not isinstance(hooked.exc_value, SystemExit):
            report(hooked.exc_value, secrets())

    threading.excepthook = failed


def _lines(error: BaseException) -> Iterator[str]:
    yield f"sagetop {__version__}, Python {platform.python_version()}, {platform.platform()}"
    yield ", ".join(f"{name} {_version(name)}" for name in _PACKAGES)
    yield f"TERM={os.environ.get('TERM', '')[:40]}"
    import shlex

    yield shlex.join(["sagetop", *sys.argv[1:]])
    yield ""
    yield "".join(traceback.format_exception(error))
    yield f"The last {_LOG_LINES} lines of the log:"
    yield from logfile.last_lines(_LOG_LINES)


def _version(package: str) -> str:
    # It imports the mail parser, which the first frame would wait for.
    from importlib import metadata

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "?"


def _clean(text: str, secrets: Iterable[str]) -> str:
    """Return a text that may be sent to somebody: what looks secret is masked, and what is known to be."""
    ours = [value for name, value in os.environ.items() if names_secret(name) and is_worth_hiding(name, value)]
    # The longest first: one may be a part of another.
    for value in sorted({*ours, *secrets}, key=len, reverse=True):
        if len(value) >= _SHORTEST_SECRET:
            text = text.replace(value, MASK).replace(repr(value)[1:-1], MASK)
    return masked_text(safe_text(text))[:_LONGEST]


def _write(text: str) -> str:
    stem = time.strftime("crash-%Y%m%d-%H%M%S", time.gmtime())
    path = logfile.directory() / f"{stem}-{os.getpid()}-{len(_written)}.txt"
    with os.fdopen(logfile.open_private(path, os.O_EXCL), "w", encoding="utf-8", errors="replace") as file:
        file.write(text + "\n")
    for old in sorted(path.parent.glob("crash-*.txt"))[:-KEPT]:
        with contextlib.suppress(OSError):
            old.unlink()
    return str(path)
