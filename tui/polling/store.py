"""The last good value of a subject, and why there is no newer one."""

from dataclasses import dataclass
from typing import Generic

from tui.domain.failure import Failure
from tui.polling.clock import elapsed
from tui.polling.poller import Poll, Value


@dataclass(slots=True)
class LastGood(Generic[Value]):
    """What we know of one subject. A failure never replaces a value: not seeing is not failing."""

    key: str = ""
    value: Value | None = None
    at: float | None = None
    """`elapsed()` of the value."""
    failure: Failure | None = None
    """Why the last poll brought nothing; None when it did."""
    seq: int = -1

    def apply(self, poll: Poll[Value]) -> bool:
        """Take a poll in; return False, unchanged, if it is about another subject or older than what is here."""
        if poll.key != self.key or poll.seq <= self.seq:
            return False
        self.seq = poll.seq
        self.failure = poll.failure
        if poll.value is not None:
            self.value, self.at = poll.value, poll.at
        return True

    def age_seconds(self, now: float | None = None) -> float | None:
        """Return how old the value is, or None without one."""
        return None if self.at is None else max(0.0, (elapsed() if now is None else now) - self.at)
