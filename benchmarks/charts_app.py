"""Eight charts of eight hosts on a terminal: `python -m benchmarks.charts_app plotext|sagetop URL`; keys feed it."""

import math
import sys
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tui.domain.series import Point, Series, Source

METRICS, HOSTS, MINUTES = 8, 8, 120
BEGAN = 1_776_000_000.0
JOB = "focused-job"


def curves() -> tuple[Series, ...]:
    """Return a value a minute, two hours long, of each metric and host."""
    return tuple(
        Series(
            name=f"metric-{metric}",
            source=Source.INSTANCE,
            points=tuple(Point(BEGAN + 60 * n, value(metric, host, n)) for n in range(MINUTES)),
            host=f"algo-{host}",
        )
        for metric in range(1, METRICS + 1)
        for host in range(1, HOSTS + 1)
    )


def value(metric: int, host: int, minute: int) -> float:
    """Return what a metric of a host is."""
    return 50 + 5 * host + 20 * math.sin(minute / (5 + metric) + host)


def longer(series: tuple[Series, ...], which: slice) -> tuple[Series, ...]:
    """Return the curves with one more minute of some of them."""
    found = list(series)
    for place in range(*which.indices(len(found))):
        old = found[place]
        metric, host = place // HOSTS + 1, place % HOSTS + 1
        last = len(old.points)
        found[place] = replace(old, points=(*old.points, Point(BEGAN + 60 * last, value(metric, host, last))))
    return tuple(found)


def _sagetop(url: str) -> None:
    from textual.events import Key

    from tui.app.app import SagetopApp
    from tui.app.panes.metrics import MetricsPane, MetricsView
    from tui.app.screens.watch import WatchScreen
    from tui.app.services import Options
    from tui.cli import Settings, connect

    class Fed(SagetopApp):
        """The app, whose curves are given instead of asked for."""

        fed = curves()
        generation = 0

        def feed(self) -> None:
            self.generation += 1
            now = datetime.fromtimestamp(BEGAN + 60 * MINUTES, UTC)
            self.screen.query_one(MetricsPane).telemetry = MetricsView(
                job=JOB, series=self.fed, now=now, generation=self.generation
            )

        def on_key(self, event: Key) -> None:
            if event.character in ("A", "B"):
                # The first metric's first host, or all of them: a minute more.
                self.fed = longer(self.fed, slice(0, 1) if event.character == "A" else slice(None))
            if event.character in ("A", "B", "C"):
                self.feed()

    # Nobody else tells the pane its curves.
    WatchScreen.show_around = lambda self: None  # type: ignore[method-assign]
    settings = Settings(region="us-east-1", endpoint_url=url, credentials=("a", "b"))
    Fed(lambda: connect(settings), Options(job=JOB)).run()


def _plotext() -> None:
    from textual.app import App, ComposeResult
    from textual.containers import Grid
    from textual.events import Key
    from textual_plotext import PlotextPlot

    class Plots(App[None]):
        """The same curves, each metric in a PlotextPlot."""

        CSS = "Grid { grid-size: 2 4; }"
        fed = curves()

        def compose(self) -> ComposeResult:
            with Grid():
                for _ in range(METRICS):
                    yield PlotextPlot()

        def on_mount(self) -> None:
            self.draw(slice(0, METRICS))

        def draw(self, which: slice) -> None:
            for metric, plot in list(enumerate(self.query(PlotextPlot)))[which]:
                draw_plotext(plot.plt, self.fed[metric * HOSTS : (metric + 1) * HOSTS])
                plot.refresh()

        def on_key(self, event: Key) -> None:
            if event.character in ("A", "B"):
                one = event.character == "A"
                self.fed = longer(self.fed, slice(0, 1) if one else slice(None))
                self.draw(slice(0, 1) if one else slice(None))

    Plots().run()


def draw_plotext(plot: Any, series: tuple[Series, ...]) -> None:
    """Give curves to plotext."""
    plot.clear_data()
    plot.title(series[0].name)
    for one in series:
        plot.plot([x for x, _ in one.points], [y for _, y in one.points], marker="braille", label=one.host)


if __name__ == "__main__":
    if sys.argv[1] == "plotext":
        _plotext()
    else:
        _sagetop(sys.argv[2])
