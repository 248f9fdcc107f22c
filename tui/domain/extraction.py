"""The job's own metric definitions, as the local curves need them: what they are, and what of one is dangerous.

The service applies each regex to the output of the container and sends what the first group captures to CloudWatch,
where it appears minutes later. Applied to the log tail the same regexes give the same curves in seconds.
"""

import importlib
import math
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from tui.domain import members

# The standard library's parser has no public name; whatever it does not know is refused, not guessed.
_parser: Any = importlib.import_module("re._parser")
_MOST_STEPS: Final = 4_000_000
"""Of the standard library's matcher: a fifth of a second."""
_SHORTEST: Final = 24
"""A line cut shorter holds no metric."""
_FEW: Final = 8
_SEQUENCE: Final = re.compile(r"(?:\x1b|#033)\[[0-9;]*m")
_REPEATS: Final = frozenset({"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"})


@dataclass(frozen=True, slots=True)
class MetricDefinition:
    """One entry of AlgorithmSpecification.MetricDefinitions."""

    name: str
    regex: str


@dataclass(frozen=True, slots=True)
class Unused:
    """A definition that is not, or no longer, applied to the log."""

    definition: MetricDefinition
    reason: str


def definitions(raw: Mapping[str, object]) -> tuple[MetricDefinition, ...]:
    """Return the metric definitions of a description in their order, entries without a name or a regex left out."""
    found = (
        MetricDefinition(members.text(entry, "Name"), members.text(entry, "Regex"))
        for entry in members.items(raw, "AlgorithmSpecification", "MetricDefinitions")
    )
    return tuple(dict.fromkeys(entry for entry in found if entry.name and entry.regex))


def value_of(captured: str | None) -> float | None:
    """Return what a group captured as a number, `nan` and `inf` included; None where it is none.

    Colours are dropped: `(\\S+)` takes them along where a container colours its lines.
    """
    plain = _SEQUENCE.sub("", captured or "")
    if not plain or "_" in plain:  # Python's own 1_000 is nobody's number in a log.
        return None
    try:
        return float(plain)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Risk:
    """What a backtracking matcher may need in the worst case."""

    safe_length: int
    """How long a line may be, 0 for none at all."""
    reason: str = ""
    """Why none at all."""


def risk(regex: str, most: int, steps: int = _MOST_STEPS) -> Risk:
    """Return up to how many characters (`most` at most) a regex cannot take longer than so many steps of the matcher,
    unless told otherwise a fraction of a second.

    A repetition within a repetition is exponential. Otherwise a search on n characters takes at most
    `choices · C(n + d, d + 1)` steps, d the number of repetitions in a row.
    """
    try:
        tree = _parsed(regex)
        if _repeats_within(tree, inside=False):
            return Risk(0, "a repetition within a repetition may take forever")
        degree, choices = _growth(tree)
        determined = _determined(tree)
        degree -= max(0, determined - 1)
    except (re.error, RecursionError, OverflowError) as error:
        return Risk(0, f"not a regular expression: {error}")
    for length in range(most, _SHORTEST - 1, -1):
        if choices * math.comb(length + degree, degree + 1) <= steps:
            return Risk(length)
    return Risk(0, "that many repetitions and alternatives in a row may take forever")


class Needle(NamedTuple):
    """A text that every match contains: a line that lacks it is not searched."""

    text: str
    """Empty where none is sure."""
    leading: bool
    """Whether a match, but for a `.*` before it, begins with the text."""


def needle(regex: str) -> Needle:
    """Return the longest text that every match of a regex contains."""
    if "[:" in regex:  # google-re2 reads a class of characters there.
        return Needle("", False)
    try:
        parsed = _parsed(regex)
    except (re.error, RecursionError, OverflowError):
        return Needle("", False)
    if parsed.state.flags & re.IGNORECASE:
        return Needle("", False)
    runs = [""]
    leading = True
    for place, (operation, argument) in enumerate(parsed):
        node = str(operation)
        if node == "LITERAL":
            runs[-1] += chr(argument)
            continue
        runs.append("")
        if not any(runs):
            leading = leading and place == 0 and node in _REPEATS and str(argument[2][0][0]) == "ANY"
    text = max(runs, key=len)
    return Needle(text, leading and bool(text) and text == next(run for run in runs if run))


def _parsed(regex: str) -> Any:
    with warnings.catch_warnings():
        # "Possible nested set" would be printed across the screen.
        warnings.simplefilter("ignore", FutureWarning)
        return _parser.parse(regex)


def _subtrees(node: str, argument: Any) -> Sequence[Any]:
    """Return what is within a node of the parser's tree."""
    if node in _REPEATS:
        return [argument[2]]
    if node == "SUBPATTERN":
        return [argument[3]]
    if node == "BRANCH":
        return list(argument[1])
    if node in ("ASSERT", "ASSERT_NOT"):
        return [argument[1]]
    if node == "ATOMIC_GROUP":
        return [argument]
    if node == "GROUPREF_EXISTS":
        return [part for part in argument[1:] if part is not None]
    return []


def _repeats_within(tree: Any, inside: bool) -> bool:
    """Return whether anything of varying length, or an alternative, is repeated."""
    for operation, argument in tree:
        node = str(operation)
        varies = node == "BRANCH" or (node in _REPEATS and argument[0] != argument[1])
        if inside and varies:
            return True
        repeats = node in _REPEATS and argument[1] > 1
        if any(_repeats_within(part, inside or repeats) for part in _subtrees(node, argument)):
            return True
    return False


def _determined(tree: Any) -> int:
    """Return how many repetitions have but one length: of one character, before a text that is none of them or at
    the end. All of them together cost no more than one.
    """
    nodes = [(str(operation), argument) for operation, argument in tree]
    found = 0
    for (node, argument), following in zip(nodes, [*nodes[1:], None], strict=True):
        if node not in _REPEATS or int(argument[1]) - int(argument[0]) <= _FEW or len(argument[2]) != 1:
            continue
        if following is None:
            found += 1
        elif following[0] == "LITERAL":
            after = chr(following[1])
            found += not _holds(argument[2][0], {after, *after.swapcase()})
    return found


def _holds(node: Any, characters: set[str]) -> bool:
    """Return whether a node of one character matches any of these; True where that is not sure."""
    operation, argument = str(node[0]), node[1]
    if operation == "LITERAL":
        return not characters.isdisjoint({chr(argument), chr(argument).swapcase()})
    if operation != "IN" or any(not character.isascii() for character in characters):
        return True
    for inner, value in argument:
        match str(inner), str(value):
            case "LITERAL", _:
                held = not characters.isdisjoint({chr(value), chr(value).swapcase()})
            case "RANGE", _:
                held = any(value[0] <= ord(each) <= value[1] for each in characters)
            case "CATEGORY", "CATEGORY_DIGIT":
                held = any(each.isdigit() for each in characters)
            case "CATEGORY", "CATEGORY_SPACE":
                held = any(each.isspace() for each in characters)
            case "CATEGORY", "CATEGORY_WORD":
                held = any(each.isalnum() or each == "_" for each in characters)
            case _:
                held = True
        if held:
            return True
    return False


def _growth(tree: Any) -> tuple[int, int]:
    """Return how many repetitions stand in a row, and in how many ways optional parts and alternatives combine."""
    degree, choices = 0, 1
    for operation, argument in tree:
        node = str(operation)
        parts = [_growth(part) for part in _subtrees(node, argument)]
        if node == "BRANCH":
            degree += max(within for within, _ in parts)
            choices *= sum(ways for _, ways in parts)
            continue
        degree += sum(within for within, _ in parts)
        choices *= math.prod(ways for _, ways in parts)
        if node in _REPEATS:
            spread = int(argument[1]) - int(argument[0])
            if spread > _FEW:
                degree += 1
            else:
                choices *= 1 + spread
        choices = min(choices, _MOST_STEPS)
    return degree, choices
