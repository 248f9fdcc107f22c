"""CloudWatch Logs in memory, for the cursor: it delivers late, twice, by pages, and not at all."""

import asyncio
from dataclasses import dataclass, field

from tui.domain.failure import Failure, FailureKind, ServiceError
from tui.domain.logs import GROUP, LogEvent
from tui.polling.logs import EARLIEST_MS, LogPage

BEGIN = EARLIEST_MS + 1_000_000


def event(at: int, ingested: int | None = None, stream: str = "job/algo-1-1", name: str = "") -> LogEvent:
    """Return an event; its times are milliseconds after `BEGIN`."""
    return LogEvent(name or f"{stream}@{at}", BEGIN + at, BEGIN + (at if ingested is None else ingested), stream, "x")


@dataclass
class Service:
    """FilterLogEvents; an event is there once it is ingested."""

    events: list[LogEvent] = field(default_factory=list)
    groups: set[str] = field(default_factory=lambda: {GROUP})
    now: int = BEGIN + 10**9
    page: int = 10
    repeat: bool = False
    empty: int = 0
    failures: list[FailureKind] = field(default_factory=list)
    denied: set[str] = field(default_factory=set)
    forward_only: bool = False
    calls: list[tuple[str, str, int, str | None, bool]] = field(default_factory=list)

    async def filter(
        self, group: str, prefix: str, start_ms: int, token: str | None = None, *, newest_first: bool = False
    ) -> LogPage:
        self.calls.append((group, prefix, start_ms, token, newest_first))
        await asyncio.sleep(0)
        kind = self.failures.pop(0) if self.failures else None
        kind = FailureKind.DENIED if group in self.denied else kind
        kind = FailureKind.NOT_FOUND if group not in self.groups else kind
        kind = FailureKind.INVALID if newest_first and self.forward_only else kind
        if kind is not None:
            raise ServiceError(Failure(kind, "FilterLogEvents", "no"))
        found = [
            each
            for each in self.events
            if each.stream.startswith(prefix) and each.at >= start_ms and each.ingested <= self.now
        ]
        found.sort(key=lambda each: (each.at, each.id), reverse=newest_first)
        offset = int(token.partition(":")[0]) if token else 0
        if self.empty:
            self.empty -= 1
            return LogPage((), f"{offset}:{self.empty}")
        end = offset + self.page
        more = token if self.repeat and token else f"{end}:" if end < len(found) else None
        return LogPage(tuple(found[offset:end]), more)
