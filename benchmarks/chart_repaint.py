"""Chart repaint: a full screen of charts when all, one point or nothing is new; beside textual-plotext's own."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from statistics import median

from textual_plotext.plot import Plot

from benchmarks.charts_app import HOSTS, JOB, METRICS, curves, draw_plotext, longer
from benchmarks.endpoint import endpoint
from benchmarks.pty import COLUMNS, LINES, Terminal
from benchmarks.row import Row, milliseconds
from tui.app.widgets import plotting
from tui.app.widgets.chartview import Charts
from tui.domain.series import Series

_SIZE = f"{METRICS} metrics x {HOSTS} hosts"
_KEYS = {"one point of one curve": b"A", "a point of every curve": b"B", "nothing": b"C"}
_SETTLE = 1.2
"""Seconds of a window; the clock ticks once in each, and `nothing` says what that costs."""


def rows(quick: bool) -> Iterator[Row]:
    """Draw in this process, then count bytes at a terminal."""
    runs = 8 if quick else 30
    plotting.load()
    series = curves()
    all_new, one_new, none_new = _times(series, runs)
    theirs = _plotext_times(series, runs)
    yield Row(
        what=f"charts, {_SIZE}: rows of a page",
        measured=f"all new {_ms(all_new)}, one value new {_ms(one_new)}, nothing new {_ms(none_new)}",
        budget="",
        beside=f"PlotextPlot's build() of all {METRICS}, new or not: {_ms(theirs)}",
        ratio=median(all_new) / median(theirs),
        details={
            "all_ms": milliseconds(all_new),
            "one_ms": milliseconds(one_new),
            "nothing_us": [round(value * 1e6) for value in none_new],
            "plotext_ms": milliseconds(theirs),
        },
    )
    repeats = 4 if quick else 10
    with endpoint("quiet") as url:
        ours = _bytes([*_program("sagetop"), url], repeats, warm_up=9.0, opened=True)
    plotext = _bytes(_program("plotext"), repeats, warm_up=4.0, opened=False)
    for what in _KEYS:
        if what == "nothing":
            continue
        own, other = ours[what] - ours["nothing"], plotext[what] - plotext["nothing"]
        yield Row(
            what=f"charts, bytes: {what}",
            measured=f"{own:,.0f} B",
            budget="",
            beside=f"PlotextPlot, the same curves: {other:,.0f} B",
            ratio=own / other if other else None,
            details={"sagetop": ours, "plotext": plotext},
        )


def _times(series: tuple[Series, ...], runs: int) -> tuple[list[float], list[float], list[float]]:
    view = Charts()
    found: tuple[list[float], list[float], list[float]] = ([], [], [])
    height = LINES - 4

    def timed(into: list[float]) -> None:
        into.append(_timed(lambda: view.rows(COLUMNS - 2, height)))

    for _ in range(runs):
        series = longer(series, slice(None))
        view.take(series)
        timed(found[0])
        timed(found[2])
        # The other curves are as long already: the range of x stays, and so do the seven other charts.
        view.take(_moved(series))
        timed(found[1])
    return found


def _moved(series: tuple[Series, ...]) -> tuple[Series, ...]:
    first = series[0]
    last = first.points[-1]
    return (replace(first, points=(*first.points[:-1], last._replace(y=last.y + 1))), *series[1:])


def _plotext_times(series: tuple[Series, ...], runs: int) -> list[float]:
    plots = []
    for metric in range(METRICS):
        plot = Plot()
        draw_plotext(plot, series[metric * HOSTS : (metric + 1) * HOSTS])
        plot.plotsize(COLUMNS // 2, (LINES - 2) // 4)
        plot._set_size(COLUMNS // 2, (LINES - 2) // 4)
        plots.append(plot)
    return [_timed(lambda: [plot.build() for plot in plots]) for _ in range(max(3, runs // 4))]


def _bytes(command: list[str], repeats: int, *, warm_up: float, opened: bool) -> dict[str, float]:
    with Terminal(command) as terminal:
        terminal.read_for(warm_up)
        if opened:
            for key in (b"C", b"m"):
                os.write(terminal.master, key)
                terminal.read_for(3.0)
        found: dict[str, list[int]] = {what: [] for what in _KEYS}
        for _ in range(repeats):
            for what, key in _KEYS.items():
                before = sum(len(chunk.data) for chunk in terminal.chunks)
                os.write(terminal.master, key)
                terminal.read_for(_SETTLE)
                found[what].append(sum(len(chunk.data) for chunk in terminal.chunks) - before)
        screen = terminal.screen()
        for chunk in terminal.chunks:
            screen.feed(chunk.data)
        if not all(f"metric-{number}" in screen.text for number in range(1, METRICS + 1)):
            raise RuntimeError(f"the charts of {JOB} were not on the screen:\n{screen.text}")
    return {what: median(values) for what, values in found.items()}


def _program(name: str) -> list[str]:
    return [sys.executable, "-m", "benchmarks.charts_app", name]


def _timed(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def _ms(values: list[float]) -> str:
    found = median(values) * 1000
    return f"{found:.0f} ms" if found >= 10 else f"{found:.1f} ms"
