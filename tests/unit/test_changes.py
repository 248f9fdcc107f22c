"""What differs between two responses."""

import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.changes import changed_paths, touches

TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=5), TREES, max_size=4))
def test_a_response_does_not_differ_from_itself(tree: dict[str, object]) -> None:
    assert changed_paths(tree, tree) == frozenset()


@given(
    st.dictionaries(st.text(min_size=1, max_size=5), TREES, max_size=4),
    st.dictionaries(st.text(min_size=1, max_size=5), TREES, max_size=4),
)
def test_differences_are_the_same_both_ways(old: dict[str, object], new: dict[str, object]) -> None:
    assert changed_paths(old, new) == changed_paths(new, old)


@pytest.mark.parametrize(
    ("old", "new", "paths"),
    [
        ({"a": 1}, {"a": 2}, {"a"}),
        ({}, {"a": None}, {"a"}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, {"a.c"}),
        ({"a": [1, 2]}, {"a": [1, 3, 4]}, {"a[1]", "a[2]"}),
        ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, {"a[0].b"}),
        ({"a": {"b": 1}}, {}, {"a"}),
        ({"a": True}, {"a": 1}, {"a"}),
        ({"a": {}}, {"a": []}, {"a"}),
        ({"a": math.nan}, {"a": math.nan}, set()),
        ({"a": [math.nan]}, {"a": [1.0]}, {"a[0]"}),
        ({"a": datetime(2026, 1, 1, tzinfo=UTC)}, {"a": "2026-01-01"}, {"a"}),
    ],
)
def test_paths_lead_to_what_differs(old: dict[str, object], new: dict[str, object], paths: set[str]) -> None:
    assert changed_paths(old, new) == paths


def test_a_change_touches_what_holds_it_and_what_it_holds() -> None:
    assert touches({"A.B[1].C"}, "A.B")
    assert touches({"A.B[1].C"}, "A.B[1].C")
    assert touches({"WarmPoolStatus"}, "WarmPoolStatus.Status")
    assert not touches({"A.B[1].C"}, "A.B[1].CC")
    assert not touches({"AB"}, "A")
    assert not touches({"A[12]"}, "A[1]")
    assert not touches((), "A")
