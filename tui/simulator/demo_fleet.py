"""A big account for benchmarks: many jobs at work, many more that are over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import cycle, islice

from tui.simulator.account import Account
from tui.simulator.clock import HasNow
from tui.simulator.demo_parts import DAY, HOUR, PYTORCH, base, machines, plain_life
from tui.simulator.jobs import ScriptedJob
from tui.simulator.script import Script, Step, failed, preparing, pulling, starting, training, uploading

_FAMILIES = ("bert-large", "t5-xl-sweep", "xgb-churn", "vit-ft", "llama-sft", "deepar-demand")
_KINDS = ("ml.m5.xlarge", "ml.g5.2xlarge", "ml.g5.12xlarge", "ml.p4d.24xlarge")


def fleet(clock: HasNow, running: int = 1000, finished: int = 9000) -> Account:
    """An account with `running` jobs that train for another day or two, and `finished` ones behind them."""
    account = Account(clock)
    now = clock.now()
    names = _names()
    for index, name in enumerate(islice(names, running)):
        age = 60.0 + index * 20 * HOUR / max(1, running)
        life = plain_life(2 * DAY + index)
        account.put(_job(account, name, index, life, now - timedelta(seconds=age)))
    for index, name in enumerate(islice(names, finished)):
        age = 4 * HOUR + index * 600.0
        broken = index % 11 == 0
        life = _broken_life(600 + index % 3000) if broken else plain_life(1200 + index % 9000)
        account.put(_job(account, name, index, life, now - timedelta(seconds=age)))
    account.describe_all()  # pays for ten thousand descriptions now rather than in the first answer
    return account


def _names() -> Iterator[str]:
    return (f"{family}-{number:05d}" for number, family in enumerate(cycle(_FAMILIES)))


def _broken_life(run: float) -> tuple[Step, ...]:
    return (starting(1), preparing(90), pulling(120), training(run), uploading(3), failed())


def _job(account: Account, name: str, index: int, steps: tuple[Step, ...], created_at: datetime) -> ScriptedJob:
    document = base(
        account,
        name,
        image=PYTORCH,
        resources=machines(_KINDS[index % len(_KINDS)], 1 + index % 8),
        metrics=("train:loss",),
        HyperParameters={"epochs": "10", "lr": f"{1 + index % 9}e-4"},
    )
    script = Script(
        steps=steps, metrics=(("train:loss", 0.25),), failure_reason='AlgorithmError: ExitCode 1\nErrorMessage ""'
    )
    return ScriptedJob(document, script, created_at)
