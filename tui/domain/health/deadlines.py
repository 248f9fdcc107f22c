"""Rules over what the service does with the job: capacity, limits, spot."""

import math

from tui.domain import members, resources
from tui.domain.health import robust
from tui.domain.health.model import Finding, Severity, Thresholds, Vitals, fine, issue, waits
from tui.domain.timeline import phases
from tui.domain.units import coarse, count, limit

_WAITING = frozenset({"Starting", "Pending", "Restarting", "LaunchingMLInstances", "Interrupted"})


def waiting_for_capacity(vitals: Vitals, limits: Thresholds) -> Finding | None:
    """WaitingForCapacity: waits for longer than 1.5 x the 90th percentile of this account's past waits.

    And for at least 15 minutes. The wait is that of the present stretch of Starting, Pending, Restarting and
    Interrupted phases. Needs 5 past waits. Absent once the job has its instances.
    """
    rule = "WaitingForCapacity"
    snapshot = vitals.snapshot
    if snapshot.terminal or snapshot.phase not in _WAITING:
        return None
    start = snapshot.times.created
    for phase in reversed(phases(snapshot, vitals.now)):
        if phase.status not in _WAITING:
            break
        start = phase.start or start
    if start is None:
        return waits(rule, "the time at which it was created")
    waited = max(0.0, (vitals.now - start).total_seconds())
    known = [value for value in vitals.typical_pending_seconds if math.isfinite(value) and value >= 0]
    if len(known) < limits.pending_samples:
        told = f"{limits.pending_samples} past waits to compare with ({len(known)} now)"
        return waits(rule, f"{told}; {coarse(waited)} so far")
    usual, long = robust.middle(known), robust.quantile(known, 0.9)
    told = f"{coarse(waited)} so far, usually {coarse(usual)}, 9 of 10 within {coarse(long)} ({len(known)} jobs)"
    if waited > max(limits.pending_least_seconds, limits.pending_ratio * long):
        return issue(rule, told, start)
    return fine(rule, told)


def max_runtime_before_eta(vitals: Vitals, limits: Thresholds) -> Finding | None:
    """MaxRuntimeBeforeEta: the progress bar needs longer than the first stopping condition leaves (2 % kept back).

    The ETA is the log's, else (total - step) / rate. Absent in a job that is over or is not training, and where no
    limit runs.
    """
    rule = "MaxRuntimeBeforeEta"
    ends = resources.stops_at(vitals.snapshot)
    if vitals.snapshot.times.started is None or ends is None or ends.at is None:
        return None
    left = (ends.at - vitals.now).total_seconds()
    eta = _eta(vitals)
    if eta is None:
        return waits(rule, f"step, total and rate in the log; {ends.member} leaves {coarse(max(0.0, left))}")
    told = f"needs {coarse(eta)} more, {ends.member} {limit(ends.limit_seconds)} leaves {coarse(max(0.0, left))}"
    if eta > max(0.0, left) * (1 - limits.eta_margin_share):
        return issue(rule, told, ends.at, severity=Severity.CRITICAL)
    return fine(rule, told)


def _eta(vitals: Vitals) -> float | None:
    progress = vitals.progress
    if progress is None:
        return None
    eta = progress.eta_seconds
    if eta is None and progress.total is not None and progress.rate_per_second:
        eta = (progress.total - progress.step) / progress.rate_per_second
    return max(0.0, eta) if eta is not None and math.isfinite(eta) else None


def spot_without_checkpoints(vitals: Vitals, limits: Thresholds) -> Finding | None:
    """SpotWithoutCheckpoints: a spot job that may run for more than an hour has no CheckpointConfig.

    An interruption then starts it from the beginning; critical once it has been interrupted. Absent in a job that is
    over or not spot.
    """
    rule = "SpotWithoutCheckpoints"
    snapshot = vitals.snapshot
    if snapshot.terminal or not snapshot.spot:
        return None
    where = members.text(snapshot.raw, "CheckpointConfig", "S3Uri")
    if where:
        return fine(rule, f"checkpoints go to {where}")
    longest = members.integer(snapshot.raw, "StoppingCondition", "MaxRuntimeInSeconds")
    interruptions = sum(entry.status == "Interrupted" for entry in snapshot.transitions)
    if longest is not None and longest <= limits.spot_short_seconds and not interruptions:
        return fine(rule, f"no CheckpointConfig, but at most {limit(longest)} to lose")
    told = "no CheckpointConfig: an interruption starts it again from the beginning"
    if interruptions:
        last = [entry.start for entry in snapshot.transitions if entry.status == "Interrupted"][-1]
        told += f"; interrupted {count(interruptions, 'time')}"
        return issue(rule, told, last, None, Severity.CRITICAL)
    return issue(rule, told, snapshot.times.created)
