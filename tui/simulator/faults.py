"""Scripted faults: what can go wrong between a client and the service."""

from __future__ import annotations

from dataclasses import dataclass, field

ERROR_KINDS = frozenset(
    {"throttle", "expired", "invalid_token", "denied", "server_error", "unavailable", "wrong_clock"}
)
"""Faults that answer with the service's own error shape."""

TRANSPORT_KINDS = frozenset({"hang", "slow_body", "drop", "half_body", "garbage", "wrong_content_type", "delay"})
"""Faults of the way to the service: the answer is late, broken or missing."""

PAGE_KINDS = frozenset({"empty_page", "repeat_token", "overlap_page"})
"""Faults of FilterLogEvents' pages, all of them legal: one without events but with a token, one whose token is the
one it was asked for with, one that begins with events of the page before. Other operations don't feel them."""

DEFAULT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong for the next calls of an operation."""

    kind: str
    """One of `ERROR_KINDS`, `TRANSPORT_KINDS` or `PAGE_KINDS`."""
    operation: str = "*"
    """The API operation it strikes; "*" strikes all."""
    times: int | None = None
    """How many calls it strikes; None strikes until cleared."""
    seconds: float = DEFAULT_SECONDS
    """Real seconds that "delay" and "slow_body" take."""
    retry_after: float | None = None
    """Seconds for the Retry-After header of "throttle" and "unavailable"."""

    def __post_init__(self) -> None:
        if self.kind not in ERROR_KINDS | TRANSPORT_KINDS | PAGE_KINDS:
            raise ValueError(f"unknown kind of fault: {self.kind!r}")


@dataclass(slots=True)
class _Armed:
    fault: Fault
    left: int | None = field(default=None)


class Faults:
    """The faults waiting to strike, in the order they were added."""

    def __init__(self) -> None:
        self._armed: list[_Armed] = []

    def add(self, *faults: Fault) -> None:
        """Arms `faults`; the first that fits a call strikes it."""
        self._armed.extend(_Armed(fault, fault.times) for fault in faults)

    def clear(self) -> None:
        """Disarms everything."""
        self._armed.clear()

    def take(self, operation: str) -> Fault | None:
        """The fault that strikes this call of `operation`, if any, using up one of its times."""
        for armed in self._armed:
            if armed.fault.operation not in ("*", operation):
                continue
            if armed.fault.kind in PAGE_KINDS and operation != "FilterLogEvents":
                continue
            if armed.left is not None:
                armed.left -= 1
                if armed.left <= 0:
                    self._armed.remove(armed)
            return armed.fault
        return None
