"""`sagetop logs`: the merged log of all hosts of a job."""

from __future__ import annotations

import io
import os
import sys
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import click

from tui.cli.asking import ask
from tui.cli.moments import since_option
from tui.cli.settings import Settings, common, target

if TYPE_CHECKING:
    from tui.domain.logbuffer import Pattern

TAIL: Final = 10_000
"""Lines printed of a whole log unless a part of it is asked for."""


@click.command()
@click.argument("job")
@click.option("-f", "--follow", is_flag=True, help="Go on until the job is over and its log is complete.")
@click.option("--since", metavar="WHEN", callback=since_option, help="From 10m or 2h ago on, or an ISO-8601 time.")
@click.option("--host", "hosts", metavar="NAME", multiple=True, help="Only this host, algo-3; may be repeated.")
@click.option("--grep", metavar="REGEX", help="Only events that match.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
@click.option(
    "--limit",
    type=click.IntRange(1, 1_000_000),
    help=f"The last N events; of a whole log {TAIL:,} without, of a part of it all.",
)
@click.option("--reveal", is_flag=True, help="Print what looks secret, too.")
@common
def logs(
    job: str,
    follow: bool,
    since: datetime | timedelta | None,
    hosts: tuple[str, ...],
    grep: str | None,
    as_json: bool,
    limit: int | None,
    reveal: bool,
    settings: Settings,
) -> None:
    """The log of all hosts of a job by time; JOB is a name or an ARN.

    On a terminal in colours, elsewhere time, host and text, tab-separated. Progress bars are folded.
    """
    from tui.cli.logprint import OnTerminal, as_json_line, safe_host, tabbed
    from tui.cli.logtail import LogTail, Wanted
    from tui.polling.clock import ServiceClock

    part = bool(since or hosts or grep)
    wanted = Wanted(
        follow=follow,
        since=since,
        hosts=frozenset(map(safe_host, hosts)) or None,
        reveal=reveal,
        pattern=_pattern(grep) if grep else None,
        limit=limit or (None if part else TAIL),
    )
    settings, name = target(settings, job)
    clock = ServiceClock()
    terminal = sys.stdout.isatty()
    color = terminal and settings.color and os.environ.get("TERM") != "dumb"
    write = as_json_line if as_json else OnTerminal(clock.now, color) if terminal else tabbed
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Other people's characters in a terminal that is not UTF-8.
        sys.stdout.reconfigure(errors="replace")
    ask(
        settings,
        lambda sagemaker, connection: LogTail(wanted, write, clock, terminal).run(sagemaker, connection, name),
    )


def _pattern(regex: str) -> Pattern:
    from tui.cli.grep import compiled

    try:
        return compiled(regex)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--grep") from None
