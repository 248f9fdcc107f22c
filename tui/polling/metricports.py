"""What the curves need from the outside, how a source of them is doing, and what asking costs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Final, Protocol

from tui.domain.series import Point, Source
from tui.polling.metricplan import MetricQuery

_DOLLARS_PER_METRIC: Final = 0.01 / 1000
_HOUR: Final = 3_600.0


@dataclass(frozen=True, slots=True)
class MetricAnswer:
    """What GetMetricData said, in the order of the queries."""

    points: tuple[tuple[Point, ...], ...]
    trouble: Mapping[int, str]
    """For the queries that were not answered in full: why."""
    calls: int = 1
    """Pages: each is charged for all the metrics requested."""


class InstanceMetrics(Protocol):
    """CloudWatch: the metrics of instances, and those of the algorithm."""

    async def metric_data(self, queries: Sequence[MetricQuery], start: datetime, end: datetime) -> MetricAnswer:
        """GetMetricData, all its pages. Raises `ServiceError`."""
        ...


class StepMetrics(Protocol):
    """SageMaker's own time series, by step."""

    async def step_metrics(self, arn: str, names: Sequence[str]) -> MetricAnswer:
        """BatchGetMetrics of up to 100 names, x the iteration number. Raises `ServiceError`."""
        ...


@dataclass(frozen=True, slots=True)
class SourceState:
    """How a source of curves is doing."""

    source: Source
    at: datetime | None
    """When it last answered."""
    reason: str = ""
    """Why it has nothing, or nothing new; empty when all is well."""
    action: str = ""
    """The IAM action that is missing, where that is why."""

    def age(self, now: datetime) -> float | None:
        """Return the seconds since it last answered; None if it never did."""
        return None if self.at is None else max(0.0, (now - self.at).total_seconds())


@dataclass(slots=True)
class MetricsBudget:
    """How many metrics were requested of GetMetricData, and what that costs; other calls are free or unpriced."""

    time: Callable[[], float] = monotonic
    requested: int = 0
    _recent: list[tuple[float, int]] = field(default_factory=list)

    def count(self, metrics: int) -> None:
        """Count metrics requested."""
        now = self.time()
        self.requested += metrics
        self._recent = [entry for entry in self._recent if entry[0] > now - _HOUR]
        self._recent.append((now, metrics))

    @property
    def dollars(self) -> float:
        """What it has cost since the start: $0.01 per 1,000 metrics requested."""
        return self.requested * _DOLLARS_PER_METRIC

    @property
    def dollars_per_hour(self) -> float:
        """What an hour like the last one costs; while it is not over yet, at its pace so far."""
        now = self.time()
        recent = [entry for entry in self._recent if entry[0] > now - _HOUR]
        if not recent:
            return 0.0
        # A call stands for the minute that follows it.
        span = min(_HOUR, now - recent[0][0] + 60)
        return sum(metrics for _, metrics in recent) * _DOLLARS_PER_METRIC * _HOUR / span
