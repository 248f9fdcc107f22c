"""Foreign regexes on foreign lines, in bounded time: the metric definitions of a job applied to its log.

google-re2 takes time linear in the line, and lets the screen go on meanwhile. What it does not accept (lookarounds,
back-references) runs in the standard library on short lines only, and is switched off when it takes its time.
"""

import asyncio
import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import islice
from time import perf_counter
from typing import Any, Final, Protocol

from tui.domain.extraction import MetricDefinition, Needle, Unused, needle, risk, value_of
from tui.domain.logs import LogEvent
from tui.domain.series import Point, Series, Source, downsample, merge

_LONGEST: Final = 262_144
"""An event of CloudWatch Logs holds no more; anything longer is cut."""
_SHORT: Final = 64
_SHORT_MOST: Final = 512
"""How much of a line the standard library sees: it begins with the former and doubles while that is quick."""
_QUICK_SECONDS: Final = 0.0005
_SLOW_SECONDS: Final = 0.02
_BUDGET_SECONDS: Final = 0.5
_BUDGET_SHARE: Final = 0.0005
"""Seconds a line, on the average, above which the budget ends a pattern."""
_RE2_MEMORY: Final = 1 << 22
_SLICE: Final = 200
_MOST_POINTS: Final = 20_000


class _Matcher(Protocol):
    off: str

    def search(self, line: str) -> str | None: ...


class _Linear:
    """A regex in google-re2. It is given bytes, since counting characters would cost more than matching."""

    def __init__(self, regex: Any) -> None:
        self.off = ""
        self._regex = regex

    def search(self, line: str) -> str | None:
        found = self._regex.search(line.encode("utf-8", "replace"))
        captured: bytes | None = found.group(1) if found else None
        return captured.decode("utf-8", "replace") if captured is not None else None


class _Backtracking:
    """A regex in the standard library, on probation for life."""

    def __init__(self, regex: re.Pattern[str], safe_length: int) -> None:
        self.off = ""
        self._regex = regex
        anchored = "^" in regex.pattern or r"\A" in regex.pattern
        self._needle = Needle("", False) if anchored else needle(regex.pattern)
        self._most = safe_length
        self._length = min(_SHORT, safe_length)
        self._spent = 0.0
        self._lines = 0

    def search(self, line: str) -> str | None:
        length = self._length
        begin = self._begin(line, length)
        began = perf_counter()
        found = self._regex.search(line, begin, begin + length)
        took = perf_counter() - began
        self._spent += took
        self._lines += 1
        if took > _SLOW_SECONDS:
            self.off = f"it took {took * 1000:.0f} ms on {min(len(line), length)} characters"
        elif self._spent > max(_BUDGET_SECONDS, self._lines * _BUDGET_SHARE):
            self.off = f"it took {self._spent:.1f} s on {self._lines:,} lines"
        elif took < _QUICK_SECONDS and len(line) > length < self._most:
            self._length = min(2 * length, self._most)
            return self.search(line)
        # What touches the cut may be a part of a number.
        whole = found and (found.end(1) < begin + length or begin + length >= len(line))
        return found.group(1) if found and whole else None

    def _begin(self, line: str, length: int) -> int:
        """Return where the part of a long line begins that is looked at: where every match has to be."""
        if len(line) <= length or not self._needle.text:
            return 0
        at = line.find(self._needle.text)
        return max(0, at if self._needle.leading else at - length // 2)


@cache
def _re2() -> Any:
    """Return google-re2, or None where it is not installed or does not load."""
    try:
        import re2
    except ImportError:
        return None
    return re2


def _compiled(regex: str) -> _Matcher | str:
    """Return what applies a regex, or why nothing does."""
    re2 = _re2()
    if re2 is not None:
        options = re2.Options()
        options.log_errors = False
        options.max_mem = _RE2_MEMORY
        try:
            linear = re2.compile(regex.encode("utf-8", "replace"), options)
        except re2.error:
            pass
        else:
            return _Linear(linear) if linear.groups else "it has no group to capture a value"
    feared = risk(regex, _SHORT_MOST)
    if feared.reason:
        return feared.reason
    try:
        backtracking = re.compile(regex)
    except (re.error, RecursionError, OverflowError) as error:
        return f"not a regular expression: {error}"
    return (
        _Backtracking(backtracking, feared.safe_length)
        if backtracking.groups
        else "it has no group to capture a value"
    )


class _Metric:
    """One definition at work."""

    def __init__(self, definition: MetricDefinition) -> None:
        self.definition = definition
        self.steps = 0
        """Values seen."""
        self.unreadable = 0
        """Matches whose first group is no number."""
        self.example = ""
        compiled = _compiled(definition.regex)
        self.matcher = None if isinstance(compiled, str) else compiled
        self.refused = compiled if isinstance(compiled, str) else ""
        self._needle = needle(definition.regex).text

    def value(self, line: str) -> float | None:
        matcher = self.matcher
        if matcher is None or matcher.off or self._needle not in line:
            return None
        captured = matcher.search(line)
        if captured is None:
            return None
        value = value_of(captured)
        if value is None:
            self.unreadable += 1
            self.example = self.example or captured[:40]
        else:
            self.steps += 1
        return value

    @property
    def reason(self) -> str:
        if self.refused or self.matcher is None:
            return self.refused
        if self.matcher.off:
            return f"switched off: {self.matcher.off}"
        if self.unreadable and not self.steps:
            return f"what it captures is no number: {self.example!r}"
        return ""


def _joined(old: Sequence[Point], new: Sequence[Point]) -> Sequence[Point]:
    """Merge into a long curve what belongs near its end, without a look at the rest of it."""
    if not new:
        return old
    start = bisect_left(old, new[0].x, key=lambda point: point.x)
    return (*old[:start], *merge(old[start:], new))


def _bounded(points: Sequence[Point]) -> Sequence[Point]:
    """Return the points, or when there are too many half as many, extremes kept."""
    if len(points) <= _MOST_POINTS:
        return points
    return downsample(Series("", Source.LOG, tuple(points)), _MOST_POINTS // 2).points


class Extractor:
    """Applies the metric definitions of one job to its log events, as the service delivers them.

    Not to be fed by two at a time. `feed` takes as long as it takes: on the screen's loop use `feed_beside`.
    """

    def __init__(self, definitions: Sequence[MetricDefinition]) -> None:
        """Compile the regexes, some milliseconds for forty."""
        self._metrics = [_Metric(definition) for definition in definitions]
        self._by_time: dict[str, Sequence[Point]] = {}
        self._by_step: dict[str, list[Point]] = {}

    def feed(self, events: Iterable[LogEvent]) -> Mapping[str, tuple[Point, ...]]:
        """Return the new points of each metric that has some, by the time of the event, and remember them.

        The caller gives each event once; their order does not matter but for the steps.
        """
        found: dict[str, list[Point]] = {}
        for event in events:
            line = event.message[:_LONGEST].rstrip("\n")
            for metric in self._metrics:
                value = metric.value(line)
                if value is not None:
                    name = metric.definition.name
                    found.setdefault(name, []).append(Point(event.at / 1000, value))
                    self._by_step.setdefault(name, []).append(Point(metric.steps, value))
        new = {name: merge((), sorted(points, key=lambda point: point.x)) for name, points in found.items()}
        for name, points in new.items():
            self._by_time[name] = _bounded(_joined(self._by_time.get(name, ()), points))
            self._by_step[name] = list(_bounded(self._by_step[name]))
        return new

    async def feed_beside(self, events: Sequence[LogEvent]) -> Mapping[str, tuple[Point, ...]]:
        """Feed in a thread, a slice at a time, so that nothing on the loop waits for it."""
        found: dict[str, tuple[Point, ...]] = {}
        rest = iter(events)
        while part := list(islice(rest, _SLICE)):
            for name, points in (await asyncio.to_thread(self.feed, part)).items():
                found[name] = merge(found.get(name, ()), points)
        return found

    def series(self, by_step: bool = False) -> tuple[Series, ...]:
        """Return a curve for each metric that has values, in the order of the definitions."""
        names = dict.fromkeys(metric.definition.name for metric in self._metrics)
        if by_step:
            return tuple(
                Series(name, Source.LOG, tuple(self._by_step[name]), by_step=True)
                for name in names
                if name in self._by_step
            )
        return tuple(Series(name, Source.LOG, tuple(self._by_time[name])) for name in names if name in self._by_time)

    def unused(self) -> tuple[Unused, ...]:
        """Return the definitions that give nothing, each with the reason; those that just did not match are not."""
        return tuple(Unused(metric.definition, metric.reason) for metric in self._metrics if metric.reason)
