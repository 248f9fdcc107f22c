"""Jobs that stay exactly as they are until a benchmark changes them."""

import time
from datetime import datetime
from itertools import cycle, islice
from typing import Any

from tui.simulator import Account, Clock, FixedJob

FOCUSED = "focused-job"
"""Runs, and is the newest: the cursor starts on it. Younger than an hour, so that its durations tick each second."""
_FAMILIES = ("bert-large", "t5-xl-sweep", "xgb-churn", "vit-ft", "llama-sft", "deepar-demand", "Segformer-B2")
_TERMINAL = frozenset({"Completed", "Failed", "Stopped"})


class StillJob(FixedJob):
    """A fixed job that the account need not look at each time it is asked: whoever changes it puts it again."""

    def changes_at(self, now: datetime) -> float:
        """Never by itself."""
        return float("inf")


def account(finished: int) -> tuple[Account, FixedJob]:
    """Return an account with one running job and so many that are over, and the running one."""
    found = Account(Clock())
    now = time.time()
    for index in range(finished):
        at = now - 3 * 86_400 - index * 3600
        found.put(_over(found, f"finished-{index:03d}", at))
    focused = FixedJob(_raw(found, FOCUSED, now - 1500, "InProgress", "Training"))
    found.put(focused)
    return found, focused


def fleet_names(jobs: int) -> list[str]:
    """Return the names of a fleet, newest first: those that run, then those that are over."""
    return [f"{family}-{number:05d}" for number, family in enumerate(islice(cycle(_FAMILIES), jobs))]


def fleet(running: int, jobs: int) -> Account:
    """Return an account of so many jobs of which so many run; all but the newest are older than an hour."""
    found = Account(Clock())
    now = time.time()
    for index, name in enumerate(fleet_names(jobs)):
        at = now - 1500 if not index else now - 7200 - index * 61.3  # not all tick at one moment
        if index < running:
            found.put(StillJob(_raw(found, name, at, "InProgress", "Training", hosts=1 + index % 8)))
        else:
            found.put(_over(found, name, at, hosts=1 + index % 8))
    found.describe_all()  # pays for ten thousand rows now rather than in the first answer
    return found


def enter(job: FixedJob, phase: str) -> None:
    """Move a job to another phase, as the service does: the last transition ends, a new one begins."""
    now = time.time()
    last = dict(job.raw["SecondaryStatusTransitions"][-1]) | {"EndTime": now}
    raw = job.raw | {
        "TrainingJobStatus": phase if phase in _TERMINAL else "InProgress",
        "SecondaryStatus": phase,
        "SecondaryStatusTransitions": [last, {"Status": phase, "StartTime": now, "StatusMessage": "changed"}],
        "LastModifiedTime": now,
    }
    raw.pop("TrainingEndTime", None)
    job.raw = raw | ({"TrainingEndTime": now} if phase in _TERMINAL else {})


def _over(account: Account, name: str, at: float, hosts: int = 8) -> StillJob:
    raw = _raw(account, name, at, "Completed", "Completed", hosts)
    raw["TrainingEndTime"] = raw["LastModifiedTime"] = at + 1800
    return StillJob(raw)


def _raw(account: Account, name: str, at: float, status: str, phase: str, hosts: int = 8) -> dict[str, Any]:
    return {
        "TrainingJobName": name,
        "TrainingJobArn": account.arn("training-job", name),
        "TrainingJobStatus": status,
        "SecondaryStatus": phase,
        "CreationTime": at,
        "TrainingStartTime": at + 60,
        "LastModifiedTime": at + 60,
        "SecondaryStatusTransitions": [
            {"Status": "Starting", "StartTime": at, "EndTime": at + 60, "StatusMessage": "Preparing the instances"},
            {"Status": phase, "StartTime": at + 60, "StatusMessage": "In hand"},
        ],
        "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
        "RoleArn": f"arn:aws:iam::{account.account_id}:role/role",
        "ResourceConfig": {"InstanceType": "ml.p4d.24xlarge", "InstanceCount": hosts, "VolumeSizeInGB": 30},
        "StoppingCondition": {"MaxRuntimeInSeconds": 86_400},
        "HyperParameters": {"epochs": "10"},
        "FinalMetricDataList": [{"MetricName": "loss", "Value": 0.23, "Timestamp": at + 120}],
        "DebugRuleEvaluationStatuses": [
            {"RuleConfigurationName": "Overfit", "RuleEvaluationStatus": "InProgress", "LastModifiedTime": at + 90}
        ],
        "EnableManagedSpotTraining": False,
        "ProfilingStatus": "Disabled",
    }
