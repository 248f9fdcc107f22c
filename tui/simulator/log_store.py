"""The log groups of an account: streams that tests fill, and those that follow from its jobs."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence

from tui.simulator.jobs import Job, ScriptedJob
from tui.simulator.log_rules import rule_streams
from tui.simulator.log_streams import Event, FilledStream, HostStream, LogEvent, Stream

TRAINING_GROUP = "/aws/sagemaker/TrainingJobs"
PROCESSING_GROUP = "/aws/sagemaker/ProcessingJobs"
PAGE_EVENTS = 10_000
"""What the service puts into one page at most."""


class Logs:
    """CloudWatch Logs of one account."""

    def __init__(self, jobs: Callable[[], Mapping[str, Job]]) -> None:
        self.page_events = PAGE_EVENTS
        """Events looked through for one page; a lower number keeps pages cheap, and is just as legal."""
        self._jobs = jobs
        self._filled: dict[str, dict[str, FilledStream]] = {}

    def put(self, stream: str, events: Sequence[LogEvent], group: str = TRAINING_GROUP) -> None:
        """Adds events to a stream, which is created if need be; they need not be in order."""
        streams = self._filled.setdefault(group, {})
        streams.setdefault(stream, FilledStream(stream)).put(events)

    def create_group(self, group: str) -> None:
        """Makes a group that holds nothing yet."""
        self._filled.setdefault(group, {})

    def has_group(self, group: str, now: int) -> bool:
        """Whether the group exists at `now`: it does once anything was written into it."""
        return group in self._filled or next(self._told(group, "", now), None) is not None

    def streams(self, group: str, prefix: str, now: int) -> list[Stream]:
        """The streams that exist at `now`, in epoch milliseconds, and whose name begins with `prefix`; by name."""
        found: list[Stream] = [
            stream
            for name, stream in self._filled.get(group, {}).items()
            if name.startswith(prefix) and stream.created_at <= now
        ]
        found += self._told(group, prefix, now)
        return sorted(found, key=lambda stream: stream.name)

    def _told(self, group: str, prefix: str, now: int) -> Iterator[Stream]:
        streams = self._host_streams(prefix, now) if group == TRAINING_GROUP else iter(())
        if group == PROCESSING_GROUP:
            streams = self._rule_streams(prefix)
        return (stream for stream in streams if stream.created_at <= now and stream.name.startswith(prefix))

    def _host_streams(self, prefix: str, now: int) -> Iterator[Stream]:
        name, slash, _ = prefix.partition("/")
        jobs = self._jobs()
        if slash:
            one = jobs.get(name)
            candidates = [] if one is None else [one]
        else:
            candidates = [job for each, job in jobs.items() if each.startswith(prefix)]
        for job in candidates:
            if not isinstance(job, ScriptedJob) or not job.life.training:
                continue
            if job.life.training[0].start_at * 1000 > now:
                continue
            for attempt in job.run.attempts:
                for host in range(1, len(job.run.hosts) + 1):
                    stream = HostStream(job.run, attempt, host)
                    if not stream.is_empty:
                        yield stream

    def _rule_streams(self, prefix: str) -> Iterator[Stream]:
        wanted = prefix.partition("/")[0]
        for job in self._jobs().values():
            if isinstance(job, ScriptedJob) and job.life.rules:
                for name, stream in rule_streams(job.life):
                    if name.startswith(wanted):
                        yield stream


def first_after(streams: Sequence[Stream], start: int, end: int, now: int) -> Iterator[Iterator[Event]]:
    """For each stream its events with start <= at < end; of what is computed, none from the future."""
    for stream in streams:
        yield stream.events(start, end if isinstance(stream, FilledStream) else min(end, now + 1))


def last_before(stream: Stream, key: tuple[int, str], start: int, now: int, limit: int) -> list[Event]:
    """The last `limit` events that sort before `key`, were ingested by `now` and are not older than `start`."""
    newest = min(key[0] + 1, now + 1) if not isinstance(stream, FilledStream) else key[0] + 1
    oldest = max(start, min(stream.created_at, newest) - 86_400_000)
    reach = 60_000
    while True:
        since = max(oldest, newest - reach)
        events = [event for event in stream.events(since, newest) if event.ingested_at <= now]
        events = events[: bisect_left(events, key, key=lambda event: (event.at, event.id))]
        if len(events) >= limit or since <= oldest:
            return events[-limit:]
        reach *= 4
