"""Which calls are not allowed at present, since when, and how often they were tried: what `I` shows."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Final

from tui.domain.denial import Denial
from tui.domain.failure import Failure

_MOST: Final = 200
"""Kept: a role may be refused each of thousands of jobs."""
_SUBJECTS: Final = ("TrainingJobName", "logGroupName")
"""Members of a request that a policy may tell apart: one job is allowed, the next one not."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One call that is not allowed."""

    operation: str
    denial: Denial
    since: float
    """`time()` of the first refusal in a row, and of the latest."""
    last: float
    times: int = 1


@dataclass(slots=True)
class Refusals:
    """Shared by every caller of the process, for one account and region."""

    time: Callable[[], float] = monotonic
    _open: OrderedDict[tuple[str, str], Refusal] = field(default_factory=OrderedDict)

    def refused(self, failure: Failure, parameters: Mapping[str, object]) -> None:
        """Take notice of a call that failed; only what is not allowed counts."""
        if failure.denial is None:
            return
        now, key = self.time(), (failure.operation, _subject(parameters))
        before = self._open.pop(key, None)
        self._open[key] = (
            replace(before, denial=failure.denial, last=now, times=before.times + 1)
            if before
            else Refusal(failure.operation, failure.denial, now, now)
        )
        if len(self._open) > _MOST:
            self._open.popitem(last=False)

    def answered(self, operation: str, parameters: Mapping[str, object]) -> None:
        """Take notice of an answer: this is allowed now."""
        self._open.pop((operation, _subject(parameters)), None)

    def current(self) -> tuple[Refusal, ...]:
        """Return what is refused at present, one entry for each action and policy in the way, the oldest first."""
        found: dict[tuple[str, str, str, bool], Refusal] = {}
        for entry in self._open.values():
            told = entry.denial
            key = entry.operation, told.action, told.policy, told.explicit
            before = found.get(key)
            if before:
                entry = replace(
                    entry if entry.last >= before.last else before,
                    since=min(entry.since, before.since),
                    times=entry.times + before.times,
                )
            found[key] = entry
        return tuple(sorted(found.values(), key=lambda entry: entry.since))

    def denials(self) -> tuple[Denial, ...]:
        """Return every refusal's denial, with the resources they name."""
        return tuple(entry.denial for entry in self._open.values())


def _subject(parameters: Mapping[str, object]) -> str:
    return next((str(parameters[name]) for name in _SUBJECTS if name in parameters), "")
