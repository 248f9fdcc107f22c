"""What a command that goes on for hours makes of failures: which end it, and what it says of the others, once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tui.cli.asking import told
from tui.domain.failure import Failure, FailureKind

TRIES: Final = 3
"""Failures in a row after which something that never answered is given up."""
_FOR_GOOD: Final = frozenset(
    {FailureKind.DENIED, FailureKind.INVALID, FailureKind.UNSUPPORTED, FailureKind.NOT_FOUND}
)


class Patience:
    """Counts the failures of several subjects, and narrates what is wrong with the service as one story."""

    def __init__(self, say: Callable[[str], None], *, endless: bool) -> None:
        """`endless`: what has answered once may be away for as long as it likes, credentials included."""
        self._say = say
        self._endless = endless
        self._answered: set[str] = set()
        self._failures: dict[str, int] = {}
        self._said: FailureKind | None = None

    def answered(self, subject: str) -> None:
        """Take notice of an answer."""
        self._answered.add(subject)
        self._failures.pop(subject, None)
        if self._said is not None and not self._failures:
            self._said = None
            self._say("going on")

    def lasts(self, subject: str, failure: Failure) -> bool:
        """Take notice of a failure, and return whether it is worth trying again."""
        count = self._failures[subject] = self._failures.get(subject, 0) + 1
        if failure.kind in _FOR_GOOD:
            return False
        # Credentials are one for all subjects; an endpoint is not.
        known = bool(self._answered) if failure.needs_someone else subject in self._answered
        if not (self._endless and known) and (failure.needs_someone or count >= TRIES):
            return False
        if self._said is not failure.kind and (failure.needs_someone or count > 1):
            self._said = failure.kind
            self._say(f"{told(failure)}; waiting" if failure.needs_someone else told(failure))
        return True
