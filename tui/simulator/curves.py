"""The curves of a job: its own metrics over the training, and what its instances do, minute by minute."""

from __future__ import annotations

import math

from tui.simulator.instances import vcpus_and_gpus
from tui.simulator.noise import seed_of, swing, unit
from tui.simulator.run import SLOWED_TO, Run
from tui.simulator.story import Quantity

INSTANCE_METRICS = (
    "CPUUtilization",
    "MemoryUtilization",
    "GPUUtilization",
    "GPUMemoryUtilization",
    "DiskUtilization",
)
MINUTE = 60.0


def own_value(run: Run, wanted: Quantity, trained: float) -> float:
    """One of the job's own metrics after `trained` seconds of training; may be NaN."""
    share = run.share(trained)
    step = run.step(trained)
    ill = run.is_ill(trained)
    ailment = run.story.ailment
    if wanted.is_rate:
        return throughput(run, trained, 1, step)
    noise = 0.025
    if ill and ailment == "plateau":
        share = run.share(run.story.onset_seconds)
        noise = 0.004
    progress = 1.0 - math.exp(-5.5 * share)
    value = wanted.first + (wanted.last - wanted.first) * progress
    value *= 1.0 + noise * swing(wanted.seed, step)
    if not ill or not wanted.falls:
        return value
    past = trained - run.story.onset_seconds
    if ailment == "nan":
        return math.nan
    if ailment == "diverging":
        return float(value + wanted.first * min(40.0, (past / 2400.0) ** 1.6))
    if ailment == "overfit" and wanted.held_out:
        return float(value + 0.9 * wanted.first * (1.0 - math.exp(-past / 14_400.0)))
    return value


def throughput(run: Run, trained: float, host: int, place: int) -> float:
    """Samples per second that one host reports for the whole job."""
    value = run.story.samples_per_second * (1.0 + 0.03 * swing(run.seed + host, place))
    if run.is_ill(trained):
        if run.story.ailment == "slow":
            value *= SLOWED_TO
        elif run.story.ailment == "straggler" and host == run.story.ailing_host:
            value *= 0.55
        elif run.story.ailment == "gpu_idle":
            value *= 0.2
    return value


def evaluation_times(run: Run, start: float, end: float) -> list[float]:
    """When evaluations ended within [start, end), in epoch seconds."""
    times = []
    for attempt in run.attempts:
        if attempt.end_at <= start or attempt.loop_at >= end:
            continue
        each = run.planned_seconds / run.rounds
        silent_at = run.falls_silent_at(attempt)
        first = max(1, int((attempt.trained_before + max(0.0, start - attempt.loop_at)) / each))
        for number in range(first, run.rounds + 1):
            at = attempt.loop_at + number * each - attempt.trained_before
            if at >= min(end, attempt.end_at, silent_at):
                break
            if at >= max(start, attempt.loop_at):
                times.append(at)
    return times


def step_times(run: Run, start: float, end: float, at_most: int) -> list[float]:
    """When steps were reported within [start, end), in epoch seconds; thinned out to `at_most`."""
    each = run.seconds_per_line
    spans = []
    for attempt in run.attempts:
        low = max(start, attempt.loop_at)
        high = min(end, attempt.end_at - 5.0, run.falls_silent_at(attempt))
        first = math.ceil((low - attempt.loop_at) / each)
        last = math.ceil((high - attempt.loop_at) / each)
        if last > first:
            spans.append((attempt.loop_at, first, last))
    total = sum(last - first for _, first, last in spans)
    stride = 1 << max(0, -(-total // at_most) - 1).bit_length()  # doubles, so that what was picked stays picked
    return [origin + index * each for origin, first, last in spans for index in range(first, last, stride)]


class HostMeter:
    """An instance metric of algo-`host`, as CloudWatch sums it up over the instance's vCPUs or GPUs."""

    def __init__(self, run: Run, metric: str, host: int) -> None:
        vcpus, gpus = vcpus_and_gpus(run.hosts[host - 1])
        self._run = run
        self._metric = metric
        self._host = host
        self._seed = seed_of(f"{run.name}/{metric}")
        self._usual = unit(run.seed, len(metric))
        self._has_gpus = gpus > 0
        self._whole = {"CPUUtilization": vcpus, "GPUUtilization": gpus, "GPUMemoryUtilization": gpus}.get(metric, 1)
        self._delay = run.delay_of(host)
        spread = {"CPUUtilization": 0.05, "GPUUtilization": 0.04}.get(metric, 0.004)
        self._spreads = (spread, min(spread, 0.008) if run.story.ailment in ("silent", "gpu_idle") else spread)
        each = run.planned_seconds / run.rounds
        self._round_seconds = each if metric == "GPUUtilization" and each >= 5 * MINUTE else 0.0

    def at(self, minute: float) -> float | None:
        """The value of the minute that begins at `minute`; None while no container runs, and if there is none."""
        run = self._run
        attempt = run.attempt_at(minute)
        if attempt is None or self._whole == 0 or minute < attempt.start_at + self._delay:
            return None
        place = int(minute // MINUTE) * 64 + self._host
        if minute < attempt.loop_at:
            idle = {"CPUUtilization": 0.12, "MemoryUtilization": 0.06, "DiskUtilization": 0.08}
            share = idle.get(self._metric, 0.0) + 0.02 * unit(self._seed, place)
        else:
            trained = run.trained(attempt, minute)
            ill = run.is_ill(trained)
            share = self._share(run.story.ailment if ill else "", trained)
            share += self._spreads[ill] * swing(self._seed, place)
        return round(max(0.0, min(1.0, share)) * 100.0 * self._whole, 4)

    def _share(self, ailment: str, trained: float) -> float:
        """How much of it the training uses, from 0 to 1."""
        run, usual = self._run, self._usual
        match self._metric:
            case "DiskUtilization":
                return 0.12 + 0.1 * usual + 0.2 * run.share(trained)
            case "MemoryUtilization":
                return 0.3 + 0.75 * trained / run.planned_seconds if ailment == "memory" else 0.25 + 0.3 * usual
            case "GPUMemoryUtilization":
                return 0.68 + 0.24 * usual
            case "CPUUtilization":
                busy = 0.22 + 0.2 * usual if self._has_gpus else 0.78 + 0.15 * usual
                return {"silent": 0.012, "gpu_idle": 0.97, "slow": 0.2}.get(ailment, busy)
        busy = 0.86 + 0.1 * usual
        if ailment == "straggler":
            return 0.47 if self._host == run.story.ailing_host else busy
        if ailment in ("silent", "gpu_idle", "slow"):
            return {"silent": 0.0, "gpu_idle": 0.015, "slow": 0.4}[ailment]
        each = self._round_seconds
        is_evaluating = each and int(trained / each) != int((trained + MINUTE) / each)
        return busy * 0.6 if is_evaluating else busy
