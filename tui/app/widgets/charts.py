"""Charts as rows of spans: what is drawn of each curve, axes, legend, and the read-out under the crosshair."""

import math
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final, NamedTuple

from rich.cells import cell_len

from tui.app.ascii import to_ascii
from tui.app.curves import SOURCES, Group, drawn, together
from tui.app.lines import HOST_STYLES, Span, fit, fit_middle
from tui.app.widgets import axes, plotting
from tui.app.widgets.axes import Tick, between, place, share
from tui.app.widgets.plotting import Cell, Glyphs, Line
from tui.domain.series import Series, downsample, is_loss_like, smooth
from tui.domain.units import count

SMOOTHINGS: Final = (0.0, 0.6, 0.9)
LEAST_WIDTH: Final = 24
LEAST_HEIGHT: Final = 6
_HOST: Final = re.compile(r"algo-[1-9]\d{0,5}")
_OWN_RANGE: Final = 0.12
"""A curve that covers less than this share of the common range has an axis of its own."""


class Range(NamedTuple):
    """The ends of an axis of x."""

    low: float
    high: float
    by_step: bool


@dataclass(frozen=True, slots=True)
class Manner:
    """How all charts are drawn."""

    by_step: bool = False
    log_y: bool = False
    smoothing: float = 0.0
    glyphs: Glyphs = Glyphs.BRAILLE


@dataclass(frozen=True, slots=True)
class Panel:
    """One chart: its data, and the order and size to draw it in."""

    name: str
    curves: tuple[tuple[str, Series], ...]
    manner: Manner
    domain: Range
    width: int
    height: int

    @property
    def percent(self) -> bool:
        """Whether all its values are shares."""
        return all(curve.percent for _, curve in self.curves)

    @property
    def by_step(self) -> bool:
        """Whether x is the step, which need not be what was asked for."""
        return self.curves[0][1].by_step


@dataclass(frozen=True, slots=True)
class Drawing:
    """What costs time to make: kept as long as its panel is equal."""

    canvas: tuple[tuple[Cell, ...], ...]
    labels: tuple[str, ...]
    """Of each row; empty where there is no tick."""
    bottom: str
    notes: tuple[str, ...]
    styles: tuple[str, ...]
    """Of each ink."""


def domain_of(groups: Sequence[Group], by_step: bool) -> Range:
    """Return the range of x that the charts have in common."""
    ends = [
        x
        for group in groups
        for _, curve in drawn(group, by_step)
        if curve.by_step is by_step
        for x in (curve.points[0].x, curve.points[-1].x)
    ]
    return Range(min(ends), max(ends), by_step) if ends else Range(0.0, 0.0, by_step)


def panel_of(group: Group, manner: Manner, domain: Range, width: int, height: int) -> Panel:
    """Return the chart of a metric; one whose curves are another kind, or far shorter, has its own range."""
    curves = drawn(group, manner.by_step)
    by_step = curves[0][1].by_step
    low = min(curve.points[0].x for _, curve in curves)
    high = max(curve.points[-1].x for _, curve in curves)
    if by_step is not domain.by_step or high - low < _OWN_RANGE * (domain.high - domain.low):
        domain = Range(low, high, by_step)
    return Panel(group.name, curves, manner, domain, width, height)


def draw(panel: Panel) -> Drawing:
    """Draw a chart: canvas, ticks and notes."""
    several = len(panel.curves) > 1
    log = panel.manner.log_y
    raw = [_logs(curve) if log else curve for _, curve in panel.curves]
    notes = _notes(panel)
    second = several or bool(notes)
    width, height = _canvas_size(panel, 0, second)
    smoothed = [smooth(curve, panel.manner.smoothing) for curve in raw] if panel.manner.smoothing else []
    layers = (
        [(curve, 0 if smoothed else ink) for ink, curve in enumerate(raw, 1)] if not (several and smoothed) else []
    )
    layers += [(curve, ink) for ink, curve in enumerate(smoothed, 1)]
    values = [y for curve, _ in layers for _, y in curve.points if math.isfinite(y)]
    if not values:
        return Drawing((), (), "", notes, _styles(panel))
    low, high = min(values), max(values)
    if panel.percent and not log:
        low, high = min(0.0, low), max(100.0, high)
    ticks = (axes.log_ticks if log else axes.ticks)(low, high, max(1, (height + 1) // 3))
    if not ticks:
        ticks = [Tick(end, axes.short(10**end if log else end)) for end in (low, high)]
    labels = [""] * height
    for tick in ticks:
        if low <= tick.at <= high:
            labels[round((1 - place(tick.at, low, high)) * (height - 1))] = tick.label
    gutter = max(map(len, labels), default=0)
    width, height = _canvas_size(panel, gutter, second)
    # The ink of what was smoothed is the one behind the others.
    faint = len(raw) + 1
    lines = [
        Line(run, ink or faint)
        for curve, ink in layers
        for run in _runs(downsample(curve, 3 * max(2, width)), panel.domain, low, high)
    ]
    canvas = tuple(tuple(row) for row in plotting.draw(lines, width, height, panel.manner.glyphs))
    return Drawing(
        canvas,
        tuple(fit(label, gutter, right=True) for label in labels),
        _bottom(panel, width),
        notes,
        _styles(panel),
    )


def rows_of(
    panel: Panel, drawing: Drawing, crosshair: float | None, *, selected: bool, pinned: bool
) -> list[list[Span]]:
    """Return the lines of a chart, each exactly as wide as its panel."""
    at = crosshair if crosshair is not None and panel.by_step is panel.manner.by_step else None
    if at is not None and not panel.domain.low <= at <= panel.domain.high:
        at = None
    rows = [_title(panel, at, selected, pinned)]
    if len(panel.curves) > 1 or drawing.notes:
        rows.append(_legend(panel, drawing, at))
    body = panel.height - len(rows)
    if not drawing.canvas:
        rows += [[Span(fit("", panel.width))] for _ in range(body)]
        return _plain(rows, panel)
    gutter = len(drawing.labels[0]) if drawing.labels else 0
    width = len(drawing.canvas[0])
    column = None if at is None else round(place(at, panel.domain.low, panel.domain.high) * (width - 1))
    for label, cells in zip(drawing.labels, drawing.canvas, strict=True):
        axis = "┤" if label.strip() else "│"
        rows.append([Span(label, "dim"), Span(axis, "axis"), *_ink(cells, drawing.styles, column)])
    if _framed(panel):
        line = "─" * width if column is None else "─" * column + "┴" + "─" * (width - column - 1)
        rows.append([Span(" " * gutter + "└" + line, "axis")])
    rows.append([Span(" " * (gutter + 1) + drawing.bottom, "dim")])
    return _plain(rows, panel)


def _plain(rows: list[list[Span]], panel: Panel) -> list[list[Span]]:
    """Return no more lines than the panel has, in ASCII where only that is drawn."""
    rows = rows[: panel.height]
    if panel.manner.glyphs is Glyphs.ASCII:
        return [[Span(to_ascii(span.text), span.style) for span in line] for line in rows]
    return rows


def readings(panel: Panel, x: float) -> list[tuple[str, float | None]]:
    """Return the value of each curve at an x: of the point next to it, None where the curve has none there."""
    return [(label, value_at(curve, x)) for label, curve in panel.curves]


def value_at(curve: Series, x: float) -> float | None:
    """Return the value of the point next to an x, which may be NaN; None where x is not within the curve."""
    points = curve.points
    if not points or not points[0].x <= x <= points[-1].x:
        return None
    place = bisect_left(points, x, key=lambda point: point.x)
    around = points[max(0, place - 1) : place + 1]
    return min(around, key=lambda point: abs(point.x - x)).y


def stepped(crosshair: float | None, domain: Range, steps: int, columns: int) -> float | None:
    """Return the crosshair moved by columns: it comes in at the newest point, and leaves beyond it."""
    if domain.high <= domain.low:
        return None
    if crosshair is None:
        return domain.high if steps < 0 else domain.low
    column = round(place(crosshair, domain.low, domain.high) * (columns - 1)) + steps
    return between(max(0, column) / max(1, columns - 1), domain.low, domain.high) if column < columns else None


def grid(amount: int, width: int, height: int) -> tuple[int, int]:
    """Return columns and rows of panels on a page: the fewest empty places, then the best proportions."""
    most_columns = max(1, min(4, (width + 2) // 46))
    most_rows = max(1, height // 9)
    if amount >= most_columns * most_rows:
        return most_columns, most_rows
    shapes = [
        (columns, rows)
        for columns in range(1, most_columns + 1)
        for rows in (math.ceil(amount / columns),)
        if 1 <= rows <= most_rows
    ]
    if not shapes:
        return most_columns, most_rows

    def badness(shape: tuple[int, int]) -> tuple[float, float]:
        columns, rows = shape
        proportion = (width / columns) / (height / rows)
        return columns * rows - amount, abs(math.log(proportion / 4.5))

    return min(shapes, key=lambda shape: sum(badness(shape)))


def _canvas_size(panel: Panel, gutter: int, second: bool) -> tuple[int, int]:
    below = 1 + _framed(panel)
    return max(1, panel.width - gutter - 1), max(1, panel.height - 1 - second - below)


def _framed(panel: Panel) -> bool:
    return panel.height >= 8


def _logs(curve: Series) -> Series:
    points = (
        point._replace(y=math.log10(point.y) if point.y > 0 and math.isfinite(point.y) else math.nan)
        for point in curve.points
    )
    return replace(curve, points=tuple(points))


def _notes(panel: Panel) -> tuple[str, ...]:
    """Return what a chart says beside its curves."""
    notes = []
    if panel.by_step is not panel.manner.by_step:
        notes.append("by time: nobody tells its steps" if panel.manner.by_step else "by step: nobody tells its times")
    values = [y for _, curve in panel.curves for _, y in curve.points if math.isfinite(y)]
    if panel.manner.log_y:
        dropped = sum(y <= 0 for y in values)
        if dropped:
            notes.append(f"log scale: {count(dropped, 'value')} not above 0 left out")
        values = [y for y in values if y > 0]
    if not values:
        notes.append("nothing to draw")
    return tuple(notes)


def _styles(panel: Panel) -> tuple[str, ...]:
    if len(panel.curves) == 1:
        return ("running", "faint")
    inks = len(HOST_STYLES)
    # A host has the same colour in every chart.
    places = [
        int(curve.host[5:]) - 1 if _HOST.fullmatch(curve.host) else n for n, (_, curve) in enumerate(panel.curves)
    ]
    if len({place % inks for place in places}) < len(places):
        places = list(range(len(places)))
    return (*(HOST_STYLES[place % inks] for place in places), "faint")


def _runs(curve: Series, domain: Range, low: float, high: float) -> Iterator[list[tuple[float, float]]]:
    """Yield the stretches of a curve without a gap, in the unit square."""
    for finite, points in groupby(curve.points, key=lambda point: math.isfinite(point.y)):
        if finite:
            yield [(place(x, domain.low, domain.high), place(y, low, high)) for x, y in points]


def _bottom(panel: Panel, width: int) -> str:
    low, high, by_step = panel.domain
    most = max(1, width // 11)
    ticks = axes.ticks(low, high, most) if by_step else axes.time_ticks(low, high, most)
    if not ticks:
        ticks = [Tick(x, axes.short(x) if by_step else axes.moment(x)) for x in dict.fromkeys((low, high))]
    marks = [(round(place(tick.at, low, high) * (width - 1)), tick.label) for tick in ticks]
    return axes.labelled(marks, width)


def _title(panel: Panel, at: float | None, selected: bool, pinned: bool) -> list[Span]:
    found = together([curve for _, curve in panel.curves])
    percent = panel.percent
    lead = (">" if selected else " ") + ("+" if pinned else " ")
    if panel.manner.glyphs is Glyphs.BRAILLE:
        lead = lead.replace(">", "▸")
    last = "" if found.last is None else share(found.last, percent)
    style = "strong"
    if len(panel.curves) == 1 and not math.isfinite(panel.curves[0][1].points[-1].y) and is_loss_like(panel.name):
        last, style = axes.short(panel.curves[0][1].points[-1].y), "bad"
    if at is not None:
        when = axes.short(at, 9) if panel.by_step else axes.moment(at)
        told = readings(panel, at)
        value = "" if len(told) > 1 else f"  {_told(told[0][1], percent)}"
        right = [Span(f"at {when}", "accent"), Span(value, "strong")]
        last = ""
    else:
        extremes = [("best", found.best), ("min", found.minimum), ("max", found.maximum)]
        shown = [f"{word} {share(value, percent)}" for word, value in extremes if value is not None]
        if found.best is not None and found.best in (found.minimum, found.maximum):
            # Which of the two the best is, is told once.
            shown = [f"best {share(found.best, percent)}"]
            shown += [f"{word} {share(v, percent)}" for word, v in extremes[1:] if v is not None and v != found.best]
        source = SOURCES[panel.curves[0][1].source]
        name_cells = min(cell_len(panel.name), 18)
        while shown and len("  ".join(shown)) + len(last) + name_cells + 6 > panel.width:
            shown.pop()
        if shown and len("  ".join([*shown, source])) + len(last) + cell_len(panel.name) + 8 <= panel.width:
            shown.append(source)
        right = [Span("  ".join(shown), "dim")]
    used = sum(cell_len(span.text) for span in right)
    room = max(1, panel.width - used - 2 - (len(last) + 2 if last else 0) - (1 if used else 0))
    name = fit_middle(panel.name, min(max(1, cell_len(panel.name)), room)) or " "
    left = [
        Span(lead, "accent"),
        Span(name, "accent" if selected else "head"),
        Span(f"  {last}" if last else "", style),
    ]
    return _exactly(left, right, panel.width)


def _legend(panel: Panel, drawing: Drawing, at: float | None) -> list[Span]:
    spans = [Span("  ")]
    used = 2
    if len(panel.curves) > 1:
        told = readings(panel, at) if at is not None else []
        for place_, (label, curve) in enumerate(panel.curves):
            value = told[place_][1] if told else together([curve]).last
            text = f" {label} {_told(value, panel.percent)}"
            left = len(panel.curves) - place_
            if used + cell_len(text) + 3 + (4 if left > 1 else 0) > panel.width:
                spans.append(Span(f"+{left}", "dim"))
                used += len(f"+{left}")
                break
            mark = plotting.mark(place_ + 1, panel.manner.glyphs)
            spans += [Span(mark, drawing.styles[place_]), Span(text, "label"), Span("  ")]
            used += 1 + cell_len(text) + 2
    for note in drawing.notes:
        if used + 4 < panel.width:
            text = fit(note, min(cell_len(note), panel.width - used - 1))
            spans += [Span(text, "dim"), Span("  ")]
            used += cell_len(text) + 2
    return _exactly(spans, [], panel.width)


def _told(value: float | None, percent: bool) -> str:
    return "–" if value is None else share(value, percent)


def _exactly(left: Sequence[Span], right: Sequence[Span], width: int) -> list[Span]:
    """Return both with as many blanks between them as the width leaves, cut where it leaves none."""
    used = sum(cell_len(span.text) for span in (*left, *right))
    spans = [*left, Span(" " * max(0, width - used)), *right]
    found: list[Span] = []
    room = width
    for span in spans:
        cells = cell_len(span.text)
        if cells > room:
            found.append(Span(fit(span.text, room), span.style))
            break
        found.append(span)
        room -= cells
    return [span for span in found if span.text]


def _ink(cells: Sequence[Cell], styles: Sequence[str], column: int | None) -> Iterator[Span]:
    """Yield a row of the canvas as spans, the crosshair where nothing is drawn."""
    row = list(cells)
    if column is not None and 0 <= column < len(row) and not row[column].ink:
        row[column] = Cell("│", len(styles) + 1)
    for ink, run in groupby(row, key=lambda cell: cell.ink):
        text = "".join(cell.char for cell in run)
        yield Span(text, "value" if not ink else styles[ink - 1] if ink <= len(styles) else "accent")


def beside(blocks: Sequence[list[list[Span]]], gap: int) -> list[tuple[Span, ...]]:
    """Return the lines of panels that stand side by side."""
    return [
        tuple(
            span for place_, line in enumerate(lines) for span in ((Span(" " * gap),) if place_ else ()) + tuple(line)
        )
        for lines in zip(*blocks, strict=True)
    ]
