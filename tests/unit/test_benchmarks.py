"""The pure parts of the benchmarks: what is grown, where a line of a table goes, what a picture shows."""

from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import plot, soak, table, trend

MACHINE = {"cores": "2 cores", "python": "Python 3.11.7", "load": "load 0.4"}


def results(**rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        name: {
            "at": "2026-01-01",
            "quick": False,
            "machine": MACHINE,
            "rows": [
                {"what": f"{name} {place}", "measured": "1 s", "budget": "<= 2 s", "beside": "3 s"}
                | {"ratio": 0.3, "within": True, "details": {}}
                | row
                for place, row in enumerate(entries)
            ],
        }
        for name, entries in rows.items()
    }


def jobs_row(jobs: int, first_page: float) -> dict[str, Any]:
    figures = {"resident_mib": 90.0, "cpu_percent": 0.5, "bytes_per_second": 180.0, "calls_per_second": 0.4}
    return {"details": figures | {"jobs": jobs, "first_page_s": first_page, "filter_p95_ms": 20}}


@given(start=st.floats(-1e3, 1e3), rise=st.floats(-1e2, 1e2), amount=st.integers(2, 50))
def test_the_slope_of_a_line_is_its_rise(start: float, rise: float, amount: int) -> None:
    assert trend.slope([start + rise * n for n in range(amount)]) == pytest.approx(rise, abs=1e-6)


def test_the_slope_of_one_sample_is_nothing() -> None:
    assert trend.slope([5.0]) == 0
    assert trend.growth([5.0]) == 0


def test_growth_is_the_rise_of_the_whole_line_over_its_begin() -> None:
    assert trend.growth([100, 101, 102, 103, 104, 105]) == pytest.approx(0.05)


def test_one_peak_in_the_middle_is_no_growth() -> None:
    assert trend.growth([100, 100, 180, 100, 100]) == pytest.approx(0)


def test_what_grows_in_every_third_is_told_and_what_comes_and_goes_is_not() -> None:
    samples = [{"types": {"leak": 10 * hour, "cache": 7, "wave": 5 + hour % 2}} for hour in range(9)]
    assert soak.growers(samples) == [("leak", 60)]


def test_the_table_has_a_line_for_each_row_in_the_order_asked_for() -> None:
    found = table.table(results(later=[{}], sooner=[{}, {"within": False}]), ["sooner", "later", "absent"])
    lines = [line for line in found.splitlines() if line.startswith("|")][2:]
    assert [line.split("|")[1].strip() for line in lines] == ["sooner 0", "sooner 1", "later 0"]
    assert "**over** <= 2 s" in lines[1]
    assert "ok <= 2 s" in lines[2]


def test_the_table_says_the_load_and_that_a_row_was_measured_quickly() -> None:
    measured = results(row=[{}])
    measured["row"]["quick"] = True
    assert table.table(measured, ["row"]).splitlines()[-1].endswith("| 0.4, quick |")


def test_a_bar_in_a_cell_does_not_end_it() -> None:
    assert r"a \| b" in table.table(results(row=[{"measured": "a | b"}]), ["row"])


def test_a_new_table_takes_the_place_of_the_old_one_and_leaves_the_rest() -> None:
    text = f"before\n{table.BEGIN}\nold\n{table.END}\nafter"
    once = table.replaced(text, "new")
    assert once == f"before\n{table.BEGIN}\n\nnew\n\n{table.END}\nafter"
    assert table.replaced(once, "new") == once


def test_a_readme_without_markers_is_left_alone() -> None:
    with pytest.raises(ValueError, match="there is no"):
        table.replaced("nothing", "new")


def test_the_readme_has_the_markers_of_the_table() -> None:
    assert table.BEGIN in table.replaced(table.FILE.read_text(), "new")


@given(values=st.lists(st.floats(1e-3, 1e7), min_size=1, max_size=6))
def test_the_axis_reaches_beyond_all_values(values: list[float]) -> None:
    found = plot.ticks(min(values), max(values))
    assert found[0] <= min(values) * 1.001
    assert found[-1] >= max(values) * 0.999
    assert found == sorted(set(found))
    assert 2 <= len(found) <= 12


@pytest.mark.parametrize(("value", "text"), [(0.5, "0.5"), (200, "200"), (10_000, "10k"), (2e6, "2M")])
def test_numbers_of_an_axis_are_short(value: float, text: str) -> None:
    assert plot.words(value) == text


def test_a_picture_has_a_point_for_each_figure_inside_of_its_frame() -> None:
    charts = plot.charts(results(growth_jobs=[jobs_row(100, 1.0), jobs_row(10_000, 4.0)]))
    assert [chart.title for chart in charts] == ["Time, ms", "Memory, MiB", "Idle"]
    root = ElementTree.fromstring(plot.svg(charts[:1], "a note"))
    points = [element for element in root.iter() if element.tag.endswith("circle")]
    assert len(points) == 4
    assert all(0 < float(point.attrib["cx"]) < 300 and 0 < float(point.attrib["cy"]) < 190 for point in points)
    slow, fast = float(points[1].attrib["cy"]), float(points[0].attrib["cy"])
    assert slow < fast, "what takes longer is drawn higher"


def test_what_was_not_measured_is_not_drawn() -> None:
    assert plot.charts({}) == []
    assert plot.charts(results(growth_jobs=[jobs_row(100, 1.0)])) == []
