"""The parts that demo jobs are put together from: images, channels, rule configurations, whole base documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tui.simulator.account import Account
from tui.simulator.script import PoolChange, Rule, Step, completed, preparing, pulling, starting, training, uploading

MINUTE = 60.0
HOUR = 3600.0
DAY = 86_400.0

RULE_IMAGE = "503895931360.dkr.ecr.us-east-1.amazonaws.com/sagemaker-debugger-rules:latest"
PYTORCH = "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.7.1-gpu-py312-cu128-ubuntu22.04-sagemaker"
HUGGINGFACE = (
    "763104351884.dkr.ecr.us-east-1.amazonaws.com/"
    "huggingface-pytorch-training:2.5.1-transformers4.49.0-gpu-py311-cu124-ubuntu22.04"
)
TENSORFLOW = "763104351884.dkr.ecr.us-east-1.amazonaws.com/tensorflow-training:2.19.0-cpu-py312-ubuntu22.04-sagemaker"
XGBOOST = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
DEEPAR = "522234722520.dkr.ecr.us-east-1.amazonaws.com/forecasting-deepar:1"


def bucket(account: Account) -> str:
    """The S3 URI of the account's default bucket."""
    return f"s3://sagemaker-{account.region}-{account.account_id}"


def hub_model(account: Account, model: str) -> str:
    """The ARN of a model in SageMaker's public hub."""
    return f"arn:aws:sagemaker:{account.region}:aws:hub-content/SageMakerPublicHub/Model/{model}/1.0.0"


def machines(kind: str, count: int = 1, volume_gb: int = 100, **more: object) -> dict[str, Any]:
    """A ResourceConfig."""
    return {"InstanceType": kind, "InstanceCount": count, "VolumeSizeInGB": volume_gb, **more}


def s3_channel(name: str, uri: str, **more: object) -> dict[str, Any]:
    """One of InputDataConfig, read from an S3 prefix."""
    source = {"S3DataType": "S3Prefix", "S3Uri": uri, "S3DataDistributionType": "FullyReplicated"}
    return {
        "ChannelName": name,
        "DataSource": {"S3DataSource": source},
        "CompressionType": "None",
        "RecordWrapperType": "None",
        **more,
    }


def metric_definitions(*names: str) -> list[dict[str, str]]:
    """MetricDefinitions that look for `name=number`."""
    number = r"([0-9.eE+-]+|nan|inf)"
    return [{"Name": name, "Regex": rf"{name.replace(':', '[:_]')}[=:]\s*{number}"} for name in names]


def xgboost_definitions(*names: str) -> list[dict[str, str]]:
    """MetricDefinitions as XGBoost has them: they expect a tab as the image writes it, `#011`."""
    number = "([-+]?[0-9]*\\.?[0-9]+(?:[eE][-+]?[0-9]+)?)"
    return [{"Name": name, "Regex": rf".*\[[0-9]+\].*#011{name.replace(':', '-')}:{number}.*"} for name in names]


def script_hyperparameters(account: Account, name: str, program: str, **values: object) -> dict[str, str]:
    """HyperParameters as the SageMaker SDK sends them: every value is JSON, the SDK's own ones included."""
    own = {
        "sagemaker_program": f'"{program}"',
        "sagemaker_submit_directory": f'"{bucket(account)}/{name}/source/sourcedir.tar.gz"',
        "sagemaker_container_log_level": "20",
        "sagemaker_job_name": f'"{name}"',
        "sagemaker_region": f'"{account.region}"',
    }
    given = {key: f'"{value}"' if isinstance(value, str) else str(value) for key, value in values.items()}
    return given | own


def rule_members(account: Account, rules: Sequence[Rule]) -> dict[str, Any]:
    """The members that configure `rules`: hooks, profiler, and the two lists of rule configurations."""
    debug = [_rule_configuration(rule) for rule in rules if not rule.profiler]
    profiler = [_rule_configuration(rule) for rule in rules if rule.profiler]
    members: dict[str, Any] = {}
    if debug:
        members["DebugHookConfig"] = {
            "S3OutputPath": f"{bucket(account)}/",
            "CollectionConfigurations": [
                {"CollectionName": "losses", "CollectionParameters": {"save_interval": "50"}},
                {"CollectionName": "gradients", "CollectionParameters": {"save_interval": "500"}},
            ],
        }
        members["DebugRuleConfigurations"] = debug
    if profiler:
        members["ProfilerConfig"] = {
            "S3OutputPath": f"{bucket(account)}/",
            "ProfilingIntervalInMilliseconds": 500,
            "DisableProfiler": False,
        }
        members["ProfilerRuleConfigurations"] = profiler
        members["ProfilingStatus"] = "Enabled"
    return members


def _rule_configuration(rule: Rule) -> dict[str, Any]:
    return {
        "RuleConfigurationName": rule.name,
        "RuleEvaluatorImage": RULE_IMAGE,
        "VolumeSizeInGB": 0,
        "RuleParameters": {"rule_to_invoke": rule.name},
    }


def base(
    account: Account,
    name: str,
    *,
    image: str,
    resources: Mapping[str, Any] | None,
    max_runtime: float = DAY,
    max_wait: float | None = None,
    channels: Sequence[str] = ("train",),
    metrics: Sequence[str] = (),
    tags: Mapping[str, str] | None = None,
    **members: object,
) -> dict[str, Any]:
    """The members of a job that never change; `max_wait` makes it a spot job. Times are seconds."""
    condition = {"MaxRuntimeInSeconds": int(max_runtime)}
    if max_wait is not None:
        condition["MaxWaitTimeInSeconds"] = int(max_wait)
    algorithm: dict[str, Any] = {"TrainingImage": image, "TrainingInputMode": "File"}
    if metrics:
        define = xgboost_definitions if image == XGBOOST else metric_definitions
        algorithm["MetricDefinitions"] = define(*metrics)
    algorithm["EnableSageMakerMetricsTimeSeries"] = bool(metrics)
    document: dict[str, Any] = {
        "TrainingJobName": name,
        "TrainingJobArn": account.arn("training-job", name),
        "AlgorithmSpecification": algorithm,
        "RoleArn": f"arn:aws:iam::{account.account_id}:role/service-role/AmazonSageMaker-ExecutionRole",
        "InputDataConfig": [s3_channel(each, f"{bucket(account)}/datasets/{each}/") for each in channels],
        "OutputDataConfig": {
            "KmsKeyId": "",
            "S3OutputPath": f"{bucket(account)}/models/",
            "CompressionType": "GZIP",
        },
        "StoppingCondition": condition,
        "EnableNetworkIsolation": False,
        "EnableInterContainerTrafficEncryption": False,
        "EnableManagedSpotTraining": max_wait is not None,
        "ProfilingStatus": "Disabled",
    }
    if resources is not None:
        document["ResourceConfig"] = dict(resources)
    if tags:
        document["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
    return document | members


def plain_life(run: float, *, boot: float = 95, pull: float = 160, upload: float = 14) -> tuple[Step, ...]:
    """A life in which nothing goes wrong; all in seconds."""
    return (starting(1), preparing(boot), pulling(pull), training(run), uploading(upload), completed())


def warm_pool(keep_alive: float) -> tuple[PoolChange, ...]:
    """A pool that is kept for `keep_alive` seconds and that no other job takes."""
    return (
        PoolChange(1, "Available", "Resource retained for reuse"),
        PoolChange(
            keep_alive,
            "Terminated",
            "Resource released due to keep alive period expiry",
            retained_seconds=int(keep_alive),
        ),
    )
