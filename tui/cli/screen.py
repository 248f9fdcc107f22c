"""Puts the parts of the screen together: the services of a real or a simulated account, and the app."""

from __future__ import annotations

import functools
import gc
import importlib
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from tui.cli.settings import Settings, say
from tui.domain.text import one_line, safe_text

if TYPE_CHECKING:
    from tui.app.services import OpenServices, Services
    from tui.aws.ahead import FirstPage


async def connect(settings: Settings, ahead: FirstPage | None = None) -> Services:
    """Put the services together, what they are made of imported in a thread; the first call imports the SDK."""
    import asyncio

    for name in ("sagemaker", "cloudwatch", "logs", "stepmetrics"):
        await asyncio.to_thread(importlib.import_module, f"tui.aws.{name}")
    from tui.app.commands import LOGIN_KEY
    from tui.app.services import Services
    from tui.aws.cloudwatch import CloudWatch
    from tui.aws.logs import Logs
    from tui.aws.sagemaker import SageMaker
    from tui.aws.stepmetrics import StepMetricsService
    from tui.aws.stopping import Stopping
    from tui.cli.asking import connection_of
    from tui.polling.budget import Budget

    budget = Budget()
    connection = connection_of(settings, budget, write=settings.write, login_key=LOGIN_KEY)
    sagemaker = SageMaker(connection, ahead)
    return Services(
        jobs=sagemaker,
        account=sagemaker,
        logs=Logs(connection),
        cloudwatch=CloudWatch(connection),
        steps=StepMetricsService(connection),
        stop=Stopping(connection) if settings.write else None,
        budget=budget,
        documentation=_documentation,
        close=connection.close,
        reconnect=connection.close,
        refusals=connection.refusals,
        profile=one_line(safe_text(settings.profile or os.environ.get("AWS_PROFILE", ""))),
        endpoint_url=one_line(safe_text(settings.endpoint_url or os.environ.get("AWS_ENDPOINT_URL", ""))),
    )


async def simulate_account(speed: float, *, write: bool = False) -> Services:
    """Start a simulated account and connect to it as to any other."""
    import asyncio

    from tui.cli.simulate import simulated

    simulator = await asyncio.to_thread(simulated, speed, 0)
    await simulator.start()
    services = await connect(
        Settings(region="us-east-1", endpoint_url=simulator.url, write=write, credentials=("simulated", "simulated"))
    )

    async def close() -> None:
        await services.close()
        await simulator.stop()

    return replace(services, close=close, profile="demo")


def watch_account(settings: Settings, job: str) -> None:
    """Run the app on a real account, whose first jobs are asked for before anything heavy is imported."""
    _need_terminal()
    from tui.aws.ahead import FirstPage

    region = settings.region or os.environ.get("AWS_REGION")
    ahead = FirstPage.start(settings.profile, region, settings.endpoint_url)
    try:
        run_screen(settings, job, functools.partial(connect, settings, ahead))
    finally:
        if ahead:
            ahead.close()


def run_screen(settings: Settings, job: str, open_services: OpenServices, *, remembering: bool = True) -> None:
    """Run the app, the list as the user left it the last time, and end with its exit code."""
    _need_terminal()
    if not settings.color:
        os.environ["NO_COLOR"] = "1"
    # What is imported stays: looking for garbage in it time and again would cost the first frame a tenth.
    gc.disable()
    from tui.app.app import SagetopApp
    from tui.app.services import Options
    from tui.cli import crash, logfile
    from tui.cli.remembering import Memory

    # Hundreds of thousands of log lines live long and refer to nothing: looking through them all for garbage, as
    # often as the default has it, would stop the keyboard for a third of a second each time.
    gc.freeze()
    gc.set_threshold(100_000, 50, 1_000)
    gc.enable()
    # What runs beside the event loop, the job's own regexes above all, hands over to the keyboard sooner.
    sys.setswitchinterval(0.001)
    options = Options(
        job=job,
        ascii=settings.ascii,
        low_bandwidth=settings.low_bandwidth,
        write=settings.write,
        report=crash.report,
        last_words=crash.told,
    )
    memory = Memory() if remembering else None
    if memory:
        options = replace(options, remembered=memory.left, remember=memory.keep)
    app = SagetopApp(functools.partial(_open_noted, open_services), options)
    crash.watch_threads(app.watch_screen.model.secrets)
    logfile.attach()
    app.run()
    logfile.note_stop(app.return_code or 0)
    if app.last_words:
        click.echo(app.last_words, err=True)
    if memory:
        memory.keep(app.watch_screen.left)
        if memory.trouble:
            say(memory.trouble)
    raise click.exceptions.Exit(app.return_code or 0)


async def _open_noted(open_services: OpenServices) -> Services:
    """Log the start, which the first frame does not wait for, and open the services."""
    import asyncio

    from tui.cli import logfile

    await asyncio.to_thread(logfile.note_start)
    return await open_services()


def _need_terminal() -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError("the screen needs a terminal; `sagetop ls` and `sagetop show JOB` do not")


def _documentation() -> Mapping[str, str]:
    from tui.aws.documentation import member_documentation

    return member_documentation()
