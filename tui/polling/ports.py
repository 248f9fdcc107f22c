"""What the pollers need from the outside. `tui.aws` implements it; tests may too.

Every method raises `ServiceError` and nothing else, never blocks the event loop, and ends by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from tui.domain.filtering import Condition
from tui.domain.job import JobSnapshot
from tui.domain.jobs import JobSummary


@dataclass(frozen=True, slots=True)
class Described:
    """One answer of DescribeTrainingJob."""

    snapshot: JobSnapshot
    service_time: datetime | None
    """The Date header of the answer, UTC, whole seconds."""


@dataclass(frozen=True, slots=True)
class JobPage:
    """One page of Search or ListTrainingJobs. An empty page with a token is normal."""

    jobs: tuple[JobSummary, ...]
    next_token: str | None
    total: int | None
    """TotalHits of Search; None where the service does not count."""
    service_time: datetime | None


class Order(StrEnum):
    """What Search sorts by, newest first."""

    CREATED = "CreationTime"
    MODIFIED = "LastModifiedTime"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks: sts:GetCallerIdentity."""

    account: str
    arn: str

    @property
    def role(self) -> str:
        """Return the role or user name of the ARN."""
        parts = self.arn.split(":", 5)[-1].split("/")
        return parts[1] if len(parts) > 1 else parts[0]


@dataclass(frozen=True, slots=True)
class CredentialState:
    """Where the present credentials come from and how long they hold; never what they are."""

    source: str = ""
    """In words; empty while there are none."""
    expires: datetime | None = None
    """When someone has to log in again; None where nobody tells, or where they renew themselves."""


@dataclass(frozen=True, slots=True)
class Login:
    """What someone does to have credentials again."""

    command: tuple[str, ...] = ()
    """What to run in a terminal; empty where there is no such command."""
    device: str = ""
    """The MFA device whose code is wanted."""
    words: str = ""
    """What to do where nothing can be run and no code is wanted."""


class TrainingJobs(Protocol):
    """The operations on training jobs that watching needs."""

    async def describe(self, name: str) -> Described:
        """DescribeTrainingJob."""
        ...

    async def search(self, order: Order, token: str | None = None, conditions: Sequence[Condition] = ()) -> JobPage:
        """Search(Resource=TrainingJob): up to 100 jobs for which all conditions hold."""
        ...

    async def list(
        self, token: str | None = None, created_after: datetime | None = None, created_before: datetime | None = None
    ) -> JobPage:
        """ListTrainingJobs, newest first: up to 100 summaries."""
        ...


class StopsJobs(Protocol):
    """The one operation that changes the account. A process without `--write` has none."""

    async def stop(self, name: str) -> None:
        """Ask for a job to be stopped, once: what came of it when this raises may be unknown."""
        ...


class Account(Protocol):
    """Who and where we are."""

    @property
    def region(self) -> str:
        """The region in use; empty while none is known."""
        ...

    async def identity(self) -> Identity:
        """sts:GetCallerIdentity."""
        ...

    async def credentials(self) -> CredentialState:
        """Where the credentials come from, and until when they hold; no call, a look at files."""
        ...

    async def login(self) -> Login:
        """What to do to have credentials again; no call, a look at files."""
        ...

    async def sources(self) -> object:
        """A stamp of the files that credentials come from: another one, and they may be others."""
        ...

    async def renew(self, code: str = "") -> None:
        """Read the chain afresh with the next call; `code` answers the next question for an MFA code."""
        ...
