"""The job's own regexes on its log: values, bounds on time, and why one is not used."""

import asyncio
import json
import math
import time
from pathlib import Path

import pytest

from tests.corpus import CORPUS
from tui.domain.extraction import MetricDefinition, definitions, needle, risk, value_of
from tui.domain.logs import LogEvent
from tui.domain.series import Point
from tui.polling import regexes
from tui.polling.regexes import Extractor

RECORDED = sorted((CORPUS / "logs").glob("*.metrics.json"))
SLOW = CORPUS / "logs" / "slow_regex.json"
XGBOOST = r".*\[[0-9]+\].*#011{}:([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?).*"
FORTY = [MetricDefinition(f"m{n}", XGBOOST.format(f"validation-metric{n}")) for n in range(40)]
LONG = "algo-1-nck71_1  | " + "\rDownloading:   0%|          | 0.00/268M [00:00<?, ?B/s]" * 780


def events(*lines: str) -> list[LogEvent]:
    return [LogEvent(str(at), at * 1000, at * 1000, "job/algo-1-1", line) for at, line in enumerate(lines)]


def fed(regex: str, *lines: str) -> list[float]:
    return [point.y for point in Extractor([MetricDefinition("m", regex)]).feed(events(*lines)).get("m", ())]


def test_definitions_are_read_in_their_order() -> None:
    raw = {"AlgorithmSpecification": {"MetricDefinitions": [{"Name": "b", "Regex": "x"}, {"Name": "a"}, None]}}
    assert definitions(raw) == (MetricDefinition("b", "x"),)
    assert definitions({}) == ()


def test_values_come_with_the_time_of_the_event_and_a_step() -> None:
    extractor = Extractor([MetricDefinition("loss", r"loss=([0-9.]+|nan|inf)"), MetricDefinition("lr", "lr=(.*)")])
    new = extractor.feed(events("loss=0.5", "nothing", "loss=nan", "loss=inf"))
    assert new["loss"][0] == Point(0.0, 0.5)
    assert [point.x for point in new["loss"]] == [0.0, 2.0, 3.0]
    assert math.isnan(new["loss"][1].y)
    assert new["loss"][2].y == math.inf
    assert extractor.feed(events("loss=0.25"))["loss"] == (Point(0.0, 0.25),)
    (curve,) = extractor.series()
    assert (curve.name, [point.x for point in curve.points]) == ("loss", [0.0, 2.0, 3.0])
    (steps,) = extractor.series(by_step=True)
    assert (steps.by_step, [point.x for point in steps.points]) == (True, [1, 2, 3, 4])


def test_the_line_is_taken_as_the_service_delivers_it() -> None:
    line = "[12]#011train-rmse:8.12719#011validation-rmse:7.97602"
    assert fed(XGBOOST.format("validation-rmse"), line) == [7.97602]
    assert fed(XGBOOST.format("validation-rmse"), line.replace("#011", "\t")) == []


@pytest.mark.parametrize(
    ("captured", "value"), [("1e-3", 1e-3), ("-.5", -0.5), ("1,5", None), ("", None), (None, None), ("1_0", None)]
)
def test_only_numbers_are_values(captured: str | None, value: float | None) -> None:
    assert value_of(captured) == value


def test_colours_around_a_number_are_dropped() -> None:
    assert fed(r"loss=(\S+)", "loss=0.5\x1b[0m", "loss=#033[1m0.25#033[0m") == [0.5, 0.25]


@pytest.mark.parametrize(
    ("regex", "reason"),
    [
        ("loss", "no group"),
        ("(loss", "not a regular expression"),
        (r"(?!x)(a+)+(\d)", "repetition within a repetition"),
        (r"(?!x)(a|aa)*(\d)", "repetition within a repetition"),
        ("(?!z)" + "a?" * 30 + "a" * 30 + "(b)", "in a row"),
        (r"(?!z).*.*.*.*.*.*.*(\d)\1", "in a row"),
    ],
)
def test_what_cannot_be_used_says_why(regex: str, reason: str) -> None:
    extractor = Extractor([MetricDefinition("m", regex)])
    assert extractor.feed(events("a" * 44_000)) == {}
    (unused,) = extractor.unused()
    assert reason in unused.reason


def test_a_definition_that_captures_no_number_says_so() -> None:
    extractor = Extractor([MetricDefinition("m", r"accuracy: (\S+)")])
    extractor.feed(events("accuracy: 91%"))
    (unused,) = extractor.unused()
    assert "'91%'" in unused.reason


def test_what_just_did_not_match_is_not_reported() -> None:
    assert Extractor([MetricDefinition("m", "(x)")]).unused() == ()


def test_lookarounds_work_on_the_part_of_a_long_line_where_the_match_has_to_be() -> None:
    regex = r"(?<!val_)loss: ([0-9.]+)(?!\d)"
    assert fed(regex, "epoch 1 val_loss: 0.9 loss: 0.5") == [0.5]
    assert fed(r"loss: ([0-9.]+)(?= )", "x" * 5000 + "loss: 0.5 " + "y" * 5000) == [0.5]
    assert fed(r"^loss: ([0-9.]+)(?= )", "x" * 5000 + "loss: 0.5 ") == []


@pytest.mark.parametrize("length", range(450, 530, 3))
def test_a_number_is_never_cut_in_two(length: int) -> None:
    line = "loss=" + " " * length + "0.123456789" + "!" * 600
    lines = [line] * 12  # Until the part that is looked at has grown.
    assert set(fed(r"loss= *([0-9.]+)(?!x)", *lines)) <= {0.123456789}


def test_needles_are_in_every_match() -> None:
    assert needle(XGBOOST.format("train-rmse")).text == "#011train-rmse:"
    assert needle(r".*loss=([0-9.]+)") == ("loss=", True)
    assert needle(r"a?loss=([0-9.]+)") == ("loss=", False)
    assert needle(r"(?i)loss=(\d)").text == ""
    assert needle("[[:alpha:]]loss").text == ""
    assert needle("(").text == ""


def test_short_lines_are_no_risk_for_ordinary_patterns() -> None:
    assert risk(r"(?<=loss: )([0-9.]+)", 512).safe_length == 512
    assert risk(r".*loss=([0-9]*\.?[0-9]+)(?=,)", 512).safe_length > 70


def test_forty_patterns_on_a_line_of_44_kb_take_a_blink() -> None:
    nearly = LONG + " [3] " + " ".join(f"#011validation-metric{n}:x" for n in range(40))
    assert len(nearly) > 43_000
    extractor = Extractor(FORTY)
    began = time.perf_counter()
    assert extractor.feed(events(LONG, nearly)) == {}
    assert time.perf_counter() - began < 1.0  # 0.01 s here.
    assert extractor.unused() == ()


def test_five_thousand_lines_take_less_than_a_second() -> None:
    extractor = Extractor(FORTY)
    lines = events(*["[12]#011validation-metric7:0.5#011validation-metric9:1.5"] * 5000)
    began = time.perf_counter()
    assert set(extractor.feed(lines)) == {"m7", "m9"}
    assert time.perf_counter() - began < 2.0  # 0.1 s here.


@pytest.mark.parametrize("line", ["a" * 44_000, "ab " * 15_000, "1" * 44_000, LONG])
@pytest.mark.parametrize(
    "regex",
    [
        r"(?=.*)(.*.*.*)=(\d)\2",
        r"(?!x)([ -~]*)x*.*y*\1=(\d)",
        r"(\d+)(?= it/s)",
        r"(?<!\d)(\d+)\D*\1",
        r"(.*)(.*)\1\2$",
    ],
)
def test_what_re2_does_not_accept_is_bounded_or_switched_off(regex: str, line: str) -> None:
    extractor = Extractor([MetricDefinition("m", regex)])
    began = time.perf_counter()
    extractor.feed(events(*[line] * 50))
    assert time.perf_counter() - began < 3.0


def test_a_slow_pattern_is_switched_off_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter(range(100))
    monkeypatch.setattr(regexes, "perf_counter", lambda: next(ticks))
    extractor = Extractor([MetricDefinition("m", r"(\d)(?=x)")])
    extractor.feed(events("1x", "2x", "3x"))
    (unused,) = extractor.unused()
    assert "switched off: it took 1000 ms on 2 characters" in unused.reason


def test_without_re2_the_bounded_fallback_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regexes, "_re2", lambda: None)
    assert fed(r"loss=([0-9.]+)", "loss=0.5", "loss=x") == [0.5]


async def test_the_loop_goes_on_while_a_burst_is_fed() -> None:
    extractor = Extractor(FORTY)
    lines = events(*[LONG + "[1]#011validation-metric1:0.5"] * 400)
    feeding = asyncio.create_task(extractor.feed_beside(lines))
    worst, last = 0.0, time.perf_counter()
    while not feeding.done():
        await asyncio.sleep(0)
        now = time.perf_counter()
        worst, last = max(worst, now - last), now
    assert len((await feeding)["m1"]) == 400
    assert worst < 0.5


async def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regexes, "_MOST_POINTS", 100)
    extractor = Extractor([MetricDefinition("m", r"v=(\S+)")])
    await extractor.feed_beside(events(*[f"v={n}" for n in range(1000)]))
    (curve,) = extractor.series()
    assert len(curve.points) <= 100
    assert (curve.points[0].y, curve.points[-1].y) == (0, 999)


@pytest.mark.skipif(not RECORDED, reason="the corpus is not here")
@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_real_logs_give_as_many_values_as_lines_match(path: Path) -> None:
    text = path.with_name(path.name.replace(".metrics.json", ".txt")).read_text("utf-8", errors="replace")
    for entry in json.loads(path.read_text("utf-8")):
        for metric in entry["metrics"]:
            extractor = Extractor([MetricDefinition(metric["Name"], metric["Regex"])])
            extractor.feed(events(*text.split("\n")))
            steps = [len(curve.points) for curve in extractor.series(by_step=True)]
            assert sum(steps) == metric["matching_lines"] - metric["non_numeric"]


@pytest.mark.skipif(not SLOW.exists(), reason="the corpus is not here")
def test_the_slow_pairs_of_the_corpus_are_quick() -> None:
    pairs = json.loads(SLOW.read_text("utf-8"))
    extractor = Extractor([MetricDefinition(str(place), pair[2]) for place, pair in enumerate(pairs)])
    began = time.perf_counter()
    extractor.feed(events(LONG, LONG + "".join(needle(pair[2]).text for pair in pairs)))
    assert time.perf_counter() - began < 1.0
    assert extractor.unused() == ()
