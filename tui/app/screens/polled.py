"""What the watch screen asks the service: its pollers, and what they bring into the model. No widget here."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from textual import on, work
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from tui.app.attention import Attention
from tui.app.bandwidth import LOW, USUAL
from tui.app.messages import JobPolled, JobsPolled
from tui.app.model import Model
from tui.app.screens.hooks import Hooks
from tui.domain.failure import Failure, FailureKind, ServiceError
from tui.polling import pace
from tui.polling.clock import ServiceClock
from tui.polling.ports import CredentialState, Identity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.timer import Timer

    from tui.app.services import OpenServices, Options, Services
    from tui.domain.filtering import Condition
    from tui.polling.feed import JobFeed
    from tui.polling.poller import Poll, Poller
    from tui.polling.ports import Described

_SETTLE_SECONDS = 0.15
"""The cursor must rest this long on a job before it is asked about: holding a key down costs no calls."""
_RESTART_SECONDS = 5.0
_CREDENTIALS_SECONDS = 10.0
"""Between two looks at how long the credentials hold."""
_PROBE_SECONDS = 30.0
_FIRST_PAGE_SECONDS = 1.0
"""What else there is waits this long for the first page of jobs."""


class Polled(Hooks, Screen[None]):
    """The part of the watch screen that asks."""

    def __init__(self, open_services: OpenServices, options: Options) -> None:
        super().__init__()
        self.options = options
        self.model = Model(ServiceClock())
        self.services: Services | None = None
        self.feed: JobFeed | None = None
        self.credentials = CredentialState()
        self.attention = Attention()
        self.bandwidth = LOW if options.low_bandwidth else USUAL
        self.paused = False
        self.stretch = 1.0
        self._open_services = open_services
        self._jobs_poller: Poller[Any] | None = None
        self._job_poller: Poller[Any] | None = None
        self._settling: Timer | None = None

    # What the screen makes of it

    def publish(self) -> None:
        """Show what is known now."""

    def tick(self) -> None:
        """Let time go on, and show what is new."""

    def lay_out(self) -> None:
        """Show the panes that size and state have room for."""

    # What is polled

    @work(group="connect", exclusive=True, exit_on_error=False, description="connect")
    async def connect(self) -> None:
        """Open the services, and ask for list and identity until cancelled."""
        from tui.polling.feed import JobFeed
        from tui.polling.poller import Poller

        # Started again after a bug, the services are there: others would leave their connections open.
        services = self.services or await self._open_services()
        begun = self.services is not None
        self.services = services
        if not begun:
            services.gate.changed = self._gate_turned
            self._guard(services)
        self.lay_out()
        identity = Poller("identity", self.identify, self._take_identity, lambda _: None, gate=services.gate)
        feed = self.feed = JobFeed(services.jobs, self.model.clock.now)
        listed = asyncio.Event()

        def take_list(poll: Poll[Any]) -> None:
            listed.set()
            self.post_message(JobsPolled(poll))

        jobs = Poller("jobs", feed.fetch, take_list, feed.period, gate=services.gate)
        self._jobs_poller = jobs
        self.focus_job(self.model.job.key)

        async def run_rest() -> None:
            # The list first: what else there is imports the SDK, which the first page would wait for.
            with suppress(TimeoutError):
                async with asyncio.timeout(_FIRST_PAGE_SECONDS):
                    await listed.wait()
            await asyncio.gather(identity.run(), *([] if begun else [self.connected(services)]))

        await asyncio.gather(jobs.run(), run_rest())

    # Who asks, and until when

    @work(group="gate", exclusive=True, exit_on_error=False, description="wait for credentials")
    async def _guard(self, services: Services) -> None:
        """Ask for all while there are no credentials; look how long there are some."""

        async def look() -> None:
            while True:
                self.credentials = await services.account.credentials()
                await asyncio.sleep(_CREDENTIALS_SECONDS)

        await asyncio.gather(services.gate.guard(self.probe, services.account.sources), look())

    async def probe(self) -> Failure | None:
        """Ask who we are, and return why that failed."""
        try:
            async with asyncio.timeout(_PROBE_SECONDS):
                await self.identify()
        except ServiceError as error:
            return error.failure
        except TimeoutError:
            return Failure(FailureKind.TIMEOUT, "GetCallerIdentity", f"no answer within {_PROBE_SECONDS:.0f} s")
        return None

    async def identify(self) -> Identity:
        """Ask who we are; when that is another account than before, begin anew."""
        assert self.services
        account = self.services.account
        identity = await account.identity()
        before, self.model.identity = self.model.identity, identity
        self.credentials = await account.credentials()
        if before and before.account != identity.account:
            self._start_anew(before.account)
        return identity

    def _start_anew(self, before: str) -> None:
        self.model.start_anew()
        self.focused_another()
        self.another_account()
        self._watch_job("")
        self.connect()
        self.publish()
        identity = self.model.identity
        assert identity
        self.say(f"Now account {identity.account}, {identity.role}: what was {before}'s is gone.", warning=True)

    def _gate_turned(self) -> None:
        assert self.services
        self.model.blocked = self.services.gate.failure
        for poller in self.pollers:
            # Those that rest say why at once, or go on at once.
            poller.kick()
        self.publish()

    @work(group="job", exclusive=True, exit_on_error=False, description="watch the focused job")
    async def _watch_job(self, name: str) -> None:
        services = self.services
        if services is None or not name:
            return
        from tui.polling.poller import Poller

        poller = Poller(
            name,
            lambda: services.jobs.describe(name),
            lambda poll: self.post_message(JobPolled(poll)),
            self._pace_of,
            gate=services.gate,
        )
        poller.stretch = self.stretch * self.bandwidth.stretch
        if self.paused:
            poller.pause()
        self._job_poller = poller
        await poller.run()

    def _pace_of(self, described: Described) -> float | None:
        attention = self.attention
        return pace.of_job(described.snapshot, self.model.clock.now(), attention.quiet_seconds, attention.away)

    def look_away(self, away: bool) -> None:
        """Ask less while the terminal has no focus; on coming back ask at once."""
        self.attention.away = away
        if not away:
            self.stir()
            self.ask_now()

    def stir(self) -> None:
        """Note that someone is there: after a quiet while the focused job is asked about at once, and what failed."""
        if self.attention.stir() >= pace.QUIET_AFTER and self._job_poller:
            self._job_poller.kick()
        self._ask([poller for poller in self.pollers if poller.due_when_looked_at])

    def ask_now(self) -> None:
        """Ask the service for everything now, be it left alone after failures or not."""
        if self.services:
            self.services.gate.kick()
        self._ask(self.pollers)

    def _ask(self, pollers: Sequence[Poller[Any]]) -> None:
        if self.services and pollers:
            self.services.budget.breaker.try_again()
        for poller in pollers:
            poller.kick()

    @work(group="wake", exclusive=True, exit_on_error=False, description="wake up")
    async def wake(self) -> None:
        """Ask for everything anew after a sleep: connections that stood idle through it are dead."""
        if self.services and self.services.reconnect:
            await self.services.reconnect()
        self.ask_now()

    def load_older(self) -> None:
        """Load older jobs, 500 at a time."""
        if self.feed and self._jobs_poller:
            self.feed.load_older()
            self._jobs_poller.kick()

    def find(self, conditions: Sequence[Condition]) -> None:
        """Have Search find jobs for conditions, however old; without conditions no more."""
        if self.feed and self._jobs_poller and self.feed.find(conditions):
            self._jobs_poller.kick()

    @property
    def pollers(self) -> list[Poller[Any]]:
        """The pollers that pause and go on together."""
        return [poller for poller in (self._jobs_poller, self._job_poller) if poller]

    def focus_job(self, name: str) -> None:
        """Turn to a job: show at once what is known of it, and ask about it once the cursor rests."""
        if name != self.model.job.key:
            self.focused_another()
        self.model.focus(name)
        self.publish()
        if self._settling:
            self._settling.stop()
        if name:
            self._settling = self.set_timer(_SETTLE_SECONDS, lambda: self._watch_job(name))
        else:
            self._watch_job("")

    def on_worker_state_changed(self, message: Worker.StateChanged) -> None:
        """Say when one of our own loops broke, and start it again: the screen never just goes quiet."""
        error = message.worker.error
        if message.state is not WorkerState.ERROR or error is None:
            return
        path = self.options.report(error, self.model.secrets())
        hint = "a bug of sagetop: please report it" + (f" with {path}" if path else "")
        self.model.note(Failure(FailureKind.SERVER, "sagetop", type(error).__name__, hint))
        restarts: dict[str, Callable[[], object]] = {
            "connect": self.connect,
            "job": lambda: self._watch_job(self.model.job.key),
            "gate": lambda: self.services and self._guard(self.services),
        }
        if message.worker.group in restarts:
            self.set_timer(_RESTART_SECONDS, restarts[message.worker.group])

    # What they bring

    @on(JobsPolled)
    def _take_jobs(self, message: JobsPolled) -> None:
        if self.model.apply_jobs(message.poll):
            self.tick()

    @on(JobPolled)
    def _take_job(self, message: JobPolled) -> None:
        if self.model.apply_job(message.poll):
            if self.model.job.value:
                self.attention.see(self.model.job.value.snapshot)
                self.described(self.model.job.value.snapshot)
            if self.model.job_is_gone and self.feed and self._jobs_poller:
                self.feed.forget(message.poll.key)
                self._jobs_poller.kick()
            self.tick()

    def _take_identity(self, poll: Poll[Identity]) -> None:
        self.model.identity_failure = poll.failure
