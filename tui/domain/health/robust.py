"""Statistics that one outlier does not move. All of them are total on finite numbers and bounded in time."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import combinations
from statistics import median
from typing import Final, NamedTuple

from tui.domain.series import Point

_MOST: Final = 60
"""Points a slope is taken over: the pairs of them are 1,770."""
_LARGEST: Final = 1e150
"""Larger values are as good as infinite: their differences and products would be."""


class Slope(NamedTuple):
    """How a curve rises."""

    per_x: float
    """Theil-Sen: the median of the slopes of all pairs of points."""
    rising: float
    """The share of pairs that rise, 0 to 1."""


def finite(points: Sequence[Point]) -> list[Point]:
    """Return the points whose value is a number one can reckon with."""
    return [point for point in points if abs(point.x) < _LARGEST and abs(point.y) < _LARGEST]


def middle(values: Sequence[float]) -> float:
    """Return the median of at least one value."""
    return float(median(values))


def deviation(values: Sequence[float]) -> float:
    """Return the median absolute deviation, scaled to the standard deviation of a normal distribution."""
    centre = middle(values)
    return 1.4826 * middle([abs(value - centre) for value in values])


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` of at least one value lie, interpolated."""
    ordered = sorted(values)
    position = share * (len(ordered) - 1)
    low = int(position)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (position - low)


def slope(points: Sequence[Point]) -> Slope | None:
    """Return the Theil-Sen slope of at most 60 of the points, evenly taken; None where all x are the same."""
    stride = max(1, math.ceil(len(points) / _MOST))
    kept = points[::-1][::stride][::-1]
    slopes = [(b.y - a.y) / (b.x - a.x) for a, b in combinations(kept, 2) if b.x > a.x]
    slopes = [value for value in slopes if math.isfinite(value)]
    if not slopes:
        return None
    return Slope(middle(slopes), sum(value > 0 for value in slopes) / len(slopes))


def when(seconds: float) -> datetime | None:
    """Return the moment of epoch seconds; None where no clock can show it."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
