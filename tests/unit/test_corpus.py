"""Real responses, events and lists of many accounts and years, where they lie beside the repository."""

import json
from pathlib import Path

import pytest

from tests.corpus import FILES, LISTS, converted, needs_corpus, snapshot_of
from tests.strategies import NOW
from tui.domain.jobs import JobSummary
from tui.domain.leaves import leaves
from tui.domain.listing import jobs_json, jobs_table, jobs_tsv
from tui.domain.report import job_json, job_text, shown_text

pytestmark = needs_corpus


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name[:40])
def test_a_description(path: Path) -> None:
    snapshot = snapshot_of(path)
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
