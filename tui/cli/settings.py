"""What all commands share: settings, exit codes, and how an option, a target and a document are written."""

from __future__ import annotations

import functools
import importlib
import json
import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import click

from tui.domain.text import one_line, safe_text

CRASHED: Final = 1
JOB_FAILED: Final = 1
UNREACHABLE: Final = 3
"""Cannot be reached, is not allowed, or is not there."""
JOB_STOPPED: Final = 4
TIMED_OUT: Final = 5
INTERRUPTED: Final = 130

_ARN: Final = re.compile(r"arn:[a-z-]+:sagemaker:(?P<region>[a-z0-9-]+):\d{12}:training-job/(?P<name>.+)")


@dataclass(frozen=True, slots=True)
class Settings:
    """What all commands share."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    ascii: bool = False
    color: bool = True
    write: bool = False
    """Whether the screen may change the account: stop jobs."""
    credentials: tuple[str, str] | None = None
    low_bandwidth: bool | None = None
    """Of the screen only; None finds out."""


class Commands(click.Group):
    """A group in which a word that is no command is a job: `sagetop JOB` is `sagetop watch JOB`.

    The commands in `homes` are imported when they are asked for, from the module that is named there.
    """

    def __init__(self, *arguments: Any, homes: Mapping[str, str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._homes = homes

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*self.commands, *self._homes})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self._homes:
            found: click.Command = getattr(importlib.import_module(self._homes[cmd_name]), cmd_name)
            return found
        return super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.list_commands(ctx) and not args[0].startswith("-"):
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


def common(command: Callable[..., Any]) -> Callable[..., Any]:
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
            low_bandwidth=above.low_bandwidth,
            write=above.write,
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


def bandwidth_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option of the screen that spares the line to the terminal."""

    @functools.wraps(command)
    def with_bandwidth(*args: Any, low_bandwidth: bool | None, settings: Settings, **rest: Any) -> Any:
        chosen = settings.low_bandwidth if low_bandwidth is None else low_bandwidth
        settings = replace(settings, low_bandwidth=chosen)
        click.get_current_context().obj = settings
        return command(*args, settings=settings, **rest)

    decorated: Callable[..., Any] = click.option(
        "--low-bandwidth/--full-bandwidth",
        default=None,
        envvar="SAGETOP_LOW_BANDWIDTH",
        help="Write less to the terminal, and less often; over SSH found out by itself.",
    )(with_bandwidth)
    return decorated


def with_write(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--write` to a command that opens the screen; before the command's name it holds too."""

    @functools.wraps(command)
    def written(*args: Any, write: bool, **rest: Any) -> Any:
        context = click.get_current_context()
        above: Settings = context.obj or Settings()
        context.obj = replace(above, write=above.write or write)
        return command(*args, **rest)

    flag = click.option("--write", is_flag=True, help="Allow what changes the account: stopping jobs.")
    return flag(written)


speed_option: Final = click.option(
    "--speed", default=60.0, show_default=True, type=click.FloatRange(0.1, 3600), help="How much faster time runs."
)


def target(settings: Settings, job: str) -> tuple[Settings, str]:
    """Return the settings and the name that a name or an ARN stands for: an ARN knows its region.

    A script may have got the word from anyone, and it is shown.
    """
    job = one_line(safe_text(job))
    match = _ARN.fullmatch(job)
    if match is None:
        return settings, job
    return replace(settings, region=match["region"]), match["name"]


def print_json(document: object) -> None:
    """Print a document."""
    click.echo(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))


def say(words: str) -> None:
    """Narrate: one line on stderr."""
    click.echo(f"sagetop: {words}", err=True)
