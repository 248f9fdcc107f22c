"""Total readers of a foreign mapping: absent, null or of another type reads as nothing, never raises.

Only 7 of the 50 members of DescribeTrainingJob are always there, and the service grows.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

_UNREADABLE: Final = (TypeError, ValueError, OverflowError)


def at(raw: object, *path: str) -> object:
    """Return the value at `path` of nested mappings, or None."""
    for key in path:
        if not isinstance(raw, Mapping):
            return None
        raw = raw.get(key)
    return raw


def text(raw: object, *path: str) -> str:
    """Return the string at `path`; a number or boolean as its text; else the empty string."""
    value = at(raw, *path)
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, bool | int | float) else ""


def integer(raw: object, *path: str) -> int | None:
    """Return the whole number at `path`, or None."""
    value = number(raw, *path)
    return int(value) if value is not None and math.isfinite(value) else None


def number(raw: object, *path: str) -> float | None:
    """Return the number at `path`, NaN and infinities included (also as the strings JSON needs), or None."""
    value = at(raw, *path)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except _UNREADABLE:
        return None


def flag(raw: object, *path: str) -> bool:
    """Return whether the boolean at `path` is there and true."""
    return at(raw, *path) is True


def moment(raw: object, *path: str) -> datetime | None:
    """Return the timestamp at `path` in UTC, or None. A naive one is taken as UTC."""
    value = at(raw, *path)
    if not isinstance(value, datetime):
        return None
    try:
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    except _UNREADABLE:
        return None


def items(raw: object, *path: str) -> Sequence[Mapping[str, object]]:
    """Return the structures of the list at `path`; entries of another type are left out."""
    return [entry for _, entry in indexed(raw, *path)]


def indexed(raw: object, *path: str) -> Sequence[tuple[int, Mapping[str, object]]]:
    """Return the structures of the list at `path` with their positions in it; other entries are left out."""
    value = at(raw, *path)
    if not isinstance(value, list | tuple):
        return []
    return [(index, entry) for index, entry in enumerate(value) if isinstance(entry, Mapping)]


def texts(raw: object, *path: str) -> Sequence[str]:
    """Return the strings of the list at `path`."""
    value = at(raw, *path)
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list | tuple) else []
