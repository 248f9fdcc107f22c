"""Spans and moments on the command line."""

from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from tui.cli import cli
from tui.cli.moments import seconds_of, since_of


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("10m", 600),
        ("2h", 7200),
        ("1h30m", 5400),
        ("1d", 86_400),
        ("1w", 604_800),
        ("1.5h", 5400),
        ("45", 45),
        (" 2H ", 7200),
    ],
)
def test_a_span(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "0", "0s", "-1m", "ten minutes", "1m2", "m", "1y", "99999d", "nan", "1e3s"])
def test_what_is_no_span(text: str) -> None:
    with pytest.raises(ValueError, match=r"no span|not between"):
        seconds_of(text)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("10m", timedelta(minutes=10)),
        ("1h30m", timedelta(minutes=90)),
        ("2026-11-23T12:00:00Z", datetime(2026, 11, 23, 12, tzinfo=UTC)),
        ("2026-11-23T13:00:00+01:00", datetime(2026, 11, 23, 12, tzinfo=UTC)),
        ("2026-11-23 12:00", datetime(2026, 11, 23, 12, tzinfo=UTC)),
        ("2026-11-23", datetime(2026, 11, 23, tzinfo=UTC)),
        ("20261123", datetime(2026, 11, 23, tzinfo=UTC)),
    ],
)
def test_since(text: str, meaning: datetime | timedelta) -> None:
    assert since_of(text) == meaning


@pytest.mark.parametrize("text", ["", "600", "yesterday", "2026-13-01", "0001-01-01T00:00:00+23:59", "12:00"])
def test_what_is_no_since(text: str) -> None:
    with pytest.raises(ValueError, match="neither a span"):
        since_of(text)


@pytest.mark.parametrize("option", ["--timeout", "--create-timeout"])
@pytest.mark.parametrize("span", ["soon", "0", "-1m", "10m5"])
def test_an_option_that_is_no_span(option: str, span: str) -> None:
    done = CliRunner().invoke(cli, ["wait", "bert", f"{option}={span}"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert option in done.stderr
