"""How quantities are written."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tui.domain import units

NAN, INFINITY = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("seconds", "full", "short"),
    [
        (0, "0s", "0s"),
        (29.9, "29s", "20s"),
        (59, "59s", "50s"),
        (60, "1m00s", "1m"),
        (372, "6m12s", "6m"),
        (3600, "1h00m", "1h00m"),
        (8040, "2h14m", "2h14m"),
        (86_400, "1d00h", "1d"),
        (273_600, "3d04h", "3d"),
        (-0.5, "0s", "0s"),
        (-61, "-1m01s", "0s"),
        (None, "–", "–"),
        (NAN, "–", "–"),
        (INFINITY, "–", "–"),
    ],
)
def test_spans(seconds: float | None, full: str, short: str) -> None:
    assert units.duration(seconds) == full
    assert units.coarse(seconds) == short


def test_moments_are_utc_in_whole_seconds() -> None:
    moment = datetime(2026, 11, 23, 14, 4, 31, 999_999, tzinfo=timezone(timedelta(hours=2)))
    assert units.utc(moment) == "2026-11-23T12:04:31Z"
    assert units.utc(None) == ""


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 11, 23, 12, 4, 31, tzinfo=UTC), "12:04:31"),
        (datetime(2026, 11, 22, 23, 4, 31, tzinfo=timezone(timedelta(hours=-2))), "01:04:31"),
        (datetime(2026, 11, 22, 12, 4, 31, tzinfo=UTC), "11-22 12:04"),
        (datetime(2025, 11, 22, 12, 4, 31, tzinfo=UTC), "2025-11-22"),
    ],
)
def test_a_clock_for_a_reader(moment: datetime, expected: str) -> None:
    assert units.clock(moment, datetime(2026, 11, 23, 13, 0, tzinfo=UTC)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.8791999816894531, "0.8792"),
        (3.0, "3"),
        (-0.00001234567, "-1.23457e-05"),
        (1e20, "1e+20"),
        (NAN, "NaN"),
        (INFINITY, "Inf"),
        (-INFINITY, "-Inf"),
    ],
)
def test_numbers(value: float, expected: str) -> None:
    assert units.number(value) == expected


def test_counts_and_shares() -> None:
    assert units.count(1, "instance") == "1 instance"
    assert units.count(1204, "job") == "1,204 jobs"
    assert units.count(2, "entry", "entries") == "2 entries"
    assert units.percent(0.617) == "62 %"
