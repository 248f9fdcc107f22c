"""What the app is given to work with. `tui.cli` puts it together; nothing here knows AWS or the simulator."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from tui.polling.budget import Budget
from tui.polling.logs import LogEvents
from tui.polling.metricports import InstanceMetrics, StepMetrics
from tui.polling.ports import Account, TrainingJobs


@dataclass(frozen=True, slots=True)
class Services:
    """The outside, behind ports."""

    jobs: TrainingJobs
    account: Account
    logs: LogEvents
    cloudwatch: InstanceMetrics
    steps: StepMetrics
    budget: Budget
    documentation: Callable[[], Mapping[str, str]]
    """The service's description of each member by pattern; slow the first time, to be called in a thread."""
    close: Callable[[], Awaitable[None]]
    profile: str = ""
    endpoint_url: str = ""


OpenServices = Callable[[], Awaitable[Services]]
"""Imports the SDK and connects: called once the first frame stands."""


ReportCrash = Callable[[BaseException, Sequence[str]], str]


def _not_reported(error: BaseException, secrets: Sequence[str]) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks of the screen."""

    job: str = ""
    """The job to open at once."""
    ascii: bool = False
    report: ReportCrash = _not_reported
    """Keeps what a bug left, for whoever mends it, and returns where; the values must not be in it."""
    last_words: ReportCrash = _not_reported
    """The same for the bug that ends the screen; returns what to print then."""
