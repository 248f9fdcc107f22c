"""What other people may call their things: hostile texts by family, each with a name, and hostile answers in JSON."""

import re
from typing import Final

PLANTED: Final = "PLANTED"
"""Stands inside every string that a terminal would take for itself: none of it may be seen or written."""
_P = PLANTED

FAMILIES: Final[dict[str, dict[str, str]]] = {
    "markup": {
        "close": "[/]",
        "close unknown": "[/foo]",
        "close with a style": "[/bold red]",
        "action": "[@click=app.quit]x[/]",
        "action with arguments": "[@click='app.open_url(\"http://x\")']x[/]",
        "link": "[link=http://x]y[/link]",
        "variable": "$text-accent [$primary]x[/] $$ ${x}",
        "unclosed": "[bold",
        "nested": "[b][[i]][/b]][[[",
        "backslash before a bracket": "a\\[b]c\\",
        "backslash at the end": "x[b]\\[/b]\\",
        "looks like an index": "s3://b/[k=v]/x[0] ClientError: [red]",
        "emoji code": ":smile: :warning:",
    },
    "escape": {
        "colours": "\x1b[31mred\x1b[0m",
        "clear": "\x1b[2J\x1b[H\x1b[3Jgone",
        "cursor": "\x1b[10A\x1b[5;5Hhere\x1b[s\x1b[u",
        "private modes": "\x1b[?1049h\x1b[?25l\x1b[?1003hx",
        "scroll region": "\x1b[3;5r\x1b[2L\x1b[2Mx",
        "questions": "\x1b[6n\x1b[c\x1b[>c\x1b[?2026$p\x1b[21tx",
        "reset": "\x1bc\x1b[!px",
        "title by bel": f"\x1b]0;{_P}\x07after",
        "title by st": f"\x1b]2;{_P}\x1b\\after",
        "link": f"\x1b]8;;http://{_P}\x1b\\link\x1b]8;;\x1b\\",
        "clipboard by bel": f"\x1b]52;c;{_P}\x07after",
        "clipboard by st": f"\x1b]52;c;{_P}\x1b\\after",
        "clipboard question": "\x1b]52;c;?\x07after",
        "notification": f"\x1b]9;{_P}\x07\x1b]777;notify;{_P};x\x07after",
        "unterminated title": f"before\x1b]0;{_P}",
        "terminated by eight bits": f"\x1b]0;{_P}\x9cafter",
        "device control": f"\x1bPq{_P}\x1b\\after",
        "tmux passthrough": f"\x1bPtmux;{_P}\x1b\\after",
        "application command": f"\x1b_G{_P}\x1b\\after",
        "privacy message": f"\x1b^{_P}\x1b\\after",
        "start of string": f"\x1bX{_P}\x1b\\after",
        "unterminated device control": f"before\x1bP{_P}",
        "single shift": "\x1bNa\x1bOb\x8ec\x8fd",
        "character sets": "\x1b(0lqqk\x1b(B\x0e x \x0f\x1b%G",
        "keypad and status": "\x1b=\x1b>\x1b7\x1b8\x1bM\x1bD\x1bE\x1bH",
        "at the end": "x\x1b",
        "control sequence without an end": "x\x1b[31",
        "nested": "\x1b\x1b[A[31m\x1b[\x1b[2J",
        "cut in two": f"\x1b]0;\x1b]0;{_P}\x07\x07after",
    },
    "eight bits": {
        "control sequence": "\x9b2Jgone\x9b31m",
        "operating system command": "\x9d0;title\x07after\x9c",
        "device control": "\x90q\x9cafter",
        "application command": "\x9fG\x9cafter\x9e\x9c\x98\x9c",
        "index and next line": "a\x84b\x85c\x8dd",
        "all of them": "".join(map(chr, range(0x80, 0xA0))),
    },
    "controls": {
        "return": "one\rtwo\r\nthree",
        "backspace": "secret\b\b\b\b\b\bpublic",
        "bell": "\a\a\a",
        "zero": "a\x00b",
        "delete": "a\x7fb",
        "tabs and feeds": "tab\there\nline\x0bvertical\x0cform",
        "separators": "a\x1cb\x1dc\x1ed\x1fe",
        "all of them": "".join(map(chr, range(0x20))),
        "next line and others": "a\x85b\u2028c\u2029d",
        "many newlines": "\n" * 500 + "end",
    },
    "direction": {
        "override": "\u202eevil\u202c",
        "unfinished override": "invoice\u202excod.exe",
        "isolates": "\u2066x\u2069\u2067y\u2068z",
        "marks": "a\u200eb\u200fc\u061cd",
        "embeddings": "\u202aa\u202bb\u202dc",
        "deprecated": "\u206a\u206b\u206c\u206d\u206e\u206fx",
        "hebrew": "שלום-job-עולם",
        "arabic": "تدريب-النموذج-2024",
    },
    "no width": {
        "spaces": "a\u200bb\u200cc\u200dd\u2060e\u00adf",
        "flood of spaces": "x" + "\u200b" * 5_000 + "y",
        "byte order mark": "\ufeffx\ufeff",
        "tags": "x" + "".join(chr(0xE0000 + ord(char)) for char in "ignore all rules") + "y",
        "variations": "x" + "\ufe0f" * 200 + "\U000e0100" * 200,
        "annotations": "\ufff9a\ufffab\ufffb",
        "fillers": "\u115f\u1160\u3164\uffa0\u180e\u2800x",
        "flood of marks": "Z" + "\u0301\u0489\u20dd" * 3_334 + "algo",
        "a mark alone": "\u0301x",
        "only marks": "\u0301" * 50,
        "thai and devanagari": "ที่นี่ กำลังฝึก क्षत्रिय नमस्ते",
    },
    "width": {
        "chinese": "训练任务-漢字-한국어",
        "full width": "ＦＵＬＬｗｉｄｔｈ！",
        "ambiguous": "①±×÷§¶…—“”Ω█▓◆★",
        "family": "🚀👩‍👩‍👧‍👦👨🏿‍❤️‍💋‍👨🏻 ✓",
        "flags": "🇩🇪🇺🇸🇦🏴󠁧󠁢󠁥󠁮󠁧󠁿🏳️‍🌈",
        "skin": "👍🏽🏽👍🏿",
        "digits in a box": "1️⃣#️⃣*️⃣",
        "private use": "\ue0b0\uf8ff\U000f0000\U0010fffd",
        "no characters": "\ufdd0\ufffe\uffff\U0001ffff\U0010ffff",
        "half surrogates": "\ud800lone\udfff\udc80",
        "surrogates the wrong way": "\udc00\ud800",
        "blanks": "a\u00a0b\u2003c\u3000d\u1680e",
    },
    "length": {
        "ten thousand": "x" * 10_240,
        "long words": "word " * 2_000,
        "wide": "漢" * 5_000,
        "emoji": "👩‍👩‍👧‍👦" * 500,
    },
    "formats": {
        "percent": "%s %d %n %(name)s %",
        "braces": "{} {0} {0.__class__} {",
        "shell": "$(reboot) `reboot` ; rm -rf ~ | x && y > z 'a' \"b\" \\ !!",
        "option": "--endpoint-url=http://x -rf",
        "path": "../../../../etc/passwd",
        "another path": "/etc/passwd\x00.log",
        "sql": "'; DROP TABLE jobs; --",
        "spreadsheet": "=cmd|'/c calc'!A1",
        "another spreadsheet": "@SUM(1+1)*cmd +1 -1",
        "json": '"}],"x":[{"\\u001b[2J',
        "html": "<script>alert(1)</script>&amp;<!--",
        "address": "https://user:pass@host/?a=b#c%00%1b",
        "escaped escape": "\\x1b[2J \\u001b]0;x\\u0007 #033[2J ^[[2J",
        "yaml": "!!python/object:os.system {a: b} - &x *x",
        "regex": "(a+)+$ [z-a] (?P<n>.) \\1 *",
        "filter": 'status:failed !x age:<2d "unclosed',
        "empty": "",
        "blank": "   ",
    },
}
"""Family, name, text."""

TEXTS: Final = {f"{family}: {name}": text for family, texts in FAMILIES.items() for name, text in texts.items()}
"""Every text by its whole name."""
MEGABYTE: Final = {
    "plain": "x" * 1_000_000,
    "words": "ab " * 333_333,
    "marks": "e" + "\u0301" * 1_000_000,
    "accents": "e\u0301" * 500_000,
    "wide": "漢" * 333_333,
    "escapes": "\x1b[31m" * 200_000,
    "unterminated": "\x1b]0;" + _P * 140_000,
    "newlines": "\n" * 1_000_000,
    "brackets": "[" * 1_000_000,
}
"""Texts of a million characters or bytes."""

CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""What a terminal obeys, newlines and tabs included."""
TURNING: Final = re.compile(r"[\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb]")
"""What turns around or hides the text beside it."""
FLOOD: Final = re.compile(r"[\u0300-\u036f\u0489\u20d0-\u20ff\u200b-\u200d\u2060\ufe0f\U000e0000-\U000e01ef]{9,}")
"""More marks on a character than any script has."""


def unsafe(text: str) -> list[str]:
    """Return what of a text on one line must not be shown to anybody."""
    return [found[0] for pattern in (CONTROL, TURNING, FLOOD) for found in pattern.finditer(text)]


def nested(depth: int, opening: str = "[", closing: str = "]") -> str:
    """Return brackets in brackets: valid JSON."""
    return opening * depth + closing * depth


JSON_VALUES: Final = {
    "lists in lists": nested(10_000),
    "lists in a few lists": nested(300),
    "objects in objects": '{"a":' * 10_000 + "1" + "}" * 10_000,
    "objects in some objects": '{"a":' * 400 + "1" + "}" * 400,
    "huge float": "1e999",
    "huge negative float": "-1e999",
    "not a number": "NaN",
    "infinity": "-Infinity",
    "huge integer": "9" * 4_000,
    "integer too long to read": "9" * 5_000,
    "tiny": "1e-400",
    "keys twice": '{"a":1,"a":"\\u001b[2J","a":null}',
    "keys that become one": "{" + ",".join(f'"{chr(92)}u{n:04x}":{n}' for n in range(0x80, 0xA0)) + "}",
    "half a surrogate": '"\\ud800x\\udfff\\u0000"',
    "null": "null",
    "true": "true",
    "list": '[1,"a",null,{}]',
    "object": '{"x":{}}',
    "text": '"text"',
    "number": "-1",
}
"""What may stand where a member's value does, as it is written in JSON."""
