"""Commands and settings, and the only place where the parts are put together.

stdout is data, stderr is narration. Exit codes: 0 done, 1 the job failed (wait), 2 usage, 3 cannot reach or not
allowed, 4 the job stopped (wait), 5 timed out (wait), 130 interrupted. What a command needs is imported when it runs.
"""

from __future__ import annotations

import functools
import io
import sys
from typing import Final, NoReturn

import click

from tui import __version__
from tui.cli.screen import connect, run_screen, simulate_account, watch_account
from tui.cli.settings import (
    CRASHED,
    INTERRUPTED,
    Commands,
    Settings,
    bandwidth_option,
    common,
    speed_option,
    target,
    with_write,
)
from tui.domain.text import safe_text

__all__ = ["Settings", "cli", "connect", "main", "simulate_account"]


_HOMES: Final = {
    "doctor": "tui.cli.doctor",
    "ls": "tui.cli.listing",
    "show": "tui.cli.listing",
    "logs": "tui.cli.logs",
    "wait": "tui.cli.wait",
    "simulate": "tui.cli.simulate",
}
_HELP: Final = {"help_option_names": ["-h", "--help"]}


@click.group(cls=Commands, homes=_HOMES, invoke_without_command=True, context_settings=_HELP)
@click.version_option(__version__, prog_name="sagetop")
@with_write
@common
@bandwidth_option
@click.pass_context
def cli(context: click.Context, settings: Settings) -> None:
    """top for SageMaker training: every training job of an account, live.

    Without a command it opens the screen; with the name or ARN of a job it opens that job.
    """
    if context.invoked_subcommand is None:
        watch_account(settings, "")


@cli.command()
@click.argument("job", default="")
@with_write
@common
@bandwidth_option
def watch(job: str, settings: Settings) -> None:
    """The screen; JOB (a name or an ARN) opens that job."""
    settings, name = target(settings, job)
    watch_account(settings, name)


@cli.command()
@speed_option
@with_write
@common
@bandwidth_option
def demo(speed: float, settings: Settings) -> None:
    """The screen on a simulated account; no credentials needed."""
    run_screen(settings, "", functools.partial(simulate_account, speed, write=settings.write), remembering=False)


def main() -> NoReturn:
    """Run `sagetop`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Other people's characters in a terminal that is not UTF-8.
            stream.reconfigure(errors="replace")
    try:
        # Not standalone, click returns the code of an `Exit`.
        code = cli.main(prog_name="sagetop", standalone_mode=False)
    except click.ClickException as error:
        # It quotes words of the command line, which a script may have got from anyone.
        told = io.StringIO()
        error.show(told)
        click.echo(safe_text(told.getvalue()), err=True, nl=False)
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    except Exception as error:
        from tui.cli import crash

        click.echo(crash.told(error), err=True)
        code = CRASHED
    sys.exit(code or 0)
