"""What `a` opens: the actions that change the account, which are there with `--write` only.

Key → the jobs as they are at that moment → menu → dialog → port, once for each job → what came of it, to its end.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual import work

from tui.app.commands import COMMANDS
from tui.app.screens.menu import MenuScreen
from tui.app.screens.watching import Watching
from tui.app.services import OpenServices, Options, Services
from tui.domain import stopping
from tui.domain.failure import ServiceError
from tui.domain.jobs import JobSummary
from tui.domain.stopping import Choice, Stage, Stop, nothing_to_stop
from tui.domain.units import count

if TYPE_CHECKING:
    # What they are made of the first frame does not need.
    from tui.app.screens.stop import StoppingScreen

_WRITES = frozenset(f"{command.action or command.id}" for command in COMMANDS if command.write)


class StopActions(Watching):
    """The part of the watch screen that changes the account."""

    def __init__(self, open_services: OpenServices, options: Options) -> None:
        super().__init__(open_services, options)
        self.stops: dict[str, Stop] = {}
        """Every request to stop a job, by its name."""
        self._stopping: StoppingScreen | None = None
        """The dialog that shows the last requests; it may be closed."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether there is such a command: those that change the account need --write."""
        return self.options.write if action in _WRITES else super().check_action(action, parameters)

    def action_actions(self) -> None:
        """Offer what can be done with the job under the cursor, or with the marked ones."""
        if self.services is None or self.services.stop is None:
            return
        choice = self._choose()
        if not choice.jobs:
            self.say("There is no job under the cursor yet.")
            return
        about = choice.jobs[0].name if len(choice.jobs) == 1 else f"{len(choice.jobs)} marked jobs"
        actions = [("Stop", about, partial(self._ask_to_stop, choice))]

        def chosen(place: int | None) -> None:
            if place is not None:
                actions[place][2]()

        self.app.push_screen(MenuScreen("Actions", "chooses", [entry[:2] for entry in actions]), chosen)

    def _choose(self) -> Choice:
        """Return the marked jobs where the list has the keys and there are any, else the focused job."""
        model = self.model
        shown = {job.name for job in self.jobs.view.shown.jobs}
        marked = sorted(model.marks) if self.current == "jobs" and not self.opened else []
        found = [self._known(name) for name in marked or [self.view.name]]
        return Choice(
            jobs=tuple(job for job in found if job),
            at=model.clock.now(),
            hidden=frozenset(name for name in marked if name not in shown),
        )

    def _known(self, name: str) -> JobSummary | None:
        described = self.model.job.value if self.model.job.key == name else None
        return JobSummary.from_snapshot(described.snapshot) if described else self.model.summary(name)

    # Asking

    def _ask_to_stop(self, choice: Choice) -> None:
        from tui.app.screens.stop import StopScreen

        if not choice.stoppable:
            first = choice.jobs[0]
            told = f"{first.name}: {nothing_to_stop(first.status)}." if len(choice.jobs) == 1 else _NONE
            self.say(told, warning=True)
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._begin([job.name for job in choice.stoppable])

        self.app.push_screen(StopScreen(choice), answered)

    def _begin(self, names: list[str]) -> None:
        from tui.app.screens.stop import StoppingScreen

        if self.services is None:
            return
        self.stops |= {name: Stop(name) for name in names}

        self._stopping = StoppingScreen(lambda: [self.stops[name] for name in names], partial(self._drop, names))
        self.app.push_screen(self._stopping)
        self._send(self.services, names)

    def _drop(self, names: list[str]) -> None:
        for name in names:
            if self.stops[name].stage is Stage.WAITING:
                self._know(stopping.dropped(self.stops[name]))

    # Sending

    @work(group="stop", exit_on_error=False, description="ask for jobs to be stopped")
    async def _send(self, services: Services, names: list[str]) -> None:
        for name in names:
            if services.stop is None or self.stops[name].stage is not Stage.WAITING:
                continue
            stop = stopping.sent(self.stops[name], self.model.clock.now())
            self._know(stop)
            try:
                if services.gate.failure:
                    # Whose credentials come next is not known.
                    raise ServiceError(services.gate.failure)
                await services.stop.stop(name)
            except ServiceError as error:
                self.model.note(error.failure)
                status = await _status(services, name) if stopping.needs_a_look(error.failure) else ""
                self._know(stopping.failed(stop, error.failure, status))
                if error.failure.needs_login:
                    services.gate.close(error.failure)
                    self._drop(names)
            else:
                self._know(stopping.accepted(stop, self.model.clock.now()))
            for poller in self.pollers:
                poller.kick()
        self._say_if_closed(names)

    def another_account(self) -> None:
        """Close what was opened about the jobs of the account before, and send nothing more about them."""
        self._drop(list(self.stops))
        while self.app.screen is not self:
            self.app.pop_screen()
        super().another_account()

    def _know(self, stop: Stop) -> None:
        self.stops[stop.name] = stop
        if self._stopping and self._stopping.is_current:
            self._stopping.draw()

    def _say_if_closed(self, names: list[str]) -> None:
        """Tell what came of the requests to who closed the dialog before."""
        told = [self.stops[name] for name in names if not self._on_the_glass(name)]
        bad = [stop for stop in told if stop.stage not in (Stage.FOLLOWED, Stage.ENDED)]
        if len(told) == 1:
            self.say(f"{told[0].name}: {told[0].words}.", warning=bool(bad))
        elif told:
            self.say(f"{count(len(told) - len(bad), 'job')} asked to stop, {len(bad)} not.", warning=bool(bad))

    def _on_the_glass(self, name: str) -> bool:
        return self._stopping is not None and self._stopping.is_current and self._stopping.shows(name)

    # Following

    def publish(self) -> None:
        """Hand what is known now to the panes, and to who waits for jobs to stop."""
        super().publish()
        if self.is_mounted and not self.paused:
            self._follow()

    def _follow(self) -> None:
        before = [stop for stop in self.stops.values() if stop.followed]
        if not before:
            return
        known = {stop.name: job for stop in before if (job := self._fresh(stop.name))}
        after = stopping.follow(before, known, self.model.clock.now())
        unseen = [place for place, stop in enumerate(after) if not self._on_the_glass(stop.name)]
        for words in stopping.news([before[place] for place in unseen], [after[place] for place in unseen]):
            self.say(words)
        for was, stop in zip(before, after, strict=True):
            if stop is not was:
                self._know(stop)

    def _fresh(self, name: str) -> JobSummary | None:
        """Return a job as last seen, unless that is old: it would say nothing about how long stopping takes."""
        model = self.model
        if model.job.key == name and model.job.value and model.job.failure is None:
            return self._known(name)
        return model.summary(name) if model.jobs.failure is None else None


_NONE = "All of the marked jobs are over, or stopping already."


async def _status(services: Services, name: str) -> str:
    """Return the TrainingJobStatus of a job now; empty where it cannot be seen."""
    try:
        return (await services.jobs.describe(name)).snapshot.status
    except ServiceError:
        return ""
