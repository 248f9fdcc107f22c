"""The classes of causes, and how sure one is of them."""

from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """Why a job ended as it did, as the screen says it."""

    USER_CODE = "user code exception"
    OUT_OF_MEMORY = "out of memory"
    DISK = "disk full"
    CAPACITY = "capacity"
    PERMISSION = "permission"
    DATA = "data"
    CONTAINER = "container"
    TIME_LIMIT = "time limit"
    SPOT = "spot"
    STOPPED = "stopped by request"
    SERVICE = "service"
    UNKNOWN = "unknown"


class Certainty(StrEnum):
    """How much the evidence says."""

    CERTAIN = "certain"
    """The service says so."""
    LIKELY = "likely"
    """A known error names it, in the reason or in the log."""
    POSSIBLE = "possible"
    """Only the class of the reason or an exit code points to it."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A class with what to do about it."""

    cause: Cause
    certainty: Certainty
    next_step: str
