"""BatchGetMetrics of the SageMaker Metrics service.

Times are epoch milliseconds: nothing says so but the SageMaker SDK, which hands them to MLflow as they are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tui.simulator.errors import invalid, serialization

if TYPE_CHECKING:
    from tui.simulator.account import Account

MAX_QUERIES = 100
MAX_POINTS = 10_080
"""Points in one result over time, after which it is Truncated: a week of minutes."""
_PERIODS = {"OneMinute": 60, "FiveMinute": 300, "OneHour": 3600}
_STATS = ("Min", "Max", "Avg", "Count", "StdDev", "Last")
_REQUIRED = ("MetricName", "ResourceArn", "MetricStat", "Period", "XAxisType")


def batch_get_metrics(account: Account, params: Mapping[str, Any]) -> dict[str, Any]:
    """BatchGetMetrics: a result for each query, in their order; a bad query spoils only its own result."""
    queries = params.get("MetricQueries")
    if not isinstance(queries, list) or not queries:
        raise invalid("1 validation error detected: Value at 'metricQueries' failed to satisfy constraint: not empty")
    if len(queries) > MAX_QUERIES:
        raise invalid(
            "1 validation error detected: Value at 'metricQueries' failed to satisfy constraint: "
            f"Member must have length less than or equal to {MAX_QUERIES}"
        )
    return {"MetricQueryResults": [_answer(account, query) for query in queries]}


def _answer(account: Account, query: object) -> dict[str, Any]:
    if not isinstance(query, Mapping):
        raise serialization()
    missing = [member for member in _REQUIRED if member not in query]
    if missing:
        raise invalid(f"1 validation error detected: Value at '{missing[0]}' must not be null")
    by_step = query["XAxisType"] == "IterationNumber"
    period = _PERIODS.get(str(query["Period"]))
    if query["MetricStat"] not in _STATS:
        return _refusal(f"Unknown MetricStat {query['MetricStat']}")
    if by_step != (query["Period"] == "IterationNumber") or (not by_step and period is None):
        return _refusal(f"Period {query['Period']} does not go with XAxisType {query['XAxisType']}")
    name = _job_name(account, str(query["ResourceArn"]))
    if name is None:
        return _refusal(f"Resource {query['ResourceArn']} was not found")
    algorithm = account.jobs[name].describe(account.clock.now()).get("AlgorithmSpecification") or {}
    if not algorithm.get("EnableSageMakerMetricsTimeSeries", False):
        return _refusal("The resource has no metrics time series: EnableSageMakerMetricsTimeSeries is false")
    if period is None:
        return _by_step(account, name, query)
    return _by_time(account, name, query, period)


def _by_step(account: Account, name: str, query: Mapping[str, Any]) -> dict[str, Any]:
    low, high = query.get("Start", 0), query.get("End", math.inf)
    now = account.clock.now().timestamp()
    points = [
        (step, value)
        for step, value in account.metrics.by_step(name, str(query["MetricName"]), now)
        if low <= step <= high
    ]
    return _result([(step, _summed_up([value], query["MetricStat"])) for step, value in points])


def _by_time(account: Account, name: str, query: Mapping[str, Any], period: int) -> dict[str, Any]:
    now = account.clock.now().timestamp()
    curve = account.metrics.by_time(name, str(query["MetricName"]))
    document = account.jobs[name].describe(account.clock.now())
    created_at = float(document.get("CreationTime", now))
    ended_at = float(document.get("TrainingEndTime", now))
    low = max(float(query.get("Start", 0)) / 1000, created_at)
    high = min(float(query.get("End", now * 1000)) / 1000, now, ended_at + 60)
    points = []
    at = int(low // period) * period
    while curve is not None and at < high:
        values = curve.values(at, period, now)
        if values:
            points.append((at * 1000, _summed_up(values, query["MetricStat"])))
        at += period
    return _result(points)


def _result(points: list[tuple[int, float]]) -> dict[str, Any]:
    kept = points[:MAX_POINTS]
    return {
        "Status": "Complete" if len(kept) == len(points) else "Truncated",
        "XAxisValues": [x for x, _ in kept],
        "MetricValues": [y for _, y in kept],
    }


def _refusal(message: str) -> dict[str, Any]:
    return {"Status": "ValidationError", "Message": message, "XAxisValues": [], "MetricValues": []}


def _summed_up(values: list[float], stat: str) -> float:
    match stat:
        case "Min":
            return min(values)
        case "Max":
            return max(values)
        case "Count":
            return float(len(values))
        case "Last":
            return values[-1]
    mean = math.fsum(values) / len(values)
    if stat == "Avg":
        return mean
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / len(values))


def _job_name(account: Account, arn: str) -> str | None:
    """The job of an ARN, which holds its name in lower case."""
    kind, _, lowered = arn.rpartition(":")[2].partition("/")
    if kind != "training-job":
        return None
    jobs = account.jobs
    if lowered in jobs:
        return lowered
    return next((name for name in jobs if name.lower() == lowered), None)
