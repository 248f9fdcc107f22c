"""What of a filter SageMaker Search can decide itself, so that fewer pages come over the wire.

A condition never excludes a job that the filter would keep. Therefore little is pushed down: Search compares letter
for letter, hyperparameters as the SDK has quoted them, and one member at a time, where a word looks at many.
"""

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from tui.domain import status
from tui.domain.filtering import values
from tui.domain.filtering.filter import Filter
from tui.domain.filtering.grammar import All, Node, Not, Term
from tui.domain.filtering.patterns import is_plain
from tui.domain.filtering.terms import whole

_MOST: Final = 20
"""Filters of one SearchExpression."""
_LONGEST_NAME: Final = 255
"""ResourcePropertyName."""
_ONLY_SECONDARY: Final = tuple(each for each in status.SECONDARY_STATUSES if each not in status.STATUSES)
"""A phase of another name may also come from TrainingJobStatus."""


class Condition(NamedTuple):
    """One of the `Filters` of a SearchExpression: all of them must hold."""

    name: str
    operator: str
    value: str = ""
    """Empty for Exists, which takes none."""


def pushed(wanted: Filter, now: datetime) -> tuple[Condition, ...] | None:
    """Return the conditions that every job meets which the filter keeps at `now`; None where there are none."""
    found: dict[Condition, None] = {}
    contains: set[str] = set()
    for term, positive in _certain(wanted.node):
        for condition in _conditions(term, positive, now):
            if condition.operator == "Contains":
                if condition.name in contains:  # The service takes one for each property.
                    continue
                contains.add(condition.name)
            found[condition] = None
    return tuple(found)[:_MOST] or None


def _certain(node: Node | None) -> Iterator[tuple[Term, bool]]:
    """Yield the terms that must hold whatever the others do, and whether they are wanted or not."""
    if isinstance(node, Term):
        yield node, True
    elif isinstance(node, Not) and isinstance(node.node, Term):
        yield node.node, False
    elif isinstance(node, All):
        for each in node.nodes:
            yield from _certain(each)


def _conditions(term: Term, positive: bool, now: datetime) -> Iterator[Condition]:
    if term.key == "status":
        exact = whole(term, status.STATUSES)
        if exact:
            yield Condition("TrainingJobStatus", "Equals" if positive else "NotEquals", exact)
    elif not positive:
        return
    elif term.key == "phase":
        exact = whole(term, _ONLY_SECONDARY)
        if exact:
            yield Condition("SecondaryStatus", "Equals", exact)
    elif term.key == "name":
        # Case counts for Search, so that only what has none will do.
        if (term.quoted or is_plain(term.value)) and term.value.lower() == term.value.upper():
            yield Condition("TrainingJobName", "Contains", term.value)
    elif term.key == "spot":
        if term.value.lower() in ("yes", "true"):
            yield Condition("EnableManagedSpotTraining", "Equals", "true")
    elif term.key == "age":
        yield from _created(term, now)
    elif term.key in ("hp", "tag"):
        yield from _named(term)


def _created(term: Term, now: datetime) -> Iterator[Condition]:
    wanted = values.duration(term.value)
    if wanted is None:
        return
    # Whole seconds, outwards: the service takes no fractions.
    if term.comparison in ("<", "<=", "="):
        unit = wanted.unit_seconds if term.comparison == "=" else 0
        yield from _moment("GreaterThanOrEqualTo", now, wanted.seconds + unit, -1)
    if term.comparison in (">", ">=", "="):
        yield from _moment("LessThanOrEqualTo", now, wanted.seconds, 1)


def _moment(operator: str, now: datetime, age_seconds: float, slack: int) -> Iterator[Condition]:
    try:
        at = now.astimezone(UTC) - timedelta(seconds=math.floor(age_seconds) - slack)
    except OverflowError:
        return
    yield Condition("CreationTime", operator, at.replace(tzinfo=None, microsecond=0).isoformat())


def _named(term: Term) -> Iterator[Condition]:
    member = "HyperParameters" if term.key == "hp" else "Tags"
    name = f"{member}.{term.name}"
    if len(name) > _LONGEST_NAME or "\n" in name or name in ("Tags.Key", "Tags.Value"):
        return
    if term.key == "tag" and term.comparison and "\n" not in term.value:
        yield Condition(name, "Equals", term.value)
    else:
        yield Condition(name, "Exists")
