"""What is live around the jobs on the screen: runs the loops of log and curves, and hands on what they bring."""

from __future__ import annotations

import asyncio
import importlib
import math
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING, Any

from textual import on, work

from tui.app.bandwidth import LOW, USUAL
from tui.app.joblist import JobsView
from tui.app.panes.logs import LogFeed, LogsPane
from tui.app.panes.metrics import MetricsPane, MetricsView
from tui.app.panes.sparklines import RowCurves
from tui.app.screens.watching import Watching
from tui.app.services import OpenServices, Options, Services
from tui.app.view import JobView
from tui.domain.job import JobSnapshot
from tui.domain.resources import instances, total

if TYPE_CHECKING:
    from tui.app.around import Around
    from tui.polling.poller import Poller
    from tui.polling.telemetry import LogWatch, Telemetry

_JUDGE_SECONDS = 60.0


class Live(Watching):
    """The part of the watch screen that is about logs, curves and local rules."""

    def __init__(self, open_services: OpenServices, options: Options) -> None:
        super().__init__(open_services, options)
        self.around: Around | None = None
        """None until the first frame stands: what it is made of takes a tenth of a second to import."""
        self._due = False
        self._curves_at: dict[str, float] = {}
        """When curves were handed on last, by job; those of the rows have no name."""
        self._row_words: dict[str, RowCurves] = {}
        self._shown = 0
        """Rises each time the log is handed on."""

    @property
    def telemetry(self) -> Telemetry | None:
        """What is live around the focused job."""
        return self.around.telemetry if self.around else None

    @property
    def pollers(self) -> list[Poller[Any]]:
        """The pollers that pause and go on together: those of the logs too."""
        telemetry = self.telemetry
        watches = [telemetry.log, telemetry.rule_log] if telemetry else []
        return [*super().pollers, *(watch.poller for watch in watches if watch)]

    def paused_or_resumed(self) -> None:
        """Ask for no curves while nothing is asked."""
        if self.around:
            self.around.pause(self.paused)

    def ask_now(self) -> None:
        """Ask for the curves too, where the last call failed: it cost nothing."""
        super().ask_now()
        if self.around and self.around.feed:
            self.around.feed.try_again()

    def action_low_bandwidth(self) -> None:
        """Spare the line to the terminal, or stop sparing it."""
        self.use_bandwidth(USUAL if self.bandwidth.low else LOW)

    # What happens to the focused job

    async def connected(self, services: Services) -> None:
        """Begin to ask for curves."""
        for name in ("tui.app.around", "tui.app.panes.metricrows", "tui.domain.report"):
            await asyncio.to_thread(importlib.import_module, name)
        self._surround(services)
        if self.model.job.value:
            self.described(self.model.job.value.snapshot)
        self._judge_rows()
        self.set_interval(_JUDGE_SECONDS, self._judge_rows)

    def _surround(self, services: Services) -> None:
        from tui.app.around import Around

        self.around = Around(self.model.clock.now, self._something_came)
        self.around.connect(services)
        self.around.pause(self.paused)
        self._watch_curves()

    def another_account(self) -> None:
        """Forget curves and health, and leave an opened job: it is not there any more."""
        self._row_words = {}
        if self.around and self.services:
            self._surround(self.services)
        self.zoomed = self.opened = False
        self.turn_to("jobs")

    def focused_another(self) -> None:
        """Leave the log of the job before."""
        self._curves_at.clear()
        self.workers.cancel_group(self, "telemetry")
        self.workers.cancel_group(self, "rule")
        if self.around:
            self.around.end()

    def described(self, snapshot: JobSnapshot) -> None:
        """Begin to follow the log of a job once it is described, or take in a newer description."""
        if self.around is None:
            return
        telemetry = self.around.telemetry
        if telemetry is None or telemetry.snapshot.name != snapshot.name:
            self._watch_telemetry(snapshot)
        else:
            self.around.update(snapshot)

    @work(group="curves", exclusive=True, exit_on_error=False, description="ask for curves")
    async def _watch_curves(self) -> None:
        if self.around:
            await self.around.run_curves()

    @work(group="judge", exclusive=True, exit_on_error=False, description="look at the health of the rows")
    async def _judge_rows(self) -> None:
        if self.around:
            await self.around.judge_rows()

    @work(group="telemetry", exclusive=True, exit_on_error=False, description="follow the log of the focused job")
    async def _watch_telemetry(self, snapshot: JobSnapshot) -> None:
        telemetry = self.around.begin(snapshot) if self.around else None
        if telemetry is None:
            return
        if self.paused:
            telemetry.log.poller.pause()
        await telemetry.run()

    @work(group="rule", exclusive=True, exit_on_error=False, description="follow the log of a rule")
    async def watch_rule(self, processing_job: str) -> None:
        """Follow the log of a rule's processing job, beside the job's own."""
        telemetry = self.telemetry
        if telemetry:
            await telemetry.run_rule(processing_job)

    @on(LogsPane.FromStart)
    def _read_from_start(self) -> None:
        telemetry = self.telemetry
        if telemetry:
            telemetry.read_from_start()
            self.workers.cancel_group(self, "telemetry")
            self._run_again()

    @work(group="telemetry", exclusive=True, exit_on_error=False, description="read the log from its start")
    async def _run_again(self) -> None:
        telemetry = self.telemetry
        if telemetry:
            await telemetry.run()

    # What is shown of it

    def _something_came(self) -> None:
        if not self._due and self.is_running:
            self._due = True
            self.set_timer(self.bandwidth.log_seconds, self._show_what_came)

    def _show_what_came(self) -> None:
        self._due = False
        self.publish()

    def around_job(self, view: JobView) -> JobView:
        """Return the view of the focused job with what the local rules and the autopsy say."""
        telemetry = self.telemetry
        if telemetry is None or telemetry.snapshot.name != view.name:
            return view
        return replace(view, findings=telemetry.findings, autopsy=telemetry.autopsy)

    def around_jobs(self, view: JobsView) -> JobsView:
        """Return the view of the list with curves and health of its rows."""
        if self.around is None:
            return view
        on_glass = [self.model.summary(key) for key in self.jobs.body.keys_on_glass]
        self.around.show_rows(
            self.model.jobs.value.jobs if self.model.jobs.value else (),
            [job for job in on_glass if job is not None],
        )
        if self._curves_due(""):
            self._row_words = self.around.row_words(self.options.ascii)
        return replace(view, curves=self._row_words, health=self.around.health())

    def _curves_due(self, job: str) -> bool:
        """Return whether curves may be drawn anew: those of the rows, or those of a job."""
        now = monotonic()
        if now < self._curves_at.get(job, -math.inf) + self.bandwidth.curve_seconds:
            return False
        self._curves_at[job] = now
        return True

    def dollars_per_hour(self) -> float:
        """Return what GetMetricData costs."""
        feed = self.around.feed if self.around else None
        return feed.budget.dollars_per_hour if feed else 0.0

    def show_around(self) -> None:
        """Show log and curves of the focused job as they are now."""
        if self.around is None or self.around.telemetry is None:
            return
        telemetry = self.around.telemetry
        logs = self.query_one(LogsPane)
        watch = telemetry.rule_log if telemetry.rule_log and logs.title_job else telemetry.log
        logs.show(self._feed(watch, telemetry.snapshot))
        feed = self.around.feed
        if feed is not None and self._curves_due(telemetry.snapshot.name):
            self.query_one(MetricsPane).telemetry = MetricsView(
                job=telemetry.snapshot.name,
                series=self.around.series(),
                states=(telemetry.log_source(), *feed.states(telemetry.subject)),
                left_out=feed.left_out,
                requested=feed.budget.requested,
                dollars=feed.budget.dollars,
                unused=telemetry.unused,
                now=self.model.clock.now(),
                generation=self.around.generation,
            )

    def _feed(self, watch: LogWatch, snapshot: JobSnapshot) -> LogFeed:
        self._shown += 1
        added = self.around.take_added() if self.around else None
        return LogFeed(
            job=watch.job,
            buffer=watch.buffer,
            generation=self._shown,
            state=watch.state,
            failure=watch.failure,
            loading=watch.state is None,
            hosts=(total(instances(snapshot.raw)) or 0) if watch.job == snapshot.name else 0,
            added=added if watch.job == snapshot.name else None,
        )
