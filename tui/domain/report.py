"""`sagetop show`: one job with every member of its response, as text or as JSON."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from tui.domain import resources, secrets, timeline, units
from tui.domain.catalogue import Room
from tui.domain.job import JobSnapshot, elapsed_seconds
from tui.domain.leaves import Leaf, child_path, in_room, json_value, leaves, value_text
from tui.domain.text import one_line

VERSION: Final = 1
"""Of the JSON documents; it changes when a member changes its meaning or goes away."""

_INDENT: Final = "  "
_GAP: Final = "  "
_LONGEST_LABEL: Final = 40
_ABSENT: Final = "–"


def shown_text(leaf: Leaf, now: datetime, reveal: bool = False) -> str:
    """Return a leaf's value as a reader sees it: as its format says, secrets masked unless revealed."""
    hidden = None if reveal else _concealed(leaf)
    return value_text(leaf, now) if hidden is None else hidden


def job_text(snapshot: JobSnapshot, now: datetime, *, reveal: bool = False, width: int = 100) -> str:
    """Write a job for a reader: the essentials, the phases, and every member of the response by room."""
    found = leaves(snapshot.raw, snapshot.unknown)
    uncatalogued = [leaf for leaf in found if leaf.spec is None]
    blocks = [
        _title(snapshot),
        _pairs(_head(snapshot, now, reveal, width)),
        _section("PHASES", _phases(snapshot, now, reveal)),
        *(_section(room.upper(), _members(in_room(found, room), now, reveal)) for room in Room),
        _section("OTHER MEMBERS", _members([leaf for leaf in uncatalogued if leaf.known], now, reveal)),
        _section(
            "UNKNOWN TO THE INSTALLED SDK",
            _members([leaf for leaf in uncatalogued if not leaf.known], now, reveal),
        ),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def job_json(snapshot: JobSnapshot, now: datetime, *, reveal: bool = False) -> dict[str, object]:
    """Return a job for a program: what was derived, and the whole response; strict JSON throughout."""
    found = leaves(snapshot.raw, snapshot.unknown)
    hidden = {} if reveal else {leaf.path: text for leaf in found if (text := _concealed(leaf)) is not None}
    present = {key: value for key, value in snapshot.raw.items() if key != "ResponseMetadata"}
    document = {
        "version": VERSION,
        "kind": "training-job",
        "generated_at": now,
        "job": _derived(snapshot, now, reveal),
        "description": _without(present, "", hidden),
        "unknown_members": sorted(snapshot.unknown),
        "masked": sorted(hidden),
    }
    return {key: json_value(value) for key, value in document.items()}


def secret_values(snapshot: JobSnapshot) -> tuple[str, ...]:
    """Return every value that is masked."""
    found = leaves(snapshot.raw, snapshot.unknown)
    return tuple(str(leaf.value) for leaf in found if _concealed(leaf) is not None)


def _concealed(leaf: Leaf) -> str | None:
    # Nobody knows what a member outside the catalogue holds.
    if leaf.spec is None or leaf.spec.sensitive:
        return secrets.concealed(leaf.key, leaf.value)
    # A URL or an image's name may hold a login all the same.
    hidden = secrets.masked_text(leaf.value) if isinstance(leaf.value, str) else leaf.value
    return hidden if isinstance(hidden, str) and hidden != leaf.value else None


def _without(value: object, path: str, hidden: Mapping[str, str]) -> object:
    if path in hidden:
        return hidden[path]
    if isinstance(value, Mapping):
        return {str(key): _without(item, child_path(path, str(key)), hidden) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without(item, f"{path}[{index}]", hidden) for index, item in enumerate(value)]
    return value


def _derived(snapshot: JobSnapshot, now: datetime, reveal: bool) -> dict[str, object]:
    since, elapsed = elapsed_seconds(snapshot.times, snapshot.terminal, now)
    stop = resources.stops_at(snapshot)
    billing = resources.billing(snapshot, now)
    return {
        "name": snapshot.name,
        "arn": snapshot.arn,
        "status": snapshot.status,
        "secondary_status": snapshot.secondary_status,
        "phase": snapshot.phase,
        "status_message": _prose(snapshot.status_message, reveal),
        "failure_reason": _prose(snapshot.failure_reason, reveal),
        "created_at": snapshot.times.created,
        "started_at": snapshot.times.started,
        "ended_at": snapshot.times.ended,
        "modified_at": snapshot.times.modified,
        "elapsed_seconds": elapsed,
        "elapsed_since": since,
        "instances": instances_json(resources.instances(snapshot.raw)),
        "spot": snapshot.spot,
        "stops_at": stop.at if stop else None,
        "stops_because_of": stop.member if stop else None,
        "billable_instance_seconds": billing.instance_seconds if billing else None,
        "billable_is_final": billing.final if billing else None,
        "spot_saving": resources.spot_saving(snapshot),
        "timeline": [
            {
                "status": phase.status,
                "attempt": phase.attempt,
                "started_at": phase.start,
                "ended_at": phase.end,
                "seconds": phase.seconds,
                "running": phase.running,
                "message": _prose(phase.message, reveal),
            }
            for phase in timeline.phases(snapshot, now)
        ],
    }


def instances_json(running_on: Sequence[resources.Instances]) -> list[dict[str, object]]:
    """Return instances for a program."""
    return [{"type": entry.instance_type, "count": entry.count, "group": entry.group or None} for entry in running_on]


def _prose(text: str, reveal: bool) -> str:
    return text if reveal else secrets.masked_text(text)


def _title(snapshot: JobSnapshot) -> list[str]:
    return [line for line in map(one_line, (snapshot.name, snapshot.arn)) if line]


def _head(snapshot: JobSnapshot, now: datetime, reveal: bool, width: int) -> Iterator[tuple[str, str]]:
    yield "Status", snapshot.status or _ABSENT
    yield "Phase", snapshot.phase or _ABSENT
    if snapshot.status_message:
        yield "Message", _prose(snapshot.status_message, reveal)
    if snapshot.failure_reason:
        yield "Failure", _wrapped(_prose(snapshot.failure_reason, reveal), max(40, width - 14))
    since, elapsed = elapsed_seconds(snapshot.times, snapshot.terminal, now)
    if elapsed is not None:
        meaning = "of training" if since == "training" else "since creation; training has not started"
        yield "Elapsed", f"{units.duration(elapsed)} {meaning}"
    running_on = resources.instances(snapshot.raw)
    if running_on:
        yield "Instances", _instances_text(running_on) + (" spot" if snapshot.spot else "")
    stop = resources.stops_at(snapshot)
    if stop and stop.at:
        left = (stop.at - now).total_seconds()
        when = f"in {units.duration(left)}" if left >= 0 else f"{units.duration(-left)} overdue"
        yield "Stops", f"{units.utc(stop.at)} at latest, {when} ({stop.member} {stop.rule})"
    billing = resources.billing(snapshot, now)
    if billing:
        yield "Billable", _billing_text(billing, snapshot)
    saving = resources.spot_saving(snapshot)
    if saving is not None:
        yield "Saving", f"{units.percent(saving)} by spot"


def _instances_text(running_on: Sequence[resources.Instances]) -> str:
    return ", ".join(
        f"{'?' if entry.count is None else entry.count} × {entry.instance_type or '?'}"
        + (f" ({entry.group})" if entry.group else "")
        for entry in running_on
    )


def _billing_text(billing: resources.Billing, snapshot: JobSnapshot) -> str:
    text = units.duration(billing.seconds)
    if billing.instance_seconds is not None:
        text += f" × {billing.instances} = {billing.instance_seconds:,.0f} instance-seconds"
    if billing.final:
        return text
    # Spot discounts are fewer billable seconds, and nobody knows how many before the end.
    return text + (", by the clock" if snapshot.terminal else " so far") + (", at most" if snapshot.spot else "")


def _phases(snapshot: JobSnapshot, now: datetime, reveal: bool) -> list[str]:
    found = timeline.phases(snapshot, now)
    rows = [
        (
            one_line(phase.status),
            str(phase.attempt),
            units.utc(phase.start) or _ABSENT,
            units.duration(phase.seconds) + ("+" if phase.running else ""),
            one_line(_prose(phase.message, reveal)),
        )
        for phase in found
    ]
    return table(("STATUS", "ATTEMPT", "START", "DURATION", "MESSAGE"), rows, right=(1, 3)) if rows else []


def _members(found: Sequence[Leaf], now: datetime, reveal: bool) -> list[str]:
    groups: dict[str, list[tuple[str, str]]] = {"": []}
    for leaf in found:
        groups.setdefault(leaf.group, []).append((leaf.label, shown_text(leaf, now, reveal) or '""'))
    lines = _pairs(groups.pop(""))
    for group, pairs in groups.items():
        lines += [group, *_indented(_pairs(pairs))]
    return lines


def _section(title: str, lines: Sequence[str]) -> list[str]:
    return [title, *_indented(lines)] if lines else []


def _indented(lines: Sequence[str]) -> list[str]:
    return [_INDENT + line if line else line for line in lines]


def _pairs(pairs: Iterator[tuple[str, str]] | Sequence[tuple[str, str]]) -> list[str]:
    """Return `label  value` lines; further lines of a value stand under its first."""
    rows = [(_untabbed(label), _untabbed(value)) for label, value in pairs]
    column = max((len(label) for label, _ in rows if len(label) <= _LONGEST_LABEL), default=0)
    lines = []
    for label, value in rows:
        first, *further = value.split("\n")
        lines.append(f"{label:<{column}}{_GAP}{first}".rstrip(" "))
        lines += [(" " * column + _GAP + line).rstrip(" ") for line in further]
    return lines


def table(header: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> list[str]:
    """Return aligned lines; `right` are the columns of numbers."""
    cells = [header, *([_untabbed(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    return [
        _GAP.join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip(" ")
        for row in cells
    ]


def _untabbed(text: str) -> str:
    return text.replace("\t", "    ")


def _wrapped(text: str, width: int) -> str:
    return "\n".join(
        "\n".join(textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False)) or ""
        for line in text.split("\n")
    )
