"""What of a log is shown, and ways through it that stop now and then, so that nothing waits for 200,000 lines."""

from collections.abc import Callable, Iterator
from typing import Final

from tui.domain.logbuffer import Added, LogBuffer
from tui.domain.loglines import LineKey
from tui.domain.logview import LogFilter
from tui.domain.logview import LogView as Filtered
from tui.domain.severity import Severity

SLICE: Final = 2_000
"""Lines looked at before something else has its turn: some milliseconds."""
AT_ONCE: Final = 10_000
"""Lines that are looked at before a key is answered."""
CONTEXT: Final = 2

Lines = LogBuffer | Filtered
Wanted = Callable[[Lines, int], bool]


class LogSource:
    """A buffer, and the part of it that is asked for. A new part replaces the old one once it is complete."""

    def __init__(self) -> None:
        self.buffer = LogBuffer(1)
        self.filter: LogFilter | None = None
        self._generation = -1
        self._known: tuple[object, ...] = ()
        """What tells whether a buffer has changed."""
        self._shown: Filtered | None = None
        self._pending: Filtered | None = None

    @property
    def lines(self) -> Lines:
        """What is shown."""
        return self.buffer if self._shown is None else self._shown

    @property
    def busy(self) -> bool:
        """Whether a part is not complete yet."""
        return self._pending is not None

    def aside(self, index: int) -> bool:
        """Return whether a line is only there for its neighbours."""
        return self._shown is not None and not self._shown.own(index)

    def take(self, buffer: LogBuffer, generation: int, added: Added | None) -> bool:
        """Take notice of a buffer that may have changed, and return whether it is another one.

        `added` is what came since the last generation; where that is not known everything is looked at again.
        """
        known = (len(buffer), buffer.dropped, buffer[-1].key if buffer else None)
        another = buffer is not self.buffer
        if another:
            self.buffer = buffer
            self.choose(None)
        elif self.filter is not None and generation != self._generation:
            if added is not None and generation == self._generation + 1:
                for view in (self._shown, self._pending):
                    if view is not None:
                        view.update(added)
            elif known != self._known:
                self._pending = Filtered(buffer, self.filter)
        self._generation, self._known = generation, known
        return another

    def choose(self, wanted: LogFilter | None) -> None:
        """Ask for a part; None is everything."""
        self.filter = wanted
        self._pending = Filtered(self.buffer, wanted) if wanted else None
        if wanted is None:
            self._shown = None

    def advance(self, limit: int) -> bool:
        """Look at some more lines, and return whether all have been looked at."""
        view = self._shown if self._pending is None else self._pending
        if view is None:
            return True
        if not view.scan(limit):
            return False
        if view is self._pending:
            self._shown, self._pending = view, None
        return True


class Walk:
    """A way from line to line, until one is wanted. It goes on where it was though lines arrive or fall off."""

    def __init__(self, lines: Lines, start: int, step: int, wanted: Wanted, *, around: bool) -> None:
        """Begin beside `start`; -1 and `len` are fine. `around` goes on at the other end."""
        self._step = step
        self._wanted = wanted
        self._index = start
        self._key: LineKey | None = None
        ahead = len(lines) - 1 - start if step > 0 else start
        self._left = len(lines) if around else max(0, ahead)

    @property
    def over(self) -> bool:
        """Whether there is nothing left to look at."""
        return self._left <= 0

    def go(self, lines: Lines, limit: int) -> LineKey | None:
        """Look at some lines, and return the one that is wanted."""
        if self._key is not None:
            self._index = lines.index_of(self._key)
        if not lines:
            self._left = 0
        for _ in range(min(limit, self._left)):
            self._left -= 1
            self._index = (self._index + self._step) % len(lines)
            if self._wanted(lines, self._index):
                self._left = 0
                return lines[self._index].key
        self._key = lines[self._index].key if self._left else None
        return None


def slices(source: LogSource) -> Iterator[list[str]]:
    """Yield the texts of all lines shown, a slice at a time; what arrives above meanwhile is left out."""
    key: LineKey | None = None
    while True:
        lines = source.lines
        first = 0 if key is None else lines.index_of(key)
        first += key is not None and first < len(lines) and lines[first].key == key
        found = lines[first : first + SLICE]
        if not found:
            return
        key = found[-1].key
        yield [line.text for line in found]


def starts_error(lines: Lines, index: int) -> bool:
    """Return whether a line is an error that does not follow another one of its host: those are one."""
    line = lines[index]
    if line.severity is not Severity.ERROR:
        return False
    before = lines[index - 1] if index else None
    return before is None or before.severity is not Severity.ERROR or before.host != line.host
