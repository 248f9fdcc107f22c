"""FilterLogEvents, GetLogEvents and DescribeLogStreams."""

from __future__ import annotations

import base64
import binascii
import heapq
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui.simulator.errors import ServiceError, serialization
from tui.simulator.faults import Fault
from tui.simulator.log_store import first_after, last_before
from tui.simulator.log_streams import Event, Stream

if TYPE_CHECKING:
    from tui.simulator.account import Account

PAGE_BYTES = 1_048_576
_EVENT_OVERHEAD = 26
_FOREVER = 1 << 62
_OVERLAP_MS = 5_000

_Cursor = tuple[int, str]
_FROM_THE_START: _Cursor = (-1, "")


def filter_log_events(account: Account, params: Mapping[str, Any]) -> dict[str, Any]:
    """FilterLogEvents: what many streams hold, in the order of time."""
    group = _group(account, params)
    now = _now(account)
    names = params.get("logStreamNames")
    prefix = params.get("logStreamNamePrefix")
    if names is not None and prefix is not None:
        raise _invalid("LogStreamNamePrefix and LogStreamNames cannot both be specified.")
    if names is not None:
        streams = [_stream(account, group, name, now) for name in names]
    else:
        streams = account.logs.streams(group, prefix or "", now)
    limit = min(_whole(params, "limit", 10_000, 1, 10_000), account.logs.page_events)
    start = _whole(params, "startTime", 0, 0, _FOREVER)
    end = _whole(params, "endTime", _FOREVER - 1, 0, _FOREVER) + 1  # events at endTime itself belong to it
    wanted = str(params.get("filterPattern") or "").strip()
    if len(wanted) > 1 and wanted[0] == wanted[-1] == '"':
        wanted = wanted[1:-1]
    if params.get("startFromHead") is False:
        found = _newest_first(streams, params.get("nextToken"), start, end, now, limit)
        token = _write_token((found[-1].at, found[-1].id)) if len(found) == limit else None
        return _answer([event for event in found if wanted in event.message], token)
    cursor = _read_token(params.get("nextToken"))
    page: list[Event] = []
    size = looked_at = 0
    token = None
    last = cursor
    for event in heapq.merge(*first_after(streams, max(start, cursor[0]), end, now)):
        if (event.at, event.id) <= cursor or event.ingested_at > now:
            continue
        cost = len(event.message) + _EVENT_OVERHEAD
        if looked_at >= account.logs.page_events or len(page) >= limit or (looked_at and size + cost > PAGE_BYTES):
            token = _write_token(last)
            break
        last = (event.at, event.id)
        looked_at += 1
        size += cost
        if wanted in event.message:
            page.append(event)
    return _answer(page, token)


def _newest_first(
    streams: Sequence[Stream], token: object, start: int, end: int, now: int, limit: int
) -> list[Event]:
    before = _read_token(token) if token else (end - 1, "~")
    found = [event for stream in streams for event in last_before(stream, before, start, now, limit)]
    return sorted(found, key=lambda event: (event.at, event.id), reverse=True)[:limit]


def _answer(page: Sequence[Event], token: str | None) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "events": [
            {
                "logStreamName": event.stream,
                "timestamp": event.at,
                "message": event.message,
                "ingestionTime": event.ingested_at,
                "eventId": event.id,
            }
            for event in page
        ],
        "searchedLogStreams": [],  # the service stopped to fill it in 2019
    }
    return answer if token is None else answer | {"nextToken": token}


def spoil_page(account: Account, params: Mapping[str, Any], fault: Fault) -> dict[str, Any]:
    """An answer of FilterLogEvents that is legal and yet a trap."""
    given = params.get("nextToken")
    cursor = _read_token(given)
    if fault.kind == "empty_page":
        _group(account, params)
        return {"events": [], "searchedLogStreams": [], "nextToken": _write_token(cursor, _times(given) + 1)}
    if fault.kind == "overlap_page" and given is not None:
        params = {**params, "nextToken": _write_token((max(-1, cursor[0] - _OVERLAP_MS), ""))}
    answer = filter_log_events(account, params)
    if fault.kind == "repeat_token" and given is not None:
        answer["nextToken"] = given
    return answer


def get_log_events(account: Account, params: Mapping[str, Any]) -> dict[str, Any]:
    """GetLogEvents: one stream, forwards or backwards."""
    group = _group(account, params)
    now = _now(account)
    stream = _stream(account, group, params.get("logStreamName"), now)
    limit = min(_whole(params, "limit", 10_000, 1, 10_000), account.logs.page_events)
    start = _whole(params, "startTime", 0, 0, _FOREVER)
    end = _whole(params, "endTime", _FOREVER, 0, _FOREVER)
    token = str(params.get("nextToken") or "")
    direction, _, place = token.partition("/")
    if token and direction not in ("f", "b"):
        raise _invalid("The specified nextToken is invalid.")
    cursor = _read_token(place or None)
    if direction == "f" or (not token and params.get("startFromHead")):
        found = []
        for event in next(first_after([stream], max(start, cursor[0]), end, now)):
            if (event.at, event.id) > cursor and event.ingested_at <= now:
                found.append(event)
                if len(found) == limit:
                    break
    else:
        before = cursor if token else (end - 1 if end < _FOREVER else _FOREVER, "~")
        found = last_before(stream, before, start, now, limit)
    page: list[Event] = []
    size = 0
    for event in found if direction != "b" else reversed(found):
        size += len(event.message) + _EVENT_OVERHEAD
        if page and size > PAGE_BYTES:
            break
        page.append(event)
    page.sort()
    first = (page[0].at, page[0].id) if page else cursor
    last = (page[-1].at, page[-1].id) if page else cursor
    return {
        "events": [
            {"timestamp": event.at, "message": event.message, "ingestionTime": event.ingested_at} for event in page
        ],
        "nextForwardToken": f"f/{_write_token(last)}",
        "nextBackwardToken": f"b/{_write_token(first)}",
    }


def describe_log_streams(account: Account, params: Mapping[str, Any]) -> dict[str, Any]:
    """DescribeLogStreams: which streams there are."""
    group = _group(account, params)
    now = _now(account)
    prefix = params.get("logStreamNamePrefix")
    by_time = params.get("orderBy") == "LastEventTime"
    if by_time and prefix is not None:
        raise _invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
    limit = _whole(params, "limit", 50, 1, 50)
    rows = account.logs.streams(group, prefix or "", now)
    if by_time:
        rows.sort(key=lambda stream: (_last_event_at(stream, now), stream.name))
    if params.get("descending"):
        rows.reverse()
    first = _read_token(params.get("nextToken"))[0] + 1
    arn = f"arn:aws:logs:{account.region}:{account.account_id}:log-group:{group}:log-stream"
    answer: dict[str, Any] = {"logStreams": []}
    for stream in rows[first : first + limit]:
        row: dict[str, Any] = {"logStreamName": stream.name, "creationTime": stream.created_at, "storedBytes": 0}
        row["arn"] = f"{arn}:{stream.name}"
        events = next(first_after([stream], 0, _FOREVER, now))
        opening = next((event for event in events if event.ingested_at <= now), None)
        if opening is not None:
            last_at = _last_event_at(stream, now)
            row |= {"firstEventTimestamp": opening.at, "lastEventTimestamp": last_at, "lastIngestionTime": last_at}
        answer["logStreams"].append(row)
    if len(rows) > first + limit:
        answer["nextToken"] = _write_token((first + limit - 1, ""))
    return answer


def _last_event_at(stream: Stream, now: int) -> int:
    last = last_before(stream, (_FOREVER, "~"), 0, now, 1)
    return last[0].at if last else 0


def _now(account: Account) -> int:
    return int(account.clock.now().timestamp() * 1000)


def _group(account: Account, params: Mapping[str, Any]) -> str:
    group = params.get("logGroupName")
    if group is None:
        identifier = str(params.get("logGroupIdentifier") or "")
        if not identifier:
            raise _invalid("1 validation error detected: Value null at 'logGroupName' failed to satisfy constraint")
        group = identifier.partition(":log-group:")[2].removesuffix(":*") or identifier
    if not isinstance(group, str):
        raise serialization()
    if not account.logs.has_group(group, _now(account)):
        raise ServiceError("ResourceNotFoundException", "The specified log group does not exist.")
    return group


def _stream(account: Account, group: str, name: object, now: int) -> Stream:
    if not isinstance(name, str):
        raise _invalid("1 validation error detected: Value null at 'logStreamName' failed to satisfy constraint")
    found = next((each for each in account.logs.streams(group, name, now) if each.name == name), None)
    if found is None:
        raise ServiceError("ResourceNotFoundException", "The specified log stream does not exist.")
    return found


def _whole(params: Mapping[str, Any], member: str, default: int, low: int, high: int) -> int:
    value = params.get(member, default)
    if isinstance(value, bool) or not isinstance(value, int):
        raise serialization()
    if not low <= value <= high:
        raise _invalid(
            f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: "
            f"Member must have value between {low} and {high}"
        )
    return value


def _invalid(message: str) -> ServiceError:
    return ServiceError("InvalidParameterException", message)


def _write_token(cursor: _Cursor, times: int = 0) -> str:
    return base64.urlsafe_b64encode(json.dumps([*cursor, times]).encode()).decode()


def _read_token(token: object) -> _Cursor:
    if token is None:
        return _FROM_THE_START
    try:
        at, name, _ = json.loads(base64.b64decode(str(token), altchars=b"-_", validate=True))
        return int(at), str(name)
    except (binascii.Error, TypeError, ValueError):
        raise _invalid("The specified nextToken is invalid.") from None


def _times(token: object) -> int:
    """How many empty pages in a row have led to this token."""
    return 0 if token is None else int(json.loads(base64.b64decode(str(token), altchars=b"-_"))[2])
