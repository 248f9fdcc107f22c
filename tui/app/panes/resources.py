"""3 Resources: what the job runs on, when it will be stopped, what it bills."""

from collections.abc import Sequence
from typing import ClassVar, Protocol

from tui.app.lines import BLANK, Row, Span, fields, wrap
from tui.app.panes.members import member_rows
from tui.app.panes.waiting import waiting_rows
from tui.app.view import COARSE_SECONDS, FINE_SECONDS, JobView, finely
from tui.app.widgets.pane import Pane
from tui.domain import members, resources
from tui.domain.catalogue import Room
from tui.domain.job import JobSnapshot
from tui.domain.units import coarse, count, duration, limit, percent

_LABEL_CELLS = 10
_SOON_SECONDS = FINE_SECONDS
"""A deadline this near counts down by the second, as a warning."""


class _Add(Protocol):
    def __call__(self, label: str, source: str, text: str, style: str = "value") -> None: ...


def resource_rows(view: JobView, width: int) -> list[Row]:
    """Return what is known, most asked for first; what does not apply is left out."""
    if view.snapshot is None:
        return waiting_rows(view, width)
    found: list[Row] = []

    def add(label: str, source: str, text: str, style: str = "value") -> None:
        room = max(8, width - _LABEL_CELLS - 1)
        for index, line in enumerate(wrap(text, room)):
            span = Span(line, view.style(source, style))
            found.append(fields("" if index else label, [span], width=_LABEL_CELLS, source=source))

    _add_instances(add, view.snapshot)
    _add_times(add, view)
    _add_billing(add, view)
    _add_place(add, view.snapshot)
    return found


def _add_instances(add: _Add, snapshot: JobSnapshot) -> None:
    raw = snapshot.raw
    config = members.at(raw, "ResourceConfig")
    running_on = resources.instances(raw)
    wanted = resources.preferences(raw)
    spot = " spot" if snapshot.spot else ""
    if not running_on and not wanted:
        serverless = members.at(raw, "ServerlessJobConfig") is not None
        add("instances", "ServerlessJobConfig", "serverless: the service picks them" if serverless else "not told")
    for entry in running_on:
        group = f"{entry.group}: " if entry.group else ""
        add(
            "instances" if entry is running_on[0] else "",
            "ResourceConfig",
            group + _instances(entry) + spot,
            "strong",
        )
    if len(running_on) > 1 and (total := resources.total(running_on)) is not None:
        add("", "ResourceConfig.InstanceGroups", f"{count(total, 'instance')} in all", "label")
    if wanted:
        chosen = "selected from" if running_on else "waiting for"
        choices = " or ".join(_instances(entry) for entry in wanted)
        add("" if running_on else "instances", "ResourceConfig.InstancePreferences", f"{chosen} {choices}", "label")
    if plan := members.text(config, "TrainingPlanArn"):
        add("plan", "ResourceConfig.TrainingPlanArn", plan.rpartition("/")[2] or plan)
    label = "placement"
    for placed in members.items(config, "InstancePlacementConfig", "PlacementSpecifications"):
        server = members.text(placed, "UltraServerId") or "any UltraServer"
        amount = members.integer(placed, "InstanceCount")
        add(
            label,
            "ResourceConfig.InstancePlacementConfig",
            f"{'' if amount is None else f'{amount} on '}{server}",
        )
        label = ""
    if members.flag(config, "InstancePlacementConfig", "EnableMultipleJobs"):
        add("", "ResourceConfig.InstancePlacementConfig", "shared with other jobs", "label")
    volume = members.integer(config, "VolumeSizeInGB")
    if volume is not None:
        kms = " · own KMS key" if members.text(config, "VolumeKmsKeyId") else ""
        add(
            "volume",
            "ResourceConfig",
            f"{volume:,} GB{' each' if (resources.total(running_on) or 1) > 1 else ''}{kms}",
        )


def _add_times(add: _Add, view: JobView) -> None:
    snapshot = view.snapshot
    assert snapshot
    nearest = resources.stops_at(snapshot)
    label = "limits" if snapshot.terminal else "stops"
    if nearest and nearest.at:
        left = (nearest.at - view.now).total_seconds()
        write = coarse if left > _SOON_SECONDS else duration
        words = f"in {write(left)} at latest" if left > 0 else f"overdue by {duration(-left)}"
        add(label, "StoppingCondition", words, "strong" if left > _SOON_SECONDS else "warning")
        label = ""
    for entry in resources.deadlines(snapshot):
        rule = "" if snapshot.terminal else f" {entry.rule}"
        name = entry.member.removesuffix("InSeconds")
        add(label, f"StoppingCondition.{entry.member}", f"{name} {limit(entry.limit_seconds)}{rule}", "label")
        label = ""
    retries = members.integer(snapshot.raw, "RetryStrategy", "MaximumRetryAttempts")
    if retries is not None:
        add("retries", "RetryStrategy", f"up to {retries} after internal errors")


def _add_billing(add: _Add, view: JobView) -> None:
    snapshot = view.snapshot
    assert snapshot
    tokens = members.integer(snapshot.raw, "BillableTokenCount")
    if tokens is not None:
        add("billed", "BillableTokenCount", f"{tokens:,} tokens")
    bill = resources.billing(snapshot, view.now)
    if bill:
        # What is final is exact; what still runs ticks by the minute, not with every second.
        write = duration if bill.final else coarse
        times = f" × {bill.instances}" if bill.instances not in (None, 1) else ""
        whole = f" = {write(bill.instance_seconds)}" if times else ""
        bound = "" if bill.final else (" at most so far" if snapshot.spot else " so far")
        label = "billed" if tokens is None else ""
        add(label, "BillableTimeInSeconds", f"{write(bill.seconds)}{times}{whole}{bound}")
    elif tokens is None and not snapshot.terminal:
        serverless = members.at(snapshot.raw, "ServerlessJobConfig") is not None
        until = "by tokens, told at the end" if serverless else "nothing until training starts"
        add("billed", "BillableTimeInSeconds", until, "label")
    saving = resources.spot_saving(snapshot)
    if saving is not None:
        add("spot", "BillableTimeInSeconds", f"saved {percent(saving)}", "good")
    elif snapshot.spot:
        add("spot", "EnableManagedSpotTraining", "saving known at the end", "label")
    keep = members.integer(snapshot.raw, "ResourceConfig", "KeepAlivePeriodInSeconds")
    pool = members.at(snapshot.raw, "WarmPoolStatus")
    if keep or pool:
        words = [f"kept {limit(keep)}" if keep else "", members.text(pool, "Status")]
        retained = members.integer(pool, "ResourceRetainedBillableTimeInSeconds")
        words.append(f"{duration(retained)} billed" if retained else "")
        reused = members.text(pool, "ReusedByJob")
        words.append(f"by {reused}" if reused else "")
        add("warm pool", "WarmPoolStatus", " · ".join(word for word in words if word))


def _add_place(add: _Add, snapshot: JobSnapshot) -> None:
    raw = snapshot.raw
    subnets = members.texts(raw, "VpcConfig", "Subnets")
    groups = members.texts(raw, "VpcConfig", "SecurityGroupIds")
    if subnets or groups:
        add("vpc", "VpcConfig", f"{count(len(subnets), 'subnet')} · {count(len(groups), 'security group')}")
    words = [
        "isolated" if members.flag(raw, "EnableNetworkIsolation") else "not isolated",
        "traffic encrypted"
        if members.flag(raw, "EnableInterContainerTrafficEncryption")
        else "traffic not encrypted",
    ]
    add("network", "EnableNetworkIsolation", " · ".join(words), "label")
    extras = [
        "remote debug" if members.flag(raw, "RemoteDebugConfig", "EnableRemoteDebug") else "",
        "health checks" if members.flag(raw, "InfraCheckConfig", "EnableInfraCheck") else "",
    ]
    if any(extras):
        add("with", "InfraCheckConfig", " · ".join(word for word in extras if word))


def _instances(entry: resources.Instances) -> str:
    return f"{'?' if entry.count is None else entry.count} × {entry.instance_type}"


class ResourcesPane(Pane):
    """ResourceConfig, StoppingCondition, billing, network."""

    NUMBER: ClassVar[int] = 3
    NAME: ClassVar[str] = "Resources"

    def tick_seconds(self, view: JobView) -> int:
        """Return a second while a deadline counts down by the second."""
        nearest = resources.stops_at(view.snapshot) if view.snapshot else None
        return finely(abs((nearest.at - view.now).total_seconds())) if nearest and nearest.at else COARSE_SECONDS

    def rows_of(self, view: JobView, width: int) -> Sequence[Row]:
        """Return the digest, and alone on the screen the members behind it."""
        found = resource_rows(view, width)
        if self.detailed and view.snapshot:
            found += [BLANK, *member_rows(view, Room.RESOURCES, width)]
        return found

    def summary_of(self, view: JobView) -> str:
        """Return the number of instances."""
        total = resources.total(resources.instances(view.snapshot.raw)) if view.snapshot else None
        return count(total, "instance") if total is not None else ""
