"""The metrics of an account: datapoints that tests put, and curves that follow from its jobs."""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from tui.simulator.curves import (
    INSTANCE_METRICS,
    MINUTE,
    HostMeter,
    evaluation_times,
    own_value,
    step_times,
)
from tui.simulator.jobs import Job, ScriptedJob
from tui.simulator.log_rules import rule_streams
from tui.simulator.noise import seed_of, unit
from tui.simulator.run import Run
from tui.simulator.story import Quantity

TRAINING_NAMESPACE = "/aws/sagemaker/TrainingJobs"
PROCESSING_NAMESPACE = "/aws/sagemaker/ProcessingJobs"
SAMPLES = 4
"""Values that one datapoint of a computed curve is made from at most."""
STEP_POINTS = 1024
"""Points that a computed curve over steps has at most."""
_STEP_LAG_SECONDS = 25.0


@dataclass(frozen=True, slots=True)
class Datapoint:
    """One value of a metric that a test puts; those of one period are summed up as CloudWatch does."""

    at: float
    """Epoch seconds."""
    value: float
    """May be NaN."""
    available_at: float | None = None
    """When clients begin to see it, in epoch seconds; None is at once."""


class Curve(Protocol):
    """One metric under one dimension."""

    def values(self, start: float, period: float, now: float) -> list[float]:
        """The values of [start, start + period) that are known at `now`, in the order of time."""
        ...


class FilledCurve:
    """Holds what it is given."""

    def __init__(self) -> None:
        self._points: list[tuple[float, int, Datapoint]] = []

    def put(self, points: Iterable[Datapoint]) -> None:
        """Adds points, in whatever order."""
        for point in points:
            insort(self._points, (point.at, len(self._points), point))

    def values(self, start: float, period: float, now: float) -> list[float]:
        """The values of [start, start + period) that are known at `now`."""
        first = bisect_left(self._points, (start,))
        last = bisect_left(self._points, (start + period,))
        points = (point for _, _, point in self._points[first:last])
        return [point.value for point in points if point.available_at is None or point.available_at <= now]


class HostCurve:
    """An instance metric of one host: one value a minute, one to three minutes late."""

    def __init__(self, run: Run, metric: str, host: int) -> None:
        self._meter = HostMeter(run, metric, host)
        self._seed = seed_of(f"{run.name}/{metric}/{host}")

    def values(self, start: float, period: float, now: float) -> list[float]:
        """The values of [start, start + period) that are known at `now`."""
        found = [self._meter.at(minute) for minute in _minutes(self._seed, start, period, now, 2)]
        return [value for value in found if value is not None]


class OwnCurve:
    """A metric that the service finds in the job's logs, of all its hosts together."""

    def __init__(self, run: Run, quantity: Quantity) -> None:
        self._run = run
        self._quantity = quantity
        self._seed = seed_of(f"{run.name}/{quantity.name}")

    def values(self, start: float, period: float, now: float) -> list[float]:
        """The values of [start, start + period) that are known at `now`; CloudWatch keeps no NaN."""
        if self._quantity.held_out:  # so rare that none may be passed over
            points = self.points(start, min(start + period, now), 1)
            found = [value for at, value in points if _is_known(self._seed, int(at // MINUTE), now)]
        else:
            minutes = _minutes(self._seed, start, period, now)
            each = max(1, SAMPLES // max(1, len(minutes)))
            found = [value for minute in minutes for _, value in self.points(minute, minute + MINUTE, each)]
        return [value for value in found if math.isfinite(value)]

    def points(self, start: float, end: float, at_most: int) -> list[tuple[float, float]]:
        """Times and values within [start, end)."""
        run = self._run
        times = evaluation_times(run, start, end) if self._quantity.held_out else step_times(run, start, end, at_most)
        points = []
        for at in times:
            attempt = run.attempt_at(at)
            if attempt is not None:
                points.append((at, own_value(run, self._quantity, run.trained(attempt, at))))
        return points

    def by_step(self, now: float) -> list[tuple[int, float]]:
        """Steps and values that are known at `now`; of a step that was done twice, the later one."""
        run = self._run
        if not run.attempts:
            return []
        points: dict[int, float] = {}
        for at, value in self.points(run.attempts[0].start_at, now - _STEP_LAG_SECONDS, STEP_POINTS):
            attempt = run.attempt_at(at)
            if attempt is not None:
                points[run.step(run.trained(attempt, at))] = value
        return sorted(points.items())


class Metrics:
    """CloudWatch metrics, and those over steps, of one account."""

    def __init__(self, jobs: Callable[[], Mapping[str, Job]]) -> None:
        self._jobs = jobs
        self._filled: dict[tuple[str, str, str, str], FilledCurve] = {}
        self._steps: dict[tuple[str, str], list[tuple[int, float]]] = {}

    def put(
        self,
        name: str,
        points: Iterable[Datapoint],
        *,
        job: str = "",
        host: str = "",
        namespace: str = TRAINING_NAMESPACE,
    ) -> None:
        """Adds datapoints to a metric of `job`, or of one host (`job/algo-1`).

        A curve that is put hides a computed one.
        """
        dimension = ("Host", host) if host else ("TrainingJobName", job)
        self._filled.setdefault((namespace, name, *dimension), FilledCurve()).put(points)

    def put_steps(self, job: str, name: str, points: Sequence[tuple[int, float]]) -> None:
        """Sets what BatchGetMetrics tells by step: pairs of step and value; a value may be NaN."""
        self._steps[job, name] = sorted(points, key=lambda point: point[0])

    def find(self, namespace: str, name: str, dimensions: Mapping[str, str]) -> Curve | None:
        """The curve under exactly these dimensions, if there is one."""
        if len(dimensions) != 1:
            return None
        ((dimension, value),) = dimensions.items()
        filled = self._filled.get((namespace, name, dimension, value))
        if filled is not None:
            return filled
        if namespace == TRAINING_NAMESPACE and dimension == "TrainingJobName":
            return self.own(value, name)
        if dimension != "Host" or name not in INSTANCE_METRICS:
            return None
        owner, _, host = value.partition("/algo-")
        if not host.isdigit():
            return None
        if namespace == PROCESSING_NAMESPACE:
            return self._rule_curve(owner, name)
        job = self._jobs().get(owner)
        if namespace != TRAINING_NAMESPACE or not isinstance(job, ScriptedJob):
            return None
        return HostCurve(job.run, name, int(host)) if 1 <= int(host) <= len(job.run.hosts) else None

    def own(self, job_name: str, name: str) -> OwnCurve | None:
        """The computed curve of one of the job's own metrics."""
        job = self._jobs().get(job_name)
        if not isinstance(job, ScriptedJob) or name not in job.run.metric_names:
            return None
        quantity = next(each for each in job.run.quantities if each.name == name)
        return OwnCurve(job.run, quantity)

    def by_time(self, job: str, name: str) -> Curve | None:
        """One of the job's own metrics over time."""
        return self.find(TRAINING_NAMESPACE, name, {"TrainingJobName": job})

    def by_step(self, job: str, name: str, now: float) -> list[tuple[int, float]]:
        """Steps and values of one of the job's own metrics."""
        put = self._steps.get((job, name))
        if put is not None:
            return put
        own = self.own(job, name)
        return [] if own is None else own.by_step(now)

    def _rule_curve(self, processing_job: str, name: str) -> Curve | None:
        if name.startswith("GPU"):
            return None
        for job in self._jobs().values():
            if isinstance(job, ScriptedJob) and job.life.rules:
                for each, stream in rule_streams(job.life):
                    if each == processing_job:
                        return _RuleCurve(f"{each}/{name}", stream.created_at / 1000, job.life.ended_at)
        return None


class _RuleCurve:
    """What a rule's processing job uses of its instance."""

    def __init__(self, name: str, start_at: float, end_at: float) -> None:
        self._seed = seed_of(name)
        self._start_at = start_at
        self._end_at = end_at

    def values(self, start: float, period: float, now: float) -> list[float]:
        """The values of [start, start + period) that are known at `now`."""
        minutes = _minutes(self._seed, start, period, now)
        running = [minute for minute in minutes if self._start_at <= minute < self._end_at]
        return [round(8 + 20 * unit(self._seed, int(minute // MINUTE)), 4) for minute in running]


def _minutes(seed: int, start: float, period: float, now: float, at_most: int = SAMPLES) -> list[float]:
    """The minutes of [start, start + period) that are known at `now`, thinned out to `at_most`."""
    first = math.ceil(start / MINUTE)
    last = math.ceil((start + period) / MINUTE)
    last = min(last, int(now // MINUTE))  # the minute that is not over yet is not known
    stride = max(1, -(-(last - first) // at_most))
    return [number * MINUTE for number in range(first, last, stride) if _is_known(seed, number, now)]


def _is_known(seed: int, number: int, now: float) -> bool:
    """Whether the value of the `number`th minute has arrived: one to three minutes after the minute's beginning."""
    over_for = now - (number + 1) * MINUTE
    return over_for >= 2 * MINUTE or over_for >= 2 * MINUTE * unit(seed, number)
