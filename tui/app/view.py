"""What the panes are given: everything known about the job under the cursor, as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from tui.domain.changes import touches
from tui.domain.failure import Failure
from tui.domain.families import Family
from tui.domain.job import JobSnapshot
from tui.domain.jobs import JobSummary
from tui.domain.secrets import masked_text
from tui.domain.status import look

if TYPE_CHECKING:
    # Their regular expressions take a tenth of a second, which the first frame does not need.
    from tui.domain.autopsy import Autopsy
    from tui.domain.health import Finding


COARSE_SECONDS: Final = 10
"""How finely time is told where it does not tick."""
FINE_SECONDS: Final = 3600
"""Spans that are shorter are told in seconds."""


def finely(seconds: float | None) -> int:
    """Return how often a span that goes on is told anew, in seconds."""
    return 1 if seconds is not None and seconds <= FINE_SECONDS else COARSE_SECONDS


@dataclass(frozen=True, slots=True, eq=False)
class JobView:
    """The focused job as it is known now. `snapshot` may be old; `failure` then says why."""

    name: str = ""
    """The job under the cursor; empty when there is none."""
    summary: JobSummary | None = None
    """Its row of the list, known before its description."""
    snapshot: JobSnapshot | None = None
    failure: Failure | None = None
    """Why the last DescribeTrainingJob brought nothing."""
    age_seconds: float | None = None
    changed: frozenset[str] = field(default_factory=frozenset)
    """Paths that changed within the last seconds."""
    now: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    """The service's clock."""
    region: str = ""
    revealed: bool = False
    """Whether values that look secret are shown."""
    findings: tuple[Finding, ...] = ()
    """What the local rules say."""
    autopsy: Autopsy | None = None
    """Why the job ended, for one that failed or was stopped."""
    family: Family | None = None
    """The family whose parent is under the cursor, instead of a job."""
    paused: bool = False
    """Whether nothing is asked until the user says so."""
    ascii: bool = False

    def stamp(self, tick_seconds: int) -> tuple[object, ...]:
        """Return what a pane that tells time in steps of `tick_seconds` depends on: equal stamps, equal rows."""
        tick = int(self.now.timestamp()) // tick_seconds
        return (
            *(self.name, self.summary, self.snapshot, self.failure, self.changed, self.region),
            *(self.findings, self.autopsy, self.family, self.revealed, self.paused, self.ascii, tick),
        )

    def prose(self, text: str) -> str:
        """Return what may be shown of a foreign text: a reason, a message, a line of a log."""
        return text if self.revealed else masked_text(text)

    def style(self, source: str, otherwise: str = "value") -> str:
        """Return the style of what `source` of the response says: marked for a few seconds after it changed."""
        return "changed" if self.changed and touches(self.changed, source) else otherwise

    def glyph(self, status: str) -> str:
        """Return the glyph of a status."""
        found = look(status)
        return found.ascii if self.ascii else found.glyph


NOTHING: Final = JobView()
