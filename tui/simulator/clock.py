"""The simulated service's clock: everything that happens in the simulator happens at one of its instants."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class HasNow(Protocol):
    """Anything that tells the simulated time."""

    def now(self) -> datetime:
        """The simulated instant, aware, in UTC."""
        ...


class Clock:
    """Starts at the real time and runs `speed` times as fast."""

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed
        self._started_at = datetime.now(UTC)
        self._started_monotonic = time.monotonic()

    def now(self) -> datetime:
        """The simulated instant, aware, in UTC."""
        seconds = (time.monotonic() - self._started_monotonic) * self.speed
        return self._started_at + timedelta(seconds=seconds)


class ManualClock:
    """Moves only when told to."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("the clock needs an aware datetime")
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """The simulated instant, aware, in UTC."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Moves the clock on by `seconds`."""
        self._now += timedelta(seconds=seconds)
