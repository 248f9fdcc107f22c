"""What is read of Search: a page has a hundred jobs with nearly all their members, of which a row needs few.

The SDK's parser takes 60 ms for such a page, every time and on the event loop. This takes what rows show before the
SDK parses the rest, and a job that is as it was is not read again.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from tui.aws.members import lenient_timestamp
from tui.domain import members
from tui.domain.jobs import SUMMARY_MEMBERS, JobSummary
from tui.domain.text import safe_tree

JOBS: Final = "Jobs"
"""Where the rows stand in the parsed answer."""
_TIMES: Final = ("CreationTime", "TrainingStartTime", "TrainingEndTime", "LastModifiedTime")
_REMEMBERED: Final = 400


class SearchReader:
    """Handles botocore's `before-parse` of Search."""

    def __init__(self) -> None:
        self._rows: dict[str, tuple[Mapping[str, Any], JobSummary]] = {}
        """The jobs of the last pages: what was sent of each, and its row."""

    def __call__(self, response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: object) -> None:
        """Put the rows of a page beside what is parsed; what is no page is left to the SDK."""
        if response_dict["status_code"] != 200:
            return
        try:
            body = json.loads(response_dict["body"])
        except (ValueError, RecursionError):
            return
        results = body.get("Results") if isinstance(body, dict) else None
        if not isinstance(results, list):
            return
        jobs = [entry.get("TrainingJob") for entry in results if isinstance(entry, dict)]
        customized_response_dict[JOBS] = tuple(self._row(job) for job in jobs if isinstance(job, dict))
        response_dict["body"] = json.dumps({**body, "Results": []}).encode()

    def _row(self, job: Mapping[str, Any]) -> JobSummary:
        name = str(job.get("TrainingJobName"))
        known = self._rows.pop(name, None)
        if known is None or known[0] != job:
            known = job, summary(job)
        self._rows[name] = known
        if len(self._rows) > _REMEMBERED:
            del self._rows[next(iter(self._rows))]
        return known[1]


def summary(job: Mapping[str, Any]) -> JobSummary:
    """Return the row of a job as Search or ListTrainingJobs sends it: timestamps may be numbers still."""
    kept: dict[str, object] = {member: job[member] for member in SUMMARY_MEMBERS if member in job}
    for member in _TIMES:
        if member in kept:
            kept[member] = lenient_timestamp(kept[member])
    transitions = members.items(job, "SecondaryStatusTransitions")
    if transitions:
        last = transitions[-1]
        kept["SecondaryStatusTransitions"] = [{"StartTime": lenient_timestamp(last.get("StartTime"))}]
    metrics = members.items(job, "AlgorithmSpecification", "MetricDefinitions")
    if metrics:
        kept["AlgorithmSpecification"] = {"MetricDefinitions": [{"Name": entry.get("Name")} for entry in metrics]}
    raw = safe_tree(kept)
    assert isinstance(raw, dict)
    return JobSummary.from_api(raw)
