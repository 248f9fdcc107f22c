"""`--grep`: someone's regex on other people's lines, in linear time."""

from __future__ import annotations

import re
from typing import Any, Final

from tui.domain.logbuffer import Pattern

_LONGEST: Final = 262_144
"""An event of CloudWatch Logs holds no more."""
_BOUNDED: Final = 2_048
"""How much of a line the standard library sees at most: it may take more than linear time."""


def compiled(regex: str) -> Pattern:
    """Return what finds a regex in a text: google-re2, and what it does not know within bounds in `re`.

    Raises:
        ValueError: it is no regex, or one that may take forever.
    """
    try:
        import re2
    except ImportError:
        return _bounded(regex)
    options = re2.Options()
    options.log_errors = False
    try:
        return _Linear(re2.compile(regex.encode("utf-8", "replace"), options))
    except re2.error:
        return _bounded(regex)


class _Linear:
    """A regex in google-re2, on bytes: counting characters would cost more than matching."""

    def __init__(self, regex: Any) -> None:
        self._regex = regex

    def search(self, text: str, /) -> object:
        return self._regex.search(text[:_LONGEST].encode("utf-8", "replace"))


class _Bounded:
    """A regex in the standard library, on as much of a text as cannot take long."""

    def __init__(self, regex: re.Pattern[str], length: int) -> None:
        self._regex = regex
        self._length = length

    def search(self, text: str, /) -> object:
        return self._regex.search(text[: self._length])


def _bounded(regex: str) -> Pattern:
    from tui.domain.extraction import risk

    try:
        pattern = re.compile(regex)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"not a regular expression: {error}") from None
    feared = risk(regex, _BOUNDED)
    if feared.reason:
        raise ValueError(feared.reason)
    return _Bounded(pattern, feared.safe_length)
