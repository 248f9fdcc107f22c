"""Real responses, events and lists of many accounts and years, where they lie beside the repository."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.strategies import output_shape
from tui.domain.job import JobSnapshot
from tui.domain.text import safe_tree

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
FILES = sorted(path for kind in ("describe", "events") for path in (CORPUS / kind).glob("*.json"))
LISTS = sorted((CORPUS / "list").glob("*.json"))
MOMENTS = frozenset(
    ("CreationTime", "TrainingStartTime", "TrainingEndTime", "LastModifiedTime", "StartTime", "EndTime", "Timestamp")
)

needs_corpus = pytest.mark.skipif(not FILES, reason="the corpus is not here")


def converted(value: Any, name: str = "") -> Any:
    """Return a tree with its timestamps as the SDK gives them: ISO-8601 text, or milliseconds in events."""
    if isinstance(value, dict):
        return {key: converted(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [converted(item, name) for item in value]
    if name not in MOMENTS or value is None:
        return value
    if str(value).isdigit():
        return datetime.fromtimestamp(int(value) / 1000, UTC)
    return datetime.fromisoformat(value)


def unknown_members(raw: Any, shape: Any, path: str = "") -> set[str]:
    """Return the paths that the installed model does not know."""
    if shape.type_name == "structure" and isinstance(raw, dict):
        found = set()
        for name, value in raw.items():
            below = f"{path}.{name}" if path else name
            inner = shape.members.get(name)
            found |= {below} if inner is None else unknown_members(value, inner, below)
        return found
    if shape.type_name == "list" and isinstance(raw, list):
        return {name for item in raw for name in unknown_members(item, shape.member, f"{path}[*]")}
    return set()


def snapshot_of(path: Path) -> JobSnapshot:
    """Return the description in a file as it looks behind the port."""
    loaded = json.loads(path.read_text(encoding="utf-8"))
    raw = safe_tree(converted(loaded.get("detail", loaded)))
    assert isinstance(raw, dict)
    raw.pop("ResponseMetadata", None)
    return JobSnapshot.from_api(raw, frozenset(unknown_members(raw, output_shape())))
