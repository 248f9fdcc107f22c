"""Which metrics are worth asking CloudWatch for, how far back and how finely: pure, and counted before it is paid."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self

from tui.domain import members, resources
from tui.domain.extraction import definitions
from tui.domain.instance_types import Hardware, hardware, may_have_gpus
from tui.domain.job import JobSnapshot, Times
from tui.domain.jobs import JobSummary
from tui.domain.series import Source, is_loss_like
from tui.domain.status import is_terminal

NAMESPACE: Final = "/aws/sagemaker/TrainingJobs"
MOST_QUERIES: Final = 500
"""Of one GetMetricData call."""
MOST_POINTS: Final = 1_440
MOST_HOSTS: Final = 128
DETAILED_HOSTS: Final = 32
"""Hosts of which more than the one metric that tells a straggler is asked."""
PERIODS: Final = (60, 300, 900, 3_600, 10_800, 21_600, 86_400)
"""Each divides the next, so that one window is aligned for all."""
_DAY: Final = 86_400
_KEPT: Final = ((15 * _DAY, 60), (63 * _DAY, 300), (455 * _DAY, 3_600))
"""CloudWatch keeps points of 60 s for 15 days, of 5 minutes for 63, of an hour for 455."""
_LATE: Final = timedelta(minutes=5)
"""How long after the end of a job its last points may come."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What of a job matters for its metrics."""

    name: str
    arn: str
    times: Times
    terminal: bool
    instances: tuple[resources.Instances, ...]
    metrics: tuple[str, ...]
    """Names of the MetricDefinitions; empty in a list, where nobody tells them."""
    steps: bool | None = None
    """EnableSageMakerMetricsTimeSeries; None where the service does not tell."""

    @classmethod
    def of_job(cls, snapshot: JobSnapshot) -> Self:
        """Return it of a description."""
        names = tuple(dict.fromkeys(entry.name for entry in definitions(snapshot.raw)))
        told = members.at(snapshot.raw, "AlgorithmSpecification", "EnableSageMakerMetricsTimeSeries")
        return cls(
            snapshot.name,
            snapshot.arn,
            snapshot.times,
            snapshot.terminal,
            resources.instances(snapshot.raw),
            names,
            told if isinstance(told, bool) else None,
        )

    @classmethod
    def of_row(cls, job: JobSummary) -> Self:
        """Return it of a row of the list."""
        return cls(job.name, job.arn, job.times, is_terminal(job.status), job.instances or (), job.metrics)

    @property
    def hosts(self) -> tuple[str, ...]:
        """`algo-1` to `algo-n`."""
        return tuple(f"algo-{number}" for number in range(1, min(resources.total(self.instances) or 0, 9_999) + 1))

    @property
    def hardware(self) -> Hardware | None:
        """What each host has; None where that is not known, or where hosts differ and nobody tells which is which."""
        found = {hardware(entry.instance_type) for entry in self.instances}
        return found.pop() if len(found) == 1 else None

    @property
    def gpus(self) -> bool:
        """Whether any host may have GPUs."""
        return any(may_have_gpus(entry.instance_type) for entry in self.instances)


@dataclass(frozen=True, slots=True)
class MetricQuery:
    """One series of CloudWatch."""

    job: str
    name: str
    host: str
    """Empty for an algorithm metric, which all hosts share."""
    period: int
    """Seconds."""

    @property
    def source(self) -> Source:
        """Which of the two kinds it is."""
        return Source.INSTANCE if self.host else Source.ALGORITHM


@dataclass(frozen=True, slots=True)
class Wanted:
    """A job whose metrics are on the screen."""

    subject: Subject
    focused: bool = False
    """All metrics of all hosts; else what a row of the list shows: the first loss, and how busy the first host is."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to ask."""

    queries: tuple[MetricQuery, ...]
    """The most important first."""
    left_out: str = ""
    """What is not asked, in words."""


def plan(subject: Subject, now: datetime, focused: bool = True) -> Plan:
    """Return the queries of one job, the most important first; none for a job that has not begun to train."""
    started = subject.times.started
    period = period_for(started, end_of(subject, now), now) if started else None
    if period is None:
        return Plan(())
    busiest = "GPUUtilization" if subject.gpus else "CPUUtilization"
    if not focused:
        loss = [name for name in _losses_first(subject.metrics) if is_loss_like(name)][:1]
        row = [MetricQuery(subject.name, busiest, host, period) for host in subject.hosts[:1]]
        return Plan((*row, *(MetricQuery(subject.name, name, "", period) for name in loss)))
    hosts = subject.hosts[:MOST_HOSTS]
    names = ["CPUUtilization", "MemoryUtilization", "DiskUtilization"]
    if subject.gpus:
        names[:0] = ["GPUUtilization", "GPUMemoryUtilization"]
    names.sort(key=lambda name: name != busiest)
    queries = [MetricQuery(subject.name, name, "", period) for name in _losses_first(subject.metrics)]
    for name in names:
        some = hosts if name == busiest else hosts[:DETAILED_HOSTS]
        queries += [MetricQuery(subject.name, name, host, period) for host in some]
    told = []
    if len(subject.hosts) > MOST_HOSTS:
        told.append(f"hosts after algo-{MOST_HOSTS}")
    if len(hosts) > DETAILED_HOSTS:
        told.append(f"of hosts after algo-{DETAILED_HOSTS} all but {busiest}")
    return Plan(tuple(queries), ", ".join(told))


def plan_screen(wanted: Iterable[Wanted], now: datetime) -> Plan:
    """Return the queries of everything on the screen, at most as many as one call takes.

    Rows come before what the focused job has beyond its first hosts: there are few of them, and they are cheap.
    """
    listed = sorted(wanted, key=lambda entry: not entry.focused)
    plans = [(entry, plan(entry.subject, now, entry.focused)) for entry in listed]
    chosen: dict[tuple[str, str, str], MetricQuery] = {}
    told = [f"{entry.subject.name}: {made.left_out}" for entry, made in plans if made.left_out]
    order = [query for entry, made in plans if entry.focused for query in made.queries if not _far(query)]
    order += [query for entry, made in plans if not entry.focused for query in made.queries]
    order += [query for entry, made in plans if entry.focused for query in made.queries if _far(query)]
    for query in order:
        chosen.setdefault((query.job, query.name, query.host), query)
    queries = tuple(chosen.values())
    if len(queries) > MOST_QUERIES:
        told.append(f"{len(queries) - MOST_QUERIES} of {len(queries)} metrics, more than one call takes")
    return Plan(queries[:MOST_QUERIES], "; ".join(told))


def end_of(subject: Subject, now: datetime) -> datetime:
    """Return until when a job can have points: now, or a little after its end."""
    ended = subject.times.ended or (subject.times.modified if subject.terminal else None)
    return min(now, ended + _LATE) if ended else now


def period_for(start: datetime, end: datetime, now: datetime) -> int | None:
    """Return the finest period in which CloudWatch still has the span, in at most 1,440 points; None if in none."""
    floor = kept_period(start, now)
    if floor is None:
        # What began before all memory is asked from there on.
        floor = kept_period(end, now)
        start = now - timedelta(seconds=_KEPT[-1][0] - _DAY)
        if floor is None:
            return None
        floor = max(floor, _KEPT[-1][1])
    span = max(0.0, (end - start).total_seconds())
    return next((period for period in PERIODS if period >= floor and span / period <= MOST_POINTS - 2), PERIODS[-1])


def kept_period(moment: datetime, now: datetime) -> int | None:
    """Return the finest period in which CloudWatch still keeps a moment; None where it keeps it no more."""
    age = (now - moment).total_seconds()
    return next((period for limit, period in _KEPT if age < limit - _MARGIN), None)


_MARGIN: Final = 3_600
"""What is about to be forgotten is asked as if it were."""


def aligned(moment: datetime, period: int) -> datetime:
    """Return the last multiple of a period, counted from the epoch, that is not after a moment."""
    seconds = int(moment.timestamp()) // period * period
    return datetime.fromtimestamp(seconds, moment.tzinfo)


def _losses_first(names: Sequence[str]) -> list[str]:
    return sorted(names, key=lambda name: ("loss" not in name.lower(), not is_loss_like(name)))


def _far(query: MetricQuery) -> bool:
    number = query.host.rpartition("-")[2]
    return number.isdigit() and int(number) > DETAILED_HOSTS
