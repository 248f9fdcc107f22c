"""Writes to the terminal without ever waiting for it: one that is not read must not stop the keyboard, or the end."""

import os
import select
import termios
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

_MOST_BYTES: Final = 4 * 1024 * 1024
"""More is never kept: what comes on top is discarded, and the whole screen painted once there is room."""
_BEHIND_BYTES: Final = 64 * 1024
_CHUNK: Final = 16 * 1024
_LOOK_SECONDS: Final = 0.1


class Outlet(threading.Thread):
    """Takes what is to be written, and writes it as fast as the terminal reads."""

    def __init__(self, fileno: int, lost: Callable[[], object], caught_up: Callable[[], object]) -> None:
        """`lost` is called once the terminal is gone, `caught_up` when it has read all after it was behind."""
        super().__init__(daemon=True, name="sagetop-output")
        self._given = fileno
        self._lost = lost
        self._caught_up = caught_up
        self._pending = bytearray()
        self._news = threading.Condition()
        self._ended = False
        self._given_up = False
        self._was_behind = False
        self._fileno, self._blocking_before = _without_waiting(fileno)

    @property
    def behind(self) -> bool:
        """Whether so much is unread that another frame would only make it worse."""
        return self._was_behind

    def write(self, text: str) -> None:
        """Take a text; once the terminal is gone, or much too far behind, it is discarded."""
        with self._news:
            if self._given_up:
                return
            if len(self._pending) < _MOST_BYTES:
                self._pending += text.encode("utf-8", "replace")
            self._was_behind = self._was_behind or len(self._pending) > _BEHIND_BYTES
            self._news.notify_all()

    def clear_the_way(self, seconds: float) -> None:
        """Make room for the last words: wait so long for what is unread, then discard it, in the terminal too."""
        with self._news:
            if self._news.wait_for(lambda: not self._pending, seconds):
                return
            self._pending.clear()
            # What the terminal has not read yet would keep the last words out. ESC ends a sequence cut in two.
            with suppress(OSError, termios.error):
                termios.tcflush(self._fileno, termios.TCOFLUSH)

    def close(self, seconds: float) -> None:
        """Write what is left, for so long at most."""
        with self._news:
            self._ended = True
            self._news.notify_all()
        if self.is_alive():
            self.join(seconds)
        self._given_up = True
        if self.is_alive():
            self.join(2 * _LOOK_SECONDS)
        if self._fileno != self._given:
            os.close(self._fileno)
        elif self._blocking_before:
            with suppress(OSError, termios.error):
                os.set_blocking(self._given, True)

    def run(self) -> None:
        """Write until closed, or until there is no terminal."""
        while not self._given_up:
            with self._news:
                while not self._pending and not self._ended:
                    self._news.wait()
                if not self._pending:
                    return
                try:
                    del self._pending[: os.write(self._fileno, self._pending[:_CHUNK])]
                    room = True
                except BlockingIOError:
                    room = False
                except OSError:
                    self._given_up = True
                    self._pending.clear()
                caught_up = self._was_behind and not self._pending
                if not self._pending:
                    self._was_behind = False
                    self._news.notify_all()
            if self._given_up:
                self._lost()
            elif not room:
                select.select([], [self._fileno], [], _LOOK_SECONDS)
            elif caught_up:
                self._caught_up()


def _without_waiting(fileno: int) -> tuple[int, bool]:
    """Return the terminal opened anew, so that not waiting is ours alone: the shell shares what it gave us.

    Where it cannot be opened, as after `su`, the shared one will not wait until we are gone; also return whether it
    did before.
    """
    try:
        return os.open(os.ttyname(fileno), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK), False
    except OSError:
        pass
    try:
        before = os.get_blocking(fileno)
        os.set_blocking(fileno, False)
    except OSError:
        return fileno, False
    return fileno, before
