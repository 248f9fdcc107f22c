"""SageMaker's own metric series, by step, over the real wire: BatchGetMetrics."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tui.aws.connection import Connection, unreadable
from tui.domain.series import Point, merge
from tui.domain.text import one_line, safe_text
from tui.polling.metricports import MetricAnswer

_LONGEST_REASON: Final = 300
_WORDS: Final = {
    "Truncated": "cut short by the service",
    "InternalError": "service error",
    "ValidationError": "not accepted",
}


class StepMetricsService:
    """The step series of one account and region: implements `tui.polling.metricports.StepMetrics`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def step_metrics(self, arn: str, names: Sequence[str]) -> MetricAnswer:
        """BatchGetMetrics: the average of each metric in each iteration."""
        queries = [
            {
                "MetricName": name,
                "ResourceArn": arn,
                "MetricStat": "Avg",
                "Period": "IterationNumber",
                "XAxisType": "IterationNumber",
            }
            for name in names
        ]
        return await self._connection.call(
            "sagemaker-metrics",
            "BatchGetMetrics",
            {"MetricQueries": queries},
            lambda response, _: _read(response, len(queries)),
        )


def _read(response: dict[str, Any], count: int) -> MetricAnswer:
    results = response.get("MetricQueryResults")
    if results is None or len(results) != count:
        raise unreadable("BatchGetMetrics")
    points, trouble = [], {}
    for place, result in enumerate(results):
        steps, values = result.get("XAxisValues") or [], result.get("MetricValues") or []
        found = [Point(float(step), float(value)) for step, value in zip(steps, values, strict=True)]
        points.append(merge((), found))
        reason = _reason(result)
        if reason:
            trouble[place] = reason
    return MetricAnswer(tuple(points), trouble)


def _reason(result: Mapping[str, Any]) -> str:
    status = str(result.get("Status") or "Complete")
    if status == "Complete":
        return ""
    said = f"{_WORDS.get(status, status)}: {result.get('Message') or ''}".rstrip(": ")
    return one_line(safe_text(said))[:_LONGEST_REASON]
