"""Regular expressions that are compiled when they are first needed: the first frame needs none of them."""

import re
from typing import Any, cast

_METHODS = ("search", "match", "fullmatch", "sub", "finditer", "findall", "split", "pattern")


class _Late:
    def __init__(self, pattern: str, flags: int) -> None:
        self._wanted = pattern, flags

    def __getattr__(self, name: str) -> Any:
        # Asked once: then its methods are attributes, and as fast as a pattern's own.
        compiled = re.compile(*self._wanted)
        self.__dict__.update({method: getattr(compiled, method) for method in _METHODS})
        return getattr(compiled, name)


def late(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Return a pattern that is compiled at its first use."""
    return cast("re.Pattern[str]", _Late(pattern, flags))
