"""CloudWatch's metrics of training jobs over the real wire: GetMetricData, all pages of one question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from tui.aws.connection import Connection, unreadable
from tui.domain.series import Point, merge
from tui.domain.text import one_line, safe_text
from tui.polling.metricplan import NAMESPACE, MetricQuery
from tui.polling.metricports import MetricAnswer

_MOST_PAGES: Final = 20
_LONGEST_REASON: Final = 300


@dataclass(frozen=True, slots=True)
class _Page:
    results: Mapping[int, tuple[tuple[Point, ...], str]]
    next_token: str | None


class CloudWatch:
    """The metrics of one account and region: implements `tui.polling.metricports.InstanceMetrics`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def metric_data(self, queries: Sequence[MetricQuery], start: datetime, end: datetime) -> MetricAnswer:
        """GetMetricData: the average of each metric in each period."""
        parameters: dict[str, object] = {
            "MetricDataQueries": [_query(place, query) for place, query in enumerate(queries)],
            "StartTime": start,
            "EndTime": end,
            "ScanBy": "TimestampAscending",
        }
        points: list[tuple[Point, ...]] = [()] * len(queries)
        trouble: dict[int, str] = {}
        pages = 0
        while pages < _MOST_PAGES:
            page = await self._connection.call("cloudwatch", "GetMetricData", parameters, _read)
            pages += 1
            for place, (found, reason) in page.results.items():
                if place < len(points):
                    points[place] = merge(points[place], found)
                    # A page may hold a part of a series; what the last one says counts.
                    trouble[place] = reason
            if not page.next_token:
                break
            parameters["NextToken"] = page.next_token
        else:
            trouble |= dict.fromkeys(range(len(queries)), f"more than {_MOST_PAGES} pages")
        return MetricAnswer(tuple(points), {place: reason for place, reason in trouble.items() if reason}, pages)


def _query(place: int, query: MetricQuery) -> dict[str, object]:
    dimension = (
        {"Name": "Host", "Value": f"{query.job}/{query.host}"}
        if query.host
        else {"Name": "TrainingJobName", "Value": query.job}
    )
    metric = {"Namespace": NAMESPACE, "MetricName": query.name, "Dimensions": [dimension]}
    return {
        "Id": f"q{place}",
        "MetricStat": {"Metric": metric, "Period": query.period, "Stat": "Average"},
        "ReturnData": True,
    }


def _read(response: dict[str, Any], _: Any) -> _Page:
    if "MetricDataResults" not in response:
        raise unreadable("GetMetricData")
    results = {}
    for result in response["MetricDataResults"]:
        place = str(result.get("Id", "")).removeprefix("q")
        if place.isdecimal():
            results[int(place)] = (_points(result), _reason(result))
    return _Page(results, response.get("NextToken") or None)


def _points(result: Mapping[str, Any]) -> tuple[Point, ...]:
    moments, values = result.get("Timestamps") or [], result.get("Values") or []
    return merge((), [Point(_seconds(at), float(value)) for at, value in zip(moments, values, strict=True)])


def _seconds(moment: Any) -> float:
    # The SDK gives some timestamps without a zone; all of them are UTC.
    if not isinstance(moment, datetime):
        raise unreadable("GetMetricData")
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _reason(result: Mapping[str, Any]) -> str:
    status = str(result.get("StatusCode") or "Complete")
    if status == "Complete":
        return ""
    said = "; ".join(str(message.get("Value", "")) for message in result.get("Messages") or [])
    words = {
        "Forbidden": "not allowed: cloudwatch:GetMetricData",
        "PartialData": "not all of it came",
        "InternalError": "service error",
    }
    return one_line(safe_text(f"{words.get(status, status)}: {said}".rstrip(": ")))[:_LONGEST_REASON]
