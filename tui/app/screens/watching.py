"""The watch screen's inside: composes the panes, and hands what is known down to them as frozen views.

What its keys do is in `tui.app.screens.watch`.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.getters import query_one
from textual.reactive import var

from tui.app.ascii import ASCII
from tui.app.bandwidth import LOW, USUAL, Bandwidth
from tui.app.commands import COMMANDS, Where, footer
from tui.app.exact import SparseCompositor
from tui.app.joblist import jobs_view
from tui.app.layout import PANES, arrange
from tui.app.panes.config import ConfigPane, DataPane
from tui.app.panes.everything import EverythingPane
from tui.app.panes.jobs import JobList, JobsPane
from tui.app.panes.logs import LogsPane
from tui.app.panes.metrics import MetricsPane
from tui.app.panes.overview import OverviewPane
from tui.app.panes.resources import ResourcesPane
from tui.app.panes.rules import RulesPane
from tui.app.panes.timeline import TimelinePane
from tui.app.roster import is_job
from tui.app.screens.polled import Polled
from tui.app.screens.telling import freshness, with_names
from tui.app.services import OpenServices, Options
from tui.app.terminal import set_frame_seconds
from tui.app.view import COARSE_SECONDS, NOTHING, JobView
from tui.app.widgets.bars import Header, KeyBar
from tui.app.widgets.lines import LINE_STYLES, Lines
from tui.app.widgets.pane import Pane
from tui.app.widgets.prompt import Prompt
from tui.app.widgets.target import Target

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui.app.copying import Copy


class Watching(Polled):
    """Every job, and everything about the one under the cursor."""

    COMPONENT_CLASSES: ClassVar[set[str]] = LINE_STYLES
    AUTO_FOCUS = "#jobs-list"

    view: var[JobView] = var(NOTHING)
    """The focused job, as the panes show it."""
    opened: var[bool] = var(False, init=False)
    """Whether the focused job has the screen to itself."""
    zoomed: var[bool] = var(False, init=False)
    """Whether one pane has the screen to itself."""
    current: var[str] = var("jobs", init=False)
    """The pane that has the keys."""

    header = query_one(Header)
    jobs = query_one(JobsPane)
    overview = query_one(OverviewPane)
    everything = query_one(EverythingPane)
    logs = query_one(LogsPane)
    tabs = query_one("#tabs", KeyBar)
    footer = query_one("#footer", KeyBar)
    prompt = query_one(Prompt)

    def __init__(self, open_services: OpenServices, options: Options) -> None:
        super().__init__(open_services, options)
        self._compositor = SparseCompositor()
        self.beside = "timeline"
        self._has_begun = False
        """Whether the cursor has been anywhere."""
        self._published: tuple[object, ...] = ()
        self._panes: tuple[Pane, ...] = ()
        self._ticking: Timer | None = None
        self.arrangement = arrange(80, 24, opened=False, zoomed=False, current="jobs", beside=self.beside)

    def compose(self) -> ComposeResult:
        """Compose the panes; where and whether each is shown is `arrange`'s."""
        yield Header()
        yield KeyBar("tabs")
        with Vertical(id="body"):
            with Horizontal(id="upper"):
                yield JobsPane()
                with Vertical(id="right"):
                    yield OverviewPane().data_bind(Watching.view)
                    yield TimelinePane().data_bind(Watching.view)
                    with Horizontal(id="pair"):
                        yield ResourcesPane().data_bind(Watching.view)
                        yield RulesPane().data_bind(Watching.view)
                    yield MetricsPane().data_bind(Watching.view)
                    yield ConfigPane().data_bind(Watching.view)
                    yield DataPane().data_bind(Watching.view)
                    yield EverythingPane().data_bind(Watching.view)
            yield LogsPane().data_bind(Watching.view)
        prompt = Prompt()
        yield prompt
        yield KeyBar("footer")
        yield prompt.candidates

    def on_mount(self) -> None:
        """Draw first, connect then."""
        self.prompt.display = self.prompt.candidates.display = False
        self.app.set_class(self.options.ascii, ASCII)
        if self.options.job:
            self.model.focus(self.options.job)
            self.opened = True
            self.current = "timeline"
        self.lay_out()
        self._panes = tuple(self.query(Pane))
        self.use_bandwidth(LOW if self.options.low_bandwidth else USUAL)
        # Textual draws its first frame when the app's own queue begins to be read: before that nothing may be slow.
        self.app.call_later(self.call_after_refresh, self.connect)

    def on_resize(self) -> None:
        """Show what the new size has room for."""
        self.lay_out()

    def say(self, text: str, *, warning: bool = False) -> None:
        """Tell the user something in passing; foreign text in it is never markup."""
        self.notify(text, severity="warning" if warning else "information", markup=False, timeout=4)

    def copy_chosen(self, entry: Copy | None) -> None:
        """Copy what was chosen, if anything was."""
        if entry:
            self.copy(entry)

    @work(group="copy", exclusive=True, exit_on_error=False, description="copy")
    async def copy(self, entry: Copy) -> None:
        """Copy a text, and say which way it went."""
        from tui.app.copying import to_clipboard

        self.say(f"{entry.label[0].upper()}{entry.label[1:]}: {await to_clipboard(self.app, entry.text)}.")

    @property
    def reading_cells(self) -> int:
        """How wide the text of a reading screen may be."""
        return max(20, min(self.size.width - 8, 92))

    @work(group="documentation", exclusive=True, exit_on_error=False, description="load the member descriptions")
    async def _load_documentation(self) -> None:
        if self.services:
            self.everything.documentation = await asyncio.to_thread(self.services.documentation)

    # What the cursor is on

    @on(Lines.CursorMoved, "#jobs-list")
    def _follow_cursor(self, message: Lines.CursorMoved) -> None:
        if self.opened:
            return
        if is_job(message.lost) and self.model.summary(message.lost) is None:
            self.say(f"{message.lost} is gone from the account.", warning=True)
        if not is_job(message.key) and not self._has_begun:
            # Who has just come sees a job, not a group.
            self.jobs.body.move_to(self.model.shown().next_job("", 0))
        else:
            self.focus_job(message.key if is_job(message.key) else "")
        self._has_begun = True

    # What is shown

    def publish(self) -> None:
        """Hand what is known now to the panes; what did not change is not painted."""
        if not self.is_mounted:
            return
        now = self._now()
        self._published = self._basis(now)
        region = self.services.account.region if self.services else ""
        with self.app.batch_update():
            known = replace(self.model.view(region, self.options.ascii), now=now, paused=self.paused)
            self.view = self.around_job(with_names(known, self.model))
            # What is old is dimmed; why it is old stands above it.
            self.set_class(self.view.failure is not None and self.view.snapshot is not None, "-stale")
            self.jobs.view = self.around_jobs(jobs_view(self.model, now, ascii_only=self.options.ascii))
            self.show_around()
            self._tell_header(anew=True)

    def tick(self) -> None:
        """Let time go on: where nothing is new but the time, only what tells it in seconds is touched."""
        if self.attention.slept():
            self.wake()
        now = self._now()
        if self._basis(now) != self._published:
            self.publish()
            return
        view = replace(self.view, now=now, age_seconds=self.model.job.age_seconds())
        self.set_reactive(Watching.view, view)
        for pane in self._panes:
            pane.tell_time(view)
        self._tell_header(anew=False)

    def _basis(self, now: datetime) -> tuple[object, ...]:
        return int(now.timestamp()) // COARSE_SECONDS, *self.model.known()

    def _now(self) -> datetime:
        """Return the service's time, in the steps in which it is told."""
        now, step = self.model.clock.now(), self.bandwidth.tick_seconds
        return now if step == 1 else now - timedelta(seconds=now.timestamp() % step)

    def _tell_header(self, *, anew: bool) -> None:
        told = freshness(self.model, self.services, self.dollars_per_hour(), self.credentials)
        rate = told.calls_per_second if anew else self.header.told.calls_per_second
        told = replace(
            told,
            calls_per_second=rate,
            paused=self.paused,
            low_bandwidth=self.bandwidth.low,
            write=self.options.write,
            ascii=self.options.ascii,
        )
        self.header.tell(told)

    def use_bandwidth(self, bandwidth: Bandwidth) -> None:
        """Be more lavish with bytes, or less."""
        self.bandwidth = bandwidth
        self.app.animation_level = "none" if bandwidth.low else "full"
        set_frame_seconds(self, bandwidth.frame_seconds)
        if self._ticking:
            self._ticking.stop()
        self._ticking = self.set_interval(bandwidth.tick_seconds, self.tick)
        for poller in self.pollers:
            poller.stretch = self.stretch * bandwidth.stretch
        self.publish()
        # The colours are others.
        self.refresh()

    def lay_out(self) -> None:
        """Show the panes that size and state have room for."""
        if not self.children:
            return
        arrangement = arrange(
            self.size.width,
            self.size.height,
            opened=self.opened,
            zoomed=self.zoomed,
            current=self.current,
            beside=self.beside,
        )
        with self.app.batch_update():
            for name in PANES:
                pane = self.query_one(f"#{name}")
                pane.display = name in arrangement.panes
                if isinstance(pane, Pane):
                    pane.detailed = arrangement.alone == name
            self.overview.display = arrangement.overview
            self.overview.detailed = self.opened
            self.query_one("#right").display = arrangement.overview or bool(arrangement.panes - {"jobs", "logs"})
            self.query_one("#pair").display = bool(arrangement.panes & {"resources", "rules"})
            self.query_one("#upper").display = arrangement.overview or bool(arrangement.panes - {"logs"})
            self.tabs.display = arrangement.tabs and self.size.height > 8
            self.set_class(arrangement.narrow, "-narrow")
            self.set_class(self.opened, "-opened")
            self.set_class(bool(arrangement.alone), "-alone")
            self.set_class(not arrangement.panes - {"jobs", "logs"}, "-overview-only")
        self.arrangement = arrangement
        self._offer_keys()
        if "everything" in arrangement.panes and not self.everything.documentation:
            self._load_documentation()

    def _offer_keys(self) -> None:
        panes = [command for command in COMMANDS if command.id.startswith("pane_")]
        self.tabs.offer(panes, f"pane_{PANES.index(self.current) + 1}")
        where = Where.OPENED if self.opened else (Where.LIST if self.current == "jobs" else Where.PANE)
        where = Where.LOGS if self.current == "logs" else where
        self.footer.offer(footer(where, self.options.write))

    @on(KeyBar.Chosen)
    async def _do_chosen(self, message: KeyBar.Chosen) -> None:
        command = next(command for command in COMMANDS if command.id == message.command_id)
        await self.run_action(command.action or command.id)

    def on_descendant_focus(self) -> None:
        """Keep `current` true when the mouse chose the pane."""
        focused = self.focused
        for ancestor in focused.ancestors_with_self if focused else ():
            if ancestor.id in PANES and ancestor.id != self.current:
                self.turn_to(ancestor.id)
                return

    def turn_to(self, pane: str) -> None:
        """Give a pane the keys, and a place on the screen if it has none."""
        self.current = pane
        if pane != "jobs":
            self.beside = pane
        self.lay_out()
        self.target().focus()

    def watch_opened(self) -> None:
        """Give the job the screen, or the list back its place."""
        self.lay_out()

    def watch_zoomed(self) -> None:
        """Give the pane the screen, or the others back their places."""
        self.lay_out()

    def target(self) -> Target:
        """Return the view that the keys move: the current pane's."""
        if self.current == "jobs":
            return self.query_one(JobList)
        if self.current == "logs":
            return self.logs.body
        return self.everything.body if self.current == "everything" else self.query_one(f"#{self.current}", Pane)

    def search(self, pattern: re.Pattern[str] | None) -> int:
        """Mark what matches in the current pane; return how many rows do."""
        return self.everything.search(pattern) if self.current == "everything" else self.target().search(pattern)
