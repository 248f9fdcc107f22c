"""What is live around the jobs on the screen: log, curves, local findings. No widget, no IO of its own.

The screen runs its loops as workers and is told, at most a few times a second, that something changed.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from time import monotonic

from tui.app.panes.sparklines import RowCurves, row_curves
from tui.app.services import Services
from tui.domain import status
from tui.domain.health import Finding, summary_glyph
from tui.domain.job import JobSnapshot, Transition
from tui.domain.jobs import JobSummary
from tui.domain.logbuffer import Added
from tui.domain.series import Series
from tui.domain.status import Look
from tui.polling.metricplan import Subject, Wanted
from tui.polling.metrics import MetricsFeed, final_series
from tui.polling.telemetry import Telemetry, findings_of_rows

_ROWS = 60
"""Rows of the list whose curves are asked for."""


class Around:
    """Holds the telemetry of the focused job and the curves of all jobs on the screen."""

    def __init__(self, now: Callable[[], datetime], changed: Callable[[], object]) -> None:
        self.telemetry: Telemetry | None = None
        self.feed: MetricsFeed | None = None
        self.findings: dict[str, tuple[Finding, ...]] = {}
        """What is known of the health of jobs, by name: of those that were focused, and of rows with curves."""
        self.generation = 0
        """Rises with everything that came."""
        self._curves_generation = 0
        self._log_seen = 0, 0
        self._added: list[Added] = []
        self._series: tuple[object, tuple[Series, ...]] | None = None
        self._judged = 0
        """Rises with every look at the health of a job."""
        self._looks: tuple[int, dict[str, Look]] | None = None
        self._waits: tuple[object, dict[frozenset[str], list[tuple[str, float]]]] | None = None
        self._words: tuple[object, dict[str, RowCurves]] | None = None
        self._services: Services | None = None
        self._now = now
        self._changed = changed
        self._paused = False
        self._rows: tuple[JobSummary, ...] = ()
        self._known: tuple[JobSummary, ...] = ()

    def connect(self, services: Services) -> None:
        """Take what to ask."""
        self._services = services
        self.feed = MetricsFeed(services.cloudwatch, services.steps, now=self._now, gate=services.gate)

    def begin(self, snapshot: JobSnapshot) -> Telemetry | None:
        """Turn to a job: its log begins anew."""
        if self._services is None:
            return None
        self._added.clear()
        self.telemetry = Telemetry(
            self._services.logs,
            snapshot,
            now=self._now,
            curves=self.curves,
            usual_waits=self._usual_waits,
            changed=self._note,
            gate=self._services.gate,
        )
        self._want()
        return self.telemetry

    def end(self) -> None:
        """Forget the focused job."""
        self.telemetry = None
        self._added.clear()
        self._want()

    def update(self, snapshot: JobSnapshot) -> None:
        """Take in a newer description of the focused job."""
        if self.telemetry and self.telemetry.snapshot is not snapshot:
            self.telemetry.update(snapshot)
            self._want()

    def show_rows(self, known: Sequence[JobSummary], on_screen: Sequence[JobSummary]) -> None:
        """Say which rows are on the screen; their curves come with the same call as the focused job's."""
        self._known = tuple(known)
        rows = tuple(job for job in on_screen[:_ROWS] if job.times.started)
        if rows != self._rows:
            self._rows = rows
            self._want()

    def pause(self, paused: bool) -> None:
        """Ask for nothing, or go on."""
        self._paused = paused
        self._want()

    def curves(self, subject: Subject) -> tuple[Series, ...]:
        """Return what CloudWatch tells of a job."""
        return self.feed.series(subject) if self.feed else ()

    def series(self) -> tuple[Series, ...]:
        """Return all curves of the focused job, those of the log first; the same object until something came."""
        if self.telemetry is None:
            return ()
        snapshot = self.telemetry.snapshot
        basis = self.generation, snapshot
        if self._series is None or self._series[0] != basis:
            self._series = (
                basis,
                (
                    *self.telemetry.series,
                    *self.curves(self.telemetry.subject),
                    *final_series(snapshot.raw, snapshot.times.ended),
                ),
            )
        return self._series[1]

    def row_curves(self) -> dict[str, tuple[Series, ...]]:
        """Return the curves of the rows on the screen, by name."""
        found = {job.name: self.curves(Subject.of_row(job)) for job in self._rows}
        if self.telemetry:
            name = self.telemetry.snapshot.name
            found[name] = (*self.telemetry.series, *self.curves(self.telemetry.subject))
        return found

    def row_words(self, ascii_only: bool) -> dict[str, RowCurves]:
        """Return what the rows show of their curves, by name; the same object until there is another curve."""
        basis = self._curves_generation, self._log_generation(), self._rows, ascii_only
        if self._words is None or self._words[0] != basis:
            drawn = {name: row_curves(series, ascii_only) for name, series in self.row_curves().items()}
            self._words = basis, {name: words for name, words in drawn.items() if any(words)}
        return self._words[1]

    def _log_generation(self) -> int:
        """Return a number that rises with the log of the focused job, but not more than once a second."""
        second = int(monotonic())
        if second != self._log_seen[0]:
            self._log_seen = second, self.telemetry.log.generation if self.telemetry else 0
        return self._log_seen[1]

    def take_added(self) -> Added | None:
        """Return what came into the log since this was asked last, as if it had been one batch."""
        added, self._added = self._added, []
        firsts = [entry.first for entry in added if entry.first]
        if not added:
            return None
        return Added(
            new=sum(entry.new for entry in added),
            late=sum(entry.late for entry in added),
            dropped=sum(entry.dropped for entry in added),
            first=min(firsts, default=None),
        )

    def health(self) -> dict[str, Look]:
        """Return a glyph for each job of which anything is known, by name; the same object until more is."""
        if self._looks is None or self._looks[0] != self._judged:
            self._looks = self._judged, {name: summary_glyph(found) for name, found in self.findings.items()}
        return self._looks[1]

    async def run_curves(self) -> None:
        """Ask for curves once a minute until cancelled."""
        if self.feed:
            await self.feed.run(self._curves_came)

    async def judge_rows(self) -> None:
        """Look at the health of the rows on the screen, once; beside the event loop."""
        curves = self.row_curves()
        snapshots = [_snapshot_of(job) for job in self._rows]
        waits = {snapshot.name: self._usual_waits(snapshot) for snapshot in snapshots}
        focused = self.telemetry.snapshot.name if self.telemetry else ""
        found = await asyncio.to_thread(findings_of_rows, snapshots, curves, waits, self._now())
        self.findings.update({name: findings for name, findings in found.items() if name != focused})
        # A job that has left the list is looked at no more.
        for name in self.findings.keys() - {focused, *(job.name for job in self._known)}:
            del self.findings[name]
        self._judged += 1
        self._changed()

    def _curves_came(self) -> None:
        self.generation += 1
        self._curves_generation += 1
        if self.telemetry:
            self.telemetry.curves_changed()
        self._changed()

    def _note(self, added: Added) -> None:
        if added.new or added.dropped:
            self._added.append(added)
        self.generation += 1
        if self.telemetry:
            self.findings[self.telemetry.snapshot.name] = self.telemetry.findings
            self._judged += 1
        self._changed()

    def _want(self) -> None:
        if self.feed is None:
            return
        if self._paused:
            self.feed.want(())
            return
        focused = self.telemetry.subject if self.telemetry else None
        wanted = [Wanted(focused, focused=True)] if focused else []
        wanted += [Wanted(Subject.of_row(job)) for job in self._rows if not focused or job.name != focused.name]
        self.feed.want(wanted)

    def _usual_waits(self, snapshot: JobSnapshot) -> tuple[float, ...]:
        """Return how long jobs of the same instance types waited from creation until they trained."""
        wanted = next((job.instances for job in self._known if job.name == snapshot.name), None)
        if not wanted:
            return ()
        types = frozenset(entry.instance_type for entry in wanted)
        return tuple(seconds for name, seconds in self._waits_by_types().get(types, ()) if name != snapshot.name)

    def _waits_by_types(self) -> dict[frozenset[str], list[tuple[str, float]]]:
        """Return how long each job waited, by what it runs on; looked through again only when the list changed."""
        if self._waits is None or self._waits[0] is not self._known:
            found: dict[frozenset[str], list[tuple[str, float]]] = {}
            for job in self._known:
                if job.times.started and job.times.created:
                    types = frozenset(entry.instance_type for entry in job.instances or ())
                    waited = (job.times.started - job.times.created).total_seconds()
                    found.setdefault(types, []).append((job.name, waited))
            self._waits = self._known, found
        return self._waits[1]


def _snapshot_of(job: JobSummary) -> JobSnapshot:
    """Return what a row tells as a description, so that the rules may look at it: what is absent, they leave out."""
    transitions: tuple[Transition, ...] = ()
    if job.phase_started and not status.is_terminal(job.status):
        transitions = (Transition(job.secondary_status, job.phase_started, None, ""),)
    return JobSnapshot(
        name=job.name,
        arn=job.arn,
        status=job.status,
        secondary_status=job.secondary_status,
        failure_reason=job.failure_reason,
        times=job.times,
        transitions=transitions,
        spot=False,
        raw=_resources_of(job),
    )


def _resources_of(job: JobSummary) -> Mapping[str, object]:
    groups = [
        {"InstanceType": entry.instance_type, "InstanceCount": entry.count or 1, "InstanceGroupName": entry.group}
        for entry in job.instances or ()
    ]
    return {"TrainingJobName": job.name, "ResourceConfig": {"InstanceGroups": groups}}
