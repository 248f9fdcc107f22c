"""CloudWatch Logs over the real wire: implements `tui.polling.logs.LogEvents`.

The one exception to "sanitised where it enters": messages are handed on as the service delivers them, since the
job's own metric regexes expect them so (XGBoost's look for a literal `#011`). `tui.domain.loglines` makes them safe.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from tui.aws.connection import Connection, unreadable
from tui.domain.logs import LogEvent
from tui.polling.logs import LogPage

_PAGE_EVENTS: Final = 4_000
"""The service gives 10,000: taking so many apart in one go keeps the keyboard waiting for a tenth of a second."""


_EVENTS: Final = "Events"
"""Where the events stand in the parsed answer."""


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


class LogReader:
    """Handles botocore's `before-parse` of FilterLogEvents.

    A poll brings a minute of lines again, to lose none, and often nothing else: what is as it was is not read twice,
    and the rest without the SDK's parser, which takes half of what following a log costs.
    """

    def __init__(self) -> None:
        self._body = b""
        self._events: tuple[LogEvent, ...] = ()

    def __call__(self, response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: object) -> None:
        """Put the events of a page beside what is parsed; what is no page is left to the SDK."""
        if response_dict["status_code"] != 200:
            return
        try:
            page = json.loads(response_dict["body"])
        except (ValueError, RecursionError):
            return
        events = page.get("events") if isinstance(page, dict) else None
        if not isinstance(events, list):
            return
        body = response_dict["body"]
        if body != self._body:
            try:
                self._events = tuple(_event(event) for event in events if isinstance(event, Mapping))
            except (ValueError, TypeError, OverflowError):
                return
            self._body = body
        customized_response_dict[_EVENTS] = self._events
        response_dict["body"] = json.dumps({**page, "events": []}).encode()


def _page(response: dict[str, Any], _: Any) -> LogPage:
    if _EVENTS not in response:
        raise unreadable("FilterLogEvents")
    return LogPage(response[_EVENTS], response.get("nextToken") or None)


def _event(event: Mapping[str, Any]) -> LogEvent:
    at = int(event.get("timestamp") or 0)
    ingested = int(event.get("ingestionTime") or at)
    stream, message = str(event.get("logStreamName", "")), str(event.get("message", ""))
    # Without an id, what else there is tells one event from another.
    return LogEvent(str(event.get("eventId") or f"{stream}:{at}:{ingested}:{message}"), at, ingested, stream, message)
