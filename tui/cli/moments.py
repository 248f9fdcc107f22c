"""How a span and a moment are written on the command line: `10m`, `1h30m`, `2026-11-23T12:00:00Z`."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

import click

Value = TypeVar("Value")

_UNITS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_PART: Final = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)([smhdw])")
_SPAN: Final = re.compile(rf"(?:{_PART.pattern})+")
_LONGEST_SECONDS: Final = 3_650 * 86_400
_SPANS: Final = "write it like 90s, 10m, 2h, 1h30m or 1d"


def seconds_of(text: str) -> float:
    """Return the seconds of `90s`, `10m`, `1h30m`, `1d`; a bare number is seconds.

    Raises:
        ValueError: it is no span, or none of more than nothing and less than ten years.
    """
    plain = text.strip().lower()
    if re.fullmatch(r"\d{1,9}(?:\.\d{1,3})?", plain):
        seconds = float(plain)
    elif _SPAN.fullmatch(plain):
        seconds = sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(plain))
    else:
        raise ValueError(f"{text!r} is no span of time; {_SPANS}")
    if not 0 < seconds <= _LONGEST_SECONDS:
        raise ValueError(f"{text!r} is not between nothing and ten years")
    return seconds


def since_of(text: str) -> datetime | timedelta:
    """Return what `--since` means: a span before now, or a moment (UTC where no offset is told).

    Raises:
        ValueError: it is neither.
    """
    plain = text.strip()
    if _SPAN.fullmatch(plain.lower()):
        return timedelta(seconds=seconds_of(plain))
    try:
        moment = datetime.fromisoformat(plain)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is neither a span (10m, 2h) nor a time (2026-11-23T12:00:00Z)") from None


def span_option(context: click.Context, parameter: click.Parameter, value: str | None) -> float | None:
    """Read an option as seconds."""
    return None if value is None else _read(seconds_of, value, context, parameter)


def since_option(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> datetime | timedelta | None:
    """Read an option as a span before now, or a moment."""
    return None if value is None else _read(since_of, value, context, parameter)


def _read(read: Callable[[str], Value], value: str, context: click.Context, parameter: click.Parameter) -> Value:
    try:
        return read(value)
    except ValueError as error:
        raise click.BadParameter(str(error), context, parameter) from None
