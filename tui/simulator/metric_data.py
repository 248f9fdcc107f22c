"""GetMetricData of CloudWatch."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tui.simulator.cbor import Instant
from tui.simulator.errors import ServiceError, serialization
from tui.simulator.metric_store import FilledCurve

if TYPE_CHECKING:
    from tui.simulator.account import Account

MAX_QUERIES = 500
MAX_DATAPOINTS = 100_800
_ID = re.compile(r"[a-z][a-zA-Z0-9_]*")
_PERCENTILE = re.compile(r"p(\d{1,2}(\.\d{1,10})?|100)")
_SHORT_PERIODS = (1, 5, 10, 20, 30)


def get_metric_data(account: Account, params: Mapping[str, Any]) -> dict[str, Any]:
    """GetMetricData: many curves in one call; a page holds MaxDatapoints, and a token leads to the next."""
    queries = params.get("MetricDataQueries")
    start, end = _time(params, "StartTime"), _time(params, "EndTime")
    if not isinstance(queries, list) or not queries:
        raise _invalid("The parameter MetricDataQueries is required.")
    if len(queries) > MAX_QUERIES:
        raise _invalid(f"The collection MetricDataQueries must not have a size greater than {MAX_QUERIES}.")
    if start >= end:
        raise _invalid("The parameter StartTime must be less than the parameter EndTime.")
    _check_ids(queries)
    left = params.get("MaxDatapoints", MAX_DATAPOINTS)
    if not isinstance(left, int) or not 1 <= left <= MAX_DATAPOINTS:
        raise _invalid(f"The parameter MaxDatapoints must be between 1 and {MAX_DATAPOINTS}.")
    descending = params.get("ScanBy", "TimestampDescending") == "TimestampDescending"
    index, last_at = _read_token(params.get("NextToken"))
    answer: dict[str, Any] = {"MetricDataResults": [], "Messages": []}
    for number in range(index, len(queries)):
        query = queries[number]
        if query.get("ReturnData") is False:
            continue
        points = _points(account, query, start, end)
        if descending:
            points.reverse()
        if number == index and last_at is not None:
            points = [point for point in points if (point[0] < last_at if descending else point[0] > last_at)]
        page = points[:left]
        left -= len(page)
        is_whole = len(page) == len(points)
        answer["MetricDataResults"].append(
            {
                "Id": query["Id"],
                "Label": query.get("Label") or query["MetricStat"]["Metric"]["MetricName"],
                "Timestamps": [Instant(at) for at, _ in page],
                "Values": [value for _, value in page],
                "StatusCode": "Complete" if is_whole else "PartialData",
            }
        )
        if not is_whole:
            answer["NextToken"] = _write_token(number, page[-1][0] if page else None)
            break
        if left == 0 and number + 1 < len(queries):
            answer["NextToken"] = _write_token(number + 1, None)
            break
    return answer


def summed_up(values: list[float], stat: str) -> float:
    """One statistic of values of which there is at least one."""
    match stat:
        case "Average":
            return math.fsum(values) / len(values)
        case "Sum":
            return math.fsum(values)
        case "Minimum":
            return min(values)
        case "Maximum":
            return max(values)
        case "SampleCount":
            return float(len(values))
    rank = float(stat[1:]) / 100 * (len(values) - 1)
    return sorted(values)[round(rank)]


def _points(account: Account, query: Mapping[str, Any], start: float, end: float) -> list[tuple[float, float]]:
    """The datapoints of one query, oldest first; each carries the beginning of its period."""
    wanted = query.get("MetricStat")
    if not isinstance(wanted, Mapping):
        raise _invalid("The simulator knows no expressions: give each query a MetricStat.")
    period, stat = wanted.get("Period"), str(wanted.get("Stat"))
    if not isinstance(period, int) or not (period in _SHORT_PERIODS or (period > 0 and period % 60 == 0)):
        raise _invalid(f"The parameter MetricDataQueries.member.Period must be a multiple of 60, not {period}.")
    if stat not in ("Average", "Sum", "Minimum", "Maximum", "SampleCount") and not _PERCENTILE.fullmatch(stat):
        raise _invalid(f"The parameter MetricDataQueries.member.Stat is not a statistic: {stat}")
    metric = wanted.get("Metric") or {}
    dimensions = {str(each["Name"]): str(each["Value"]) for each in metric.get("Dimensions") or ()}
    curve = account.metrics.find(str(metric.get("Namespace")), str(metric.get("MetricName")), dimensions)
    unit = wanted.get("Unit")
    if curve is None or (unit is not None and unit != ("Percent" if "Host" in dimensions else "None")):
        return []
    now = account.clock.now().timestamp()
    first = int(start // period) * period
    until = end if isinstance(curve, FilledCurve) else min(end, now)
    if (until - first) / period > MAX_DATAPOINTS:
        raise _invalid("You have requested more datapoints than a call can return: use a longer Period.")
    points = []
    at = first
    while at < until:
        values = curve.values(at, period, now)
        if values:
            points.append((float(at), summed_up(values, stat)))
        at += period
    return points


def _check_ids(queries: list[Any]) -> None:
    seen = set()
    for query in queries:
        name = query.get("Id") if isinstance(query, Mapping) else None
        if not isinstance(name, str) or not _ID.fullmatch(name):
            raise _invalid(f"The value {name} for parameter Id is not matching the expected pattern {_ID.pattern}.")
        if name in seen:
            raise _invalid(f"The ids of MetricDataQueries must be unique: {name}.")
        seen.add(name)


def _time(params: Mapping[str, Any], member: str) -> float:
    value = params.get(member)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _invalid(f"The parameter {member} is required.") if value is None else serialization()
    return float(value)


def _invalid(message: str) -> ServiceError:
    return ServiceError("ValidationError", message)


def _write_token(index: int, last_at: float | None) -> str:
    return base64.urlsafe_b64encode(json.dumps([index, last_at]).encode()).decode()


def _read_token(token: object) -> tuple[int, float | None]:
    if token is None:
        return 0, None
    try:
        index, last_at = json.loads(base64.b64decode(str(token), altchars=b"-_", validate=True))
        return int(index), None if last_at is None else float(last_at)
    except (binascii.Error, TypeError, ValueError):
        raise ServiceError("InvalidNextToken", "The next token specified is invalid.") from None
