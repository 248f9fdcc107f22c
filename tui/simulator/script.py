"""The vocabulary in which the lives of simulated jobs are written.

A life is data: steps that last some seconds, rules with verdicts, a warm pool, and how it all ends. The messages are
those the service uses.
"""

from __future__ import annotations

from dataclasses import dataclass

from tui.simulator.story import Story

TERMINAL = {
    "Completed": "Completed",
    "Failed": "Failed",
    "Stopped": "Stopped",
    "MaxRuntimeExceeded": "Stopped",
    "MaxWaitTimeExceeded": "Stopped",
}
"""SecondaryStatus that ends a life → the TrainingJobStatus it ends with."""


@dataclass(frozen=True, slots=True)
class Step:
    """A stretch of life under one SecondaryStatus and one StatusMessage.

    Steps in a row with the same status are one transition whose message changes, as in the service.
    """

    status: str
    message: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """A change of a rule's RuleEvaluationStatus."""

    status: str
    seconds: float
    """When: after the training's start, or after the job's end if `after_end`."""
    details: str | None = None
    """StatusDetails."""
    after_end: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A debugger rule, or a profiler rule, and what it says through time; InProgress until its first verdict."""

    name: str
    verdicts: tuple[Verdict, ...] = ()
    profiler: bool = False


@dataclass(frozen=True, slots=True)
class PoolChange:
    """A change of the WarmPoolStatus, `seconds` after the job's end."""

    seconds: float
    status: str
    message: str
    """StatusMessage that the last transition then shows."""
    retained_seconds: int | None = None
    """ResourceRetainedBillableTimeInSeconds."""
    reused_by: str | None = None
    """ReusedByJob."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The ProgressInfo of a serverless job, spread evenly over its training."""

    steps_per_epoch: int
    epochs: int


@dataclass(frozen=True, slots=True)
class Script:
    """A whole life."""

    steps: tuple[Step, ...]
    """The last one is terminal; its seconds don't matter."""
    rules: tuple[Rule, ...] = ()
    pool: tuple[PoolChange, ...] = ()
    progress: Progress | None = None
    metrics: tuple[tuple[str, float], ...] = ()
    """FinalMetricDataList: names and last values."""
    failure_reason: str | None = None
    """FailureReason, cut at 1024 characters."""
    billed_share: float = 1.0
    """BillableTimeInSeconds as a share of TrainingTimeInSeconds; spot is below 1."""
    selected: tuple[str, int] | None = None
    """ResourceConfig.SelectedInstanceType and SelectedInstanceCount, known once instances are there."""
    billable_tokens: int | None = None
    """BillableTokenCount of a serverless job."""
    story: Story | None = None
    """What its container says and measures; None lets it follow from the job's name."""


def starting(seconds: float, message: str = "Starting the training job") -> Step:
    """The job was accepted."""
    return Step("Starting", message, seconds)


def waiting(seconds: float) -> Step:
    """No capacity of the wanted type is free."""
    return Step("Pending", "Training job waiting for capacity", seconds)


def preparing(seconds: float) -> Step:
    """Instances are there and boot."""
    return Step("Pending", "Preparing the instances for training", seconds)


def pulling(seconds: float) -> Step:
    """The image is on its way; TrainingStartTime is the start of the first download."""
    return Step("Downloading", "Downloading the training image", seconds)


def fetching(seconds: float) -> Step:
    """The data is on its way."""
    return Step("Downloading", "Downloading input data", seconds)


def training(seconds: float) -> Step:
    """The container runs."""
    return Step("Training", "Training image download completed. Training in progress.", seconds)


def interrupted(seconds: float) -> Step:
    """Spot capacity was taken away."""
    return Step("Interrupted", "Training job interrupted. Waiting for spot capacity to resume.", seconds)


def stopping(seconds: float) -> Step:
    """SIGTERM was sent; the container has up to 120 seconds."""
    return Step("Stopping", "Stopping the training job", seconds)


def uploading(seconds: float) -> Step:
    """The model goes to S3."""
    return Step("Uploading", "Uploading generated training model", seconds)


def completed(message: str = "Training job completed") -> Step:
    """Success."""
    return Step("Completed", message, 0)


def failed() -> Step:
    """Failure; the script says why."""
    return Step("Failed", "Training job failed", 0)


def stopped() -> Step:
    """Stopped on request."""
    return Step("Stopped", "Training job stopped", 0)


def out_of_runtime() -> Step:
    """MaxRuntimeInSeconds is over."""
    return Step("MaxRuntimeExceeded", "Training job runtime exceeded MaxRuntimeInSeconds provided", 0)


def out_of_patience() -> Step:
    """MaxWaitTimeInSeconds is over."""
    return Step("MaxWaitTimeExceeded", "Training job wait time exceeded MaxWaitTimeInSeconds provided", 0)
