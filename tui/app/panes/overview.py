"""Overview: the first thing to know about the focused job, failure reason first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len

from tui.app.lines import Row, Span, cells, fit, fit_middle, row, wrap
from tui.app.panes.family import family_rows
from tui.app.view import COARSE_SECONDS, JobView, finely
from tui.app.widgets.pane import Pane
from tui.domain.job import elapsed_seconds
from tui.domain.status import look
from tui.domain.timeline import phase_seconds
from tui.domain.units import coarse, duration, percent

if TYPE_CHECKING:
    from tui.domain.metrics import Progress

_BAR_CELLS = 20


def overview_rows(view: JobView, width: int, reason_lines: int = 4) -> list[Row]:
    """Return the failure reason in at most `reason_lines`, the status line, times, and progress if told."""
    if view.family:
        return family_rows(view.family, view, width)
    if not view.name:
        return [row(("Move the cursor to a job to see it here.", "dim"))]
    found: list[Row] = []
    if view.failure:
        found += _trouble(view, width)
    reason = view.snapshot.failure_reason if view.snapshot else (view.summary.failure_reason if view.summary else "")
    if reason:
        found += _reason(reason, view, width, reason_lines)
    found.append(_status(view, width))
    if view.snapshot:
        found += _now(view, width)
    return found


def why_rows(view: JobView, width: int, most: int) -> list[Row]:
    """Return why the job ended, in at most `most` rows: cause, what to try next, then the evidence."""
    told = view.autopsy
    if told is None:
        return []
    sure = "" if told.certainty in ("certain", "none") else f" ({told.certainty})"
    found = [
        row(
            ("why  ", "label"),
            (told.cause.value, "bad" if told.cause.value != "unknown" else "warning"),
            (sure, "dim"),
        )
    ]
    found += _labelled("next ", wrap(view.prose(told.next_step), max(8, width - 5))[:3], "value")
    seen = [line for piece in told.evidence for line in wrap(view.prose(piece), max(8, width - 5))]
    found += _labelled("seen ", seen, "dim")
    return found[:most]


def _labelled(label: str, lines: Sequence[str], style: str) -> list[Row]:
    return [row((" " * len(label) if index else label, "label"), (line, style)) for index, line in enumerate(lines)]


def _trouble(view: JobView, width: int) -> list[Row]:
    assert view.failure
    old = f", shown as of {coarse(view.age_seconds)} ago" if view.snapshot and view.age_seconds is not None else ""
    text = f"{view.failure.operation}: {view.failure.reason}{old}. {view.failure.message}"
    lines = wrap(text, width)[:2]
    if view.failure.hint:
        lines += wrap(f"→ {view.failure.hint}", width)[:1]
    return [row((line, "warning")) for line in lines]


def _reason(reason: str, view: JobView, width: int, most: int) -> list[Row]:
    lines = [line for line in wrap(view.prose(reason), width) if line.strip()]
    if len(lines) > most:
        more = f"… {len(lines) - most + 1} more lines: 9 shows all, y copies"
        lines = [*lines[: most - 1], more] if most > 1 else [fit(" ".join(lines), width)]
    return [row((line, view.style("FailureReason", "bad"))) for line in lines]


def _status(view: JobView, width: int) -> Row:
    source = view.snapshot or view.summary
    if source is None:
        return row((fit_middle(view.name, width).rstrip(), "strong"))
    tone = look(source.phase).tone.value
    words = source.phase if source.phase == source.status else f"{source.phase} · {source.status}"
    words = fit(words, min(cell_len(words), max(8, width - 17)))
    name = fit_middle(view.name, max(12, width - cell_len(words) - 5)).rstrip()
    return row(
        (view.glyph(source.phase) + " ", tone),
        (name, "strong"),
        "  ",
        (words, view.style("SecondaryStatus", tone)),
    )


def _now(view: JobView, width: int) -> list[Row]:
    assert view.snapshot
    label, seconds = elapsed_seconds(view.snapshot.times, view.snapshot.terminal, view.now)
    in_phase = phase_seconds(view.snapshot, view.now)
    spans: list[Span] = []
    if in_phase is not None:
        phase = fit(view.snapshot.phase, min(24, cell_len(view.snapshot.phase)))
        spans += [Span(duration(in_phase), "strong"), Span(f" in {phase}  ", "label")]
    if seconds is not None:
        words = " since training started" if label == "training" else " since creation"
        if view.snapshot.terminal:
            words = " in all" if label == "training" else " from creation to end"
        # One ticking number a line is enough to see that it lives.
        spans += [
            Span(duration(seconds), "strong") if in_phase is None else Span(coarse(seconds)),
            Span(words, "label"),
        ]
    rows = [Row(tuple(spans), "elapsed")] if spans else []
    from tui.domain.metrics import progress

    done = progress(view.snapshot.raw)
    if done:
        bar = Row((*_progress(done.share, view.ascii), *_counts(done)), "progress", "ProgressInfo")
        if rows and cells(rows) + 2 + cells([bar]) <= width:
            rows = [Row((*spans, Span("  "), *bar.spans), "elapsed", "ProgressInfo")]
        else:
            rows.append(bar)
    if view.snapshot.status_message:
        last = f"SecondaryStatusTransitions[{len(view.snapshot.transitions) - 1}]"
        message = wrap(view.prose(view.snapshot.status_message), width)[:2]
        rows += [row((line, view.style(last, "dim"))) for line in message]
    return rows


def _counts(done: Progress) -> Iterator[Span]:
    if done.epochs:
        yield Span(f" epoch {done.epoch}/{done.epochs}")
    if done.steps:
        yield Span(f" step {done.step}/{done.steps}", "label")


def _progress(share: float | None, ascii_only: bool) -> list[Span]:
    if share is None:
        return [Span("progress not told yet", "dim")]
    filled = round(share * _BAR_CELLS)
    full, empty = ("=", ".") if ascii_only else ("━", "─")
    return [
        Span(full * filled, "running"),
        Span(empty * (_BAR_CELLS - filled), "dim"),
        Span(f" {percent(share)}", "strong"),
    ]


class OverviewPane(Pane):
    """The strip above the panes; alone in its column it has no border to fill."""

    NUMBER: ClassVar[int] = 0
    NAME: ClassVar[str] = "Overview"

    def __init__(self) -> None:
        super().__init__(cursor=False)
        self.can_focus = False

    def tick_seconds(self, view: JobView) -> int:
        """Return a second while the time in the phase is told in seconds."""
        return finely(phase_seconds(view.snapshot, view.now)) if view.snapshot else COARSE_SECONDS

    def rows_of(self, view: JobView, width: int) -> Sequence[Row]:
        """Return the strip; the reason gets more lines where the job has the screen to itself."""
        height = self.screen.size.height
        if not self.detailed:
            return overview_rows(view, width, 4 if width > 60 and height > 40 else 1)
        if view.autopsy:
            # The autopsy says what matters of the reason, and what to do about it.
            return [*why_rows(view, width, max(3, height // 7)), *overview_rows(view, width, 1)]
        return overview_rows(view, width, max(2, height // (3 if height > 42 else 8)))

    def set_title(self, summary: str) -> None:
        """The strip has no border."""
