"""A curve: the values of one metric, of one host or of the whole job, by time or by step."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import Final, NamedTuple

from tui.domain.instance_types import Hardware


class Source(StrEnum):
    """Where a curve comes from, as the screen says it."""

    INSTANCE = "CloudWatch, instance"
    ALGORITHM = "CloudWatch, algorithm"
    STEPS = "BatchGetMetrics"
    LOG = "log"
    FINAL = "final"


class Point(NamedTuple):
    """One value."""

    x: float
    """Epoch seconds, or the step."""
    y: float
    """May be NaN or infinite."""


@dataclass(frozen=True, slots=True)
class Series:
    """A curve; its points are in the order of x."""

    name: str
    """The service's own: `train:loss`, `GPUUtilization`."""
    source: Source
    points: tuple[Point, ...]
    host: str = ""
    """`algo-3`; empty for the whole job."""
    by_step: bool = False
    """Whether x is the step."""
    percent: bool = False
    """Whether y is a share of what the host has, 0 to 100."""


class Better(StrEnum):
    """Which way a metric wants to go."""

    LOWER = "lower"
    HIGHER = "higher"


@dataclass(frozen=True, slots=True)
class Stats:
    """What a curve comes to; NaN and infinities do not count."""

    minimum: float | None
    maximum: float | None
    last: float | None
    best: float | None
    """The minimum or the maximum, whichever the name asks for; None where it does not tell."""
    count: int


_LOWER: Final = re.compile(
    r"loss|error|rmse|perplexity|cross_?entropy|nlog|deviance"
    r"|(?<![a-z])(?:m?err|nll|ppl|mse|msd|mae|mape|smape|wer|cer|fid|wql|wape)(?![a-z])",
    re.I,
)
_HIGHER: Final = re.compile(
    r"accuracy|precision|recall|reward|bleu|rouge|throughput"
    r"|(?<![a-z])(?:acc|auc|aucpr|auroc|f1|f_beta|map|ndcg|r2|iou|miou|dice|top[15]|score|samples_per_second)(?![a-z])",
    re.I,
)
_PERCENT: Final = frozenset({"MemoryUtilization", "DiskUtilization"})
_DOTS: Final = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))
"""The dots of a braille cell from below, left and right."""
_LEVELS: Final = "_.-:=+*#"


def better(name: str) -> Better | None:
    """Return which way a metric of this name wants to go; None where the name does not tell."""
    # The word for a loss counts more: `accuracy_loss` is one.
    if _LOWER.search(name):
        return Better.LOWER
    return Better.HIGHER if _HIGHER.search(name) else None


def is_loss_like(name: str) -> bool:
    """Return whether a metric of this name measures what training minimises: losses, errors, perplexity."""
    return better(name) is Better.LOWER


def first_loss(curves: Iterable[Series]) -> Series | None:
    """Return the first curve of a loss, else the first of an error or the like."""
    found = [curve for curve in curves if is_loss_like(curve.name)]
    return next((curve for curve in found if "loss" in curve.name.lower()), found[0] if found else None)


def stats(series: Series) -> Stats:
    """Return minimum, maximum, last and best of the finite values."""
    values = [y for _, y in series.points if math.isfinite(y)]
    if not values:
        return Stats(None, None, None, None, 0)
    low, high = min(values), max(values)
    best = {Better.LOWER: low, Better.HIGHER: high, None: None}[better(series.name)]
    return Stats(low, high, values[-1], best, len(values))


def smooth(series: Series, weight: float) -> Series:
    """Return the exponential moving average, `weight` 0 (none) to 1, without the bias of its start.

    `a = w·a + (1-w)·y`, shown as `a / (1 - w^n)`. NaN stays a gap and infinities stay, and neither counts.
    """
    weight = min(max(weight, 0.0), 0.999)
    average, share, points = 0.0, 0.0, []
    for x, y in series.points:
        if not math.isfinite(y):
            points.append(Point(x, y))
            continue
        average = weight * average + (1 - weight) * y
        share = weight * share + (1 - weight)
        points.append(Point(x, average / share))
    return replace(series, points=tuple(points))


def downsample(series: Series, most: int) -> Series:
    """Return at most `most` of the points: first and last, of each stretch the lowest and highest, and its gaps."""
    points = series.points
    if len(points) <= most:
        return series
    if most < 2:
        return replace(series, points=points[-most:] if most > 0 else ())
    gappy = any(not math.isfinite(point.y) for point in points)
    stretches = (most - 2) // (3 if gappy else 2)
    kept = {0, len(points) - 1}
    inner = len(points) - 2
    for stretch in range(stretches):
        begin, end = (1 + inner * n // stretches for n in (stretch, stretch + 1))
        finite = [index for index in range(begin, end) if math.isfinite(points[index].y)]
        if finite:
            kept |= {min(finite, key=lambda i: points[i].y), max(finite, key=lambda i: points[i].y)}
        gap = next((index for index in range(begin, end) if not math.isfinite(points[index].y)), None)
        if gap is not None:
            kept.add(gap)
    return replace(series, points=tuple(points[index] for index in sorted(kept)))


def normalised(series: Series, hardware: Hardware | None) -> Series:
    """Return an instance metric as a share of what the host has, 0 to 100.

    The service sums CPUUtilization over the vCPUs, GPUUtilization and GPUMemoryUtilization over the GPUs. Where the
    type is unknown the value stays raw, and `percent` False.
    """
    if series.source is not Source.INSTANCE or series.percent:
        return series
    if series.name in _PERCENT:
        return replace(series, percent=True)
    if hardware is None:
        return series
    by = {
        "CPUUtilization": hardware.vcpus,
        "GPUUtilization": hardware.gpus,
        "GPUMemoryUtilization": hardware.gpus,
    }.get(series.name, 0)
    if not by:
        return series
    return replace(series, points=tuple(Point(x, y / by) for x, y in series.points), percent=True)


def merge(old: Sequence[Point], new: Sequence[Point]) -> tuple[Point, ...]:
    """Return the points of both in order, one for each x; the new value counts, points without an x do not."""
    if old and new and old[-1].x < new[0].x and _ordered(new):
        return (*old, *new)
    found = {point.x: point for points in (old, new) for point in points if math.isfinite(point.x)}
    return tuple(found[x] for x in sorted(found))


def gaps(series: Series, period: float) -> Series:
    """Return the curve with a NaN where at least one of its points, `period` apart, is missing."""
    if period <= 0 or len(series.points) < 2:
        return series
    made = [series.points[0]]
    for before, point in pairwise(series.points):
        if point.x - before.x > 1.5 * period and not math.isnan(before.y):
            made.append(Point(before.x + period, math.nan))
        made.append(point)
    return replace(series, points=tuple(made))


def sparkline(series: Series, cells: int, ascii_only: bool = False) -> str:
    """Draw a curve in a row of exactly `cells` cells: braille bars, two to a cell, or ASCII levels; gaps are blank.

    A percentage is drawn from 0 to 100, any other between its own extremes.
    """
    columns = _columns(series, cells if ascii_only else 2 * cells)
    told = [value for value in columns if value is not None]
    if not told:
        return " " * max(0, cells)
    low, high = (0.0, 100.0) if series.percent else (min(told), max(told))
    height = len(_LEVELS) if ascii_only else 4
    bars = [0 if value is None else _level(value, low, high, height) for value in columns]
    if ascii_only:
        return "".join(_LEVELS[bar - 1] if bar else " " for bar in bars)
    return "".join(_cell(left, right) for left, right in zip(bars[::2], bars[1::2], strict=True))


def _columns(series: Series, count: int) -> list[float | None]:
    """Return the mean of the finite values in each of `count` stretches of x; a stretch without points holds it."""
    finite = [point for point in series.points if math.isfinite(point.y)]
    if count <= 0 or not finite:
        return [None] * max(0, count)
    # Halved, here and below, since the distance of two finite numbers may not be one.
    begin, half = series.points[0].x / 2, series.points[-1].x / 2 - series.points[0].x / 2
    sums: list[list[float]] = [[] for _ in range(count)]
    for x, y in series.points:
        place = int((x / 2 - begin) / half * count) if half > 0 else count
        place = min(count - 1, place)
        sums[place].append(y)
    held: float | None = None
    columns: list[float | None] = []
    for values in sums:
        if values:
            good = [value for value in values if math.isfinite(value)]
            # Scaled before they are added, so that the sum of large values stays finite.
            held = sum(value / len(good) for value in good) if good else None
        columns.append(held)
    return columns


def _level(value: float, low: float, high: float, height: int) -> int:
    half = high / 2 - low / 2
    if half <= 0:
        return (height + 1) // 2
    share = (value / 2 - low / 2) / half
    return 1 + round(min(1.0, max(0.0, share)) * (height - 1))


def _cell(left: int, right: int) -> str:
    dots = sum(_DOTS[0][:left]) + sum(_DOTS[1][:right])
    return chr(0x2800 + dots) if dots else " "


def _ordered(points: Sequence[Point]) -> bool:
    return math.isfinite(points[-1].x) and all(before.x < point.x for before, point in pairwise(points))
