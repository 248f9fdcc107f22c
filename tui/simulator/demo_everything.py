"""The demo's job that has every member of DescribeTrainingJob, even those that exclude one another."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tui.simulator.account import Account
from tui.simulator.demo_parts import HOUR, MINUTE, PYTORCH, RULE_IMAGE, bucket, hub_model
from tui.simulator.jobs import ScriptedJob
from tui.simulator.script import (
    PoolChange,
    Progress,
    Rule,
    Script,
    Verdict,
    failed,
    preparing,
    pulling,
    starting,
    training,
    uploading,
)

NAME = "kitchen-sink-everything"


def everything(account: Account, now: datetime) -> ScriptedJob:
    """A failed job that nonetheless has all 150 leaves."""
    details = "RuleEvaluationConditionMet: Evaluation of the rule at step 640 resulted in the condition being met\n"
    script = Script(
        steps=(starting(1), preparing(90), pulling(140), training(49 * MINUTE), uploading(12), failed()),
        rules=(
            Rule("ExplodingTensor", (Verdict("IssuesFound", 20 * MINUTE, details),)),
            Rule("GPUMemoryIncrease", (Verdict("IssuesFound", 30 * MINUTE, details),), profiler=True),
        ),
        pool=(
            PoolChange(1, "Available", "Failed - Resource retained for reuse"),
            PoolChange(
                9 * MINUTE,
                "Reused",
                "Failed - Resource reused by training job: kitchen-sink-again",
                retained_seconds=540,
                reused_by="kitchen-sink-again",
            ),
        ),
        progress=Progress(steps_per_epoch=500, epochs=4),
        metrics=(("train:loss", 0.693099975585938), ("eval:loss", float(2**-7))),
        failure_reason="AlgorithmError: framework error: \nerror: Loss is NaN at step 1893, exit code: 1",
        selected=("ml.g5.12xlarge", 2),
    )
    members = {**_identity(account), **_inputs(account), **_resources(account), **_extras(account)}
    return ScriptedJob(members, script, now - timedelta(seconds=3 * HOUR))


def _identity(account: Account) -> dict[str, Any]:
    name = NAME
    return {
        "TrainingJobName": name,
        "TrainingJobArn": account.arn("training-job", name),
        "TuningJobArn": account.arn("hyper-parameter-tuning-job", "sink-tune-260412"),
        "LabelingJobArn": account.arn("labeling-job", "sink-labels"),
        "AutoMLJobArn": account.arn("automl-job", "sink-automl"),
        "ModelArtifacts": {"S3ModelArtifacts": f"{bucket(account)}/models/{name}/output/model.tar.gz"},
        "RoleArn": f"arn:aws:iam::{account.account_id}:role/ml-training",
        "AlgorithmSpecification": {
            "TrainingImage": PYTORCH,
            "AlgorithmName": account.arn("algorithm", "in-house-trainer"),
            "TrainingInputMode": "FastFile",
            "MetricDefinitions": [{"Name": "train:loss", "Regex": r"loss=([0-9\.]+)"}],
            "EnableSageMakerMetricsTimeSeries": True,
            "ContainerEntrypoint": ["/opt/ml/code/launch.sh", "--rendezvous", "c10d"],
            "ContainerArguments": ["--token", "hf_" + "ThisIsNotATokenJustDemoText", "--verbose"],
            "TrainingImageConfig": {
                "TrainingRepositoryAccessMode": "Vpc",
                "TrainingRepositoryAuthConfig": {
                    "TrainingRepositoryCredentialsProviderArn": (
                        f"arn:aws:lambda:{account.region}:{account.account_id}:function:registry-login"
                    )
                },
            },
        },
        "HyperParameters": {
            "lr": '"0.0003"',
            "epochs": "4",
            "model.name": '"tiny-gpt"',
            "prompt": '"[bold]not markup[/bold]"',
            "api_key": "not-a-real-key-0000",
        },
        "Environment": {
            "HF_TOKEN": "hf_" + "ThisIsNotATokenJustDemoText",
            "WANDB_API_KEY": "0000notarealkey0000",
            "AWS_SECRET_ACCESS_KEY": "NotASecret/JustDemoText",
            "NCCL_DEBUG": "INFO",
        },
        "Tags": [{"Key": "team", "Value": "platform"}, {"Key": "note", "Value": "every member of the response"}],
    }


def _inputs(account: Account) -> dict[str, Any]:
    return {
        "InputDataConfig": [
            {
                "ChannelName": "train",
                "DataSource": {
                    "S3DataSource": {
                        "S3DataType": "AugmentedManifestFile",
                        "S3Uri": f"{bucket(account)}/manifests/train.jsonl",
                        "S3DataDistributionType": "ShardedByS3Key",
                        "AttributeNames": ["source-ref", "label"],
                        "InstanceGroupNames": ["trainers"],
                        "ModelAccessConfig": {"AcceptEula": True},
                        "HubAccessConfig": {"HubContentArn": hub_model(account, "demo-8b")},
                    }
                },
                "ContentType": "application/jsonlines",
                "CompressionType": "Gzip",
                "RecordWrapperType": "RecordIO",
                "InputMode": "Pipe",
                "ShuffleConfig": {"Seed": 20260412},
            },
            {
                "ChannelName": "corpus",
                "DataSource": {
                    "FileSystemDataSource": {
                        "FileSystemId": "fs-0123456789abcdef0",
                        "FileSystemAccessMode": "ro",
                        "FileSystemType": "FSxLustre",
                        "DirectoryPath": "/fsx/corpus",
                    }
                },
            },
            {
                "ChannelName": "curated",
                "DataSource": {"DatasetSource": {"DatasetArn": account.arn("hub-content", "datasets/curated/1.2.0")}},
            },
        ],
        "OutputDataConfig": {
            "KmsKeyId": "alias/ml-models",
            "S3OutputPath": f"{bucket(account)}/models/",
            "CompressionType": "GZIP",
        },
        "CheckpointConfig": {
            "S3Uri": f"{bucket(account)}/checkpoints/{NAME}/",
            "LocalPath": "/opt/ml/checkpoints",
        },
    }


def _resources(account: Account) -> dict[str, Any]:
    plan = account.arn("training-plan", "demo-plan")
    return {
        "ResourceConfig": {
            "InstanceType": "ml.g5.12xlarge",
            "InstanceCount": 2,
            "VolumeSizeInGB": 250,
            "VolumeKmsKeyId": "alias/ml-volumes",
            "KeepAlivePeriodInSeconds": 1800,
            "InstanceGroups": [
                {"InstanceType": "ml.g5.12xlarge", "InstanceCount": 2, "InstanceGroupName": "trainers"}
            ],
            "TrainingPlanArn": plan,
            "InstancePlacementConfig": {
                "EnableMultipleJobs": True,
                "PlacementSpecifications": [{"UltraServerId": "us-demo-0001", "InstanceCount": 2}],
            },
            "InstancePreferences": [
                {"InstanceType": "ml.g5.12xlarge", "InstanceCount": 2, "TrainingPlanArns": [plan]},
                {"InstanceType": "ml.g6.12xlarge", "InstanceCount": 2},
            ],
        },
        "VpcConfig": {"SecurityGroupIds": ["sg-0123456789abcdef0"], "Subnets": ["subnet-0123456789abcdef0"]},
        "StoppingCondition": {
            "MaxRuntimeInSeconds": 86_400,
            "MaxWaitTimeInSeconds": 172_800,
            "MaxPendingTimeInSeconds": 7200,
        },
        "EnableNetworkIsolation": True,
        "EnableInterContainerTrafficEncryption": True,
        "EnableManagedSpotTraining": True,
        "RetryStrategy": {"MaximumRetryAttempts": 5},
        "RemoteDebugConfig": {"EnableRemoteDebug": True},
        "InfraCheckConfig": {"EnableInfraCheck": True},
    }


def _extras(account: Account) -> dict[str, Any]:
    return {
        "DebugHookConfig": {
            "LocalPath": "/opt/ml/output/tensors",
            "S3OutputPath": f"{bucket(account)}/debug/",
            "HookParameters": {"save_interval": "100"},
            "CollectionConfigurations": [
                {"CollectionName": "weights", "CollectionParameters": {"include_regex": ".*weight"}}
            ],
        },
        "DebugRuleConfigurations": [_rule_configuration(account, "ExplodingTensor")],
        "ProfilerRuleConfigurations": [_rule_configuration(account, "GPUMemoryIncrease")],
        "TensorBoardOutputConfig": {
            "LocalPath": "/opt/ml/output/tensorboard",
            "S3OutputPath": f"{bucket(account)}/tensorboard/",
        },
        "ProfilerConfig": {
            "S3OutputPath": f"{bucket(account)}/profiler/",
            "ProfilingIntervalInMilliseconds": 500,
            "ProfilingParameters": {"FileOpenFailThreshold": "50"},
            "DisableProfiler": False,
        },
        "ProfilingStatus": "Enabled",
        "ExperimentConfig": {
            "ExperimentName": "everything",
            "TrialName": "trial-1",
            "TrialComponentDisplayName": "training",
            "RunName": "run-20260412",
        },
        "BillableTokenCount": 1_048_576,
        "ServerlessJobConfig": {
            "BaseModelArn": account.arn("hub-content", "demo/model/demo-8b/1.0.0"),
            "AcceptEula": True,
            "JobType": "Evaluation",
            "CustomizationTechnique": "RLVR",
            "Peft": "LORA",
            "EvaluationType": "LLMAJEvaluation",
            "EvaluatorArn": account.arn("hub-content", "demo/jsondoc/judge/1.0.0"),
            "SequenceLength": "32K",
        },
        "MlflowConfig": {
            "MlflowResourceArn": account.arn("mlflow-tracking-server", "shared"),
            "MlflowExperimentName": "everything",
            "MlflowRunName": NAME,
        },
        "MlflowDetails": {"MlflowExperimentId": "42", "MlflowRunId": "0f" * 16},
        "ModelPackageConfig": {
            "ModelPackageGroupArn": account.arn("model-package-group", "everything"),
            "SourceModelPackageArn": account.arn("model-package", "everything/3"),
        },
        "OutputModelPackageArn": account.arn("model-package", "everything/4"),
    }


def _rule_configuration(account: Account, name: str) -> dict[str, Any]:
    return {
        "RuleConfigurationName": name,
        "LocalPath": f"/opt/ml/processing/output/rule/{name}",
        "S3OutputPath": f"{bucket(account)}/rules/",
        "RuleEvaluatorImage": RULE_IMAGE,
        "InstanceType": "ml.m5.xlarge",
        "VolumeSizeInGB": 0,
        "RuleParameters": {"rule_to_invoke": name, "threshold": "10"},
    }
