"""What each term of a filter looks at, and what it makes of its value."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from tui.domain import resources, status
from tui.domain.filtering import values
from tui.domain.filtering.grammar import FilterError, Term
from tui.domain.filtering.patterns import Finder, finder
from tui.domain.jobs import JobSummary, Pairs

Test = Callable[[JobSummary, datetime], object]
"""Whether a job passes, at a moment."""


@dataclass(frozen=True, slots=True)
class Key:
    """What may stand before a colon."""

    about: str
    """One line for completion."""
    values: str
    """What may stand behind it, for hints."""
    test: Callable[[Term], Test]
    details: bool = False
    """Whether it looks at what ListTrainingJobs leaves out."""
    timed: bool = False
    """Whether it looks at the clock."""
    named: bool = False
    """Whether a name belongs to it: `hp.NAME:`."""


def test_of(term: Term) -> Test:
    """Return the test that a term stands for.

    Raises:
        FilterError: there is no such term, or its value is none, or not yet one.
    """
    if term.key == "arn":
        return _arn(term)
    if not term.key:
        if not term.value:
            raise FilterError('nothing in ""', term.position)
        kind, dot, _ = term.value.partition(".")
        if dot and not term.quoted and kind in KEYS and KEYS[kind].named:
            raise FilterError(f"{kind}.NAME:VALUE", term.position)
        find = finder(term.value, term.quoted, term.position)
        return lambda job, _: find(job.hay)
    key = KEYS.get(term.key)
    if key is None or (term.name is not None and not key.named):
        written = term.key if term.name is None else f"{term.key}.{term.name}"
        near = nearest(term.key)
        guess = f"did you mean {near}? or quote it" if near else "quote it to search for it"
        raise FilterError(f"no term {written}: {guess}", term.position)
    if key.named and not term.name:
        raise FilterError(f"{term.key}.NAME: … which {term.key}", term.position)
    if not term.value:
        raise FilterError(f"{written_key(term)} … {key.values}", term.position)
    return key.test(term)


def nearest(mistyped: str) -> str:
    """Return the key most like a mistyped one, without its colon; empty where none is."""
    found = difflib.get_close_matches(mistyped.lower(), KEYS, n=1, cutoff=0.6)
    found = found or [key for key in KEYS if len(mistyped) > 1 and key.startswith(mistyped.lower())]
    return shown(found[0]).removesuffix(":") if found else ""


def shown(key: str) -> str:
    """Return a key as it is written: `status:`, `hp.NAME:`."""
    return f"{key}.NAME:" if KEYS[key].named else f"{key}:"


def written_key(term: Term) -> str:
    """Return the part of a term before its value."""
    return f"{term.key}:" if term.name is None else f"{term.key}.{term.name}:"


def whole(term: Term, known: tuple[str, ...]) -> str:
    """Return the status that a value is in whole, in the service's spelling; empty where it is none."""
    lowered = term.value.lower()
    return next((each for each in known if each.lower() == lowered), "")


def _arn(term: Term) -> Test:
    _, slash, name = term.value.lower().rpartition("/")
    if not slash or not name:
        raise FilterError("arn: … the whole ARN, up to the name", term.position)
    return lambda job, _: name in (job.name.lower(), job.parent.lower())


def _found(term: Term) -> Finder:
    """Return what finds the value in a text: somewhere, or with `=` as the whole of it."""
    if term.comparison in ("", "="):
        if term.comparison:
            lowered = term.value.lower()
            return lambda text: text == lowered
        return finder(term.value, term.quoted, term.position)
    raise _unordered(term)


def _unordered(term: Term) -> FilterError:
    return FilterError(f"{written_key(term)} has no {term.comparison}", term.position)


def _text(read: Callable[[JobSummary], str]) -> Callable[[Term], Test]:
    def test(term: Term) -> Test:
        find = _found(term)
        return lambda job, _: (text := read(job)) and find(text.lower())

    return test


def _status(term: Term) -> Test:
    exact = whole(term, STATUSES)
    if exact and term.comparison in ("", "="):
        return lambda job, _: job.status == exact
    return _text(lambda job: job.status)(term)


def _phase(term: Term) -> Test:
    exact = whole(term, PHASES)
    if exact and term.comparison in ("", "="):
        return lambda job, _: job.phase == exact
    return _text(lambda job: job.phase)(term)


def _type(term: Term) -> Test:
    find = _found(term)

    def has(job: JobSummary, _: datetime) -> bool:
        for on in job.instances or ():  # noqa: SIM110  any() would take twice as long, ten thousand times
            if find(on.instance_type.lower()):
                return True
        return False

    return has


def _spot(term: Term) -> Test:
    wanted = {"yes": True, "true": True, "no": False, "false": False}.get(term.value.lower())
    if wanted is None or term.comparison not in ("", "="):
        raise FilterError(f"spot: … {KEYS['spot'].values}", term.position)
    return lambda job, _: job.spot is wanted


def _count(term: Term) -> Test:
    wanted = values.number(term.value)
    if wanted is None:
        raise FilterError(f"count: … {KEYS['count'].values}", term.position)
    compare = values.COMPARISONS[term.comparison or "="]
    return lambda job, _: (total := resources.total(job.instances or ())) is not None and compare(total, wanted)


def _span(read: Callable[[JobSummary, datetime], float | None]) -> Callable[[Term], Test]:
    def test(term: Term) -> Test:
        wanted = values.duration(term.value)
        if wanted is None or not term.comparison:
            raise FilterError(f"{term.key}: … {KEYS[term.key].values}", term.position)
        seconds, until = wanted.seconds, wanted.seconds + wanted.unit_seconds
        if term.comparison == "=":
            return lambda job, now: (is_ := read(job, now)) is not None and seconds <= is_ < until
        compare = values.COMPARISONS[term.comparison]
        return lambda job, now: (is_ := read(job, now)) is not None and compare(is_, seconds)

    return test


def _age_seconds(job: JobSummary, now: datetime) -> float | None:
    return (now - job.times.created).total_seconds() if job.times.created else None


def _pair(read: Callable[[JobSummary], Pairs], numeric: bool) -> Callable[[Term], Test]:
    def test(term: Term) -> Test:
        # The same few values come again and again.
        accept = lru_cache(maxsize=1_024)(_value_test(term, numeric))
        name = term.name

        def has(job: JobSummary, _: datetime) -> object:
            for key, value in read(job):
                if key == name:
                    return accept(value)
            return False

        return has

    return test


def _value_test(term: Term, numeric: bool) -> Finder:
    wanted = values.number(term.value) if numeric and not term.quoted else None
    if term.comparison in ("<", "<=", ">", ">="):
        if not numeric:
            raise _unordered(term)
        if wanted is None:
            raise FilterError(f"{written_key(term)}{term.comparison} … a number", term.position)
    if term.comparison and wanted is not None:
        compare, limit = values.COMPARISONS[term.comparison], wanted
        return lambda value: (is_ := values.number(value)) is not None and compare(is_, limit)
    if term.comparison:
        return lambda value: value == term.value
    find = finder(term.value, term.quoted, term.position)
    if wanted is not None:
        # `hp.lr:0.1` is not 0.15, and the dot no regex: a number stands for itself, elsewhere for its digits.
        digits = term.value.lower()
        return lambda value: digits in value.lower() if (is_ := values.number(value)) is None else is_ == wanted
    return lambda value: find(value.lower())


STATUSES: Final = status.STATUSES
PHASES: Final = tuple(dict.fromkeys((*status.SECONDARY_STATUSES, *status.STATUSES)))

_SPANS: Final = "<2d, >3h, >1h30m"

KEYS: Final[dict[str, Key]] = {
    "status": Key("TrainingJobStatus", "failed, completed, inprogress, stopped", _status),
    "phase": Key("where it is", "pending, training, interrupted", _phase),
    "name": Key("the name alone", "a part of the name", _text(lambda job: job.name)),
    "type": Key("instance type", "p4d, g5, trn1", _type, details=True),
    "count": Key("number of instances", "8, >4", _count, details=True),
    "spot": Key("managed spot training", "yes, no", _spot, details=True),
    "age": Key("since creation", _SPANS, _span(_age_seconds), timed=True),
    "elapsed": Key("how long it has run", _SPANS, _span(lambda job, now: job.elapsed_seconds(now)), timed=True),
    "reason": Key("FailureReason", "oom, exit code", _text(lambda job: job.failure_reason), details=True),
    "parent": Key("tuning, AutoML, labelling job", "a part of its name", _text(lambda job: job.parent), details=True),
    "hp": Key(
        "a hyperparameter",
        "a value, <0.01",
        _pair(lambda job: job.hyperparameters, numeric=True),
        details=True,
        named=True,
    ),
    "tag": Key("a tag", "a value", _pair(lambda job: job.tags, numeric=False), details=True, named=True),
}
"""Every term, in the order in which completion shows them."""
