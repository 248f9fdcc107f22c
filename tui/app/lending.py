"""Hands the terminal to another program and takes it back, so that a login can ask what it has to."""

import asyncio
import shutil
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from textual.app import App

from tui.domain.text import one_line, safe_text

_KEYS: Final = (signal.SIGINT, signal.SIGQUIT)
"""What keys of the terminal send to every process in front: the program's to take, not ours."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended."""

    code: int | None
    """Its exit code, negative for a signal; None: it could not be started."""
    output: str = ""
    """What it wrote, where that was wanted."""

    @property
    def interrupted(self) -> bool:
        """Whether ctrl-c ended it."""
        return self.code in (130, -signal.SIGINT)


async def lend(app: App[Any], command: Sequence[str], keep: bool = False) -> Ended:
    """Run a program, an argument vector, with the terminal its own; `keep` keeps what it writes to stdout.

    Nothing of ours may be written to the terminal meanwhile: see `SagetopApp._display`.
    """
    if shutil.which(command[0]) is None:
        return Ended(None)
    cancelled = False
    with app.suspend(), _keys_ignored() as pressed:
        try:
            ended = await _run(command, keep, pressed)
        except asyncio.CancelledError:
            # Textual takes the terminal back only where nothing is raised.
            cancelled, ended = True, Ended(None)
    if cancelled:
        raise asyncio.CancelledError
    return ended


async def _run(command: Sequence[str], keep: bool, pressed: asyncio.Event) -> Ended:
    if not keep:
        import shlex

        _say(f"sagetop: {shlex.join(command)}")
    try:
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE if keep else None)
    except OSError as error:
        _say(f"sagetop: {error}")
        return Ended(None)
    try:
        output, _ = await process.communicate()
    except asyncio.CancelledError:
        with suppress(ProcessLookupError):
            process.terminate()
        raise
    ended = Ended(process.returncode, (output or b"").decode(errors="replace"))
    if ended.code and not ended.interrupted and not keep:
        # The screen would cover why.
        _say(f"sagetop: it ended with {ended.code}; enter goes back")
        await _enter(pressed)
    return ended


async def _enter(pressed: asyncio.Event) -> None:
    assert sys.__stdin__
    terminal = sys.__stdin__.fileno()
    loop = asyncio.get_running_loop()
    pressed.clear()
    loop.add_reader(terminal, pressed.set)
    try:
        await pressed.wait()
    finally:
        loop.remove_reader(terminal)


def _say(text: str) -> None:
    assert sys.__stdout__
    sys.__stdout__.write(one_line(safe_text(text)) + "\n")
    sys.__stdout__.flush()


@contextmanager
def _keys_ignored() -> Iterator[asyncio.Event]:
    """Let ctrl-c pass us by; a handler, since what is ignored stays ignored in the program."""
    pressed = asyncio.Event()
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in _KEYS}
    for number in _KEYS:
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(pressed.set))
    try:
        yield pressed
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
