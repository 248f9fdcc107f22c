"""What is spared where the line to the terminal is slow, and how that is found out."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Final


@dataclass(frozen=True, slots=True)
class Bandwidth:
    """How lavish the screen is with bytes."""

    tick_seconds: int
    """How often time is told."""
    frame_seconds: float
    """The least time between two frames."""
    log_seconds: float
    """However fast lines come in, they are shown this often."""
    curve_seconds: float
    """However fast values come in, their curves are drawn this often."""
    stretch: float
    """Factor on the period of everything that is asked."""
    low: bool = False
    """Whether that is less than usual: then with fewer colours and without animation."""


USUAL: Final = Bandwidth(tick_seconds=1, frame_seconds=1 / 60, log_seconds=0.2, curve_seconds=0, stretch=1.0)
LOW: Final = Bandwidth(tick_seconds=5, frame_seconds=0.1, log_seconds=1.0, curve_seconds=60, stretch=2.0, low=True)

SLOW_SECONDS: Final = 0.15
"""A terminal that takes longer to answer is at the end of a slow line."""
_ANSWERS: Final = 5


def over_ssh(environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether the terminal is at the other end of an SSH connection."""
    return bool(environment.get("SSH_CONNECTION") or environment.get("SSH_TTY"))


@dataclass(slots=True)
class Probe:
    """How long the terminal takes to answer: several questions, so that one late answer says little."""

    asked: float | None = None
    """When the question was written that has no answer yet."""
    took: list[float] = field(default_factory=list)

    def answered(self, at: float) -> bool:
        """Take in an answer, and return whether there is another question to ask."""
        if self.asked is None:
            return False
        self.took.append(at - self.asked)
        self.asked = None
        return len(self.took) < _ANSWERS

    @property
    def slow(self) -> bool:
        """Whether all have been answered, and slowly."""
        return len(self.took) >= _ANSWERS and median(self.took) > SLOW_SECONDS
