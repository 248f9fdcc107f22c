"""Whatever is typed, and whatever jobs are called: a filter is read or refused, and its parts add up."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.strategies import HOSTILE, NOW, responses, texts
from tui.domain import status
from tui.domain.filtering import Filter, FilterError, completions, hint, pushed
from tui.domain.filtering.grammar import quote
from tui.domain.filtering.patterns import finder
from tui.domain.jobs import JobSummary
from tui.domain.text import safe_tree
from tui.simulator.search import _compile

NAMES = ("lr", "batch.size", "train:loss", "two words", "StartTime", 'q"uote')
VALUES = ("0.1", '"0.1"', "1", "nlp", "NLP", "adam w", "", "a(b", "1e-3", "x]", "true")
PIECES = (
    *("bert", "vit-", "0412", "a.*4", r"\d+", "[a-z]+", "^b", "881$", '"a b"', "(?:", "[", "<", ":", ".", '"', "\\"),
    *("(", ")", "!", "AND", "OR", "NOT", "foo:bar", "arn:aws:sagemaker:r:1:training-job/bert-0412", "hp.", "tag.:x"),
    *("status:failed", "status:", "status:com", "!status:completed", "phase:training", "phase:failed", "spot:yes"),
    *("type:p4d", "count:>2", "age:<2d", "age:>=90m", "age:=1h", "elapsed:<1h30m", "name:0412", "reason:x"),
    *("hp.lr:0.1", "hp.lr:<1", 'hp."train:loss":=nlp', "tag.lr:=nlp", "tag.StartTime:=1", 'tag."two words":nlp'),
)
TERMS = [piece for piece in PIECES if not hint(piece)]

written = st.lists(st.sampled_from(PIECES) | texts, max_size=6).flatmap(
    lambda parts: st.sampled_from([" ", ""]).map(lambda between: between.join(parts))
)
pairs = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VALUES), max_size=4)


@st.composite
def rows(draw: st.DrawFn) -> dict[str, Any]:
    """Return a job as Search has it, of the shapes that filters tell apart."""
    raw: dict[str, Any] = {
        "TrainingJobName": draw(st.sampled_from(["bert-0412", "BERT-large", "vit-ft-881", "x0412y", "9"])),
        "TrainingJobStatus": draw(st.sampled_from((*status.STATUSES, "Failing", "PartlyFailed"))),
        "SecondaryStatus": draw(st.sampled_from((*status.SECONDARY_STATUSES, "TrainingSlowly"))),
        "CreationTime": NOW - timedelta(seconds=draw(st.integers(0, 9_000) | st.integers(172_700, 172_900))),
    }
    if draw(st.booleans()):
        raw["EnableManagedSpotTraining"] = draw(st.booleans())
    if draw(st.booleans()):
        raw["ResourceConfig"] = {"InstanceType": "ml.p4d.24xlarge", "InstanceCount": draw(st.integers(1, 4))}
    if draw(st.booleans()):
        raw["FailureReason"] = draw(st.sampled_from(["", "AlgorithmError: x"]))
    raw["HyperParameters"] = draw(pairs)
    raw["Tags"] = [{"Key": key, "Value": value} for key, value in draw(pairs).items()]
    return raw


jobs = rows().map(JobSummary.from_api) | responses.map(lambda raw: JobSummary.from_api(_safe(raw)))


def _safe(raw: Mapping[str, object]) -> Mapping[str, object]:
    safe = safe_tree(raw)
    assert isinstance(safe, dict)
    return safe


def as_stored(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return a job as the simulator keeps it: moments as numbers."""
    return {key: value.timestamp() if isinstance(value, datetime) else value for key, value in raw.items()}


@given(written, st.lists(jobs, max_size=3), st.booleans())
@example("(" * 2_000, [], False)
@example("!" * 4_000 + "x", [], False)
@example("a* " * 1_000, [], False)
@example("a*" * 2_000, [], False)
@example("(?:" * 1_300, [], False)
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused_with_a_place_in_it(text: str, some: list[JobSummary], problems: bool) -> None:
    refused: FilterError | None = None
    try:
        wanted = Filter.parse(text, problems)
    except FilterError as error:
        refused = error
    assert hint(text) == (str(refused) if refused else "")
    if refused:
        assert str(refused)
        assert 0 <= refused.position <= len(text)
        return
    assert bool(wanted) is (problems or bool(text.strip()))
    assert Filter.parse(wanted.text, problems) == wanted
    for job in some:
        assert wanted.matches(job, NOW) is Filter.parse(wanted.text, problems).matches(job, NOW)
        assert not problems or job.problem or not wanted.matches(job, NOW)
    pushed(wanted, NOW)


@given(st.sampled_from(TERMS), st.sampled_from(TERMS), st.sampled_from(TERMS), jobs)
@settings(max_examples=200)
def test_and_or_and_not_are_what_they_are_called(a: str, b: str, c: str, job: JobSummary) -> None:
    def keeps(text: str) -> bool:
        return Filter.parse(text).matches(job, NOW)

    assert keeps(f"{a} {b}") is keeps(f"{a} AND {b}") is keeps(f"{b} {a}") is (keeps(a) and keeps(b))
    assert keeps(f"{a} OR {b}") is keeps(f"{b} OR {a}") is (keeps(a) or keeps(b))
    assert keeps(f"!{a}") is keeps(f"NOT {a}") is (not keeps(a))
    assert keeps(f"!({a} {b})") is keeps(f"!{a} OR !{b}")
    assert keeps(f"!({a} OR {b})") is keeps(f"!{a} !{b}")
    assert keeps(f"{a} ({b} OR {c})") is keeps(f"{a} {b} OR {a} {c}")
    assert keeps(f"{a} OR {b} {c}") is keeps(f"{a} OR ({b} {c})")
    assert keeps(f"NOT {a} {b}") is keeps(f"(NOT {a}) {b}")


@given(st.text(max_size=30) | st.sampled_from(HOSTILE[1:10]))
def test_what_is_quoted_is_found_as_it_is(value: str) -> None:
    job = JobSummary.from_api({"TrainingJobName": f"x{value}y", "HyperParameters": {value: value}})
    if value:
        assert Filter.parse(quote(value)).matches(job, NOW)
        assert Filter.parse(f"name:{quote(value)}").matches(job, NOW)


@given(st.lists(rows(), min_size=1, max_size=4), st.sampled_from(["status:", "phase:", "type:", "count:", "name:"]))
@settings(max_examples=100)
def test_every_value_that_is_offered_finds_a_job(raws: list[dict[str, Any]], key: str) -> None:
    some = [JobSummary.from_api(raw) for raw in raws]
    names = [each.text for prefix in ("hp.", "tag.") for each in completions(prefix, len(prefix), some)]
    for text in (key, *names):
        for offered in completions(text, len(text), some):
            wanted = Filter.parse(offered.text)
            assert any(wanted.matches(job, NOW) for job in some), offered.text
            assert offered.cursor == len(offered.text)


@given(written, st.integers(-1, 60), st.lists(jobs, max_size=3))
@settings(max_examples=200, deadline=None)
def test_completion_keeps_what_stands_before_the_word(text: str, cursor: int, some: list[JobSummary]) -> None:
    for offered in completions(text, cursor, some):
        assert 0 <= offered.cursor <= len(offered.text)
        assert offered.label
    assert completions(text, cursor, some) == completions(text, cursor, some)


KEYED = [term for term in TERMS if ":" in term]


@given(
    st.lists(st.sampled_from(KEYED), min_size=1, max_size=4),
    st.lists(rows(), max_size=6),
)
@settings(max_examples=300)
def test_search_excludes_no_job_that_the_filter_keeps(terms: list[str], raws: list[dict[str, Any]]) -> None:
    wanted = Filter.parse(" ".join(terms))
    conditions = pushed(wanted, NOW)
    if conditions is None:
        return
    found = _compile({"Filters": [{"Name": c.name, "Operator": c.operator, "Value": c.value} for c in conditions]})
    for raw in raws:
        if wanted.matches(JobSummary.from_api(raw), NOW):
            assert found(as_stored(raw)), conditions


@given(
    st.sampled_from(
        [r"\d+-\d+", "[a-c]+b", "a.*b.*c", "a.b*", "(?:a|b)+", "[^a]$", r"\w+c?", "^[AB]", "b?.a", "c.*?a", "a|b.*c"]
    ),
    st.text("abcABC01-\n", max_size=30),
)
@settings(max_examples=400)
def test_the_fast_ways_find_what_the_regex_finds(regex: str, text: str) -> None:
    plain = re.compile(regex, re.IGNORECASE | re.MULTILINE | re.DOTALL)
    assert bool(finder(regex, False, 0)(text.lower())) is bool(plain.search(text))
