"""Rules over the five instance metrics of each host."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from tui.domain import instance_types, resources
from tui.domain.health import robust
from tui.domain.health.curves import throughputs
from tui.domain.health.model import Finding, Link, Severity, Thresholds, Vitals, fine, issue, waits
from tui.domain.series import Point, Series, Source
from tui.domain.timeline import phases
from tui.domain.units import coarse, count

GPU: Final = "GPUUtilization"
_CPU: Final = "CPUUtilization"
_MEMORY: Final = "MemoryUtilization"
_DISK: Final = "DiskUtilization"
_WHOLE: Final = frozenset({_MEMORY, _DISK})
"""Metrics that are 0 to 100 whatever the instance; the others are sums over cores or GPUs until normalised."""


def curves(vitals: Vitals, name: str) -> dict[str, Series]:
    """Return the instance metric of that name by host."""
    return {
        curve.host: curve
        for curve in vitals.series
        if curve.source is Source.INSTANCE and curve.name == name and not curve.by_step and curve.points
    }


def has_gpus(vitals: Vitals) -> bool | None:
    """Return whether the job runs on GPUs; None where the instance type is not known."""
    types = [entry.instance_type for entry in resources.instances(vitals.snapshot.raw)]
    known = [instance_types.hardware(name) for name in types]
    if not known or any(entry is None for entry in known):
        return None
    return any(entry.gpus for entry in known if entry)


def has_chips(vitals: Vitals) -> bool:
    """Return whether the job runs on Trainium, of whose use there is no metric."""
    types = [entry.instance_type for entry in resources.instances(vitals.snapshot.raw)]
    return any(known.chips for name in types if (known := instance_types.hardware(name)))


def training_since(vitals: Vitals) -> float | None:
    """Return when, in epoch seconds, the present (or last) Training phase began; None where there was none."""
    found = [phase.start for phase in phases(vitals.snapshot, vitals.now) if phase.status == "Training"]
    start = found[-1] if found else None
    return start.timestamp() if start else None


def _training_until(vitals: Vitals) -> float:
    found = [phase.end for phase in phases(vitals.snapshot, vitals.now) if phase.status == "Training"]
    end = found[-1] if found else None
    return (end or vitals.now).timestamp()


def _windows(vitals: Vitals, name: str, limits: Thresholds, seconds: float) -> dict[str, list[Point]]:
    """Return by host the fresh finite points within the Training phase, warm-up left out, of the last `seconds`.

    Hosts whose points are stale or too few are left out, as are sums that nobody could normalise.
    """
    since = training_since(vitals)
    if since is None:
        return {}
    until = _training_until(vitals)
    first = since + limits.warmup_seconds
    if not vitals.snapshot.terminal:
        first = max(first, until - seconds)
    found = {}
    for host, curve in curves(vitals, name).items():
        if not (curve.percent or name in _WHOLE):
            continue
        points = [point for point in robust.finite(curve.points) if first <= point.x <= until]
        stale = not vitals.snapshot.terminal and points and until - points[-1].x > limits.stale_seconds
        if points and not stale:
            found[host] = points
    return found


def medians(vitals: Vitals, name: str, limits: Thresholds) -> dict[str, float]:
    """Return by host the median of an instance metric in the window; hosts with too few points are absent."""
    found = _windows(vitals, name, limits, limits.host_window_seconds)
    return {
        host: robust.middle([point.y for point in points])
        for host, points in found.items()
        if len(points) >= limits.host_points
    }


def _last(vitals: Vitals, name: str, host: str) -> datetime | None:
    return robust.when(curves(vitals, name)[host].points[-1].x)


def _missing(vitals: Vitals, rule: str, name: str, limits: Thresholds) -> Finding | None:
    if vitals.snapshot.terminal:
        return None
    raw = [curve for curve in curves(vitals, name).values() if not curve.percent]
    if raw and name not in _WHOLE:
        return waits(rule, f"the size of the instance type, to read {name} as a share")
    return waits(rule, f"{limits.host_points} values of {name} in training, the first minutes left out")


def gpu_idle(vitals: Vitals, limits: Thresholds) -> Finding | None:
    """GpuIdle: the median GPUUtilization of a host over the last 15 minutes of training is at most 5 %.

    In a job that is over, over all of training. Absent on instances without GPUs.
    """
    rule = "GpuIdle"
    if has_gpus(vitals) is False:
        return None
    found = medians(vitals, GPU, limits)
    if not found:
        if has_gpus(vitals) is None and not curves(vitals, GPU):
            return None
        return _missing(vitals, rule, GPU, limits)
    idle = sorted(host for host, value in found.items() if value <= limits.gpu_idle_percent)
    lowest = min(found, key=lambda host: found[host])
    evidence = f"GPU {found[lowest]:.0f} % on {lowest}"
    if idle:
        told = f"{evidence}; idle on {len(idle)} of {count(len(found), 'host')}"
        severity = Severity.CRITICAL if len(idle) == len(found) else Severity.WARNING
        return issue(rule, told, _last(vitals, GPU, lowest), Link(GPU, lowest), severity)
    return fine(rule, f"{evidence}, the least busy of {count(len(found), 'host')}")


def _both(vitals: Vitals, limits: Thresholds) -> dict[str, tuple[float, float]]:
    gpu, cpu = medians(vitals, GPU, limits), medians(vitals, _CPU, limits)
    return {host: (gpu[host], cpu[host]) for host in gpu if host in cpu}


def cpu_bound(vitals: Vitals, limits: Thresholds) -> Finding | None:
    """CpuBound: on one host, median CPU >= 90 % of all vCPUs while its GPUs are busy for less than 60 %.

    Absent on instances without GPUs: there the CPU is meant to be busy.
    """
    rule = "CpuBound"
    if not curves(vitals, GPU) and not has_gpus(vitals):
        return None
    found = _both(vitals, limits)
    if not found:
        return _missing(vitals, rule, _CPU if curves(vitals, GPU) else GPU, limits)
    for host, (gpu, cpu) in found.items():
        if cpu >= limits.cpu_bound_percent and gpu < limits.gpu_waiting_percent:
            return issue(
                rule, f"{host}: CPU {cpu:.0f} %, GPU {gpu:.0f} %", _last(vitals, _CPU, host), Link(_CPU, host)
            )
    return fine(rule, f"CPU at most {max(cpu for _, cpu in found.values()):.0f} %")


def io_bound(vitals: Vitals, limits: Thresholds) -> Finding | None:
    """IoBound: on one host, GPU busy for more than 5 % but less than 60 %, and CPU at most 40 % of all vCPUs.

    Neither is busy, so both wait: for storage, the network, or one busy thread. CloudWatch has no metric of waiting
    itself. Absent on instances without GPUs; at 5 % and less it is GpuIdle.
    """
    rule = "IoBound"
    if not curves(vitals, GPU) and not has_gpus(vitals):
        return None
    found = _both(vitals, limits)
    if not found:
        return _missing(vitals, rule, _CPU if curves(vitals, GPU) else GPU, limits)
    for host, (gpu, cpu) in found.items():
        if limits.gpu_idle_percent < gpu < limits.gpu_waiting_percent and cpu <= limits.io_bound_cpu_percent:
            told = f"{host}: GPU {gpu:.0f} %, CPU {cpu:.0f} %: both wait for storage, network or one thread"
            return issue(rule, told, _last(vitals, GPU, host), Link(GPU, host))
    return fine(rule, f"GPU at least {min(gpu for gpu, _ in found.values()):.0f} %")


def memory_filling(vitals: Vitals, limits: Thresholds) -> Finding | None:
    """MemoryFilling: MemoryUtilization of a host is at least 95 %, or by its slope will be 100 % within 2 hours.

    The slope is Theil-Sen's over the last hour; it counts from 40 % on where at least 80 % of the pairs of points
    rise, and only if the progress bar does not end earlier. Absent in a job that is over.
    """
    return _filling(vitals, limits, "MemoryFilling", _MEMORY, limits.memory_full_percent)


def disk_filling(vitals: Vitals, limits: Thresholds) -> Finding | None:
    """DiskFilling: as MemoryFilling, of DiskUtilization, from 92 % on. Absent where a job has no such metric."""
    if not curves(vitals, _DISK):
        return None
    return _filling(vitals, limits, "DiskFilling", _DISK, limits.disk_full_percent)


def _filling(vitals: Vitals, limits: Thresholds, rule: str, name: str, full: float) -> Finding | None:
    if vitals.snapshot.terminal:
        return None
    found = {
        host: points
        for host, points in _windows(vitals, name, limits, limits.fill_window_seconds).items()
        if len(points) >= limits.fill_points
    }
    if not found:
        return waits(rule, f"{limits.fill_points} values of {name} in training, the first minutes left out")
    left = vitals.progress.eta_seconds if vitals.progress else None
    highest = 0.0
    worst: tuple[float, str, float, float] | None = None
    for host, points in found.items():
        now = robust.middle([point.y for point in points[-3:]])
        highest = max(highest, now)
        to_full = _to_full(points, now, limits)
        if now >= full:
            to_full = 0.0
        elif to_full is None or (left is not None and left < to_full):
            continue
        if worst is None or to_full < worst[0]:
            worst = (to_full, host, now, points[-1].x)
    if worst is None or worst[0] > limits.fill_horizon_seconds:
        return fine(rule, f"{name} at most {highest:.0f} %")
    to_full, host, now, x = worst
    told = f"{host}: {now:.0f} %" + (f", full in {coarse(to_full)}" if to_full else "")
    return issue(rule, told, robust.when(x), Link(name, host), Severity.CRITICAL if not to_full else Severity.WARNING)


def _to_full(points: list[Point], now: float, limits: Thresholds) -> float | None:
    rise = robust.slope(points)
    if rise is None or rise.per_x <= 0 or rise.rising < limits.fill_rising_share or now < limits.fill_from_percent:
        return None
    return max(1.0, (100.0 - now) / rise.per_x)


def straggler_host(vitals: Vitals, limits: Thresholds) -> Finding | None:
    """StragglerHost: of at least 3 hosts, one stands apart from the median of all.

    By its own throughput (20 % slower), else by median GPUUtilization, or CPUUtilization where there are no GPUs: at
    least 25 points, and 5 scaled median absolute deviations, to either side (those who wait in a collective may be
    the busy ones). Absent with fewer hosts and in a heterogeneous cluster, whose hosts differ by design.
    """
    rule = "StragglerHost"
    if len(resources.instances(vitals.snapshot.raw)) > 1:
        return None
    slow = _slowest(vitals, limits)
    if slow is not None:
        return slow
    name = GPU if curves(vitals, GPU) else _CPU
    if max(len(vitals.hosts), len(curves(vitals, name))) < limits.straggler_hosts:
        return None
    found = medians(vitals, name, limits)
    if len(found) < limits.straggler_hosts:
        return _missing(vitals, rule, name, limits)
    centre, spread = robust.middle(list(found.values())), robust.deviation(list(found.values()))
    host = max(found, key=lambda key: abs(found[key] - centre))
    gap = abs(found[host] - centre)
    label = name.removesuffix("Utilization")
    told = f"{label} {found[host]:.0f} % on {host}, {centre:.0f} % in the middle of {len(found)} hosts"
    if gap >= limits.straggler_gap_percent and gap >= limits.straggler_mads * spread:
        return issue(rule, told, _last(vitals, name, host), Link(name, host))
    return fine(rule, told)


def _slowest(vitals: Vitals, limits: Thresholds) -> Finding | None:
    by_name: dict[str, dict[str, float]] = {}
    for curve in throughputs(vitals):
        points = robust.finite(curve.points)[-limits.throughput_points :]
        if curve.host and len(points) >= limits.host_points:
            by_name.setdefault(curve.name, {})[curve.host] = robust.middle([point.y for point in points])
    for name, found in by_name.items():
        if len(found) < limits.straggler_hosts:
            continue
        centre, host = robust.middle(list(found.values())), min(found, key=lambda key: found[key])
        if centre > 0 and found[host] < centre * (1 - limits.straggler_slow_percent / 100):
            told = f"{name} {found[host]:.4g} on {host}, {centre:.4g} in the middle of {len(found)} hosts"
            return issue("StragglerHost", told, link=Link(name, host))
    return None


def latest(vitals: Vitals, name: str, limits: Thresholds) -> Mapping[str, float]:
    """Return by host the median of the last three values of a metric, where they are fresh and a share."""
    now = vitals.now.timestamp()
    found = {}
    for host, curve in curves(vitals, name).items():
        points = [point for point in robust.finite(curve.points[-10:]) if 0 <= now - point.x <= limits.stale_seconds]
        # A sum over GPUs that is idle as it stands is idle as a share too.
        if points and (curve.percent or all(point.y <= limits.gpu_idle_percent for point in points[-3:])):
            found[host] = robust.middle([point.y for point in points[-3:]])
    return found
