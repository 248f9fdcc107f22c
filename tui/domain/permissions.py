"""Every IAM action that sagetop may use: what for, what is lost without it, and the smallest policy that gives it."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from tui.domain.denial import Denial
from tui.domain.logs import GROUP, RULES_GROUP

_JOBS: Final = ("arn:{partition}:sagemaker:{region}:{account}:training-job/*",)
_LOGS: Final = tuple(
    f"arn:{{partition}}:logs:{{region}}:{{account}}:log-group:{group}:*" for group in (GROUP, RULES_GROUP)
)
_ANY: Final = ("*",)
"""Of actions that know no resources: IAM takes nothing narrower."""
_PARTITIONS: Final = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}


@dataclass(frozen=True, slots=True)
class Permission:
    """One operation and its IAM action."""

    action: str
    service: str
    """The client that has the operation: one endpoint each."""
    purpose: str
    panes: tuple[str, ...]
    """Where its answers are shown."""
    lost: str
    """What there is no longer without it."""
    resources: tuple[str, ...] = _ANY
    """ARNs with `{partition}`, `{region}` and `{account}`, or `*` where IAM knows no resource for the action. None of
    them needs a condition."""
    spare_for: str = ""
    """The action that it stands in for: nothing is lost while that one is allowed."""
    free: bool = False
    """Whether no policy is needed: AWS allows it to everybody."""
    writes: bool = False
    """Whether it changes the account: only with --write."""

    @property
    def operation(self) -> str:
        """The API operation, `Search`."""
        return self.action.partition(":")[2]


PERMISSIONS: Final[tuple[Permission, ...]] = (
    Permission(
        "sts:GetCallerIdentity",
        "sts",
        "who asks",
        ("header", "Identity"),
        "account and role in the header",
        free=True,
    ),
    Permission(
        "sagemaker:Search",
        "sagemaker",
        "the list",
        ("Jobs",),
        "instances, spot and parents in the list, and terms of the filter on them; ListTrainingJobs takes its place",
    ),
    Permission(
        "sagemaker:ListTrainingJobs",
        "sagemaker",
        "the list, where Search is denied",
        ("Jobs",),
        "the list, where Search is denied too",
        spare_for="sagemaker:Search",
    ),
    Permission(
        "sagemaker:DescribeTrainingJob",
        "sagemaker",
        "the job under the cursor",
        ("Overview", "Timeline", "Resources", "Rules", "Config", "Data", "Everything"),
        "everything about a job but its row in the list, its log and its curves too",
        _JOBS,
    ),
    Permission(
        "logs:FilterLogEvents",
        "logs",
        "the log of the job, and those of its Debugger rules",
        ("Logs", "Metrics", "Rules"),
        "logs, curves from the log, progress, and the local rules that read it",
        _LOGS,
    ),
    Permission(
        "cloudwatch:GetMetricData",
        "cloudwatch",
        "curves of instances and algorithm",
        ("Metrics", "Jobs"),
        "CPU, GPU, memory and disk, and the curves in the list",
    ),
    Permission(
        "sagemaker:BatchGetMetrics",
        "sagemaker-metrics",
        "curves by step",
        ("Metrics",),
        "curves by step, of jobs that record them",
        _JOBS,
    ),
    Permission(
        "sagemaker:StopTrainingJob",
        "sagemaker",
        "stopping a job, only with --write",
        (),
        "stopping jobs",
        _JOBS,
        writes=True,
    ),
)
"""In the order in which `sagetop doctor` tries them."""

BY_ACTION: Final = {permission.action: permission for permission in PERMISSIONS}
READING: Final = tuple(entry.action for entry in PERMISSIONS if not entry.free and not entry.writes)
"""All that sagetop needs to be allowed."""
_ACTIONS: Final = {entry.operation: entry.action for entry in PERMISSIONS}


def action_of(operation: str) -> str:
    """Return the IAM action of an API operation; one that is not in the table is taken for SageMaker's."""
    return _ACTIONS.get(operation, f"sagemaker:{operation}")


def partition_of(region: str) -> str:
    """Return the partition that a region is in: `aws`, `aws-cn`, `aws-us-gov`."""
    return next((name for prefix, name in _PARTITIONS.items() if region.startswith(prefix)), "aws")


def policy(
    actions: Collection[str], account: str = "", region: str = "", denials: Iterable[Denial] = ()
) -> dict[str, object]:
    """Return the smallest policy that allows `actions`, a statement for each set of resources.

    What is not known of account and region is `*`. What the `denials` name is the resource of actions that are not in
    the table, and of those that are in it which of their resources are needed.
    """
    named: dict[str, set[str]] = {}
    for entry in denials:
        if entry.resource:
            named.setdefault(entry.action, set()).add(entry.resource)
    place = {"partition": partition_of(region), "region": region or "*", "account": account or "*"}
    order = [action for action in BY_ACTION if action in actions]
    order += sorted(action for action in actions if action not in BY_ACTION)
    statements: dict[tuple[str, ...], list[str]] = {}
    for action in order:
        asked = sorted(named.get(action, ()))
        known = BY_ACTION.get(action)
        resources = _needed([entry.format(**place) for entry in known.resources], asked) if known else asked
        statements.setdefault(tuple(resources) or _ANY, []).append(action)
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": _one_or_many(actions), "Resource": _one_or_many(resources)}
            for resources, actions in statements.items()
        ],
    }


def _needed(resources: list[str], asked: Collection[str]) -> list[str]:
    """Return those of several resources that were refused; all of them where that is not told."""
    return [entry for entry in resources if any(fnmatchcase(arn, entry) for arn in asked)] or resources


def policy_text(actions: Collection[str], account: str = "", region: str = "", denials: Iterable[Denial] = ()) -> str:
    """Return the policy as JSON, ready to copy."""
    return json.dumps(policy(actions, account, region, denials), indent=2)


def healing(denials: Iterable[Denial]) -> tuple[str, ...]:
    """Return the actions that a statement can give, each once: an explicit Deny outweighs any."""
    return tuple(dict.fromkeys(entry.action for entry in denials if not entry.explicit))


def _one_or_many(names: Collection[str]) -> str | list[str]:
    found = list(names)
    return found[0] if len(found) == 1 else found
