"""Reads the logs of a job: one FilterLogEvents cursor for all its hosts, which loses nothing and may repeat itself.

CloudWatch delivers late, by seconds or by minutes, and a host's clock may be wrong. So a cursor never asks "after the
last one": each sweep begins an overlap before what has been seen, and whoever takes the events drops those with a
known id (`tui.domain.logbuffer`). Events are kept until a poll has handed them over, whatever interrupts it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, Self

from tui.domain.failure import FailureKind, ServiceError
from tui.domain.logs import GROUP, RULES_GROUP, LogEvent, stream_prefix

OVERLAP_MS: Final = 60_000
_SHORT_OVERLAP_MS: Final = 5_000
_LONGEST_LAG_MS: Final = 15 * 60_000
PAGES: Final = 4
"""Calls of one poll: two seconds' worth of the budget."""
TAIL_EVENTS: Final = 20_000
EARLIEST_MS: Final = 1_704_067_200_000
"""1 January 2024: the service reads nothing older newest first."""
FOLLOW_SECONDS: Final = 3.0
"""Events take 5 to 20 seconds to appear."""
MORE_SECONDS: Final = 0.25
MISSING_SECONDS: Final = 15.0


@dataclass(frozen=True, slots=True)
class LogPage:
    """One answer of FilterLogEvents. An empty page with a token is normal."""

    events: tuple[LogEvent, ...]
    next_token: str | None


class LogEvents(Protocol):
    """The operation on logs that watching needs; raises `ServiceError` and nothing else."""

    async def filter(
        self, group: str, prefix: str, start_ms: int, token: str | None = None, *, newest_first: bool = False
    ) -> LogPage:
        """FilterLogEvents: the events of all streams of a prefix from a moment on, oldest or newest first."""
        ...


@dataclass(frozen=True, slots=True)
class LogState:
    """How a cursor stands."""

    exists: bool
    """Whether the log group does; it is made when the first job of an account writes something."""
    caught_up: bool
    """Whether there was nothing more to read; otherwise ask again at once."""
    complete: bool
    """Whether everything from the asked-for beginning has been read; False while, or because only, the tail was."""
    lag_ms: int | None
    """From writing to being readable, as the newest events had it, by the clocks of the hosts; None before any."""
    newest_ms: int | None
    """The newest event, by the clock of its host."""
    group: str


@dataclass(frozen=True, slots=True)
class LogBatch:
    """What one poll brings: events in no particular order, some of them perhaps again."""

    events: tuple[LogEvent, ...]
    state: LogState


def period(batch: LogBatch) -> float:
    """Return the seconds until the next poll: few while there is more, many while there is no log at all."""
    if not batch.state.exists:
        return MISSING_SECONDS
    return FOLLOW_SECONDS if batch.state.caught_up else MORE_SECONDS


class LogCursor:
    """Follows the streams of one job, those that appear later included."""

    def __init__(
        self,
        port: LogEvents,
        job: str,
        *,
        begin_ms: int,
        since_ms: int | None = None,
        groups: Sequence[str] = (GROUP,),
        overlap_ms: int = OVERLAP_MS,
        pages: int = PAGES,
        tail_events: int = TAIL_EVENTS,
    ) -> None:
        """Read from `since_ms` on; without it the newest `tail_events` first, backwards, none before `begin_ms`."""
        self.job = job
        self._pages = max(1, pages)
        self._odd = False
        """With one page a poll, news and the rest take turns."""
        tail = tail_events if since_ms is None else None
        begin = max(0, begin_ms if since_ms is None else since_ms)
        self._readers = [
            _Reader(port, group, stream_prefix(job), begin, tail, max(overlap_ms, OVERLAP_MS)) for group in groups
        ]
        self._settled = self._readers[0] if len(self._readers) == 1 else None

    @classmethod
    def of_rule(cls, port: LogEvents, processing_job: str, *, begin_ms: int, since_ms: int | None = None) -> Self:
        """Return a cursor for the processing job of a rule; the documentation names two groups for them."""
        return cls(port, processing_job, begin_ms=begin_ms, since_ms=since_ms, groups=(RULES_GROUP, GROUP))

    async def poll(self) -> LogBatch:
        """Read on, within the page budget, and return what came.

        Raises:
            ServiceError: nothing could be read; the next poll goes on where this one began.
        """
        caught_up = False
        try:
            caught_up = await self._read()
        except ServiceError:
            if not any(reader.pending for reader in self._readers):
                raise
        events: list[LogEvent] = []
        for reader in self._readers:
            events += reader.pending
            reader.pending = []
        known = self._settled or next((reader for reader in self._readers if reader.exists), self._readers[0])
        horizon = known.horizon
        state = LogState(known.exists, caught_up, known.complete, horizon.lag_ms, horizon.newest_at, known.group)
        return LogBatch(tuple(events), state)

    async def _read(self) -> bool:
        """Make up to a poll's worth of calls, and return whether nothing is left to read."""
        left = self._pages
        self._odd = not self._odd
        denied: list[ServiceError] = []
        readers = [self._settled] if self._settled else self._readers
        for reader in readers:
            reader.look_again()
            try:
                while left > 0 and reader.busy:
                    left -= 1
                    await reader.read(last=left == 0 and (self._pages > 1 or self._odd))
            except ServiceError as error:
                if error.failure.kind is not FailureKind.DENIED:
                    raise
                denied.append(error)
            if reader.horizon.newest_ms is not None:
                self._settled = reader
            if self._settled or left == 0:
                break
        if left == 0 and not self._settled:
            self._readers.append(self._readers.pop(0))
        if denied and (self._settled or len(denied) == len(readers)):
            raise denied[0]
        return not any(reader.behind for reader in ([self._settled] if self._settled else readers))


@dataclass(slots=True)
class _Sweep:
    """One walk through pages, which may take several polls."""

    start_ms: int
    newest_first: bool = False
    full: bool = False
    """Over the whole overlap, for what has come late."""
    token: str | None = None
    used: set[str] = field(default_factory=set)
    pages: int = 0
    events: int = 0


class _Reader:
    """Walks through one group: forward for what is new, and in between over what may have come late, or earlier."""

    def __init__(
        self, port: LogEvents, group: str, prefix: str, begin_ms: int, tail: int | None, overlap_ms: int
    ) -> None:
        self.group = group
        self.exists = False
        self.complete = False
        self.pending: list[LogEvent] = []
        """Read and not handed over yet."""
        self.horizon = _Horizon()
        self._port = port
        self._prefix = prefix
        self._begin_ms = begin_ms
        self._tail = tail if begin_ms >= EARLIEST_MS else None
        self._overlap_ms = overlap_ms
        self._forward: _Sweep | None = None
        self._past: _Sweep | None = None
        """Newest first, once."""
        self._rescan: _Sweep | None = None
        """The rest of a full sweep over a log so busy that the news should not wait for it."""
        self._rest = 0
        """Pages to be read for news before the next full sweep."""
        self._newest_then: int | None = None
        """What was the newest when the last full sweep began."""
        self._begin()

    @property
    def behind(self) -> bool:
        """Whether there is anything to be read that was not there before."""
        return self._forward is not None or self._past is not None

    @property
    def busy(self) -> bool:
        """Whether there is a page to be read."""
        return self.behind or self._rescan is not None

    def look_again(self) -> None:
        """Begin a sweep for what has come since the last one, unless it is still under way."""
        newest = self.horizon.newest_ms
        if self._forward is not None or (self._past is not None and newest is None):
            return
        if newest is None:
            self._begin()
        elif self._rescan is not None or self._rest > 0:
            self._forward = self._news()
        else:
            self._forward = _Sweep(self._from(newest if self._newest_then is None else self._newest_then), full=True)
            self._newest_then = newest

    async def read(self, *, last: bool) -> None:
        """Read one page. The `last` of a poll is not for news, so that a busy present does not hold up the rest."""
        other = self._past or self._rescan
        sweep = other if self._forward is None or (last and other) else self._forward
        assert sweep is not None
        try:
            page = await self._port.filter(
                self.group, self._prefix, sweep.start_ms, sweep.token, newest_first=sweep.newest_first
            )
        except ServiceError as error:
            if not self._recovered(error, sweep):
                raise
            return
        self.exists = True
        self.pending += page.events
        self.horizon.note(page.events)
        if self._newest_then is None:
            # The first sweep may take long: what comes late behind it is not behind its first page.
            self._newest_then = self.horizon.newest_ms
        sweep.pages += 1
        sweep.events += len(page.events)
        self._rest = max(0, self._rest - (sweep is self._forward and not sweep.full))
        token = page.next_token
        enough = sweep.newest_first and self._tail is not None and sweep.events >= self._tail
        if token is None or token in sweep.used or enough:
            self._end(sweep, whole=token is None)
            return
        sweep.used.add(token)
        sweep.token = token
        if sweep.full and sweep is self._forward and page.events:
            self._rescan, self._forward = sweep, self._news()

    def _begin(self) -> None:
        if self._tail is None:
            self._forward, self._past = _Sweep(self._begin_ms), None
        else:
            self._forward, self._past = None, _Sweep(self._begin_ms, newest_first=True)

    def _news(self) -> _Sweep:
        assert self.horizon.newest_ms is not None
        return _Sweep(max(self._begin_ms, self.horizon.before(self.horizon.newest_ms, _SHORT_OVERLAP_MS)))

    def _from(self, moment: int) -> int:
        return max(self._begin_ms, self.horizon.before(moment, self._overlap_ms))

    def _end(self, sweep: _Sweep, *, whole: bool) -> None:
        if sweep is self._past:
            self._past = None
        elif sweep is self._rescan:
            self._rescan = None
        else:
            self._forward = None
        if sweep.full:
            # What is over in one page costs no more than looking for news; more is made up for first.
            self._rest = sweep.pages - 1
        self.complete = self.complete or (whole and sweep.start_ms <= self._begin_ms)

    def _recovered(self, error: ServiceError, sweep: _Sweep) -> bool:
        """Make the next call possible after a failure, and return whether that is all there is to it."""
        kind = error.failure.kind
        if kind is FailureKind.NOT_FOUND:
            self.exists = False
            self.horizon = _Horizon()
            self._newest_then, self._rest = None, 0
            self._forward = self._past = self._rescan = None
            return True
        if kind not in (FailureKind.INVALID, FailureKind.UNSUPPORTED):
            return False
        if sweep.token is not None:
            # Tokens are good for a day; the walk begins anew.
            sweep.token, sweep.events = None, 0
            sweep.used.clear()
            return True
        if sweep.newest_first:
            # An endpoint that only reads forward.
            self._past, self._forward, self._tail = None, _Sweep(self._begin_ms), None
            return True
        return False


@dataclass(slots=True)
class _Horizon:
    """What has been seen so far, and how far back a sweep must look for what comes late."""

    newest_ms: int | None = None
    """By the service's clock where a host's is ahead of it: that host would hide all the others."""
    newest_at: int | None = None
    newest_ingested: int = 0
    lag_ms: int | None = None
    lags: dict[str, tuple[int, int]] = field(default_factory=dict)
    """When the newest event of each stream was ingested, and how late that was."""

    def note(self, events: Sequence[LogEvent]) -> None:
        """Learn from a page."""
        for event in events:
            lag = event.ingested - event.at
            self.newest_ms = max(self.newest_ms or 0, min(event.at, event.ingested))
            self.newest_at = max(self.newest_at or 0, event.at)
            if event.ingested >= self.newest_ingested:
                self.newest_ingested, self.lag_ms = event.ingested, max(0, lag)
            if event.ingested >= self.lags.get(event.stream, (0, 0))[0]:
                self.lags[event.stream] = event.ingested, lag

    def before(self, moment: int, overlap_ms: int) -> int:
        """Return where to begin: the overlap and the slowest live stream's lag behind the fastest before a moment."""
        silent = self.newest_ingested - _LONGEST_LAG_MS
        lags = [max(0, lag) for ingested, lag in self.lags.values() if ingested >= silent]
        return max(0, moment - overlap_ms - min(_LONGEST_LAG_MS, max(lags, default=0) - min(lags, default=0)))
