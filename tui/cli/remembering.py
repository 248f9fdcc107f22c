"""What the user left, from one run of the screen to the next: a small JSON file under the user's state directory."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, fields
from pathlib import Path
from threading import Lock
from typing import Any, Final

from tui.app.services import Remembered
from tui.domain.text import one_line, safe_text

_VERSION: Final = 1
_MOST_BYTES: Final = 64 * 1024
_LONGEST: Final = 1_000
"""Characters of a filter, names of columns: more is not ours."""


def place() -> Path:
    """Return the file's path."""
    # Some milliseconds, which a command without a screen does not need.
    from platformdirs import user_state_path

    return user_state_path("sagetop", appauthor=False) / "list.json"


def recall() -> tuple[Remembered, str]:
    """Return what was left the last time, and what is wrong with the file, or nothing."""
    try:
        path = place()
        with path.open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        return Remembered(), ""
    except OSError as error:
        return Remembered(), f"what was left the last time is not read: {error.strerror}"
    try:
        if len(raw) > _MOST_BYTES:
            raise ValueError
        return _read(json.loads(raw)), ""
    except (ValueError, TypeError, KeyError, RecursionError):
        return Remembered(), f"{path} is not what sagetop writes: ignored, and replaced when the list changes"


def remember(left: Remembered) -> None:
    """Write it for the next time: whole or not at all, for the user alone.

    Raises:
        OSError: that cannot be done.
    """
    path = place()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Two of us at once do not write into each other's file.
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0), 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({"version": _VERSION, **asdict(left)}, file, indent=1)
            file.write("\n")
        beside.replace(path)
    except OSError:
        with suppress(OSError):
            beside.unlink()
        raise


class Memory:
    """What the screen is given: writes what changed, and keeps what went wrong for the end."""

    def __init__(self) -> None:
        self.left, self.trouble = recall()
        self._one_at_a_time = Lock()
        """The last change may still be on its way to the file when the screen ends."""

    def keep(self, left: Remembered) -> None:
        """Write what changed; that it could not be is no reason to disturb anybody now."""
        with self._one_at_a_time:
            if left == self.left:
                return
            try:
                remember(left)
            except OSError as error:
                self.trouble = f"how the list was left is not remembered: {error.strerror}"
            else:
                self.left, self.trouble = left, ""


def _read(raw: Any) -> Remembered:
    """Read what `remember` wrote.

    Raises:
        ValueError, TypeError, KeyError: it did not.
    """
    if raw["version"] != _VERSION:
        raise ValueError
    usual = asdict(Remembered())
    found: dict[str, Any] = {}
    for field in fields(Remembered):
        value = raw.get(field.name, usual[field.name])
        if isinstance(value, list):
            value = tuple(_text(entry) for entry in value[:_LONGEST])
        elif isinstance(value, str):
            value = _text(value)
        if type(value) is not type(usual[field.name]):
            raise TypeError
        found[field.name] = value
    return Remembered(**found)


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise TypeError
    return one_line(safe_text(value))
