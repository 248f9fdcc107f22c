"""Textual's driver for a terminal, made to end with it: one that is not read, hangs up, is stopped or taken away."""

from __future__ import annotations

import os
import select
import signal
import termios
import threading
from codecs import getincrementaldecoder
from contextlib import suppress
from typing import Any, Final

from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from tui.app.outlet import Outlet

HUNG_UP: Final = 128 + signal.SIGHUP
_END_SECONDS: Final = 5.0
"""An end in order takes no longer; after that it is an end all the same."""
_LAST_WORDS_SECONDS: Final = 0.5
_LOOK_SECONDS: Final = 0.1
_MODES: Final = "\x1b[?1049h\x1b[?25l\x1b[?1004h\x1b[?2004h\x1b[?7l"
_MOUSELESS: Final = "\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l"
_USUAL: Final = f"\x1b[?2004l\x1b[?7h{_MOUSELESS}\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l"


class TerminalDriver(LinuxDriver):
    """Never waits for the terminal, and never outlives it."""

    class CaughtUp(Message):
        """The terminal has read everything after it was behind: what stands on it is not what should."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._outlet: Outlet | None = None
        self._suspended = False
        self._ending: threading.Timer | None = None

    # Writing

    @property
    def behind(self) -> bool:
        """Whether the terminal has so much to read that a frame had better wait for `CaughtUp`."""
        return self._outlet is not None and self._outlet.behind

    def write(self, data: str) -> None:
        """Write, sooner or later; never wait."""
        if self._outlet:
            self._outlet.write(data)

    def start_application_mode(self) -> None:
        """Take the terminal."""
        self._open()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._suspended = False
        if self._key_thread is None or not self._key_thread.is_alive():
            # Not ours to take: nobody is in front of it any more.
            self._hang_up()

    def stop_application_mode(self) -> None:
        """Give the terminal back as it was, whether it reads what is left or not."""
        if self._outlet:
            self._outlet.clear_the_way(_LAST_WORDS_SECONDS)
        super().stop_application_mode()

    def close(self) -> None:
        """Let go of the terminal."""
        super().close()
        outlet, self._outlet = self._outlet, None
        if outlet:
            outlet.close(_LAST_WORDS_SECONDS)

    def _open(self) -> None:
        if self._outlet is None:
            assert self._file
            self._outlet = Outlet(self._file.fileno(), self._hang_up, lambda: self.send_message(self.CaughtUp()))
            self._outlet.start()

    # Reading

    def run_input_thread(self) -> None:
        """Read keys until told to stop, or until there is no terminal to read from."""
        parser = XTermParser(self._debug)
        # Bytes that are no text are no reason to end.
        decode = getincrementaldecoder("utf-8")("replace").decode
        while not self.exit_event.is_set():
            if select.select([self.fileno], [], [], _LOOK_SECONDS)[0]:
                try:
                    data = os.read(self.fileno, 4096)
                except BlockingIOError:
                    continue
                except OSError:
                    data = b""
                if not data:
                    self._hang_up()
                    break
                for event in parser.feed(decode(data)):
                    self.process_message(event)
            for event in parser.tick():
                self.process_message(event)
        with suppress(EOFError, ParseError):
            list(parser.feed(""))

    # Ending

    def end_in_time(self, code: int) -> None:
        """See to it that the process is gone soon, whatever holds it up; the terminal is given back before."""
        if self._ending is None:
            self._ending = threading.Timer(_END_SECONDS, self._end_now, (code,))
            self._ending.daemon = True
            self._ending.start()

    def _hang_up(self) -> None:
        """End: there is nobody to see anything. Called by any thread."""
        self.end_in_time(HUNG_UP)
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(lambda: self._app.exit(return_code=HUNG_UP))

    def _end_now(self, code: int) -> None:
        outlet = self._outlet
        if outlet:
            outlet.clear_the_way(0)
            outlet.write(_USUAL)
            outlet.clear_the_way(_LOOK_SECONDS)
        if self.attrs_before is not None:
            with suppress(termios.error):
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
        os._exit(code)

    # Stopping for a while

    def _sigtstp_application(self, *_: object) -> None:
        """Give the terminal back, and stop."""
        if self._auto_restart and not self._suspended:
            self._suspended = True
            self.suspend_application_mode()
            self._must_signal_resume = True
        os.kill(os.getpid(), signal.SIGSTOP)

    def _sigcont_application(self, *_: object) -> None:
        """Take the terminal again; one that was not given back may have been used by others meanwhile."""
        if self._suspended:
            self.resume_application_mode()
        elif self._outlet and self._auto_restart:
            self._take_again()

    def _take_again(self) -> None:
        with suppress(termios.error):
            raw = termios.tcgetattr(self.fileno)
            raw[0], raw[3] = self._patch_iflag(raw[0]), self._patch_lflag(raw[3])
            termios.tcsetattr(self.fileno, termios.TCSANOW, raw)
        self.write(_MODES)
        self._enable_mouse_support()
        self.send_message(self.SignalResume())
