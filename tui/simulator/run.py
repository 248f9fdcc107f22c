"""The work of a job's containers laid out on the time line: attempts, hosts, steps, and what goes wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tui.simulator.life import Life
from tui.simulator.noise import seed_of, unit
from tui.simulator.script import Script
from tui.simulator.story import Quantity, Story, default_story, quantity

SETUP_SECONDS = 70.0
"""From a container's start to its first step, unless it does not live that long."""
LINES_PER_SECOND = 3.0
"""Of all hosts of a job together."""
_CUT_SHORT = {"Failed": 6.0, "Stopped": 2.5, "MaxRuntimeExceeded": 1.3}
"""How many times longer the training would have been had it not ended so."""
SLOWED_TO = 0.42
"""What is left of the throughput of a job with the ailment "slow"."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One run of the containers. All times are epoch seconds."""

    start_at: float
    """When the first container starts."""
    loop_at: float
    """When the first step begins."""
    end_at: float
    """When the containers are gone, be it in the future."""
    trained_before: float
    """Seconds of training that a checkpoint brought along."""
    ending: str
    """SecondaryStatus that follows: Uploading, Interrupted, Starting, Stopping, …"""
    is_fatal: bool
    """Whether it ends because the job fails."""


class Run:
    """Everything that a job's logs and curves are computed from."""

    def __init__(self, base: Mapping[str, Any], script: Script, life: Life) -> None:
        self.name = str(base["TrainingJobName"])
        self.seed = seed_of(self.name)
        self.story: Story = script.story or default_story(base)
        self.failure_reason = script.failure_reason or ""
        self._base = base
        self._script = script
        self._lasts = dict(script.metrics)
        self.is_checkpointed = "CheckpointConfig" in base
        self.has_step_metrics = bool(
            (base.get("AlgorithmSpecification") or {}).get("EnableSageMakerMetricsTimeSeries", False)
        )
        self.attempts = self._lay_out(life)

    @cached_property
    def hosts(self) -> tuple[str, ...]:
        """The instance type of each host, algo-1 first; empty for a job whose containers no one sees."""
        resources = self._base.get("ResourceConfig") or {}
        if self._script.selected is not None and "InstanceType" not in resources:
            kind, count = self._script.selected
            return (kind,) * count
        groups = resources.get("InstanceGroups") or [resources]
        return tuple(
            str(group["InstanceType"])
            for group in groups
            for _ in range(int(group.get("InstanceCount", 1)))
            if "InstanceType" in group
        )

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        """The metrics of its MetricDefinitions, or a loss if it has none."""
        definitions = (self._base.get("AlgorithmSpecification") or {}).get("MetricDefinitions") or [{"Name": "loss"}]
        return tuple(quantity(self.name, each["Name"], self._lasts.get(each["Name"])) for each in definitions)

    @cached_property
    def metric_names(self) -> frozenset[str]:
        """The names of its MetricDefinitions: what the service looks for in the logs."""
        definitions = (self._base.get("AlgorithmSpecification") or {}).get("MetricDefinitions") or ()
        return frozenset(each["Name"] for each in definitions)

    @cached_property
    def planned_seconds(self) -> float:
        """How long the training takes from its first step to its last."""
        if self.story.planned_seconds is not None:
            return self.story.planned_seconds
        steps = self._script.steps
        lengths = [step.seconds - _setup_seconds(step.seconds) for step in steps if step.status == "Training"] or [
            1.0
        ]
        whole = max(30.0, (sum(lengths) if self.is_checkpointed else max(lengths)) - 8.0)
        return whole * _CUT_SHORT.get(steps[-1].status, 1.0)

    @cached_property
    def seconds_per_line(self) -> float:
        """Between two reports of one host: never so short that a step is reported twice."""
        each_step = self.planned_seconds / self.story.total_steps
        if self.story.ailment == "slow":
            each_step /= SLOWED_TO
        return max(self.story.seconds_per_line, len(self.hosts) / LINES_PER_SECOND, each_step)

    @cached_property
    def rounds(self) -> int:
        """How many evaluations there are from the first step to the last."""
        return max(self.story.epochs, 24)

    def delay_of(self, host: int) -> float:
        """How long after the first container that of algo-`host` starts, in seconds."""
        late = self.story.late_hosts
        if late is None:
            late = {len(self.hosts): 41.0} if len(self.hosts) >= 4 else {}
        return late.get(host, 0.0) + 1.7 * unit(self.seed, host)

    def trained(self, attempt: Attempt, at: float) -> float:
        """Seconds of training done by `at`, those of earlier attempts included."""
        return attempt.trained_before + max(0.0, min(at, attempt.end_at) - attempt.loop_at)

    def is_ill(self, trained: float) -> bool:
        """Whether what goes wrong has begun."""
        return bool(self.story.ailment) and trained >= self.story.onset_seconds

    def worked(self, trained: float) -> float:
        """Seconds of training at full throughput that `trained` seconds were worth."""
        onset = self.story.onset_seconds
        if self.story.ailment == "slow" and trained > onset:
            return onset + (trained - onset) * SLOWED_TO
        return trained

    def share(self, trained: float) -> float:
        """How much of the work is done, from 0 to 1."""
        return min(1.0, self.worked(trained) / self.planned_seconds)

    def step(self, trained: float) -> int:
        """The number of the step that is over after so much training."""
        return int(self.share(trained) * self.story.total_steps)

    def epoch(self, trained: float) -> int:
        """The number of the epoch, from 1."""
        return min(self.story.epochs, int(self.share(trained) * self.story.epochs) + 1)

    def falls_silent_at(self, attempt: Attempt) -> float:
        """When the containers stop saying anything, though they run on; infinity if they don't."""
        if self.story.ailment != "silent":
            return float("inf")
        return attempt.loop_at + max(0.0, self.story.onset_seconds - attempt.trained_before)

    def attempt_at(self, at: float) -> Attempt | None:
        """The attempt whose containers run at `at`."""
        return next((each for each in self.attempts if each.start_at <= at < each.end_at), None)

    def _lay_out(self, life: Life) -> tuple[Attempt, ...]:
        attempts: list[Attempt] = []
        before = 0.0
        for phase in life.training:
            index = life.phases.index(phase)
            following = life.phases[index + 1]
            grace = following.end_at - following.start_at if following.status == "Stopping" else 0.0
            length = phase.end_at - phase.start_at
            setup = _setup_seconds(length)
            is_last = phase is life.training[-1]
            attempts.append(
                Attempt(
                    phase.start_at,
                    phase.start_at + setup,
                    phase.end_at + grace,
                    before,
                    following.status,
                    life.failed and is_last,
                )
            )
            if self.is_checkpointed:
                before += 0.96 * (length - setup)
        return tuple(attempts)


def _setup_seconds(length: float) -> float:
    return min(SETUP_SECONDS, 0.4 * length)
