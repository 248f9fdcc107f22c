"""The Textual app: theme, styles, the watch screen. Everything else is in `screens` and `panes`."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar, Final

from rich.color import ColorSystem
from rich.console import RenderableType
from textual import events, on
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.events import CursorPosition
from textual.screen import Screen

import tui
from tui.app.bandwidth import LOW, Probe, over_ssh
from tui.app.driver import TerminalDriver
from tui.app.exact import Glass
from tui.app.lending import Ended
from tui.app.screens.watch import WatchScreen
from tui.app.services import OpenServices, Options
from tui.app.terminal import ask_terminal, end_in_time, end_on_signals, is_behind, write_frame
from tui.app.theme import DARK
from tui.app.turns import watch_turns

_PACKAGED: Final = Path(tui.__file__).with_name("styles")
_SOURCE: Final = Path(tui.__file__).parent.parent / "styles"
STYLES: Final = _PACKAGED if _PACKAGED.is_dir() else _SOURCE
"""The style sheets: beside the package in a wheel, beside `tui/` in a checkout."""

_CLOSE_SECONDS: Final = 2.0
_PROBE_SECONDS: Final = 0.5
"""Between two questions to the terminal, and before the first."""


def _commands() -> type[Provider]:
    from tui.app.palette import Commands

    return Commands


class SagetopApp(App[None], inherit_bindings=False):
    """top for SageMaker training."""

    TITLE = "sagetop"
    CSS_PATH: ClassVar = [STYLES / name for name in ("app.tcss", "lines.tcss", "screens.tcss")]
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c", "interrupt", show=False, priority=True)]
    COMMANDS: ClassVar = {_commands}
    ESCAPE_TO_MINIMIZE = False
    COMMAND_PALETTE_BINDING = "f24"
    """No key: the command table has its own."""

    def __init__(self, open_services: OpenServices, options: Options) -> None:
        super().__init__(driver_class=TerminalDriver)
        self.glass = Glass()
        self._options = options
        self._probe = Probe()
        self.last_words = ""
        """What to print once the terminal is as it was: a bug ended the screen."""
        self._borrower: asyncio.Task[Any] | None = None
        """What another program has the terminal for."""
        self._exit_later: tuple[Any, ...] | None = None
        self.watch_screen = WatchScreen(open_services, options)
        self.register_theme(DARK)
        self.theme = DARK.name

    def on_mount(self) -> None:
        """End in order whatever ends us, note what goes wrong meanwhile, and see whether the terminal is far."""
        end_on_signals(self)
        asyncio.get_running_loop().set_exception_handler(self._note_failed_task)
        self.run_worker(watch_turns(), group="turns", exit_on_error=False, description="watch the event loop")
        self.app_resume_signal.subscribe(self, self._resumed)
        if self._options.low_bandwidth is None and over_ssh():
            self.set_timer(_PROBE_SECONDS, self._ask)

    def _ask(self) -> None:
        if not self._borrower:
            self._probe.asked = ask_terminal(self)

    def on_cursor_position(self, event: CursorPosition) -> None:
        """Take the terminal's answer; after some slow ones, spare the line to it."""
        if self._probe.answered(event.time):
            self.set_timer(_PROBE_SECONDS, self._ask)
        elif self._probe.slow and not self.watch_screen.bandwidth.low:
            self.watch_screen.use_bandwidth(LOW)

    def _note_failed_task(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        watch = self.watch_screen
        if error is None or not watch.options.report(error, watch.model.secrets()):
            loop.default_exception_handler(context)

    def on_app_blur(self) -> None:
        """Ask less while nobody looks."""
        self.watch_screen.look_away(True)

    def on_app_focus(self) -> None:
        """Ask at once: someone looks again."""
        self.watch_screen.look_away(False)

    async def on_event(self, event: events.Event) -> None:
        """Note that someone is there."""
        if isinstance(event, events.Key | events.MouseDown | events.MouseScrollDown | events.MouseScrollUp):
            self.watch_screen.stir()
        await super().on_event(event)

    def get_default_screen(self) -> Screen[None]:
        """Return the watch screen: it is the first frame."""
        return self.watch_screen

    def on_resize(self) -> None:
        """Paint all of it: another program may have had the terminal meanwhile."""
        self._paint_all()

    @on(TerminalDriver.CaughtUp)
    def _paint_all(self) -> None:
        self.glass.forget()
        self.screen.refresh()

    def _resumed(self, _: App[Any]) -> None:
        self._paint_all()
        if not self._borrower:
            self.watch_screen.ask_now()

    async def lend(self, command: Sequence[str], keep: bool = False) -> Ended:
        """Run a program while it has the terminal; True keeps what it writes to stdout. Then paint all of it anew."""
        self._borrower = asyncio.current_task()
        try:
            return await self._options.lend(self, command, keep)
        finally:
            self._borrower = None
            self._paint_all()
            if self._exit_later is not None:
                self.exit(*self._exit_later)

    def exit(self, result: None = None, return_code: int = 0, message: RenderableType | None = None) -> None:
        """End; a program that has the terminal gives it back before."""
        if self._borrower:
            self._exit_later = result, return_code, message
            self._borrower.cancel()
        else:
            super().exit(result, return_code, message)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Write what differs from what stands on the terminal; nothing, where nothing does."""
        whole = isinstance(renderable, LayoutUpdate | ChopsUpdate)
        if self._borrower:
            return
        if not whole or self._batch_count or self._driver is None or self._driver.is_headless or not self._running:
            super()._display(screen, renderable)
            return
        if is_behind(self):
            # What is not written now is painted once the terminal has caught up.
            return
        assert isinstance(renderable, LayoutUpdate | ChopsUpdate)
        colors = self.console._color_system or ColorSystem.TRUECOLOR
        self.glass.colors = min(colors, ColorSystem.EIGHT_BIT) if self.watch_screen.bandwidth.low else colors
        written = self.glass.frame(renderable)
        if written and not self._closed:
            write_frame(self, written)
        self.post_display_hook()

    async def on_unmount(self) -> None:
        """Close what was opened, in a bounded time."""
        end_in_time(self, self.return_code or 0)
        if self.watch_screen.services:
            with suppress(TimeoutError):
                async with asyncio.timeout(_CLOSE_SECONDS):
                    await self.watch_screen.services.close()

    def _fatal_error(self) -> None:
        """Leave in order after a bug; Textual's own report would print the values of local variables."""
        self.bell()
        if self._exception:
            watch = self.watch_screen
            self.last_words = watch.options.last_words(self._exception, watch.model.secrets())
        self._close_messages_no_wait()

    def action_interrupt(self) -> None:
        """Quit at once, whatever is open."""
        self.exit(return_code=130)
