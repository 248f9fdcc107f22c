"""What is on the screen of a program, and when it got there."""

import os
import re
from collections.abc import Callable
from typing import TypeVar

from benchmarks.pty import Screen, Terminal

View = TypeVar("View")
_JOB = re.compile(r"\b[\w-]+-\d{5}\b")
_SETTLED = 0.6
_TRIES = 3
_PAUSE = 0.001
"""Seconds: pieces that follow each other faster belong together."""
_COUNT = re.compile(r"\bJobs\b\D*?([\d,]+)")


class Glass:
    """A terminal's screen as it is now, fed as bytes come in."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._fed = 0
        self.screen: Screen = terminal.screen()

    def catch_up(self, seen: Callable[[float], object] = lambda at: None) -> Screen:
        """Feed what was read since the last time; call `seen` with the time of each piece that a pause follows."""
        chunks = self._terminal.chunks[self._fed :]
        self._fed += len(chunks)
        for place, chunk in enumerate(chunks):
            self.screen.feed(chunk.data)
            if place + 1 == len(chunks) or chunks[place + 1].at - chunk.at > _PAUSE:
                seen(chunk.at)
        return self.screen

    def wait(self, there: Callable[[Screen], object], seconds: float) -> bool:
        """Read until the screen is as asked for; looks when the program pauses, so as not to slow it down."""
        terminal = self._terminal
        end = terminal.now + seconds
        while terminal.now < end:
            terminal.read_for(0.1)
            if terminal.quiet_for() > 0.05 and there(self.catch_up()):
                return True
        return bool(there(self.catch_up()))


def jobs(screen: Screen) -> tuple[str, ...]:
    """Return the names of the jobs of a fleet on the screen, top to bottom."""
    return tuple(found for row in screen.rows for found in _JOB.findall(row[: screen.columns // 2 + 20])[:1])


def listed(screen: Screen) -> int:
    """Return the first number in the title of the list: how many jobs it shows; -1 without one."""
    for row in screen.rows[:4]:
        found = _COUNT.search(row)
        if found:
            return int(found[1].replace(",", ""))
    return -1


def _quiet(terminal: Terminal, since: float) -> Callable[[], bool]:
    return lambda: terminal.now - since > _SETTLED and terminal.quiet_for() > _SETTLED


class Keys:
    """Presses keys one after another, and finds out afterwards when each had its effect."""

    def __init__(self, terminal: Terminal, glass: Glass) -> None:
        self._terminal = terminal
        self._glass = glass

    def press(self, keys: str | list[str], view: Callable[[Screen], View]) -> list[tuple[float, View]]:
        """Press keys, each once the last one's effect has settled.

        Returns for each the seconds until what `view` sees was as it then stayed, and what that was.
        """
        return [self._press(key, view) for key in keys]

    def _press(self, key: str, view: Callable[[Screen], View]) -> tuple[float, View]:
        terminal, glass = self._terminal, self._glass
        glass.catch_up()
        since, first = terminal.now, view(glass.screen)
        os.write(terminal.master, key.encode())
        # Settled: what is looked at has changed, and nothing was written for a while; the clock ticks once a second.
        seen: list[tuple[float, View]] = []
        last = first

        def look(at: float) -> None:
            nonlocal last
            now = view(glass.screen)
            if now != last:
                seen.append((at - since, now))
                last = now

        for _ in range(_TRIES):
            begun = terminal.now
            terminal.read_until(_quiet(terminal, begun), 4.0)
            glass.catch_up(look)
            if seen:
                break
        return seen[-1] if seen else (0.0, first)
