"""Values that have an order: durations, counts, numbers, and how they are compared."""

import math
import operator
from collections.abc import Callable
from typing import Final, NamedTuple

from tui.domain.late import late

SECONDS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
COMPARISONS: Final[dict[str, Callable[[float, float], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
}
_DURATION: Final = late(r"(?:[0-9]+(?:\.[0-9]+)?[smhdw])+")
_PART: Final = late(r"([0-9.]+)([smhdw])")


class Duration(NamedTuple):
    """A span as someone writes it."""

    seconds: float
    unit_seconds: float
    """The smallest unit written: `=1h` is anything of one hour and some minutes."""


def duration(text: str) -> Duration | None:
    """Read `90s`, `15m`, `2h`, `3d`, `1w`, `1h30m`; None where it is none."""
    if not _DURATION.fullmatch(text):
        return None
    parts = [(float(amount), SECONDS[unit]) for amount, unit in _PART.findall(text)]
    seconds = sum(amount * unit for amount, unit in parts)
    return Duration(seconds, min(unit for _, unit in parts)) if math.isfinite(seconds) else None


def number(text: str) -> float | None:
    """Read a number; None where it is none, NaN included, which compares to nothing."""
    if "_" in text:  # Python's own 1_000 is nobody's number.
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return None if math.isnan(value) else value
