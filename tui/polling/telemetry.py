"""What is live around the focused job: its log, the curves the log tells, what rules and autopsy make of them.

One log cursor, one buffer and one extractor for one job at a time. The curves of CloudWatch are another feed
(`tui.polling.metrics`), since one call serves all jobs on the screen.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import chain, repeat
from typing import Final

from tui.domain.autopsy import Autopsy, autopsy
from tui.domain.extraction import Unused, definitions
from tui.domain.failure import Failure, missing_action
from tui.domain.health import Finding, Vitals, examine
from tui.domain.job import JobSnapshot
from tui.domain.logbuffer import Added, LogBuffer
from tui.domain.logs import LogEvent
from tui.domain.progress import Progress
from tui.domain.series import Series, Source
from tui.polling import logs
from tui.polling.clock import elapsed
from tui.polling.gate import Gate
from tui.polling.logs import LogBatch, LogCursor, LogEvents, LogState
from tui.polling.metricplan import Subject
from tui.polling.metricports import SourceState
from tui.polling.poller import Poll, Poller
from tui.polling.regexes import Extractor

_SLICE: Final = 500
"""Events that are taken in at once: the keyboard gets its turn between two slices."""
_LINES_EXAMINED: Final = 5_000
_EXAMINE_SECONDS: Final = 10.0
"""Local rules are looked at this often while something comes in."""
_MINUTE_SECONDS: Final = 60.0
_LATE: Final = timedelta(minutes=3)
"""Events still come this long after the end of a job."""


class LogWatch:
    """Follows one log into a buffer."""

    def __init__(
        self,
        cursor: LogCursor,
        job: str,
        changed: Callable[[Added], object],
        *,
        over: Callable[[], bool],
        extractor: Extractor | None = None,
        gate: Gate | None = None,
    ) -> None:
        """`changed` is called for each slice that came in; `over` tells whether the log can no longer grow."""
        self.job = job
        self.buffer = LogBuffer()
        self.state: LogState | None = None
        self.failure: Failure | None = None
        self.read_at: float | None = None
        """`elapsed()` of the last successful read."""
        self.generation = 0
        self._changed = changed
        self._over = over
        self._extractor = extractor
        self._cursor = cursor
        self.poller: Poller[LogBatch] = Poller(job, self._poll, self._note, self._period, gate=gate)

    async def _poll(self) -> LogBatch:
        batch = await self._cursor.poll()
        for start in range(0, len(batch.events), _SLICE):
            await self._take(batch.events[start : start + _SLICE])
        return batch

    async def _take(self, events: Sequence[LogEvent]) -> None:
        added = self.buffer.extend(events, self.job)
        if not added.fresh:
            return
        if self._extractor:
            await self._extractor.feed_beside(added.fresh)
        else:
            await asyncio.sleep(0)
        self.generation += 1
        self._changed(added)

    def _note(self, poll: Poll[LogBatch]) -> None:
        before = self.failure, self.state
        self.failure = poll.failure
        if poll.value:
            self.state = poll.value.state
            self.read_at = poll.at
        if (self.failure, self.state) != before:
            self.generation += 1
            self._changed(Added())

    def _period(self, batch: LogBatch) -> float | None:
        if self._over() and batch.state.caught_up:
            return None
        return logs.period(batch)


class Telemetry:
    """The log, the local findings and the autopsy of the focused job."""

    def __init__(
        self,
        port: LogEvents,
        snapshot: JobSnapshot,
        *,
        now: Callable[[], datetime],
        curves: Callable[[Subject], tuple[Series, ...]],
        usual_waits: Callable[[JobSnapshot], tuple[float, ...]],
        changed: Callable[[Added], object],
        gate: Gate | None = None,
    ) -> None:
        """`curves` are CloudWatch's; `changed` is called whenever something came in."""
        self.snapshot = snapshot
        self.findings: tuple[Finding, ...] = ()
        self.autopsy: Autopsy | None = None
        self.rule_log: LogWatch | None = None
        """The log of a rule's processing job, while it is looked at."""
        self._port = port
        self._now = now
        self._curves = curves
        self._usual_waits = usual_waits
        self._changed = changed
        self._gate = gate
        created = snapshot.times.created or now()
        self._begin_ms = int(created.timestamp() * 1000)
        self._extractor = Extractor(())
        self._examine = asyncio.Event()
        self.log = self._log_watch()

    @property
    def subject(self) -> Subject:
        """What of the job matters for its curves."""
        return Subject.of_job(self.snapshot)

    @property
    def series(self) -> tuple[Series, ...]:
        """The curves that the log tells, newer than any other source."""
        return self._extractor.series()

    @property
    def unused(self) -> tuple[Unused, ...]:
        """Metric definitions that cannot be applied to the log, and why."""
        return self._extractor.unused()

    def log_source(self) -> SourceState:
        """Return how the log does as a source of curves."""
        at = self._read_at_ms()
        failure = self.log.failure
        reason = f"{failure.kind}: {failure.hint or failure.message}" if failure else ""
        if not reason and not definitions(self.snapshot.raw):
            reason = "no MetricDefinitions"
        return SourceState(
            Source.LOG, datetime.fromtimestamp(at / 1000, UTC) if at else None, reason, missing_action(failure)
        )

    @property
    def progress(self) -> Progress | None:
        """How far training is, by the bar of the host that wrote last."""
        states = self.log.buffer.progress.values()
        latest = max(states, key=lambda state: state.line.at, default=None)
        return latest.progress if latest else None

    def update(self, snapshot: JobSnapshot) -> None:
        """Take in a newer description of the same job."""
        if snapshot is not self.snapshot:
            self.snapshot = snapshot
            self._examine.set()

    def curves_changed(self) -> None:
        """Look at the rules again: there are new points."""
        self._examine.set()

    def read_from_start(self) -> None:
        """Begin the log anew, with its first line instead of its last ones; `run` must be started again."""
        self.log = self._log_watch(since_ms=self._begin_ms)

    def _log_watch(self, since_ms: int | None = None) -> LogWatch:
        self._extractor = Extractor(definitions(self.snapshot.raw))
        cursor = LogCursor(self._port, self.snapshot.name, begin_ms=self._begin_ms, since_ms=since_ms)
        return LogWatch(
            cursor, self.snapshot.name, self._came, over=self._over, extractor=self._extractor, gate=self._gate
        )

    async def run(self) -> None:
        """Follow the log and look at the rules until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.log.poller.run())
            tasks.create_task(self._judge())

    async def run_rule(self, processing_job: str) -> None:
        """Follow the log of a rule's processing job until cancelled."""
        cursor = LogCursor.of_rule(self._port, processing_job, begin_ms=self._begin_ms)
        self.rule_log = LogWatch(cursor, processing_job, self._changed, over=self._over, gate=self._gate)
        try:
            await self.rule_log.poller.run()
        finally:
            self.rule_log = None

    async def _judge(self) -> None:
        # The first answers come with the first lines; later there is no hurry.
        pauses = chain((0.5, 1.0, 2.0, 4.0), repeat(_EXAMINE_SECONDS))
        while True:
            self._examine.clear()
            vitals = self._vitals()
            lines = list(self.log.buffer)
            before = self.findings, self.autopsy
            self.findings = await asyncio.to_thread(examine, vitals)
            self.autopsy = await asyncio.to_thread(autopsy, self.snapshot, lines, self._now())
            if (self.findings, self.autopsy) != before:
                self._changed(Added())
            await asyncio.sleep(next(pauses))
            # Time alone changes some answers too: silence, waits, deadlines.
            with suppress(TimeoutError):
                async with asyncio.timeout(_MINUTE_SECONDS):
                    await self._examine.wait()

    def _came(self, added: Added) -> None:
        self._examine.set()
        self._changed(added)

    def _vitals(self) -> Vitals:
        buffer = self.log.buffer
        last: dict[str, int] = {}
        recent = buffer[max(0, len(buffer) - _LINES_EXAMINED) :]
        for line in recent:
            last[line.host] = max(last.get(line.host, 0), line.at)
        for host, state in buffer.progress.items():
            last[host] = max(last.get(host, 0), state.line.at)
        return Vitals(
            snapshot=self.snapshot,
            now=self._now(),
            series=(*self._curves(self.subject), *self.series),
            hosts=self.subject.hosts,
            log=recent,
            last_log_at_ms=last,
            log_read_at_ms=self._read_at_ms(),
            progress=self.progress,
            typical_pending_seconds=self._usual_waits(self.snapshot),
        )

    def _read_at_ms(self) -> int | None:
        if self.log.read_at is None:
            return None
        ago = timedelta(seconds=elapsed() - self.log.read_at)
        return int((self._now() - ago).timestamp() * 1000)

    def _over(self) -> bool:
        ended = self.snapshot.times.ended or self.snapshot.times.modified
        return self.snapshot.terminal and (ended is None or self._now() - ended > _LATE)


def findings_of_rows(
    snapshots: Sequence[JobSnapshot],
    curves: Mapping[str, tuple[Series, ...]],
    waits: Mapping[str, tuple[float, ...]],
    now: datetime,
) -> dict[str, tuple[Finding, ...]]:
    """Return by name what the rules say of rows of the list, without a log: from the row and its curves."""
    return {
        snapshot.name: examine(
            Vitals(snapshot, now, curves.get(snapshot.name, ()), typical_pending_seconds=waits.get(snapshot.name, ()))
        )
        for snapshot in snapshots
    }
