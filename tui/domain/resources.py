"""What a job runs on, when it will be stopped, and what it bills: the service's own formulae.

Source: the member documentation of DescribeTrainingJob (ResourceConfig, StoppingCondition, BillableTimeInSeconds).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tui.domain import members
from tui.domain.job import JobSnapshot, elapsed_seconds


@dataclass(frozen=True, slots=True)
class Instances:
    """Some instances of one type."""

    instance_type: str
    count: int | None
    group: str = ""
    """InstanceGroupName of a heterogeneous cluster."""


def instances(raw: Mapping[str, object]) -> tuple[Instances, ...]:
    """Return what the job really runs on; empty for a serverless job and for preferences not yet selected.

    InstanceGroups replace InstanceType and InstanceCount; with InstancePreferences the job runs on (and is billed
    for) SelectedInstanceType and SelectedInstanceCount.
    """
    config = members.at(raw, "ResourceConfig")
    groups = members.items(config, "InstanceGroups")
    if groups:
        return tuple(
            Instances(
                members.text(group, "InstanceType"),
                members.integer(group, "InstanceCount"),
                members.text(group, "InstanceGroupName"),
            )
            for group in groups
        )
    selected = members.text(config, "SelectedInstanceType")
    if selected:
        count = members.integer(config, "SelectedInstanceCount")
        return (Instances(selected, members.integer(config, "InstanceCount") if count is None else count),)
    plain = members.text(config, "InstanceType")
    return (Instances(plain, members.integer(config, "InstanceCount")),) if plain else ()


def preferences(raw: Mapping[str, object]) -> tuple[Instances, ...]:
    """Return InstancePreferences in their order; the first available one is selected."""
    fallback = members.integer(raw, "ResourceConfig", "InstanceCount")
    found = []
    for entry in members.items(raw, "ResourceConfig", "InstancePreferences"):
        count = members.integer(entry, "InstanceCount")
        found.append(Instances(members.text(entry, "InstanceType"), fallback if count is None else count))
    return tuple(found)


def total(running_on: tuple[Instances, ...]) -> int | None:
    """Return the number of instances, or None where the service leaves a count out."""
    counts = [entry.count for entry in running_on]
    if not counts or any(count is None for count in counts):
        return None
    return sum(count for count in counts if count is not None)


def short(running_on: tuple[Instances, ...]) -> str:
    """Write instances as a list column does: `8×p4d.24xlarge`, `2×g5.xlarge+4×c5.9xlarge`."""
    return "+".join(
        f"{'?' if entry.count is None else entry.count}×{entry.instance_type.removeprefix('ml.')}"
        for entry in running_on
    )


_ACCELERATED: Final = ("ml.p", "ml.g", "ml.trn")


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment at which a StoppingCondition ends the job."""

    member: str
    """The member of StoppingCondition."""
    limit_seconds: int
    at: datetime | None
    """None while the clock of the condition has not started."""
    rule: str
    """What it counts from, in words."""


def deadlines(snapshot: JobSnapshot) -> tuple[Deadline, ...]:
    """Return the stopping conditions that apply to the job, in the order of the model.

    MaxRuntime runs from TrainingStartTime over all attempts together; MaxWait (spot only) from CreationTime;
    MaxPending holds for accelerated families only and until training starts.
    """
    found = []
    condition = members.at(snapshot.raw, "StoppingCondition")
    created, started = snapshot.times.created, snapshot.times.started
    runtime = members.integer(condition, "MaxRuntimeInSeconds")
    if runtime is not None:
        rule = "of training" if started else "once training starts"
        found.append(Deadline("MaxRuntimeInSeconds", runtime, _after(started, runtime), rule))
    wait = members.integer(condition, "MaxWaitTimeInSeconds")
    if wait is not None and snapshot.spot:
        found.append(Deadline("MaxWaitTimeInSeconds", wait, _after(created, wait), "since creation"))
    pending = members.integer(condition, "MaxPendingTimeInSeconds")
    if pending is not None and started is None and _pending_limit_applies(snapshot.raw):
        found.append(
            Deadline("MaxPendingTimeInSeconds", pending, _after(created, pending), "of waiting for capacity")
        )
    return tuple(found)


def stops_at(snapshot: JobSnapshot) -> Deadline | None:
    """Return the earliest deadline whose clock runs, for a job that is not over."""
    if snapshot.terminal:
        return None
    running = [(entry.at, entry) for entry in deadlines(snapshot) if entry.at]
    return min(running, key=lambda pair: pair[0])[1] if running else None


def _pending_limit_applies(raw: Mapping[str, object]) -> bool:
    wanted = instances(raw) or preferences(raw)
    # With a training plan, waiting for the plan's own schedule does not count, and the API does not tell them apart.
    if members.text(raw, "ResourceConfig", "TrainingPlanArn"):
        return False
    return any(entry.instance_type.startswith(_ACCELERATED) for entry in wanted)


def _after(start: datetime | None, seconds: int) -> datetime | None:
    try:
        return start + timedelta(seconds=seconds) if start else None
    except OverflowError:
        return None


@dataclass(frozen=True, slots=True)
class Billing:
    """What the job bills, in instance-seconds."""

    seconds: float
    """Wall-clock seconds of one instance."""
    instances: int | None
    """What `seconds` is multiplied by; None where the service does not tell."""
    final: bool
    """Whether it is BillableTimeInSeconds; else it is elapsed training time so far, for spot an upper bound."""

    @property
    def instance_seconds(self) -> float | None:
        """`BillableTimeInSeconds × InstanceCount`, groups and selected counts included."""
        return None if self.instances is None else self.seconds * self.instances


def billing(snapshot: JobSnapshot, now: datetime) -> Billing | None:
    """Return what is billed, or None while nothing is: billing runs from TrainingStartTime to TrainingEndTime.

    A serverless job bills tokens (BillableTokenCount), not time.
    """
    count = total(instances(snapshot.raw))
    billed = _duration(snapshot.raw, "BillableTimeInSeconds")
    if billed is not None:
        return Billing(billed, count, final=True)
    if members.at(snapshot.raw, "ServerlessJobConfig"):
        return None
    if snapshot.times.started is None:
        return None
    _, seconds = elapsed_seconds(snapshot.times, snapshot.terminal, now)
    return None if seconds is None else Billing(seconds, count, final=False)


def spot_saving(snapshot: JobSnapshot) -> float | None:
    """Return the share saved, 0 to 1: `1 - BillableTimeInSeconds / TrainingTimeInSeconds`; None unless both known."""
    billable = _duration(snapshot.raw, "BillableTimeInSeconds")
    training = _duration(snapshot.raw, "TrainingTimeInSeconds")
    if not snapshot.spot or billable is None or not training:
        return None
    return min(1.0, max(0.0, 1 - billable / training))


def _duration(raw: Mapping[str, object], member: str) -> float | None:
    seconds = members.number(raw, member)
    return seconds if seconds is not None and math.isfinite(seconds) and seconds >= 0 else None
