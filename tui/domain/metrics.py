"""The metrics that DescribeTrainingJob itself carries: the last value of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from tui.domain import members

# Until December 2020 the service sent seconds / 1000, which reads as January 1970.
_WRONG_BEFORE: Final = datetime(1971, 1, 1, tzinfo=UTC)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class FinalMetric:
    """One entry of FinalMetricDataList."""

    name: str
    value: float | None
    """A 32-bit float widened; may be NaN or infinite."""
    at: datetime | None
    source: str


def final_metrics(raw: Mapping[str, object]) -> tuple[FinalMetric, ...]:
    """Return FinalMetricDataList in the service's order."""
    return tuple(
        FinalMetric(
            members.text(entry, "MetricName"),
            members.number(entry, "Value"),
            _mended(members.moment(entry, "Timestamp")),
            f"FinalMetricDataList[{index}]",
        )
        for index, entry in members.indexed(raw, "FinalMetricDataList")
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """ProgressInfo, which only serverless jobs have."""

    epoch: int
    epochs: int
    step: int
    steps: int
    """Steps of one epoch."""

    @property
    def share(self) -> float | None:
        """How much is done, 0 to 1; None while the service has not told enough."""
        whole = self.epochs * self.steps
        if whole <= 0:
            return None
        return min(1.0, max(0.0, (max(0, self.epoch - 1) * self.steps + self.step) / whole))


def progress(raw: Mapping[str, object]) -> Progress | None:
    """Return ProgressInfo, or None."""
    info = members.at(raw, "ProgressInfo")
    if not isinstance(info, Mapping) or not info:
        return None
    return Progress(
        members.integer(info, "CurrentEpoch") or 0,
        members.integer(info, "MaxEpoch") or 0,
        members.integer(info, "CurrentStep") or 0,
        members.integer(info, "TotalStepCountPerEpoch") or 0,
    )


def _mended(moment: datetime | None) -> datetime | None:
    if moment is None or moment >= _WRONG_BEFORE:
        return moment
    if moment <= _EPOCH:
        return None
    try:
        return _EPOCH + timedelta(seconds=(moment - _EPOCH).total_seconds() * 1000)
    except OverflowError:
        return moment
