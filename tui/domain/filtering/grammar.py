"""How a filter is written: text to a tree of terms, and where it stops making sense."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from tui.domain.late import late

LONGEST: Final = 4_096
"""A longer text is no filter."""
_DEEPEST: Final = 40
"""Parentheses in one another."""
_OPERATORS: Final = frozenset({"AND", "OR", "NOT"})
_KEY: Final = late(r'(?P<key>[A-Za-z_][\w-]*)(?:(?P<dot>\.)(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<name>[^\s:"]*)))?:')
_COMPARISON: Final = late(r"[<>]=?|=")
_QUOTED: Final = late(r'"(?P<inner>(?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPED: Final = late(r"\\(.)", re.DOTALL)


class FilterError(ValueError):
    """A text that is no filter, or not yet one; its message is a short hint for the line it is typed in."""

    def __init__(self, hint: str, position: int) -> None:
        super().__init__(hint)
        self.position = position
        """Where in the text."""


@dataclass(frozen=True, slots=True)
class Term:
    """A free word (no key), or `key:value`."""

    key: str
    value: str
    name: str | None = None
    """Of the hyperparameter or the tag, as in `hp.NAME:`; None where no dot was written."""
    comparison: str = ""
    """`<`, `>`, `<=`, `>=`, `=`, or none."""
    quoted: bool = False
    """Whether the value was in quotes: it is searched for as it is."""
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """What must not be."""

    node: "Node"


@dataclass(frozen=True, slots=True)
class All:
    """What must all be: AND, or one beside the other."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """What must be in part: OR."""

    nodes: tuple["Node", ...]


Node = Term | Not | All | Either


class Token(NamedTuple):
    """A part of the text; `term` is None for operators and parentheses."""

    text: str
    start: int
    term: Term | None = None

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + len(self.text)


def tokens(text: str, typing: bool = False) -> Iterator[Token]:
    """Yield the parts of a text; while typing, a quote that nothing closes yet reaches to the end.

    Raises:
        FilterError: nothing closes a quote.
    """
    at = 0
    while True:
        while at < len(text) and text[at].isspace():
            at += 1
        if at == len(text):
            return
        token = _token(text, at, typing)
        yield token
        at = token.end


def quote(value: str) -> str:
    """Write a value so that it is searched for as it is, whatever is in it."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def parse(text: str) -> Node | None:
    """Read a text; None where nothing is in it.

    Raises:
        FilterError: it is no filter, or not yet one.
    """
    if len(text) > LONGEST:
        raise FilterError("too long", LONGEST)
    reader = _Reader(list(tokens(text)), len(text))
    if not reader.left:
        return None
    node = reader.either(0)
    if reader.left:
        raise FilterError("no ( before this )", reader.left[-1].start)
    return node


def _token(text: str, start: int, typing: bool) -> Token:
    char = text[start]
    # `(?:` begins a regex; what begins a group is `(` before anything else.
    if char in ")!" or (char == "(" and text[start + 1 : start + 2] != "?"):
        return Token(char, start)
    if text[start : start + 4].lower() == "arn:":
        end = _end_of_word(text, start)
        return Token(text[start:end], start, Term("arn", text[start:end], position=start))
    key = _KEY.match(text, start)
    if key is None:
        value, quoted, end = _value(text, start, typing)
        if not quoted and value in _OPERATORS:
            return Token(value, start)
        return Token(text[start:end], start, Term("", value, quoted=quoted, position=start))
    comparison = _COMPARISON.match(text, key.end())
    value, quoted, end = _value(text, comparison.end() if comparison else key.end(), typing)
    name = key["name"] if key["quoted"] is None else _ESCAPED.sub(r"\1", key["quoted"])
    term = Term(
        key["key"].lower(),
        value,
        name=name if key["dot"] else None,
        comparison=comparison[0] if comparison else "",
        quoted=quoted,
        position=start,
    )
    return Token(text[start:end], start, term)


def _value(text: str, start: int, typing: bool) -> tuple[str, bool, int]:
    """Return what is written from `start`, whether in quotes, and where it ends."""
    if text[start : start + 1] == '"':
        quoted = _QUOTED.match(text, start)
        if quoted is None and typing:
            return _ESCAPED.sub(r"\1", text[start + 1 :]), True, len(text)
        if quoted is None:
            raise FilterError('" is missing at the end', start)
        return _ESCAPED.sub(r"\1", quoted["inner"]), True, quoted.end()
    end = _end_of_word(text, start)
    return text[start:end], False, end


def _end_of_word(text: str, start: int) -> int:
    """Return where a word ends: at a blank, or at a `)` that is none of its own."""
    depth, at, opened = 0, start, -1
    while at < len(text) and not text[at].isspace():
        char = text[at]
        if char == "\\":
            at += 1
        elif opened >= 0:
            opened = -1 if char == "]" and at > opened + 1 else opened
        elif char == "[":
            opened = at
        elif char == "(":
            depth += 1
        elif char == ")":
            if depth == 0:
                break
            depth -= 1
        at += 1
    return min(at, len(text))


class _Reader:
    """Recursive descent: OR binds least, then AND and juxtaposition, then NOT and `!`."""

    def __init__(self, found: list[Token], end: int) -> None:
        self.left = found[::-1]
        self._end = end

    def either(self, depth: int) -> Node:
        nodes = [self._all(depth)]
        while self._is_next("OR"):
            self.left.pop()
            nodes.append(self._all(depth))
        return nodes[0] if len(nodes) == 1 else Either(tuple(nodes))

    def _all(self, depth: int) -> Node:
        nodes = [self._not(depth)]
        while self.left and not self._is_next("OR", ")"):
            if self._is_next("AND"):
                self.left.pop()
            nodes.append(self._not(depth))
        return nodes[0] if len(nodes) == 1 else All(tuple(nodes))

    def _not(self, depth: int) -> Node:
        wanted = True
        while self._is_next("NOT", "!"):
            self.left.pop()
            wanted = not wanted
        node = self._one(depth)
        return node if wanted else Not(node)

    def _one(self, depth: int) -> Node:
        if not self.left:
            raise FilterError("… a word or a term", self._end)
        token = self.left.pop()
        if token.term is not None:
            return token.term
        if token.text != "(":
            raise FilterError(f"{token.text} … a word or a term before it", token.start)
        if depth == _DEEPEST:
            raise FilterError("too many ( in one another", token.start)
        node = self.either(depth + 1)
        if not self.left:
            raise FilterError(") is missing", self._end)
        self.left.pop()
        return node

    def _is_next(self, *texts: str) -> bool:
        return bool(self.left) and self.left[-1].term is None and self.left[-1].text in texts
