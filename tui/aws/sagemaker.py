"""Training jobs over the real wire: implements `tui.polling.ports`. Foreign text is sanitised here, once."""

from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from tui.aws.ahead import FirstPage
from tui.aws.connection import Connection, unreadable
from tui.aws.members import with_unknown
from tui.domain import members
from tui.domain.job import JobSnapshot
from tui.domain.jobs import SUMMARY_MEMBERS, JobSummary
from tui.domain.text import safe_text, safe_tree
from tui.polling.ports import Described, Identity, JobPage, Order

_PAGE: Final = 100


class SageMaker:
    """SageMaker's training jobs of one account and region."""

    def __init__(self, connection: Connection, ahead: FirstPage | None = None) -> None:
        """`ahead` may have asked for the newest jobs already."""
        self._connection = connection
        self._ahead = ahead

    @property
    def region(self) -> str:
        """The region in use; empty while none is known."""
        return self._connection.region

    async def describe(self, name: str) -> Described:
        """DescribeTrainingJob, members unknown to the SDK included."""
        return await self._connection.call("sagemaker", "DescribeTrainingJob", {"TrainingJobName": name}, _described)

    async def search(self, order: Order, token: str | None = None) -> JobPage:
        """Search(Resource=TrainingJob), newest first by `order`."""
        if self._ahead and order is Order.CREATED and token is None:
            ahead, self._ahead = self._ahead, None
            await self._connection.budget.take("Search")
            if page := await ahead.take():
                self._connection.budget.succeeded("Search")
                return page
        return await self._connection.call("sagemaker", "Search", _search(order, token), _found)

    async def list(self, token: str | None = None, name_contains: str = "") -> JobPage:
        """ListTrainingJobs, newest first."""
        parameters: dict[str, object] = {
            "SortBy": "CreationTime",
            "SortOrder": "Descending",
            "MaxResults": _PAGE,
        }
        if token:
            parameters["NextToken"] = token
        if name_contains:
            parameters["NameContains"] = name_contains
        return await self._connection.call("sagemaker", "ListTrainingJobs", parameters, _listed)

    async def identity(self) -> Identity:
        """sts:GetCallerIdentity."""
        return await self._connection.call("sts", "GetCallerIdentity", {}, _identity)


def first_page(client: Any) -> JobPage:
    """Search with a client of plain botocore, newest first."""
    return _found(client.search(**_search(Order.CREATED, None)), client)


def _search(order: Order, token: str | None) -> dict[str, object]:
    parameters: dict[str, object] = {
        "Resource": "TrainingJob",
        "SortBy": order.value,
        "SortOrder": "Descending",
        "MaxResults": _PAGE,
    }
    if token:
        parameters["NextToken"] = token
    return parameters


def _described(response: dict[str, Any], client: Any) -> Described:
    shape = client.meta.service_model.operation_model("DescribeTrainingJob").output_shape
    merged, unknown = with_unknown(response, shape)
    raw = safe_tree(merged)
    if not isinstance(raw, dict) or not raw.get("TrainingJobName"):
        raise unreadable("DescribeTrainingJob")
    return Described(JobSnapshot.from_api(raw, unknown), _service_time(response))


def _found(response: dict[str, Any], _: Any) -> JobPage:
    if "Results" not in response:
        raise unreadable("Search")
    jobs = [entry.get("TrainingJob") for entry in response["Results"] if isinstance(entry, dict)]
    total = (response.get("TotalHits") or {}).get("Value")
    return _page(jobs, response, total if isinstance(total, int) else None)


def _listed(response: dict[str, Any], _: Any) -> JobPage:
    if "TrainingJobSummaries" not in response:
        raise unreadable("ListTrainingJobs")
    return _page(response["TrainingJobSummaries"], response, None)


def _page(jobs: Iterable[object], response: dict[str, Any], total: int | None) -> JobPage:
    return JobPage(
        tuple(_summary(job) for job in jobs if isinstance(job, dict)),
        response.get("NextToken") or None,
        total,
        _service_time(response),
    )


def _summary(job: dict[str, Any]) -> JobSummary:
    # Making the hyperparameters of a hundred jobs safe, which no summary has, would be felt on the screen.
    kept: dict[str, object] = {member: job[member] for member in SUMMARY_MEMBERS if member in job}
    metrics = members.items(job, "AlgorithmSpecification", "MetricDefinitions")
    if metrics:
        kept["AlgorithmSpecification"] = {"MetricDefinitions": [{"Name": entry.get("Name")} for entry in metrics]}
    raw = safe_tree(kept)
    assert isinstance(raw, dict)
    return JobSummary.from_api(raw)


def _identity(response: dict[str, Any], _: Any) -> Identity:
    if not response.get("Account"):
        raise unreadable("GetCallerIdentity")
    return Identity(safe_text(str(response["Account"])), safe_text(str(response.get("Arn", ""))))


def _service_time(response: dict[str, Any]) -> datetime | None:
    try:
        told = parsedate_to_datetime(response["ResponseMetadata"]["HTTPHeaders"]["date"])
        return (told if told.tzinfo else told.replace(tzinfo=UTC)).astimezone(UTC)
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
