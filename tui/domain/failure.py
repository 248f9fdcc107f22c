"""Why something could not be seen: never an exception on the screen, always a reason and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum

from tui.domain.denial import Denial


class FailureKind(StrEnum):
    """The ways in which a call fails that a user can tell apart."""

    NO_CREDENTIALS = "no credentials"
    EXPIRED = "credentials expired"
    NO_REGION = "no region"
    DENIED = "not allowed"
    THROTTLED = "throttled"
    NOT_FOUND = "not found"
    INVALID = "not accepted"
    UNSUPPORTED = "not offered here"
    """An operation that this region, partition or endpoint does not know."""
    UNREACHABLE = "cannot reach AWS"
    TIMEOUT = "no answer"
    SERVER = "service error"
    GARBLED = "unreadable answer"


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed call. It never replaces the last good value: not seeing a job is not its failing."""

    kind: FailureKind
    operation: str
    """The API operation, `DescribeTrainingJob`."""
    message: str
    """What the service or the network said; sanitised, one line."""
    hint: str = ""
    """What to do next, one line: a command to type, a permission to ask for."""
    retry_after_seconds: float | None = None
    denial: Denial | None = None
    """Of what is not allowed: which action is missing, and which policy is in the way."""

    @property
    def reason(self) -> str:
        """The kind, and of what is not allowed the action: `not allowed: sagemaker:Search`."""
        return f"{self.kind}: {self.denial.action}" if self.denial else str(self.kind)

    @property
    def needs_login(self) -> bool:
        """Whether it is over as soon as there are credentials and a region again."""
        return self.kind in _NEEDS_LOGIN

    @property
    def passing(self) -> bool:
        """Whether it is the service or the way to it, and may be over at any moment."""
        return self.kind in _PASSING

    @property
    def needs_someone(self) -> bool:
        """Whether waiting alone will not mend it."""
        return self.kind in _NEEDS_SOMEONE


_NEEDS_LOGIN = frozenset({FailureKind.NO_CREDENTIALS, FailureKind.EXPIRED, FailureKind.NO_REGION})
_PASSING = frozenset({FailureKind.UNREACHABLE, FailureKind.TIMEOUT, FailureKind.SERVER, FailureKind.GARBLED})
_NEEDS_SOMEONE = frozenset(
    {FailureKind.NO_CREDENTIALS, FailureKind.EXPIRED, FailureKind.NO_REGION, FailureKind.DENIED}
)


def missing_action(failure: Failure | None) -> str:
    """Return the IAM action that a failure is for want of; empty where it is for something else."""
    return failure.denial.action if failure and failure.denial else ""


class ServiceError(Exception):
    """Raised by a port; the only exception that crosses it."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(f"{failure.operation}: {failure.kind}: {failure.message}")
        self.failure = failure
