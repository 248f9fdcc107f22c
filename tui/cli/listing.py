"""`sagetop ls` and `sagetop show`: the jobs, and one of them, once."""

from __future__ import annotations

import shutil
import sys
from datetime import UTC, datetime

import click

from tui.cli.asking import ask, describe, newest
from tui.cli.settings import Settings, common, print_json, say, target


@click.command()
@click.option(
    "--limit", default=100, show_default=True, type=click.IntRange(1, 500), help="How many jobs, newest first."
)
@click.option("--filter", "words", default="", help="As in the screen: words, !word, status:failed, age:<2d …")
@click.option("--json", "as_json", is_flag=True, help="JSON.")
@common
def ls(limit: int, words: str, as_json: bool, settings: Settings) -> None:
    """The jobs, once: a table on a terminal, tab-separated elsewhere."""
    from tui.domain.filtering import Filter
    from tui.domain.listing import jobs_json, jobs_table, jobs_tsv
    from tui.domain.ordering import in_order

    try:
        wanted = Filter.parse(words)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--filter") from None
    found = ask(settings, lambda sagemaker, _: newest(sagemaker, limit))
    now = found.service_time or datetime.now(UTC)
    if found.fallback:
        unseen = ", so that parts of the filter match nothing" if wanted.needs_details else ""
        say(f"no sagemaker:Search ({found.fallback.hint}); instances are not told{unseen}")
    jobs = [job for job in in_order(found.jobs, "created", False, now)[:limit] if wanted.matches(job, now)]
    if as_json:
        print_json(jobs_json(jobs, now))
    elif sys.stdout.isatty():
        click.echo(jobs_table(jobs, now, shutil.get_terminal_size().columns), nl=False)
    else:
        click.echo(jobs_tsv(jobs, now), nl=False)


@click.command()
@click.argument("job")
@click.option("--json", "as_json", is_flag=True, help="JSON.")
@click.option("--reveal", is_flag=True, help="Print values that look secret too.")
@common
def show(job: str, as_json: bool, reveal: bool, settings: Settings) -> None:
    """One job, all its members, once; JOB is a name or an ARN."""
    from tui.domain.report import job_json, job_text

    settings, name = target(settings, job)
    found = ask(settings, lambda sagemaker, _: describe(sagemaker, name))
    now = found.service_time or datetime.now(UTC)
    if as_json:
        print_json(job_json(found.snapshot, now, reveal=reveal))
    else:
        columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else 120
        click.echo(job_text(found.snapshot, now, reveal=reveal, width=columns), nl=False)
