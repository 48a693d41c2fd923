"""Wrong calls of SageMaker's API, each with the error code that AWS has for it, and a part of the message."""

from collections.abc import Mapping
from typing import Any

from laptop import BUCKET, PIPELINE, ROLE, SERVING_IMAGE, channel, training

INVALID, IN_USE, NOT_FOUND = "ValidationException", "ResourceInUse", "ResourceNotFound"
ARN = "arn:aws:sagemaker:eu-west-1:000000000000"
EXECUTION = f"{ARN}:pipeline/{PIPELINE}/execution/abcdefghijkl"
TOKEN = {"ClientRequestToken": "w" * 32}
TAGS = [{"Key": str(number), "Value": ""} for number in range(51)]
Call = tuple[str, Mapping[str, Any]]
MALFORMED, UNKNOWN = "SerializationException", "UnknownOperationException"
TRAIN = training("wrong")
VARIANT = {"VariantName": "v", "ModelName": "there", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
CONTAINER = {"Image": SERVING_IMAGE}
SOURCE = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/in"}}
TRANSFORM = {
    "TransformJobName": "wrong",
    "ModelName": "there",
    "TransformInput": {"DataSource": SOURCE},
    "TransformOutput": {"S3OutputPath": f"s3://{BUCKET}/out"},
    "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
}
PROCESSING = {
    "ProcessingJobName": "wrong",
    "RoleArn": ROLE,
    "AppSpecification": {"ImageUri": SERVING_IMAGE, "ContainerEntrypoint": ["python3", "x.py"]},
    "ProcessingResources": {
        "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}
    },
}
TUNING = {
    "HyperParameterTuningJobName": "wrong",
    "HyperParameterTuningJobConfig": {
        "Strategy": "Random",
        "ResourceLimits": {"MaxParallelTrainingJobs": 1, "MaxNumberOfTrainingJobs": 1},
    },
}


def without(arguments: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {key: one for key, one in arguments.items() if key not in names}


def train(**changes: Any) -> Call:
    return "CreateTrainingJob", {**TRAIN, **changes}


def channels(**changes: Any) -> Call:
    return train(InputDataConfig=[{**channel("train"), **changes}])


def model(**changes: Any) -> Call:
    return "CreateModel", {"ModelName": "wrong", "PrimaryContainer": CONTAINER, **changes}


def config(*variants: Mapping[str, Any], **changes: Any) -> Call:
    return "CreateEndpointConfig", {"EndpointConfigName": "wrong", "ProductionVariants": variants, **changes}


CALLS: list[tuple[Call, str, str]] = [
    (("CreateTrainingJob", without(TRAIN, "TrainingJobName")), INVALID, "Value null at 'trainingJobName'"),
    (("CreateTrainingJob", without(TRAIN, "RoleArn")), INVALID, "'roleArn' failed to satisfy constraint"),
    (("CreateTrainingJob", {}), INVALID, "3 validation errors detected"),
    (("CreateTrainingJob", without(TRAIN, "AlgorithmSpecification")), INVALID, "AlgorithmSpecification is"),
    (("CreateTrainingJob", without(TRAIN, "ResourceConfig")), INVALID, "ResourceConfig is missing"),
    (train(TrainingJobName="a_b"), INVALID, "'a_b' at 'trainingJobName' failed to satisfy constraint: Member"),
    (train(TrainingJobName="a" * 64), INVALID, "must satisfy regular expression pattern"),
    (train(TrainingJobName="../x"), INVALID, "must satisfy regular expression pattern"),
    (train(TrainingJobName=5), MALFORMED, "NUMBER_VALUE can not be converted to a String"),
    (train(TrainingJobName=None), INVALID, "Value null at 'trainingJobName'"),
    (train(RoleArn="me"), INVALID, "'me' at 'roleArn'"),
    (train(HyperParameters={"eta": 1}), MALFORMED, "NUMBER_VALUE can not be converted to a String"),
    (train(HyperParameters={"a": "b" * 2501}), INVALID, "Map value must satisfy constraint"),
    (train(HyperParameters={"a" * 257: "b"}), INVALID, "Map keys must satisfy constraint"),
    (train(HyperParameters={f"h{n}": "" for n in range(101)}), INVALID, "length less than or equal to 100"),
    (train(Environment={"1": "b"}), INVALID, "'environment'"),
    (train(ResourceConfig={"InstanceType": "ml.m5.large", "VolumeSizeInGB": 1, "InstanceCount": -1}), INVALID, ""),
    (train(ResourceConfig={"InstanceType": "m5", "VolumeSizeInGB": 1, "InstanceCount": 1}), INVALID, "enum value"),
    (train(ResourceConfig={"VolumeSizeInGB": "1"}), MALFORMED, "STRING_VALUE can not be converted to an Integer"),
    (train(StoppingCondition={"MaxRuntimeInSeconds": 0}), INVALID, "value greater than or equal to 1"),
    (train(StoppingCondition={"MaxRuntimeInSeconds": True}), MALFORMED, "BOOLEAN_VALUE"),
    (train(StoppingCondition=[]), MALFORMED, "START_ARRAY can not be converted to a Structure"),
    (train(OutputDataConfig={}), INVALID, "Value null at 'outputDataConfig.s3OutputPath'"),
    (train(OutputDataConfig={"S3OutputPath": "/out"}), INVALID, "'outputDataConfig.s3OutputPath'"),
    (train(StoppingCondition={"MaxRuntimeInSeconds": 9, "MaxWaitTimeInSeconds": 9}), INVALID, "leave it out"),
    (train(EnableManagedSpotTraining=True), INVALID, "MaxWaitTimeInSeconds is expected"),
    (train(EnableManagedSpotTraining=True, StoppingCondition={"MaxRuntimeInSeconds": 9, "MaxWaitTimeInSeconds": 8}), INVALID, "(9), got 8"),
    (train(AlgorithmSpecification={"TrainingInputMode": "File"}), INVALID, "TrainingImage is missing"),
    (train(InputDataConfig=[channel("a"), channel("b"), channel("a")]), INVALID, "ChannelName a is there 2 times"),
    (train(InputDataConfig={}), MALFORMED, "START_OBJECT can not be converted to a List"),
    (train(InputDataConfig=[channel("a")] * 21), INVALID, "length less than or equal to 20"),
    (channels(ChannelName="a b"), INVALID, "'inputDataConfig.1.member.channelName'"),
    (channels(InputMode="Slow"), INVALID, "enum value set: [Pipe, File, FastFile]"),
    (channels(InputMode="Pipe"), INVALID, "'Pipe' is not supported, only File and FastFile"),
    (channels(DataSource={"FileSystemDataSource": {}}), INVALID, "fileSystemId"),
    (train(Mystery=1), INVALID, "'mystery' is not a member that is known here"),
    (train(TrainingJobName="there"), IN_USE, "training-job/there exists"),
    (train(Tags=[{"Key": "a"}]), INVALID, "'tags.1.member.value'"),
    (train(Tags=[{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]), INVALID, "Duplicate tag keys found: a"),
    (train(Tags=[{"Key": "aws:a", "Value": "1"}]), INVALID, "aws:a is reserved"),
    (("AddTags", {"ResourceArn": f"{ARN}:training-job/there", "Tags": [{"Key": "AWS:a", "Value": ""}]}), INVALID, "is reserved"),
    (("DescribeTrainingJob", {"TrainingJobName": "nobody"}), NOT_FOUND, "training-job/nobody"),
    (("StopTrainingJob", {"TrainingJobName": "nobody"}), NOT_FOUND, "training-job/nobody"),
    (("StopTrainingJob", {"TrainingJobName": "there"}), INVALID, "is in status Completed"),
    (("ListTrainingJobs", {"MaxResults": 101}), INVALID, "value less than or equal to 100"),
    (("ListTrainingJobs", {"NextToken": "x"}), INVALID, "NextToken"),
    (("ListTrainingJobs", {"SortBy": "Mood"}), INVALID, "enum value set"),
    (("DescribeProcessingJob", {"ProcessingJobName": "nobody"}), NOT_FOUND, "processing-job/nobody"),
    (("CreateProcessingJob", without(PROCESSING, "AppSpecification")), INVALID, "'appSpecification'"),
    (("CreateProcessingJob", {**PROCESSING, "ProcessingInputs": [{"InputName": "x", "AppManaged": True}]}), INVALID, "AppManaged"),
    (("DescribeTransformJob", {"TransformJobName": "nobody"}), NOT_FOUND, "transform-job/nobody"),
    (("CreateTransformJob", {**TRANSFORM, "BatchStrategy": "All"}), INVALID, "enum value set"),
    (("CreateTransformJob", {**TRANSFORM, "MaxPayloadInMB": -1}), INVALID, "greater than or equal to 0"),
    (("CreateTransformJob", {**TRANSFORM, "ModelName": "nobody"}), NOT_FOUND, "model/nobody"),
    (("DescribeHyperParameterTuningJob", {"HyperParameterTuningJobName": "nobody"}), NOT_FOUND, "nobody"),
    (("ListTrainingJobsForHyperParameterTuningJob", {"HyperParameterTuningJobName": "nobody"}), NOT_FOUND, "nobody"),
    (("CreateHyperParameterTuningJob", {**TUNING, "HyperParameterTuningJobName": "a" * 33}), INVALID, ""),
    (("CreateHyperParameterTuningJob", TUNING), INVALID, "TrainingJobDefinition"),
    (model(ModelName="there"), INVALID, "model/there exists"),
    (model(PrimaryContainer={}), INVALID, "has no image"),
    (model(Containers=[CONTAINER]), INVALID, "a PrimaryContainer or Containers, not both"),
    (model(PrimaryContainer={**CONTAINER, "ModelDataUrl": f"s3://{BUCKET}/none.tar.gz"}), INVALID, "Could not find"),
    (model(PrimaryContainer={**CONTAINER, "Mode": "MultiModel"}), INVALID, "only SingleModel"),
    (model(PrimaryContainer={**CONTAINER, "Environment": {"A-B": "1"}}), INVALID, "environment"),
    (("DescribeModel", {"ModelName": "nobody"}), INVALID, 'Could not find model "arn:aws:sagemaker:'),
    (("DeleteModel", {"ModelName": "nobody"}), INVALID, 'Could not find model "arn:aws:sagemaker:'),
    (config(), INVALID, "length greater than or equal to 1"),
    (config(VARIANT, {**VARIANT, "VariantName": "w"}), INVALID, "one production variant, not 2"),
    (config({**VARIANT, "ModelName": "nobody"}), INVALID, "Could not find model"),
    (config(VARIANT, AsyncInferenceConfig={"OutputConfig": {}}), INVALID, "no queue for asynchronous inference"),
    (config({**VARIANT, "ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 1}}), INVALID, "serverless"),
    (("DescribeEndpointConfig", {"EndpointConfigName": "nobody"}), INVALID, "Could not find endpoint configuration"),
    (("CreateEndpoint", {"EndpointName": "wrong", "EndpointConfigName": "nobody"}), INVALID, "Could not find endpoint c"),
    (("CreateEndpoint", {"EndpointName": "slipway-dev-shop", "EndpointConfigName": "x"}), INVALID, "exists"),
    (("DescribeEndpoint", {"EndpointName": "nobody"}), INVALID, 'Could not find endpoint "arn:aws:sagemaker:'),
    (("DeleteEndpoint", {"EndpointName": "nobody"}), INVALID, 'Could not find endpoint "arn:aws:sagemaker:'),
    (("UpdateEndpoint", {"EndpointName": "nobody", "EndpointConfigName": "x"}), INVALID, "Could not find endpoint"),
    (("UpdateEndpointWeightsAndCapacities", {"EndpointName": "slipway-dev-shop", "DesiredWeightsAndCapacities": [{"VariantName": "v"}]}), INVALID, "UpdateEndpointWeightsAndCapacities"),
    (("AddTags", {"ResourceArn": "arn:aws:sagemaker:eu-west-1:000000000000:model/nobody", "Tags": []}), INVALID, "Could not find resource"),
    (("ListTags", {"ResourceArn": "me"}), INVALID, "'me' at 'resourceArn'"),
    (("AddTags", {"ResourceArn": f"{ARN}:training-job/there", "Tags": TAGS}), INVALID, "length less than or equal to 50"),
    (("DeleteTags", {"ResourceArn": f"{ARN}:model/nobody", "TagKeys": ["a"]}), INVALID, "Could not find resource"),
    (("DeleteTags", {"ResourceArn": f"{ARN}:model/there", "TagKeys": []}), INVALID, "length greater than or equal to 1"),
    (("StopProcessingJob", {"ProcessingJobName": "nobody"}), NOT_FOUND, "processing-job/nobody"),
    (("StopTransformJob", {"TransformJobName": "nobody"}), NOT_FOUND, "transform-job/nobody"),
    (("StopHyperParameterTuningJob", {"HyperParameterTuningJobName": "nobody"}), NOT_FOUND, "nobody"),
    (("CreatePipeline", {"PipelineName": "wrong", "RoleArn": ROLE, **TOKEN}), INVALID, "give the PipelineDefinition"),
    (("CreatePipeline", {"PipelineName": "a_b", "RoleArn": ROLE, "PipelineDefinition": "{}", **TOKEN}), INVALID, "'pipelineName'"),
    (("CreatePipeline", {"PipelineName": "wrong", "RoleArn": ROLE, "PipelineDefinition": "{}", "ClientRequestToken": "short"}), INVALID, "'clientRequestToken'"),
    (("CreatePipeline", {"PipelineName": PIPELINE, "RoleArn": ROLE, "PipelineDefinition": "{}", **TOKEN}), INVALID, "must be unique"),
    (("UpdatePipeline", {"PipelineName": "nobody"}), NOT_FOUND, "pipeline/nobody"),
    (("UpdatePipeline", {"PipelineName": PIPELINE}), INVALID, "is declared by the template"),
    (("DeletePipeline", {"PipelineName": "nobody", **TOKEN}), NOT_FOUND, "pipeline/nobody"),
    (("DeletePipeline", {"PipelineName": PIPELINE, **TOKEN}), INVALID, "is declared by the template"),
    (("ListPipelineExecutions", {"PipelineName": "nobody"}), NOT_FOUND, "pipeline/nobody"),
    (("ListPipelineExecutions", {"PipelineName": PIPELINE, "NextToken": "x"}), INVALID, "NextToken"),
    (("StartPipelineExecution", {"PipelineName": PIPELINE, "SelectiveExecutionConfig": {"SelectedSteps": [{"StepName": "Fit"}]}, **TOKEN}), INVALID, "SelectiveExecutionConfig is not supported"),
    (("StartPipelineExecution", {"PipelineName": PIPELINE, "PipelineParameters": [{"Name": "a b", "Value": ""}], **TOKEN}), INVALID, "pipelineParameters.1.member.name"),
    (("DescribePipelineExecution", {"PipelineExecutionArn": f"{ARN}:pipeline/x/execution/../../x"}), NOT_FOUND, "pipeline execution"),
    (("ListPipelineParametersForExecution", {"PipelineExecutionArn": EXECUTION}), NOT_FOUND, "pipeline execution"),
    (("DescribePipelineDefinitionForExecution", {"PipelineExecutionArn": EXECUTION}), NOT_FOUND, "pipeline execution"),
    (("DeleteModelPackageGroup", {"ModelPackageGroupName": "nobody"}), INVALID, "nobody"),
    (("UpdateModelPackage", {"ModelPackageArn": f"{ARN}:model-package/g/1", "ModelApprovalStatus": "Maybe"}), INVALID, "enum value set"),
    (("UpdateModelPackage", {"ModelPackageArn": f"{ARN}:model-package/g/1", "ModelApprovalStatus": "Approved"}), INVALID, "model-package/g/1"),
    (("ListModelPackages", {"ModelPackageGroupName": "nobody"}), INVALID, "nobody"),
    (("CreateNotebookInstance", {}), UNKNOWN, "CreateNotebookInstance is not implemented here; implemented are: AddT"),
]  # fmt: skip
