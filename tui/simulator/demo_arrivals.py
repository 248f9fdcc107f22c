"""Jobs that keep arriving in the demo, so that it is as alive after days as in its first minute."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tui.simulator.account import Account
from tui.simulator.demo_parts import (
    DAY,
    HOUR,
    HUGGINGFACE,
    MINUTE,
    PYTORCH,
    XGBOOST,
    base,
    bucket,
    machines,
    plain_life,
    script_hyperparameters,
)
from tui.simulator.jobs import ScriptedJob
from tui.simulator.script import (
    Script,
    completed,
    failed,
    interrupted,
    preparing,
    pulling,
    starting,
    training,
    uploading,
    waiting,
)

_Make = Callable[[Account, datetime, random.Random], ScriptedJob]


@dataclass
class Periodic:
    """One job every `period` seconds of the clock, the last `kept` of which exist at any time."""

    name: str
    """Seeds the jobs, together with the time of their arrival."""
    period: float
    kept: int
    make: _Make
    _names: dict[int, str] = field(default_factory=dict)
    _last: int | None = None

    def settle(self, account: Account) -> None:
        """Adds the jobs that have arrived since the last time and removes the oldest."""
        slot = int(account.clock.now().timestamp() // self.period)
        if slot == self._last:
            return
        oldest = slot - self.kept + 1
        first = oldest if self._last is None else max(oldest, self._last + 1)
        self._last = slot
        for new in range(first, slot + 1):
            created_at = datetime.fromtimestamp(new * self.period, UTC)
            job = self.make(account, created_at, random.Random(f"{self.name}/{new}"))
            account.put(job)
            self._names[new] = job.name
        for old in [each for each in self._names if each < oldest]:
            account.discard(self._names.pop(old))


def arrivals() -> list[Periodic]:
    """A short job every 17 minutes, a long one every night; all are over long before they fall off the list."""
    return [
        Periodic("everyday", 17 * MINUTE, 20, _everyday),
        Periodic("nightly", DAY, 4, _nightly),
    ]


def _stamped(stem: str, at: datetime, seed: random.Random) -> str:
    return f"{stem}-{at:%Y-%m-%d-%H-%M-%S}-{seed.randrange(1000):03d}"


def _everyday(account: Account, at: datetime, seed: random.Random) -> ScriptedJob:
    return seed.choice((_boosted_trees, _boosted_trees, _fine_tuning, _spot, _broken))(account, at, seed)


def _boosted_trees(account: Account, at: datetime, seed: random.Random) -> ScriptedJob:
    name = _stamped(seed.choice(("xgb-churn", "xgb-fraud-score", "xgb-eta-minutes")), at, seed)
    document = base(
        account,
        name,
        image=XGBOOST,
        resources=machines(seed.choice(("ml.m5.xlarge", "ml.m5.4xlarge", "ml.c5.2xlarge")), 1, 30),
        channels=("train", "validation"),
        metrics=("validation:auc",),
        tags={"team": "growth"},
        HyperParameters={"eta": f"{seed.uniform(0.01, 0.3):.3f}", "num_round": "600", "objective": "binary:logistic"},
    )
    steps = plain_life(seed.uniform(6, 35) * MINUTE, boot=seed.uniform(40, 110), pull=seed.uniform(30, 70))
    score = round(seed.uniform(0.81, 0.94), 4)
    return ScriptedJob(document, Script(steps=steps, metrics=(("validation:auc", score),)), at)


def _fine_tuning(account: Account, at: datetime, seed: random.Random) -> ScriptedJob:
    name = _stamped(seed.choice(("bert-intent", "minilm-embed", "deberta-ner")), at, seed)
    document = base(
        account,
        name,
        image=HUGGINGFACE,
        resources=machines(seed.choice(("ml.g5.xlarge", "ml.g5.2xlarge", "ml.g6.4xlarge")), seed.choice((1, 1, 2))),
        channels=("train", "validation"),
        metrics=("loss", "eval_f1"),
        tags={"team": "assistants"},
        HyperParameters=script_hyperparameters(account, name, "run_glue.py", epochs=seed.randint(2, 6), lr=3e-5),
    )
    steps = (
        starting(1),
        waiting(seed.uniform(1, 25) * MINUTE),
        preparing(110),
        pulling(seed.uniform(120, 260)),
        training(seed.uniform(25, 140) * MINUTE),
        uploading(seed.uniform(10, 40)),
        completed(),
    )
    metrics = (("loss", round(seed.uniform(0.1, 0.6), 4)), ("eval_f1", round(seed.uniform(0.82, 0.95), 4)))
    return ScriptedJob(document, Script(steps=steps, metrics=metrics), at)


def _spot(account: Account, at: datetime, seed: random.Random) -> ScriptedJob:
    name = _stamped("segformer-spot", at, seed)
    document = base(
        account,
        name,
        image=PYTORCH,
        resources=machines("ml.g5.12xlarge", 2, 200),
        max_runtime=5 * HOUR,
        max_wait=8 * HOUR,
        metrics=("miou",),
        tags={"team": "vision"},
        CheckpointConfig={"S3Uri": f"{bucket(account)}/checkpoints/{name}/", "LocalPath": "/opt/ml/checkpoints"},
        HyperParameters=script_hyperparameters(account, name, "train_seg.py", iters=40000, crop=640),
    )
    steps = (
        starting(1),
        preparing(100),
        pulling(150),
        training(seed.uniform(20, 60) * MINUTE),
        interrupted(seed.uniform(2, 8) * MINUTE),
        starting(15),
        waiting(seed.uniform(4, 20) * MINUTE),
        preparing(100),
        pulling(140),
        training(seed.uniform(30, 70) * MINUTE),
        uploading(25),
        completed(),
    )
    script = Script(
        steps=steps,
        metrics=(("miou", round(seed.uniform(0.55, 0.78), 4)),),
        billed_share=round(seed.uniform(0.3, 0.45), 2),
    )
    return ScriptedJob(document, script, at)


def _broken(account: Account, at: datetime, seed: random.Random) -> ScriptedJob:
    name = _stamped("ablation", at, seed)
    reason = seed.choice(
        (
            "AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage \"KeyError: 'label'\"\n"
            'Command "/opt/conda/bin/python3.12 ablate.py --drop label"',
            "InternalServerError: We encountered an internal error. Please try again.",
            "AlgorithmError: Please use an instance type with more memory, or reduce the size of training data "
            "processed on an instance., exit code: 137",
        )
    )
    document = base(
        account,
        name,
        image=PYTORCH,
        resources=machines("ml.g4dn.xlarge"),
        tags={"team": "research"},
        HyperParameters=script_hyperparameters(account, name, "ablate.py", drop="label", seed=seed.randrange(10_000)),
    )
    steps = (starting(1), preparing(90), pulling(130), training(seed.uniform(1, 30) * MINUTE), uploading(3), failed())
    return ScriptedJob(document, Script(steps=steps, failure_reason=reason), at)


def _nightly(account: Account, at: datetime, seed: random.Random) -> ScriptedJob:
    name = f"nightly-ranker-{at:%Y%m%d}"
    document = base(
        account,
        name,
        image=PYTORCH,
        resources=machines("ml.p4d.24xlarge", 2, 500),
        metrics=("train:loss", "ndcg"),
        tags={"team": "search", "schedule": "nightly"},
        HyperParameters=script_hyperparameters(account, name, "rank.py", snapshot=f"{at:%Y-%m-%d}", epochs=3),
    )
    steps = plain_life(seed.uniform(9, 17) * HOUR, boot=6 * MINUTE, pull=5 * MINUTE, upload=2 * MINUTE)
    metrics = (("train:loss", round(seed.uniform(0.2, 0.4), 4)), ("ndcg", round(seed.uniform(0.4, 0.5), 4)))
    return ScriptedJob(document, Script(steps=steps, metrics=metrics), at)
