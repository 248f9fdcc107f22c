"""1 Jobs: the list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import ClassVar, Final, NamedTuple

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.getters import query_one
from textual.reactive import var

from tui.app.lines import Row, Span, fit, fit_middle, row, wrap
from tui.app.model import Order
from tui.app.panes.sparklines import CELLS, VALUE_CELLS, RowCurves
from tui.app.widgets.lines import Lines
from tui.app.widgets.titles import pane_title
from tui.domain import resources
from tui.domain.failure import Failure
from tui.domain.jobs import JobSummary, short_reason
from tui.domain.secrets import masked_text
from tui.domain.status import Look, Tone, look
from tui.domain.text import one_line
from tui.domain.units import coarse

_TICK_SECONDS: Final = 10
"""How finely the list tells time."""
_GLYPH_CELLS: Final = 3
"""Status, health, a blank."""
_PHASE_CELLS: Final = 13
_ELAPSED_CELLS: Final = 6
_ON_CELLS: Final = 14
_SPOT_CELLS: Final = 4
_NOTE_CELLS: Final = 40
_NAME_CELLS: Final = 20
"""Below this the columns on the right give way."""


@dataclass(frozen=True, slots=True, eq=False)
class JobsView:
    """The list as it is to be shown."""

    jobs: Sequence[JobSummary] = ()
    """Filtered and in order."""
    known: int = 0
    """Before the filter."""
    total: int | None = None
    """What the account has."""
    loading: bool = True
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
        """Return what the rows depend on: equal stamps, equal rows. `jobs` counts by identity."""
        tick = int(self.now.timestamp()) // _TICK_SECONDS if self.now else 0
        return (
            *(id(self.jobs), self.known, self.total, self.loading, self.order, self.filter, self.problems_only),
            *(self.marks, self.changed, self.failure, self.fallback, self.stale, self.ascii, tick),
            *(dict(self.curves), dict(self.health)),
        )


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns there is room for, and their cells."""

    name: int
    on: int
    spot: int
    note: int
    loss: int = 0
    """The sparkline, or with the newest value behind it."""
    gpu: int = 0

    @classmethod
    def of(cls, view: JobsView, width: int) -> "Columns":
        """Return the columns for a width: the name grows, columns on the right go when it would be cut short."""
        left = width - _GLYPH_CELLS - 1 - _PHASE_CELLS - 1 - _ELAPSED_CELLS
        longest = max((cell_len(_on(job)) for job in view.jobs), default=0)

        def take(cells: int, wanted: bool) -> int:
            nonlocal left
            given = cells if wanted and left - cells - 1 >= _NAME_CELLS else 0
            left -= given + 1 if given else 0
            return given

        on = take(max(2, min(longest, _ON_CELLS)), longest > 0)
        loss = take(CELLS, any(drawn or told for drawn, told, _ in view.curves.values()))
        if loss and take(VALUE_CELLS, True):
            loss += VALUE_CELLS + 1
        gpu = take(CELLS, any(busy for _, _, busy in view.curves.values()))
        spot = take(_SPOT_CELLS, any(job.spot for job in view.jobs))
        named = max((cell_len(job.name) for job in view.jobs), default=0)
        spare = left - max(named, _NAME_CELLS) - 1
        note = min(spare, _NOTE_CELLS) if spare >= 14 and view.jobs else 0
        left -= note + 1 if note else 0
        return cls(max(4, left), on, spot, note, loss, gpu)


def head_row(view: JobsView, width: int) -> Row:
    """Return the names of the columns, the sorted one marked."""
    columns = Columns.of(view, width)
    arrow = ("^" if view.order.reverse else "v") if view.ascii else ("▴" if view.order.reverse else "▾")

    def title(text: str, column: str, cells: int, *, right: bool = False) -> Span:
        sorted_by = view.order.column == column
        words = f"{text}{arrow}" if sorted_by else text
        return Span(fit(words, cells, right=right), "accent" if sorted_by else "label")

    if view.order.column == "created":
        name = title("NAME, OLDEST FIRST" if view.order.reverse else "NAME, NEWEST FIRST", "", columns.name)
        name = name._replace(style="accent")
    else:
        name = title("NAME", "name", columns.name)
    spans = [
        Span(" " * _GLYPH_CELLS),
        name,
        Span(" "),
        title("PHASE", "phase", _PHASE_CELLS),
        Span(" "),
        title("FOR", "elapsed", _ELAPSED_CELLS, right=True),
    ]
    if columns.on:
        spans += [Span(" "), title("ON", "instances", columns.on)]
    if columns.spot:
        spans += [Span(" "), Span(fit("SPOT", columns.spot), "label")]
    if columns.loss:
        spans += [Span(" "), Span(fit("LOSS", columns.loss), "label")]
    if columns.gpu:
        spans += [Span(" "), Span(fit("GPU", columns.gpu), "label")]
    if columns.note:
        spans += [Span(" "), Span(fit("NOTE", columns.note), "label")]
    return Row(tuple(spans))


def job_rows(view: JobsView, width: int) -> list[Row]:
    """Return a row a job; without any, why there is none and what to do."""
    if not view.jobs:
        return _empty(view, width)
    assert view.now
    columns = Columns.of(view, width)
    return [
        _job(
            job,
            coarse(job.elapsed_seconds(view.now)),
            columns,
            _Marks(job.name in view.marks, job.name in view.changed, view.stale, view.ascii),
            view.curves.get(job.name, _NO_CURVES),
            view.health.get(job.name),
        )
        for job in view.jobs
    ]


class _Marks(NamedTuple):
    marked: bool
    changed: bool
    stale: bool
    ascii: bool


_NO_CURVES: Final = ("", "", "")


@lru_cache(maxsize=4096)
def _job(
    job: JobSummary, elapsed: str, columns: Columns, marks: _Marks, curves: RowCurves, health: Look | None
) -> Row:
    found = look(job.phase)
    glyph = found.ascii if marks.ascii else found.glyph
    tone = "dim" if marks.stale else found.tone.value
    running = found.tone.value in ("running", "waiting")
    mark = ">" if marks.ascii else "▸"
    spans = [
        Span(mark, "accent") if marks.marked else Span(glyph, tone),
        _health(health, marks),
        Span(" "),
        Span(fit_middle(job.name, columns.name), "dim" if marks.stale else ("strong" if running else "value")),
        Span(" "),
        Span(fit(job.phase or "unknown", _PHASE_CELLS), "changed" if marks.changed else tone),
        Span(" "),
        Span(fit(elapsed, _ELAPSED_CELLS, right=True), "dim" if marks.stale else "value"),
    ]
    if columns.on:
        spans += [Span(" "), Span(fit(_on(job), columns.on), "dim")]
    if columns.spot:
        spans += [Span(" "), Span(fit("spot" if job.spot else "", columns.spot), "dim")]
    drawn, told, busy = curves
    if columns.loss:
        spans += [Span(" "), Span(_drawn(drawn), "dim" if marks.stale else "running")]
    if columns.loss > CELLS:
        tone = "bad" if told in ("NaN", "Inf", "-Inf") else "value"
        spans += [Span(" "), Span(fit(told, VALUE_CELLS, right=True), "dim" if marks.stale else tone)]
    if columns.gpu:
        spans += [Span(" "), Span(_drawn(busy), "dim" if marks.stale else "running")]
    if columns.note:
        text, style = _note(job)
        spans += [Span(" "), Span(fit(text, columns.note), "dim" if marks.stale else style)]
    return Row(tuple(spans), job.name)


def _health(health: Look | None, marks: _Marks) -> Span:
    # That nothing is wrong needs no glyph of its own beside that of the status.
    if health is None or health.tone not in (Tone.BAD, Tone.WARNING):
        return Span(" ")
    return Span(health.ascii if marks.ascii else health.glyph, "dim" if marks.stale else health.tone.value)


def _drawn(curve: str) -> str:
    # Blanks at the ends of a sparkline are gaps, and stay.
    return curve if cell_len(curve) == CELLS else fit(curve, CELLS)


def _on(job: JobSummary) -> str:
    if job.instances is None:
        return ""
    return resources.short(job.instances) or "serverless"


def _note(job: JobSummary) -> tuple[str, str]:
    if job.failure_reason:
        return _reason(job.failure_reason), "bad"
    if job.secondary_status == "MaxRuntimeExceeded":
        return "max runtime", "warning"
    if job.secondary_status == "MaxWaitTimeExceeded":
        return "max wait time", "warning"
    return (f"{job.parent_kind} {job.parent}", "dim") if job.parent else ("", "value")


@lru_cache(maxsize=4096)
def _reason(reason: str) -> str:
    return one_line(short_reason(masked_text(reason)))


def _empty(view: JobsView, width: int) -> list[Row]:
    if view.failure and not view.known:
        lines = wrap(f"{view.failure.kind.capitalize()}.", width)
        found = [row((line, "warning")) for line in lines]
        found += [row((line, "dim")) for line in wrap(view.failure.message, width)]
        if view.failure.hint:
            found += [row(), *(row((line, "strong")) for line in wrap(f"→ {view.failure.hint}", width))]
        found += [row(), *(row((line, "dim")) for line in wrap("This screen goes on by itself once it can.", width))]
        return found
    if view.known:
        words = "No job passes the filter. esc or ctrl-l shows all."
        return [row((line, "dim")) for line in wrap(words, width)]
    if view.loading:
        return [row(("Asking for the jobs of this account…", "dim"))]
    words = "This account has no training jobs in this region. Jobs appear here as soon as they are created."
    return [row((line, "dim")) for line in wrap(words, width)]


def title_of(view: JobsView) -> str:
    """Return what the pane's title says: how many are shown of how many, and the filter."""
    whole = view.known if view.total is None else max(view.total, view.known)
    parts = [f"{len(view.jobs):,} of {whole:,}" if len(view.jobs) != whole else f"{whole:,}"]
    parts += [f"/{view.filter}"] if view.filter else []
    parts += ["problems only"] if view.problems_only else []
    if not view.filter and not view.problems_only:
        running = sum(look(job.phase).tone.value in ("running", "waiting") for job in view.jobs)
        failed = sum(job.status == "Failed" for job in view.jobs)
        parts += [f"{running} running"] if running else []
        parts += [f"{failed} failed"] if failed else []
    parts += [f"{len(view.marks)} marked"] if view.marks else []
    parts += ["by ListTrainingJobs: no sagemaker:Search"] if view.fallback else []
    return " · ".join(parts)


class JobList(Lines):
    """The rows of the list; the job whose panes are shown stays marked."""

    MARKS_BLURRED_CURSOR: ClassVar[bool] = True


class JobsPane(Vertical):
    """The list under the names of its columns."""

    NUMBER: ClassVar[int] = 1
    NAME: ClassVar[str] = "Jobs"

    view: var[JobsView] = var(JobsView(), init=False)

    body = query_one(JobList)
    head = query_one("#jobs-head", Lines)

    def __init__(self) -> None:
        super().__init__(id="jobs")
        self._title = ""
        self._shown: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        """Compose the head and the rows."""
        head = Lines(id="jobs-head", cursor=False)
        head.can_focus = False
        yield head
        yield JobList(id="jobs-list")

    def watch_view(self) -> None:
        """Show the new view."""
        self.refresh_rows()

    def refresh_rows(self) -> None:
        """Show the view as it is now, if anybody sees it."""
        if not self.is_mounted or not self.display:
            return
        width = self.body.scrollable_content_region.width
        shown = (width, *self.view.stamp())
        if width <= 0 or shown == self._shown:
            return
        self._shown = shown
        self.head.show([head_row(self.view, width)])
        self.body.show(job_rows(self.view, width))
        title = title_of(self.view)
        if title != self._title:
            self._title = title
            self.border_title = pane_title(self, self.NUMBER, self.NAME, title)

    def on_resize(self, _: events.Resize) -> None:
        """Fit the rows to the new width."""
        self.refresh_rows()

    def on_show(self, _: events.Show) -> None:
        """Show what was missed while nobody saw it."""
        self.refresh_rows()
