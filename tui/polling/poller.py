"""One long-lived, self-paced loop per subject: never two calls in flight, never dead, kicked when someone asks."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import random
from typing import Generic, TypeVar

from tui.domain.failure import Failure, FailureKind, ServiceError
from tui.polling import pace
from tui.polling.clock import elapsed
from tui.polling.gate import Gate

Value = TypeVar("Value")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Poll(Generic[Value]):
    """The outcome of one poll: a value, or why there is none."""

    key: str
    """Whom it is about: a result is dropped when that is no longer who is asked about."""
    seq: int
    """Rises with every poll of the process: an older one never replaces a newer one."""
    at: float
    """`elapsed()` when the answer came."""
    value: Value | None
    failure: Failure | None


class Poller(Generic[Value]):
    """Asks again and again about one subject, and publishes every outcome."""

    _sequence = 0

    def __init__(
        self,
        key: str,
        fetch: Callable[[], Awaitable[Value]],
        publish: Callable[[Poll[Value]], object],
        period: Callable[[Value], float | None],
        *,
        timeout_seconds: float = 30.0,
        chance: Callable[[], float] = random,
        gate: Gate | None = None,
    ) -> None:
        """`period` tells from the last value how many seconds to wait; None waits for a kick.

        While a `gate` is closed nothing is asked, and why is published once.
        """
        self.key = key
        self.stretch = 1.0
        """Factor on every period: the user's `+` and `-`."""
        self._fetch = fetch
        self._publish = publish
        self._period = period
        self._timeout_seconds = timeout_seconds
        self._chance = chance
        self._gate = gate
        self._kick = asyncio.Event()
        self._running = asyncio.Event()
        self._running.set()
        self._failures = 0
        self._failing_since: float | None = None
        """When the last poll failed for a reason that may be over by now."""
        self._told: Failure | None = None
        """What was published last, if that was a failure."""

    @property
    def due_when_looked_at(self) -> bool:
        """Whether it waits after a failure, and has long enough for someone who looks."""
        return self._failing_since is not None and elapsed() - self._failing_since >= pace.LOOKED_AT_SECONDS

    def kick(self) -> None:
        """Ask again as soon as the call in flight, if any, has ended. Several kicks are one."""
        self._kick.set()

    def pause(self) -> None:
        """Ask nothing more until `resume`."""
        self._running.clear()

    def resume(self) -> None:
        """Go on, at once."""
        self._kick.set()
        self._running.set()

    async def run(self) -> None:
        """Poll until cancelled."""
        while True:
            await self._running.wait()
            if self._gate and self._gate.failure:
                if self._gate.failure != self._told:
                    self._tell(None, self._gate.failure)
                await self._gate.change()
                continue
            self._kick.clear()
            delay = await self._poll()
            if self._gate and self._gate.failure:
                continue
            try:
                async with asyncio.timeout(delay):
                    await self._kick.wait()
            except TimeoutError:
                continue

    async def _poll(self) -> float | None:
        value: Value | None = None
        failure: Failure | None = None
        try:
            async with asyncio.timeout(self._timeout_seconds):
                value = await self._fetch()
        except ServiceError as error:
            failure = error.failure
        except TimeoutError:
            _log.info("poll: no answer within %.0f s", self._timeout_seconds)
            message = f"no answer within {self._timeout_seconds:.0f} s"
            failure = Failure(FailureKind.TIMEOUT, self.key, message, "check the network; trying again")
        if failure and failure.needs_login and self._gate:
            self._gate.close(failure)
        self._failures = self._failures + 1 if failure else 0
        self._tell(value, failure)
        if failure:
            return pace.after_failure(failure, self._failures, self._chance())
        assert value is not None
        period = self._period(value)
        return None if period is None else pace.jittered(period * self.stretch, self._chance())

    def _tell(self, value: Value | None, failure: Failure | None) -> None:
        Poller._sequence += 1
        at = elapsed()
        self._failing_since = at if failure and failure.passing else None
        self._told = failure
        self._publish(Poll(self.key, Poller._sequence, at, value, failure))
