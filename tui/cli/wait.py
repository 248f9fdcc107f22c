"""`sagetop wait`: until a job is over; the exit code says how it ended."""

from __future__ import annotations

import time
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Final

import click

from tui.cli.asking import ask, describe
from tui.cli.moments import span_option
from tui.cli.settings import JOB_FAILED, JOB_STOPPED, TIMED_OUT, Settings, common, print_json, say, target

if TYPE_CHECKING:
    from tui.aws.sagemaker import SageMaker
    from tui.cli.outcomes import Outcomes
    from tui.domain.job import JobSnapshot, Transition
    from tui.polling.poller import Poll
    from tui.polling.ports import Described

STRETCH: Final = 2.0
"""Nobody looks: twice the screen's period for a focused job, since ten that wait share one quota."""
_CODES: Final = {"Failed": JOB_FAILED, "Stopped": JOB_STOPPED}


@click.command()
@click.argument("job")
@click.option("--timeout", metavar="SPAN", callback=span_option, help="Give up after 2h, 90s, 1d; exit code 5.")
@click.option(
    "--create-timeout",
    metavar="SPAN",
    callback=span_option,
    help="How long the job may not exist yet; without, not at all.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the job in the end, as `show --json` does.")
@common
def wait(job: str, timeout: float | None, create_timeout: float | None, as_json: bool, settings: Settings) -> None:
    """Until a job is over; JOB is a name or an ARN.

    Exit codes: 0 it completed, 1 it failed, 4 it was stopped, 5 timed out, 3 no such job or not allowed.
    """
    began = time.monotonic()
    settings, name = target(settings, job)
    found = ask(settings, lambda sagemaker, _: Wait(sagemaker, name, began, timeout, create_timeout).run())
    if as_json:
        from tui.domain.report import job_json
        from tui.polling.clock import ServiceClock

        print_json(job_json(found.snapshot, found.service_time or ServiceClock().now()))
    raise click.exceptions.Exit(_CODES.get(found.snapshot.status, 0))


class NotYet(Enum):
    """What stands for a job that does not exist."""

    CREATED = "not created"


class Wait:
    """Describes one job again and again, and narrates what changes."""

    def __init__(
        self, sagemaker: SageMaker, name: str, began: float, timeout: float | None, create_timeout: float | None
    ) -> None:
        self._sagemaker = sagemaker
        self._name = name
        self._until = None if timeout is None else began + timeout
        self._create_until = None if create_timeout is None else began + create_timeout
        self._seen: JobSnapshot | None = None
        self._told: tuple[Transition, ...] = ()
        self._waits_for_creation = False

    async def run(self) -> Described:
        """Return the description of the job that is over.

        Raises:
            ServiceError: it cannot be seen, for good.
            Exit: it took too long.
        """
        from tui.cli.outcomes import Outcomes
        from tui.polling import pace
        from tui.polling.poller import Poller

        outcomes: Outcomes[Poll[Described | NotYet]] = Outcomes()
        poller = Poller("DescribeTrainingJob", self._ask, outcomes.put, lambda _: pace.FOCUSED_SECONDS)
        poller.stretch = STRETCH
        async with outcomes.of(poller.run()):
            return await self._watch(outcomes)

    async def _watch(self, outcomes: Outcomes[Poll[Described | NotYet]]) -> Described:
        from tui.cli.patience import Patience
        from tui.domain.failure import ServiceError

        patience = Patience(say, endless=True)
        while True:
            poll = await outcomes.next(self._seconds_left())
            if poll is None:
                raise self._timed_out()
            if poll.failure is not None:
                if not patience.lasts(poll.key, poll.failure):
                    raise ServiceError(poll.failure)
                continue
            patience.answered(poll.key)
            if isinstance(poll.value, NotYet):
                self._not_there_yet()
            elif poll.value is not None:
                self._narrate(poll.value)
                if poll.value.snapshot.terminal:
                    return poll.value

    async def _ask(self) -> Described | NotYet:
        """Describe the job, unless it does not exist yet and need not."""
        from tui.domain.failure import FailureKind, ServiceError

        if self._seen is not None:
            return await self._sagemaker.describe(self._name)
        try:
            # Whoever waits for a job that is not there yet does not want the list of all others every time.
            ask_for = self._sagemaker.describe if self._waits_for_creation else partial(describe, self._sagemaker)
            return await ask_for(self._name)
        except ServiceError as error:
            if self._create_until is None or error.failure.kind is not FailureKind.NOT_FOUND:
                raise
            return NotYet.CREATED

    def _seconds_left(self) -> float | None:
        until = [at for at in (self._until, None if self._seen else self._create_until) if at is not None]
        return max(0.0, min(until) - time.monotonic()) if until else None

    def _timed_out(self) -> click.exceptions.Exit:
        from tui.domain.text import one_line, safe_text

        state = "not seen" if self._seen is None else f"still {self._seen.phase or self._seen.status}"
        if self._waits_for_creation and self._seen is None:
            state = "not created"
        say(f"timed out: {one_line(safe_text(self._name))} is {state}")
        return click.exceptions.Exit(TIMED_OUT)

    def _not_there_yet(self) -> None:
        if not self._waits_for_creation:
            self._waits_for_creation = True
            from tui.domain.text import one_line, safe_text

            say(f"no training job {one_line(safe_text(self._name))} in {self._sagemaker.region} yet; waiting")

    def _narrate(self, found: Described) -> None:
        """Say what has changed since the last time; of what was before the first, the last only."""
        from tui.cli.ending import ending

        job = found.snapshot
        before, self._told = self._told, job.transitions
        fresh = [each for each in job.transitions if not any(_same(each, other) for other in before)]
        if self._seen is None:
            fresh = fresh[-1:]
        elif not job.transitions and job.phase != self._seen.phase:
            click.echo(f"{_now(found)}  {job.phase}", err=True)
        for each in fresh:
            click.echo(_line(each, found), err=True)
        self._seen, self._name = job, job.name
        if job.terminal:
            say(ending(job))


def _same(one: Transition, other: Transition) -> bool:
    return (one.status, one.start, one.message) == (other.status, other.start, other.message)


def _line(transition: Transition, found: Described) -> str:
    from tui.domain import secrets, units
    from tui.domain.text import one_line

    words = one_line(secrets.masked_text(transition.message))
    return f"{units.utc(transition.start) or _now(found)}  {one_line(transition.status)}  {words}".rstrip()


def _now(found: Described) -> str:
    from tui.domain import units
    from tui.polling.clock import ServiceClock

    return units.utc(found.service_time or ServiceClock().now())
