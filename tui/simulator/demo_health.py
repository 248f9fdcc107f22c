"""The demo's jobs with whom something is wrong that the service doesn't tell: one for each local rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tui.simulator.account import Account
from tui.simulator.demo_parts import (
    DAY,
    HOUR,
    HUGGINGFACE,
    MINUTE,
    PYTORCH,
    TENSORFLOW,
    base,
    machines,
    plain_life,
    script_hyperparameters,
)
from tui.simulator.jobs import ScriptedJob
from tui.simulator.script import (
    Script,
    Step,
    failed,
    out_of_runtime,
    preparing,
    pulling,
    starting,
    stopping,
    training,
    uploading,
)
from tui.simulator.story import Story

_JSON_NUMBER = r'": (-?[0-9.eE+-]+|NaN|-?Infinity)'
_MISSING = "FileNotFoundError: [Errno 2] No such file or directory: '/opt/ml/input/data/train/shard-00017.tar'"


@dataclass(frozen=True, slots=True)
class _Case:
    """One job; times are seconds."""

    name: str
    age: float
    machines: tuple[str, int]
    metrics: tuple[tuple[str, float], ...]
    story: Story
    run: float
    image: str = PYTORCH
    team: str = "research"
    max_runtime: float = 5 * DAY
    max_wait: float | None = None
    members: Mapping[str, Any] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    failure_reason: str | None = None


_CASES: Sequence[_Case] = (
    _Case(
        "gpt2-small-loss-nan",
        6 * HOUR,
        ("ml.g5.12xlarge", 1),
        (("train:loss", 2.9), ("grad_norm", 0.7)),
        Story("json", epochs=8, total_steps=120_000, ailment="nan", onset_seconds=5.3 * HOUR),
        30 * HOUR,
    ),
    _Case(
        "dcgan-lr-too-high",
        5 * HOUR,
        ("ml.g5.2xlarge", 1),
        (("g_loss", 1.1), ("d_loss", 0.6)),
        Story(epochs=60, total_steps=90_000, ailment="diverging", onset_seconds=4 * HOUR, bars_on=1),
        36 * HOUR,
    ),
    _Case(
        "ner-distil-plateau",
        9 * HOUR,
        ("ml.g4dn.xlarge", 1),
        (("train:loss", 0.21), ("eval_f1", 0.88)),
        Story(epochs=40, total_steps=200_000, ailment="plateau", onset_seconds=2 * HOUR, colours=True),
        40 * HOUR,
        HUGGINGFACE,
        "assistants",
    ),
    _Case(
        "resnet18-overfit",
        9 * HOUR,
        ("ml.g5.xlarge", 1),
        (("train:loss", 0.08), ("val:loss", 0.41)),
        Story(epochs=90, total_steps=160_000, ailment="overfit", onset_seconds=3 * HOUR),
        30 * HOUR,
        team="vision",
    ),
    _Case(
        "clip-dataloader-bound",
        4 * HOUR,
        ("ml.g5.12xlarge", 2),
        (("train:loss", 0.9),),
        Story(epochs=16, total_steps=60_000, ailment="gpu_idle", samples_per_second=2100.0),
        48 * HOUR,
        team="search",
    ),
    _Case(
        "rag-indexer-memory-creep",
        13 * HOUR,
        ("ml.c5.4xlarge", 1),
        (("loss", 0.5),),
        Story("keras", epochs=12, total_steps=80_000, ailment="memory", bars_on=1),
        22 * HOUR,
        TENSORFLOW,
        "ops",
    ),
    _Case(
        "bert-base-straggler-4x",
        4 * HOUR,
        ("ml.p4d.24xlarge", 4),
        (("train:loss", 1.2), ("train:throughput", 5200.0)),
        Story("mpi", epochs=6, total_steps=90_000, ailment="straggler", ailing_host=3, samples_per_second=5200.0),
        36 * HOUR,
        team="search",
    ),
    _Case(
        "llama-8b-hang-4x",
        5 * HOUR,
        ("ml.p5.48xlarge", 4),
        (("train:loss", 1.6),),
        Story(epochs=3, total_steps=40_000, ailment="silent", onset_seconds=4.2 * HOUR, samples_per_second=310.0),
        60 * HOUR,
        HUGGINGFACE,
        "foundation",
    ),
    _Case(
        "vit-b16-throttled",
        5 * HOUR,
        ("ml.g5.48xlarge", 1),
        (("train:loss", 0.7), ("samples_per_second", 3100.0)),
        Story(
            epochs=30,
            total_steps=150_000,
            ailment="slow",
            onset_seconds=3.5 * HOUR,
            samples_per_second=3100.0,
            bars_on=1,
        ),
        40 * HOUR,
        team="vision",
    ),
    _Case(
        "t5-large-will-time-out",
        8 * HOUR,
        ("ml.g5.12xlarge", 1),
        (("loss", 1.4),),
        Story(epochs=1, total_steps=100_000, planned_seconds=41 * HOUR, bars_on=1),
        24 * HOUR,
        HUGGINGFACE,
        "assistants",
        max_runtime=24 * HOUR,
        steps=(
            starting(1),
            preparing(95),
            pulling(160),
            training(24 * HOUR - 160),
            stopping(120),
            uploading(75),
            out_of_runtime(),
        ),
    ),
    _Case(
        "whisper-spot-no-checkpoint",
        3 * HOUR,
        ("ml.g5.4xlarge", 1),
        (("loss", 0.3), ("eval_wer", 0.17)),
        Story(epochs=20, total_steps=60_000),
        30 * HOUR,
        HUGGINGFACE,
        "speech",
        max_runtime=2 * DAY,
        max_wait=3 * DAY,
    ),
    _Case(
        "resnet50-shard-missing-2x",
        38 * MINUTE,
        ("ml.g5.12xlarge", 2),
        (("train:loss", 1.9),),
        Story(epochs=30, total_steps=60_000, planned_seconds=5 * HOUR, late_hosts={2: 25.0}),
        0,
        team="vision",
        steps=(starting(1), preparing(90), pulling(150), training(11 * MINUTE), uploading(4), failed()),
        failure_reason=(
            f'AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage "{_MISSING}\n"\n'
            'Command "/opt/conda/bin/python3.12 train.py --epochs 30"'
        ),
    ),
)


def unwell(account: Account, now: datetime) -> list[ScriptedJob]:
    """Each old enough at `now` for what is wrong to show."""
    return [_job(account, case, now - timedelta(seconds=case.age)) for case in _CASES]


def _job(account: Account, case: _Case, created_at: datetime) -> ScriptedJob:
    names = [name for name, _ in case.metrics]
    document = base(
        account,
        case.name,
        image=case.image,
        resources=machines(*case.machines),
        max_runtime=case.max_runtime,
        max_wait=case.max_wait,
        channels=("train", "validation"),
        metrics=names,
        tags={"team": case.team},
        HyperParameters=script_hyperparameters(account, case.name, "train.py", epochs=case.story.epochs),
        **case.members,
    )
    if case.story.dialect == "json":
        definitions = [{"Name": name, "Regex": f'"{name.replace(":", "_")}{_JSON_NUMBER}'} for name in names]
        document["AlgorithmSpecification"]["MetricDefinitions"] = definitions
    script = Script(
        steps=case.steps or plain_life(case.run),
        metrics=case.metrics,
        failure_reason=case.failure_reason,
        story=case.story,
    )
    return ScriptedJob(document, script, created_at)
