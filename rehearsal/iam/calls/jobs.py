"""What SageMaker calls with the role of a job, by the request that starts the job."""

from collections.abc import Iterator, Mapping
from typing import Any

from rehearsal.iam.calls import pages
from rehearsal.iam.calls.call import Call, Caller, run
from rehearsal.iam.calls.parts import encrypts_volume, enters, logs, pulled_by_service, pulls
from rehearsal.iam.calls.storage import gets, reads, writes

type Arguments = Mapping[str, Any]


def processing(caller: Caller, arguments: Arguments) -> Iterator[Call]:
    """Of CreateProcessingJob."""
    vpc_config = arguments.get("NetworkConfig", {}).get("VpcConfig")
    inside = caller.within(vpc_config)
    yield from pulls(caller, arguments["AppSpecification"]["ImageUri"], pages.PROCESSING)
    command = " ".join(arguments["AppSpecification"].get("ContainerEntrypoint", []))
    for one in arguments.get("ProcessingInputs", []):
        if source := one.get("S3Input"):
            read = reads(inside, source["S3Uri"], f"reads the input {one['InputName']}", pages.PROCESSING)
            yield from run(read) if source["LocalPath"] in command else read
    for one in arguments.get("ProcessingOutputConfig", {}).get("Outputs", []):
        uri = one["S3Output"]["S3Uri"]
        yield from writes(inside, uri, f"writes the output {one['OutputName']}", pages.PROCESSING)
    cluster = arguments["ProcessingResources"]["ClusterConfig"]
    yield from _runs(caller, cluster.get("VolumeKmsKeyId"), vpc_config, "ProcessingJobs", pages.PROCESSING)


def training(caller: Caller, arguments: Arguments, page: str = pages.TRAINING) -> Iterator[Call]:
    """Of CreateTrainingJob, or of a definition within CreateHyperParameterTuningJob."""
    vpc_config = arguments.get("VpcConfig")
    inside = caller.within(vpc_config)
    if image := arguments["AlgorithmSpecification"].get("TrainingImage"):
        yield from pulls(caller, image, page)
    script = str(arguments.get("HyperParameters", {}).get("sagemaker_submit_directory", ""))
    for channel in arguments.get("InputDataConfig", []):
        if source := channel["DataSource"].get("S3DataSource"):
            name = channel["ChannelName"]
            read = reads(inside, source["S3Uri"], f"reads the channel {name}", page)
            yield from run(read) if f"/opt/ml/input/data/{name}/" in script else read
    yield from writes(inside, arguments["OutputDataConfig"]["S3OutputPath"], "writes the model", page)
    if checkpoints := arguments.get("CheckpointConfig", {}).get("S3Uri"):
        yield from reads(inside, checkpoints, "goes on from checkpoints", pages.CHECKPOINTS)
        yield from writes(inside, checkpoints, "keeps checkpoints", pages.CHECKPOINTS)
    volume_key = arguments.get("ResourceConfig", {}).get("VolumeKmsKeyId")
    yield from _runs(caller, volume_key, vpc_config, "TrainingJobs", page)


def tuning(caller: Caller, arguments: Arguments) -> Iterator[Call]:
    """Of CreateHyperParameterTuningJob: those of its trainings."""
    single = arguments.get("TrainingJobDefinition")
    for one in [single] if single else arguments.get("TrainingJobDefinitions", []):
        yield from training(caller, one, pages.TUNING)


def model(caller: Caller, arguments: Arguments) -> Iterator[Call]:
    """Of CreateModel, once something runs the model: an endpoint or a batch transform."""
    inside = caller.within(arguments.get("VpcConfig"))
    containers = arguments.get("Containers") or [arguments["PrimaryContainer"]]
    for container in containers:
        yield from pulls(caller, container["Image"], pages.MODEL)
        if len(containers) > 1:
            yield from pulled_by_service(caller, container["Image"])
        source = container.get("ModelDataSource", {}).get("S3DataSource", {})
        if uri := container.get("ModelDataUrl", source.get("S3Uri")):
            yield from _archive(inside, uri, source, container.get("ContainerHostname", "the container"))
    yield from enters(caller, arguments.get("VpcConfig"), pages.VPC_OF_MODELS)


def _archive(caller: Caller, uri: str, source: Arguments, hostname: str) -> Iterator[Call]:
    """The archive of a container, which may hold code that it runs."""
    read = reads if source.get("S3DataType") == "S3Prefix" else gets
    yield from run(read(caller, uri, f"reads the model of {hostname}", pages.MODEL))


def transform(caller: Caller, arguments: Arguments, vpc_config: Any) -> Iterator[Call]:
    """Of CreateTransformJob: with the role of the model, in the network of the model."""
    inside = caller.within(vpc_config)
    uri = arguments["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"]
    yield from reads(inside, uri, "reads what is to be transformed", pages.MODEL)
    yield from writes(inside, arguments["TransformOutput"]["S3OutputPath"], "writes the results", pages.MODEL)
    volume_key = arguments["TransformResources"].get("VolumeKmsKeyId")
    yield from encrypts_volume(caller, volume_key, pages.API_PERMISSIONS)
    yield from logs(caller, "/aws/sagemaker/TransformJobs", pages.MODEL)


def _runs(caller: Caller, volume_key: str | None, vpc_config: Any, kind: str, page: str) -> Iterator[Call]:
    """What every job of ours does around its data."""
    yield from encrypts_volume(caller, volume_key, page)
    yield from enters(caller, vpc_config, page)
    yield from logs(caller, f"/aws/sagemaker/{kind}", page)
