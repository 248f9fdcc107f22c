"""The demo's jobs that are still at work when it starts."""

from __future__ import annotations

from datetime import datetime, timedelta

from tui.simulator.account import Account
from tui.simulator.demo_parts import (
    DAY,
    DEEPAR,
    HOUR,
    HUGGINGFACE,
    MINUTE,
    PYTORCH,
    TENSORFLOW,
    XGBOOST,
    base,
    bucket,
    hub_model,
    machines,
    plain_life,
    rule_members,
    s3_channel,
    script_hyperparameters,
    warm_pool,
)
from tui.simulator.jobs import ScriptedJob
from tui.simulator.script import (
    Progress,
    Rule,
    Script,
    Verdict,
    completed,
    fetching,
    interrupted,
    preparing,
    pulling,
    starting,
    training,
    uploading,
    waiting,
)
from tui.simulator.story import Story


def running(account: Account, now: datetime) -> list[ScriptedJob]:
    """Each at another point of its life at `now`."""

    def ago(seconds: float) -> datetime:
        return now - timedelta(seconds=seconds)

    return [
        _waits_for_capacity(account, ago(41 * MINUTE)),
        _spot_second_attempt(account, ago(7 * HOUR)),
        _heterogeneous(account, ago(100 * MINUTE)),
        _chooses_instances(account, ago(18 * MINUTE)),
        _watched_by_rules(account, ago(70 * MINUTE)),
        _training_plan(account, ago(31 * HOUR)),
        _retried(account, ago(95 * MINUTE)),
        _serverless(account, ago(52 * MINUTE)),
        _reuses_pool(account, ago(22 * MINUTE)),
        *_tuning_children(account, now),
    ]


def _waits_for_capacity(account: Account, created_at: datetime) -> ScriptedJob:
    name = "llama-70b-sft-0412"
    script = Script(
        steps=(
            starting(1),
            waiting(126 * MINUTE),
            preparing(6 * MINUTE),
            pulling(8 * MINUTE),
            training(9 * HOUR),
            uploading(6 * MINUTE),
            completed(),
        ),
        metrics=(("train:loss", 1.3170000314712524), ("eval:loss", 1.4020999670028687)),
    )
    document = base(
        account,
        name,
        image=HUGGINGFACE,
        resources=machines("ml.p5.48xlarge", 4, 1000),
        channels=("train", "validation"),
        metrics=("train:loss", "eval:loss"),
        tags={"team": "foundation", "cost-center": "4711"},
        HyperParameters=script_hyperparameters(
            account,
            name,
            "sft.py",
            model_id="meta-llama/Llama-3.3-70B",
            learning_rate=1e-5,
            per_device_train_batch_size=1,
            fsdp="full_shard auto_wrap",
        ),
        Environment={"NCCL_DEBUG": "WARN", "FI_PROVIDER": "efa"},
    )
    document["StoppingCondition"]["MaxPendingTimeInSeconds"] = int(6 * HOUR)
    return ScriptedJob(document, script, created_at)


def _spot_second_attempt(account: Account, created_at: datetime) -> ScriptedJob:
    name = "bert-large-pretrain-spot-8x"
    script = Script(
        steps=(
            starting(1),
            waiting(12 * MINUTE),
            preparing(4 * MINUTE),
            pulling(3 * MINUTE),
            training(134 * MINUTE),
            interrupted(9 * MINUTE),
            starting(20),
            waiting(38 * MINUTE),
            preparing(4 * MINUTE),
            pulling(3 * MINUTE),
            training(326 * MINUTE),
            uploading(90),
            completed(),
        ),
        metrics=(("train:loss", 0.23100000619888306), ("train:throughput", 8123.5)),
        story=Story(samples_per_second=8123.5, total_steps=7038, epochs=4, bars_on=1, colours=True, huge_line=True),
        billed_share=0.41,
    )
    document = base(
        account,
        name,
        image=PYTORCH,
        resources=machines("ml.p4d.24xlarge", 8, 500),
        max_runtime=10 * HOUR,
        max_wait=16 * HOUR,
        metrics=("train:loss", "train:throughput"),
        tags={"team": "search", "project": "bert-large"},
        CheckpointConfig={"S3Uri": f"{bucket(account)}/checkpoints/{name}/", "LocalPath": "/opt/ml/checkpoints"},
        HyperParameters=script_hyperparameters(
            account, name, "run_pretraining.py", max_steps=7038, warmup_proportion=0.2843, backend="nccl"
        ),
        VpcConfig={
            "SecurityGroupIds": ["sg-0a1b2c3d4e5f60718"],
            "Subnets": ["subnet-0a1b2c3d4e5f60718", "subnet-0b1b2c3d4e5f60718"],
        },
    )
    return ScriptedJob(document, script, created_at)


def _heterogeneous(account: Account, created_at: datetime) -> ScriptedJob:
    name = "recsys-two-tower-hetero"
    groups = [
        {"InstanceType": "ml.c5n.18xlarge", "InstanceCount": 2, "InstanceGroupName": "feeders"},
        {"InstanceType": "ml.g5.12xlarge", "InstanceCount": 4, "InstanceGroupName": "trainers"},
    ]
    channel = s3_channel("interactions", f"{bucket(account)}/interactions/2026/", InputMode="FastFile")
    channel["DataSource"]["S3DataSource"] |= {
        "S3DataDistributionType": "ShardedByS3Key",
        "InstanceGroupNames": ["feeders"],
    }
    document = base(
        account,
        name,
        image=TENSORFLOW,
        resources={"VolumeSizeInGB": 200, "InstanceGroups": groups},
        metrics=("loss", "recall_at_50"),
        tags={"team": "recsys"},
        InputDataConfig=[channel],
        HyperParameters=script_hyperparameters(account, name, "two_tower.py", embedding_dim=128, epochs=4),
    )
    script = Script(
        steps=plain_life(150 * MINUTE, boot=4 * MINUTE, pull=3 * MINUTE),
        metrics=(("loss", 0.08420000225305557), ("recall_at_50", 0.3416000008583069)),
    )
    return ScriptedJob(document, script, created_at)


def _chooses_instances(account: Account, created_at: datetime) -> ScriptedJob:
    name = "vit-huge-flexible"
    preferences = [
        {"InstanceType": "ml.p5.48xlarge", "InstanceCount": 1},
        {"InstanceType": "ml.p4de.24xlarge", "InstanceCount": 1},
        {"InstanceType": "ml.g6e.48xlarge", "InstanceCount": 2},
    ]
    script = Script(
        steps=(
            starting(1),
            waiting(35 * MINUTE),
            preparing(5 * MINUTE),
            pulling(4 * MINUTE),
            training(5 * HOUR),
            uploading(2 * MINUTE),
            completed(),
        ),
        metrics=(("val:top1", 0.8723999857902527),),
        selected=("ml.g6e.48xlarge", 2),
    )
    document = base(
        account,
        name,
        image=PYTORCH,
        resources={"VolumeSizeInGB": 400, "InstancePreferences": preferences},
        metrics=("val:top1",),
        tags={"team": "vision"},
        HyperParameters=script_hyperparameters(account, name, "train_vit.py", epochs=90, mixup=0.8),
    )
    document["StoppingCondition"]["MaxPendingTimeInSeconds"] = int(2 * HOUR)
    return ScriptedJob(document, script, created_at)


def _watched_by_rules(account: Account, created_at: datetime) -> ScriptedJob:
    name = "resnet50-debugger"

    def met(rule: str, step: int) -> str:
        return (
            f"RuleEvaluationConditionMet: Evaluation of the rule {rule} at step {step} "
            "resulted in the condition being met\n"
        )

    rules = (
        Rule("VanishingGradient"),
        Rule("LossNotDecreasing", (Verdict("IssuesFound", 75 * MINUTE, met("LossNotDecreasing", 4100)),)),
        Rule("Overfit", (Verdict("IssuesFound", 4 * MINUTE, met("Overfit", 7200), after_end=True),)),
        Rule("PoorWeightInitialization", (Verdict("NoIssuesFound", 9 * MINUTE),)),
        Rule("ProfilerReport", (Verdict("NoIssuesFound", 3 * MINUTE, after_end=True),), profiler=True),
        Rule("LowGPUUtilization", (Verdict("IssuesFound", 95 * MINUTE),), profiler=True),
    )
    document = base(
        account,
        name,
        image=PYTORCH,
        resources=machines("ml.g5.2xlarge"),
        channels=("train", "validation"),
        metrics=("train:loss", "val:acc"),
        tags={"team": "vision"},
        HyperParameters=script_hyperparameters(account, name, "train.py", batch_size=256, lr=0.1, epochs=30),
        **rule_members(account, rules),
    )
    script = Script(
        steps=plain_life(112 * MINUTE),
        rules=rules,
        metrics=(("train:loss", 0.6312000155448914), ("val:acc", 0.7615000009536743)),
    )
    return ScriptedJob(document, script, created_at)


def _training_plan(account: Account, created_at: datetime) -> ScriptedJob:
    name = "mixtral-8x22b-continued-plan"
    plan = account.arn("training-plan", "p5en-q4-reservation")
    script = Script(
        steps=(
            starting(1),
            preparing(11 * MINUTE),
            pulling(9 * MINUTE),
            training(4.5 * DAY),
            uploading(25 * MINUTE),
            completed(),
        ),
        metrics=(("train/loss", 1.0425000190734863),),
    )
    document = base(
        account,
        name,
        image=HUGGINGFACE,
        resources=machines("ml.p5en.48xlarge", 16, 2000, TrainingPlanArn=plan),
        max_runtime=10 * DAY,
        metrics=("train/loss",),
        tags={"team": "foundation", "cost-center": "4711"},
        HyperParameters=script_hyperparameters(account, name, "pretrain.py", sequence_length=32768, tp=8, pp=4),
        Environment={"WANDB_PROJECT": "mixtral-continued", "TORCH_NCCL_ASYNC_ERROR_HANDLING": "1"},
        InfraCheckConfig={"EnableInfraCheck": True},
        RemoteDebugConfig={"EnableRemoteDebug": True},
    )
    return ScriptedJob(document, script, created_at)


def _retried(account: Account, created_at: datetime) -> ScriptedJob:
    name = "deepar-demand-forecast-retry"
    script = Script(
        steps=(
            starting(1),
            preparing(90),
            fetching(50),
            training(24 * MINUTE),
            starting(30, "InternalServerError. Retrying the training job"),
            preparing(100),
            fetching(55),
            training(170 * MINUTE),
            uploading(11),
            completed(),
        ),
        metrics=(("train:final_loss", 4.189199924468994),),
    )
    document = base(
        account,
        name,
        image=DEEPAR,
        resources=machines("ml.c6i.4xlarge", 2, 30),
        channels=("train", "test"),
        metrics=("train:final_loss",),
        tags={"team": "supply"},
        HyperParameters={"context_length": "72", "prediction_length": "48", "epochs": "300", "time_freq": "H"},
        RetryStrategy={"MaximumRetryAttempts": 3},
    )
    return ScriptedJob(document, script, created_at)


def _serverless(account: Account, created_at: datetime) -> ScriptedJob:
    name = "support-bot-sft-serverless"
    document = base(
        account,
        name,
        image="",
        resources=None,
        tags={"team": "assistants"},
        HyperParameters={"learning_rate": "0.0002", "lora_alpha": "32", "global_batch_size": "64"},
        ServerlessJobConfig={
            "BaseModelArn": hub_model(account, "demo-8b"),
            "AcceptEula": True,
            "JobType": "FineTuning",
            "CustomizationTechnique": "SFT",
            "Peft": "LORA",
            "SequenceLength": "8K",
        },
        MlflowConfig={
            "MlflowResourceArn": account.arn("mlflow-app", "app-demo"),
            "MlflowExperimentName": "support-bot",
            "MlflowRunName": name,
        },
        ModelPackageConfig={"ModelPackageGroupArn": account.arn("model-package-group", "support-bot")},
    )
    del document["AlgorithmSpecification"]
    script = Script(
        steps=(
            starting(40),
            training(175 * MINUTE),
            uploading(4 * MINUTE),
            completed(),
        ),
        progress=Progress(steps_per_epoch=420, epochs=3),
        billable_tokens=48_210_944,
    )
    return ScriptedJob(document, script, created_at)


def _reuses_pool(account: Account, created_at: datetime) -> ScriptedJob:
    name = "sd-lora-styles-r2"
    document = base(
        account,
        name,
        image=HUGGINGFACE,
        resources=machines("ml.g5.4xlarge", 1, 120, KeepAlivePeriodInSeconds=3600),
        metrics=("loss",),
        tags={"team": "media"},
        HyperParameters=script_hyperparameters(account, name, "train_lora.py", rank=16, steps=4000, styles="all"),
    )
    script = Script(
        steps=plain_life(47 * MINUTE, boot=4, pull=9),
        pool=warm_pool(3600),
        metrics=(("loss", 0.11710000038146973),),
    )
    return ScriptedJob(document, script, created_at)


def _tuning_children(account: Account, now: datetime) -> list[ScriptedJob]:
    """One done, one at work, one just created."""
    tuner = account.arn("hyper-parameter-tuning-job", "xgb-churn-tune-260412")
    children = (
        ("007-4f1c9a2e", 58 * MINUTE, 0.8817999958992004, ("0.0731", "6")),
        ("008-b07d51c3", 17 * MINUTE, 0.8926000595092773, ("0.2140", "9")),
        ("009-d2e6780a", 40.0, 0.871399998664856, ("0.0112", "4")),
    )
    jobs = []
    for suffix, age, score, (eta, depth) in children:
        name = f"xgb-churn-tune-260412-{suffix}"
        document = base(
            account,
            name,
            image=XGBOOST,
            resources=machines("ml.m5.2xlarge", 1, 30),
            channels=("train", "validation"),
            metrics=("validation:auc", "train:auc"),
            tags={"team": "growth"},
            TuningJobArn=tuner,
            HyperParameters={
                "_tuning_objective_metric": "validation:auc",
                "eta": eta,
                "max_depth": depth,
                "num_round": "800",
            },
        )
        script = Script(
            steps=plain_life(33 * MINUTE, boot=70, pull=45),
            metrics=(
                ("validation:auc", score),
                ("train:auc", score + 0.0625),
                ("ObjectiveMetric", score),
            ),
        )
        jobs.append(ScriptedJob(document, script, now - timedelta(seconds=age)))
    return jobs
