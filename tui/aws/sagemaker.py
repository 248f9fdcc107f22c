"""Training jobs over the real wire: implements `tui.polling.ports`. Foreign text is sanitised here, once."""

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from tui.aws.ahead import FirstPage
from tui.aws.connection import Connection, unreadable
from tui.aws.members import with_unknown
from tui.aws.search import JOBS, summary
from tui.domain.filtering import Condition
from tui.domain.job import JobSnapshot
from tui.domain.jobs import JobSummary
from tui.domain.text import safe_text, safe_tree
from tui.polling.ports import CredentialState, Described, Identity, JobPage, Login, Order

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

    async def search(self, order: Order, token: str | None = None, conditions: Sequence[Condition] = ()) -> JobPage:
        """Search(Resource=TrainingJob), newest first by `order`: the jobs for which all conditions hold."""
        if self._ahead and order is Order.CREATED and token is None and not conditions:
            ahead, self._ahead = self._ahead, None
            await self._connection.budget.take("Search")
            if page := await ahead.take():
                self._connection.budget.succeeded("Search")
                return page
        return await self._connection.call("sagemaker", "Search", _search(order, token, conditions), _found)

    async def list(
        self, token: str | None = None, created_after: datetime | None = None, created_before: datetime | None = None
    ) -> JobPage:
        """ListTrainingJobs, newest first."""
        parameters: dict[str, object] = {
            "SortBy": "CreationTime",
            "SortOrder": "Descending",
            "MaxResults": _PAGE,
        }
        given = {"NextToken": token, "CreationTimeAfter": created_after, "CreationTimeBefore": created_before}
        parameters |= {name: value for name, value in given.items() if value}
        return await self._connection.call("sagemaker", "ListTrainingJobs", parameters, _listed)

    async def identity(self) -> Identity:
        """sts:GetCallerIdentity."""
        return await self._connection.call("sts", "GetCallerIdentity", {}, _identity)

    async def credentials(self) -> CredentialState:
        """Where the credentials come from, and until when they hold."""
        return await self._connection.credentials()

    async def login(self) -> Login:
        """What to do to have credentials again."""
        return await self._connection.login()

    async def sources(self) -> object:
        """A stamp of the files that credentials come from."""
        return await self._connection.sources()

    async def renew(self, code: str = "") -> None:
        """Read the chain afresh with the next call; `code` answers the next question for an MFA code."""
        await self._connection.renew(code)


def first_page(client: Any) -> JobPage:
    """Search with a client of plain botocore, newest first."""
    return _found(client.search(**_search(Order.CREATED)), client)


def _search(order: Order, token: str | None = None, conditions: Sequence[Condition] = ()) -> dict[str, object]:
    parameters: dict[str, object] = {
        "Resource": "TrainingJob",
        "SortBy": order.value,
        "SortOrder": "Descending",
        "MaxResults": _PAGE,
    }
    if conditions:
        parameters["SearchExpression"] = {"Operator": "And", "Filters": [_filter(each) for each in conditions]}
    if token:
        parameters["NextToken"] = token
    return parameters


def _filter(condition: Condition) -> dict[str, str]:
    found = {"Name": condition.name, "Operator": condition.operator, "Value": condition.value}
    return {member: value for member, value in found.items() if value}


def _described(response: dict[str, Any], client: Any) -> Described:
    shape = client.meta.service_model.operation_model("DescribeTrainingJob").output_shape
    merged, unknown = with_unknown(response, shape)
    raw = safe_tree(merged)
    if not isinstance(raw, dict) or not raw.get("TrainingJobName"):
        raise unreadable("DescribeTrainingJob")
    return Described(JobSnapshot.from_api(raw, unknown), _service_time(response))


def _found(response: dict[str, Any], _: Any) -> JobPage:
    if JOBS not in response:
        raise unreadable("Search")
    total = (response.get("TotalHits") or {}).get("Value")
    return _page(response[JOBS], response, total if isinstance(total, int) else None)


def _listed(response: dict[str, Any], _: Any) -> JobPage:
    if "TrainingJobSummaries" not in response:
        raise unreadable("ListTrainingJobs")
    found = tuple(summary(job) for job in response["TrainingJobSummaries"] if isinstance(job, dict))
    return _page(found, response, None)


def _page(jobs: tuple[JobSummary, ...], response: dict[str, Any], total: int | None) -> JobPage:
    return JobPage(jobs, response.get("NextToken") or None, total, _service_time(response))


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
