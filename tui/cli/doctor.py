"""`sagetop doctor`: is everything there that sagetop needs, and if not, what to ask for."""

from __future__ import annotations

import asyncio
import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from tui.cli.asking import connection_of
from tui.cli.settings import UNREACHABLE, Settings, common, print_json

if TYPE_CHECKING:
    from tui.domain.doctor import Report


@click.command()
@click.option("--json", "as_json", is_flag=True, help="JSON.")
@common
def doctor(as_json: bool, settings: Settings) -> None:
    """Try each permission once; say what is missing, and the policy for it.

    Exit code 0 if all that is needed is allowed, 3 otherwise. It changes nothing, and costs $0.00001.
    """
    from tui.domain.doctor import doctor_json, doctor_text

    report = asyncio.run(_examined(settings))
    if as_json:
        print_json(doctor_json(report))
    else:
        click.echo(doctor_text(report, min(120, shutil.get_terminal_size((100, 24)).columns)), nl=False)
    if not report.ok:
        raise click.exceptions.Exit(UNREACHABLE)


async def _examined(settings: Settings) -> Report:
    from tui.aws.probing import Probe, versions
    from tui.domain.doctor import Check, Report, State, in_order, not_tried
    from tui.domain.permissions import PERMISSIONS
    from tui.polling.budget import Budget

    connection = connection_of(settings, Budget())
    probe = Probe(connection)
    try:
        credentials = await probe.credentials()
        if credentials.found and connection.region:
            checks = await probe.run()
        else:
            why = "no region" if credentials.found else "no credentials"
            checks = in_order([Check(entry, State.NOT_TRIED, said=why) for entry in PERMISSIONS if not entry.writes])
            checks += tuple(not_tried(entry) for entry in PERMISSIONS if entry.writes)
    finally:
        await connection.close()
    report = Report(
        versions=versions(),
        profile=settings.profile or os.environ.get("AWS_PROFILE", ""),
        endpoint=settings.endpoint_url or os.environ.get("AWS_ENDPOINT_URL", ""),
        region=connection.region,
        credentials=credentials.told,
        found=credentials.found,
        expires=credentials.expires,
        account=probe.account,
        arn=probe.arn,
        clock_offset_seconds=probe.clock_offset_seconds,
        checks=checks,
        now=datetime.now(UTC),
    )
    return replace(report, endpoint=_without_password(report.endpoint))


def _without_password(url: str) -> str:
    from tui.domain.secrets import masked_text

    return masked_text(url)
