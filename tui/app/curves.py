"""Curves by metric: which belong together, in which order, and what several hosts come to."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Final

from tui.domain.series import Better, Point, Series, Source, Stats, better, is_loss_like, stats
from tui.polling.metricports import SourceState

SOURCES: Final = {
    Source.INSTANCE: "CloudWatch",
    Source.ALGORITHM: "CloudWatch",
    Source.STEPS: "BatchGetMetrics",
    Source.LOG: "log",
    Source.FINAL: "final",
}
"""As short as a row says it."""
_APART: Final = 6
"""Hosts that are told apart in one chart; of more, the mean and the extremes."""


@dataclass(frozen=True, eq=False)
class Group:
    """The curves of one metric."""

    name: str
    curves: tuple[Series, ...]

    @property
    def key(self) -> str:
        """What tells it from any other group: a metric of the algorithm may be named like one of the instance."""
        return f"{'host' if self.by_host else 'job'} {self.name}"

    @property
    def by_host(self) -> bool:
        """Whether it is a metric of the instances."""
        return self.curves[0].source is Source.INSTANCE

    @property
    def percent(self) -> bool:
        """Whether all its values are shares."""
        return all(curve.percent for curve in self.curves)

    @cached_property
    def mean(self) -> Series:
        """The mean of its hosts."""
        return mean_of(self.curves)

    @cached_property
    def stats(self) -> Stats:
        """What all its curves come to: the extremes of any, the mean of the last values."""
        return together(self.curves)

    @cached_property
    def lasts(self) -> tuple[float, ...]:
        """The last finite value of each curve that has one."""
        found = (stats(curve).last for curve in self.curves)
        return tuple(last for last in found if last is not None)


def groups_of(series: Iterable[Series]) -> tuple[Group, ...]:
    """Return the curves by metric: the algorithm's first, of these the losses, then the instances'."""
    found: dict[tuple[bool, str], list[Series]] = {}
    for curve in series:
        if curve.points:
            found.setdefault((curve.source is Source.INSTANCE, curve.name), []).append(curve)
    made = []
    for (_, name), curves in found.items():
        # A final value beside a whole curve says nothing new.
        more = [curve for curve in curves if curve.source is not Source.FINAL]
        made.append(Group(name, tuple(more or curves)))
    return tuple(sorted(made, key=_rank))


def _rank(group: Group) -> tuple[bool, bool, bool]:
    loss = is_loss_like(group.name)
    return group.by_host, not (loss and "loss" in group.name.lower()), not loss


def together(curves: Sequence[Series]) -> Stats:
    """Return the extremes and the best of several curves, and the mean of their last values."""
    found = [entry for entry in map(stats, curves) if entry.count]
    if not found:
        return Stats(None, None, None, None, 0)
    low = min(entry.minimum for entry in found if entry.minimum is not None)
    high = max(entry.maximum for entry in found if entry.maximum is not None)
    lasts = [entry.last for entry in found if entry.last is not None]
    best = {Better.LOWER: low, Better.HIGHER: high, None: None}[better(curves[0].name)]
    return Stats(low, high, mean(lasts), best, sum(entry.count for entry in found))


def mean(values: Sequence[float]) -> float:
    """Return the mean, finite where the values are."""
    return math.fsum(value / len(values) for value in values)


def mean_of(curves: Sequence[Series]) -> Series:
    """Return the mean of several curves at each x that one of them has; NaN where none has a finite value."""
    first = curves[0]
    if len(curves) == 1:
        return first
    found: dict[float, list[float]] = {}
    for curve in curves:
        for x, y in curve.points:
            values = found.setdefault(x, [])
            if math.isfinite(y):
                values.append(y)
    points = tuple(Point(x, mean(found[x]) if found[x] else math.nan) for x in sorted(found))
    return replace(first, host="", points=points, percent=all(curve.percent for curve in curves))


def drawn(group: Group, by_step: bool) -> tuple[tuple[str, Series], ...]:
    """Return the curves of a chart, labelled where there are several; those by step, or by time, if it has such."""
    curves = [curve for curve in group.curves if curve.by_step is by_step] or list(group.curves)
    # One chart has one axis.
    curves = [curve for curve in curves if curve.by_step is curves[0].by_step]
    if len(curves) == 1:
        return (("", curves[0]),)
    if len(curves) <= _APART:
        told = len({curve.source for curve in curves}) > 1
        return tuple((_label(curve, told), curve) for curve in curves)
    means = [(mean([y for _, y in curve.points if math.isfinite(y)] or [0.0]), curve) for curve in curves]
    low, high = (pick(means, key=lambda entry: entry[0])[1] for pick in (min, max))
    return (
        (f"mean of {len(curves)}", group.mean if len(curves) == len(group.curves) else mean_of(curves)),
        (f"lowest {_label(low, False)}", low),
        (f"highest {_label(high, False)}", high),
    )


def _label(curve: Series, told: bool) -> str:
    if not curve.host:
        return SOURCES[curve.source]
    return f"{curve.host} {SOURCES[curve.source]}" if told else curve.host


def age(curves: Sequence[Series], states: Sequence[SourceState], now: datetime) -> float | None:
    """Return how old the newest point is; of curves by step, how long ago their source answered."""
    moments = [curve.points[-1].x for curve in curves if not curve.by_step and curve.points]
    if moments:
        return max(0.0, now.timestamp() - max(moments))
    ages = [state.age(now) for state in states if state.source is curves[0].source]
    return ages[0] if ages else None
