"""The list of jobs as it is to be shown: one frozen value, made of what the model knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from tui.app.columns import DEFAULT
from tui.app.model import Model
from tui.app.panes.sparklines import RowCurves
from tui.app.roster import Order, Shown
from tui.domain.failure import Failure
from tui.domain.status import Look

if TYPE_CHECKING:
    from tui.polling.feed import Matching

_TICK_SECONDS: Final = 10
"""How finely the list tells time."""


@dataclass(frozen=True, slots=True, eq=False)
class JobsView:
    """The list as it is to be shown."""

    shown: Shown = field(default_factory=Shown)
    """Filtered, grouped and in order."""
    known: int = 0
    """Before the filter."""
    total: int | None = None
    """What the account has."""
    loading: bool = True
    more: bool = False
    """Whether the account has older jobs than those that are known."""
    loading_older: bool = False
    """Whether these are being loaded, because the user asked for them."""
    depth: int = 0
    """So many of the newest jobs are known without a gap; of older ones only those that run, or were searched for."""
    matching: Matching | None = None
    """What Search found for the filter."""
    columns: tuple[str, ...] = DEFAULT
    order: Order = field(default_factory=Order)
    filter: str = ""
    problems_only: bool = False
    marks: frozenset[str] = frozenset()
    changed: frozenset[str] = frozenset()
    failure: Failure | None = None
    fallback: Failure | None = None
    now: datetime | None = None
    stale: bool = False
    """Whether what is shown could not be refreshed."""
    ascii: bool = False
    curves: Mapping[str, RowCurves] = field(default_factory=dict)
    """What is known of the curves of jobs, by name: what `row_curves` gives."""
    health: Mapping[str, Look] = field(default_factory=dict)
    """What the local rules come to, by name, for the jobs they have looked at."""

    def stamp(self) -> tuple[object, ...]:
        """Return what the rows depend on: equal stamps, equal rows. `shown` counts by identity."""
        tick = int(self.now.timestamp()) // _TICK_SECONDS if self.now else 0
        return (
            *(self.shown, self.known, self.total, self.loading, self.more, self.loading_older),
            *(self.depth, self.matching),
            *(self.columns, self.order, self.filter, self.problems_only, self.marks, self.changed),
            *(self.failure, self.fallback, self.stale, self.ascii, tick, self.curves, self.health),
        )


def jobs_view(model: Model, now: datetime, *, ascii_only: bool) -> JobsView:
    """Return the list as the model has it; `now` is the service's time, in the steps in which it is told."""
    found = model.jobs.value
    return JobsView(
        shown=model.shown(),
        known=len(model.roster.jobs),
        total=found.total if found else None,
        loading=found is None or not found.complete,
        more=found is not None and found.complete and found.more,
        loading_older=found is not None and found.complete and found.loading,
        depth=found.depth if found else 0,
        matching=found.matching if found else None,
        columns=model.columns,
        order=model.order,
        filter=model.filter.text,
        problems_only=model.filter.problems_only,
        marks=frozenset(model.marks),
        changed=model.changed_jobs(),
        failure=model.jobs.failure,
        fallback=found.fallback if found else None,
        now=now,
        stale=model.jobs.failure is not None,
        ascii=ascii_only,
    )


def title_of(view: JobsView) -> str:
    """Return what the pane's title says: how many are shown of how many, and the filter."""
    shown = len(view.shown.jobs)
    whole = view.known if view.total is None else max(view.total, view.known)
    parts = [f"{shown:,} of {whole:,}" if shown != whole else f"{whole:,}"]
    parts += [f"/{view.filter}"] if view.filter else []
    parts += ["problems only"] if view.problems_only else []
    if not view.filter and not view.problems_only:
        parts += [f"{view.shown.tally.running:,} running"] if view.shown.tally.running else []
        parts += [f"{view.shown.tally.failed:,} failed"] if view.shown.tally.failed else []
    parts += [f"{len(view.marks):,} marked"] if view.marks else []
    parts += ["by ListTrainingJobs: no sagemaker:Search"] if view.fallback else []
    return " · ".join(parts)
