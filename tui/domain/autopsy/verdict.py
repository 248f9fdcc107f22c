"""Why a job ended: the class, the evidence in the order in which one would look for it, and what to try next."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tui.domain import resources
from tui.domain.autopsy import signatures
from tui.domain.autopsy.causes import Cause, Certainty, Verdict
from tui.domain.autopsy.lines import Line, pieces
from tui.domain.autopsy.reasons import READ_THE_LOG, READ_THE_TRACEBACK, judge, take_apart
from tui.domain.autopsy.signatures import Signature, hinted, signature_of
from tui.domain.autopsy.tracebacks import Folded, Traceback, first_tracebacks, fold
from tui.domain.job import JobSnapshot
from tui.domain.units import count, limit

_MOST_LINES: Final = 50_000
"""The last lines that are looked at."""
_MOST_FOLDED: Final = 4
_LAST: Final = 5
_WIDEST: Final = 300
_EARLY_SECONDS: Final = 5.0
"""How much before a limit a job may end that ran into it."""
_TAIL_LINES: Final = 2_000
_NUMBERED: Final = re.compile(r"(.*?)(\d{1,9})$")
_WAITING: Final = frozenset({"Interrupted", "Starting", "Pending", "Restarting"})
_ENDINGS: Final = frozenset(
    {"Stopping", "Stopped", "Failed", "Uploading", "MaxRuntimeExceeded", "MaxWaitTimeExceeded"}
)


@dataclass(frozen=True, slots=True)
class Autopsy:
    """Why a job ended."""

    cause: Cause
    certainty: Certainty
    evidence: tuple[str, ...]
    """What FailureReason tells, the exit code, each error once with its hosts, the lines before it."""
    next_step: str
    at_ms: int | None = None
    """When the first error was written, to jump to in the log."""
    tracebacks: tuple[Folded, ...] = ()


def autopsy(snapshot: JobSnapshot, log_lines: Iterable[Line], now: datetime) -> Autopsy | None:
    """Return why a Failed or Stopped job ended; None for any other.

    The class comes from the first of: a limit of StoppingCondition that ended it; for a stopped job, a request; what
    FailureReason says; a known error in a host's first traceback or in the last lines; the exit code. What the log
    adds only sharpens a reason that names no error.
    """
    if snapshot.status not in ("Failed", "Stopped"):
        return None
    lines = list(log_lines)[-_MOST_LINES:]
    reason = take_apart(snapshot.failure_reason)
    found = first_tracebacks(lines, snapshot.failure_reason)
    known = _known(lines, found)
    verdict = _by_limits(snapshot) or (
        _stopped(snapshot, now) if snapshot.status == "Stopped" else _failed(snapshot, found, known)
    )
    folded = fold(found)
    evidence = [
        *_of_reason(snapshot),
        *([f"exit code {reason.exit_code}"] if reason.exit_code is not None else []),
        *_of_status(snapshot),
    ]
    if snapshot.status == "Failed" or verdict.cause is Cause.UNKNOWN:
        evidence += [_written(entry) for entry in folded[:_MOST_FOLDED]]
        if len(folded) > _MOST_FOLDED:
            evidence.append(f"and {len(folded) - _MOST_FOLDED} other errors")
        if known is not None and not any(known[1] in line for line in evidence):
            evidence.append(f"{known[0].title}: {known[1]}")
        evidence += _before(lines, found)
    first = found[0].at_ms if found else None
    return Autopsy(verdict.cause, verdict.certainty, tuple(evidence), verdict.next_step, first, folded)


def _by_limits(snapshot: JobSnapshot) -> Verdict | None:
    secondary = snapshot.secondary_status
    statuses = {entry.status for entry in snapshot.transitions}
    if secondary == "MaxRuntimeExceeded" or "MaxRuntimeExceeded" in statuses:
        return Verdict(Cause.TIME_LIMIT, Certainty.CERTAIN, _RAISE_RUNTIME)
    if secondary == "MaxWaitTimeExceeded" or "MaxWaitTimeExceeded" in statuses:
        waiting = snapshot.spot and (snapshot.times.started is None or _last_phase(snapshot) in _WAITING)
        return Verdict(Cause.SPOT if waiting else Cause.TIME_LIMIT, Certainty.CERTAIN, _RAISE_WAIT)
    return None


_RAISE_RUNTIME: Final = (
    "Raise StoppingCondition.MaxRuntimeInSeconds, and set CheckpointConfig so that a second job goes on from the "
    "last checkpoint."
)
_RAISE_WAIT: Final = (
    "Raise MaxWaitTimeInSeconds or run it on demand; with CheckpointConfig an interrupted job goes on where it was."
)


def _last_phase(snapshot: JobSnapshot) -> str:
    working = [entry.status for entry in snapshot.transitions if entry.status not in _ENDINGS]
    return working[-1] if working else ""


def _stopped(snapshot: JobSnapshot, now: datetime) -> Verdict:
    if snapshot.failure_reason.strip():
        said = judge(snapshot.failure_reason)
        if said.cause is not Cause.UNKNOWN:
            return said
    started, ended = snapshot.times.started, snapshot.times.ended or snapshot.times.modified or now
    for entry in resources.deadlines(snapshot):
        if entry.at is not None and started and (ended - entry.at).total_seconds() >= -_EARLY_SECONDS:
            step = _RAISE_RUNTIME if entry.member == "MaxRuntimeInSeconds" else _RAISE_WAIT
            return Verdict(Cause.TIME_LIMIT, Certainty.LIKELY, step)
    if snapshot.secondary_status not in ("Stopped", "Stopping", ""):
        return Verdict(Cause.UNKNOWN, Certainty.NONE, _WHO)
    return Verdict(Cause.STOPPED, Certainty.LIKELY, _WHO)


_WHO: Final = (
    "The service does not say who stopped it: look for StopTrainingJob in CloudTrail (a person, a tuning job's early "
    "stopping, a pipeline, a cost guard)."
)


def _failed(snapshot: JobSnapshot, found: Sequence[Traceback], known: tuple[Signature, str] | None) -> Verdict:
    said = judge(snapshot.failure_reason)
    told = take_apart(snapshot.failure_reason)
    sharp = said.certainty is Certainty.CERTAIN or (
        said.cause is not Cause.USER_CODE and said.cause is not Cause.UNKNOWN
    )
    if sharp and said.certainty is not Certainty.POSSIBLE:
        return said
    if "RuleEvaluationConditionMet" in told.message:
        return said
    if known is not None and not (told.telling and said.certainty is Certainty.LIKELY):
        return Verdict(known[0].cause, Certainty.LIKELY, known[0].next_step)
    if found and said.cause in (Cause.UNKNOWN, Cause.USER_CODE) and said.certainty is not Certainty.LIKELY:
        return Verdict(Cause.USER_CODE, Certainty.LIKELY, _step(found[0]))
    if not snapshot.failure_reason.strip() and snapshot.spot and _last_phase(snapshot) == "Interrupted":
        return Verdict(Cause.SPOT, Certainty.LIKELY, _RAISE_WAIT)
    if found and said.next_step in (READ_THE_TRACEBACK, READ_THE_LOG):
        return Verdict(said.cause, said.certainty, _step(found[0]))
    return said


def _step(found: Traceback) -> str:
    if found.kind == "native":
        return signatures.CRASH.next_step
    return f"Start at {found.where}: e jumps to it in the log." if found.where else READ_THE_TRACEBACK


def _known(lines: Sequence[Line], found: Sequence[Traceback]) -> tuple[Signature, str] | None:
    """Return the known error of the tracebacks, else the first fatal one of the last lines."""
    for entry in found:
        for text in (entry.message, entry.cause):
            known = signature_of(text) if text else None
            if known is not None:
                return known, text
    for line in lines[-_TAIL_LINES:]:
        if not hinted(line.text):
            continue
        for _, piece in pieces(line.text):
            known = signature_of(piece)
            if known is not None and known.fatal:
                return known, _short(piece.strip())
    return None


def _of_reason(snapshot: JobSnapshot) -> list[str]:
    reason = take_apart(snapshot.failure_reason)
    if not snapshot.failure_reason.strip():
        return []
    head = f"{reason.kind}: " if reason.kind else ""
    said = f"{head}{reason.telling}" if reason.telling else f"{head}the reason names no error"
    return [said + (" (cut by the service)" if reason.cut else "")]


def _of_status(snapshot: JobSnapshot) -> list[str]:
    found = []
    if snapshot.secondary_status not in ("", snapshot.status):
        found.append(f"SecondaryStatus {snapshot.secondary_status}")
    found.extend(
        f"{entry.member} was {limit(entry.limit_seconds)}"
        for entry in resources.deadlines(snapshot)
        if entry.member.removesuffix("InSeconds") in snapshot.secondary_status
    )
    interruptions = sum(entry.status == "Interrupted" for entry in snapshot.transitions)
    if interruptions:
        found.append(f"interrupted {count(interruptions, 'time')} by spot")
    if snapshot.times.started is None and snapshot.transitions:
        found.append("training never started")
    if snapshot.status_message:
        found.append(f"last message: {snapshot.status_message}")
    return found


def _written(entry: Folded) -> str:
    first = entry.traceback
    message = first.message or f"{first.kind} traceback without its end"
    where = f" at {first.where}" if first.where else ""
    cause = f", after {first.cause}" if first.cause else ""
    return _short(f"{message}{where}{cause}") + f" ({_on(entry.hosts)})"


def _on(hosts: Sequence[str]) -> str:
    return f"on {hosts[0]}" if len(hosts) == 1 else f"on {len(hosts)} hosts: {_ranges(hosts)}"


def _ranges(hosts: Sequence[str]) -> str:
    """Write `algo-1…algo-8`, or the first few names where they do not follow one another."""
    numbers = [found for host in hosts if (found := _NUMBERED.match(host))]
    ordered = sorted((found[1], int(found[2])) for found in numbers)
    if len(ordered) == len(hosts) > 2 and ordered[0][0] == ordered[-1][0]:
        if ordered[-1][1] - ordered[0][1] == len(ordered) - 1:
            return f"{ordered[0][0]}{ordered[0][1]}…{ordered[0][0]}{ordered[-1][1]}"
        hosts = [f"{head}{number}" for head, number in ordered]
    return ", ".join(hosts[:4]) + (" …" if len(hosts) > 4 else "")


def _before(lines: Sequence[Line], found: Sequence[Traceback]) -> list[str]:
    """Return the last lines of the host before its first error, or of the whole log where there is none."""
    host, end = (found[0].host, found[0].position) if found else ("", len(lines))
    kept: list[str] = []
    for line in reversed(lines[max(0, end - _TAIL_LINES) : end]):
        if host and line.host != host:
            continue
        said = [text.strip() for _, text in pieces(line.text) if text.strip()]
        if said:
            kept.append(f"{line.host} │ {_short(said[-1])}")
        if len(kept) == _LAST:
            break
    return kept[::-1]


def _short(text: str) -> str:
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"
