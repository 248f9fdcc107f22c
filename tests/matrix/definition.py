"""The matrix: what goes wrong, which operation it strikes, and what the screen says. The document is made of it."""

from dataclasses import dataclass
from typing import Final

from tui.domain.failure import FailureKind

DNS: Final = "dns"
REFUSED: Final = "refused"
"""Faults that are not the simulator's: they strike every operation at once."""
PROBE: Final = "GetCallerIdentity"
FALLBACK: Final = "by ListTrainingJobs"


@dataclass(frozen=True, slots=True)
class Trouble:
    """A row."""

    name: str
    kind: str
    """The simulator's kind of fault, or one of those above."""
    told: str
    """The reason that shows."""
    denied_search: str = ""
    """What shows instead where it strikes Search, which has a substitute."""

    gated: bool = False
    """Whether it holds everyone back but the probe, which it strikes as well."""

    def seen(self, column: str) -> str:
        """Return the reason that shows where it strikes an operation."""
        return self.denied_search if column == "search" and self.denied_search else self.told


COLUMNS: Final = ("list", "search", "describe", "logs", "metrics")
OPERATIONS: Final = {
    "list": "ListTrainingJobs",
    "search": "Search",
    "describe": "DescribeTrainingJob",
    "logs": "FilterLogEvents",
    "metrics": "GetMetricData",
}
TROUBLES: Final = (
    Trouble("throttle", "throttle", FailureKind.THROTTLED),
    Trouble("expired token", "expired", FailureKind.EXPIRED, gated=True),
    Trouble("denied", "denied", FailureKind.DENIED, FALLBACK),
    Trouble("5xx", "server_error", FailureKind.SERVER),
    Trouble("hang", "hang", FailureKind.TIMEOUT),
    Trouble("slow body", "slow_body", FailureKind.TIMEOUT),
    Trouble("dropped connection", "drop", FailureKind.UNREACHABLE),
    Trouble("half a body", "half_body", FailureKind.UNREACHABLE),
    Trouble("garbage with ESC bytes", "garbage", FailureKind.GARBLED),
    Trouble("wrong content type", "wrong_content_type", FailureKind.GARBLED),
    Trouble("DNS failure", DNS, FailureKind.UNREACHABLE),
    Trouble("connection refused", REFUSED, FailureKind.UNREACHABLE),
    Trouble("clock off by an hour", "wrong_clock", FailureKind.INVALID),
)


def table() -> str:
    """Return the matrix as Markdown."""
    rows = [f"| fault | {' | '.join(COLUMNS)} |", f"|---|{'---|' * len(COLUMNS)}"]
    rows += [f"| {row.name} | {' | '.join(row.seen(column) for column in COLUMNS)} |" for row in TROUBLES]
    rows.append(
        "| job deleted | leaves the list | leaves the list | the job was deleted; shown as last seen "
        "| lines stay | curves stay |"
    )
    return "\n".join(rows)
