"""Where every member of DescribeTrainingJob is shown, under which label, and how: data only.

A test holds both tables against the installed botocore model, so that a new member of the service fails the build
until someone gives it a room. Both are in the order of that model, which is the order of the screen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Room(StrEnum):
    """A pane of the screen, a section of `sagetop show`."""

    OVERVIEW = "overview"
    TIMELINE = "timeline"
    RESOURCES = "resources"
    RULES = "rules"
    METRICS = "metrics"
    CONFIG = "config"
    DATA = "data"


class Format(StrEnum):
    """How a value is written."""

    TEXT = "text"
    TIME = "time"
    SECONDS = "seconds"
    COUNT = "count"
    GIGABYTES = "gigabytes"
    MILLISECONDS = "milliseconds"
    NUMBER = "number"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Spec:
    """What is known of one leaf of the response."""

    room: Room
    label: str
    """The service's own spelling; unambiguous within one entry of a list, or else within one top-level member."""
    format: Format = Format.TEXT
    sensitive: bool = False
    """Whether people put secrets here: values that look like one are masked."""


MEMBERS: Final[Mapping[str, Room]] = {
    "TrainingJobName": Room.OVERVIEW,
    "TrainingJobArn": Room.OVERVIEW,
    "TuningJobArn": Room.OVERVIEW,
    "LabelingJobArn": Room.OVERVIEW,
    "AutoMLJobArn": Room.OVERVIEW,
    "ModelArtifacts": Room.DATA,
    "TrainingJobStatus": Room.OVERVIEW,
    "SecondaryStatus": Room.OVERVIEW,
    "FailureReason": Room.OVERVIEW,
    "HyperParameters": Room.CONFIG,
    "AlgorithmSpecification": Room.CONFIG,
    "RoleArn": Room.CONFIG,
    "InputDataConfig": Room.DATA,
    "OutputDataConfig": Room.DATA,
    "ResourceConfig": Room.RESOURCES,
    "WarmPoolStatus": Room.RESOURCES,
    "VpcConfig": Room.RESOURCES,
    "StoppingCondition": Room.RESOURCES,
    "CreationTime": Room.OVERVIEW,
    "TrainingStartTime": Room.OVERVIEW,
    "TrainingEndTime": Room.OVERVIEW,
    "LastModifiedTime": Room.OVERVIEW,
    "SecondaryStatusTransitions": Room.TIMELINE,
    "FinalMetricDataList": Room.METRICS,
    "EnableNetworkIsolation": Room.RESOURCES,
    "EnableInterContainerTrafficEncryption": Room.RESOURCES,
    "EnableManagedSpotTraining": Room.RESOURCES,
    "CheckpointConfig": Room.DATA,
    "TrainingTimeInSeconds": Room.RESOURCES,
    "BillableTimeInSeconds": Room.RESOURCES,
    "BillableTokenCount": Room.RESOURCES,
    "DebugHookConfig": Room.RULES,
    "ExperimentConfig": Room.CONFIG,
    "DebugRuleConfigurations": Room.RULES,
    "TensorBoardOutputConfig": Room.CONFIG,
    "DebugRuleEvaluationStatuses": Room.RULES,
    "ProfilerConfig": Room.RULES,
    "ProfilerRuleConfigurations": Room.RULES,
    "ProfilerRuleEvaluationStatuses": Room.RULES,
    "ProfilingStatus": Room.RULES,
    "Environment": Room.CONFIG,
    "RetryStrategy": Room.RESOURCES,
    "RemoteDebugConfig": Room.RESOURCES,
    "InfraCheckConfig": Room.RESOURCES,
    "ServerlessJobConfig": Room.CONFIG,
    "MlflowConfig": Room.CONFIG,
    "ModelPackageConfig": Room.CONFIG,
    "MlflowDetails": Room.CONFIG,
    "ProgressInfo": Room.OVERVIEW,
    "OutputModelPackageArn": Room.DATA,
}
"""The room of each top-level member; single leaves may live elsewhere."""

CATALOGUE: Final[Mapping[str, Spec]] = {
    "TrainingJobName": Spec(Room.OVERVIEW, "TrainingJobName"),
    "TrainingJobArn": Spec(Room.OVERVIEW, "TrainingJobArn"),
    "TuningJobArn": Spec(Room.OVERVIEW, "TuningJobArn"),
    "LabelingJobArn": Spec(Room.OVERVIEW, "LabelingJobArn"),
    "AutoMLJobArn": Spec(Room.OVERVIEW, "AutoMLJobArn"),
    "ModelArtifacts.S3ModelArtifacts": Spec(Room.DATA, "S3ModelArtifacts"),
    "TrainingJobStatus": Spec(Room.OVERVIEW, "TrainingJobStatus"),
    "SecondaryStatus": Spec(Room.OVERVIEW, "SecondaryStatus"),
    "FailureReason": Spec(Room.OVERVIEW, "FailureReason", sensitive=True),
    "HyperParameters{*}": Spec(Room.CONFIG, "HyperParameters", sensitive=True),
    "AlgorithmSpecification.TrainingImage": Spec(Room.CONFIG, "TrainingImage"),
    "AlgorithmSpecification.AlgorithmName": Spec(Room.CONFIG, "AlgorithmName"),
    "AlgorithmSpecification.TrainingInputMode": Spec(Room.CONFIG, "TrainingInputMode"),
    "AlgorithmSpecification.MetricDefinitions[*].Name": Spec(Room.METRICS, "Name"),
    "AlgorithmSpecification.MetricDefinitions[*].Regex": Spec(Room.METRICS, "Regex"),
    "AlgorithmSpecification.EnableSageMakerMetricsTimeSeries": Spec(
        Room.METRICS, "EnableSageMakerMetricsTimeSeries", Format.FLAG
    ),
    "AlgorithmSpecification.ContainerEntrypoint[*]": Spec(Room.CONFIG, "ContainerEntrypoint", sensitive=True),
    "AlgorithmSpecification.ContainerArguments[*]": Spec(Room.CONFIG, "ContainerArguments", sensitive=True),
    "AlgorithmSpecification.TrainingImageConfig.TrainingRepositoryAccessMode": Spec(
        Room.CONFIG, "TrainingRepositoryAccessMode"
    ),
    (
        "AlgorithmSpecification.TrainingImageConfig.TrainingRepositoryAuthConfig"
        ".TrainingRepositoryCredentialsProviderArn"
    ): Spec(Room.CONFIG, "TrainingRepositoryCredentialsProviderArn"),
    "RoleArn": Spec(Room.CONFIG, "RoleArn"),
    "InputDataConfig[*].ChannelName": Spec(Room.DATA, "ChannelName"),
    "InputDataConfig[*].DataSource.S3DataSource.S3DataType": Spec(Room.DATA, "S3DataType"),
    "InputDataConfig[*].DataSource.S3DataSource.S3Uri": Spec(Room.DATA, "S3Uri"),
    "InputDataConfig[*].DataSource.S3DataSource.S3DataDistributionType": Spec(Room.DATA, "S3DataDistributionType"),
    "InputDataConfig[*].DataSource.S3DataSource.AttributeNames[*]": Spec(Room.DATA, "AttributeNames"),
    "InputDataConfig[*].DataSource.S3DataSource.InstanceGroupNames[*]": Spec(Room.DATA, "InstanceGroupNames"),
    "InputDataConfig[*].DataSource.S3DataSource.ModelAccessConfig.AcceptEula": Spec(
        Room.DATA, "ModelAccessConfig.AcceptEula", Format.FLAG
    ),
    "InputDataConfig[*].DataSource.S3DataSource.HubAccessConfig.HubContentArn": Spec(Room.DATA, "HubContentArn"),
    "InputDataConfig[*].DataSource.FileSystemDataSource.FileSystemId": Spec(Room.DATA, "FileSystemId"),
    "InputDataConfig[*].DataSource.FileSystemDataSource.FileSystemAccessMode": Spec(
        Room.DATA, "FileSystemAccessMode"
    ),
    "InputDataConfig[*].DataSource.FileSystemDataSource.FileSystemType": Spec(Room.DATA, "FileSystemType"),
    "InputDataConfig[*].DataSource.FileSystemDataSource.DirectoryPath": Spec(Room.DATA, "DirectoryPath"),
    "InputDataConfig[*].DataSource.DatasetSource.DatasetArn": Spec(Room.DATA, "DatasetArn"),
    "InputDataConfig[*].ContentType": Spec(Room.DATA, "ContentType"),
    "InputDataConfig[*].CompressionType": Spec(Room.DATA, "CompressionType"),
    "InputDataConfig[*].RecordWrapperType": Spec(Room.DATA, "RecordWrapperType"),
    "InputDataConfig[*].InputMode": Spec(Room.DATA, "InputMode"),
    "InputDataConfig[*].ShuffleConfig.Seed": Spec(Room.DATA, "ShuffleConfig.Seed"),
    "OutputDataConfig.KmsKeyId": Spec(Room.DATA, "KmsKeyId"),
    "OutputDataConfig.S3OutputPath": Spec(Room.DATA, "S3OutputPath"),
    "OutputDataConfig.CompressionType": Spec(Room.DATA, "CompressionType"),
    "ResourceConfig.InstanceType": Spec(Room.RESOURCES, "InstanceType"),
    "ResourceConfig.InstanceCount": Spec(Room.RESOURCES, "InstanceCount", Format.COUNT),
    "ResourceConfig.VolumeSizeInGB": Spec(Room.RESOURCES, "VolumeSizeInGB", Format.GIGABYTES),
    "ResourceConfig.VolumeKmsKeyId": Spec(Room.RESOURCES, "VolumeKmsKeyId"),
    "ResourceConfig.KeepAlivePeriodInSeconds": Spec(Room.RESOURCES, "KeepAlivePeriodInSeconds", Format.SECONDS),
    "ResourceConfig.InstanceGroups[*].InstanceType": Spec(Room.RESOURCES, "InstanceType"),
    "ResourceConfig.InstanceGroups[*].InstanceCount": Spec(Room.RESOURCES, "InstanceCount", Format.COUNT),
    "ResourceConfig.InstanceGroups[*].InstanceGroupName": Spec(Room.RESOURCES, "InstanceGroupName"),
    "ResourceConfig.TrainingPlanArn": Spec(Room.RESOURCES, "TrainingPlanArn"),
    "ResourceConfig.InstancePlacementConfig.EnableMultipleJobs": Spec(
        Room.RESOURCES, "EnableMultipleJobs", Format.FLAG
    ),
    "ResourceConfig.InstancePlacementConfig.PlacementSpecifications[*].UltraServerId": Spec(
        Room.RESOURCES, "UltraServerId"
    ),
    "ResourceConfig.InstancePlacementConfig.PlacementSpecifications[*].InstanceCount": Spec(
        Room.RESOURCES, "InstanceCount", Format.COUNT
    ),
    "ResourceConfig.InstancePreferences[*].InstanceType": Spec(Room.RESOURCES, "InstanceType"),
    "ResourceConfig.InstancePreferences[*].InstanceCount": Spec(Room.RESOURCES, "InstanceCount", Format.COUNT),
    "ResourceConfig.InstancePreferences[*].TrainingPlanArns[*]": Spec(Room.RESOURCES, "TrainingPlanArns"),
    "ResourceConfig.SelectedInstanceType": Spec(Room.RESOURCES, "SelectedInstanceType"),
    "ResourceConfig.SelectedInstanceCount": Spec(Room.RESOURCES, "SelectedInstanceCount", Format.COUNT),
    "WarmPoolStatus.Status": Spec(Room.RESOURCES, "Status"),
    "WarmPoolStatus.ResourceRetainedBillableTimeInSeconds": Spec(
        Room.RESOURCES, "ResourceRetainedBillableTimeInSeconds", Format.SECONDS
    ),
    "WarmPoolStatus.ReusedByJob": Spec(Room.RESOURCES, "ReusedByJob"),
    "VpcConfig.SecurityGroupIds[*]": Spec(Room.RESOURCES, "SecurityGroupIds"),
    "VpcConfig.Subnets[*]": Spec(Room.RESOURCES, "Subnets"),
    "StoppingCondition.MaxRuntimeInSeconds": Spec(Room.RESOURCES, "MaxRuntimeInSeconds", Format.SECONDS),
    "StoppingCondition.MaxWaitTimeInSeconds": Spec(Room.RESOURCES, "MaxWaitTimeInSeconds", Format.SECONDS),
    "StoppingCondition.MaxPendingTimeInSeconds": Spec(Room.RESOURCES, "MaxPendingTimeInSeconds", Format.SECONDS),
    "CreationTime": Spec(Room.OVERVIEW, "CreationTime", Format.TIME),
    "TrainingStartTime": Spec(Room.OVERVIEW, "TrainingStartTime", Format.TIME),
    "TrainingEndTime": Spec(Room.OVERVIEW, "TrainingEndTime", Format.TIME),
    "LastModifiedTime": Spec(Room.OVERVIEW, "LastModifiedTime", Format.TIME),
    "SecondaryStatusTransitions[*].Status": Spec(Room.TIMELINE, "Status"),
    "SecondaryStatusTransitions[*].StartTime": Spec(Room.TIMELINE, "StartTime", Format.TIME),
    "SecondaryStatusTransitions[*].EndTime": Spec(Room.TIMELINE, "EndTime", Format.TIME),
    "SecondaryStatusTransitions[*].StatusMessage": Spec(Room.TIMELINE, "StatusMessage", sensitive=True),
    "FinalMetricDataList[*].MetricName": Spec(Room.METRICS, "MetricName"),
    "FinalMetricDataList[*].Value": Spec(Room.METRICS, "Value", Format.NUMBER),
    "FinalMetricDataList[*].Timestamp": Spec(Room.METRICS, "Timestamp", Format.TIME),
    "EnableNetworkIsolation": Spec(Room.RESOURCES, "EnableNetworkIsolation", Format.FLAG),
    "EnableInterContainerTrafficEncryption": Spec(
        Room.RESOURCES, "EnableInterContainerTrafficEncryption", Format.FLAG
    ),
    "EnableManagedSpotTraining": Spec(Room.RESOURCES, "EnableManagedSpotTraining", Format.FLAG),
    "CheckpointConfig.S3Uri": Spec(Room.DATA, "S3Uri"),
    "CheckpointConfig.LocalPath": Spec(Room.DATA, "LocalPath"),
    "TrainingTimeInSeconds": Spec(Room.RESOURCES, "TrainingTimeInSeconds", Format.SECONDS),
    "BillableTimeInSeconds": Spec(Room.RESOURCES, "BillableTimeInSeconds", Format.SECONDS),
    "BillableTokenCount": Spec(Room.RESOURCES, "BillableTokenCount", Format.COUNT),
    "DebugHookConfig.LocalPath": Spec(Room.RULES, "LocalPath"),
    "DebugHookConfig.S3OutputPath": Spec(Room.RULES, "S3OutputPath"),
    "DebugHookConfig.HookParameters{*}": Spec(Room.RULES, "HookParameters", sensitive=True),
    "DebugHookConfig.CollectionConfigurations[*].CollectionName": Spec(Room.RULES, "CollectionName"),
    "DebugHookConfig.CollectionConfigurations[*].CollectionParameters{*}": Spec(
        Room.RULES, "CollectionParameters", sensitive=True
    ),
    "ExperimentConfig.ExperimentName": Spec(Room.CONFIG, "ExperimentName"),
    "ExperimentConfig.TrialName": Spec(Room.CONFIG, "TrialName"),
    "ExperimentConfig.TrialComponentDisplayName": Spec(Room.CONFIG, "TrialComponentDisplayName"),
    "ExperimentConfig.RunName": Spec(Room.CONFIG, "RunName"),
    "DebugRuleConfigurations[*].RuleConfigurationName": Spec(Room.RULES, "RuleConfigurationName"),
    "DebugRuleConfigurations[*].LocalPath": Spec(Room.RULES, "LocalPath"),
    "DebugRuleConfigurations[*].S3OutputPath": Spec(Room.RULES, "S3OutputPath"),
    "DebugRuleConfigurations[*].RuleEvaluatorImage": Spec(Room.RULES, "RuleEvaluatorImage"),
    "DebugRuleConfigurations[*].InstanceType": Spec(Room.RULES, "InstanceType"),
    "DebugRuleConfigurations[*].VolumeSizeInGB": Spec(Room.RULES, "VolumeSizeInGB", Format.GIGABYTES),
    "DebugRuleConfigurations[*].RuleParameters{*}": Spec(Room.RULES, "RuleParameters", sensitive=True),
    "TensorBoardOutputConfig.LocalPath": Spec(Room.CONFIG, "LocalPath"),
    "TensorBoardOutputConfig.S3OutputPath": Spec(Room.CONFIG, "S3OutputPath"),
    "DebugRuleEvaluationStatuses[*].RuleConfigurationName": Spec(Room.RULES, "RuleConfigurationName"),
    "DebugRuleEvaluationStatuses[*].RuleEvaluationJobArn": Spec(Room.RULES, "RuleEvaluationJobArn"),
    "DebugRuleEvaluationStatuses[*].RuleEvaluationStatus": Spec(Room.RULES, "RuleEvaluationStatus"),
    "DebugRuleEvaluationStatuses[*].StatusDetails": Spec(Room.RULES, "StatusDetails", sensitive=True),
    "DebugRuleEvaluationStatuses[*].LastModifiedTime": Spec(Room.RULES, "LastModifiedTime", Format.TIME),
    "ProfilerConfig.S3OutputPath": Spec(Room.RULES, "S3OutputPath"),
    "ProfilerConfig.ProfilingIntervalInMilliseconds": Spec(
        Room.RULES, "ProfilingIntervalInMilliseconds", Format.MILLISECONDS
    ),
    "ProfilerConfig.ProfilingParameters{*}": Spec(Room.RULES, "ProfilingParameters", sensitive=True),
    "ProfilerConfig.DisableProfiler": Spec(Room.RULES, "DisableProfiler", Format.FLAG),
    "ProfilerRuleConfigurations[*].RuleConfigurationName": Spec(Room.RULES, "RuleConfigurationName"),
    "ProfilerRuleConfigurations[*].LocalPath": Spec(Room.RULES, "LocalPath"),
    "ProfilerRuleConfigurations[*].S3OutputPath": Spec(Room.RULES, "S3OutputPath"),
    "ProfilerRuleConfigurations[*].RuleEvaluatorImage": Spec(Room.RULES, "RuleEvaluatorImage"),
    "ProfilerRuleConfigurations[*].InstanceType": Spec(Room.RULES, "InstanceType"),
    "ProfilerRuleConfigurations[*].VolumeSizeInGB": Spec(Room.RULES, "VolumeSizeInGB", Format.GIGABYTES),
    "ProfilerRuleConfigurations[*].RuleParameters{*}": Spec(Room.RULES, "RuleParameters", sensitive=True),
    "ProfilerRuleEvaluationStatuses[*].RuleConfigurationName": Spec(Room.RULES, "RuleConfigurationName"),
    "ProfilerRuleEvaluationStatuses[*].RuleEvaluationJobArn": Spec(Room.RULES, "RuleEvaluationJobArn"),
    "ProfilerRuleEvaluationStatuses[*].RuleEvaluationStatus": Spec(Room.RULES, "RuleEvaluationStatus"),
    "ProfilerRuleEvaluationStatuses[*].StatusDetails": Spec(Room.RULES, "StatusDetails", sensitive=True),
    "ProfilerRuleEvaluationStatuses[*].LastModifiedTime": Spec(Room.RULES, "LastModifiedTime", Format.TIME),
    "ProfilingStatus": Spec(Room.RULES, "ProfilingStatus"),
    "Environment{*}": Spec(Room.CONFIG, "Environment", sensitive=True),
    "RetryStrategy.MaximumRetryAttempts": Spec(Room.RESOURCES, "MaximumRetryAttempts", Format.COUNT),
    "RemoteDebugConfig.EnableRemoteDebug": Spec(Room.RESOURCES, "EnableRemoteDebug", Format.FLAG),
    "InfraCheckConfig.EnableInfraCheck": Spec(Room.RESOURCES, "EnableInfraCheck", Format.FLAG),
    "ServerlessJobConfig.BaseModelArn": Spec(Room.CONFIG, "BaseModelArn"),
    "ServerlessJobConfig.AcceptEula": Spec(Room.CONFIG, "AcceptEula", Format.FLAG),
    "ServerlessJobConfig.JobType": Spec(Room.CONFIG, "JobType"),
    "ServerlessJobConfig.CustomizationTechnique": Spec(Room.CONFIG, "CustomizationTechnique"),
    "ServerlessJobConfig.Peft": Spec(Room.CONFIG, "Peft"),
    "ServerlessJobConfig.EvaluationType": Spec(Room.CONFIG, "EvaluationType"),
    "ServerlessJobConfig.EvaluatorArn": Spec(Room.CONFIG, "EvaluatorArn"),
    "ServerlessJobConfig.SequenceLength": Spec(Room.CONFIG, "SequenceLength"),
    "MlflowConfig.MlflowResourceArn": Spec(Room.CONFIG, "MlflowResourceArn"),
    "MlflowConfig.MlflowExperimentName": Spec(Room.CONFIG, "MlflowExperimentName"),
    "MlflowConfig.MlflowRunName": Spec(Room.CONFIG, "MlflowRunName"),
    "ModelPackageConfig.ModelPackageGroupArn": Spec(Room.CONFIG, "ModelPackageGroupArn"),
    "ModelPackageConfig.SourceModelPackageArn": Spec(Room.CONFIG, "SourceModelPackageArn"),
    "MlflowDetails.MlflowExperimentId": Spec(Room.CONFIG, "MlflowExperimentId"),
    "MlflowDetails.MlflowRunId": Spec(Room.CONFIG, "MlflowRunId"),
    "ProgressInfo.TotalStepCountPerEpoch": Spec(Room.OVERVIEW, "TotalStepCountPerEpoch", Format.COUNT),
    "ProgressInfo.CurrentStep": Spec(Room.OVERVIEW, "CurrentStep", Format.COUNT),
    "ProgressInfo.CurrentEpoch": Spec(Room.OVERVIEW, "CurrentEpoch", Format.COUNT),
    "ProgressInfo.MaxEpoch": Spec(Room.OVERVIEW, "MaxEpoch", Format.COUNT),
    "OutputModelPackageArn": Spec(Room.DATA, "OutputModelPackageArn"),
}
"""Every leaf by its pattern: positions of a list as `[*]`, values of a map as `{*}`."""
