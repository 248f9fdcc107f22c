"""What may be typed next: candidates for the word under the cursor of the prompt."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from tui.domain.families import parent_of
from tui.domain.jobs import JobSummary
from tui.domain.units import count


class Candidate(NamedTuple):
    """One way to go on."""

    text: str
    """As it is shown."""
    words: str
    """What it means."""
    whole: str
    """The whole line, once it is chosen."""
    cursor: int
    """Where the cursor is then."""


Completer = Callable[[str, int], Sequence[Candidate]]
"""Gives the candidates for a line with the cursor at a place; quick, since it is asked after each key."""

_MOST: Final = 50


def word_completer(jobs: Iterable[JobSummary]) -> Completer:
    """Return what completes words that jobs have: phases, instance types, spot, what started them."""
    known: Counter[str] = Counter()

    def complete(text: str, cursor: int) -> Sequence[Candidate]:
        start = text.rfind(" ", 0, cursor) + 1
        start += text[start:cursor].startswith("!")
        typed = text[start:cursor].lower()
        if not typed:
            return ()
        if not known:
            # Not before somebody types: opening the prompt waits for nothing.
            known.update(word for job in jobs for word in _words(job))
        words = sorted(word for word in known if word.lower().startswith(typed) and word.lower() != typed)
        rest = text[cursor:]
        return [
            Candidate(word, count(known[word], "job"), f"{text[:start]}{word}{rest}", start + len(word))
            for word in words[:_MOST]
        ]

    return complete


def _words(job: JobSummary) -> set[str]:
    parent = parent_of(job)
    types = (entry.instance_type.removeprefix("ml.") for entry in job.instances or ())
    found = {job.status, job.phase, "spot" if job.spot else "", parent.name if parent else "", *types}
    return {word for word in found if word and " " not in word}
