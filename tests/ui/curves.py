"""Curves for the tests of charts: losses, hosts, gaps, and whatever else a container may report."""

import math
from datetime import timedelta
from typing import Any

from tests.strategies import NOW
from tui.app.panes.metrics import MetricsView
from tui.domain.series import Point, Series, Source
from tui.polling.metricports import SourceState

BEGAN = NOW.timestamp() - 7_200
MINUTES = 120


def curve(name: str, *values: float, source: Source = Source.ALGORITHM, **more: Any) -> Series:
    """Return a curve of a value a minute, or a step."""
    by_step = source is Source.STEPS
    xs = ((10.0 * n if by_step else BEGAN + 60 * n) for n in range(len(values)))
    points = tuple(Point(x, y) for x, y in zip(xs, values, strict=True))
    return Series(name, source, points, by_step=by_step, **more)


def falling(start: float, end: float, wobble: float = 0.03) -> list[float]:
    """Return what a loss does."""
    return [
        end + (start - end) * math.exp(-n / 22) + wobble * math.sin(n * 2.3) * math.exp(-n / 90)
        for n in range(MINUTES)
    ]


def busy(level: float, phase: int) -> list[float]:
    """Return what a GPU does: busy, but for a checkpoint."""
    return [12.0 + phase if 70 <= n < 74 else level + 2.5 * math.sin(n * 0.7 + phase) for n in range(MINUTES)]


def story() -> tuple[Series, ...]:
    """Return the curves of a job on four hosts."""
    loss = falling(2.44, 0.23)
    gap = [math.nan if 50 <= n < 62 else value for n, value in enumerate(falling(2.5, 0.41, 0.05))]
    hosts = [
        curve("GPUUtilization", *busy(96 - 9 * (n == 3), n), source=Source.INSTANCE, host=f"algo-{n}", percent=True)
        for n in range(1, 5)
    ]
    memory = [
        curve(
            "GPUMemoryUtilization",
            *(61.0 + 3 * n + min(k, 20) for k in range(MINUTES)),
            source=Source.INSTANCE,
            host=f"algo-{n}",
            percent=True,
        )
        for n in range(1, 5)
    ]
    cpu = [
        curve(
            "CPUUtilization",
            *(20.0 + n * 4 + 9 * math.sin(k / 9 + n) for k in range(MINUTES)),
            source=Source.INSTANCE,
            host=f"algo-{n}",
            percent=True,
        )
        for n in range(1, 5)
    ]
    return (
        curve("train:loss", *loss, source=Source.LOG),
        curve("validation:loss", *gap),
        curve("train:accuracy", *(1 - value / 3 for value in loss)),
        curve("learning_rate", *(5e-4 * (0.5 + 0.5 * math.cos(n / MINUTES * 3)) for n in range(MINUTES))),
        curve("samples_per_second", *(912 + 30 * math.sin(n) - (400 if 70 <= n < 74 else 0) for n in range(MINUTES))),
        curve("train:loss", *falling(2.44, 0.23), source=Source.STEPS),
        *hosts,
        *memory,
        *cpu,
    )


def states() -> tuple[SourceState, ...]:
    """Return sources of which some work."""
    return (
        SourceState(Source.LOG, NOW - timedelta(seconds=2)),
        SourceState(Source.INSTANCE, NOW - timedelta(seconds=64)),
        SourceState(Source.ALGORITHM, NOW - timedelta(seconds=64)),
        SourceState(Source.STEPS, None, "EnableSageMakerMetricsTimeSeries is off"),
    )


def measured(*series: Series, job: str = "bert", **more: Any) -> MetricsView:
    """Return what the feeds know of a job."""
    return MetricsView(**{"job": job, "series": series, "now": NOW, "requested": 1_240, "dollars": 0.0124} | more)
