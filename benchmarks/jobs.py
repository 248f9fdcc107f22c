"""Jobs that stay exactly as they are until a benchmark changes them."""

import time
from typing import Any

from tui.simulator import Account, Clock, FixedJob

FOCUSED = "focused-job"
"""Runs, and is the newest: the cursor starts on it. Younger than an hour, so that its durations tick each second."""


def account(finished: int) -> tuple[Account, FixedJob]:
    """Return an account with one running job and so many that are over, and the running one."""
    found = Account(Clock())
    now = time.time()
    for index in range(finished):
        at = now - 3 * 86_400 - index * 3600
        raw = _raw(found, f"finished-{index:03d}", at, "Completed", "Completed")
        raw["TrainingEndTime"] = raw["LastModifiedTime"] = at + 1800
        found.put(FixedJob(raw))
    focused = FixedJob(_raw(found, FOCUSED, now - 1500, "InProgress", "Training"))
    found.put(focused)
    return found, focused


def enter(job: FixedJob, phase: str) -> None:
    """Move a job to another phase, as the service does: the last transition ends, a new one begins."""
    now = time.time()
    last = dict(job.raw["SecondaryStatusTransitions"][-1]) | {"EndTime": now}
    job.raw = job.raw | {
        "SecondaryStatus": phase,
        "SecondaryStatusTransitions": [last, {"Status": phase, "StartTime": now, "StatusMessage": "changed"}],
        "LastModifiedTime": now,
    }


def _raw(account: Account, name: str, at: float, status: str, phase: str) -> dict[str, Any]:
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
        "ResourceConfig": {"InstanceType": "ml.p4d.24xlarge", "InstanceCount": 8, "VolumeSizeInGB": 30},
        "StoppingCondition": {"MaxRuntimeInSeconds": 86_400},
        "HyperParameters": {"epochs": "10"},
        "FinalMetricDataList": [{"MetricName": "loss", "Value": 0.23, "Timestamp": at + 120}],
        "DebugRuleEvaluationStatuses": [
            {"RuleConfigurationName": "Overfit", "RuleEvaluationStatus": "InProgress", "LastModifiedTime": at + 90}
        ],
        "EnableManagedSpotTraining": False,
        "ProfilingStatus": "Disabled",
    }
