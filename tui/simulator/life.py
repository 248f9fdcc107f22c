"""A script laid out on the time line, and what DescribeTrainingJob says of it at any instant."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from tui.simulator.script import TERMINAL, Rule, Script, Step, stopped, stopping, uploading

FAILURE_REASON_LENGTH = 1024

_RUNS = ("Downloading", "Training", "Uploading", "Stopping")
"""SecondaryStatus values during which instances are held."""


@dataclass(frozen=True, slots=True)
class Phase:
    """One transition: a status, its messages by the time they appear, and its bounds in epoch seconds."""

    status: str
    messages: tuple[tuple[float, str], ...]
    start_at: float
    end_at: float


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A change of what a rule says."""

    at: float
    status: str
    details: str | None


class Life:
    """A script bound to its start and, perhaps, to a request to stop. All times are epoch seconds."""

    def __init__(
        self, base: Mapping[str, Any], script: Script, created_at: float, stop_at: float | None = None
    ) -> None:
        self._base = base
        self._name = str(base["TrainingJobName"])
        self._script = script
        self._created_at = created_at
        steps = script.steps if stop_at is None else _stop_short(script.steps, stop_at - created_at, self._name)
        self.failed = stop_at is None and steps[-1].status == "Failed"
        """Whether it ends in failure."""
        self.phases = _lay_out(steps, created_at)
        """Its transitions, in order."""
        self.ended_at = self.phases[-1].start_at
        """When the terminal status is reached."""
        self._started_at = next((p.start_at for p in self.phases if p.status in ("Downloading", "Training")), None)
        self.training = [p for p in self.phases if p.status == "Training"]
        """The transitions in which a container runs: one for each attempt."""
        self._stopping_at = next((p.start_at for p in self.phases if p.status == "Stopping"), self.ended_at)
        self.rules = [(rule, self._rule_job_arn(rule), self._changes(rule)) for rule in script.rules]
        """Each rule, the ARN of the processing job that evaluates it, and what it says through time."""
        pool = script.pool if self._started_at is not None else ()
        self._pool = [(self.ended_at + change.seconds, change) for change in pool]
        self.moments = sorted(
            {message[0] for phase in self.phases for message in phase.messages}
            | {change.at for _, _, changes in self.rules for change in changes}
            | {at for at, _ in self._pool}
        )
        """Every instant at which something other than the progress changes."""

    def describe(self, at: float) -> dict[str, Any]:
        """The description at `at`; before the creation it is that of the first instant."""
        at = max(at, self._created_at)
        phase = next(p for p in reversed(self.phases) if p.start_at <= at)
        ended = at >= self.ended_at
        transitions = self._transitions(at)
        document = dict(self._base)
        document["CreationTime"] = _seconds(self._created_at)
        document["SecondaryStatus"] = phase.status
        document["TrainingJobStatus"] = self._status(at, phase)
        document["SecondaryStatusTransitions"] = transitions
        document["LastModifiedTime"] = _seconds(max(moment for moment in self.moments if moment <= at))
        if self._started_at is not None and self._started_at <= at:
            document["TrainingStartTime"] = _seconds(self._started_at)
            self._add_selection(document)
        if ended:
            self._add_ending(document)
        self._add_rules(document, at)
        self._add_pool(document, at)
        self._add_progress(document, at)
        return document

    def progress_tick(self, at: float) -> tuple[float, float] | None:
        """The bounds of the training step that runs at `at`, if the job reports progress and trains."""
        progress = self._script.progress
        if progress is None or not any(p.start_at <= at < p.end_at for p in self.training):
            return None
        phase = next(p for p in self.training if p.start_at <= at < p.end_at)
        each = (phase.end_at - phase.start_at) / (progress.steps_per_epoch * progress.epochs)
        done = int((at - phase.start_at) / each)
        if phase.start_at + (done + 1) * each <= at:  # the quotient was rounded down below a whole step
            done += 1
        return phase.start_at + done * each, phase.start_at + (done + 1) * each

    def _status(self, at: float, phase: Phase) -> str:
        if phase.status in TERMINAL:
            return TERMINAL[phase.status]
        return "Stopping" if at >= self._stopping_at else "InProgress"

    def _transitions(self, at: float) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = []
        for phase in self.phases:
            if phase.start_at > at:
                break
            entry: dict[str, Any] = {"Status": phase.status, "StartTime": _seconds(phase.start_at)}
            if phase.end_at <= at:
                entry["EndTime"] = _seconds(phase.end_at)
            entry["StatusMessage"] = next(text for since, text in reversed(phase.messages) if since <= at)
            entries.append(entry)
        for since, change in self._pool:
            if since <= at:
                entries[-1]["StatusMessage"] = change.message
        return entries

    def _add_selection(self, document: dict[str, Any]) -> None:
        if self._script.selected is not None:
            kind, count = self._script.selected
            chosen = {"SelectedInstanceType": kind, "SelectedInstanceCount": count}
            document["ResourceConfig"] = document["ResourceConfig"] | chosen

    def _add_ending(self, document: dict[str, Any]) -> None:
        document["TrainingEndTime"] = _seconds(self.ended_at)
        if self.failed and self._script.failure_reason is not None:
            document["FailureReason"] = self._script.failure_reason[:FAILURE_REASON_LENGTH]
        if self._started_at is None:
            return
        held = sum(p.end_at - p.start_at for p in self.phases if p.status in _RUNS)
        seconds = max(1, round(held))
        document["TrainingTimeInSeconds"] = seconds
        if self._script.billable_tokens is None:
            document["BillableTimeInSeconds"] = max(1, round(seconds * self._script.billed_share))
        elif not self.failed:
            document["BillableTokenCount"] = self._script.billable_tokens
        if not self.training:
            return
        last_line_at = float(int(self.training[-1].end_at))
        if self._script.metrics:
            document["FinalMetricDataList"] = [
                {"MetricName": name, "Value": value, "Timestamp": last_line_at}
                for name, value in self._script.metrics
            ]
        output = document.get("OutputDataConfig", {}).get("S3OutputPath")
        if output and not self.failed and "ModelArtifacts" not in document:
            artifacts = f"{output.rstrip('/')}/{self._name}/output/model.tar.gz"
            document["ModelArtifacts"] = {"S3ModelArtifacts": artifacts}

    def _changes(self, rule: Rule) -> list[RuleChange]:
        """What a rule says through time: a rule still at work when the job ends is stopped a while later."""
        started_at = self.training[0].start_at if self.training else self.ended_at
        changes = [RuleChange(self._created_at, "InProgress", None)]
        for verdict in rule.verdicts:
            at = (self.ended_at if verdict.after_end else started_at) + verdict.seconds
            if verdict.after_end or at < self.ended_at:
                changes.append(RuleChange(at, verdict.status, verdict.details))
        if changes[-1].status == "InProgress":
            changes.append(RuleChange(self.ended_at + 15, "Stopping", None))
            changes.append(RuleChange(self.ended_at + 95, "Stopped", None))
        return changes

    def _add_rules(self, document: dict[str, Any], at: float) -> None:
        for rule, arn, changes in self.rules:
            member = "ProfilerRuleEvaluationStatuses" if rule.profiler else "DebugRuleEvaluationStatuses"
            change = next(c for c in reversed(changes) if c.at <= at)
            entry: dict[str, Any] = {
                "RuleConfigurationName": rule.name,
                "RuleEvaluationJobArn": arn,
                "RuleEvaluationStatus": change.status,
            }
            if change.details is not None:
                entry["StatusDetails"] = change.details
            entry["LastModifiedTime"] = _seconds(change.at)
            document.setdefault(member, []).append(entry)

    def _rule_job_arn(self, rule: Rule) -> str:
        stem = str(self._base["TrainingJobArn"]).rpartition(":")[0]
        suffix = hashlib.sha256(f"{self._name}/{rule.name}".encode()).hexdigest()[:8]
        return f"{stem}:processing-job/{self._name.lower()[:26]}-{rule.name}-{suffix}"

    def _add_pool(self, document: dict[str, Any], at: float) -> None:
        if not self._pool or self._started_at is None or at < self._started_at:
            return
        change = next((change for since, change in reversed(self._pool) if since <= at), None)
        status: dict[str, Any] = {"Status": "InUse" if change is None else change.status}
        if change is not None and change.retained_seconds is not None:
            status["ResourceRetainedBillableTimeInSeconds"] = change.retained_seconds
        if change is not None and change.reused_by is not None:
            status["ReusedByJob"] = change.reused_by
        document["WarmPoolStatus"] = status

    def _add_progress(self, document: dict[str, Any], at: float) -> None:
        progress = self._script.progress
        if progress is None or not self.training or at < self.training[0].start_at:
            return
        phase = next(p for p in reversed(self.training) if p.start_at <= at)
        total = progress.steps_per_epoch * progress.epochs
        share = min(1.0, (at - phase.start_at) / (phase.end_at - phase.start_at))
        done = min(total, int(share * total + 1e-6))  # a tick's own start may land a hair below its step
        epoch = min(progress.epochs, done // progress.steps_per_epoch + 1)
        document["ProgressInfo"] = {
            "TotalStepCountPerEpoch": progress.steps_per_epoch,
            "CurrentStep": done - (epoch - 1) * progress.steps_per_epoch,
            "CurrentEpoch": epoch,
            "MaxEpoch": progress.epochs,
        }


def _lay_out(steps: tuple[Step, ...], created_at: float) -> tuple[Phase, ...]:
    """Steps as transitions; neighbours with the same status become one whose message changes."""
    phases: list[Phase] = []
    at = created_at
    for status, group in groupby(steps, key=lambda step: step.status):
        start_at = at
        messages: list[tuple[float, str]] = []
        for step in group:
            messages.append((at, step.message))
            at += step.seconds if status not in TERMINAL else 0
        phases.append(Phase(status, tuple(messages), start_at, at))
    if phases[-1].status not in TERMINAL:
        raise ValueError(f"a script ends with one of {', '.join(TERMINAL)}, not with {phases[-1].status}")
    return tuple(phases)


def _stop_short(steps: tuple[Step, ...], after_seconds: float, name: str) -> tuple[Step, ...]:
    """The steps until the stop request, then the walk to Stopped; a container that runs gets to upload."""
    walked: list[Step] = []
    left = max(0.0, after_seconds)
    for step in steps:
        if step.status in TERMINAL or left <= 0:
            break
        walked.append(Step(step.status, step.message, min(step.seconds, left)))
        left -= step.seconds
    grace = 20 + int(hashlib.sha256(name.encode()).hexdigest()[:4], 16) % 100
    if any(step.status == "Training" for step in walked):
        return (*walked, stopping(grace), uploading(12), stopped())
    return (*walked, stopping(min(grace, 10)), stopped())


def _seconds(at: float) -> float:
    """Epoch seconds as the service rounds them: to the millisecond."""
    return round(at, 3)
