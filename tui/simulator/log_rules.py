"""What the processing jobs that evaluate a training job's rules write."""

from __future__ import annotations

from datetime import UTC, datetime

from tui.simulator.life import Life, RuleChange
from tui.simulator.log_streams import ToldStream
from tui.simulator.script import Rule

_BOOT_SECONDS = 45.0
_STEPS_EVERY = 120.0
_STEPS_PER_CHECK = 500


def rule_streams(life: Life) -> list[tuple[str, ToldStream]]:
    """The processing job of each rule, and the stream of its one host."""
    if not life.training:
        return []
    start_at = life.training[0].start_at + _BOOT_SECONDS
    streams = []
    for rule, arn, changes in life.rules:
        job = arn.rpartition("/")[2]
        streams.append((job, _stream(job, rule, changes, start_at)))
    return streams


def _stream(job: str, rule: Rule, changes: list[RuleChange], start_at: float) -> ToldStream:
    return ToldStream(f"{job}/algo-1-{int(start_at)}", lambda: _lines(job, rule, changes, start_at), start_at + 9)


def _lines(job: str, rule: Rule, changes: list[RuleChange], start_at: float) -> list[tuple[float, str]]:
    end_at = max(start_at + 30, changes[-1].at)
    lines = [
        (start_at, _line(start_at, "INFO", "rule container is up, waiting for the first tensors")),
        (start_at + 2, _line(start_at + 2, "INFO", f"rule to invoke: {rule.name}, job {job}")),
    ]
    step, at = 0, start_at + 20
    while at < end_at - 5 and len(lines) < 2000:
        lines.append((at, _line(at, "INFO", f"{rule.name}: checked steps up to {step}")))
        step += _STEPS_PER_CHECK
        at += _STEPS_EVERY
    for change in changes[1:]:
        level = "ERROR" if change.status == "Error" else "INFO"
        if change.details:
            lines.append((change.at, _line(change.at, level, change.details.rstrip("\n"))))
        lines.append((change.at, _line(change.at, level, f"rule evaluation status: {change.status}")))
    return sorted(lines, key=lambda line: line[0])


def _line(at: float, level: str, text: str) -> str:
    when = datetime.fromtimestamp(at, UTC)
    stamp = f"{when:%Y-%m-%d %H:%M:%S}.{when.microsecond // 1000:03d}"
    return f"[{stamp} ip-10-2-74-9.ec2.internal:1 {level} rule_runner.py:117] {text}"
