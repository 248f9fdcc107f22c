"""How quantities are written: durations, times, counts, numbers. Pure, total, and never longer than they need be."""

import math
import re
from datetime import UTC, datetime
from typing import Final

UNTOLD: Final = "–"
"""Written where there is no value."""

_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR
_FOREVER: Final = 1e15
"""Spans that no clock measured: NaN and infinities too fail to be below it."""


def duration(seconds: float | None) -> str:
    """Write a span in its two largest units: `20s`, `6m12s`, `2h14m`, `3d04h`; negative with a minus sign."""
    if seconds is None or not abs(seconds) < _FOREVER:
        return UNTOLD
    sign = "-" if seconds <= -1 else ""
    whole = int(abs(seconds))
    if whole < _MINUTE:
        return f"{sign}{whole}s"
    if whole < _HOUR:
        return f"{sign}{whole // _MINUTE}m{whole % _MINUTE:02d}s"
    if whole < _DAY:
        return f"{sign}{whole // _HOUR}h{whole % _HOUR // _MINUTE:02d}m"
    return f"{sign}{whole // _DAY}d{whole % _DAY // _HOUR:02d}h"


def limit(seconds: float) -> str:
    """Write a span that someone chose: like `duration`, without a second unit of nothing: `1d`, `1h30m`."""
    return re.sub(r"(?<=[dhm])0+[hms]$", "", duration(seconds))


def coarse(seconds: float | None) -> str:
    """Write a span in its largest unit, as a list does: `20s`, `6m`, `2h14m`, `3d`.

    Quantised so that a list of jobs does not repaint every second.
    """
    if seconds is None or not abs(seconds) < _FOREVER:
        return UNTOLD
    whole = max(0, int(seconds))
    if whole < _MINUTE:
        return f"{whole // 10 * 10}s"
    if whole < _HOUR:
        return f"{whole // _MINUTE}m"
    if whole < _DAY:
        return f"{whole // _HOUR}h{whole % _HOUR // _MINUTE:02d}m"
    return f"{whole // _DAY}d"


def countdown(seconds: float) -> str:
    """Write what is left, coarsely and never too much: `7h12m`, `41m`, below two minutes `1m50s`, at last `over`."""
    if not seconds < _FOREVER:
        return UNTOLD
    if seconds <= 0:
        return "over"
    if seconds < 2 * _MINUTE:
        return duration(seconds // 10 * 10)
    return coarse(seconds)


def utc(moment: datetime | None) -> str:
    """Write a moment as ISO-8601 UTC with whole seconds, `2026-11-23T12:04:31Z`; empty when absent."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z" if moment else ""


def clock(moment: datetime, beside: datetime) -> str:
    """Write a moment for a reader at `beside`: `12:04:31` on the same day, else `11-22 12:04`, else with the year."""
    moment, beside = moment.astimezone(UTC), beside.astimezone(UTC)
    if moment.date() == beside.date():
        return moment.strftime("%H:%M:%S")
    if moment.year == beside.year:
        return moment.strftime("%m-%d %H:%M")
    return moment.strftime("%Y-%m-%d")


def number(value: float) -> str:
    """Write a metric value: six significant digits, NaN and infinities by name."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Inf" if value > 0 else "-Inf"
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.6g}"


def count(amount: int, noun: str, plural: str | None = None) -> str:
    """Write `1 instance`, `8 instances`."""
    return f"{amount:,} {noun if amount == 1 else plural or noun + 's'}"


def percent(share: float) -> str:
    """Write a share of one as `62 %`."""
    return f"{share * 100:.0f} %"
