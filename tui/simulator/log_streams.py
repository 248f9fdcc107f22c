"""Log streams: those that tests fill by hand, and those computed from the jobs, from any moment on."""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from tui.simulator.log_endings import ENDING_SECONDS, ending_lines
from tui.simulator.log_lines import report_lines, setup_lines
from tui.simulator.noise import seed_of, unit
from tui.simulator.run import Attempt, Run

_REPORTS_FROM = 10_000
_PER_REPORT = 64
_ENDING_FROM = 10**14
"""Where the numbers of reports and of last lines begin, so that numbers grow with time."""


class Event(NamedTuple):
    """One event as FilterLogEvents gives it; events sort by time, then by id."""

    at: int
    """timestamp, epoch milliseconds."""
    id: str
    ingested_at: int
    """ingestionTime, epoch milliseconds: no client sees the event before."""
    stream: str
    message: str


@dataclass(frozen=True, slots=True)
class LogEvent:
    """An event that a test puts into a stream."""

    at: int
    """timestamp, epoch milliseconds."""
    message: str
    ingested_at: int | None = None
    """ingestionTime, epoch milliseconds; None is at once."""
    id: str | None = None
    """eventId; None lets it follow from the stream, the time and the place in the stream."""


class Stream(Protocol):
    """What a log group holds."""

    @property
    def name(self) -> str:
        """logStreamName."""
        ...

    @property
    def created_at(self) -> int:
        """When the stream appears, in epoch milliseconds."""
        ...

    def events(self, start: int, end: int) -> Iterator[Event]:
        """Events with start <= at < end in order, those included that are not ingested yet."""
        ...


def event_id(stream: str, at: int, number: int) -> str:
    """An id as long as the service's, unique within a group, that grows with time."""
    return f"{at:020d}{seed_of(stream) % 10**18:018d}{number:018d}"


class FilledStream:
    """Holds what it is given."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._events: list[Event] = []

    @property
    def created_at(self) -> int:
        """When its first event was ingested."""
        return min((event.ingested_at for event in self._events), default=0)

    def put(self, events: Sequence[LogEvent]) -> None:
        """Adds events, in whatever order."""
        for event in events:
            number = len(self._events)
            stored = Event(
                event.at,
                event.id if event.id is not None else event_id(self.name, event.at, number),
                event.ingested_at if event.ingested_at is not None else event.at,
                self.name,
                event.message,
            )
            if self._events and stored < self._events[-1]:
                insort(self._events, stored)
            else:
                self._events.append(stored)

    def events(self, start: int, end: int) -> Iterator[Event]:
        """Events with start <= at < end, in order."""
        first = bisect_left(self._events, start, key=lambda event: event.at)
        last = bisect_left(self._events, end, key=lambda event: event.at)
        return iter(self._events[first:last])


class ToldStream:
    """A stream of a finite, small number of lines at known times."""

    def __init__(self, name: str, tell: Callable[[], list[tuple[float, str]]], created_at: float) -> None:
        self.name = name
        self._tell = tell
        self.created_at = int(created_at * 1000)

    def events(self, start: int, end: int) -> Iterator[Event]:
        """Events with start <= at < end, in order."""
        for number, (at, text) in enumerate(self._tell()):
            moment = int(at * 1000)
            if start <= moment < end:
                yield _event(self.name, moment, number, number, text)


class HostStream:
    """The log of one host in one attempt."""

    def __init__(self, run: Run, attempt: Attempt, host: int) -> None:
        self._run = run
        self._attempt = attempt
        self._host = host
        self._start = attempt.start_at + run.delay_of(host)
        self.name = f"{run.name}/algo-{host}-{int(self._start)}"
        self.created_at = int(self._start * 1000) + _delay(self.name, 0)

    @property
    def is_empty(self) -> bool:
        """Whether the host never said anything: the attempt was over before it joined."""
        return self._start >= self._attempt.end_at - ENDING_SECONDS

    def events(self, start: int, end: int) -> Iterator[Event]:
        """Events with start <= at < end, in order."""
        if end <= self._start * 1000 or start >= self._attempt.end_at * 1000:
            return
        yield from self._setup(start, end)
        yield from self._reports(start, end)
        yield from self._ending(start, end)

    def _setup(self, start: int, end: int) -> Iterator[Event]:
        room = max(0.0, min(self._loop_at, self._reports_end) - self._start)
        if start >= (self._start + room) * 1000:
            return
        lines = setup_lines(self._run, self._attempt, self._host)
        for number, line in enumerate(lines):
            at = int((self._start + room * number / len(lines)) * 1000)
            if start <= at < end:
                yield _event(self.name, at, number, number // 5, line)

    @property
    def _loop_at(self) -> float:
        return self._attempt.loop_at + self._run.delay_of(self._host)

    @property
    def _reports_end(self) -> float:
        return min(self._attempt.end_at - ENDING_SECONDS, self._run.falls_silent_at(self._attempt))

    def _reports(self, start: int, end: int) -> Iterator[Event]:
        run, attempt, host = self._run, self._attempt, self._host
        each = run.seconds_per_line
        low = max(start / 1000, self._loop_at)
        number = max(0, math.floor((low - attempt.loop_at) / each) - 1)
        seed = run.seed + 31 * host
        while True:
            at = attempt.loop_at + number * each + 0.5 * each * unit(seed, number)
            if at >= self._reports_end or at * 1000 >= end:
                return
            moment = int(at * 1000)
            if at >= self._loop_at and moment + _PER_REPORT > start:
                for place, line in enumerate(report_lines(run, attempt, host, number)):
                    if start <= moment + place < end:
                        serial = _REPORTS_FROM + number * _PER_REPORT + place
                        yield _event(self.name, moment + place, serial, number, line)
            number += 1

    def _ending(self, start: int, end: int) -> Iterator[Event]:
        if self._run.falls_silent_at(self._attempt) < self._attempt.end_at or self.is_empty:
            return
        begin = self._attempt.end_at - ENDING_SECONDS + 0.02
        if end <= begin * 1000:
            return
        for number, line in enumerate(ending_lines(self._run, self._attempt, self._host)):
            at = int(begin * 1000) + 12 * number
            if start <= at < end:
                yield _event(self.name, at, _ENDING_FROM + number, 0, line)


def _event(stream: str, at: int, number: int, batch: int, message: str) -> Event:
    return Event(at, event_id(stream, at, number), at + _delay(stream, batch), stream, message or " ")


def _delay(stream: str, batch: int) -> int:
    """Milliseconds from an event to its ingestion: lines of one batch arrive together; a few of them are late."""
    seed = seed_of(stream)
    if batch and unit(seed, batch + 500_009) < 0.015:
        return 30_000 + int(60_000 * unit(seed, batch))
    return 5_000 + int(15_000 * unit(seed, batch))
