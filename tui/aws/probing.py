"""Tries each operation once, for `sagetop doctor`: the smallest question there is, none of which changes anything."""

import asyncio
import platform
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from time import monotonic
from typing import Any, Final

from tui import __version__
from tui.aws.connection import Connection
from tui.domain.doctor import Check, in_order, not_tried
from tui.domain.failure import Failure, FailureKind, ServiceError
from tui.domain.logs import GROUP
from tui.domain.permissions import BY_ACTION, PERMISSIONS, Permission, partition_of
from tui.domain.text import one_line, safe_text

NO_SUCH_JOB: Final = "sagetop-doctor-no-such-job"
"""Described where there is no job at all: that it is not found says that it may be asked for."""
_CREDENTIAL_SECONDS: Final = 4.0
_TRY_SECONDS: Final = 4.5
"""Two rounds of tries and the credentials are over within 15 s even where nothing answers."""
_PROVIDERS: Final = {
    "env": "environment",
    "shared-credentials-file": "shared credentials file",
    "config-file": "config file",
    "sso": "SSO",
    "login": "aws login",
    "assume-role": "an assumed role",
    "assume-role-with-web-identity": "an assumed role, by web identity",
    "custom-process": "a credential_process",
    "container-role": "the container's role",
    "iam-role": "the instance's role",
    "explicit": "given explicitly",
}
"""The SDK's names of where credentials come from, in words."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What may be told of credentials: never a value."""

    found: bool
    told: str
    expires: datetime | None = None


def versions() -> tuple[tuple[str, str], ...]:
    """Return what runs."""
    return (
        ("sagetop", __version__),
        ("aiobotocore", version("aiobotocore")),
        ("botocore", version("botocore")),
        ("Python", platform.python_version()),
    )


class Probe:
    """The tries on one connection."""

    def __init__(self, connection: Connection) -> None:
        self.clock_offset_seconds: float | None = None
        """What the host's clock is behind the service's, by the last answer; a refusal is one too."""
        self.account = ""
        self.arn = ""
        self._connection = connection
        self._newest: dict[str, str] = {}

    async def credentials(self) -> Credentials:
        """Find credentials, through the whole chain."""
        try:
            async with asyncio.timeout(_CREDENTIAL_SECONDS):
                session = await self._connection.open_session()
                found = await session.get_credentials()
                if found is not None:
                    await found.get_frozen_credentials()
        except Exception as error:
            failure = await self._connection.classify(error, "credentials")
            return Credentials(False, f"{failure.kind}: {failure.message} ({failure.hint})")
        if found is None:
            return Credentials(False, "none: aws configure, aws sso login, or AWS_ACCESS_KEY_ID in the environment")
        method = str(getattr(found, "method", "") or "unknown")
        expires = getattr(found, "_expiry_time", None)
        return Credentials(
            True,
            _PROVIDERS.get(method, one_line(safe_text(method))),
            expires.astimezone(UTC) if isinstance(expires, datetime) else None,
        )

    async def run(self) -> tuple[Check, ...]:
        """Try everything, what needs no job first; two rounds, in each of them all at once."""
        self._connection.each_session = self._watch_clock
        tries = self._tries()
        first = [entry for entry in PERMISSIONS if entry.action in tries and entry.action not in _OF_A_JOB]
        second = [BY_ACTION[action] for action in _OF_A_JOB]
        checks = await asyncio.gather(*(self._try(entry, tries[entry.action]) for entry in first))
        checks += await asyncio.gather(*(self._try(entry, tries[entry.action]) for entry in second))
        return in_order([*checks, *(not_tried(entry) for entry in PERMISSIONS if entry.writes)])

    def _tries(self) -> Mapping[str, Callable[[], Awaitable[object]]]:
        call = self._connection.call
        now = datetime.now(UTC).replace(second=0, microsecond=0)
        search = {"Resource": "TrainingJob", "SortBy": "CreationTime", "SortOrder": "Descending", "MaxResults": 1}
        listing = {"SortBy": "CreationTime", "SortOrder": "Descending", "MaxResults": 1}
        logs = {"logGroupName": GROUP, "logStreamNamePrefix": f"{NO_SUCH_JOB}/", "limit": 1}
        metric = {"Namespace": "/aws/sagemaker/TrainingJobs", "MetricName": "CPUUtilization", "Dimensions": []}
        query = {"Id": "q0", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Average"}, "ReturnData": True}
        data = {"MetricDataQueries": [query], "StartTime": now - timedelta(minutes=1), "EndTime": now}
        return {
            "sts:GetCallerIdentity": lambda: call("sts", "GetCallerIdentity", {}, self._identified),
            "sagemaker:Search": lambda: call("sagemaker", "Search", search, _nothing),
            "sagemaker:ListTrainingJobs": lambda: call("sagemaker", "ListTrainingJobs", listing, self._listed),
            "logs:FilterLogEvents": lambda: call("logs", "FilterLogEvents", logs, _nothing),
            "cloudwatch:GetMetricData": lambda: call("cloudwatch", "GetMetricData", data, _nothing),
            "sagemaker:DescribeTrainingJob": lambda: call(
                "sagemaker", "DescribeTrainingJob", {"TrainingJobName": self._job("TrainingJobName")}, _nothing
            ),
            "sagemaker:BatchGetMetrics": lambda: call(
                "sagemaker-metrics", "BatchGetMetrics", {"MetricQueries": [self._step_query()]}, _nothing
            ),
        }

    async def _try(self, permission: Permission, question: Callable[[], Awaitable[object]]) -> Check:
        began = monotonic()
        failure: Failure | None = None
        try:
            async with asyncio.timeout(_TRY_SECONDS):
                await question()
        except ServiceError as error:
            failure = error.failure
        except TimeoutError:
            failure = Failure(FailureKind.TIMEOUT, permission.operation, f"nothing within {_TRY_SECONDS:g} s")
        return Check.of(permission, failure, monotonic() - began)

    def _job(self, member: str) -> str:
        region = self._connection.region
        account = self.account or "000000000000"
        made_up = {
            "TrainingJobName": NO_SUCH_JOB,
            "TrainingJobArn": f"arn:{partition_of(region)}:sagemaker:{region}:{account}:training-job/{NO_SUCH_JOB}",
        }
        return self._newest.get(member) or made_up[member]

    def _step_query(self) -> dict[str, str]:
        return {
            "MetricName": "loss",
            "ResourceArn": self._job("TrainingJobArn"),
            "MetricStat": "Avg",
            "Period": "IterationNumber",
            "XAxisType": "IterationNumber",
        }

    def _listed(self, response: dict[str, Any], _: Any) -> None:
        for job in response.get("TrainingJobSummaries") or ():
            self._newest = {name: str(job[name]) for name in ("TrainingJobName", "TrainingJobArn") if name in job}

    def _identified(self, response: dict[str, Any], _: Any) -> None:
        self.account = safe_text(str(response.get("Account") or ""))
        self.arn = one_line(safe_text(str(response.get("Arn") or "")))

    def _watch_clock(self, session: Any) -> None:
        session.register("response-received", self._note_date)

    def _note_date(self, response_dict: Mapping[str, Any] | None = None, **_: object) -> None:
        with suppress(KeyError, TypeError, ValueError, OverflowError):
            told = parsedate_to_datetime((response_dict or {})["headers"]["date"])
            told = told if told.tzinfo else told.replace(tzinfo=UTC)
            self.clock_offset_seconds = round((told - datetime.now(UTC)).total_seconds(), 1)


_OF_A_JOB: Final = ("sagemaker:DescribeTrainingJob", "sagemaker:BatchGetMetrics")
"""Tried on the newest job there is: a policy may allow some names only."""


def _nothing(_: Any, __: Any) -> None:
    """Take no notice of an answer: that there is one is what counts."""
