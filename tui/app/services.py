"""What the app is given to work with. `tui.cli` puts it together; nothing here knows AWS or the simulator."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tui.app.lending import Ended, lend
from tui.polling.gate import Gate
from tui.polling.refusals import Refusals

if TYPE_CHECKING:
    from textual.app import App

    from tui.polling.budget import Budget
    from tui.polling.logs import LogEvents
    from tui.polling.metricports import InstanceMetrics, StepMetrics
    from tui.polling.ports import Account, StopsJobs, TrainingJobs


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
    reconnect: Callable[[], Awaitable[None]] | None = None
    """Ends the calls in flight and the connections; the next call opens others."""
    refusals: Refusals = field(default_factory=Refusals)
    """What is not allowed at present."""
    profile: str = ""
    endpoint_url: str = ""
    stop: StopsJobs | None = None
    """None in a process that only reads."""
    gate: Gate = field(default_factory=Gate)
    """Closed while there are no credentials."""


OpenServices = Callable[[], Awaitable[Services]]
"""Imports the SDK and connects: called once the first frame stands."""


ReportCrash = Callable[[BaseException, Sequence[str]], str]


def _not_reported(error: BaseException, secrets: Sequence[str]) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Remembered:
    """How the user left the list."""

    filter: str = ""
    problems_only: bool = False
    sort: str = "created"
    reverse: bool = False
    columns: tuple[str, ...] = ()
    """Those behind the name, from left to right; none: the usual ones."""
    grouped: bool = True


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks of the screen."""

    remembered: Remembered = Remembered()
    """How the user left the list the last time."""
    remember: Callable[[Remembered], None] | None = None
    """Keeps how the list is left; may take long, and is called in a thread."""

    job: str = ""
    """The job to open at once."""
    ascii: bool = False
    low_bandwidth: bool | None = None
    """Whether to spare the line to the terminal; None finds out whether it is slow."""
    write: bool = False
    """Whether commands that change the account are offered."""
    report: ReportCrash = _not_reported
    """Keeps what a bug left, for whoever mends it, and returns where; the values must not be in it."""
    last_words: ReportCrash = _not_reported
    """The same for the bug that ends the screen; returns what to print then."""
    lend: Callable[[App[Any], Sequence[str], bool], Awaitable[Ended]] = lend
    """Runs a program that has the terminal meanwhile."""
