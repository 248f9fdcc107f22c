"""The API budget: one token bucket per operation for the whole process, and the meter that the header shows.

Quotas are per account and region, shared with every pipeline and colleague, and not adjustable
(DescribeTrainingJob 5/s, ListTrainingJobs 2/s), so the buckets sit far below them.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from tui.polling.breaker import Breaker

_WINDOW_SECONDS: Final = 60.0
_SLOWEST_PER_SECOND: Final = 0.1
"""A call waits for its turn no longer than a poller waits for an answer."""
_SMALLEST_SHARE: Final = 1 / 16
_RECOVERY: Final = 1.1


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one operation may cost."""

    per_second: float
    burst: int


ALLOWANCES: Final[Mapping[str, Allowance]] = {
    "DescribeTrainingJob": Allowance(1.0, 4),
    # Lists are asked for every 13 s; what is above that is for the first load and for history that someone wants.
    "ListTrainingJobs": Allowance(0.4, 6),
    "Search": Allowance(1.0, 8),
    # The account's whole quota, and one at a time.
    "StopTrainingJob": Allowance(1.0, 1),
    "GetCallerIdentity": Allowance(0.2, 4),
    # 5/s in the tightest regions, 25/s in us-east-1.
    "FilterLogEvents": Allowance(2.0, 6),
    "GetMetricData": Allowance(0.5, 20),
    "BatchGetMetrics": Allowance(0.1, 4),
}


@dataclass(slots=True)
class _Bucket:
    allowance: Allowance
    tokens: float
    at: float
    share: float = 1.0
    """1 at full pace; halved by each throttling, recovering with each success."""

    @property
    def rate(self) -> float:
        """Tokens a second at present."""
        full = self.allowance.per_second
        return max(full * self.share, min(full, _SLOWEST_PER_SECOND))

    def reserve(self, now: float) -> float:
        """Take a token, of the future if need be, and return the seconds until it is there."""
        self.settle(now)
        self.tokens -= 1
        return max(0.0, -self.tokens / self.rate)

    def settle(self, now: float) -> None:
        """Count what has come in since the last time, at the rate that held until now."""
        self.tokens = min(self.allowance.burst, self.tokens + max(0.0, now - self.at) * self.rate)
        self.at = now

    def release(self) -> None:
        """Give back a token that was not used."""
        self.tokens += 1


@dataclass(slots=True)
class Budget:
    """Shared by every caller of the process, for one account and region."""

    time: Callable[[], float] = monotonic
    calls: int = 0
    """Calls made since the start."""
    throttles: int = 0
    """How many of them the service refused as too many."""
    breaker: Breaker = field(default_factory=Breaker)
    """Which operations are not asked at all for the moment."""
    _buckets: dict[str, _Bucket] = field(default_factory=dict)
    _recent: deque[float] = field(default_factory=lambda: deque(maxlen=10_000))
    _began: float | None = None

    async def take(self, operation: str) -> None:
        """Wait until one call of `operation` is within the budget, and count it."""
        bucket = self._bucket(operation)
        try:
            await asyncio.sleep(bucket.reserve(self.time()))
        except asyncio.CancelledError:
            bucket.release()
            raise
        self.calls += 1
        self._recent.append(self.time())

    def succeeded(self, operation: str) -> None:
        """Let the pace of an operation recover."""
        bucket = self._bucket(operation)
        bucket.settle(self.time())
        bucket.share = min(1.0, bucket.share * _RECOVERY)

    def throttled(self, operation: str) -> None:
        """Halve the pace of an operation, and spend what was saved up."""
        bucket = self._bucket(operation)
        bucket.settle(self.time())
        bucket.share = max(_SMALLEST_SHARE, bucket.share / 2)
        bucket.tokens = min(bucket.tokens, 0.0)
        self.throttles += 1

    def slowed(self) -> bool:
        """Return whether any operation still runs below its pace because of throttling."""
        return any(bucket.share < 1 for bucket in self._buckets.values())

    def calls_per_second(self) -> float:
        """Return the rate over the last minute (or since the first call, if that is less long ago)."""
        now = self.time()
        while self._recent and self._recent[0] < now - _WINDOW_SECONDS:
            self._recent.popleft()
        if self._began is None:
            return 0.0
        return len(self._recent) / min(_WINDOW_SECONDS, max(10.0, now - self._began))

    def _bucket(self, operation: str) -> _Bucket:
        now = self.time()
        if self._began is None:
            self._began = now
        if operation not in self._buckets:
            allowance = ALLOWANCES.get(operation, Allowance(1.0, 2))
            self._buckets[operation] = _Bucket(allowance, float(allowance.burst), now)
        return self._buckets[operation]
