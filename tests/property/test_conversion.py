"""Whatever the service sends: nothing is lost, nothing raises, nothing unsafe or secret comes out."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import HOSTILE, NOW, moments, responses, responses_with_unknown, texts
from tui.domain import secrets, units
from tui.domain.catalogue import Room
from tui.domain.job import JobSnapshot
from tui.domain.jobs import JobSummary
from tui.domain.leaves import in_room, json_value, leaves, value_text
from tui.domain.listing import jobs_json, jobs_table, jobs_tsv
from tui.domain.report import job_json, job_text, shown_text
from tui.domain.text import safe_text, safe_tree

UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
SECRETS = [
    "hf_AbCdEfGhIjKlMnOpQrStUvWxYz012345",
    "AKIAIOSFODNN7EXAMPLE",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "ghp_0123456789abcdefghijABCDEFGHIJ012345",
    "1f8a9c0d2b3e4f5a6b7c8d9e0f1a2b3c4d5e6f7a",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
]


def scalars(value: object) -> Iterator[object]:
    """Yield every scalar and every empty container of a tree."""
    below = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    if not below:
        yield value
    for item in below:
        yield from scalars(item)


def identities(values: Iterator[object]) -> Counter[tuple[str, str]]:
    return Counter((type(value).__name__, repr(value)) for value in values)


@given(responses_with_unknown())
@settings(max_examples=60)
def test_leaves_lose_nothing(given_response: tuple[dict[str, Any], frozenset[str]]) -> None:
    raw, unknown = given_response
    found = leaves(raw, unknown)
    present = {key: value for key, value in raw.items() if key != "ResponseMetadata"}
    expected = scalars(present) if present else iter(())
    assert identities(leaf.value for leaf in found) == identities(expected)
    assert len({leaf.path for leaf in found}) == len(found)
    roomy = [leaf for room in Room for leaf in in_room(found, room)]
    homeless = [leaf for leaf in found if leaf.room is None]
    assert Counter(map(id, [*roomy, *homeless])) == Counter(map(id, found))
    assert all(not leaf.known for leaf in homeless)


@given(responses_with_unknown(), st.booleans())
@settings(max_examples=60)
def test_show_has_every_leaf_and_is_safe(given_response: tuple[dict[str, Any], frozenset[str]], reveal: bool) -> None:
    raw = safe_tree(given_response[0])
    assert isinstance(raw, dict)
    snapshot = JobSnapshot.from_api(raw, given_response[1])
    text = job_text(snapshot, NOW, reveal=reveal)
    for leaf in leaves(snapshot.raw, snapshot.unknown):
        for line in shown_text(leaf, NOW, reveal).split("\n"):
            assert line.replace("\t", "    ").rstrip(" ") in text
    assert not UNSAFE.search(text)
    assert all(line == line.rstrip(" ") for line in text.split("\n"))


@given(responses_with_unknown(), st.booleans())
@settings(max_examples=60)
def test_json_is_strict_and_whole(given_response: tuple[dict[str, Any], frozenset[str]], reveal: bool) -> None:
    raw, unknown = given_response
    document = job_json(JobSnapshot.from_api(raw, unknown), NOW, reveal=reveal)
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    present = {key: value for key, value in raw.items() if key != "ResponseMetadata"}
    if reveal:
        assert document["description"] == json_value(present)
    assert sum(1 for _ in scalars(document["description"])) == sum(1 for _ in scalars(present))


@given(st.lists(responses, max_size=3), st.integers(0, 200))
@settings(max_examples=30)
def test_lists_of_anything(raws: list[dict[str, Any]], width: int) -> None:
    jobs = [JobSummary.from_api(raw) for raw in raws]
    safe = [JobSummary.from_api(raw) for raw in map(safe_tree, raws) if isinstance(raw, dict)]
    assert jobs_table(safe, NOW, width).count("\n") == len(jobs) + 1
    lines = jobs_tsv(safe, NOW).split("\n")
    assert [line.count("\t") for line in lines] == [6] * (len(jobs) + 1) + [0]
    json.dumps(jobs_json(jobs, NOW), allow_nan=False)


@given(responses, st.sampled_from(SECRETS), st.sampled_from(HOSTILE))
@settings(max_examples=60)
def test_a_secret_never_shows_without_reveal(raw: dict[str, Any], secret: str, other: str) -> None:
    raw["HyperParameters"] = {"access_token": secret, "other": other, "quoted": json.dumps(secret)}
    raw["Environment"] = {"WANDB": secret, "DB": f"postgres://me:{secret.replace('/', '-')}@host/x"}
    raw["AlgorithmSpecification"] = {
        "ContainerArguments": ["--password", secret, f"--token={secret}", f"run --api-key {secret}"]
    }
    raw["FailureReason"] = f'Command "python train.py --hf_token {secret}"\n{other}'
    raw["SecondaryStatusTransitions"] = [{"Status": "Failed", "StatusMessage": f"export TOKEN={secret}"}]
    raw["CreatedBy"] = {"ApiKey": secret}
    snapshot = JobSnapshot.from_api(raw, frozenset({"CreatedBy"}))
    masked = job_text(snapshot, NOW), json.dumps(job_json(snapshot, NOW))
    assert all(secret not in text and secret.replace("/", "-") not in text for text in masked)
    assert secret in job_text(snapshot, NOW, reveal=True)
    assert secret in json.dumps(job_json(snapshot, NOW, reveal=True))


@given(texts, st.one_of(texts, st.none(), st.booleans(), st.integers(), st.floats(), moments))
def test_concealing_is_total_and_settles(key: str, value: object) -> None:
    hidden = secrets.concealed(key, value)
    assert secrets.looks_secret(key, value) is (hidden is not None)
    if isinstance(value, str):
        assert secrets.masked_text(secrets.masked_text(value)) == secrets.masked_text(value)


@given(responses, moments)
@settings(max_examples=30)
def test_formatters_never_raise(raw: dict[str, Any], now: datetime) -> None:
    assert all(isinstance(value_text(leaf, now), str) for leaf in leaves(raw))


@given(st.floats() | st.integers(-(10**12), 10**12))
def test_units_never_raise(value: float) -> None:
    assert units.duration(value)
    assert units.coarse(value)
    assert units.number(value)


@given(st.one_of(texts, st.text(st.sampled_from("\x1b[]\\;\x9b\x9dPm0A\x07\n\u202e"), max_size=30)))
def test_safe_text_is_clean_and_idempotent(text: str) -> None:
    clean = safe_text(text)
    assert safe_text(clean) == clean
    assert not UNSAFE.search(clean.replace("\t", ""))
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", clean)
