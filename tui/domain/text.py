"""Foreign text made safe to show: no escape sequence, no control byte, no bidi override survives.

Names, reasons, hyperparameters and log lines are other people's text. It is sanitised once, where it enters
(`tui.aws`), and never again: everything behind the port may be printed as it is.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Final
from unicodedata import category

_SEQUENCE: Final = (
    r"\x1b\][^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"  # OSC, terminated or not
    r"|\x1b[P^_X][^\x1b\x9c\n]*(?:\x1b\\|\x9c)?"  # DCS, PM, APC, SOS
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI
    r"|\x1b[ -/]*[0-~]?"  # every other escape
)
_KEPT: Final = "\t\n"
_CONTROLS: Final = {c: "\ufffd" for c in (*range(0x20), *range(0x7F, 0xA0)) if chr(c) not in _KEPT}
# Overrides and isolates reorder what stands beside them on the screen; U+2028/9 break lines in some terminals.
_INVISIBLE: Final = dict.fromkeys(
    [*range(0x2028, 0x202F), *range(0x2066, 0x2070), *range(0xFFF9, 0xFFFC), 0x061C, 0x200E, 0x200F, 0xFEFF]
)
_SURROGATES: Final = dict.fromkeys(range(55296, 57344), "�")
_UNSAFE: Final = (
    r"[^\t\n -~\xa0-\u061b\u061d-\u200d\u2010-\u2027\u202f-\u2065\u2070-\ud7ff"
    r"\ue000-\ufefe\uff00-\ufff8\ufffc-\U0010ffff]"
)
MOST_MARKS: Final = 8
"""Characters without a width of their own that may follow each other; every script and every emoji gets by."""
# Where marks are, and much that is none: a run of these is looked at one by one.
_PERHAPS_MARKS: Final = (
    r"[\u00ad\u0300-\u036f\u0483-\u0489\u0591-\u1fff\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20ff\u2cef-\u2cf1"
    r"\u2d7f-\u2dff\u302a-\u302f\u3099\u309a\ua66f-\ua6f1\ua802-\uabff\ufb1e\ufe00-\ufe2f\ufeff"
    rf"\U000101fd-\U0001e94a\U000e0000-\U000e0fff]{{{MOST_MARKS + 1},}}"
)
_MARKS: Final = frozenset({"Mn", "Me", "Cf"})
DEEPEST: Final = 64
"""Levels of a tree: the service sends six."""
_TABLE: Final = {**_CONTROLS, **_INVISIBLE, **_SURROGATES}


def safe_text(text: str) -> str:
    """Return `text` with escape sequences and bidi controls removed and other controls as U+FFFD.

    Of a flood of combining marks the first `MOST_MARKS` stay. Tabs and newlines are kept. Idempotent.
    """
    unsafe, sequence, marks = _patterns()
    if unsafe.search(text):
        text = sequence.sub("", text).translate(_TABLE)
    few = text if text.isascii() else marks.sub(_few_marks, text)
    return few if len(few) < len(text) else text


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    # Compiled at the first foreign text: the first frame has none, and would wait a hundredth of a second for them.
    return re.compile(_UNSAFE), re.compile(_SEQUENCE), re.compile(_PERHAPS_MARKS)


def _few_marks(found: re.Match[str]) -> str:
    kept: list[str] = []
    run = 0
    for char in found[0]:
        run = run + 1 if category(char) in _MARKS else 0
        if run <= MOST_MARKS:
            kept.append(char)
    return "".join(kept)


def one_line(text: str) -> str:
    """Return `text` on a single line: newlines shown as ⏎, tabs as one blank, outer white space dropped."""
    return text.strip().replace("\r\n", "\n").replace("\n", "⏎").replace("\t", " ")


def safe_tree(value: object, room: int = DEEPEST) -> object:
    """Return a JSON-like tree with every string in it, keys included, made safe.

    Mappings become dicts, sequences lists; scalars and datetimes stay. Anything else becomes its safe `str`, and
    what lies deeper than `room` an ellipsis.
    """
    if isinstance(value, str):
        return safe_text(value)
    if isinstance(value, Mapping | list | tuple) and not room:
        return "…"
    if isinstance(value, Mapping):
        made: dict[str, object] = {}
        taken: dict[str, int] = {}
        for key, item in value.items():
            name = safe = safe_text(str(key))
            # Two keys may differ in control bytes only; neither value is dropped.
            while name in made:
                taken[safe] = taken.get(safe, 1) + 1
                name = f"{safe}\ufffd{taken[safe]}"
            made[name] = safe_tree(item, room - 1)
        return made
    if isinstance(value, list | tuple):
        return [safe_tree(item, room - 1) for item in value]
    if value is None or isinstance(value, bool | int | float | datetime):
        return value
    return safe_text(str(value))
