"""The charts: drawn at any size from any numbers, steered by keys, and drawn again only where something changed."""

import math
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from rich.cells import cell_len

from tests.strategies import HOSTILE
from tests.ui.curves import BEGAN, curve, measured, states, story
from tests.ui.support import Watch, raw_job, stock, watching
from tests.ui.test_metric_rows import odd
from tui.app.lines import STYLES, Row
from tui.app.screens.watch import WatchScreen
from tui.app.widgets import axes, plotting
from tui.app.widgets.charts import grid, readings, stepped, value_at
from tui.app.widgets.chartview import Charts, words
from tui.app.widgets.plotting import Glyphs, glyphs_for
from tui.domain.series import Series, Source
from tui.domain.text import safe_text
from tui.simulator import Simulator

SIZES = [(160, 45), (80, 24), (40, 12)]
ASCII_ONLY = re.compile(r"[ -~]*")


@pytest.fixture(autouse=True)
def _plotext() -> None:
    plotting.load()


def charts(*series: Series) -> Charts:
    made = Charts()
    made.take(series)
    return made


def plain(rows: list[Row]) -> str:
    return "\n".join(entry.plain for entry in rows)


def check(rows: list[Row], width: int, height: int) -> None:
    assert len(rows) == height
    assert max(cell_len(entry.plain) for entry in rows) <= width
    assert {span.style for entry in rows for span in entry.spans} <= set(STYLES)


# What is drawn


@pytest.mark.parametrize("glyphs", Glyphs)
@pytest.mark.parametrize("log_y", [False, True])
@pytest.mark.parametrize("by_step", [False, True])
def test_charts_fit_any_size(glyphs: Glyphs, log_y: bool, by_step: bool) -> None:
    for series in (story()[:9], odd(), odd(source=Source.STEPS), odd(source=Source.INSTANCE, host="algo-2")):
        view = charts(*series)
        view.draw_with(glyphs)
        if log_y:
            view.toggle_log()
        if by_step:
            view.toggle_axis()
        for width, height in ((1, 1), (24, 6), (37, 9), (76, 20), (156, 41)):
            for steps in (0, -1, 3):
                if steps:
                    view.step(steps)
                rows = view.rows(width, height)
                check(rows, width, height)
                if glyphs is Glyphs.ASCII:
                    assert all(ASCII_ONLY.fullmatch(entry.plain) for entry in rows)
            view.smoother()


def test_hostile_names() -> None:
    view = charts(*(curve(safe_text(name), 1, 2, 3) for name in HOSTILE))
    for width in range(24, 200, 25):
        check(view.rows(width, 30), width, 30)


def test_a_panel_says_name_values_source_and_times() -> None:
    text = plain(charts(story()[0]).rows(76, 12))
    title, *_, last = text.splitlines()
    assert title.split() == ["▸", "train:loss", "0.23691", "best", "0.23363", "max", "2.44", "log"]
    assert last.split() == ["10:00", "10:30", "11:00", "11:30"]
    assert re.search("[\u2801-\u28ff]", text)


def test_nan_is_a_gap() -> None:
    whole = curve("loss", *range(1, 101))
    holed = curve("loss", *(math.nan if 40 <= n < 60 else n for n in range(1, 101)))
    drawn = [plain(charts(entry).rows(80, 8)) for entry in (whole, holed)]
    columns = [
        {
            column
            for line in text.splitlines()[1:-2]
            for column, char in enumerate(line)
            if "\u2801" <= char <= "\u28ff"
        }
        for text in drawn
    ]
    lost = columns[0] - columns[1]
    assert 12 <= len(lost) <= 18
    assert max(lost) - min(lost) == len(lost) - 1


def test_log_scale_drops_what_has_no_logarithm_and_says_so() -> None:
    view = charts(curve("loss", 0.0, -1.0, 0.1, 1.0, 10.0, math.nan))
    assert view.toggle_log()
    text = plain(view.rows(80, 10))
    assert "2 values not above 0 left out" in text
    assert {"10", "1", "0.1"} <= set(re.findall(r"[\d.]+", text))
    view = charts(curve("loss", 0.0, 0.0))
    view.toggle_log()
    assert "nothing to draw" in plain(view.rows(80, 10))


def test_time_or_step() -> None:
    view = charts(*story()[:6])
    assert "10:30" in plain(view.rows(76, 12))
    assert view.toggle_axis()
    text = plain(view.rows(156, 41))
    assert "by time: nobody tells its steps" in text
    assert "BatchGetMetrics" in text
    assert "1000" in text
    assert words(view)[0] == "by step"


def test_hosts_have_a_legend_and_their_colours() -> None:
    rows = charts(*(entry for entry in story() if entry.name == "GPUUtilization")).rows(90, 14)
    legend = plain(rows).splitlines()[1]
    assert all(f"━ algo-{n}" in legend for n in range(1, 5))
    assert {"host0", "host1", "host2", "host3"} <= {span.style for entry in rows for span in entry.spans}


def test_smoothing() -> None:
    view = charts(curve("loss", *(1 + n % 2 for n in range(100))))
    before = view.rows(60, 10)
    assert [view.smoother() for _ in range(3)] == [0.6, 0.9, 0.0]
    assert view.rows(60, 10) == before
    view.smoother()
    assert "faint" in {span.style for entry in view.rows(60, 10) for span in entry.spans}


def test_what_a_terminal_can_draw() -> None:
    assert glyphs_for(False, "xterm-256color") is glyphs_for(False, "tmux-256color") is Glyphs.BRAILLE
    assert glyphs_for(False, "linux") is Glyphs.BLOCK
    assert glyphs_for(False, "dumb") is glyphs_for(True, "xterm") is glyphs_for(False, "vt100") is Glyphs.ASCII


@pytest.mark.parametrize(
    ("amount", "size", "expected"),
    [
        (1, (156, 41), (1, 1)),
        (4, (156, 41), (2, 2)),
        (8, (156, 41), (2, 4)),
        (99, (156, 41), (3, 4)),
        (5, (36, 8), (1, 1)),
    ],
)
def test_the_grid(amount: int, size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert grid(amount, *size) == expected


def test_ticks_are_round() -> None:
    assert [tick.label for tick in axes.ticks(0.21, 2.44, 3)] == ["1", "2"]
    assert [tick.label for tick in axes.ticks(5, 5, 3)] == ["5"]
    assert len(axes.ticks(-1e308, 1e308, 3)) == 2
    assert [tick.label for tick in axes.log_ticks(-3, 1, 5)] == ["0.001", "0.01", "0.1", "1", "10"]
    assert [tick.label for tick in axes.time_ticks(BEGAN, BEGAN + 3600, 4)] == [
        "10:00",
        "10:15",
        "10:30",
        "10:45",
        "11:00",
    ]
    assert [axes.short(value) for value in (0.231456, 48_210, 1e22, -1.2345e-100, math.nan)] == [
        *("0.23146", "48210", "1e22", "-1e-100", "NaN"),
    ]


# What the keys do


def test_the_crosshair_reads_every_curve() -> None:
    one, two = curve("loss", 5, 4, 3, host="algo-1"), curve("loss", 9, math.nan, 7, host="algo-2")
    assert value_at(one, BEGAN + 70) == 4
    assert value_at(one, BEGAN - 1) is None
    assert value_at(one, BEGAN + 121) is None
    view = charts(one, two)
    view.rows(80, 10)
    view.step(-1)
    assert view.crosshair == BEGAN + 120
    text = plain(view.rows(80, 10))
    assert "at 10:02:00" in text
    assert "algo-1 3" in text
    assert "algo-2 7" in text
    panel = next(iter(view._drawings.values()))[0]
    assert readings(panel, BEGAN) == [("algo-1", 5), ("algo-2", 9)]
    view.step(1)
    assert view.crosshair is None
    assert stepped(None, view.domain, 1, 50) == BEGAN


def test_filter_pin_and_pages() -> None:
    view = charts(*(curve(f"metric-{n:02}", n, n + 1) for n in range(30)))
    view.rows(80, 20)
    assert view.page_size == 2
    assert words(view)[-1] == "page 1 of 15"
    view.move(4)
    assert [group.name for group in view.page()] == ["metric-04", "metric-05"]
    assert view.pin() == "metric-04"
    assert view.search(re.compile("-1[0-2]")) == 4
    assert [group.name for group in view.panels] == ["metric-04", "metric-10", "metric-11", "metric-12"]
    assert [group.name for group in view.page()] == ["metric-04", "metric-10"]
    assert view.next_match(1)
    assert view.next_match(1)
    assert [group.name for group in view.page()] == ["metric-04", "metric-11"]
    assert "+metric-04" in plain(view.rows(80, 20))
    view.search(None)
    assert len(view.panels) == 30
    view.move(-99)
    assert view.pin() == "metric-04"
    assert [group.name for group in view.panels[:2]] == ["metric-00", "metric-01"]


def test_behind_the_last_chart_are_the_values() -> None:
    view = charts(*story()[:3])
    view.move(99)
    assert not view.beyond
    view.move(1)
    assert view.beyond


def test_only_what_changed_is_drawn_again() -> None:
    series = story()
    view = charts(*series)
    view.rows(156, 41)
    drawn = view.drawn
    assert drawn == 8
    view.rows(156, 41)
    view.take(story())
    view.step(-1)
    view.rows(156, 41)
    # A gap is a NaN of its own after each fetch: the chart that has one may be drawn again.
    assert view.drawn <= drawn + 1
    grown = curve("learning_rate", *range(5))
    view.take(tuple(grown if entry.name == grown.name else entry for entry in series))
    before = view.drawn
    view.rows(156, 41)
    assert view.drawn - before <= 2


# On the glass


@asynccontextmanager
async def charting(sim: Simulator, size: tuple[int, int], *, ascii_only: bool = False) -> AsyncIterator[Watch]:
    stock(sim, raw_job("bert", 140))
    async with watching(sim, size, ascii_only=ascii_only) as watch:
        await watch.described("bert")
        watch.screen.metrics_pane.telemetry = measured(*story(), states=states(), generation=1)
        await watch.tap("m")
        await watch.until(lambda: watch.screen.metrics_pane.charting, "charts")
        yield watch


@pytest.fixture(autouse=True)
def _unwired(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but the test tells the pane its curves."""
    monkeypatch.setattr(WatchScreen, "show_around", lambda _: None, raising=False)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("ascii_only", [False, True])
async def test_charts_at_every_size(sim: Simulator, size: tuple[int, int], ascii_only: bool) -> None:
    async with charting(sim, size, ascii_only=ascii_only) as watch:
        await watch.shows("train:loss", "0.2")
        for key in (
            "X",
            "Y",
            "o",
            "left",
            "left",
            "j",
            "space",
            "right",
            "X",
            "ctrl+f",
            "G",
            "g",
            "slash",
            "l",
            "enter",
        ):
            await watch.tap(key)
            if ascii_only:
                assert ASCII_ONLY.fullmatch(watch.text.replace("\n", "")), set(watch.text) - set(map(chr, range(127)))
        assert watch.app._exception is None


async def test_m_opens_charts_and_goes_back(sim: Simulator) -> None:
    async with charting(sim, (160, 45)) as watch:
        assert watch.screen.zoomed
        await watch.tap("m")
        assert not watch.screen.zoomed
        assert watch.screen.current == "jobs"
        await watch.tap("Y")
        assert watch.screen.zoomed
        await watch.shows("log")


async def test_keys_of_the_charts(sim: Simulator) -> None:
    async with charting(sim, (160, 45)) as watch:
        pane = watch.screen.metrics_pane
        await watch.tap("left", "left")
        await watch.shows("at 11:5")
        await watch.tap("escape")
        await watch.hides("at 11:5")
        await watch.tap("j", "space")
        await watch.shows("+validation:loss")
        assert not watch.screen.model.marks
        await watch.tap("slash", *"gpu", "enter")
        await watch.shows("/gpu", "GPUMemoryUtilization", "validation:loss")
        await watch.hides("train:accuracy")
        await watch.tap("escape")
        await watch.shows("train:accuracy")
        await watch.tap("G", "G")
        assert not pane.charting
        await watch.shows("METRIC", "EnableSageMakerMetricsTimeSeries is off")
        await watch.tap("g", "k")
        assert pane.charting


async def test_what_did_not_change_is_not_painted(sim: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    async with charting(sim, (160, 45)) as watch:
        pane = watch.screen.metrics_pane
        await watch.pilot.pause(0.1)
        painted: list[object] = []
        refresh = pane.refresh
        monkeypatch.setattr(
            pane, "refresh", lambda *regions, **more: painted.append(regions) or refresh(*regions, **more)
        )
        drawn = pane.charts.drawn
        pane.telemetry = measured(*story()[:3], *story()[3:], states=states(), generation=1)
        pane.refresh_rows()
        await watch.pilot.pause(0.05)
        assert (painted, pane.charts.drawn) == ([], drawn)
        pane.telemetry = measured(*story(), states=states(), generation=2)
        await watch.pilot.pause(0.05)
        assert [regions for regions in painted if regions] == []
        assert pane.charts.drawn <= drawn + 1


def test_plotext_is_not_imported_before_charts_are_shown() -> None:
    code = "import sys, tui.app.app; print(sorted(name for name in sys.modules if 'plotext' in name))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


async def test_without_plotext_the_rows_stay(sim: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ImportError("no")

    monkeypatch.setattr(plotting, "load", broken)
    monkeypatch.setattr(plotting, "loaded", lambda: False)
    stock(sim, raw_job("bert", 140))
    async with watching(sim, (160, 45)) as watch:
        await watch.described("bert")
        watch.screen.metrics_pane.telemetry = measured(*story(), generation=1)
        await watch.tap("m")
        await watch.shows("No charts: plotext cannot be imported (ImportError)", "train:loss", "algo-4")
