"""A regex that someone types, on a log of 200,000 lines: it may be slow to write, never slow to run."""

import re
from collections.abc import Iterator
from typing import Any, Final

from tui.domain.loglines import LONGEST

_MEMORY: Final = 1 << 22
_MOST_MATCHES: Final = 500
"""Matches marked in one line."""


class LinePattern:
    """What is searched for in lines, as they are shown, whatever the case of the letters.

    The standard library where it cannot take long; else google-re2, in linear time; else only the beginning of lines.
    """

    def __init__(self, text: str) -> None:
        """Compile a regex.

        Raises:
            ValueError: it might take forever.
        """
        self.text = text
        self._length: int | None = None
        self._regex: Any = re.compile(text, re.IGNORECASE)
        from tui.domain.extraction import risk

        feared = risk(text, LONGEST)
        if feared.safe_length < LONGEST and not self._linear():
            if feared.reason:
                raise ValueError(feared.reason)
            self._length = feared.safe_length

    def search(self, text: str, /) -> object:
        """Return something true where a line matches."""
        return self._regex.search(text if self._length is None else text[: self._length])

    def matches(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where it matches, in order; empty matches are none."""
        found = self._regex.finditer(text if self._length is None else text[: self._length])
        for _, match in zip(range(_MOST_MATCHES), found, strict=False):
            if match.end() > match.start():
                yield match.start(), match.end()

    def _linear(self) -> bool:
        try:
            import re2
        except ImportError:
            return False
        options = re2.Options()
        options.log_errors = False
        options.max_mem = _MEMORY
        options.case_sensitive = False
        try:
            self._regex = re2.compile(self.text, options)
        except re2.error:
            return False
        return True
