"""How a command without a screen asks the service: one connection, and a failure is one line and exit code 3."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import click

from tui.cli.settings import UNREACHABLE, Settings, say
from tui.domain.failure import Failure, FailureKind, ServiceError
from tui.domain.text import one_line, safe_text

if TYPE_CHECKING:
    from tui.aws.connection import Connection
    from tui.aws.sagemaker import SageMaker
    from tui.polling.budget import Budget
    from tui.polling.feed import JobList
    from tui.polling.ports import Described

Result = TypeVar("Result")

UNKNOWN_JOB = frozenset({FailureKind.NOT_FOUND, FailureKind.INVALID})
"""How the service answers to a name that it does not know, or that no job could have."""


def connection_of(settings: Settings, budget: Budget, *, write: bool = False, login_key: str = "") -> Connection:
    """Return the connection that the settings ask for; a command without a screen never writes.

    Hints name the key that logs in, if there is one.
    """
    from tui.aws.connection import Connection, Target

    # The SDK reads AWS_DEFAULT_REGION only; every other AWS tool reads AWS_REGION first.
    region = settings.region or os.environ.get("AWS_REGION") or None
    target = Target(settings.profile, region, settings.endpoint_url, settings.credentials, login_key)
    return Connection(target, budget, write=write)


def ask(settings: Settings, question: Callable[[SageMaker, Connection], Awaitable[Result]]) -> Result:
    """Put a question to the service; a failure is one line on stderr and exit code 3."""
    from tui.aws.sagemaker import SageMaker
    from tui.cli import logfile
    from tui.polling.budget import Budget

    logfile.attach()

    async def asked() -> Result:
        connection = connection_of(settings, Budget())
        try:
            return await question(SageMaker(connection), connection)
        finally:
            await connection.close()

    try:
        return asyncio.run(asked())
    except ServiceError as error:
        say(told(error.failure))
        raise click.exceptions.Exit(UNREACHABLE) from None


def told(failure: Failure) -> str:
    """Return a failure as one line."""
    return f"{failure.kind}: {failure.message}" + (f" ({failure.hint})" if failure.hint else "")


async def newest(sagemaker: SageMaker, limit: int) -> JobList:
    """Return the newest jobs, at least `limit` of them where there are that many."""
    from tui.polling.feed import JobFeed

    feed = JobFeed(sagemaker)
    found = await feed.fetch()
    while not found.complete and len(found.jobs) < limit:
        found = await feed.fetch()
    return found


async def describe(sagemaker: SageMaker, name: str) -> Described:
    """Describe a job; an unknown name fails with the nearest ones."""
    try:
        return await sagemaker.describe(name)
    except ServiceError as error:
        if error.failure.kind not in UNKNOWN_JOB:
            raise
        unknown = error.failure
    from tui.domain.jobs import nearest_names

    try:
        known = [job.name for job in (await newest(sagemaker, 500)).jobs]
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
