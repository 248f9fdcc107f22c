"""What may follow while a filter is typed: the terms there are, and the values that occur in the jobs at hand."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tui.domain import resources, units
from tui.domain.filtering.grammar import Term, quote, tokens
from tui.domain.filtering.terms import KEYS, shown
from tui.domain.jobs import JobSummary, Pairs
from tui.domain.late import late

MOST: Final = 20
_SAMPLE: Final = 1_000
"""Jobs whose pairs are looked at: each has dozens."""
_LONGEST: Final = 80
"""A longer value is nothing to choose from."""
_AWKWARD: Final = late(r'[\s"()\\\[\]*+?{}|^$<>=]')
"""What is read otherwise unless the value is in quotes."""
_AWKWARD_NAME: Final = late(r'[\s":]')


@dataclass(frozen=True, slots=True)
class Completion:
    """One way to go on."""

    label: str
    """The key, or the value."""
    note: str
    """What the key is about, or how many jobs have the value."""
    text: str
    """The whole text that results."""
    cursor: int
    """Where the cursor is in it then."""


def completions(text: str, cursor: int, jobs: Sequence[JobSummary]) -> tuple[Completion, ...]:
    """Return how the word before the cursor may go on, most frequent first; none for a word that begins no term."""
    start, term = _word(text, cursor)
    if term is None:
        return ()
    end = next((token.end for token in tokens(text, typing=True) if token.start == start), start)
    rest = text[max(end, cursor) :]
    found = _values(term, jobs) if term.key else _keys(term.value, jobs)
    made = []
    for label, note, written in found:
        ahead = text[:start] + written
        # Behind a value goes the next word.
        if not written.endswith((":", ".")) and not rest[:1].isspace() and rest[:1] != ")":
            ahead += " "
        made.append(Completion(label, note, ahead + rest, len(ahead)))
        if len(made) == MOST:
            break
    return tuple(made)


_Found = Iterable[tuple[str, str, str]]
"""Label, note, and what is written."""


def _word(text: str, cursor: int) -> tuple[int, Term | None]:
    """Return where the word before the cursor starts, and what it is so far; None where it takes no completion."""
    before = list(tokens(text[:cursor], typing=True))
    token = before[-1] if before else None
    if token is None or token.end < cursor or (token.term is None and token.text in ("(", "!")):
        return cursor, Term("", "")
    term = token.term
    # A closed quote ends its word, and one that stands alone is no term.
    if term is None or (term.quoted and (not term.key or token.text.endswith('"'))):
        return cursor, None
    return token.start, term


def _keys(typed: str, jobs: Sequence[JobSummary]) -> _Found:
    kind, dot, begun = typed.lower().partition(".")
    if dot and kind in KEYS and KEYS[kind].named:
        begun = begun.removeprefix('"')
        counted = Counter(name for pairs in _sampled(kind, jobs) for name, _ in pairs)
        for name, count in counted.most_common():
            if name and name.lower().startswith(begun):
                yield name, _jobs(count, _step(jobs)), f"{_named(kind, name)}:"
        return
    for each, key in KEYS.items():
        if each.startswith(typed.lower()):
            yield shown(each), key.about, f"{each}." if key.named else f"{each}:"


def _values(term: Term, jobs: Sequence[JobSummary]) -> _Found:
    key = KEYS.get(term.key)
    if key is None or (key.named and not term.name) or term.comparison not in ("", "="):
        return
    from tui.domain import secrets

    head = _named(term.key, term.name) if term.name else term.key
    typed = term.value.lower()
    for value, count in _counted(term, jobs):
        if not value or len(value) > _LONGEST or typed not in value.lower():
            continue
        if term.name is not None and secrets.concealed(term.name, value) is not None:
            continue
        written = quote(value) if term.quoted or (count and _AWKWARD.search(value)) else value
        yield value, _jobs(count, _step(jobs) if key.named else 1), f"{head}:{term.comparison}{written}"


def _counted(term: Term, jobs: Sequence[JobSummary]) -> Iterable[tuple[str, int]]:
    """Return the values of a term with the number of jobs that have them; 0 for those that are only an example."""
    if term.key in ("age", "elapsed"):
        return [(example, 0) for example in ("<1h", "<1d", "<1w", ">1h", ">1d", ">1w")] if not term.comparison else []
    if term.key == "spot":
        return [("yes", 0), ("no", 0)]
    if term.name is not None:
        return Counter(_of_name(term.name, _sampled(term.key, jobs))).most_common()
    if term.key == "type":
        return Counter(on.instance_type for job in jobs for on in job.instances or ()).most_common()
    read = _READ.get(term.key)
    return Counter(map(read, jobs)).most_common() if read else []


def _of_name(wanted: str, sampled: Iterable[Pairs]) -> Iterator[str]:
    return (value for pairs in sampled for name, value in pairs if name == wanted)


def _sampled(kind: str, jobs: Sequence[JobSummary]) -> Iterator[Pairs]:
    """Return the pairs of some jobs from all over the list."""
    some = jobs[:: _step(jobs)]
    return (job.hyperparameters if kind == "hp" else job.tags for job in some)


def _step(jobs: Sequence[JobSummary]) -> int:
    return max(1, len(jobs) // _SAMPLE)


def _jobs(count: int, step: int) -> str:
    if not count:
        return ""
    return units.count(count, "job") if step == 1 else f"about {units.count(count * step, 'job')}"


def _named(kind: str, name: str) -> str:
    return f"{kind}.{quote(name) if _AWKWARD_NAME.search(name) else name}"


_READ: Final[dict[str, Callable[[JobSummary], str]]] = {
    "status": lambda job: job.status,
    "phase": lambda job: job.phase,
    "name": lambda job: job.name,
    "count": lambda job: str(resources.total(job.instances or ()) or ""),
    "parent": lambda job: job.parent,
}
