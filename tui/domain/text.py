"""Foreign text made safe to show: no escape sequence, no control byte, no bidi override survives.

Names, reasons, hyperparameters and log lines are other people's text. It is sanitised once, where it enters
(`tui.aws`), and never again: everything behind the port may be printed as it is.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Final

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
    (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x061C, 0x200E, 0x200F, 0x2028, 0x2029, 0xFEFF)
)
_SURROGATES: Final = dict.fromkeys(range(55296, 57344), "�")
_UNSAFE: Final = (
    r"[^\t\n -~\xa0-\u061b\u061d-\u200d\u2010-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufefe\uff00-\U0010ffff]"
)
_TABLE: Final = {**_CONTROLS, **_INVISIBLE, **_SURROGATES}


def safe_text(text: str) -> str:
    """Return `text` with escape sequences and bidi controls removed and other controls as U+FFFD.

    Tabs and newlines are kept. Idempotent.
    """
    unsafe, sequence = _patterns()
    if not unsafe.search(text):
        return text
    return sequence.sub("", text).translate(_TABLE)


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    # Compiled at the first foreign text: the first frame has none, and would wait a hundredth of a second for them.
    return re.compile(_UNSAFE), re.compile(_SEQUENCE)


def one_line(text: str) -> str:
    """Return `text` on a single line: newlines shown as ⏎, tabs as one blank, outer white space dropped."""
    return text.strip().replace("\r\n", "\n").replace("\n", "⏎").replace("\t", " ")


def safe_tree(value: object) -> object:
    """Return a JSON-like tree with every string in it, keys included, made safe.

    Mappings become dicts, sequences lists; scalars and datetimes stay. Anything else becomes its safe `str`.
    """
    if isinstance(value, str):
        return safe_text(value)
    if isinstance(value, Mapping):
        made: dict[str, object] = {}
        for key, item in value.items():
            name = safe_text(str(key))
            # Two keys may differ in control bytes only; neither value is dropped.
            while name in made:
                name += "\ufffd"
            made[name] = safe_tree(item)
        return made
    if isinstance(value, list | tuple):
        return [safe_tree(item) for item in value]
    if value is None or isinstance(value, bool | int | float | datetime):
        return value
    return safe_text(str(value))
