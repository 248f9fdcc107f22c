"""Axes: where a value lies between two others, round ticks, and their labels in few cells."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from rich.cells import cell_len

from tui.domain.units import number

_TIMES: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
_DAY: Final = 86_400
_MOST: Final = 60
"""Ticks of an axis, whatever rounding does."""


class Tick(NamedTuple):
    """A place on an axis."""

    at: float
    label: str


def short(value: float, cells: int = 7) -> str:
    """Write a value in few cells: `0.2314`, `1.2e-4`, `48210`, NaN and infinities by name."""
    if not math.isfinite(value):
        return number(value)
    text = number(value)
    if value == int(value) and len(text) <= cells and "e" not in text:
        return text
    for digits in range(5, 0, -1):
        mantissa, e, exponent = f"{value:.{digits}g}".partition("e")
        text = f"{mantissa}e{int(exponent)}" if e else mantissa
        if len(text) <= cells:
            break
    return text


def share(value: float, percent: bool) -> str:
    """Write a value of a curve, with its unit where it is a share."""
    return f"{value:.0f} %" if percent and math.isfinite(value) and abs(value) < 1e6 else short(value)


def place(value: float, low: float, high: float) -> float:
    """Return where a value lies between two others, 0 to 1; the middle where they are the same."""
    half = high / 2 - low / 2  # Halved, since the distance of two finite numbers may not be one.
    return min(1.0, max(0.0, (value / 2 - low / 2) / half)) if half > 0 else 0.5


def between(part: float, low: float, high: float) -> float:
    """Return the value at a place: what `place` is the inverse of."""
    return low + part * (high / 2 - low / 2) * 2 if part < 1 else high


def ticks(low: float, high: float, most: int) -> list[Tick]:
    """Return round values between two others: about as many as asked for, two at least where there are two."""
    ends = [Tick(value, short(value)) for value in dict.fromkeys((low, high))]
    for wanted in range(max(2, most), 2 * max(2, most) + 2):
        step = _step((high / 2 - low / 2) / wanted * 2)
        if not step or not math.isfinite(high - low) or low + step == low:
            return ends
        first = math.ceil(low / step - 1e-9)
        last = min(math.floor(high / step + 1e-9), first + _MOST)
        if last > first:
            return [Tick(n * step, short(float(f"{n * step:.12g}"))) for n in range(first, last + 1)]
    return ends


def log_ticks(low: float, high: float, most: int) -> list[Tick]:
    """Return ticks of an axis of logarithms: powers of ten, or also their halves and fifths, or any round values."""
    powers = range(math.ceil(low), math.floor(high) + 1)
    if len(powers) >= 3:
        chosen = powers[:: max(1, math.ceil(len(powers) / max(2, most)))]
        return [Tick(power, short(10.0**power)) for power in chosen]
    finer = [power + math.log10(part) for power in range(math.floor(low), math.floor(high) + 1) for part in (1, 2, 5)]
    inside = [at for at in finer if low <= at <= high]
    if len(inside) >= 2:
        chosen_finer = inside[:: max(1, math.ceil(len(inside) / max(2, most)))]
        return [Tick(at, short(float(f"{10**at:.3g}"))) for at in chosen_finer]
    return [Tick(math.log10(tick.at), tick.label) for tick in ticks(10**low, 10**high, most) if tick.at > 0]


def time_ticks(low: float, high: float, most: int) -> list[Tick]:
    """Return round times between two moments, UTC."""
    span = high - low
    if not 0 <= span < 1e12 or most < 1:
        return []
    step = next((step for step in _TIMES if span / step <= most), 0) or _DAY * math.ceil(span / _DAY / most)
    first = math.ceil(low / step)
    form = "%m-%d" if step >= _DAY else "%H:%M" if step >= 60 else "%H:%M:%S"
    return [
        Tick(count * step, moment(count * step, form))
        for count in range(first, min(math.floor(high / step), first + _MOST) + 1)
    ]


def moment(x: float, form: str = "%H:%M:%S") -> str:
    """Write epoch seconds as UTC; what no calendar has as a number."""
    try:
        return datetime.fromtimestamp(x, UTC).strftime(form)
    except (ValueError, OverflowError, OSError):
        return short(x)


def labelled(marks: Sequence[tuple[int, str]], width: int) -> str:
    """Return a line of exactly `width` cells with each label under its column, those that would touch left out."""
    line, used = "", 0
    for column, label in marks:
        cells = cell_len(label)
        start = max(0, min(column - cells // 2, width - cells))
        if cells > width or (line and start < used + 2):
            continue
        line += " " * (start - used) + label
        used = start + cells
    return line + " " * (width - used)


def _step(raw: float) -> float:
    """Return the round step that is not below one: 1, 2 or 5 times a power of ten."""
    if not 0 < raw < math.inf:
        return 0.0
    power = 10.0 ** math.floor(math.log10(raw))
    return next((factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * (1 - 1e-9)), 10 * power)
