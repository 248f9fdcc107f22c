"""Jobs of a simulated account: one told by a fixed response, one that lives by a script."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol, runtime_checkable

from tui.simulator.life import Life
from tui.simulator.run import Run
from tui.simulator.script import Script

_NOT_KNOWN = (1.0, 0.0)
"""Bounds in which no instant lies: the description has to be made."""


class Job(Protocol):
    """What an account holds."""

    @property
    def name(self) -> str:
        """TrainingJobName."""
        ...

    def describe(self, now: datetime) -> dict[str, Any]:
        """The job at `now` in wire form: DescribeTrainingJob's members, and Tags for Search.

        Callers must not change what they get: it may be the job's own.
        """
        ...


@runtime_checkable
class Stoppable(Protocol):
    """A job that obeys StopTrainingJob."""

    def stop(self, now: datetime) -> None:
        """Begins to stop at `now`; once it is in an account, `Account.stop` is the way to stop it."""
        ...


@runtime_checkable
class Foreseeable(Job, Protocol):
    """A job that knows when its description changes next."""

    def changes_at(self, now: datetime) -> float:
        """When, in epoch seconds; infinity if never again."""
        ...


class FixedJob:
    """Answers with `raw`, whatever it holds, and never changes by itself."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.raw = raw
        """The answer in wire form: timestamps are epoch seconds. Free to be replaced or changed at any time."""

    @property
    def name(self) -> str:
        """TrainingJobName."""
        return str(self.raw["TrainingJobName"])

    def describe(self, now: datetime) -> dict[str, Any]:
        """`raw` itself."""
        return self.raw

    def stop(self, now: datetime) -> None:
        """Goes to Stopping and stays there: the rest is the test's to write."""
        at = now.timestamp()
        transitions = [dict(entry) for entry in self.raw.get("SecondaryStatusTransitions") or ()]
        if transitions:
            transitions[-1].setdefault("EndTime", at)
        transitions.append({"Status": "Stopping", "StartTime": at, "StatusMessage": "Stopping the training job"})
        self.raw = self.raw | {
            "TrainingJobStatus": "Stopping",
            "SecondaryStatus": "Stopping",
            "LastModifiedTime": at,
            "SecondaryStatusTransitions": transitions,
        }


class ScriptedJob:
    """Lives by a script: its description is a pure function of script, creation, stop request and time."""

    def __init__(self, base: Mapping[str, Any], script: Script, created_at: datetime) -> None:
        self.base = dict(base)
        """The members that never change: TrainingJobName, TrainingJobArn, RoleArn, ResourceConfig, …"""
        self.script = script
        self.created_at = created_at
        self.stopped_at: datetime | None = None
        """When StopTrainingJob was called; None if it never was."""
        self._life = Life(self.base, script, created_at.timestamp())
        self._run: Run | None = None
        self._document: dict[str, Any] = {}
        self._from, self._until = _NOT_KNOWN

    @property
    def name(self) -> str:
        """TrainingJobName."""
        return str(self.base["TrainingJobName"])

    @property
    def life(self) -> Life:
        """The script on the time line, up to the request to stop if there was one."""
        return self._life

    @property
    def run(self) -> Run:
        """What its containers do: where its logs and curves come from."""
        if self._run is None:
            self._run = Run(self.base, self.script, self._life)
        return self._run

    def describe(self, now: datetime) -> dict[str, Any]:
        """The job at `now` in wire form. The same dict is handed out for as long as nothing changes."""
        at = now.timestamp()
        if not self._from <= at < self._until:
            self._from, self._until = self._bounds(at)
            self._document = self._life.describe(at)
        return self._document

    def changes_at(self, now: datetime) -> float:
        """When its description changes next, in epoch seconds; infinity if never again."""
        return self._bounds(now.timestamp())[1]

    def stop(self, now: datetime) -> None:
        """Leaves the script at `now` for Stopping, uploading and Stopped."""
        if self.stopped_at is None and now.timestamp() < self._life.ended_at:
            self.stopped_at = now.astimezone(UTC)
            self._life = Life(self.base, self.script, self.created_at.timestamp(), now.timestamp())
            self._run = None
            self._from, self._until = _NOT_KNOWN

    def _bounds(self, at: float) -> tuple[float, float]:
        moments = self._life.moments
        index = bisect_right(moments, at)
        since = moments[index - 1] if index else float("-inf")
        until = moments[index] if index < len(moments) else float("inf")
        tick = self._life.progress_tick(at)
        return (max(since, tick[0]), min(until, tick[1])) if tick else (since, until)
