"""The circuit breaker: an operation that fails again and again is left alone for a while, by all its callers.

Each poller backs off by itself. But several ask the same operation, a new one begins with every job that is turned
to, and each would wait for the same timeout: what one of them found out the others are told at once.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import monotonic
from typing import Final

from tui.domain.failure import Failure

FAILURES: Final = 3
"""Failures in a row after which an operation is left alone."""
_FIRST_SECONDS: Final = 5.0
_LONGEST_SECONDS: Final = 30.0
"""No longer: whoever looks at the screen when it is over should not wait for it."""
_TRYING_SECONDS: Final = 1.0
"""What the others wait for the one that tries."""


@dataclass(slots=True)
class _Circuit:
    failures: int = 0
    last: Failure | None = None
    until: float = 0.0
    trying: bool = False


class Breaker:
    """Knows which operations are left alone, and why. One call at a time finds out whether it is over."""

    def __init__(self, time: Callable[[], float] = monotonic) -> None:
        self._time = time
        self._circuits: dict[str, _Circuit] = {}
        """By operation: there are only so many."""

    def refusal(self, operation: str) -> Failure | None:
        """Return why an operation is not asked now, or None: then ask, and say how that went."""
        circuit = self._circuits.get(operation)
        if circuit is None or circuit.last is None or circuit.failures < FAILURES:
            return None
        left = circuit.until - self._time()
        if left <= 0 and not circuit.trying:
            circuit.trying = True
            return None
        hint = f"failed {circuit.failures} times: tried again by itself, or with r"
        return replace(circuit.last, hint=hint, retry_after_seconds=max(left, _TRYING_SECONDS))

    def answered(self, operation: str) -> None:
        """Note that the service answered, be it with a refusal of its own."""
        self._circuits.pop(operation, None)

    def failed(self, operation: str, failure: Failure) -> None:
        """Note how a call failed."""
        if failure.needs_login:
            self.abandoned(operation)
        elif not failure.passing:
            self.answered(operation)
        else:
            circuit = self._circuits.setdefault(operation, _Circuit())
            circuit.failures += 1
            circuit.last, circuit.trying = failure, False
            doublings = min(max(0, circuit.failures - FAILURES), 10)
            circuit.until = self._time() + min(_LONGEST_SECONDS, _FIRST_SECONDS * 2.0**doublings)

    def abandoned(self, operation: str) -> None:
        """Note that a call ended without telling anything about the service."""
        if operation in self._circuits:
            self._circuits[operation].trying = False

    def try_again(self) -> None:
        """Let every operation be tried at once: someone asks, or the machine slept."""
        for circuit in self._circuits.values():
            circuit.until = self._time()
