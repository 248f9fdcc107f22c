"""A part of a log buffer: the lines of some hosts, of some severity, or that match, with the lines around them.

It follows the buffer: after each batch only what may have changed is looked at again. A long buffer can be searched
in slices, so that nothing waits for it.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final, overload

from tui.domain.logbuffer import Added, LogBuffer, Pattern
from tui.domain.loglines import LineKey, LogLine
from tui.domain.severity import Severity

_at: Final = itemgetter(0)


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What is shown. Everything, unless something is asked for."""

    hosts: frozenset[str] | None = None
    """None for all of them."""
    pattern: Pattern | None = None
    context: int = 0
    """Lines of the same hosts shown before and after each one that matches."""
    severity: Severity = Severity.NONE
    """This and worse."""

    def wants(self, line: LogLine) -> bool:
        """Return whether a line is shown for its own sake."""
        return line.severity >= self.severity and (self.pattern is None or bool(self.pattern.search(line.text)))


class LogView(Sequence[LogLine]):
    """The lines of a buffer that a filter lets through, oldest first."""

    def __init__(self, buffer: LogBuffer, wanted: LogFilter) -> None:
        """Show nothing until `scan`."""
        self.buffer = buffer
        self.filter = wanted
        self.matches = 0
        """Lines shown for their own sake, not for what stands beside them."""
        self._lines: list[LogLine] = []
        self._own: list[bool] = []
        self._waiting: list[LogLine] = []
        """The last lines of these hosts, should a match follow."""
        self._after = 0
        """Lines yet to be shown because a match came before them."""
        self._last: LineKey | None = None
        """The last line looked at."""

    def update(self, added: Added) -> None:
        """Take notice of what a batch did to the buffer; `scan` shows it."""
        if added.dropped:
            self._drop()
        if added.first is not None and self._last is not None and added.first <= self._last:
            self._back_to(added.first)

    def scan(self, limit: int | None = None) -> bool:
        """Look at up to `limit` more lines of the buffer, and return whether that was all."""
        begin = self._index()
        end = len(self.buffer) if limit is None else min(len(self.buffer), begin + limit)
        for index in range(begin, end):
            self._look(self.buffer[index])
        return end == len(self.buffer)

    def own(self, index: int) -> bool:
        """Return whether a line is shown for its own sake, and not as context."""
        return self._own[index]

    def index_of(self, key: LineKey) -> int:
        """Return where a line is, or the next one that is shown."""
        return bisect_left(self._lines, key)

    def index_at(self, at: int) -> int:
        """Return the first line at or after a moment."""
        return bisect_left(self._lines, at, key=_at)

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, index: int) -> LogLine: ...
    @overload
    def __getitem__(self, index: slice) -> list[LogLine]: ...
    def __getitem__(self, index: int | slice) -> LogLine | list[LogLine]:
        return self._lines[index]

    def _index(self) -> int:
        """Return the first line of the buffer that was not looked at."""
        if self._last is None:
            return 0
        index = self.buffer.index_of(self._last)
        return index + (index < len(self.buffer) and self.buffer[index].key == self._last)

    def _look(self, line: LogLine) -> None:
        self._last = line.key
        if self.filter.hosts is not None and line.host not in self.filter.hosts:
            return
        if self.filter.wants(line):
            self._lines += [*self._waiting, line]
            self._own += [False] * len(self._waiting) + [True]
            self._waiting.clear()
            self._after = self.filter.context
            self.matches += 1
        elif self._after:
            self._lines.append(line)
            self._own.append(False)
            self._after -= 1
        elif self.filter.context:
            self._waiting.append(line)
            del self._waiting[: -self.filter.context]

    def _back_to(self, key: LineKey) -> None:
        """Go back to the state before `key` was looked at, as if nothing below it were known."""
        # A line above is there for a match below `key` only if it is within its context.
        start, _ = self._above(self.buffer.index_of(key))
        _, before = self._above(start)
        shown = self.index_of(self.buffer[start].key)
        self.matches -= sum(self._own[shown:])
        del self._lines[shown:], self._own[shown:]
        last = self._lines[-1] if self._lines else None
        self._waiting = [line for line in before if last is None or line > last]
        wanted = (past for past, line in enumerate(reversed(before)) if self.filter.wants(line))
        self._after = self.filter.context - next(wanted, self.filter.context)
        self._last = self.buffer[start - 1].key if start else None

    def _above(self, index: int) -> tuple[int, list[LogLine]]:
        """Return where the context before an index begins, and its lines."""
        found: list[LogLine] = []
        while index and len(found) < self.filter.context:
            index -= 1
            line = self.buffer[index]
            if self.filter.hosts is None or line.host in self.filter.hosts:
                found.append(line)
        return index, found[::-1]

    def _drop(self) -> None:
        top = self.buffer[0]
        gone = bisect_left(self._lines, top)
        self.matches -= sum(self._own[:gone])
        del self._lines[:gone], self._own[:gone]
        self._waiting = [line for line in self._waiting if line >= top]
