"""What differs between two responses, as paths."""

import math
from collections.abc import Iterable, Iterator, Mapping


def changed_paths(old: Mapping[str, object], new: Mapping[str, object]) -> frozenset[str]:
    """Return the paths of values that were added, removed or altered: `SecondaryStatusTransitions[3].EndTime`.

    A structure that came or went is one path. NaN equals NaN.
    """
    return frozenset(_differences(old, new, ""))


def touches(changed: Iterable[str], source: str) -> bool:
    """Return whether any changed path is `source`, lies under it, or holds it (a structure that came or went)."""
    return any(_holds(source, path) or _holds(path, source) for path in changed)


def _holds(outer: str, inner: str) -> bool:
    return inner == outer or inner.startswith((f"{outer}.", f"{outer}["))


def _differences(old: object, new: object, path: str) -> Iterator[str]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in old.keys() | new.keys():
            inner = f"{path}.{key}" if path else str(key)
            if key not in old or key not in new:
                yield inner
            else:
                yield from _differences(old[key], new[key], inner)
    elif isinstance(old, list | tuple) and isinstance(new, list | tuple):
        for index in range(max(len(old), len(new))):
            inner = f"{path}[{index}]"
            if index >= len(old) or index >= len(new):
                yield inner
            else:
                yield from _differences(old[index], new[index], inner)
    elif not _same(old, new):
        yield path


def _same(old: object, new: object) -> bool:
    if isinstance(old, float) and isinstance(new, float) and math.isnan(old) and math.isnan(new):
        return True
    return type(old) is type(new) and old == new
