"""Puts the parts of the screen together: the services of a real or a simulated account, and the app."""

from __future__ import annotations

import asyncio
import functools
import gc
import importlib
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from tui.cli.settings import Settings

if TYPE_CHECKING:
    from tui.app.services import OpenServices, Services


async def connect(settings: Settings) -> Services:
    """Import the SDK, in a thread beside the first frame, and put the services together."""
    from tui.app.services import Services
    from tui.cli.asking import connection_of
    from tui.polling.budget import Budget

    await asyncio.to_thread(importlib.import_module, "tui.aws.sagemaker")
    from tui.aws.cloudwatch import CloudWatch
    from tui.aws.logs import Logs
    from tui.aws.sagemaker import SageMaker
    from tui.aws.stepmetrics import StepMetricsService

    budget = Budget()
    connection = connection_of(settings, budget)
    sagemaker = SageMaker(connection)
    return Services(
        jobs=sagemaker,
        account=sagemaker,
        logs=Logs(connection),
        cloudwatch=CloudWatch(connection),
        steps=StepMetricsService(connection),
        budget=budget,
        documentation=_documentation,
        close=connection.close,
        profile=settings.profile or os.environ.get("AWS_PROFILE", ""),
        endpoint_url=settings.endpoint_url or os.environ.get("AWS_ENDPOINT_URL", ""),
    )


async def simulate_account(speed: float) -> Services:
    """Start a simulated account and connect to it as to any other."""
    from tui.cli.simulate import simulated

    simulator = await asyncio.to_thread(simulated, speed, 0)
    await simulator.start()
    services = await connect(
        Settings(region="us-east-1", endpoint_url=simulator.url, credentials=("simulated", "simulated"))
    )

    async def close() -> None:
        await services.close()
        await simulator.stop()

    return replace(services, close=close, profile="demo")


def run_screen(settings: Settings, job: str, open_services: OpenServices) -> None:
    """Run the app, and end with its exit code."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError("the screen needs a terminal; `sagetop ls` and `sagetop show JOB` do not")
    if not settings.color:
        os.environ["NO_COLOR"] = "1"
    from tui.app.app import SagetopApp
    from tui.app.services import Options
    from tui.cli import crash, logfile

    # Hundreds of thousands of log lines live long and refer to nothing: looking through them all for garbage, as
    # often as the default has it, would stop the keyboard for a third of a second each time.
    gc.freeze()
    gc.set_threshold(100_000, 50, 1_000)
    # What runs beside the event loop, the job's own regexes above all, hands over to the keyboard sooner.
    sys.setswitchinterval(0.001)
    options = Options(job=job, ascii=settings.ascii, report=crash.report, last_words=crash.told)
    app = SagetopApp(functools.partial(_open_noted, open_services), options)
    crash.watch_threads(app.watch_screen.model.secrets)
    logfile.attach()
    app.run()
    logfile.note_stop(app.return_code or 0)
    if app.last_words:
        click.echo(app.last_words, err=True)
    raise click.exceptions.Exit(app.return_code or 0)


async def _open_noted(open_services: OpenServices) -> Services:
    """Log the start, which the first frame does not wait for, and open the services."""
    from tui.cli import logfile

    await asyncio.to_thread(logfile.note_start)
    return await open_services()


def _documentation() -> Mapping[str, str]:
    from tui.aws.documentation import member_documentation

    return member_documentation()
