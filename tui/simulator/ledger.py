"""Every job's description, kept in the order of LastModifiedTime, so that asking ten thousand jobs is cheap."""

from __future__ import annotations

import heapq
from bisect import bisect_left, insort
from collections.abc import Mapping
from datetime import datetime

from tui.simulator.jobs import Foreseeable, Job
from tui.simulator.paging import Row, SortKey, sort_key


def change_key(row: Row) -> SortKey:
    """Orders descriptions by LastModifiedTime."""
    return sort_key(row.get("LastModifiedTime"), row["TrainingJobName"])


class Ledger:
    """Describes again only what may have changed: jobs that foresee their next change, when it is due."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._volatile: dict[str, Job] = {}
        self._rows: list[Row] = []
        self._row_of: dict[str, Row] = {}
        self._due: list[tuple[float, str]] = []
        self._read_at = float("-inf")

    @property
    def jobs(self) -> Mapping[str, Job]:
        """Every job by name."""
        return self._jobs

    def put(self, job: Job) -> None:
        """Adds a job, or notes that it is not what it was."""
        self.discard(job.name)
        self._jobs[job.name] = job
        if isinstance(job, Foreseeable):
            heapq.heappush(self._due, (float("-inf"), job.name))
        else:
            self._volatile[job.name] = job

    def discard(self, name: str) -> None:
        """Takes a job out if it is there."""
        self._jobs.pop(name, None)
        self._volatile.pop(name, None)
        self._take_row(name)

    def rows(self, now: datetime) -> list[Row]:
        """Every job's description at `now`, the one that changed longest ago first."""
        at = now.timestamp()
        if at < self._read_at:  # a test turned the clock back
            self._due = [(float("-inf"), name) for name in self._jobs if name not in self._volatile]
        self._read_at = at
        due: set[str] = set()
        while self._due and self._due[0][0] <= at:
            due.add(heapq.heappop(self._due)[1])
        for name in due:
            self._renew(name, now)
        if not self._volatile:
            return self._rows
        return sorted([*self._rows, *(job.describe(now) for job in self._volatile.values())], key=change_key)

    def _renew(self, name: str, now: datetime) -> None:
        job = self._jobs.get(name)
        if not isinstance(job, Foreseeable):
            return
        self._take_row(name)
        row = job.describe(now)
        self._row_of[name] = row
        insort(self._rows, row, key=change_key)
        changes_at = job.changes_at(now)
        if changes_at != float("inf"):
            heapq.heappush(self._due, (changes_at, name))

    def _take_row(self, name: str) -> None:
        row = self._row_of.pop(name, None)
        if row is not None:
            del self._rows[bisect_left(self._rows, change_key(row), key=change_key)]
