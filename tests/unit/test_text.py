"""Foreign text is made safe."""

from datetime import UTC, datetime

import pytest

from tests.hostile import PLANTED, TEXTS, unsafe
from tui.domain.text import DEEPEST, one_line, safe_text, safe_tree


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("plain ✓ 漢字 🚀 [/] [@click=app.quit]x[/]", "plain ✓ 漢字 🚀 [/] [@click=app.quit]x[/]"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x9b31mred", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bPq#0\x1b\\after", "after"),
        ("\x1b(Bx\x1bc", "x"),
        ("\x1b\x1b[31m[31mx", "[31mx"),
        ("\x1b[31", ""),
        ("a\rb\x00c\x7fd\x85e", "a\ufffdb\ufffdc\ufffdd\ufffde"),
        ("\u202eevil\u202c\u2066x\u2069\u200f\u2028", "evilx"),
        ("\ud800", "\ufffd"),
        ("a\u206ab\ufff9c", "abc"),
        ("e" + "\u0301" * 10_000 + "x", "e" + "\u0301" * 8 + "x"),
        ("x" + "\u200b\u0301\u20dd" * 5, "x" + "\u200b\u0301\u20dd" * 2 + "\u200b\u0301"),
        ("👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿 👨🏿‍❤️‍💋‍👨🏻", "👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿 👨🏿‍❤️‍💋‍👨🏻"),
        ("ที่นี่ กำลังฝึก क्षत्रिय", "ที่นี่ กำลังฝึก क्षत्रिय"),
    ],
)
def test_safe_text(text: str, expected: str) -> None:
    assert safe_text(text) == expected


def test_a_line_stays_one() -> None:
    assert one_line("  a\nb\r\nc\td\n") == "a⏎b⏎c d"


def test_a_tree_is_safe_throughout() -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    tree = {"\x1b[1mkey": ("a\r", {"b": "\x07"}), "when": now, "n": 1.5, "none": None, "raw": b"\x1b"}
    assert safe_tree(tree) == {
        "key": ["a\ufffd", {"b": "\ufffd"}],
        "when": now,
        "n": 1.5,
        "none": None,
        "raw": "b'\\x1b'",
    }


def test_a_tree_has_a_depth() -> None:
    tree: object = "leaf"
    for _ in range(100_000):
        tree = [tree]
    safe = safe_tree(tree)
    for _ in range(DEEPEST):
        assert isinstance(safe, list)
        (safe,) = safe
    assert safe == "…"


def test_no_value_is_lost_where_many_keys_become_one() -> None:
    keys = ["".join(chr(1 + (n >> 5 * place) % 8) for place in range(4)) for n in range(0, 100_000, 7)]
    tree = dict.fromkeys(keys, 1)
    safe = safe_tree(tree)
    assert isinstance(safe, dict)
    assert len(safe) == len(tree) > 1_000


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_every_text_of_the_corpus(text: str) -> None:
    safe = safe_text(text)
    assert unsafe(safe.replace("\n", "").replace("\t", "")) == []
    assert PLANTED not in safe
    assert safe_text(safe) == safe
