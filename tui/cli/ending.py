"""How a job ended, in one line."""

from __future__ import annotations

from tui.domain import secrets, units
from tui.domain.job import JobSnapshot
from tui.domain.text import one_line


def ending(snapshot: JobSnapshot) -> str:
    """Return `bert Failed after 2h14m: AlgorithmError: …`; what looks secret is masked."""
    times = snapshot.times
    words = f"{one_line(snapshot.name)} {one_line(snapshot.status)}"
    ended = times.ended or times.modified
    if times.started and ended:
        words += f" after {units.duration(max(0.0, (ended - times.started).total_seconds()))} of training"
    why = [
        text
        for text in (
            snapshot.secondary_status if snapshot.secondary_status != snapshot.status else "",
            snapshot.failure_reason or (snapshot.status_message if snapshot.status != "Completed" else ""),
        )
        if text.strip()
    ]
    return words + "".join(f": {one_line(secrets.masked_text(text))}" for text in why)
