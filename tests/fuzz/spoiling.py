"""Ways to spoil an answer of the service: bytes anywhere, values, headers. All of them follow from a seed."""

import json
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Final

from tests.hostile import JSON_VALUES, TEXTS, nested

_PIECES: Final = (
    *(b"\x1b[2J", b"\x1b]0;PLANTED\x07", b"\x1b", b"\x00", b"\x9b2J", b"\xc2\x9b2J", b"\xff\xfe", b"\xed\xa0\x80"),
    *(b"\\ud800", b"\\u001b[2J", b"\\u0000", b"\xe2\x80\xae", b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"<"),
    *(b"99999999999999999999999999", b"1e999", b"-1", b"NaN", b"null", b"true", b"-", b"e", b"\xef\xbb\xbf", b"\r\n"),
    *(value.encode() for value in JSON_VALUES.values() if len(value) < 100),
)
_CBOR: Final = (
    *(b"\x9b" + b"\xff" * 8, b"\xbb" + b"\xff" * 8, b"\x5b" + b"\xff" * 8, b"\x7b\x00\x00\x00\x00\xff\xff\xff\xff"),
    *(b"\x9a\x00\xff\xff\xff", b"\x1b" + b"\xff" * 8, b"\x3b" + b"\xff" * 8, b"\xf9\x7e\x00", b"\xf9\x7c\x00"),
    *(b"\xfb\x7f\xf0" + b"\x00" * 6, b"\xfb\x7f\xef" + b"\xff" * 6, b"\xc1\xfb\x7f\xef" + b"\xff" * 6, b"\xc1\x60"),
    *(b"\xc2\x58\xff" + b"\xff" * 255, b"\xf6", b"\xf5", b"\xf8\xff", b"\xff", b"\x9f", b"\xbf", b"\x5f", b"\x7f"),
    *(b"\x81" * 10_000, b"\x81" * 300 + b"\x00", b"\xa1\x60" * 5_000, b"\xc1" * 5_000, b"\x61\x1b", b"\x62\xed\xa0"),
)
_XML: Final = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
    b"&b;&#27;[2J",
    b"&#x9b;2J",
    b"<x>" * 10_000,
    b"<x>" * 500 + b"</x>" * 500,
    b"<!--",
    b"<![CDATA[\x1b]]>",
    b'<?xml version="1.0" encoding="utf-7"?>',
    b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x">',
)
_LAUGHS: Final = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "ha">'
    + b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 10))
    + b"]><x>&e9;</x>"
)
_STATUSES: Final = (200, 200, 201, 204, 301, 307, 400, 400, 403, 404, 413, 429, 500, 503, 599)
_HEADERS: Final = {
    "Date": ("", "Mon, 99 Foo 2026", "Mon, 01 Jan 0001 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 -9999", "\x9b2J"),
    "Retry-After": ("1e999", "-5", "nan", "soon", "9" * 400),
    "Content-Type": ("text/html", "application/json", "application/cbor", "text/xml; charset=utf-7", "x"),
    "Content-Encoding": ("gzip", "deflate", "br", "x"),
    "x-amzn-ErrorType": ("ThrottlingException:", "\x9b2J#\x9b", "ExpiredTokenException", "#", ":"),
    "x-amzn-query-error": ("a;b", ";", "a", "\x9b2J;\x9b2J"),
    "Location": ("http://127.0.0.1:9/", "//", "\x9b"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def is_json(self) -> bool:
        """Whether the body is JSON, as far as it is not spoiled yet."""
        return self.body.lstrip()[:1] == b"{"


def spoiled(answer: Answer, random: Random) -> Answer:
    """Return the answer with one to three things wrong with it."""
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        ways = [_flip, _cut, _insert, _remove, _repeat, _swap, _garnish]
        ways += [_value] * 8 if answer.is_json else [_insert] * 4
        answer = random.choice(ways)(answer, random)
    return answer


def _flip(answer: Answer, random: Random) -> Answer:
    body = bytearray(answer.body)
    for _ in range(random.choice((1, 1, 2, 8, 64))):
        if body:
            body[random.randrange(len(body))] ^= 1 << random.randrange(8)
    return replace(answer, body=bytes(body))


def _cut(answer: Answer, random: Random) -> Answer:
    return replace(answer, body=answer.body[: random.randrange(len(answer.body) + 1)])


def _insert(answer: Answer, random: Random) -> Answer:
    if answer.body[:5] == b"<?xml" and random.random() < 0.05:
        return replace(answer, body=_LAUGHS)
    own = _PIECES if answer.is_json else _XML if answer.body.lstrip()[:1] == b"<" else _CBOR
    piece = random.choice(random.choice((_PIECES, own, own)))
    at = random.randrange(len(answer.body) + 1)
    over = random.choice((0, 0, 1, len(piece)))
    return replace(answer, body=answer.body[:at] + piece + answer.body[at + over :])


def _remove(answer: Answer, random: Random) -> Answer:
    at, size = random.randrange(len(answer.body) + 1), random.choice((1, 2, 10, 200))
    return replace(answer, body=answer.body[:at] + answer.body[at + size :])


def _repeat(answer: Answer, random: Random) -> Answer:
    at, size = random.randrange(len(answer.body) + 1), random.choice((1, 5, 50, 500))
    piece = answer.body[at : at + size] * random.choice((1, 2, 50))
    return replace(answer, body=answer.body[:at] + piece + answer.body[at:])


def _swap(answer: Answer, random: Random) -> Answer:
    first, second, size = random.randrange(len(answer.body) + 1), random.randrange(len(answer.body) + 1), 20
    a, b = sorted((first, second))
    body = answer.body
    return replace(
        answer, body=body[:a] + body[b : b + size] + body[a + size : b] + body[a : a + size] + body[b + size :]
    )


def _garnish(answer: Answer, random: Random) -> Answer:
    if random.random() < 0.5:
        return replace(answer, status=random.choice(_STATUSES))
    name = random.choice(list(_HEADERS))
    return replace(answer, headers=answer.headers | {name: random.choice(_HEADERS[name])})


def _value(answer: Answer, random: Random) -> Answer:
    """Put something else in the place of a value, of any depth, or beside it."""
    try:
        tree = json.loads(answer.body)
    except (ValueError, RecursionError):
        return _insert(answer, random)
    mark = "\x00here\x00"
    holder: Any = {"": tree}
    key: Any = ""
    while True:
        below = holder[key]
        if not isinstance(below, dict | list) or not below or random.random() < 0.15:
            break
        holder, key = below, random.choice(list(below) if isinstance(below, dict) else range(len(below)))
    wanted = random.choice((*JSON_VALUES.values(), nested(random.randrange(1_000)), *map(json.dumps, TEXTS.values())))
    if isinstance(holder, dict) and random.random() < 0.2:
        # A key of its own, or the same one twice.
        holder[random.choice((*TEXTS.values(), "Unknown"))] = mark
    else:
        holder[key] = mark
    try:
        text = json.dumps(tree if holder is not None and "" not in holder else holder.get("", tree))
    except (ValueError, RecursionError):
        return _insert(answer, random)
    return replace(answer, body=text.replace(json.dumps(mark), wanted).encode("utf-8", "surrogatepass"))
