"""Every argument of the jobs that pipelines start, and its effect here."""

from collections.abc import Mapping
from typing import Any

from assembly.rules import ACTED, WITHOUT, Acted, Only, Refused, Rule, refusals
from local.errors import JobError

_FROM_S3 = Refused("the runner reads objects of S3")
_ENTRYPOINT = Refused("the runner starts an image as `train`")
_NO_SHUFFLE = Refused("the runner gives objects in the order of their names")

_INSTANCES: Mapping[str, Rule] = {
    "CapacityReservationConfig": WITHOUT,
    "InstanceCount": ACTED,
    "InstanceGroups": Refused("the instances of a job are alike here"),
    "InstancePlacementConfig": WITHOUT,
    "InstancePreferences": WITHOUT,
    "InstanceType": ACTED,
    "KeepAlivePeriodInSeconds": WITHOUT,
    "SelectedInstanceCount": WITHOUT,
    "SelectedInstanceType": WITHOUT,
    "TrainingPlanArn": WITHOUT,
    "VolumeKmsKeyId": WITHOUT,
    "VolumeSizeInGB": WITHOUT,
}
_CHANNEL = Acted(
    {
        "ChannelName": ACTED,
        "CompressionType": Only(("None",)),
        "ContentType": ACTED,
        "DataSource": Acted(
            {
                "DatasetSource": _FROM_S3,
                "FileSystemDataSource": _FROM_S3,
                "S3DataSource": Acted(
                    {
                        "AttributeNames": Refused("the runner does not read augmented manifests"),
                        "HubAccessConfig": _FROM_S3,
                        "InstanceGroupNames": Refused("the instances of a job are alike here"),
                        "ModelAccessConfig": WITHOUT,
                        "S3DataDistributionType": ACTED,
                        "S3DataType": Only(("S3Prefix",)),
                        "S3Uri": ACTED,
                    }
                ),
            }
        ),
        "InputMode": Only(("File", "FastFile")),
        "RecordWrapperType": Only(("None",)),
        "ShuffleConfig": _NO_SHUFFLE,
    }
)
_TRAINED: Mapping[str, Rule] = {
    "AlgorithmSpecification": Acted(
        {
            "AlgorithmName": Refused("the runner starts images, and no algorithms of a marketplace"),
            "ContainerArguments": _ENTRYPOINT,
            "ContainerEntrypoint": _ENTRYPOINT,
            "EnableSageMakerMetricsTimeSeries": WITHOUT,
            "MetricDefinitions": ACTED,
            "TrainingImage": ACTED,
            "TrainingImageConfig": WITHOUT,
            "TrainingInputMode": Only(("File", "FastFile")),
        }
    ),
    "CheckpointConfig": ACTED,
    "EnableInterContainerTrafficEncryption": WITHOUT,
    "EnableManagedSpotTraining": WITHOUT,
    "EnableNetworkIsolation": WITHOUT,
    "Environment": ACTED,
    "InputDataConfig": _CHANNEL,
    "OutputDataConfig": Acted(
        {"CompressionType": Only(("GZIP",)), "KmsKeyId": WITHOUT, "S3OutputPath": ACTED}
    ),
    "ResourceConfig": Acted(_INSTANCES),
    "RetryStrategy": WITHOUT,
    "RoleArn": WITHOUT,
    "StoppingCondition": Acted(
        {
            "MaxPendingTimeInSeconds": WITHOUT,
            "MaxRuntimeInSeconds": ACTED,
            "MaxWaitTimeInSeconds": WITHOUT,
        }
    ),
    "VpcConfig": WITHOUT,
}
TRAINING = Acted(
    {
        **_TRAINED,
        "DebugHookConfig": WITHOUT,
        "DebugRuleConfigurations": WITHOUT,
        "ExperimentConfig": WITHOUT,
        "HyperParameters": ACTED,
        "InfraCheckConfig": WITHOUT,
        "MlflowConfig": WITHOUT,
        "ModelPackageConfig": Refused("the runner does not begin with a model package"),
        "ProfilerConfig": WITHOUT,
        "ProfilerRuleConfigurations": WITHOUT,
        "RemoteDebugConfig": WITHOUT,
        "ServerlessJobConfig": Refused("the runner starts images, and no serverless jobs"),
        "SessionChainingConfig": WITHOUT,
        "Tags": WITHOUT,
        "TensorBoardOutputConfig": WITHOUT,
        "TrainingJobName": WITHOUT,
    }
)
PROCESSING = Acted(
    {
        "AppSpecification": ACTED,
        "Environment": ACTED,
        "ExperimentConfig": WITHOUT,
        "NetworkConfig": WITHOUT,
        "ProcessingInputs": Acted(
            {
                "AppManaged": Only((False,)),
                "DatasetDefinition": _FROM_S3,
                "InputName": ACTED,
                "S3Input": Acted(
                    {
                        "LocalPath": ACTED,
                        "S3CompressionType": Only(("None",)),
                        "S3DataDistributionType": ACTED,
                        "S3DataType": Only(("S3Prefix",)),
                        "S3InputMode": Only(("File",)),
                        "S3Uri": ACTED,
                    }
                ),
            }
        ),
        "ProcessingJobName": WITHOUT,
        "ProcessingOutputConfig": Acted(
            {
                "KmsKeyId": WITHOUT,
                "Outputs": Acted(
                    {
                        "AppManaged": Only((False,)),
                        "FeatureStoreOutput": Refused("the runner writes to S3"),
                        "OutputName": ACTED,
                        "S3Output": Acted(
                            {"LocalPath": ACTED, "S3UploadMode": Only(("EndOfJob",)), "S3Uri": ACTED}
                        ),
                    }
                ),
            }
        ),
        "ProcessingResources": Acted({"ClusterConfig": Acted(_INSTANCES)}),
        "RoleArn": WITHOUT,
        "StoppingCondition": ACTED,
        "Tags": WITHOUT,
    }
)
TRANSFORM = Acted(
    {
        "BatchStrategy": ACTED,
        "DataCaptureConfig": WITHOUT,
        "DataProcessing": ACTED,
        "Environment": ACTED,
        "ExperimentConfig": WITHOUT,
        "MaxConcurrentTransforms": ACTED,
        "MaxPayloadInMB": ACTED,
        "ModelClientConfig": ACTED,
        "ModelName": ACTED,
        "Tags": WITHOUT,
        "TransformInput": ACTED,
        "TransformJobName": WITHOUT,
        "TransformOutput": Acted(
            {"Accept": ACTED, "AssembleWith": ACTED, "KmsKeyId": WITHOUT, "S3OutputPath": ACTED}
        ),
        "TransformResources": WITHOUT,
    }
)
_RANGES = Acted(
    {
        "AutoParameters": Refused("the runner tunes the ranges that are given"),
        "CategoricalParameterRanges": ACTED,
        "ContinuousParameterRanges": ACTED,
        "IntegerParameterRanges": ACTED,
    }
)
_TUNED = Acted(
    {
        **_TRAINED,
        "DefinitionName": ACTED,
        "HyperParameterRanges": _RANGES,
        "HyperParameterTuningResourceConfig": ACTED,
        "StaticHyperParameters": ACTED,
        "TuningObjective": ACTED,
    }
)
TUNING = Acted(
    {
        "Autotune": Refused("the runner tunes the ranges that are given"),
        "HyperParameterTuningJobConfig": Acted(
            {
                "HyperParameterTuningJobObjective": ACTED,
                "ParameterRanges": _RANGES,
                "RandomSeed": ACTED,
                "ResourceLimits": Acted(
                    {
                        "MaxNumberOfTrainingJobs": ACTED,
                        "MaxParallelTrainingJobs": ACTED,
                        "MaxRuntimeInSeconds": Refused("the runner ends a tuning by its number of trainings"),
                    }
                ),
                "Strategy": ACTED,
                "StrategyConfig": ACTED,
                "TrainingJobEarlyStoppingType": ACTED,
                "TuningJobCompletionCriteria": Refused("the runner ends a tuning by its number of trainings"),
            }
        ),
        "HyperParameterTuningJobName": WITHOUT,
        "Tags": WITHOUT,
        "TrainingJobDefinition": _TUNED,
        "TrainingJobDefinitions": _TUNED,
        "WarmStartConfig": ACTED,
    }
)


def refuse(rule: Rule, arguments: Mapping[str, Any]) -> None:
    """Raise JobError for the first argument with which the job would run otherwise here than on SageMaker."""
    for one in refusals(rule, arguments):
        raise JobError(str(one))
