"""ListTrainingJobs, traps included: most of its filters are applied after the page was cut."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tui.simulator.account import Account
from tui.simulator.errors import constraint, read_choice, read_max_results, read_time
from tui.simulator.paging import Row, cut_page, sort_key

DEFAULT_PAGE = 10
STATUSES = ("InProgress", "Completed", "Failed", "Stopping", "Stopped", "Deleting")

_SUMMARY = (
    "TrainingJobName",
    "TrainingJobArn",
    "CreationTime",
    "TrainingEndTime",
    "LastModifiedTime",
    "TrainingJobStatus",
    "SecondaryStatus",
    "WarmPoolStatus",
)
_SORTED_BY = {"Name": "TrainingJobName", "CreationTime": "CreationTime", "Status": "TrainingJobStatus"}

_Test = Callable[[Row], bool]


def list_training_jobs(account: Account, params: Mapping[str, Any]) -> dict[str, Any]:
    """One page of TrainingJobSummaries.

    Only the creation-time filters choose the jobs; every other filter thins out a page already cut, so that a page
    may be empty and still carry a NextToken.
    """
    member = _SORTED_BY[read_choice(params, "SortBy", tuple(_SORTED_BY)) or "CreationTime"]
    descending = read_choice(params, "SortOrder", ("Ascending", "Descending")) == "Descending"
    created = _between(params, "CreationTime")
    shown = _late_filters(params)
    page, token = cut_page(
        [row for row in account.describe_all() if created(row)],
        lambda row: sort_key(row.get(member), row["TrainingJobName"]),
        descending=descending,
        token=params.get("NextToken"),
        limit=read_max_results(params, DEFAULT_PAGE),
    )
    answer: dict[str, Any] = {
        "TrainingJobSummaries": [_summary(row) for row in page if all(test(row) for test in shown)]
    }
    if token is not None:
        answer["NextToken"] = token
    return answer


def _late_filters(params: Mapping[str, Any]) -> list[_Test]:
    tests = [_between(params, "LastModifiedTime")]
    status = read_choice(params, "StatusEquals", STATUSES)
    if status is not None:
        tests.append(lambda row: row.get("TrainingJobStatus") == status)
    part = params.get("NameContains")
    if part is not None:
        if not str(part).replace("-", "a").isalnum() or len(str(part)) > 63:
            raise constraint(part, "NameContains", r"satisfy regular expression pattern: [a-zA-Z0-9\-]+")
        tests.append(lambda row: str(part) in row["TrainingJobName"])
    pool = read_choice(params, "WarmPoolStatusEquals", ("Available", "Terminated", "Reused", "InUse"))
    if pool is not None:
        tests.append(lambda row: (row.get("WarmPoolStatus") or {}).get("Status") == pool)
    plan = params.get("TrainingPlanArnEquals")
    if plan is not None:
        tests.append(lambda row: _plan(row) == plan)
    return tests


def _between(params: Mapping[str, Any], member: str) -> _Test:
    after, before = read_time(params, f"{member}After"), read_time(params, f"{member}Before")
    if after is None and before is None:
        return lambda row: True

    def test(row: Row) -> bool:
        at = row.get(member)
        return at is not None and (after is None or at > after) and (before is None or at < before)

    return test


def _plan(row: Row) -> object:
    return (row.get("ResourceConfig") or {}).get("TrainingPlanArn")


def _summary(row: Row) -> dict[str, Any]:
    summary = {member: row[member] for member in _SUMMARY if member in row}
    plan = _plan(row)
    if plan is not None:
        summary["TrainingPlanArn"] = plan
    return summary
