"""The watch screen's inside: composes the panes, and hands what is known down to them as frozen views.

What its keys do is in `tui.app.screens.watch`.
"""

import asyncio
from dataclasses import replace
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.getters import query_one
from textual.reactive import var

from tui.app.ascii import ASCII
from tui.app.commands import COMMANDS, Where, footer
from tui.app.exact import ExactCompositor
from tui.app.layout import PANES, arrange
from tui.app.panes.config import ConfigPane, DataPane
from tui.app.panes.everything import EverythingPane
from tui.app.panes.jobs import JobList, JobsPane, JobsView
from tui.app.panes.logs import LogsPane
from tui.app.panes.metrics import MetricsPane
from tui.app.panes.overview import OverviewPane
from tui.app.panes.resources import ResourcesPane
from tui.app.panes.rules import RulesPane
from tui.app.panes.timeline import TimelinePane
from tui.app.screens.polled import Polled
from tui.app.services import OpenServices, Options
from tui.app.view import NOTHING, JobView
from tui.app.widgets.bars import Freshness, Header, KeyBar
from tui.app.widgets.lines import LINE_STYLES, Lines
from tui.app.widgets.pane import Pane
from tui.app.widgets.prompt import Prompt
from tui.app.widgets.target import Target
from tui.domain.failure import FailureKind
from tui.domain.jobs import nearest_names

GONE = "the job was deleted; below is what it was when it was last seen"


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
        self._compositor = ExactCompositor()
        self.beside = "timeline"
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
        yield Prompt()
        yield KeyBar("footer")

    def on_mount(self) -> None:
        """Draw first, connect then."""
        self.prompt.display = False
        self.app.set_class(self.options.ascii, ASCII)
        if self.options.job:
            self.model.focus(self.options.job)
            self.opened = True
            self.current = "timeline"
        self.lay_out()
        self.publish()
        self.set_interval(1.0, self.publish)
        # Textual draws its first frame when the app's own queue begins to be read: before that nothing may be slow.
        self.app.call_later(self.call_after_refresh, self.connect)

    def on_resize(self) -> None:
        """Show what the new size has room for."""
        self.lay_out()

    def say(self, text: str, *, warning: bool = False) -> None:
        """Tell the user something in passing; foreign text in it is never markup."""
        self.notify(text, severity="warning" if warning else "information", markup=False, timeout=4)

    @work(group="documentation", exclusive=True, exit_on_error=False, description="load the member descriptions")
    async def _load_documentation(self) -> None:
        if self.services:
            self.everything.documentation = await asyncio.to_thread(self.services.documentation)

    def around_job(self, view: JobView) -> JobView:
        """Add to the view of the focused job."""
        return view

    def around_jobs(self, view: JobsView) -> JobsView:
        """Add to the view of the list."""
        return view

    def dollars_per_hour(self) -> float:
        """Return what the calls cost that are charged."""
        return 0.0

    def show_around(self) -> None:
        """Show what else there is of the focused job."""

    # What the cursor is on

    @on(Lines.CursorMoved, "#jobs-list")
    def _follow_cursor(self, message: Lines.CursorMoved) -> None:
        if self.opened:
            return
        if message.lost and self.model.summary(message.lost) is None:
            self.say(f"{message.lost} is gone from the account.", warning=True)
        self.focus_job(message.key)

    # What is shown

    def publish(self) -> None:
        """Hand what is known now to the panes; what did not change is not painted."""
        if not self.is_mounted:
            return
        region = self.services.account.region if self.services else ""
        with self.app.batch_update():
            known = self.model.view(region, self.options.ascii)
            self.view = self.around_job(replace(self._with_names(known), paused=self.paused))
            # What is old is dimmed; why it is old stands above it.
            self.set_class(self.view.failure is not None and self.view.snapshot is not None, "-stale")
            self.jobs.view = self.around_jobs(self._jobs_view())
            self.show_around()
            self.header.tell(self._freshness(region))

    def _with_names(self, view: JobView) -> JobView:
        if view.failure is None or view.failure.kind is not FailureKind.NOT_FOUND:
            return view
        if view.snapshot:
            return replace(view, failure=replace(view.failure, message=GONE, hint="esc for the list"))
        known = [job.name for job in self.model.jobs.value.jobs] if self.model.jobs.value else []
        near = nearest_names(view.name, known)
        hint = f"nearest: {', '.join(near)}; esc for the list" if near else "esc for the list"
        return replace(view, failure=replace(view.failure, message=f"no training job {view.name} here", hint=hint))

    def _jobs_view(self) -> JobsView:
        model = self.model
        found = model.jobs.value
        return JobsView(
            jobs=model.visible_jobs(),
            known=len(found.jobs) if found else 0,
            total=found.total if found else None,
            loading=found is None or not found.complete,
            order=model.order,
            filter=model.filter.text,
            problems_only=model.filter.problems_only,
            marks=frozenset(model.marks),
            changed=model.changed_jobs(),
            failure=model.jobs.failure,
            fallback=found.fallback if found else None,
            now=model.clock.now(),
            stale=model.jobs.failure is not None,
            ascii=self.options.ascii,
        )

    def _freshness(self, region: str) -> Freshness:
        identity = self.model.identity.value
        budget = self.services.budget if self.services else None
        return Freshness(
            account=identity.account if identity else "",
            role=identity.role if identity else "",
            region=region,
            profile=self.services.profile if self.services else "",
            age_seconds=self.model.age_seconds(),
            calls_per_second=budget.calls_per_second() if budget else 0.0,
            throttles=budget.throttles if budget else 0,
            slowed=budget.slowed() if budget else False,
            dollars_per_hour=self.dollars_per_hour(),
            paused=self.paused,
            failure=self.model.trouble(),
            write=self.options.write,
            ascii=self.options.ascii,
        )

    def lay_out(self) -> None:
        """Show the panes that size and state have room for."""
        if not self.is_mounted:
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
