"""One line of the table."""

from dataclasses import dataclass, field
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured, beside what, against which budget."""

    what: str
    measured: str
    budget: str
    beside: str
    ratio: float | None = None
    within: bool | None = None
    """Whether it is within its budget; None where there is none."""
    details: dict[str, Any] = field(default_factory=dict)
    """The raw figures, for results.json."""


def milliseconds(values: list[float]) -> list[int]:
    """Return seconds as whole milliseconds."""
    return [round(value * 1000) for value in values]


def seconds(values: list[float]) -> str:
    """Write the median of some seconds, and how far they spread."""
    return f"{median(values):.2f} s ({min(values):.2f}–{max(values):.2f})"


def percentile(values: list[float], share: float) -> float:
    """Return the value that `share` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def pace(ours: list[float], theirs: list[float]) -> float:
    """Return the median of the ratios of runs that followed each other: what slows both cancels out."""
    return median(a / b for a, b in zip(ours, theirs, strict=True))
