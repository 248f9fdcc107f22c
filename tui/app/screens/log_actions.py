"""What the keys do in the log. Their commands are in `tui.app.commands`, the log is in `tui.app.widgets.logview`."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from textual import on, work

from tui.app.screens.watching import Watching
from tui.app.widgets.logink import Times, time_of
from tui.app.widgets.logview import LogView
from tui.domain.loglines import Flags, LogLine
from tui.domain.units import count

if TYPE_CHECKING:
    from tui.app.copying import Copy

_ELSEWHERE: Final = "That is for the log: l goes there."
_SECONDS: Final = {2: 60, 3: 5 * 60, 4: 15 * 60, 5: 30 * 60, 6: 60 * 60}
"""What the digits of the full-screen log go back to."""
_TIMES: Final = {Times.NONE: "No times.", Times.CLOCK: "Times, UTC.", Times.FULL: "Dates and times, UTC."}
_TRIES: Final = 100


class LogActions(Watching):
    """The part of the watch screen that is about the log."""

    @property
    def reading(self) -> LogView | None:
        """The log, if it has the keys."""
        if self.current == "logs":
            return self.logs.body
        self.say(_ELSEWHERE)
        return None

    def action_follow(self) -> None:
        """Follow the end, or stay."""
        if log := self.reading:
            if log.following:
                log.pause()
            else:
                log.follow()

    def action_wrap(self) -> None:
        """Wrap long lines, or cut them."""
        if log := self.reading:
            log.draw_as(wrap=not log.look.wrap)

    def action_times(self) -> None:
        """Show the times of lines, the dates too, or none."""
        if log := self.reading:
            order = list(_TIMES)
            log.draw_as(times=order[(order.index(log.look.times) + 1) % len(order)])
            self.say(_TIMES[log.look.times])

    def action_hosts(self) -> None:
        """Show the next host alone, beginning with that of the line under the cursor; after the last one all."""
        if log := self.reading:
            hosts = sorted(log.source.buffer.hosts, key=_natural)
            if len(hosts) < 2:
                self.say("There is one host only." if hosts else "No host has written anything yet.")
            elif not log.host:
                here = log.line.host if log.line and not log.following else hosts[0]
                self._first_host = here
                log.show_host(here)
            else:
                following = hosts[(hosts.index(log.host) + 1) % len(hosts)] if log.host in hosts else ""
                log.show_host("" if following == self._first_host else following)

    _first_host = ""
    """Where the round of the hosts began."""

    def action_next_error(self) -> None:
        """Go to the next error."""
        self._go_to_error(1)

    def action_previous_error(self) -> None:
        """Go to the previous error."""
        self._go_to_error(-1)

    def _go_to_error(self, steps: int) -> None:
        if (log := self.reading) and not log.next_error(steps):
            self.say("No error." if log.following else f"No error {'below' if steps > 0 else 'above'}.")

    def action_only(self) -> None:
        """Show only lines that match the search, and those beside them, or all again."""
        if log := self.reading:
            if log.only:
                log.show_only(False)
            elif log.searching:
                log.show_only(True)
            else:
                self.say("Nothing is searched for: / searches, then & shows what matches.")

    def action_mark_line(self) -> None:
        """Mark the line, or unmark it, and go on to the next."""
        if log := self.reading:
            log.toggle_mark()

    def action_window(self, number: int) -> None:
        """Go to the tail (0), the head (1), or the last minute to the last hour (2 to 6)."""
        if not self._jump(number):
            self.say("0 to 6 jump in the full-screen log: l, then z.")

    def _jump(self, number: int) -> bool:
        """Jump in the full-screen log; return False anywhere else."""
        if self.current != "logs" or not self.zoomed or number > max(_SECONDS):
            return False
        log = self.logs.body
        if number == 0:
            log.move_bottom()
        elif number == 1:
            log.move_to_head()
        else:
            log.move_to_last(_SECONDS[number])
        return True

    def _toggle_json(self) -> bool:
        """Write the JSON under the cursor of the log out; return False where there is no log to do it in."""
        if self.current != "logs" or self.logs.body.line is None:
            return False
        if not self.logs.body.toggle_json():
            self.say("No JSON in this line.")
        return True

    def _close_log_layer(self) -> bool:
        """Show again what the log left out, one reason at a time; return False if it leaves nothing out."""
        log = self.logs.body
        if self.current != "logs" or not (log.only or log.host):
            return False
        if log.only:
            log.show_only(False)
        else:
            log.show_host("")
        return True

    @on(LogView.Missed)
    def _say_missed(self) -> None:
        self.say("Nothing found.")

    @on(LogView.Counted)
    def _tell_count(self, message: LogView.Counted) -> None:
        if self.current == "logs" and self.prompt.display and self.prompt.input.value == message.pattern:
            self.prompt.warn(count(message.found, "line") + ("" if message.complete else "…"))

    # What leaves the screen

    def log_copies(self) -> list[Copy]:
        """Return what can be copied of the log, if it has the keys: the marked lines, the one under the cursor."""
        log = self.logs.body
        if self.current != "logs" or log.line is None:
            return []
        from tui.app.copying import Copy

        line = log.ink.shown(log.line)
        found = []
        if marked := log.marked():
            found.append(Copy(f"{count(len(marked), 'marked line')}", "\n".join(map(log.ink.plain, marked))))
        found += [Copy("line as shown", log.ink.plain(line)), Copy("line without host and time", line.text)]
        if line.flags & Flags.JSON:
            found.append(Copy("JSON of the line", "\n".join(log.ink.written_out(line))))
        return found

    @work(group="save", exclusive=True, exit_on_error=False, description="save the log")
    async def action_save(self) -> None:
        """Write the lines that are shown, all of them and as they are shown, to a new file here."""
        log = self.reading
        if log is None:
            return
        lines = list(log.lines)
        if not lines:
            self.say("There is no line to save.")
            return
        name = re.sub(r"[^\w.-]", "_", self.logs.wanted, flags=re.ASCII).lstrip(".") or "log"
        try:
            path = await asyncio.to_thread(save, map(log.ink.shown, lines), f"{name}-{self.view.now:%Y%m%d-%H%M%S}")
        except OSError as error:
            self.say(f"Not saved: {error.strerror}.", warning=True)
        else:
            self.say(f"{count(len(lines), 'line')} saved to {path.name}.")


def save(lines: Iterable[LogLine], stem: str) -> Path:
    """Write lines, each with its time and host, to a file that nobody else may read and that was not there before.

    Raises:
        OSError: that cannot be done.
    """
    for attempt in range(_TRIES):
        path = Path.cwd() / (f"{stem}-{attempt + 1}.log" if attempt else f"{stem}.log")
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
        except FileExistsError:
            continue
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace", newline="\n") as file:
            file.writelines(f"{time_of(line.at, Times.FULL)} {line.host} {line.text}\n" for line in lines)
        return path
    raise FileExistsError(17, "every name for it is taken")


def _natural(host: str) -> list[tuple[int, str]]:
    return [
        (int(part), "") if part.isdecimal() and len(part) < 19 else (-1, part) for part in re.split(r"(\d+)", host)
    ]
