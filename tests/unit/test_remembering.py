"""What the user left: written whole, for the user alone, and read only if it is ours."""

import json
from pathlib import Path

import pytest

from tui.app.services import Remembered
from tui.cli.remembering import Memory, place, recall, remember

LEFT = Remembered("bert !spot", True, "elapsed", True, ("phase", "age"), False)


def test_what_was_left_is_there_next_time() -> None:
    assert recall() == (Remembered(), "")
    remember(LEFT)
    assert recall() == (LEFT, "")


def test_nobody_else_may_read_it_and_nothing_lies_beside_it() -> None:
    remember(LEFT)
    remember(Remembered())
    assert place().stat().st_mode & 0o777 == 0o600
    assert place().parent.stat().st_mode & 0o077 == 0
    assert [path.name for path in place().parent.iterdir()] == ["list.json"]


def written(**more: object) -> str:
    return json.dumps({"version": 1, "filter": "x"} | more)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "[" * 20_000,
        written(version=2),
        written(filter=7),
        written(filter="x" * 2_000),
        written(grouped="yes"),
        written(columns=[1]),
        written(columns="phase"),
        " " * 70_000 + written(),
        "\udcff",
    ],
    ids=str,
)
def test_a_foreign_file_is_ignored_with_a_word(text: str) -> None:
    place().parent.mkdir(parents=True)
    place().write_bytes(text.encode(errors="surrogateescape"))
    found, trouble = recall()
    assert found == Remembered()
    assert "ignored" in trouble


def test_members_of_another_version_of_us_are_let_go_and_escapes_too() -> None:
    place().parent.mkdir(parents=True)
    place().write_text(written(filter="a\x1b[31m\nb", more=1))
    assert recall() == (Remembered(filter="a⏎b"), "")


def test_only_what_changed_is_written() -> None:
    memory = Memory()
    memory.keep(Remembered())
    assert not place().exists()
    memory.keep(LEFT)
    assert recall()[0] == LEFT
    assert memory.trouble == ""


def test_where_nothing_can_be_written_there_is_a_word_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    memory = Memory()
    memory.keep(LEFT)
    assert "not remembered" in memory.trouble
