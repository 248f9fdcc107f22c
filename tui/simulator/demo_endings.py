"""The demo's jobs that are over when it starts, each in its own way; some still change afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta

from tui.simulator.account import Account
from tui.simulator.demo_parts import (
    DAY,
    HOUR,
    HUGGINGFACE,
    MINUTE,
    PYTORCH,
    TENSORFLOW,
    XGBOOST,
    base,
    bucket,
    machines,
    plain_life,
    rule_members,
    script_hyperparameters,
    warm_pool,
)
from tui.simulator.jobs import ScriptedJob
from tui.simulator.script import (
    PoolChange,
    Rule,
    Script,
    Verdict,
    completed,
    failed,
    fetching,
    out_of_patience,
    out_of_runtime,
    preparing,
    pulling,
    starting,
    stopped,
    stopping,
    training,
    uploading,
    waiting,
)

OUT_OF_MEMORY = """AlgorithmError: ExecuteUserScriptError:
ExitCode 1
ErrorMessage "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.25 GiB. GPU 0 has a total capacity of \
21.98 GiB of which 1.31 GiB is free. Including non-PyTorch memory, this process has 20.66 GiB memory in use. Of the \
allocated memory 18.92 GiB is allocated by PyTorch, and 1.40 GiB is reserved by PyTorch but unallocated.
╭─────────────────────────────── Traceback (most recent call last) ────────────────────────────────╮
│ /opt/ml/code/finetune.py:212 in <module>                                                         │
│   209                                                                                            │
│   210 if __name__ == "__main__":                                                                 │
│ ❱ 212     main(parse_args())                                                                     │
│ /opt/ml/code/finetune.py:174 in main                                                             │
│   173         with torch.autocast("cuda", dtype=torch.bfloat16):                                 │
│ ❱ 174             loss = model(pixels, labels=labels).loss                                       │
╰──────────────────────────────────────────────────────────────────────────────────────────────────╯
[1,0]<stderr>:  0%|          | 3/12480 [00:21<24:07:11,  6.96s/it]"
Command "/usr/local/bin/python3.11 finetune.py --batch_size 96 --epochs 20 --image_size 448 --lr 3e-05 --model vit"\
"""
"""Longer than the service lets through, so that it is cut in the middle of a line."""


def endings(account: Account, now: datetime) -> list[ScriptedJob]:
    """Each as long ago as a list of jobs shows them: minutes to days before `now`."""

    def ago(seconds: float) -> datetime:
        return now - timedelta(seconds=seconds)

    return [
        _out_of_memory(account, ago(53 * MINUTE)),
        _data_not_found(account, ago(5 * HOUR)),
        _out_of_runtime(account, ago(1 * DAY + 7 * HOUR)),
        _stopped_by_user(account, ago(2 * DAY)),
        _out_of_patience(account, ago(26 * HOUR)),
        _pool_waits(account, ago(75 * MINUTE)),
        _pool_was_reused(account, ago(100 * MINUTE)),
        _late_verdicts(account, ago(64 * MINUTE)),
    ]


def _out_of_memory(account: Account, created_at: datetime) -> ScriptedJob:
    name = "vit-l16-finetune-881"
    document = base(
        account,
        name,
        image=PYTORCH,
        resources=machines("ml.g5.xlarge"),
        metrics=("train:loss",),
        tags={"team": "vision"},
        HyperParameters=script_hyperparameters(
            account, name, "finetune.py", model="vit-l16", batch_size=96, epochs=20, image_size=448, lr=3e-5
        ),
    )
    steps = (starting(1), preparing(80), pulling(150), training(173), uploading(4), failed())
    return ScriptedJob(document, Script(steps=steps, failure_reason=OUT_OF_MEMORY), created_at)


def _data_not_found(account: Account, created_at: datetime) -> ScriptedJob:
    name = "tabular-ingest-eu-churn"
    reason = (
        "ClientError: Data download failed:NoSuchKey (404): The specified key does not exist. Failed to download "
        f"data. No S3 objects found under S3 URL {bucket(account)}/datasets/train-2026-02-30/ given in input data "
        "source. Please ensure that the bucket exists in the selected region, that objects exist under that S3 "
        f"prefix, and that the role {account.role} has s3:ListBucket permissions on it."
    )
    document = base(
        account,
        name,
        image=XGBOOST,
        resources=machines("ml.m5.xlarge", 1, 30),
        channels=("train-2026-02-30", "validation"),
        tags={"team": "growth"},
        HyperParameters={"objective": "binary:logistic", "num_round": "400", "eta": "0.1"},
    )
    steps = (starting(1), preparing(70), fetching(21), failed())
    return ScriptedJob(document, Script(steps=steps, failure_reason=reason), created_at)


def _out_of_runtime(account: Account, created_at: datetime) -> ScriptedJob:
    name = "t5-xl-summarize-long"
    document = base(
        account,
        name,
        image=HUGGINGFACE,
        resources=machines("ml.g5.48xlarge", 2, 300),
        max_runtime=12 * HOUR,
        metrics=("loss", "eval_rougeL"),
        tags={"team": "assistants"},
        HyperParameters=script_hyperparameters(account, name, "run_summarization.py", num_train_epochs=12, fp16=True),
    )
    script = Script(
        steps=(
            starting(1),
            waiting(23 * MINUTE),
            preparing(200),
            pulling(260),
            training(12 * HOUR - 260),
            stopping(120),
            uploading(75),
            out_of_runtime(),
        ),
        metrics=(("loss", 1.8717999458312988), ("eval_rougeL", 0.3619999885559082)),
    )
    return ScriptedJob(document, script, created_at)


def _stopped_by_user(account: Account, created_at: datetime) -> ScriptedJob:
    name = "Whisper-Small-DE-v3"
    document = base(
        account,
        name,
        image=HUGGINGFACE,
        resources=machines("ml.g4dn.2xlarge", 1, 80),
        metrics=("eval_wer",),
        tags={"team": "speech"},
        HyperParameters=script_hyperparameters(account, name, "train_whisper.py", language="de", max_steps=9000),
    )
    script = Script(
        steps=(
            starting(1),
            preparing(75),
            pulling(180),
            training(3.2 * HOUR),
            stopping(34),
            uploading(9),
            stopped(),
        ),
        metrics=(("eval_wer", 0.1875),),
    )
    return ScriptedJob(document, script, created_at)


def _out_of_patience(account: Account, created_at: datetime) -> ScriptedJob:
    name = "clip-b32-spot-overnight"
    document = base(
        account,
        name,
        image=PYTORCH,
        resources=machines("ml.p4d.24xlarge", 2, 400),
        max_runtime=6 * HOUR,
        max_wait=8 * HOUR,
        metrics=("train:loss",),
        tags={"team": "search"},
        CheckpointConfig={"S3Uri": f"{bucket(account)}/checkpoints/{name}/"},
        HyperParameters=script_hyperparameters(account, name, "train_clip.py", epochs=32, precision="amp_bf16"),
    )
    steps = (starting(1), waiting(8 * HOUR), out_of_patience())
    return ScriptedJob(document, Script(steps=steps), created_at)


def _pool_waits(account: Account, created_at: datetime) -> ScriptedJob:
    name = "ocr-layout-iter-14"
    document = base(
        account,
        name,
        image=PYTORCH,
        resources=machines("ml.g5.12xlarge", 2, 150, KeepAlivePeriodInSeconds=3000),
        metrics=("val:f1",),
        tags={"team": "documents"},
        HyperParameters=script_hyperparameters(account, name, "train_layout.py", iteration=14, unfreeze=True),
    )
    script = Script(
        steps=plain_life(31 * MINUTE),
        pool=warm_pool(3000),
        metrics=(("val:f1", 0.9133999943733215),),
    )
    return ScriptedJob(document, script, created_at)


def _pool_was_reused(account: Account, created_at: datetime) -> ScriptedJob:
    name = "sd-lora-styles-r1"
    document = base(
        account,
        name,
        image=HUGGINGFACE,
        resources=machines("ml.g5.4xlarge", 1, 120, KeepAlivePeriodInSeconds=3600),
        metrics=("loss",),
        tags={"team": "media"},
        HyperParameters=script_hyperparameters(account, name, "train_lora.py", rank=8, steps=4000, styles="all"),
    )
    steps = plain_life(44 * MINUTE)
    waited = 78 * MINUTE - sum(step.seconds for step in steps)
    script = Script(
        steps=steps,
        pool=(
            PoolChange(1, "Available", "Resource retained for reuse"),
            PoolChange(
                waited,
                "Reused",
                "Resource reused by training job: sd-lora-styles-r2",
                retained_seconds=int(waited),
                reused_by="sd-lora-styles-r2",
            ),
        ),
        metrics=(("loss", 0.12309999763965607),),
    )
    return ScriptedJob(document, script, created_at)


def _late_verdicts(account: Account, created_at: datetime) -> ScriptedJob:
    name = "lstm-anomaly-profiled"
    rules = (
        Rule("Overtraining", (Verdict("NoIssuesFound", 14 * MINUTE, after_end=True),)),
        Rule(
            "DeadRelu",
            (
                Verdict(
                    "Error",
                    11 * MINUTE,
                    "InternalServerError: We encountered an internal error. Please try again.",
                    after_end=True,
                ),
            ),
        ),
        Rule("IOBottleneck", (Verdict("IssuesFound", 21 * MINUTE, after_end=True),), profiler=True),
        Rule("CPUBottleneck", (Verdict("NoIssuesFound", 25 * MINUTE, after_end=True),), profiler=True),
    )
    document = base(
        account,
        name,
        image=TENSORFLOW,
        resources=machines("ml.c5.4xlarge", 1, 50),
        channels=("train", "holdout"),
        metrics=("val_mae",),
        tags={"team": "ops"},
        HyperParameters=script_hyperparameters(account, name, "lstm.py", units=256, window=96),
        **rule_members(account, rules),
    )
    script = Script(
        steps=(
            starting(1),
            preparing(85),
            fetching(35),
            training(52 * MINUTE),
            uploading(8),
            completed(),
        ),
        rules=rules,
        metrics=(("val_mae", 0.041600000113248825),),
    )
    return ScriptedJob(document, script, created_at)
