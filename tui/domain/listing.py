"""`sagetop ls`: the list of jobs as a table for a reader, as lines for a pipe, as JSON for a program."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from tui.domain import resources, secrets, text, units
from tui.domain.jobs import JobSummary
from tui.domain.leaves import json_value
from tui.domain.report import VERSION, instances_json, table

_HEADER: Final = ("NAME", "STATUS", "PHASE", "ELAPSED", "INSTANCES", "SPOT", "CREATED")
_TSV_HEADER: Final = ("NAME", "STATUS", "PHASE", "ELAPSED_SECONDS", "INSTANCES", "SPOT", "CREATED")
_NUMBERS: Final = (_HEADER.index("ELAPSED"),)
_SHORTEST_NAME: Final = 16
_WIDEST_INSTANCES: Final = 28


def jobs_table(jobs: Sequence[JobSummary], now: datetime, width: int) -> str:
    """Write the list for a reader; names are cut, in the middle, only where `width` is too narrow for them."""
    rows = [
        (
            job.name,
            job.status,
            job.phase,
            units.coarse(job.elapsed_seconds(now)),
            units.UNTOLD if job.instances is None else cut(resources.short(job.instances), _WIDEST_INSTANCES),
            _spot(job.spot),
            units.clock(job.times.created, now) if job.times.created else units.UNTOLD,
        )
        for job in jobs
    ]
    full = [(text.one_line(cell) for cell in row) for row in rows]
    cells = [tuple(row) for row in full]
    too_wide = max((len(line) for line in table(_HEADER, cells, _NUMBERS)), default=0) - width
    if too_wide > 0:
        longest = max(len(row[0]) for row in (_HEADER, *cells))
        room = max(_SHORTEST_NAME, longest - too_wide)
        cells = [(cut(name, room), *others) for name, *others in cells]
    return "\n".join(table(_HEADER, cells, _NUMBERS)) + "\n"


def jobs_tsv(jobs: Sequence[JobSummary], now: datetime) -> str:
    """Write the list for a pipe: tab-separated, no padding, seconds as numbers, ISO-8601 times; untold is empty."""
    rows = [
        (
            job.name,
            job.status,
            job.phase,
            _seconds(job.elapsed_seconds(now)),
            "" if job.instances is None else resources.short(job.instances),
            "" if job.spot is None else str(job.spot).lower(),
            units.utc(job.times.created),
        )
        for job in jobs
    ]
    return "".join("\t".join(text.one_line(cell) for cell in row) + "\n" for row in (_TSV_HEADER, *rows))


def jobs_json(jobs: Sequence[JobSummary], now: datetime) -> dict[str, object]:
    """Return the list for a program; strict JSON throughout, null where the source does not tell."""
    document = {
        "version": VERSION,
        "kind": "training-jobs",
        "generated_at": now,
        "jobs": [
            {
                "name": job.name,
                "arn": job.arn,
                "status": job.status,
                "secondary_status": job.secondary_status,
                "phase": job.phase,
                "elapsed_seconds": job.elapsed_seconds(now),
                "instances": None if job.instances is None else instances_json(job.instances),
                "spot": job.spot,
                "created_at": job.times.created,
                "started_at": job.times.started,
                "ended_at": job.times.ended,
                "modified_at": job.times.modified,
                "failure_reason": secrets.masked_text(job.failure_reason),
                "tuning_job": job.parent if job.parent_kind == "tuning" else None,
                "parent_kind": job.parent_kind or None,
                "parent": job.parent or None,
            }
            for job in jobs
        ],
    }
    return {key: json_value(value) for key, value in document.items()}


def cut(name: str, room: int) -> str:
    """Shorten a name in its middle: what tells jobs apart is mostly at the ends."""
    if len(name) <= room:
        return name
    head = room // 2
    return f"{name[:head]}…{name[len(name) - (room - head - 1) :]}"


def _spot(spot: bool | None) -> str:
    return units.UNTOLD if spot is None else "spot" if spot else ""


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.0f}"
