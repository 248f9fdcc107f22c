"""The curves of what is on the screen: one GetMetricData call for all of them, at most once a minute, and its cost.

CloudWatch has one point a minute and charges for each metric that is requested, so asking oftener buys nothing.
"""

import asyncio
import math
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import random
from time import monotonic
from typing import Final

from tui.domain.failure import Failure, FailureKind, ServiceError, missing_action
from tui.domain.metrics import final_metrics
from tui.domain.series import Point, Series, Source, merge, normalised
from tui.polling import metricplan, pace
from tui.polling.gate import Gate
from tui.polling.metricplan import MetricQuery, Subject, Wanted
from tui.polling.metricports import InstanceMetrics, MetricsBudget, SourceState, StepMetrics

MINUTE_SECONDS: Final = 60.0
MOST_STEP_QUERIES: Final = 100
"""Of one BatchGetMetrics call."""
_AFTER_THE_MINUTE: Final = 5.0
"""A point of the minute that just ended is rarely there at once."""
_REREAD: Final = timedelta(minutes=5)
"""Points come late, and the last one grows: this much is asked again."""
_DENIED_SECONDS: Final = 600.0
"""A source that someone has to allow first is tried again this seldom."""
_PAUSING: Final = frozenset({FailureKind.DENIED, FailureKind.UNSUPPORTED})
_MOST_CURVES: Final = 4_000


@dataclass(slots=True)
class _Curve:
    points: tuple[Point, ...]
    period: int
    until: datetime
    """The end of the last window asked."""


@dataclass(frozen=True, slots=True)
class _Need:
    query: MetricQuery
    start: datetime


_Key = tuple[str, str, str]


class MetricsFeed:
    """Keeps the curves of the jobs that are wanted, and knows why some are missing."""

    def __init__(
        self,
        cloudwatch: InstanceMetrics,
        steps: StepMetrics,
        budget: MetricsBudget | None = None,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        time: Callable[[], float] = monotonic,
        chance: Callable[[], float] = random,
        gate: Gate,
    ) -> None:
        """`now` is the service's clock, as far as we know it; `time` the one that paces."""
        self.budget = MetricsBudget(time) if budget is None else budget
        self.left_out = ""
        """What of the screen the last call did not ask, in words."""
        self._cloudwatch = cloudwatch
        self._steps = steps
        self._now = now
        self._time = time
        self._chance = chance
        self._failed_calls = 0
        """In a row, of GetMetricData."""
        self._gate = gate
        self._wanted: tuple[Wanted, ...] = ()
        self._changed = asyncio.Event()
        self._curves: OrderedDict[_Key, _Curve] = OrderedDict()
        self._step_curves: OrderedDict[str, tuple[Series, ...]] = OrderedDict()
        self._postponed: frozenset[_Key] = frozenset()
        self._trouble: dict[_Key, str] = {}
        self._answered: dict[tuple[str, Source], datetime] = {}
        self._failures: dict[Source, Failure] = {}
        self._step_trouble: dict[str, str] = {}
        self._due_at = -math.inf
        self._not_before: dict[Source, float] = {}

    def want(self, wanted: Sequence[Wanted]) -> None:
        """Say what is on the screen; the next call asks for that and nothing else."""
        self._wanted = tuple(wanted)
        self._changed.set()

    def retry(self) -> None:
        """Try denied sources again at the next minute: someone may have been allowed."""
        self._not_before.clear()

    def try_again(self) -> None:
        """Ask at once if the last call failed, for whatever reason: someone may have been allowed."""
        if self._failures:
            self._not_before.clear()
            self._ask_now()

    def _ask_now(self) -> None:
        self._due_at = self._time()
        self._changed.set()

    async def run(self, publish: Callable[[], object]) -> None:
        """Ask once a minute for what is wanted, and say when there is something new; until cancelled."""
        while True:
            if self._gate.failure:
                publish()
                await self._gate.change()
                continue
            self._changed.clear()
            delay = self.delay()
            if delay is not None and delay <= 0:
                if await self.poll():
                    publish()
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(delay):
                    await self._changed.wait()

    def delay(self) -> float | None:
        """Return the seconds until the next call is due; None while nothing is wanted that may still change."""
        due = []
        if self._needs():
            due.append(max(self._due_at, self._not_before.get(Source.INSTANCE, -math.inf)))
        if self._step_subject():
            due.append(max(self._due_at, self._not_before.get(Source.STEPS, -math.inf)))
        return max(0.0, min(due) - self._time()) if due else None

    async def poll(self) -> bool:
        """Ask, whatever the time; return whether there is anything new, be it a failure."""
        now = self._time()
        needs = self._needs() if now >= self._not_before.get(Source.INSTANCE, -math.inf) else []
        subject = self._step_subject() if now >= self._not_before.get(Source.STEPS, -math.inf) else None
        if not needs and subject is None:
            return False
        self._due_at = self._next_due()
        await asyncio.gather(self._ask(needs), self._ask_steps(subject))
        return True

    def _next_due(self) -> float:
        """Return the first moment a little after a full minute, and not sooner than in a minute."""
        soonest = MINUTE_SECONDS - 1  # What timers are late by must not cost a whole minute each time.
        second = (self._now().timestamp() - _AFTER_THE_MINUTE) % MINUTE_SECONDS
        return self._time() + soonest + (-(second + soonest)) % MINUTE_SECONDS

    def series(self, subject: Subject) -> tuple[Series, ...]:
        """Return the curves of a job: instance metrics as shares where the type is known, then the algorithm's."""
        hardware = subject.hardware
        curves = [
            normalised(Series(name, Source.INSTANCE if host else Source.ALGORITHM, curve.points, host), hardware)
            for (job, name, host), curve in self._curves.items()
            if job == subject.name and curve.points
        ]
        order = {name: place for place, name in enumerate(subject.metrics)}
        curves.sort(key=lambda curve: (not curve.host, order.get(curve.name, -1), curve.name, _number(curve.host)))
        return (*curves, *self._step_curves.get(subject.name, ()))

    def period(self, job: str) -> int | None:
        """Return the seconds between two points of a job's curves; None while there are none."""
        return next((curve.period for key, curve in self._curves.items() if key[0] == job), None)

    def states(self, subject: Subject) -> tuple[SourceState, ...]:
        """Return how each source of a job's curves that this feed asks is doing."""
        return tuple(
            SourceState(
                source,
                self._answered.get((subject.name, source)),
                self._reason(subject, source),
                "" if _absent(subject, source) else missing_action(self._failure(source)),
            )
            for source in (Source.INSTANCE, Source.ALGORITHM, Source.STEPS)
        )

    def _reason(self, subject: Subject, source: Source) -> str:
        absent = _absent(subject, source)
        if absent:
            return absent
        failure = self._failure(source)
        if failure:
            return ": ".join(part for part in (str(failure.kind), failure.hint or failure.message) if part)
        if source is Source.STEPS:
            if subject.name in self._step_trouble:
                return self._step_trouble[subject.name]
            found = bool(self._step_curves.get(subject.name))
        else:
            keys = [
                key for key in self._curves if key[0] == subject.name and bool(key[2]) == (source is Source.INSTANCE)
            ]
            told = next((self._trouble[key] for key in keys if key in self._trouble), "")
            if told:
                return told
            found = any(self._curves[key].points for key in keys)
        if found:
            return ""
        if (subject.name, source) not in self._answered:
            return "not asked yet: once a minute"
        return "nothing there yet: one to three minutes behind" if not subject.terminal else "nothing there"

    def _failure(self, source: Source) -> Failure | None:
        return self._gate.failure or self._failures.get(source)

    def _needs(self) -> list[_Need]:
        """Return what to ask now: a curve that can still grow, from where it is not settled."""
        now = self._now()
        made = metricplan.plan_screen(self._wanted, now)
        self.left_out = made.left_out
        subjects = {entry.subject.name: entry.subject for entry in self._wanted}
        needs = []
        for query in made.queries:
            subject = subjects[query.job]
            started = subject.times.started
            assert started is not None
            curve = self._curves.get(_key(query))
            start = max(started, now - timedelta(days=454))
            if curve is not None and curve.period == query.period:
                if curve.until >= metricplan.end_of(subject, now) and subject.terminal:
                    continue
                start = max(start, curve.until - _REREAD)
            needs.append(_Need(query, metricplan.aligned(start, query.period)))
        return needs

    def _together(self, needs: Sequence[_Need]) -> tuple[list[_Need], datetime]:
        """Return the needs that one window serves, and its start; the others come first next time.

        CloudWatch answers nothing for a window older than it keeps points of the period.
        """
        now = self._now()
        start, finest = now, metricplan.PERIODS[-1]
        chosen: list[_Need] = []
        left = set()
        for need in sorted(needs, key=lambda need: _key(need.query) not in self._postponed):
            earliest = min(start, need.start)
            kept = metricplan.kept_period(earliest, now) or 3_600
            if min(finest, need.query.period) < kept:
                left.add(_key(need.query))
                continue
            chosen.append(need)
            start, finest = earliest, min(finest, need.query.period)
        self._postponed = frozenset(left)
        coarsest = max((need.query.period for need in chosen), default=60)
        return chosen, metricplan.aligned(start, coarsest)

    async def _ask(self, needs: Sequence[_Need]) -> None:
        if not needs:
            return
        chosen, start = self._together(needs)
        end = metricplan.aligned(self._now(), 60)
        if end <= start:
            end = start + timedelta(seconds=60)
        queries = [need.query for need in chosen]
        try:
            answer = await self._cloudwatch.metric_data(queries, start, end)
        except ServiceError as error:
            self._failed((Source.INSTANCE, Source.ALGORITHM), error.failure)
            return
        self.budget.count(len(queries) * max(1, answer.calls))
        self._mended((Source.INSTANCE, Source.ALGORITHM))
        now = self._now()
        for place, (need, points) in enumerate(zip(chosen, answer.points, strict=True)):
            key = _key(need.query)
            curve = self._curves.pop(key, None)
            old = curve.points if curve and curve.period == need.query.period else ()
            trouble = answer.trouble.get(place, "")
            # What was not answered in full is asked again from the same moment.
            until = end if not trouble else (curve.until if curve and old else start)
            self._curves[key] = _Curve(merge(old, points), need.query.period, until)
            self._trouble.pop(key, None)
            if trouble:
                self._trouble[key] = trouble
            self._answered[need.query.job, need.query.source] = now
        while len(self._curves) > _MOST_CURVES:
            forgotten, _ = self._curves.popitem(last=False)
            self._trouble.pop(forgotten, None)

    def _step_subject(self) -> Subject | None:
        """Return the focused job, if it has curves by step that may have grown."""
        focused = next((entry.subject for entry in self._wanted if entry.focused), None)
        if focused is None or _absent(focused, Source.STEPS):
            return None
        answered = self._answered.get((focused.name, Source.STEPS))
        over = focused.terminal and answered and answered >= metricplan.end_of(focused, self._now())
        return None if over else focused

    async def _ask_steps(self, subject: Subject | None) -> None:
        if subject is None:
            return
        names = subject.metrics[:MOST_STEP_QUERIES]
        try:
            answer = await self._steps.step_metrics(subject.arn, names)
        except ServiceError as error:
            self._failed((Source.STEPS,), error.failure)
            return
        self._mended((Source.STEPS,))
        self._answered[subject.name, Source.STEPS] = self._now()
        self._step_trouble.pop(subject.name, None)
        if answer.trouble:
            self._step_trouble[subject.name] = next(iter(answer.trouble.values()))
        self._step_curves[subject.name] = tuple(
            Series(name, Source.STEPS, merge((), points), by_step=True)
            for name, points in zip(names, answer.points, strict=True)
            if points
        )
        self._step_curves.move_to_end(subject.name)
        while len(self._step_curves) > 50:
            self._step_curves.popitem(last=False)

    def _failed(self, sources: Sequence[Source], failure: Failure) -> None:
        if failure.needs_login:
            # It cost nothing: asked again as soon as there are credentials.
            self._due_at = self._time()
            self._gate.close(failure)
        for source in sources:
            self._failures[source] = failure
        if failure.kind in _PAUSING:
            self._not_before[sources[0]] = self._time() + _DENIED_SECONDS
        elif failure.passing and sources[0] is Source.INSTANCE:
            # A call that fails is not charged for: it need not wait for the next minute.
            self._failed_calls += 1
            retry = pace.after_failure(failure, self._failed_calls, self._chance())
            self._due_at = min(self._due_at, self._time() + retry)

    def _mended(self, sources: Sequence[Source]) -> None:
        if sources[0] is Source.INSTANCE:
            self._failed_calls = 0
        for source in sources:
            self._failures.pop(source, None)
        self._not_before.pop(sources[0], None)


def final_series(raw: Mapping[str, object], ended: datetime | None) -> tuple[Series, ...]:
    """Return FinalMetricDataList as curves of one point, those without a time at the end of the job."""
    return tuple(
        Series(metric.name, Source.FINAL, (Point(at.timestamp(), metric.value),))
        for metric in final_metrics(raw)
        for at in (metric.at or ended,)
        if at is not None and metric.value is not None
    )


def _absent(subject: Subject, source: Source) -> str:
    """Return why a job cannot have curves of a source; empty where it can."""
    if subject.times.started is None:
        return "it never trained" if subject.terminal else "training has not started"
    if source is Source.INSTANCE:
        return "" if subject.hosts else "the service does not tell how many instances it has"
    if not subject.metrics:
        return "no MetricDefinitions"
    if source is Source.STEPS and subject.steps is False:
        return "EnableSageMakerMetricsTimeSeries is off"
    return ""


def _key(query: MetricQuery) -> _Key:
    return query.job, query.name, query.host


def _number(host: str) -> int:
    number = host.rpartition("-")[2]
    return int(number) if number.isdigit() else 0
