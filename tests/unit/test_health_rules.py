"""Every local rule both ways: what it finds, what only looks like it, and that it waits for data."""

import math
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.corpus import CORPUS
from tui.domain.autopsy import Cause, PlainLine
from tui.domain.autopsy.signatures import IN_LOGS
from tui.domain.health import RULES, Finding, Severity, Thresholds, Vitals, examine, summary_glyph
from tui.domain.health.curves import is_loss, is_validation
from tui.domain.job import JobSnapshot
from tui.domain.progress import Progress
from tui.domain.series import Point, Series, Source
from tui.domain.status import Tone

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
BEGAN = NOW - timedelta(hours=2)


def job(**raw: Any) -> JobSnapshot:
    base: dict[str, Any] = {
        "TrainingJobName": "j",
        "TrainingJobStatus": "InProgress",
        "SecondaryStatus": "Training",
        "CreationTime": BEGAN - timedelta(minutes=5),
        "TrainingStartTime": BEGAN,
        "SecondaryStatusTransitions": [{"Status": "Training", "StartTime": BEGAN}],
        "ResourceConfig": {"InstanceType": "ml.p4d.24xlarge", "InstanceCount": 1},
        "StoppingCondition": {"MaxRuntimeInSeconds": 86_400},
    }
    return JobSnapshot.from_api(base | raw)


def over(status: str = "Completed", **raw: Any) -> JobSnapshot:
    phases = [{"Status": "Training", "StartTime": BEGAN, "EndTime": NOW}]
    return job(TrainingJobStatus=status, SecondaryStatus=status, SecondaryStatusTransitions=phases, **raw)


def waiting(minutes: float) -> JobSnapshot:
    start = NOW - timedelta(minutes=minutes)
    phases = [{"Status": "Starting", "StartTime": start, "EndTime": start}, {"Status": "Pending", "StartTime": start}]
    return job(
        SecondaryStatus="Pending", TrainingStartTime=None, CreationTime=start, SecondaryStatusTransitions=phases
    )


def curve(values: Iterable[float], name: str = "train:loss", **more: Any) -> Series:
    points = tuple(Point(float(step), value) for step, value in enumerate(values))
    return Series(name, more.pop("source", Source.LOG), points, by_step=True, **more)


def host(name: str, values: Iterable[float], number: int = 1, *, percent: bool = True, late: float = 60) -> Series:
    """One value a minute, the last one `late` seconds before now."""
    listed = list(values)
    first = NOW.timestamp() - late - 60 * (len(listed) - 1)
    points = tuple(Point(first + 60 * index, value) for index, value in enumerate(listed))
    return Series(name, Source.INSTANCE, points, f"algo-{number}", percent=percent)


def busy(gpu: float, cpu: float, minutes: int = 30, number: int = 1) -> tuple[Series, ...]:
    return host("GPUUtilization", [gpu] * minutes, number), host("CPUUtilization", [cpu] * minutes, number)


def said(*texts: str) -> tuple[PlainLine, ...]:
    return tuple(PlainLine(1_000 * at, "algo-1", text) for at, text in enumerate(texts))


def ask(rule: str, *series: Series, snapshot: JobSnapshot | None = None, **more: Any) -> Finding | None:
    vitals = Vitals(snapshot or job(), NOW, series, **more)
    return next((finding for finding in examine(vitals) if finding.rule == rule), None)


def status(rule: str, *series: Series, snapshot: JobSnapshot | None = None, **more: Any) -> str:
    found = ask(rule, *series, snapshot=snapshot, **more)
    assert found is None or found.evidence
    return found.status if found else "absent"


def falling(count: int, to: float = 0.2, noise: float = 0.02, seed: int = 1) -> list[float]:
    random = Random(seed)
    return [to + 2 * math.exp(-step * 5 / count) + random.gauss(0, noise) for step in range(count)]


FOUND, NONE, WAITS, ABSENT = "IssuesFound", "NoIssuesFound", "InProgress", "absent"


@pytest.mark.parametrize(
    ("values", "expected", "severity"),
    [
        ([2.0, 1.0, math.nan], FOUND, Severity.CRITICAL),
        ([2.0, math.inf, math.inf], FOUND, Severity.CRITICAL),
        ([2.0, math.inf, 1.0], FOUND, Severity.WARNING),
        ([math.nan, *[1.0] * 100], NONE, Severity.NONE),
        ([2.0, 1.0, 1e300], NONE, Severity.NONE),
        ([], WAITS, Severity.NONE),
    ],
)
def test_loss_nan(values: list[float], expected: str, severity: Severity) -> None:
    found = ask("LossNaN", curve(values))
    assert found
    assert (found.status, found.severity) == (expected, severity)
    if expected == FOUND:
        assert found.link
        assert found.link.metric == "train:loss"


def test_loss_nan_in_the_log_and_elsewhere() -> None:
    assert status("LossNaN", log=said("epoch 3 loss: nan lr=1e-3")) == FOUND
    assert status("LossNaN", log=said("{'loss': nan, 'epoch': 0.1}")) == FOUND
    assert status("LossNaN", log=said("loss: 0.3 nanoseconds=4", "no loss information: inf")) == WAITS
    assert status("LossNaN", curve([math.nan], name="accuracy")) == WAITS
    assert status("LossNaN", snapshot=over()) == ABSENT
    (found,) = [ask("LossNaN", curve([1.0, math.nan, 1.0, math.nan, math.nan]))]
    assert found
    assert found.evidence == "train:loss is NaN since step 3"


def test_diverging() -> None:
    healthy = falling(100)
    assert status("LossDiverging", curve(healthy)) == NONE
    assert status("LossDiverging", curve([*healthy, *[0.3 + step / 20 for step in range(30)]])) == FOUND
    assert status("LossDiverging", curve([*healthy, 9.0, 9.0, 9.0])) == NONE  # a spike
    assert status("LossDiverging", curve(healthy[:19])) == WAITS
    assert status("LossDiverging", curve([*healthy, *[5.0] * 40], name="train:g_loss")) == WAITS
    assert status("LossDiverging", curve([*[-step for step in range(50)], *[200.0] * 20])) == FOUND
    assert status("LossDiverging") == WAITS
    assert status("LossDiverging", snapshot=over()) == ABSENT


@pytest.mark.parametrize("seed", range(5))
def test_noise_is_neither_diverging_nor_a_gap(seed: int) -> None:
    random = Random(seed)
    noisy = [2.0 * random.lognormvariate(0, 0.25) for _ in range(200)]
    assert status("LossDiverging", curve(noisy)) == NONE
    assert status("ThroughputDrop", curve([100 * random.uniform(0.8, 1.2) for _ in range(80)], name="it/s")) == NONE


def test_plateau() -> None:
    random = Random(3)
    assert status("LossPlateau", curve([1 + random.gauss(0, 0.001) for _ in range(80)])) == FOUND
    assert status("LossPlateau", curve([1.0] * 80)) == FOUND
    assert status("LossPlateau", curve(falling(80))) == NONE
    assert status("LossPlateau", curve([1 - step * 1e-5 for step in range(80)])) == NONE  # slow and steady
    assert status("LossPlateau", curve([1.0] * 59)) == WAITS
    assert status("LossPlateau", curve([1.0] * 80), snapshot=over()) == ABSENT


def test_train_validation_gap() -> None:
    train = curve(falling(100))
    steps = range(0, 100, 10)
    rising = tuple(Point(float(step), 0.5 + abs(step - 30) / 100) for step in steps)
    validation = replace(curve([], name="validation:loss"), points=rising)
    found = ask("TrainValidationGap", train, validation)
    assert found
    assert found.status == FOUND
    assert "step 30" in found.evidence
    same = replace(validation, points=tuple(Point(float(step), train.points[step].y + 0.1) for step in steps))
    assert status("TrainValidationGap", train, same) == NONE
    assert status("TrainValidationGap", curve([1.0] * 100), validation) == NONE  # training does not fall either
    assert status("TrainValidationGap", train, replace(validation, points=rising[:5])) == WAITS
    assert status("TrainValidationGap", validation) == WAITS
    assert status("TrainValidationGap", train) == ABSENT


def test_throughput_drop() -> None:
    assert status("ThroughputDrop", curve([*[100.0] * 40, *[40.0] * 10], name="samples/sec")) == FOUND
    assert status("ThroughputDrop", curve([*[100.0] * 40, *[90.0] * 10], name="samples/sec")) == NONE
    assert status("ThroughputDrop", curve([*[100.0] * 48, 1.0], name="tokens_per_second")) == NONE
    assert status("ThroughputDrop", curve([100.0] * 9, name="throughput")) == WAITS
    assert status("ThroughputDrop", curve([*[100.0] * 40, *[40.0] * 10], name="reward")) == ABSENT


def test_gpu_idle() -> None:
    assert status("GpuIdle", *busy(1, 10)) == FOUND
    assert status("GpuIdle", *busy(93, 10)) == NONE
    found = ask("GpuIdle", *busy(93, 10), *busy(0, 10, number=2))
    assert found
    assert found.severity is Severity.WARNING
    assert found.evidence == "GPU 0 % on algo-2; idle on 1 of 2 hosts"
    assert status("GpuIdle", host("GPUUtilization", [1.0] * 5)) == WAITS
    assert status("GpuIdle", host("GPUUtilization", [1.0] * 30, late=3_600)) == WAITS  # nothing new for an hour
    assert status("GpuIdle", host("GPUUtilization", [1.0] * 30, percent=False)) == WAITS
    assert status("GpuIdle") == WAITS
    just = job(SecondaryStatusTransitions=[{"Status": "Training", "StartTime": NOW - timedelta(minutes=4)}])
    assert status("GpuIdle", *busy(1, 10), snapshot=just) == WAITS  # before training began, a GPU is idle
    assert status("GpuIdle", *busy(1, 10), snapshot=over()) == FOUND
    assert status("GpuIdle", snapshot=job(ResourceConfig={"InstanceType": "ml.m5.large"})) == ABSENT


def test_cpu_and_io_bound() -> None:
    assert (status("CpuBound", *busy(40, 97)), status("IoBound", *busy(40, 97))) == (FOUND, NONE)
    assert (status("CpuBound", *busy(30, 20)), status("IoBound", *busy(30, 20))) == (NONE, FOUND)
    assert (status("CpuBound", *busy(95, 97)), status("IoBound", *busy(95, 20))) == (NONE, NONE)
    assert (status("CpuBound", *busy(1, 1)), status("IoBound", *busy(1, 1))) == (NONE, NONE)
    assert (status("CpuBound"), status("IoBound")) == (WAITS, WAITS)
    cpu = job(ResourceConfig={"InstanceType": "ml.m5.large"})
    assert (status("CpuBound", snapshot=cpu), status("IoBound", snapshot=cpu)) == (ABSENT, ABSENT)


@pytest.mark.parametrize(
    ("rule", "metric"), [("MemoryFilling", "MemoryUtilization"), ("DiskFilling", "DiskUtilization")]
)
def test_filling(rule: str, metric: str) -> None:
    random = Random(5)
    rising = [50 + minute * 0.7 + random.gauss(0, 0.5) for minute in range(50)]
    found = ask(rule, host(metric, rising))
    assert found
    assert (found.status, found.severity) == (FOUND, Severity.WARNING)
    assert "full in 2" in found.evidence  # 84 % and 0.7 % a minute: 22 minutes
    soon = Progress("", 9, 10, 0.1, 600)
    assert status(rule, host(metric, rising), progress=soon) == NONE  # it ends before
    assert status(rule, host(metric, [60 + random.gauss(0, 2) for _ in range(50)])) == NONE
    assert status(rule, host(metric, [5 + minute * 0.5 for minute in range(50)])) == NONE  # still far from full
    assert status(rule, host(metric, [60 + minute % 10 for minute in range(50)])) == NONE  # a sawtooth
    full = ask(rule, host(metric, [99.0] * 50))
    assert full
    assert full.severity is Severity.CRITICAL
    assert status(rule, host(metric, rising[:4])) == WAITS
    assert status(rule) == (WAITS if rule == "MemoryFilling" else ABSENT)
    assert status(rule, host(metric, rising), snapshot=over()) == ABSENT


def test_straggler() -> None:
    level = [host("GPUUtilization", [90.0 + number] * 30, number) for number in range(1, 5)]
    slow = host("GPUUtilization", [40.0] * 30, 5)
    found = ask("StragglerHost", *level, slow)
    assert found
    assert found.status == FOUND
    assert found.link
    assert found.link.host == "algo-5"
    assert status("StragglerHost", *level) == NONE
    assert status("StragglerHost", level[0], slow) == ABSENT
    assert status("StragglerHost", level[0], hosts=("algo-1", "algo-2", "algo-3")) == WAITS
    rates = [curve([100.0] * 10, name="it/s", host=f"algo-{number}") for number in range(1, 4)]
    assert status("StragglerHost", *rates, curve([60.0] * 10, name="it/s", host="algo-4")) == FOUND
    groups = [{"InstanceType": kind, "InstanceCount": 2} for kind in ("ml.p4d.24xlarge", "ml.c5.xlarge")]
    mixed = job(ResourceConfig={"InstanceGroups": groups})
    assert status("StragglerHost", *level, slow, snapshot=mixed) == ABSENT


def silent(minutes: float, gpu: float | None, **more: Any) -> str:
    last = int((NOW - timedelta(minutes=minutes)).timestamp() * 1000)
    read = {"last_log_at_ms": {"algo-1": last}, "log_read_at_ms": int(NOW.timestamp() * 1000)}
    series = () if gpu is None else busy(gpu, 1)
    return status("SilentLog", *series, **(read | more))


def test_silent_log() -> None:
    assert silent(30, 0) == FOUND
    assert silent(30, 80) == NONE
    assert silent(3, 0) == NONE
    assert silent(30, None) == WAITS
    assert silent(30, 0, hosts=("algo-1", "algo-2")) == WAITS  # the other host may be busy
    assert silent(30, 0, log_read_at_ms=None) == WAITS  # nobody reads the log
    assert silent(30, 0, log_read_at_ms=int((NOW - timedelta(minutes=29)).timestamp() * 1000)) == NONE
    assert silent(30, 0, last_log_at_ms={}) == WAITS
    assert silent(30, 0, snapshot=over()) == ABSENT
    assert silent(30, 0, snapshot=waiting(30)) == ABSENT


def test_waiting_for_capacity() -> None:
    past = (300.0, 360.0, 400.0, 500.0, 720.0)
    assert status("WaitingForCapacity", snapshot=waiting(41), typical_pending_seconds=past) == FOUND
    assert status("WaitingForCapacity", snapshot=waiting(9), typical_pending_seconds=past) == NONE
    assert status("WaitingForCapacity", snapshot=waiting(12), typical_pending_seconds=(1.0,) * 9) == NONE
    assert status("WaitingForCapacity", snapshot=waiting(600), typical_pending_seconds=past[:4]) == WAITS
    assert status("WaitingForCapacity", typical_pending_seconds=past) == ABSENT


def test_max_runtime_before_eta() -> None:
    rule = "MaxRuntimeBeforeEta"
    left = 22 * 3_600
    assert status(rule, progress=Progress("", 1, 10, None, left + 60)) == FOUND
    assert status(rule, progress=Progress("", 1, 10, None, left * 0.9)) == NONE
    assert status(rule, progress=Progress("", 0, 1e6, 1, None)) == FOUND
    assert status(rule, progress=Progress("", 0, 10, None, None)) == WAITS
    assert status(rule, progress=Progress("", 0, 10, math.nan, None)) == WAITS
    assert status(rule) == WAITS
    assert status(rule, snapshot=job(StoppingCondition={})) == ABSENT
    assert status(rule, snapshot=over()) == ABSENT


def test_spot_without_checkpoints() -> None:
    rule = "SpotWithoutCheckpoints"
    spot = {"EnableManagedSpotTraining": True}
    assert status(rule, snapshot=job(**spot)) == FOUND
    assert status(rule, snapshot=job(**spot, CheckpointConfig={"S3Uri": "s3://b/c"})) == NONE
    assert status(rule, snapshot=job(**spot, StoppingCondition={"MaxRuntimeInSeconds": 3_600})) == NONE
    assert status(rule) == ABSENT
    again = [{"Status": "Training", "StartTime": BEGAN}, {"Status": "Interrupted", "StartTime": NOW}]
    found = ask(rule, snapshot=job(**spot, SecondaryStatusTransitions=again))
    assert found
    assert (found.severity, found.at) == (Severity.CRITICAL, NOW)


def test_error_signature() -> None:
    found = ask("ErrorSignature", log=said("step 1", "RuntimeError: CUDA out of memory. Tried to allocate 2 GiB"))
    assert found
    assert (found.status, found.severity) == (FOUND, Severity.CRITICAL)
    assert found.evidence.startswith("CUDA out of memory on algo-1: RuntimeError")
    assert found.link
    assert found.link.at_ms == 1_000
    both = ask("ErrorSignature", log=said("ImportError: no apex", "ImportError: no apex", "Killed"))
    assert both
    assert both.evidence == "host out of memory on algo-1: Killed (also import error)"
    assert status("ErrorSignature", log=said("all is well")) == NONE
    assert status("ErrorSignature") == WAITS
    assert status("ErrorSignature", snapshot=over()) == ABSENT


LOGS = sorted((CORPUS / "logs").glob("*.txt"))


@pytest.mark.skipif(not LOGS, reason="the corpus is not here")
def test_real_logs() -> None:
    found: dict[str, set[str]] = {}
    for path in LOGS:
        texts = path.read_text(encoding="utf-8", errors="replace").split("\n")
        for finding in examine(Vitals(job(), NOW, log=said(*texts))):
            if finding.status == FOUND:
                found.setdefault(path.name[:3], set()).add(finding.rule)
    assert found == {"015": {"ErrorSignature"}, "025": {"LossNaN"}}  # each of them really has it


@pytest.mark.parametrize("snapshot", [job(), over(), over("Failed"), waiting(600), JobSnapshot.from_api({})])
def test_nothing_fires_without_data(snapshot: JobSnapshot) -> None:
    findings = examine(Vitals(snapshot, NOW))
    assert {finding.status for finding in findings} <= {WAITS}
    assert all(finding.evidence.startswith("waits for ") for finding in findings)
    assert summary_glyph(findings).tone is Tone.NEUTRAL


def test_order_and_summary() -> None:
    findings = examine(Vitals(job(), NOW, (curve([1.0, math.nan]), *busy(30, 20))))
    assert [finding.status for finding in findings] == sorted(
        (finding.status for finding in findings), key=[FOUND, WAITS, NONE].index
    )
    assert findings[0].rule == "LossNaN"
    assert summary_glyph(findings).tone is Tone.BAD
    assert summary_glyph([findings[1]]).tone is Tone.WARNING
    assert summary_glyph([finding for finding in findings if finding.status == NONE]).tone is Tone.GOOD
    assert len({finding.rule for finding in findings}) == len(findings)


def test_thresholds_are_settings() -> None:
    vitals = Vitals(job(), NOW, busy(10, 50))
    assert "GpuIdle" not in {finding.rule for finding in examine(vitals) if finding.status == FOUND}
    low = examine(vitals, Thresholds(gpu_idle_percent=20))
    assert "GpuIdle" in {finding.rule for finding in low if finding.status == FOUND}


@pytest.mark.parametrize(
    "name",
    ["train:loss", "train_loss", "loss", "validation:rmse", "eval_loss", "logloss", "train:error", "ce.loss", "nll"],
)
def test_what_is_a_loss(name: str) -> None:
    assert is_loss(name)


@pytest.mark.parametrize(
    "name", ["accuracy", "train:auc", "lossless", "apple", "entropy", "GPUUtilization", "learning_rate"]
)
def test_what_is_not(name: str) -> None:
    assert not is_loss(name)


def test_validation_names() -> None:
    assert all(map(is_validation, ("validation:loss", "val_loss", "eval_loss", "test:error", "loss/val")))
    assert not any(map(is_validation, ("train:loss", "value_loss", "latest_loss", "interval")))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_rule_states_its_formula(rule: Callable[..., Any]) -> None:
    name = (
        "".join(part.title() for part in rule.__name__.split("_"))
        .replace("Nan", "NaN")
        .replace("MaxRuntime", "MaxRuntime")
    )
    assert (rule.__doc__ or "").startswith(f"{name}: ")


def test_the_document_has_every_rule_and_every_threshold() -> None:
    text = (Path(__file__).parents[2] / "docs" / "health.md").read_text(encoding="utf-8")
    words = " ".join(text.replace("`", "").split())
    for rule in RULES:
        name, _, formula = (rule.__doc__ or "").replace("`", "").split("\n")[0].partition(": ")
        assert f"| {name} | {formula}" in words
    for entry in fields(Thresholds):
        assert f"| `{entry.name}` | {entry.default:g} |" in text
    assert all(known.title in text for known in IN_LOGS)
    assert all(cause.value in text for cause in Cause)
