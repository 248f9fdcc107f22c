"""Rules over the log: errors that it gives away, and its silence."""

from typing import Final

from tui.domain.autopsy.lines import pieces
from tui.domain.autopsy.signatures import Signature, hinted, signature_of
from tui.domain.health import robust
from tui.domain.health.hosts import GPU, has_chips, has_gpus, latest, training_since
from tui.domain.health.model import Finding, Link, Severity, Thresholds, Vitals, fine, issue, waits
from tui.domain.units import coarse, count

_SHOWN: Final = 200


def error_signature(vitals: Vitals, limits: Thresholds) -> Finding | None:
    """ErrorSignature: one of the last 5,000 lines is a known error (`tui.domain.autopsy.signatures`).

    CUDA out of memory, host out of memory, disk full, access denied, model hub refused, data not found, file
    permission, import error, NCCL failure, native crash; the kind with the most lines first. Absent in a job that is
    over and has no log.
    """
    rule = "ErrorSignature"
    found: dict[str, tuple[Signature, list[tuple[str, int, str]]]] = {}
    read = 0
    for line in vitals.log[-limits.log_lines :]:
        read += 1
        if not hinted(line.text):
            continue
        for _, piece in pieces(line.text):
            known = signature_of(piece)
            if known is not None:
                entry = found.setdefault(known.title, (known, []))
                entry[1].append((line.host, line.at, piece.strip()[:_SHOWN]))
    if not found:
        if read:
            return fine(rule, f"no known error in {count(read, 'line')}")
        return None if vitals.snapshot.terminal else waits(rule, "a line of the log")
    known, lines = max(found.values(), key=lambda entry: (entry[0].fatal, len(entry[1])))
    host, at_ms, text = lines[0]
    hosts = {name for name, _, _ in lines}
    told = f"{known.title} on {host if len(hosts) == 1 else count(len(hosts), 'host')}: {text}"
    others = [title for title in found if title != known.title]
    if others:
        told += f" (also {', '.join(others)})"
    severity = Severity.CRITICAL if known.fatal else Severity.WARNING
    return issue(rule, told, robust.when(at_ms / 1000), Link(host=host, at_ms=at_ms), severity)


def silent_log(vitals: Vitals, limits: Thresholds) -> Finding | None:
    """SilentLog: in training, no host has written a line for 10 minutes, and the GPUs of every host are idle.

    Idle is at most 5 %, over the last three values; on instances without GPUs the CPU. The silence is counted up to
    the moment at which the log was last read: what nobody reads is not silent. Absent outside of the Training phase
    and on Trainium, of whose use there is no metric.
    """
    rule = "SilentLog"
    since = training_since(vitals)
    if vitals.snapshot.terminal or vitals.snapshot.phase != "Training" or since is None or has_chips(vitals):
        return None
    if vitals.log_read_at_ms is None:
        return waits(rule, "the log to be read")
    if not vitals.last_log_at_ms:
        return waits(rule, "a first line of the log")
    host = max(vitals.last_log_at_ms, key=lambda key: vitals.last_log_at_ms[key])
    last = vitals.last_log_at_ms[host] / 1000
    until = min(vitals.log_read_at_ms / 1000, vitals.now.timestamp())
    silent = until - max(last, since)
    if silent < limits.silent_seconds:
        return fine(rule, f"last line {coarse(max(0.0, silent))} before the log was read")
    name = "CPUUtilization" if has_gpus(vitals) is False else GPU
    busy = latest(vitals, name, limits)
    label = name.removesuffix("Utilization")
    if len(busy) < max(1, len(vitals.hosts)):
        return waits(rule, f"{name} of every host; no line for {coarse(silent)}")
    most = max(busy.values())
    told = f"no line for {coarse(silent)}, {label} at most {most:.0f} % on {count(len(busy), 'host')}"
    if most > limits.gpu_idle_percent:
        return fine(rule, told)
    return issue(rule, told, robust.when(last), Link(name, host, int(last * 1000)), Severity.CRITICAL)
