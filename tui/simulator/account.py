"""A simulated account in one region, and the jobs in it.

A ScriptedJob brings its logs and metrics along: they follow from its script, its name and the time. Whoever wants
events or datapoints to the letter, for a FixedJob or any other, puts them there:

    account.logs.put("job/algo-1-1776000000", [LogEvent(at_ms, "text", ingested_at=later_ms, id="1")])
    account.metrics.put("GPUUtilization", [Datapoint(at_seconds, 93.0, available_at=later)], host="job/algo-1")
    account.metrics.put("train:loss", [Datapoint(at_seconds, 0.25)], job="job")
    account.metrics.put_steps("job", "train:loss", [(100, 0.5), (200, float("nan"))])
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Protocol

from tui.simulator.clock import HasNow
from tui.simulator.errors import invalid
from tui.simulator.jobs import Job, Stoppable
from tui.simulator.ledger import Ledger
from tui.simulator.log_store import Logs
from tui.simulator.metric_store import Metrics
from tui.simulator.paging import Row

ACCOUNT_ID = "111122223333"
REGION = "us-east-1"


class Arrivals(Protocol):
    """Brings new jobs into an account as time passes, and takes the oldest of its own out again."""

    def settle(self, account: Account) -> None:
        """Brings the account up to its clock's time."""
        ...


class Account:
    """The jobs of one account and region, and who is calling."""

    def __init__(
        self, clock: HasNow, account_id: str = ACCOUNT_ID, region: str = REGION, role: str = "ml-dev"
    ) -> None:
        self.clock = clock
        self.account_id = account_id
        self.region = region
        self.role = role
        self.arrivals: list[Arrivals] = []
        """What makes jobs come and go with time."""
        self._ledger = Ledger()
        self.logs = Logs(lambda: self.jobs)
        """CloudWatch Logs: `put` and `create_group` add to what the jobs say."""
        self.metrics = Metrics(lambda: self.jobs)
        """CloudWatch and SageMaker metrics: `put` and `put_steps` add to what the jobs measure."""

    @property
    def jobs(self) -> Mapping[str, Job]:
        """Every job by name, at the clock's time."""
        self._settle()
        return MappingProxyType(self._ledger.jobs)

    @property
    def caller_arn(self) -> str:
        """The caller as STS names it."""
        return f"arn:aws:sts::{self.account_id}:assumed-role/{self.role}/me"

    def arn(self, kind: str, name: str) -> str:
        """The ARN of a SageMaker resource; the service puts names into it in lower case."""
        return f"arn:aws:sagemaker:{self.region}:{self.account_id}:{kind}/{name.lower()}"

    def put(self, job: Job) -> None:
        """Adds a job, in the place of any other of that name."""
        self._ledger.put(job)

    def remove(self, name: str) -> None:
        """Takes a job out; an unknown name is a KeyError."""
        if name not in self._ledger.jobs:
            raise KeyError(name)
        self._ledger.discard(name)

    def discard(self, name: str) -> None:
        """Takes a job out if it is there."""
        self._ledger.discard(name)

    def describe_all(self) -> list[Row]:
        """Every job's description, in wire form, at the clock's time; the one that changed longest ago first."""
        self._settle()
        return self._ledger.rows(self.clock.now())

    def describe(self, name: str) -> dict[str, Any]:
        """One job's description at the clock's time."""
        return self._find(name).describe(self.clock.now())

    def stop(self, name: str) -> None:
        """StopTrainingJob: only a job in progress can be stopped."""
        job = self._find(name)
        now = self.clock.now()
        status = job.describe(now).get("TrainingJobStatus")
        if status not in ("InProgress", "Stopping") or not isinstance(job, Stoppable):
            raise invalid(f"The request was rejected because the training job is in status {status}.")
        if status == "InProgress":
            job.stop(now)
            self.put(job)

    def _settle(self) -> None:
        for arrivals in self.arrivals:
            arrivals.settle(self)

    def _find(self, name: str) -> Job:
        job = self.jobs.get(name)
        if job is None:
            raise invalid("Requested resource not found.")
        return job
