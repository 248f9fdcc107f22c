"""Curves in the cells of a row of the list: the first loss, and how busy the GPUs are."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from tui.app.lines import Span

if TYPE_CHECKING:
    from tui.domain.series import Series

CELLS: Final = 8
VALUE_CELLS: Final = 7

RowCurves = tuple[str, str, str]
"""Sparkline of the loss, its last value, sparkline of the GPUs; empty where there is none."""


def list_sparkline(series: Series, ascii_only: bool = False) -> Span:
    """Return a curve in the cells of a column."""
    from tui.domain.series import sparkline

    return Span(sparkline(series, CELLS, ascii_only), "running")


def list_value(series: Series) -> Span:
    """Return the newest value of a curve, be it NaN."""
    from tui.app.widgets.axes import share

    if not series.points:
        return Span("")
    last = series.points[-1].y
    return Span(share(last, series.percent), "value" if math.isfinite(last) else "bad")


def row_curves(series: Iterable[Series], ascii_only: bool = False) -> RowCurves:
    """Return what a row of the list shows of the curves of its job."""
    from tui.app.curves import mean_of
    from tui.domain.series import first_loss, stats

    known = [curve for curve in series if curve.points]
    loss = first_loss(known)
    gpus = [curve for curve in known if curve.name == "GPUUtilization" and curve.host]
    drawn = list_sparkline(loss, ascii_only).text if loss and stats(loss).count else ""
    busy = list_sparkline(mean_of(gpus), ascii_only).text if gpus else ""
    return drawn, list_value(loss).text if loss else "", busy
