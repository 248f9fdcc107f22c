"""Commands and settings, and the only place where the parts are put together.

stdout is data, stderr is narration. Exit codes: 0 done, 2 usage, 3 cannot reach or not allowed, 130 interrupted.
"""

from __future__ import annotations

import asyncio
import functools
import importlib
import json
import os
import re
import shutil
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

import click

from tui import __version__
from tui.domain.failure import FailureKind, ServiceError
from tui.domain.text import one_line, safe_text

if TYPE_CHECKING:
    from tui.app.services import OpenServices, Services
    from tui.aws.connection import Connection
    from tui.aws.sagemaker import SageMaker
    from tui.polling.budget import Budget
    from tui.polling.feed import JobList
    from tui.polling.ports import Described
    from tui.simulator import Simulator

_UNREACHABLE: Final = 3
_INTERRUPTED: Final = 130
_ARN: Final = re.compile(r"arn:[a-z-]+:sagemaker:(?P<region>[a-z0-9-]+):\d{12}:training-job/(?P<name>.+)")

Result = TypeVar("Result")

_speed: Final = click.option(
    "--speed",
    default=60.0,
    show_default=True,
    type=click.FloatRange(0.1, 3600),
    help="How much faster time runs.",
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What all commands share."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    ascii: bool = False
    color: bool = True
    credentials: tuple[str, str] | None = None


class _Commands(click.Group):
    """A group in which a word that is no command is a job: `sagetop JOB` is `sagetop watch JOB`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = ["watch", *args]
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # `sagetop ls | head`: the reader has what it wanted; click would end with 1, a job's failure here.
            # stdout must not be flushed once more at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0


def _common(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that every command takes; those before the command's name hold too, those after it win."""

    @functools.wraps(command)
    def with_settings(
        *args: Any,
        profile: str | None,
        region: str | None,
        endpoint_url: str | None,
        ascii_only: bool,
        no_color: bool,
        **rest: Any,
    ) -> Any:
        context = click.get_current_context()
        above: Settings = context.obj or Settings()
        context.obj = Settings(
            profile=profile or above.profile,
            region=region or above.region,
            endpoint_url=endpoint_url or above.endpoint_url,
            ascii=ascii_only or above.ascii,
            color=above.color and not no_color and not os.environ.get("NO_COLOR"),
        )
        return command(*args, settings=context.obj, **rest)

    options = (
        click.option("--profile", metavar="NAME", help="AWS profile; else AWS_PROFILE."),
        click.option("--region", metavar="NAME", help="AWS region; else AWS_REGION or the profile's."),
        click.option("--endpoint-url", metavar="URL", help="Another endpoint; else AWS_ENDPOINT_URL."),
        click.option("--ascii", "ascii_only", is_flag=True, help="Draw with ASCII only."),
        click.option("--no-color", is_flag=True, help="No colour; so does NO_COLOR in the environment."),
    )
    decorated: Callable[..., Any] = with_settings
    for option in reversed(options):
        decorated = option(decorated)
    return decorated


@click.group(cls=_Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sagetop")
@_common
@click.pass_context
def cli(context: click.Context, settings: Settings) -> None:
    """top for SageMaker training: every training job of an account, live.

    Without a command it opens the screen; with the name or ARN of a job it opens that job.
    """
    if context.invoked_subcommand is None:
        _run_screen(settings, "", functools.partial(connect, settings))


@cli.command()
@click.argument("job", default="")
@_common
def watch(job: str, settings: Settings) -> None:
    """The screen; JOB (a name or an ARN) opens that job."""
    settings, name = _target(settings, job)
    _run_screen(settings, name, functools.partial(connect, settings))


@cli.command()
@click.option(
    "--speed", default=60.0, show_default=True, type=click.FloatRange(0.1, 3600), help="How much faster time runs."
)
@_common
def demo(speed: float, settings: Settings) -> None:
    """The screen on a simulated account; no credentials needed."""
    _run_screen(settings, "", functools.partial(simulate_account, speed))


@cli.command()
@click.option(
    "--limit", default=100, show_default=True, type=click.IntRange(1, 500), help="How many jobs, newest first."
)
@click.option("--filter", "words", default="", help="Words that must match, as regular expressions; !word must not.")
@click.option("--json", "as_json", is_flag=True, help="JSON.")
@_common
def ls(limit: int, words: str, as_json: bool, settings: Settings) -> None:
    """The jobs, once: a table on a terminal, tab-separated elsewhere."""
    from tui.domain.jobs import Filter, in_order
    from tui.domain.listing import jobs_json, jobs_table, jobs_tsv

    try:
        wanted = Filter.parse(words)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--filter") from None
    found = _ask(settings, lambda sagemaker: _newest(sagemaker, limit))
    now = found.service_time or datetime.now(UTC)
    if found.fallback:
        click.echo(f"sagetop: no sagemaker:Search ({found.fallback.hint}); instances are not told", err=True)
    jobs = [job for job in in_order(found.jobs, "created", False, now)[:limit] if wanted.matches(job)]
    if as_json:
        _print_json(jobs_json(jobs, now))
    elif sys.stdout.isatty():
        click.echo(jobs_table(jobs, now, shutil.get_terminal_size().columns), nl=False)
    else:
        click.echo(jobs_tsv(jobs, now), nl=False)


@cli.command()
@click.argument("job")
@click.option("--json", "as_json", is_flag=True, help="JSON.")
@click.option("--reveal", is_flag=True, help="Print values that look secret too.")
@_common
def show(job: str, as_json: bool, reveal: bool, settings: Settings) -> None:
    """One job, all its members, once; JOB is a name or an ARN."""
    from tui.domain.report import job_json, job_text

    settings, name = _target(settings, job)
    found = _ask(settings, lambda sagemaker: _describe(sagemaker, name))
    now = found.service_time or datetime.now(UTC)
    if as_json:
        _print_json(job_json(found.snapshot, now, reveal=reveal))
    else:
        columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else 120
        click.echo(job_text(found.snapshot, now, reveal=reveal, width=columns), nl=False)


@cli.command()
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="Port on 127.0.0.1; any free one without.")
@click.option(
    "--speed", default=60.0, show_default=True, type=click.FloatRange(0.1, 3600), help="How much faster time runs."
)
def simulate(port: int, speed: float) -> None:
    """The simulated account alone, for any AWS client that takes --endpoint-url."""
    asyncio.run(_serve(port, speed))


def main() -> NoReturn:
    """Run `sagetop`."""
    try:
        # Not standalone, click returns the code of an `Exit`.
        code = cli.main(prog_name="sagetop", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        code = _INTERRUPTED
    sys.exit(code or 0)


def _target(settings: Settings, job: str) -> tuple[Settings, str]:
    """Return the settings and the name that a name or an ARN stands for: an ARN knows its region."""
    match = _ARN.fullmatch(job)
    if match is None:
        return settings, job
    return replace(settings, region=match["region"]), match["name"]


def _connection(settings: Settings, budget: Budget) -> Connection:
    from tui.aws.connection import Connection, Target

    # The SDK reads AWS_DEFAULT_REGION only; every other AWS tool reads AWS_REGION first.
    region = settings.region or os.environ.get("AWS_REGION") or None
    return Connection(Target(settings.profile, region, settings.endpoint_url, settings.credentials), budget)


async def connect(settings: Settings) -> Services:
    """Import the SDK, in a thread beside the first frame, and put the services together."""
    from tui.app.services import Services
    from tui.polling.budget import Budget

    await asyncio.to_thread(importlib.import_module, "tui.aws.sagemaker")
    from tui.aws.sagemaker import SageMaker

    budget = Budget()
    connection = _connection(settings, budget)
    sagemaker = SageMaker(connection)
    return Services(
        jobs=sagemaker,
        account=sagemaker,
        budget=budget,
        documentation=_documentation,
        close=connection.close,
        profile=settings.profile or os.environ.get("AWS_PROFILE", ""),
        endpoint_url=settings.endpoint_url or os.environ.get("AWS_ENDPOINT_URL", ""),
    )


async def simulate_account(speed: float) -> Services:
    """Start a simulated account and connect to it as to any other."""
    simulator = await asyncio.to_thread(_simulator, speed, 0)
    await simulator.start()
    services = await connect(
        Settings(region="us-east-1", endpoint_url=simulator.url, credentials=("simulated", "simulated"))
    )

    async def close() -> None:
        await services.close()
        await simulator.stop()

    return replace(services, close=close, profile="demo")


def _simulator(speed: float, port: int) -> Simulator:
    from tui.simulator import Clock, Simulator, demo_account

    return Simulator(demo_account(Clock(speed=speed)), port=port)


async def _serve(port: int, speed: float) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    try:
        simulator = _simulator(speed, port)
        await simulator.start()
    except OSError as error:
        raise click.ClickException(f"cannot listen on port {port}: {error.strerror}") from None
    click.echo(simulator.url)
    click.echo(f"any credentials do: aws sagemaker list-training-jobs --endpoint-url {simulator.url}", err=True)
    sys.stdout.flush()
    await ended.wait()
    await simulator.stop()


def _documentation() -> Mapping[str, str]:
    from tui.aws.documentation import member_documentation

    return member_documentation()


def _run_screen(settings: Settings, job: str, open_services: OpenServices) -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError("the screen needs a terminal; `sagetop ls` and `sagetop show JOB` do not")
    if not settings.color:
        os.environ["NO_COLOR"] = "1"
    from tui.app.app import SagetopApp
    from tui.app.services import Options

    app = SagetopApp(open_services, Options(job=job, ascii=settings.ascii))
    app.run()
    raise click.exceptions.Exit(app.return_code or 0)


def _ask(settings: Settings, question: Callable[[SageMaker], Awaitable[Result]]) -> Result:
    """Put one question to the service; a failure is one line on stderr and exit code 3."""
    from tui.aws.sagemaker import SageMaker
    from tui.polling.budget import Budget

    async def asked() -> Result:
        connection = _connection(settings, Budget())
        try:
            return await question(SageMaker(connection))
        finally:
            await connection.close()

    try:
        return asyncio.run(asked())
    except ServiceError as error:
        failure = error.failure
        hint = f" ({failure.hint})" if failure.hint else ""
        click.echo(f"sagetop: {failure.kind}: {failure.message}{hint}", err=True)
        raise click.exceptions.Exit(_UNREACHABLE) from None


async def _newest(sagemaker: SageMaker, limit: int) -> JobList:
    from tui.polling.feed import JobFeed

    feed = JobFeed(sagemaker)
    found = await feed.fetch()
    while not found.complete and len(found.jobs) < limit:
        found = await feed.fetch()
    return found


async def _describe(sagemaker: SageMaker, name: str) -> Described:
    """Describe a job; an unknown name fails with the nearest ones."""
    try:
        return await sagemaker.describe(name)
    except ServiceError as error:
        if error.failure.kind not in (FailureKind.NOT_FOUND, FailureKind.INVALID):
            raise
        unknown = error.failure
    from tui.domain.jobs import nearest_names

    try:
        known = [job.name for job in (await _newest(sagemaker, 500)).jobs]
    except ServiceError:
        known = []
    # An ARN holds the name in lower case.
    same = next((other for other in known if other.lower() == name.lower() and other != name), None)
    if same:
        return await sagemaker.describe(same)
    near = nearest_names(name, known)
    words = f"no training job {one_line(safe_text(name))} in {sagemaker.region}"
    raise ServiceError(
        replace(unknown, message=words, hint=f"nearest: {', '.join(near)}" if near else "see: sagetop ls")
    )


def _print_json(document: object) -> None:
    click.echo(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))
