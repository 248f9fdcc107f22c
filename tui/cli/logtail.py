"""Reads the log of a job to its end, or along with it, and prints what comes."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tui.aws.connection import Connection
from tui.aws.logs import Logs
from tui.aws.sagemaker import SageMaker
from tui.cli.asking import describe
from tui.cli.ending import ending
from tui.cli.logprint import Entry, Format, plain_rows
from tui.cli.outcomes import Outcomes
from tui.cli.patience import Patience
from tui.cli.settings import say
from tui.domain.failure import ServiceError
from tui.domain.logbuffer import LogBuffer, Pattern
from tui.domain.logs import LogEvent
from tui.polling import pace
from tui.polling.clock import ServiceClock
from tui.polling.logs import LogBatch, LogCursor, LogState, period
from tui.polling.poller import Poll, Poller
from tui.polling.ports import Described

QUIET_SECONDS: Final = 20.0
"""How long nothing must come after the end of a job: events take 5 to 20 seconds to appear."""
LONG_OVER: Final = timedelta(minutes=2)
"""Of a job that ended longer ago nothing more is waited for."""
BAR_SECONDS: Final = 1.0
"""Between two states of a host's progress bar on a terminal."""
_EARLIER: Final = timedelta(hours=1)
"""A host's clock may be wrong; nothing is read that is older than this before the job."""
_REMEMBERED: Final = 60_000
"""Lines kept to know repetitions by: more than one poll brings."""
_STRETCH: Final = 2.0
"""Nobody looks at the status: twice the screen's period."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the log is printed."""

    follow: bool = False
    since: datetime | timedelta | None = None
    hosts: frozenset[str] | None = None
    pattern: Pattern | None = None
    reveal: bool = False
    """Whether what looks secret is printed."""
    limit: int | None = None
    """Of what there is at the beginning, the last so many events."""

    @property
    def part(self) -> bool:
        """Whether the log has to be read from a beginning, and not from its end."""
        return bool(self.since or self.hosts or self.pattern)

    def lets_through(self, entry: Entry) -> bool:
        """Return whether an event is printed."""
        if self.hosts is not None and entry.line.host not in self.hosts:
            return False
        return self.pattern is None or bool(self.pattern.search("\n".join(plain_rows(entry.message))))


class Merge:
    """Puts events in order and knows those that were there before."""

    def __init__(self, job: str, wanted: Wanted) -> None:
        self.bars: dict[str, Entry] = {}
        """The latest state of each host's progress bar, while it is passing: no line says it."""
        self.seen = 0
        """Events, repetitions not counted."""
        self._job = job
        self._wanted = wanted
        self._buffer = LogBuffer(max(_REMEMBERED, wanted.limit or 0))

    @property
    def hosts(self) -> tuple[str, ...]:
        """Those that have written anything."""
        return self._buffer.hosts

    def take(self, events: Iterable[LogEvent]) -> list[Entry]:
        """Return what is new and wanted, in the order of time."""
        added = self._buffer.extend(events, self._job)
        fresh = {event.id: event for event in added.fresh}
        self.seen += len(fresh)
        masked = not self._wanted.reveal
        for host, state in self._buffer.progress.items():
            if state.line.id not in fresh:
                continue
            self.bars.pop(host, None)
            entry = Entry(state.line, fresh[state.line.id].message, masked)
            if state.progress.passing and "\n" not in state.line.text and self._wanted.lets_through(entry):
                self.bars[host] = entry
        if added.first is None:
            return []
        below = self._buffer[self._buffer.index_of(added.first) :]
        entries = (Entry(line, fresh[line.id].message, masked) for line in below if line.id in fresh)
        return [entry for entry in entries if self._wanted.lets_through(entry)]


class LogTail:
    """One run of `sagetop logs`."""

    def __init__(self, wanted: Wanted, write: Format, clock: ServiceClock, terminal: bool) -> None:
        self._wanted = wanted
        self._write = write
        self._clock = clock
        self._live_bars = terminal and wanted.follow
        self._collecting = wanted.limit is not None
        """Whether nothing is printed before all that is there has been read."""
        self._kept: list[Entry] = []
        self._left_out = False
        self._bars_at: dict[str, float] = {}
        self._bars_printed: dict[str, str] = {}
        """The last event of each host that was printed as a state of its bar."""
        self._said_waiting = False

    async def run(self, sagemaker: SageMaker, connection: Connection, name: str) -> None:
        """Print the log of a job, and with `follow` how it ended.

        Raises:
            ServiceError: it cannot be seen, for good.
        """
        self._described(await describe(sagemaker, name))
        name = self._job.name
        self._merge = Merge(name, self._wanted)
        self._begun_ms = _milliseconds(self._clock.now())
        cursor = self._cursor(connection)
        outcomes: Outcomes[Poll[LogBatch] | Poll[Described]] = Outcomes()
        reader = Poller("FilterLogEvents", cursor.poll, outcomes.put, period)
        runs = [reader.run()]
        if self._wanted.follow and not self._job.terminal:
            watcher = Poller("DescribeTrainingJob", lambda: sagemaker.describe(name), outcomes.put, _job_period)
            watcher.stretch = _STRETCH
            runs.append(watcher.run())
        patience = Patience(say, endless=self._wanted.follow)
        patience.answered("DescribeTrainingJob")
        async with outcomes.of(*runs):
            while True:
                poll = await outcomes.next()
                assert poll is not None
                if poll.failure is not None:
                    if patience.lasts(poll.key, poll.failure):
                        continue
                    self._print_kept()
                    raise ServiceError(poll.failure)
                patience.answered(poll.key)
                if isinstance(poll.value, Described):
                    self._described(poll.value)
                    if self._job.terminal:
                        reader.kick()
                elif isinstance(poll.value, LogBatch) and self._taken(poll.value):
                    break
        self._finish()

    def _cursor(self, connection: Connection) -> LogCursor:
        created = self._job.times.created
        begin_ms = _milliseconds(created - _EARLIER) if created else 0
        since = self._wanted.since
        since_ms = begin_ms if self._wanted.part else None
        if isinstance(since, timedelta):
            since_ms = max(begin_ms, self._begun_ms - since // timedelta(milliseconds=1))
        elif since is not None:
            since_ms = max(begin_ms, _milliseconds(since))
        # Some events are only states of progress bars.
        tail_events = 2 * (self._wanted.limit or 0)
        return LogCursor(
            Logs(connection), self._job.name, begin_ms=begin_ms, since_ms=since_ms, tail_events=tail_events
        )

    def _described(self, found: Described) -> None:
        self._clock.observe(found.service_time)
        self._job = found.snapshot
        if self._job.terminal:
            self._news_at = time.monotonic()

    def _taken(self, batch: LogBatch) -> bool:
        """Print what a poll brought, and return whether that was the last of it."""
        state = batch.state
        before = self._merge.seen
        entries = self._merge.take(batch.events)
        if self._merge.seen > before:
            self._news_at = time.monotonic()
        read = state.caught_up or self._read_enough(state)
        if self._collecting:
            self._keep(entries)
            if not read:
                return False
            self._left_out |= bool(self._merge.seen) and not (state.complete or self._wanted.part)
            self._print_kept()
        else:
            self._print(entries)
        if self._live_bars:
            self._print(sorted(entry for _, entry in self._bars_due(time.monotonic())))
        if read and not self._merge.seen:
            self._narrate_nothing(state)
        return read and self._over(quiet=self._merge.seen == before)

    def _read_enough(self, state: LogState) -> bool:
        """Return whether all that was there at the beginning has been read, though more keeps coming."""
        if not self._wanted.part:
            return self._merge.seen >= 2 * (self._wanted.limit or 0)
        return state.newest_ms is not None and state.newest_ms >= self._begun_ms

    def _over(self, quiet: bool) -> bool:
        if not self._wanted.follow:
            return True
        if not self._job.terminal or not quiet:
            return False
        ended = self._job.times.ended or self._job.times.modified
        long_over = ended is not None and self._clock.now() - ended > LONG_OVER
        return long_over or time.monotonic() - self._news_at >= QUIET_SECONDS

    def _keep(self, entries: list[Entry]) -> None:
        self._kept += entries
        # Almost in order: the log may be read backwards, page by page.
        self._kept.sort()
        over = len(self._kept) - (self._wanted.limit or 0)
        if over > 0:
            self._left_out = True
            del self._kept[:over]

    def _print_kept(self) -> None:
        if not self._collecting:
            return
        self._collecting = False
        if not self._wanted.follow:
            self._keep([entry for _, entry in self._bars_due()])
        if self._left_out:
            say("older lines are left out; --limit N or --since SPAN prints more")
        self._print(self._kept)
        self._kept = []

    def _bars_due(self, now: float | None = None) -> list[tuple[str, Entry]]:
        """Return the bars whose state was not printed yet, at `now` only those that were not printed just before."""
        due = [
            (host, entry)
            for host, entry in self._merge.bars.items()
            if entry.line.id != self._bars_printed.get(host)
            and (now is None or now - self._bars_at.get(host, now - BAR_SECONDS) >= BAR_SECONDS)
        ]
        for host, entry in due:
            self._bars_printed[host] = entry.line.id
            self._bars_at[host] = 0.0 if now is None else now
        return due

    def _print(self, entries: Iterable[Entry]) -> None:
        text = "".join(map(self._write, entries))
        if text:
            sys.stdout.write(text)
            sys.stdout.flush()

    def _narrate_nothing(self, state: LogState) -> None:
        if self._said_waiting:
            return
        self._said_waiting = True
        since = " since then" if self._wanted.since else ""
        what = f"no log{since} yet" if state.exists else f"no log yet: there is no log group {state.group}"
        if self._job.terminal:
            what = f"no log{since}"
        say(f"{self._job.name} has {what}" + ("; waiting" if self._wanted.follow and not self._job.terminal else ""))

    def _finish(self) -> None:
        self._print(sorted(entry for _, entry in self._bars_due()))
        missing = (self._wanted.hosts or frozenset()) - set(self._merge.hosts)
        if missing and self._merge.hosts:
            say(f"nothing of {', '.join(sorted(missing))}; hosts: {', '.join(sorted(self._merge.hosts))}")
        if self._wanted.follow:
            say(ending(self._job))


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _job_period(found: Described) -> float | None:
    return None if found.snapshot.terminal else pace.FOCUSED_SECONDS
