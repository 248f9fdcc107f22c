"""CloudWatch Logs over the real wire: implements `tui.polling.logs.LogEvents`.

The one exception to "sanitised where it enters": messages are handed on as the service delivers them, since the
job's own metric regexes expect them so (XGBoost's look for a literal `#011`). `tui.domain.loglines` makes them safe.
"""

from collections.abc import Mapping
from typing import Any, Final

from tui.aws.connection import Connection, unreadable
from tui.domain.logs import LogEvent
from tui.polling.logs import LogPage

_PAGE_EVENTS: Final = 4_000
"""The service gives 10,000: taking so many apart in one go keeps the keyboard waiting for a tenth of a second."""


class Logs:
    """CloudWatch Logs of one account and region."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def filter(
        self, group: str, prefix: str, start_ms: int, token: str | None = None, *, newest_first: bool = False
    ) -> LogPage:
        """FilterLogEvents: up to 10,000 events or 1 MB of all streams of a prefix, by time."""
        parameters: dict[str, object] = {
            "logGroupName": group,
            "logStreamNamePrefix": prefix,
            "startTime": max(0, start_ms),
            "limit": _PAGE_EVENTS,
        }
        if newest_first:
            parameters["startFromHead"] = False
        if token:
            parameters["nextToken"] = token
        return await self._connection.call("logs", "FilterLogEvents", parameters, _page)


def _page(response: dict[str, Any], _: Any) -> LogPage:
    events = response.get("events")
    if not isinstance(events, list):
        raise unreadable("FilterLogEvents")
    return LogPage(
        tuple(_event(event) for event in events if isinstance(event, Mapping)), response.get("nextToken") or None
    )


def _event(event: Mapping[str, Any]) -> LogEvent:
    at = int(event.get("timestamp") or 0)
    ingested = int(event.get("ingestionTime") or at)
    stream, message = str(event.get("logStreamName", "")), str(event.get("message", ""))
    # Without an id, what else there is tells one event from another.
    return LogEvent(str(event.get("eventId") or f"{stream}:{at}:{ingested}:{message}"), at, ingested, stream, message)
