"""Real responses, events and lists of many accounts and years, where they lie beside the repository."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.strategies import NOW, output_shape
from tui.domain.job import JobSnapshot
from tui.domain.jobs import JobSummary
from tui.domain.leaves import leaves
from tui.domain.listing import jobs_json, jobs_table, jobs_tsv
from tui.domain.report import job_json, job_text, shown_text
from tui.domain.text import safe_tree

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
FILES = sorted(path for kind in ("describe", "events") for path in (CORPUS / kind).glob("*.json"))
LISTS = sorted((CORPUS / "list").glob("*.json"))
MOMENTS = frozenset(
    ("CreationTime", "TrainingStartTime", "TrainingEndTime", "LastModifiedTime", "StartTime", "EndTime", "Timestamp")
)

pytestmark = pytest.mark.skipif(not FILES, reason="the corpus is not here")


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


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name[:40])
def test_a_description(path: Path) -> None:
    loaded = json.loads(path.read_text(encoding="utf-8"))
    raw = safe_tree(converted(loaded.get("detail", loaded)))
    assert isinstance(raw, dict)
    raw.pop("ResponseMetadata", None)
    snapshot = JobSnapshot.from_api(raw, frozenset(unknown_members(raw, output_shape())))
    found = leaves(snapshot.raw, snapshot.unknown)
    assert [leaf.path for leaf in found if leaf.spec is None and leaf.known] == []
    text = job_text(snapshot, NOW)
    assert [leaf.path for leaf in found if shown_text(leaf, NOW).split("\n")[0].rstrip() not in text] == []
    assert ("UNKNOWN TO THE INSTALLED SDK" in text) is bool(snapshot.unknown)
    document = job_json(snapshot, NOW)
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    masked = document["masked"]
    assert isinstance(masked, list)
    assert len(masked) <= 1  # one of these responses holds a token, and ordinary values are not masked


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.name[:40])
def test_a_list(path: Path) -> None:
    loaded = json.loads(path.read_text(encoding="utf-8"))
    entries = [entry["summary"] for entry in loaded] if isinstance(loaded, list) else loaded["TrainingJobSummaries"]
    jobs = [JobSummary.from_api(converted(entry)) for entry in entries]
    assert all(job.name and job.status for job in jobs)
    assert all(job.name in jobs_table(jobs, NOW, 200) for job in jobs)
    assert jobs_tsv(jobs, NOW).count("\n") == len(jobs) + 1
    json.dumps(jobs_json(jobs, NOW), allow_nan=False)
