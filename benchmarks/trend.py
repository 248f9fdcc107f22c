"""Whether something grows: a straight line through samples."""

from collections.abc import Sequence
from statistics import mean


def slope(values: Sequence[float]) -> float:
    """Return by how much values rise from one to the next, by least squares; 0 for fewer than two."""
    if len(values) < 2:
        return 0.0
    middle, average = (len(values) - 1) / 2, mean(values)
    above = sum((place - middle) * (value - average) for place, value in enumerate(values))
    return above / sum((place - middle) ** 2 for place in range(len(values)))


def growth(values: Sequence[float]) -> float:
    """Return by what share values rise from the first to the last along their line: 0.05 is five percent."""
    if len(values) < 2:
        return 0.0
    rise = slope(values) * (len(values) - 1)
    begin = mean(values) - rise / 2
    return rise / begin if begin else 0.0
