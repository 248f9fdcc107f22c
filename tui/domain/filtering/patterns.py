"""How a text is found in ten thousand names or reasons: fast where it is plain, never slow where it is not."""

import re
import warnings
from collections.abc import Callable
from typing import Final

from tui.domain.filtering.grammar import FilterError
from tui.domain.late import late

Finder = Callable[[str], object]
"""Whether something is in a lower-case text."""

_PLACED: Final = re.MULTILINE | re.DOTALL
_FLAGS: Final = re.IGNORECASE | _PLACED
_META: Final = frozenset("\\.^$*+?{}[]|()")
_LOWER: Final = late(r"(?:[^\\\[\]]|\\[dwsb.]|\[\^?(?:[a-z0-9](?:-[a-z0-9])?|[_.]|\\[dws])+-?\])*")
"""Regexes whose classes and escapes hold nothing of upper case."""
_COMPLEX: Final = frozenset("\\[(|")
_REPEATING: Final = frozenset("*+?{")
_LONGEST: Final = 1_024
"""FailureReason is no longer."""
_NAME: Final = 63
"""No name is longer: a regex that is not safe on that many characters is none for a list."""
_STEPS: Final = 40_000
"""Of the standard library's matcher, on one text, in the worst case: a second for ten thousand jobs."""
_CUT: Final = 40
"""How much of a regex a hint repeats."""


def finder(value: str, literal: bool, position: int) -> Finder:
    """Return what finds a value: as it is, or as a regular expression, whatever the case of the letters.

    Raises:
        FilterError: it is no regular expression, or one that may take forever.
    """
    if literal or is_plain(value):
        lowered = value.lower()
        return lambda hay: lowered in hay
    # Only a regular expression needs it, and the first frame does not.
    from tui.domain.extraction import needle

    pattern = _compiled(value, position)
    search = _in_steps(value) or _bounded(value, pattern, position)
    sure = needle(value).text.lower()
    if not sure.isascii():
        return search
    return lambda hay: sure in hay and search(hay)


def is_plain(value: str) -> bool:
    """Return whether a value, read as a regular expression, finds itself and nothing else."""
    return _META.isdisjoint(value)


def _compiled(regex: str, position: int) -> re.Pattern[str]:
    try:
        with warnings.catch_warnings():
            # "Possible nested set" would be printed across the screen.
            warnings.simplefilter("ignore", FutureWarning)
            pattern = re.compile(regex, _FLAGS)
            lowered = _lowered(regex)
            return pattern if lowered is None else re.compile(lowered, _PLACED)
    except re.error as error:
        raise FilterError(f"{_short(regex)}: {error.msg}", position + (error.pos or 0)) from None
    except (OverflowError, RecursionError):
        raise FilterError(f"{_short(regex)}: too much", position) from None


def _lowered(regex: str) -> str | None:
    """Return a regex that finds in lower-case texts what this one finds in any case, several times as fast."""
    if "\\" not in regex and "[" not in regex and "(?" not in regex:
        return regex.lower()
    return regex if _LOWER.fullmatch(regex) and regex == regex.lower() else None


def _in_steps(regex: str) -> Finder | None:
    """Return a search in linear time for parts of fixed width with `.*` between them, which most are; else None.

    Of each part the first place after the part before it will do.
    """
    if not _COMPLEX.isdisjoint(regex):
        return None
    parts = [part for part in re.split(r"\.\*\??", regex.lower()) if part]
    if any(not _REPEATING.isdisjoint(part) for part in parts):
        return None
    searches = [re.compile(part, _PLACED).search for part in parts]

    def search(hay: str) -> bool:
        at = 0
        for find in searches:
            found = find(hay, at)
            if found is None:
                return False
            at = found.end()
        return True

    return search


def _bounded(regex: str, pattern: re.Pattern[str], position: int) -> Finder:
    """Return a search that sees no more than is safe: the whole text, else each line of it up to there."""
    from tui.domain.extraction import risk

    feared = risk(regex, _LONGEST, _STEPS)
    if feared.safe_length < _NAME:
        why = feared.reason or "that many repetitions in a row take too long"
        raise FilterError(f"{_short(regex)}: {why}", position)

    def search(hay: str) -> object:
        if len(hay) <= feared.safe_length:
            return pattern.search(hay)
        return any(pattern.search(line[: feared.safe_length]) for line in hay.split("\n"))

    return search


def _short(regex: str) -> str:
    return regex if len(regex) <= _CUT else regex[: _CUT - 1] + "…"
