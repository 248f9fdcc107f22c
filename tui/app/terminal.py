"""The terminal itself: the mouse, and what ends the program."""

import asyncio
import signal
from functools import partial
from time import monotonic
from typing import Any, Final

from textual._ansi_sequences import SYNC_END, SYNC_START
from textual.app import App
from textual.screen import Screen
from textual.widgets import Input

from tui.app.driver import TerminalDriver

_ENDINGS: Final = (signal.SIGTERM, signal.SIGHUP)
_AT_ONCE: Final = 256
"""Bytes of a frame that nobody sees half of: a clock."""


def take_mouse(app: App[Any], ours: bool) -> None:
    """Have the terminal report the mouse to us, or keep it for selecting text."""
    # Textual has no public way to do this while it runs; a headless driver has no mouse to hand over.
    switch = getattr(app._driver, "_enable_mouse_support" if ours else "_disable_mouse_support", None)
    if switch is not None and app._driver is not None:
        switch()
        app._driver.flush()


def is_behind(app: App[Any]) -> bool:
    """Return whether the terminal has yet to read what it got: a frame had better wait for `CaughtUp`."""
    return bool(getattr(app._driver, "behind", False))


def write_frame(app: App[Any], written: str) -> None:
    """Write a frame; one that may arrive in pieces is held together, where the terminal can do that."""
    driver = app._driver
    if driver is None:
        return
    if isinstance(app.focused, Input):
        # An input method opens its window at the cursor, seen or not.
        x, y = app.cursor_position
        written += f"\x1b[{y + 1};{x + 1}H"
    if app._sync_available and len(written) > _AT_ONCE:
        written = f"{SYNC_START}{written}{SYNC_END}"
    driver.write(written)
    driver.flush()


def ask_terminal(app: App[Any]) -> float | None:
    """Ask the terminal where its cursor is, and return when; it answers with a `CursorPosition`. None asks nobody."""
    driver = app._driver
    if driver is None or driver.is_headless:
        return None
    # In the first line the answer could be a key: shift and F3.
    driver.write("\x1b[2H\x1b[6n")
    driver.flush()
    return monotonic()


def set_frame_seconds(screen: Screen[Any], seconds: float) -> None:
    """Set the least time between two frames; Textual reads it from the environment, once."""
    screen._update_timer._interval = seconds


def end_on_signals(app: App[Any]) -> None:
    """Let SIGTERM and SIGHUP end the app in order, so that the terminal is as it was before."""
    loop = asyncio.get_running_loop()
    for number in _ENDINGS:
        loop.add_signal_handler(number, partial(_end, app, 128 + number))


def _end(app: App[Any], code: int) -> None:
    app.exit(return_code=code)
    end_in_time(app, code)


def end_in_time(app: App[Any], code: int) -> None:
    """See to it that the process ends, now that it is to, whatever holds it up."""
    if isinstance(app._driver, TerminalDriver):
        app._driver.end_in_time(code)
