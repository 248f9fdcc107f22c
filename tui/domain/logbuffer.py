"""The merged log of all hosts of a job: in the order of time, each event once, bounded, and cheap at 5,000 lines/s.

A plain sorted list: what arrives in order is appended, what arrives late goes where it belongs. A late line is mostly
a few seconds late, so that little has to move.
"""

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter, itemgetter
from typing import Final, Protocol, overload

from tui.domain.loglines import LineKey, LogLine, log_line
from tui.domain.logs import LogEvent, host_of
from tui.domain.progress import Progress, progress_of
from tui.domain.severity import Severity
from tui.domain.text import one_line, safe_text

CAPACITY: Final = 200_000
_RECENT: Final = 32_768
"""Ids remembered of events that are not, or no longer, in the buffer."""
_FEW: Final = 16
"""Late lines that are put in one by one; more are merged."""

_event_key: Final = attrgetter("at", "ingested", "stream", "id")
_at: Final = itemgetter(0)


class Pattern(Protocol):
    """What `re` and linear-time engines compile a regex to."""

    def search(self, text: str, /) -> object:
        """Return something true where the text matches."""
        ...


@dataclass(frozen=True, slots=True)
class ProgressState:
    """The latest bar of a host."""

    progress: Progress
    line: LogLine
    """The line that says it; its `at` says when."""


@dataclass(frozen=True, slots=True)
class Added:
    """What a batch of events did to the buffer."""

    new: int = 0
    """Lines that are in the buffer now and were not before."""
    late: int = 0
    """How many of them stand above lines that were there before."""
    duplicates: int = 0
    folded: int = 0
    """Passing states of progress bars: kept as the latest of their host only."""
    dropped: int = 0
    """Lines that fell off the top because of this batch, those of the batch itself included."""
    first: LineKey | None = None
    """The topmost new line: what stands above it has not changed."""
    fresh: tuple[LogEvent, ...] = field(default=(), repr=False)
    """Every event seen for the first time, the folded ones included, in the order of time."""


class LogBuffer(Sequence[LogLine]):
    """Lines by index, oldest first. An index moves when lines arrive above it; a `LineKey` does not."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        if capacity < 1:
            raise ValueError("a log buffer holds at least one line")
        self.capacity = capacity
        self.dropped = 0
        """Lines that fell off the top since the beginning."""
        self._lines: list[LogLine] = []
        self._ids: set[str] = set()
        self._recent: deque[str] = deque()
        self._forgotten: set[str] = set()
        self._floor: LogLine | None = None
        """The newest line that fell off: nothing comes in below it again."""
        self._hosts: dict[str, None] = {}
        self._host_of: dict[tuple[str, str], str] = {}
        self._progress: dict[str, ProgressState] = {}

    def extend(self, events: Iterable[LogEvent], job: str) -> Added:
        """Take events in any order, again and again, late or not."""
        fresh: list[LogEvent] = []
        lines: list[LogLine] = []
        duplicates = folded = below = 0
        for event in events:
            if event.id in self._ids or event.id in self._forgotten:
                duplicates += 1
                continue
            fresh.append(event)
            line = log_line(event, self._host(event.stream, job))
            if self._note_progress(line):
                self._forget(event.id)
                folded += 1
            elif self._floor is not None and line < self._floor:
                self._forget(event.id)
                below += 1
            else:
                self._ids.add(event.id)
                lines.append(line)
        lines.sort()
        fresh.sort(key=_event_key)
        late = self._merge(lines)
        fell = self._drop()
        self.dropped += fell + below
        new = len(lines) if not fell else sum(1 for line in lines if line.id in self._ids)
        first = lines[len(lines) - new].key if new else None
        return Added(new, max(0, late - (len(lines) - new)), duplicates, folded, fell + below, first, tuple(fresh))

    def clear(self) -> None:
        """Forget everything."""
        self.__init__(self.capacity)  # type: ignore[misc]

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts that have written anything, in the order of their appearance."""
        return tuple(self._hosts)

    @property
    def progress(self) -> Mapping[str, ProgressState]:
        """The latest progress of each host that told any."""
        return self._progress

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, index: int) -> LogLine: ...
    @overload
    def __getitem__(self, index: slice) -> list[LogLine]: ...
    def __getitem__(self, index: int | slice) -> LogLine | list[LogLine]:
        return self._lines[index]

    def __iter__(self) -> Iterator[LogLine]:
        return iter(self._lines)

    def index_of(self, key: LineKey) -> int:
        """Return where a line is; once it has fallen off, where the line after it is (`len` if there is none)."""
        return bisect_left(self._lines, key)

    def index_at(self, at: int) -> int:
        """Return the first line at or after a moment in epoch milliseconds; `len` if there is none."""
        return bisect_left(self._lines, at, key=_at)

    def next_error(self, index: int, step: int = 1) -> int | None:
        """Return the next line below (`step` 1) or above (-1) `index` that is an error. -1 and `len` are fine starts.

        Errors that follow each other line by line are one: its first line is found.
        """
        return self._next(index, step, self._starts_error)

    def next_match(self, index: int, pattern: Pattern, step: int = 1) -> int | None:
        """Return the next line below (`step` 1) or above (-1) `index` that matches."""
        return self._next(index, step, lambda at: bool(pattern.search(self._lines[at].text)))

    def _starts_error(self, index: int) -> bool:
        line = self._lines[index]
        if line.severity is not Severity.ERROR:
            return False
        before = self._lines[index - 1] if index else None
        return before is None or before.severity is not Severity.ERROR or before.host != line.host

    def _next(self, index: int, step: int, wanted: Callable[[int], bool]) -> int | None:
        length = len(self._lines)
        steps = range(max(0, index + 1), length) if step > 0 else range(min(length, index) - 1, -1, -1)
        return next((at for at in steps if wanted(at)), None)

    def _host(self, stream: str, job: str) -> str:
        host = self._host_of.get((stream, job))
        if host is None:
            host = self._host_of[stream, job] = one_line(safe_text(host_of(stream, job)))
        self._hosts.setdefault(host)
        return host

    def _note_progress(self, line: LogLine) -> bool:
        """Keep what the line says of its host's progress; return whether it says nothing else."""
        last = line.text[line.text.rfind("\n") + 1 :]
        progress = progress_of(last)
        if progress is None:
            return False
        known = self._progress.get(line.host)
        if known is None or known.line <= line:
            self._progress[line.host] = ProgressState(progress, line)
        return progress.passing and len(last) == len(line.text)

    def _merge(self, new: list[LogLine]) -> int:
        """Put sorted new lines where they belong, and return how many are late."""
        lines = self._lines
        late = bisect_left(new, lines[-1]) if lines else 0
        if late <= _FEW:
            for line in new[:late]:
                lines.insert(bisect_left(lines, line), line)
        else:
            low, high = bisect_left(lines, new[0]), bisect_left(lines, new[late - 1])
            lines[low:high] = sorted([*lines[low:high], *new[:late]])
        lines.extend(new[late:])
        return late

    def _drop(self) -> int:
        over = len(self._lines) - self.capacity
        if over <= 0:
            return 0
        for line in self._lines[:over]:
            self._ids.discard(line.id)
            self._forget(line.id)
        self._floor = self._lines[over - 1]
        del self._lines[:over]
        return over

    def _forget(self, event_id: str) -> None:
        """Remember the id for a while, so that its repetition is known as one."""
        self._recent.append(event_id)
        self._forgotten.add(event_id)
        while len(self._recent) > _RECENT:
            self._forgotten.discard(self._recent.popleft())
