"""What the local rules look at, what they answer, and their thresholds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from tui.domain.autopsy.lines import Line
from tui.domain.job import JobSnapshot
from tui.domain.progress import Progress
from tui.domain.series import Series

NO_ISSUES: Final = "NoIssuesFound"
ISSUES: Final = "IssuesFound"
WAITING: Final = "InProgress"
"""Not enough data yet; the evidence says what the rule waits for."""


class Severity(StrEnum):
    """How much an issue matters; a rule without one is `none`."""

    CRITICAL = "critical"
    WARNING = "warning"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Vitals:
    """All that is known of one job at one moment. Everything but the first two may be absent."""

    snapshot: JobSnapshot
    now: datetime
    series: tuple[Series, ...] = ()
    """From every source; x of those that are not `by_step` is epoch seconds."""
    hosts: tuple[str, ...] = ()
    """The hosts that are expected, `algo-1`."""
    log: Sequence[Line] = ()
    """Recent lines in the order of time; the last of them are looked at."""
    last_log_at_ms: Mapping[str, int] = field(default_factory=dict)
    """By host, when it wrote its last line."""
    log_read_at_ms: int | None = None
    """When the log was last read with success. None: nobody reads it, so its silence says nothing."""
    progress: Progress | None = None
    """The bar of the log that says how far training is."""
    typical_pending_seconds: tuple[float, ...] = ()
    """How long this account's past jobs of this instance type waited for capacity."""


@dataclass(frozen=True, slots=True)
class Link:
    """What an issue is seen on: a curve, or a moment of the log."""

    metric: str = ""
    host: str = ""
    at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer of one rule, in the words of RuleEvaluationStatus."""

    rule: str
    status: str
    severity: Severity
    evidence: str
    """The numbers, the line, the time; for InProgress what is waited for."""
    at: datetime | None = None
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What the rules compare with. docs/health.md has the formulae."""

    nan_recent_points: int = 100
    """LossNaN: the last points that are looked at."""
    loss_points: int = 20
    """LossDiverging, TrainValidationGap: points of loss before the rule says anything."""
    diverging_ratio: float = 1.5
    """LossDiverging: recent loss over the best so far is more."""
    plateau_points: int = 60
    """LossPlateau: points before the rule says anything; half of them are compared with the half before."""
    plateau_gain_percent: float = 0.5
    """LossPlateau: a smaller gain between the halves is none."""
    gap_points: int = 6
    """TrainValidationGap: validation points before the rule says anything."""
    gap_rise_percent: float = 10.0
    """TrainValidationGap: how far validation loss is above its best while training loss falls on."""
    stale_seconds: float = 600.0
    """Curves of a running job whose last point is older are not judged: CloudWatch lags by one to three minutes."""
    warmup_seconds: float = 300.0
    """Host rules: left out after training has begun."""
    host_window_seconds: float = 900.0
    """GpuIdle, CpuBound, IoBound, StragglerHost: what is looked at; all of training in a job that is over."""
    host_points: int = 8
    """Host rules: points of a host in the window before they say anything."""
    gpu_idle_percent: float = 5.0
    """GpuIdle, SilentLog: at most this is idle."""
    gpu_waiting_percent: float = 60.0
    """CpuBound, IoBound: a GPU that is busy for less waits for something."""
    cpu_bound_percent: float = 90.0
    """CpuBound: at least this of all vCPUs."""
    io_bound_cpu_percent: float = 40.0
    """IoBound: at most this of all vCPUs while the GPU waits."""
    fill_points: int = 10
    """MemoryFilling, DiskFilling: points before they say anything."""
    fill_window_seconds: float = 3_600.0
    """MemoryFilling, DiskFilling: the slope is taken over this."""
    fill_horizon_seconds: float = 7_200.0
    """MemoryFilling, DiskFilling: full within this is an issue."""
    fill_rising_share: float = 0.8
    """MemoryFilling, DiskFilling: share of point pairs that must rise."""
    fill_from_percent: float = 40.0
    """MemoryFilling, DiskFilling: below this a slope means nothing yet."""
    memory_full_percent: float = 95.0
    disk_full_percent: float = 92.0
    throughput_points: int = 30
    """ThroughputDrop: points before it says anything."""
    throughput_recent_points: int = 8
    throughput_drop_percent: float = 40.0
    straggler_hosts: int = 3
    """StragglerHost: with fewer hosts nobody can say which one is behind."""
    straggler_gap_percent: float = 25.0
    """StragglerHost: points of utilisation between a host and the median of all."""
    straggler_mads: float = 5.0
    """StragglerHost: and as many median absolute deviations of all hosts."""
    straggler_slow_percent: float = 20.0
    """StragglerHost: how much slower than the median of all a host's own throughput is."""
    silent_seconds: float = 600.0
    """SilentLog: no line of any host for this long."""
    pending_samples: int = 5
    """WaitingForCapacity: past waits before it says anything."""
    pending_ratio: float = 1.5
    """WaitingForCapacity: longer than the 90th percentile times this is longer than usual."""
    pending_least_seconds: float = 900.0
    """WaitingForCapacity: shorter waits are never an issue."""
    eta_margin_share: float = 0.02
    """MaxRuntimeBeforeEta: share of the remaining time that upload and rounding may take."""
    spot_short_seconds: float = 3_600.0
    """SpotWithoutCheckpoints: a job that may run for no longer loses little."""
    log_lines: int = 5_000
    """ErrorSignature, LossNaN: the last lines that are looked at."""


DEFAULT: Final = Thresholds()


def waits(rule: str, what: str) -> Finding:
    """Return that a rule has not enough data, and what it waits for."""
    return Finding(rule, WAITING, Severity.NONE, f"waits for {what}")


def fine(rule: str, evidence: str) -> Finding:
    """Return that a rule found nothing, with the numbers that it saw."""
    return Finding(rule, NO_ISSUES, Severity.NONE, evidence)


def issue(
    rule: str,
    evidence: str,
    at: datetime | None = None,
    link: Link | None = None,
    severity: Severity = Severity.WARNING,
) -> Finding:
    """Return that a rule found something."""
    return Finding(rule, ISSUES, severity, evidence, at, link)
