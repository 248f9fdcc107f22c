"""Curves: their statistics, smoothing, thinning, gaps, shares and one-line drawings."""

import math

import pytest
from botocore.session import get_session
from hypothesis import given
from hypothesis import strategies as st

from tui.domain import series as curves
from tui.domain.instance_types import UNKNOWN, Hardware, hardware, may_have_gpus
from tui.domain.series import Better, Point, Series, Source

NAN = math.nan
ANY = st.floats(allow_nan=True, allow_infinity=True)
VALUES = st.lists(ANY, max_size=200)


def curve(*values: float, name: str = "train:loss", source: Source = Source.LOG) -> Series:
    return Series(name, source, tuple(Point(float(x), y) for x, y in enumerate(values)))


@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("train:loss", Better.LOWER),
        ("eval_loss", Better.LOWER),
        ("validation:error", Better.LOWER),
        ("train:merror", Better.LOWER),
        ("validation:mlogloss", Better.LOWER),
        ("validation:rmse", Better.LOWER),
        ("train:mae", Better.LOWER),
        ("perplexity", Better.LOWER),
        ("train:cox-nloglik", Better.LOWER),
        ("train:binary_classification_cross_entropy:epoch", Better.LOWER),
        ("validation:accuracy", Better.HIGHER),
        ("validation:auc", Better.HIGHER),
        ("eval_f1", Better.HIGHER),
        ("validation:map", Better.HIGHER),
        ("test_dataset_iou", Better.HIGHER),
        ("episode_reward_mean", Better.HIGHER),
        ("learning_rate", None),
        ("epoch", None),
        ("GPUUtilization", None),
        ("", None),
    ],
)
def test_the_name_tells_which_way_a_metric_wants_to_go(name: str, way: Better | None) -> None:
    assert curves.better(name) is way
    assert curves.is_loss_like(name) is (way is Better.LOWER)


def test_the_first_loss_comes_before_an_error() -> None:
    error, loss, second = curve(1, name="train:error"), curve(1, name="val_loss"), curve(1, name="train_loss")
    assert curves.first_loss([error, loss, second]) is loss
    assert curves.first_loss([error]) is error
    assert curves.first_loss([curve(1, name="lr")]) is None


def test_stats_leave_out_what_is_not_finite() -> None:
    told = curves.stats(curve(3, NAN, 1, math.inf, 2, NAN))
    assert (told.minimum, told.maximum, told.last, told.best, told.count) == (1, 3, 2, 1, 3)
    assert curves.stats(curve(1, 3, 2, name="acc")).best == 3
    assert curves.stats(curve(1, 3, 2, name="lr")).best is None
    assert curves.stats(curve(NAN)).last is None


@given(VALUES)
def test_stats_bound_the_finite_values(values: list[float]) -> None:
    told = curves.stats(curve(*values))
    finite = [value for value in values if math.isfinite(value)]
    assert told.count == len(finite)
    if finite:
        assert told.minimum == min(finite)
        assert told.maximum == max(finite)
        assert told.last == finite[-1]


def test_smoothing_has_no_bias_at_the_start_and_keeps_gaps() -> None:
    assert [point.y for point in curves.smooth(curve(5, 5, NAN, 5), 0.9).points[:2]] == pytest.approx([5, 5])
    smoothed = curves.smooth(curve(4, NAN, 8), 0.5).points
    assert math.isnan(smoothed[1].y)
    assert smoothed[2].y == pytest.approx((0.25 * 4 + 0.5 * 8) / 0.75)
    assert curves.smooth(curve(1, 2), 0).points == curve(1, 2).points


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=100), st.floats(-1, 2))
def test_smoothing_stays_within_the_values(values: list[float], weight: float) -> None:
    smoothed = [point.y for point in curves.smooth(curve(*values), weight).points]
    slack = 1e-6 * max(1.0, max(map(abs, values)))
    assert len(smoothed) == len(values)
    assert all(min(values) - slack <= value <= max(values) + slack for value in smoothed)


@given(VALUES, st.integers(-1, 60))
def test_thinning_keeps_ends_extremes_and_gaps(values: list[float], most: int) -> None:
    whole = curve(*values)
    thin = curves.downsample(whole, most)
    assert len(thin.points) <= max(0, most)
    assert [point.x for point in thin.points] == sorted({point.x for point in thin.points})
    assert set(thin.points) <= set(whole.points)
    if len(values) <= most:
        assert thin is whole
    elif most >= 2:
        assert (thin.points[0].x, thin.points[-1].x) == (0, len(values) - 1)
    if most >= 5:
        assert curves.stats(thin).minimum == curves.stats(whole).minimum
        assert curves.stats(thin).maximum == curves.stats(whole).maximum
        gap = any(not math.isfinite(value) for value in values)
        assert any(not math.isfinite(point.y) for point in thin.points) is gap


def test_instance_metrics_become_shares_where_the_type_is_known() -> None:
    cpu = curve(400, name="CPUUtilization", source=Source.INSTANCE)
    gpu = curve(760, name="GPUUtilization", source=Source.INSTANCE)
    disk = curve(40, name="DiskUtilization", source=Source.INSTANCE)
    eight = Hardware(vcpus=96, gpus=8)
    assert curves.normalised(cpu, Hardware(8, 0)).points[0].y == 50
    assert curves.normalised(gpu, eight).points[0].y == 95
    assert curves.normalised(gpu, eight).percent
    assert curves.normalised(curves.normalised(gpu, eight), eight).points[0].y == 95
    assert curves.normalised(disk, None).percent
    raw = curves.normalised(gpu, None)
    assert (raw.points[0].y, raw.percent) == (760, False)
    assert not curves.normalised(gpu, Hardware(8, 0)).percent
    assert not curves.normalised(curve(1, name="CPUUtilization"), eight).percent


POINTS = st.lists(st.builds(Point, st.integers(0, 50).map(float), st.floats(0, 1)), max_size=30)


@given(POINTS, POINTS)
def test_merging_is_ordered_and_the_new_value_counts(old: list[Point], new: list[Point]) -> None:
    before = curves.merge((), old)
    merged = curves.merge(before, new)
    assert [point.x for point in merged] == sorted({point.x for point in (*old, *new)})
    assert dict(merged) == {**dict(old), **dict(new)}
    assert curves.merge(merged, new) == merged


def test_points_without_an_x_are_dropped() -> None:
    assert curves.merge((), [Point(NAN, 1), Point(math.inf, 1), Point(1, 1)]) == (Point(1, 1),)
    assert curves.merge([Point(0, 0)], [Point(1, 1), Point(math.inf, 1)]) == (Point(0, 0), Point(1, 1))


def test_missing_points_are_gaps() -> None:
    holed = Series("m", Source.INSTANCE, (Point(0, 1), Point(60, 1), Point(300, 1), Point(360, 2)))
    made = curves.gaps(holed, 60)
    assert [point.x for point in made.points] == [0, 60, 120, 300, 360]
    assert math.isnan(made.points[2].y)
    assert [point.x for point in curves.gaps(made, 60).points] == [0, 60, 120, 300, 360]
    assert curves.gaps(holed, 0) is holed


def test_a_sparkline_rises_and_shows_gaps() -> None:
    assert curves.sparkline(curve(*range(8)), 4) == "⣀⣤⣶⣿"
    assert curves.sparkline(curve(*range(8)), 8, ascii_only=True) == "_.-:=+*#"
    assert curves.sparkline(curve(1, NAN, NAN, 1), 4, ascii_only=True) == ":  :"
    assert curves.sparkline(curve(), 5) == "     "
    half = Series("GPUUtilization", Source.INSTANCE, (Point(0, 100), Point(1, 0)), percent=True)
    assert curves.sparkline(half, 2, ascii_only=True) == "#_"


@given(VALUES, st.integers(-1, 40), st.booleans(), st.booleans())
def test_a_sparkline_is_as_wide_as_asked(values: list[float], cells: int, ascii_only: bool, percent: bool) -> None:
    drawn = curves.sparkline(Series("m", Source.LOG, curve(*values).points, percent=percent), cells, ascii_only)
    assert len(drawn) == max(0, cells)
    assert drawn.isascii() or not ascii_only


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=5), st.integers(1, 9))
def test_a_sparkline_takes_any_x(xs: list[float], cells: int) -> None:
    points = curves.merge((), [Point(x, 1.0) for x in xs])
    assert len(curves.sparkline(Series("m", Source.LOG, points), cells)) == cells


def test_every_type_of_the_installed_model_is_known_or_known_to_be_unknown() -> None:
    types = set(get_session().get_service_model("sagemaker").shape_for("TrainingInstanceType").enum)
    assert types
    assert {name for name in types if hardware(name) is None} == UNKNOWN & types
    assert all(hardware(name) is None for name in UNKNOWN)


@pytest.mark.parametrize(
    ("name", "vcpus", "gpus", "chips"),
    [
        ("ml.m5.large", 2, 0, 0),
        ("ml.c5.18xlarge", 72, 0, 0),
        ("ml.c4.8xlarge", 36, 0, 0),
        ("ml.t3.medium", 2, 0, 0),
        ("ml.m8i.96xlarge", 384, 0, 0),
        ("ml.p2.xlarge", 4, 1, 0),
        ("ml.p3.16xlarge", 64, 8, 0),
        ("ml.p4d.24xlarge", 96, 8, 0),
        ("ml.p5.48xlarge", 192, 8, 0),
        ("ml.p6e-gb200.36xlarge", 144, 4, 0),
        ("ml.g4dn.12xlarge", 48, 4, 0),
        ("ml.g5.16xlarge", 64, 1, 0),
        ("ml.g7e.12xlarge", 48, 2, 0),
        ("ml.trn1.32xlarge", 128, 0, 16),
        ("ml.trn2.48xlarge", 192, 0, 16),
    ],
)
def test_what_instances_have(name: str, vcpus: int, gpus: int, chips: int) -> None:
    assert hardware(name) == Hardware(vcpus, gpus, chips)
    assert may_have_gpus(name) is (gpus > 0)


def test_an_unknown_type_is_not_guessed_but_asked_for_gpus_by_its_family() -> None:
    assert hardware("ml.p9.48xlarge") is None
    assert may_have_gpus("ml.p9.48xlarge")
    assert not may_have_gpus("ml.m9.large")
