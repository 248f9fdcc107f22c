"""The rows of the metrics, and the curves in the list: pure functions, at every width."""

import math
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.strategies import HOSTILE, NOW
from tests.ui.curves import MINUTES, busy, curve, falling, measured, states, story
from tests.ui.support import raw_job, summary_of, view_of
from tests.ui.test_rows import check
from tui.app.curves import drawn, groups_of, mean_of
from tui.app.joblist import JobsView
from tui.app.panes.jobrows import columns_of, head_row, job_rows
from tui.app.panes.metricrows import metric_rows
from tui.app.panes.metrics import UNMEASURED
from tui.app.panes.sparklines import list_sparkline, list_value, row_curves
from tui.app.roster import Shown
from tui.domain.extraction import MetricDefinition, Unused
from tui.domain.series import Series, Source
from tui.domain.text import safe_text
from tui.polling.metricports import SourceState

VIEW = view_of(raw_job("bert"))
ODD = {
    "empty": (),
    "single": (0.5,),
    "nan": (math.nan, math.nan),
    "ends in nan": (1.0, 0.5, math.nan),
    "infinite": (1.0, math.inf, -math.inf),
    "huge": (1e308, -1e308, 1.7e308),
    "tiny": (5e-324, 1e-310),
    "zeros": (0.0, 0.0),
    "negative": (-1.0, -1e-9),
}


def odd(**more: Any) -> tuple[Series, ...]:
    return tuple(curve(f"{name}:loss", *values, **more) for name, values in ODD.items())


def lines(*series: Series, width: int = 100, **more: Any) -> list[str]:
    return [entry.plain.rstrip() for entry in metric_rows(VIEW, width, measured(*series, **more))]


def test_a_row_says_name_curve_values_and_where_it_is_from() -> None:
    head, first, *_ = lines(*story(), width=100)
    assert head.split() == ["METRIC", "LAST", "MIN", "MAX", "BEST", "SOURCE"]
    assert first.split()[0] == "train:loss"
    assert first.split()[2:] == ["0.23691", "0.23363", "2.44", "0.23363", "log", "1m"]
    names = [text.split()[0] for text in lines(*story(), width=100)[1:]]
    assert names[:4] == ["train:loss", "train:loss", "validation:loss", "train:accuracy"]
    assert names[-3:] == ["GPUUtilization", "GPUMemoryUtilization", "CPUUtilization"]


def test_hosts_are_one_row_until_the_pane_is_alone() -> None:
    told = [text for text in lines(*story(), width=120) if text.startswith("GPUUtilization")]
    assert len(told) == 1
    assert "4 hosts, now 85 to 97 %" in told[0]
    alone = metric_rows(VIEW, 120, measured(*story()), alone=True)
    assert [entry.plain.split()[0] for entry in alone if entry.plain.startswith("  algo")][:4] == [
        f"algo-{n}" for n in range(1, 5)
    ]


def test_sources_that_are_absent_denied_or_old_say_why() -> None:
    old = NOW - timedelta(minutes=9)
    told = (
        *states()[3:],
        SourceState(Source.INSTANCE, None, "not allowed: ask for cloudwatch:GetMetricData"),
        SourceState(Source.LOG, old),
        SourceState(Source.ALGORITHM, NOW),
    )
    unused = (Unused(MetricDefinition("train:x", "("), "not a regular expression"),)
    rows = metric_rows(VIEW, 100, measured(states=told, left_out="hosts after algo-128", unused=unused))
    texts = [entry.plain for entry in rows]
    assert texts[1:] == [
        "BatchGetMetrics: EnableSageMakerMetricsTimeSeries is off",
        "CloudWatch, instance: not allowed: ask for cloudwatch:GetMetricData",
        "log: nothing new, 9m old",
        "not asked: hosts after algo-128",
        "train:x not read from the log: not a regular expression",
    ]
    assert [entry.spans[0].style for entry in rows[1:4]] == ["dim", "warning", "dim"]


def test_curves_of_another_job_are_not_shown() -> None:
    assert "No metrics" in lines(*story(), job="other")[0]
    assert "No metrics" in metric_rows(VIEW, 90, UNMEASURED)[0].plain


def test_a_final_value_is_a_row_unless_there_is_its_curve() -> None:
    raw = raw_job("bert", FinalMetricDataList=[{"MetricName": n, "Value": 0.5} for n in ("train:loss", "f1")])
    rows = metric_rows(view_of(raw), 100, measured(curve("train:loss", 2, 1)))
    assert [entry.plain.split()[0] for entry in rows] == ["METRIC", "train:loss", "f1"]
    assert rows[2].source == "FinalMetricDataList[1]"


def test_a_loss_that_is_not_a_number_is_shown_as_that() -> None:
    row = metric_rows(VIEW, 60, measured(curve("loss", 1.0, math.nan)))[-1]
    assert ("NaN", "bad") in [(span.text.strip(), span.style) for span in row.spans]
    gap = metric_rows(
        VIEW, 60, measured(curve("CPUUtilization", 50, math.nan, source=Source.INSTANCE, host="algo-1"))
    )
    assert "50" in gap[-1].plain.split()


@pytest.mark.parametrize("alone", [False, True])
def test_rows_fit_every_width(alone: bool) -> None:
    names = [safe_text(text) for text in HOSTILE]
    hostile = [curve(name, *falling(2, 1)) for name in names]
    hostile += [curve(name, 1, 2, source=Source.INSTANCE, host=safe_text(name)) for name in names]
    told = tuple(SourceState(Source.LOG, None, name) for name in names)
    unused = tuple(Unused(MetricDefinition(name, name), name) for name in names)
    for series in (story(), odd(), odd(source=Source.INSTANCE, host="algo-1", percent=True), tuple(hostile)):
        for width in (*range(20, 64, 3), *range(64, 201, 17)):
            for ascii_only in (False, True):
                view = measured(*series, states=told, unused=unused, left_out=names[11])
                rows = metric_rows(VIEW, width, view, alone=alone, ascii_only=ascii_only)
                check(rows, width, 20)


def test_sparklines_in_ascii() -> None:
    rows = metric_rows(VIEW, 100, measured(*story()), ascii_only=True)
    assert all(span.text.isascii() for entry in rows for span in entry.spans if span.style == "running")


def test_groups_keep_a_metric_of_the_algorithm_apart_from_one_of_the_instance() -> None:
    series = (
        curve("GPUUtilization", 1, 2),
        curve("GPUUtilization", 3, 4, source=Source.INSTANCE, host="algo-1"),
        curve("loss", 0.5, source=Source.FINAL),
        curve("loss", 2, 1),
    )
    groups = groups_of(series)
    assert [group.key for group in groups] == ["job loss", "job GPUUtilization", "host GPUUtilization"]
    assert [entry.source for entry in groups[0].curves] == [Source.ALGORITHM]


def test_the_mean_of_hosts() -> None:
    hosts = [curve("x", *values, source=Source.INSTANCE) for values in ((1.0, math.nan, 3.0), (3.0, math.nan))]
    assert [y for _, y in mean_of(hosts).points if y == y] == [2.0, 3.0]
    assert math.isnan(mean_of(hosts).points[1].y)


def test_of_many_hosts_the_mean_and_the_extremes_are_drawn() -> None:
    hosts = [
        curve("GPUUtilization", *(v - 20 * (n == 17) for v in busy(90, n)), source=Source.INSTANCE, host=f"algo-{n}")
        for n in range(1, 33)
    ]
    (group,) = groups_of(hosts)
    labels = [label for label, _ in drawn(group, False)]
    assert labels[:2] == ["mean of 32", "lowest algo-17"]
    assert len(labels) == 3
    assert len(drawn(group, False)[0][1].points) == MINUTES


def jobs_view(curves: dict[str, tuple[str, str, str]], **more: Any) -> JobsView:
    jobs = [summary_of(raw_job(name, FailureReason="AlgorithmError: boom")) for name in ("bert", "t5")]
    return JobsView(shown=Shown.of(jobs), known=2, loading=False, now=NOW, curves=curves, **more)


def test_curves_in_the_list() -> None:
    loss = curve("train:loss", *falling(2, 0.25))
    gpus = [
        curve("GPUUtilization", *busy(90, n), source=Source.INSTANCE, host=f"algo-{n}", percent=True) for n in (1, 2)
    ]
    words = row_curves([loss, *gpus])
    assert [len(text) for text in words] == [8, len(words[1]), 8]
    assert list_sparkline(loss).text == words[0]
    assert all(text.isascii() for text in row_curves([loss, *gpus], ascii_only=True))
    assert row_curves([]) == ("", "", "")
    assert list_value(curve("loss", 1, math.nan)) == ("NaN", "bad")
    view = jobs_view({"bert": words})
    assert head_row(view, 100).plain.split()[-3:] == ["LOSS", "GPU", "NOTE"]
    assert head_row(view, 75).plain.split()[-1] == "LOSS"
    assert words[0] in job_rows(view, 100)[0].plain
    assert words[1] in job_rows(view, 100)[0].plain
    assert words[0] not in job_rows(view, 100)[1].plain
    assert view.stamp() != jobs_view({"bert": ("x", "", "")}).stamp()


def test_curves_in_the_list_leave_the_name_its_place() -> None:
    words = ("⣀" * 8, "0.23691", "⣿" * 8)
    for width in range(10, 201):
        for view in (jobs_view({"bert": words}), jobs_view({"t5": ("", "", words[2])}), jobs_view({})):
            columns = columns_of(view, width)
            plain = columns_of(replace(view, curves={}), width)
            assert columns.name >= min(20, plain.name)
            rows = job_rows(view, width)
            check(rows, width)
            assert len({len(entry.plain) for entry in (*rows, head_row(view, width))}) == 1
