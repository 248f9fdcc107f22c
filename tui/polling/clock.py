"""The service's clock, as its answers tell it: durations are right on a host whose own clock is wrong."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

# The Date header has whole seconds and the answer takes its time: a smaller difference is noise.
_NOISE: Final = timedelta(seconds=3)
_ABSURD: Final = timedelta(days=36_525)
"""No host is a century off: a Date that says so is not a service's."""


def elapsed() -> float:
    """Return seconds since some moment: never set by anybody, and going on while the machine sleeps."""
    # Linux stops its monotonic clock meanwhile and has another one; macOS does not.
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


_BEGAN: Final = datetime.now(UTC) - timedelta(seconds=elapsed())


def _host_now() -> datetime:
    # Not the host's clock itself, which may be set at any time: what is shown would jump until the next answer.
    return _BEGAN + timedelta(seconds=elapsed())


class ServiceClock:
    """The host's clock plus what it is off by."""

    def __init__(self, host_now: Callable[[], datetime] = _host_now) -> None:
        self._host_now = host_now
        self.offset = timedelta()
        """What the host's clock is behind the service's."""

    def observe(self, service_time: datetime | None) -> None:
        """Learn from the Date header of an answer that came just now."""
        if service_time is None:
            return
        offset = service_time - self._host_now()
        if abs(offset) > _ABSURD:
            return
        if abs(offset - self.offset) > _NOISE:
            self.offset = offset

    def now(self) -> datetime:
        """Return the service's present time, UTC."""
        return self._host_now() + self.offset
