"""A filter of the list of jobs, read once and asked for every job."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from tui.domain.filtering.grammar import All, FilterError, Node, Not, Term, parse
from tui.domain.filtering.terms import KEYS, Test, test_of
from tui.domain.jobs import JobSummary


@dataclass(frozen=True, slots=True)
class Filter:
    """Which jobs are shown: words and terms (see docs/filter.md), and whether only problems."""

    text: str = ""
    problems_only: bool = False
    node: Node | None = field(default=None, repr=False, compare=False)
    """What was read; None where every job passes."""
    _test: Test | None = field(default=None, repr=False, compare=False)

    @classmethod
    def parse(cls, text: str, problems_only: bool = False) -> Self:
        """Read what was typed.

        Raises:
            FilterError: it is no filter, or not yet one; the message is a hint, its `position` the place.
        """
        node = parse(text)
        return cls(text.strip(), problems_only, node, None if node is None else _test_of(node))

    def __bool__(self) -> bool:
        return self.problems_only or self._test is not None

    def matches(self, job: JobSummary, now: datetime) -> bool:
        """Return whether a job passes at a moment; what its source does not tell matches no term."""
        if self.problems_only and not job.problem:
            return False
        return self._test is None or bool(self._test(job, now))

    @property
    def needs_details(self) -> bool:
        """Whether it looks at what only Search tells, not ListTrainingJobs."""
        return any(term.key in KEYS and KEYS[term.key].details for term in _terms(self.node))

    @property
    def timed(self) -> bool:
        """Whether jobs may come and go by the clock alone."""
        return any(term.key in KEYS and KEYS[term.key].timed for term in _terms(self.node))


def hint(text: str) -> str:
    """Return what is wrong with a text, or still missing; empty where it can be read."""
    try:
        Filter.parse(text)
    except FilterError as error:
        return str(error)
    return ""


def _terms(node: Node | None) -> Iterator[Term]:
    if isinstance(node, Term):
        yield node
    elif isinstance(node, Not):
        yield from _terms(node.node)
    elif node is not None:
        for each in node.nodes:
            yield from _terms(each)


def _test_of(node: Node) -> Test:
    if isinstance(node, Term):
        return test_of(node)
    if isinstance(node, Not):
        unwanted = _test_of(node.node)
        return lambda job, now: not unwanted(job, now)
    tests = tuple(_test_of(each) for each in node.nodes)
    # all() and any() would take twice as long, ten thousand times.
    enough = not isinstance(node, All)

    def test(job: JobSummary, now: datetime) -> bool:
        for each in tests:
            if bool(each(job, now)) is enough:
                return enough
        return not enough

    return test
