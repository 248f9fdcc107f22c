"""The rows of the list: one job, one parent, the last row. Pure functions of the view, made when they are seen."""

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len

from tui.app.columns import COLUMNS, GLYPH_CELLS, Fitted, fitted
from tui.app.joblist import JobsView
from tui.app.lines import LazyRows, Row, Span, fit, fit_middle, row, wrap
from tui.app.panes.sparklines import CELLS, VALUE_CELLS, RowCurves
from tui.app.panes.waiting import failure_rows
from tui.app.roster import MORE, running_on
from tui.domain.families import Family, parent_of
from tui.domain.jobs import JobSummary, reason_of
from tui.domain.status import Look, Tone, look
from tui.domain.units import coarse

_NO_CURVES: Final[RowCurves] = ("", "", "")
_INDENT: Final = "  "


def columns_of(view: JobsView, width: int) -> Fitted:
    """Return the columns of a view, and their cells."""
    curves = view.curves.values()
    told = [
        *(("loss",) if any(drawn or value for drawn, value, _ in curves) else ()),
        *(("gpu",) if any(busy for _, _, busy in curves) else ()),
    ]
    breadth = view.shown.breadth
    if view.shown.parents:
        breadth = breadth._replace(name=breadth.name + len(_INDENT))
    return fitted(view.columns, breadth, told, width)


def head_row(view: JobsView, width: int) -> Row:
    """Return the names of the columns, the sorted one marked."""
    columns = columns_of(view, width)
    order = view.order
    arrow = ("^" if order.reverse else "v") if view.ascii else ("▴" if order.reverse else "▾")
    shown = {column for column, _ in columns.columns}

    def title(text: str, column: str, cells: int, *, right: bool = False) -> Span:
        if order.column != column:
            return Span(fit(text, cells, right=right), "label")
        return Span(fit(f"{text}{arrow}", cells, right=right), "accent")

    if order.column == "name" or order.column in shown:
        spans = [title("NAME", "name", columns.name)]
    else:
        # What it is sorted by has no column: the name says it.
        words = {"created": "OLDEST FIRST" if order.reverse else "NEWEST FIRST"}.get(
            order.column, f"BY {COLUMNS[order.column].title}{arrow}" if order.column in COLUMNS else ""
        )
        spans = [Span(fit(f"NAME, {words}", columns.name), "accent")]
    for column, cells in columns.columns:
        spans += [Span(" "), title(COLUMNS[column].title, column, cells, right=COLUMNS[column].right)]
    return Row((Span(" " * GLYPH_CELLS), *spans))


def job_rows(view: JobsView, width: int) -> Sequence[Row]:
    """Return a row a job or parent, each made when it is looked at; without any, why there is none."""
    rows = view.shown.entries
    more = (MORE,) if view.more and view.known else ()
    if not rows:
        found = _empty(view, width)
        return [*found, _more(view, width)] if more else found
    columns = columns_of(view, width)

    def make(index: int) -> Row:
        if index >= len(rows):
            return _more(view, width)
        entry = rows[index]
        if isinstance(entry, Family):
            return _family(entry, view.shown.keys[index], view, columns)
        return _job(entry, view, columns)

    return LazyRows((*view.shown.keys, *more), make)


def _job(job: JobSummary, view: JobsView, columns: Fitted) -> Row:
    found = look(job.phase)
    tone = _tone(found.tone.value, view)
    running = found.tone in (Tone.RUNNING, Tone.WAITING)
    indent = _INDENT if job.name in view.shown.parents else ""
    spans = [
        _first(found, job.name in view.marks, view),
        _health(view.health.get(job.name), view),
        Span(" "),
    ]
    if indent:
        spans.append(Span(indent))
    name = fit_middle(job.name, columns.name - len(indent))
    spans.append(Span(name, _tone("strong" if running else "value", view)))
    for column, cells in columns.columns:
        spans.append(Span(" "))
        spans += _cell(column, cells, job, view, tone)
    return Row(tuple(spans), job.name)


def _cell(column: str, cells: int, job: JobSummary, view: JobsView, tone: str) -> list[Span]:
    assert view.now
    match column:
        case "phase":
            changed = job.name in view.changed
            return [Span(fit(job.phase or "unknown", cells), "changed" if changed else tone)]
        case "elapsed":
            return [Span(fit(coarse(job.elapsed_seconds(view.now)), cells, right=True), _tone("value", view))]
        case "age":
            created = job.times.created
            age = (view.now - created).total_seconds() if created else None
            return [Span(fit(coarse(age), cells, right=True), "dim")]
        case "created":
            return [Span(fit(f"{job.times.created:%m-%d %H:%M}" if job.times.created else "", cells), "dim")]
        case "instances":
            return [Span(fit(running_on(job), cells), "dim")]
        case "spot":
            return [Span(fit("spot" if job.spot else "", cells), "dim")]
        case "parent":
            parent = parent_of(job)
            return [Span(fit_middle(parent.name if parent else "", cells), "dim")]
        case "note":
            return [_note(job, cells, view)]
    drawn, told, busy = view.curves.get(job.name, _NO_CURVES)
    if column == "gpu":
        return [Span(_drawn(busy), _tone("running", view))]
    spans = [Span(_drawn(drawn), _tone("running", view))]
    if cells > CELLS:
        bad = told in ("NaN", "Inf", "-Inf")
        value = fit(told, VALUE_CELLS, right=True)
        spans += [Span(" "), Span(value, _tone("bad" if bad else "value", view))]
    return spans


def _note(job: JobSummary, cells: int, view: JobsView) -> Span:
    reason = reason_of(job)
    if reason:
        return Span(fit(reason, cells), _tone("bad" if job.failure_reason else "warning", view))
    parent = None if job.name in view.shown.parents else parent_of(job)
    return Span(fit(f"{parent.kind} {parent.name}" if parent else "", cells), "dim")


def _family(family: Family, key: str, view: JobsView, columns: Fitted) -> Row:
    unfolded = family.parent in view.shown.unfolded
    fold = ("- " if unfolded else "+ ") if view.ascii else ("▾ " if unfolded else "▸ ")
    marked = all(job.name in view.marks for job in family.jobs)
    changed = not unfolded and any(job.name in view.changed for job in family.jobs)
    rest = columns.rest - 1
    return Row(
        (
            _first(family.worst, marked, view),
            Span("  "),
            Span(fold, _tone("accent", view)),
            Span(fit_middle(family.parent.name, columns.name - len(fold)), _tone("strong", view)),
            *((Span(" "), *_fitting(_told(family, view, changed), rest)) if rest > 0 else ()),
        ),
        key,
    )


def _told(family: Family, view: JobsView, changed: bool) -> list[list[Span]]:
    """Return what a parent's row says, the longest form first."""
    shown = f"{len(family.jobs)}" if len(family.jobs) == family.size else f"{len(family.jobs)} of {family.size}"
    lead = [Span(family.parent.kind, "dim"), Span(f" · {shown}", "dim")]
    words: list[Span] = []
    glyphs: list[Span] = []
    for found, word, number in family.counts:
        tone = "changed" if changed else _tone(found.tone.value, view)
        words += [Span(", " if words else ": ", "dim"), Span(f"{number} {word}", tone)]
        glyphs += [Span(" "), Span(f"{found.ascii if view.ascii else found.glyph}{number}", tone)]
    newest: list[Span] = []
    if view.now and family.newest:
        newest = [Span(f" · newest {coarse((view.now - family.newest).total_seconds())}", "dim")]
    brief = [Span(f"{family.parent.kind} {shown}", "dim"), *glyphs]
    return [[*lead, *words, *newest], [*lead, *words], brief, [Span(shown, "dim"), *glyphs]]


def _fitting(forms: Sequence[Sequence[Span]], cells: int) -> list[Span]:
    """Return the first form that fits, filled up; the last one cut where none does."""
    for spans in forms:
        room = cells - sum(cell_len(span.text) for span in spans)
        if room >= 0:
            return [*spans, *([Span(" " * room)] if room else [])]
    return [Span(fit("".join(span.text for span in forms[-1]), cells), "dim")]


def _more(view: JobsView, width: int) -> Row:
    searching = view.filter or view.problems_only
    if view.loading_older:
        whole = f" of {view.total:,}" if view.total else ""
        text = f"loading older jobs: {view.known:,}{whole}…"
    elif searching and view.matching:
        whole = f" of {view.matching.total:,}" if view.matching.total is not None else ""
        text = f"{view.matching.loaded:,}{whole} that Search finds in all history · enter for more"
    else:
        others = f" and {view.known - view.depth:,} older" if view.known > view.depth else ""
        text = f"{view.depth:,} newest{others} {'searched' if searching else 'shown'} · enter for more"
    return Row((Span(" " * GLYPH_CELLS), Span(fit(text, max(0, width - GLYPH_CELLS)), "dim")), MORE)


def _first(found: Look, marked: bool, view: JobsView) -> Span:
    if marked:
        return Span(">" if view.ascii else "▸", "accent")
    return Span(found.ascii if view.ascii else found.glyph, _tone(found.tone.value, view))


def _health(health: Look | None, view: JobsView) -> Span:
    # That nothing is wrong needs no glyph of its own beside that of the status.
    if health is None or health.tone not in (Tone.BAD, Tone.WARNING):
        return Span(" ")
    return Span(health.ascii if view.ascii else health.glyph, _tone(health.tone.value, view))


def _tone(style: str, view: JobsView) -> str:
    return "dim" if view.stale else style


def _drawn(curve: str) -> str:
    # Blanks at the ends of a sparkline are gaps, and stay.
    return curve if cell_len(curve) == CELLS else fit(curve, CELLS)


def _empty(view: JobsView, width: int) -> list[Row]:
    if view.failure and not view.known:
        found = failure_rows(view.failure, width)
        found += [row(), *(row((line, "dim")) for line in wrap("This screen goes on by itself once it can.", width))]
        return found
    if view.known:
        words = "No job passes the filter. esc or ctrl-l shows all."
        return [row((line, "dim")) for line in wrap(words, width)]
    if view.loading:
        return [row(("Asking for the jobs of this account…", "dim"))]
    words = "This account has no training jobs in this region. Jobs appear here as soon as they are created."
    return [row((line, "dim")) for line in wrap(words, width)]
