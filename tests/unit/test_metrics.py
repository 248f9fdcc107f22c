"""The metrics of the description itself."""

import math
from datetime import UTC, datetime

import pytest

from tui.domain.metrics import final_metrics, progress

AT = datetime(2026, 3, 1, tzinfo=UTC)


def test_metrics_keep_the_services_order_and_name_their_source() -> None:
    raw = {
        "FinalMetricDataList": [
            {"MetricName": "train:loss", "Value": 0.25, "Timestamp": AT},
            None,
            {"MetricName": "acc"},
        ]
    }
    first, second = final_metrics(raw)
    assert (first.name, first.value, first.at, first.source) == ("train:loss", 0.25, AT, "FinalMetricDataList[0]")
    assert (second.name, second.value, second.at, second.source) == ("acc", None, None, "FinalMetricDataList[2]")


@pytest.mark.parametrize("value", [float("nan"), "NaN"])
def test_nan_is_a_value(value: object) -> None:
    (metric,) = final_metrics({"FinalMetricDataList": [{"MetricName": "m", "Value": value}]})
    assert metric.value is not None
    assert math.isnan(metric.value)


@pytest.mark.parametrize(
    ("value", "number"), [("-Infinity", -math.inf), (math.inf, math.inf), ("x", None), (True, None)]
)
def test_infinities_are_values_and_words_are_not(value: object, number: float | None) -> None:
    (metric,) = final_metrics({"FinalMetricDataList": [{"MetricName": "m", "Value": value}]})
    assert metric.value == number


def test_the_services_1970_is_mended() -> None:
    sent = datetime.fromtimestamp(1_588_000_000 / 1000, UTC)
    (metric,) = final_metrics({"FinalMetricDataList": [{"MetricName": "m", "Value": 1, "Timestamp": sent}]})
    assert metric.at == datetime.fromtimestamp(1_588_000_000, UTC)


def test_the_epoch_itself_is_no_moment() -> None:
    sent = datetime(1970, 1, 1, tzinfo=UTC)
    (metric,) = final_metrics({"FinalMetricDataList": [{"MetricName": "m", "Value": 1, "Timestamp": sent}]})
    assert metric.at is None


@pytest.mark.parametrize(
    ("epoch", "epochs", "step", "steps", "share"),
    [
        (1, 2, 50, 100, 0.25),
        (2, 2, 100, 100, 1.0),
        (0, 2, 0, 100, 0.0),
        (3, 2, 100, 100, 1.0),
        (1, 0, 5, 100, None),
        (1, 2, 5, 0, None),
        (-4, 2, -9, 100, 0.0),
    ],
)
def test_progress_is_a_share_or_unknown(epoch: int, epochs: int, step: int, steps: int, share: float | None) -> None:
    info = {"CurrentEpoch": epoch, "MaxEpoch": epochs, "CurrentStep": step, "TotalStepCountPerEpoch": steps}
    found = progress({"ProgressInfo": info})
    assert found is not None
    assert found.share == share


@pytest.mark.parametrize("raw", [{}, {"ProgressInfo": None}, {"ProgressInfo": {}}, {"ProgressInfo": "half"}])
def test_a_job_without_progress_has_none(raw: dict[str, object]) -> None:
    assert progress(raw) is None


def test_a_part_of_progress_is_still_progress() -> None:
    found = progress({"ProgressInfo": {"CurrentStep": 5}})
    assert found is not None
    assert found.share is None
