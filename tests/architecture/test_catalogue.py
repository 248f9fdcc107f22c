"""The catalogue is the installed model: a new member of the service fails here until someone gives it a room."""

import ast
from collections import Counter
from pathlib import Path

import pytest

from tests.strategies import leaf_patterns, output_shape
from tui.domain import catalogue
from tui.domain.catalogue import CATALOGUE, MEMBERS, Format, Room


def test_every_member_has_a_room_in_the_order_of_the_model() -> None:
    assert list(MEMBERS) == list(output_shape().members)


def test_every_leaf_is_catalogued_in_the_order_of_the_model() -> None:
    assert list(CATALOGUE) == [pattern for pattern, _ in leaf_patterns()]


@pytest.mark.parametrize("table", ["MEMBERS", "CATALOGUE"])
def test_nothing_is_written_twice(table: str) -> None:
    tree = ast.parse(Path(catalogue.__file__).read_text(encoding="utf-8"))
    written = next(
        [ast.literal_eval(key) for key in node.value.keys if key]
        for node in tree.body
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and node.target.id == table
        and isinstance(node.value, ast.Dict)
    )
    assert [key for key, times in Counter(written).items() if times > 1] == []


def test_a_format_suits_the_type_of_its_leaf() -> None:
    expected = {"timestamp": {Format.TIME}, "boolean": {Format.FLAG}, "float": {Format.NUMBER}}
    numbers = {Format.SECONDS, Format.COUNT, Format.GIGABYTES, Format.MILLISECONDS, Format.TEXT}
    expected |= {"string": {Format.TEXT}, "integer": numbers, "long": numbers}
    assert [pattern for pattern, kind in leaf_patterns() if CATALOGUE[pattern].format not in expected[kind]] == []


def test_labels_are_unambiguous_where_they_stand_together() -> None:
    def group(pattern: str) -> str:
        entry, bracket, _ = pattern.rpartition("[*].")
        return entry + bracket or pattern.partition(".")[0]

    labels = Counter((group(pattern), spec.label) for pattern, spec in CATALOGUE.items())
    assert [label for label, times in labels.items() if times > 1] == []


def test_every_room_shows_something() -> None:
    assert {spec.room for spec in CATALOGUE.values()} == set(Room)


def test_what_people_write_is_sensitive() -> None:
    sensitive = {pattern for pattern, spec in CATALOGUE.items() if spec.sensitive}
    assert {pattern for pattern in CATALOGUE if pattern.endswith("{*}")} <= sensitive
    assert {"FailureReason", "AlgorithmSpecification.ContainerArguments[*]"} <= sensitive
