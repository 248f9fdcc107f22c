"""What clients asked of the simulator, so that a test or a benchmark can say how many calls a feature costs."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from typing import Any

KEPT = 10_000
"""Calls remembered one by one; counts go on beyond it."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it arrived."""

    at: float
    """When it arrived, in seconds of `time.monotonic`."""
    operation: str
    """The API operation, without the service's prefix."""
    params: dict[str, Any]
    """The request's members as sent."""
    outcome: str
    """"ok", the error code that was answered, or the kind of a fault that spoils the answer itself."""


class Calls:
    """The record of calls since the start or the last `clear`."""

    def __init__(self) -> None:
        self._entries: deque[Call] = deque(maxlen=KEPT)
        self._counts: Counter[str] = Counter()

    @property
    def entries(self) -> list[Call]:
        """The latest calls, oldest first."""
        return list(self._entries)

    def add(self, call: Call) -> None:
        """Records one call."""
        self._entries.append(call)
        self._counts[call.operation] += 1

    def count(self, operation: str = "*") -> int:
        """How many calls of `operation` arrived; "*" counts all of them."""
        return self._counts.total() if operation == "*" else self._counts[operation]

    def clear(self) -> None:
        """Forgets everything."""
        self._entries.clear()
        self._counts.clear()
