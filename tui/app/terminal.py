"""The terminal itself: the mouse, and what ends the program."""

import asyncio
import signal
from functools import partial
from typing import Any, Final

from textual.app import App

_ENDINGS: Final = (signal.SIGTERM, signal.SIGHUP)


def take_mouse(app: App[Any], ours: bool) -> None:
    """Have the terminal report the mouse to us, or keep it for selecting text."""
    # Textual has no public way to do this while it runs; a headless driver has no mouse to hand over.
    switch = getattr(app._driver, "_enable_mouse_support" if ours else "_disable_mouse_support", None)
    if switch is not None and app._driver is not None:
        switch()
        app._driver.flush()


def end_on_signals(app: App[Any]) -> None:
    """Let SIGTERM and SIGHUP end the app in order, so that the terminal is as it was before."""
    loop = asyncio.get_running_loop()
    for number in _ENDINGS:
        loop.add_signal_handler(number, partial(app.exit, return_code=128 + number))
