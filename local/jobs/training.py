"""Training jobs: hyperparameters and channels in, a model archive out."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local.containers.container import Layout
from local.containers.images import Image
from local.errors import JobError, StoppedError
from local.jobs.arguments import TRAINING, refuse
from local.jobs.cluster import FULLY_REPLICATED, Cluster, Instance, instance_count
from local.jobs.metrics import Emitted, MetricReader, printed_metrics
from local.jobs.services import Services, longest_time, texts
from local.storage.archive import pack

_SOURCE = "sagemaker_submit_directory"
_CHECKPOINTS = "/opt/ml/checkpoints"
# What SageMaker calls the phases of a training job.
DOWNLOADING, TRAINING_PHASE, UPLOADING = "Downloading", "Training", "Uploading"


class TrainingJob:
    """A training job, from CreateTrainingJob's arguments.

    Runs on as many instances as it asks for, with channels of S3 objects in File mode; FastFile shows a
    container the same files. The model folder becomes `<S3OutputPath>/<name>/output/model.tar.gz`,
    `output/data` the `output.tar.gz` beside it: the first instance's, with what only others have written.
    Each value of each metric that the first instance prints is in `metrics.json` of the job's folder. Once
    `is_enough` of one, the job is ended early and leaves no archive: what is in it depends on the machine.
    """

    def __init__(
        self,
        name: str,
        arguments: Mapping[str, Any],
        services: Services,
        is_enough: Callable[[Emitted], bool] = lambda value: False,
    ) -> None:
        self.emitted: Sequence[Emitted] = []
        self.ended_early = False
        self._is_enough = is_enough
        self._name = name
        self._arguments = arguments
        self._services = services
        self._algorithm = arguments["AlgorithmSpecification"]
        self._channels = {one["ChannelName"]: one for one in arguments.get("InputDataConfig", [])}
        self._checkpoints: Mapping[str, str] = arguments.get("CheckpointConfig", {})
        self._output = f"{arguments['OutputDataConfig']['S3OutputPath'].rstrip('/')}/{name}/output"

    @property
    def description(self) -> dict[str, Any]:
        """The response of DescribeTrainingJob, as far as it is known before the job runs."""
        return {
            **self._arguments,
            "TrainingJobName": self._name,
            "TrainingJobArn": self._arn,
            "ModelArtifacts": {"S3ModelArtifacts": f"{self._output}/model.tar.gz"},
        }

    @property
    def outputs(self) -> Sequence[str]:
        """The S3 prefix under which the job leaves its archives."""
        return [self._output]

    def check(self) -> None:
        """Raise a SlipwayError for an image, a bucket or an argument with which the job cannot run here."""
        refuse(TRAINING, self._arguments)
        instance_count(self._resources)
        printed_metrics(self._algorithm, self._services.images.find(self._algorithm["TrainingImage"]))
        self._services.storage.path(self._output)
        if self._checkpoints:
            self._services.storage.path(self._checkpoints["S3Uri"])
        texts(self._arguments.get("HyperParameters", {}), "the hyperparameter")
        texts(self._arguments.get("Environment", {}), "the environment variable")
        for channel in self._channels.values():
            self._services.storage.path(channel["DataSource"]["S3DataSource"]["S3Uri"])

    def run(self, folder: Path) -> None:
        """Run the job in a folder of its own; raises JobError with the container's reason when it fails."""
        cluster = Cluster.of(self._resources, folder)
        self._services.on_phase(DOWNLOADING)
        for one in cluster.instances:
            self._lay_out(cluster, one)
        image = self._services.images.find(self._algorithm["TrainingImage"])
        environment = {
            "AWS_REGION": self._services.place.region,
            "TRAINING_JOB_NAME": self._name,
            "TRAINING_JOB_ARN": self._arn,
            **self._arguments.get("Environment", {}),
        }
        self._services.on_phase(TRAINING_PHASE)
        reading = self._reading_metrics(cluster.first.log, image, folder)
        with self._keeping_checkpoints(cluster), reading as look:
            cluster.run(
                image,
                dict.fromkeys(cluster.hosts, image.command("train")),
                dict.fromkeys(cluster.hosts, environment),
                timeout=longest_time(self._arguments),
                stopping=self._services.stopping,
                look=look,
            )
        if not self.ended_early:
            self._services.on_phase(UPLOADING)
            self._upload(cluster)

    def _lay_out(self, cluster: Cluster, instance: Instance) -> None:
        layout = instance.layout
        layout.create()
        layout.write_config("hyperparameters", self._hyperparameters(layout))
        layout.write_config("inputdataconfig", self._download_channels(cluster, instance))
        layout.write_config("resourceconfig", self._resource_config(cluster, instance))

    @property
    def _resources(self) -> Mapping[str, Any]:
        resources: Mapping[str, Any] = self._arguments.get("ResourceConfig", {})
        return resources

    @property
    def _arn(self) -> str:
        return self._services.place.arn("sagemaker", f"training-job/{self._name}")

    @contextmanager
    def _reading_metrics(self, log: Path, image: Image, folder: Path) -> Iterator[Callable[[], None]]:
        """A function that reads what is new in the log, and ends the block when that is enough.

        A container that fails once it has printed enough was to be ended anyway.
        """
        reader = MetricReader(log, printed_metrics(self._algorithm, image), folder, self._is_enough)
        try:
            yield lambda: _demand_more(reader)
        except JobError:
            reader.close()
            if not reader.has_enough or self._services.stopping.is_set():
                raise
        finally:
            reader.close()
            self.emitted, self.ended_early = reader.emitted, reader.has_enough

    @contextmanager
    def _keeping_checkpoints(self, cluster: Cluster) -> Iterator[None]:
        """Checkpoints of an interrupted job are there when it starts again, and kept however it ends."""
        if not self._checkpoints:
            yield
            return
        storage, uri = self._services.storage, self._checkpoints["S3Uri"]
        path = self._checkpoints.get("LocalPath", _CHECKPOINTS)
        for one in cluster.instances:
            folder = one.layout.host_path(path)
            folder.mkdir(parents=True, exist_ok=True)
            if storage.exists(uri):
                storage.download(uri, folder)
        try:
            yield
        finally:
            cluster.merge_into_first(path)
            storage.upload(cluster.first.host_path(path), uri)

    def _hyperparameters(self, layout: Layout) -> dict[str, str]:
        """The hyperparameters; a script's source in S3 is fetched here, since the container cannot."""
        hyperparameters = dict(self._arguments.get("HyperParameters", {}))
        source = hyperparameters.get(_SOURCE, "")
        encoded = source.startswith('"')
        uri = json.loads(source) if encoded else source
        if uri.startswith("s3://"):
            (local_path,) = self._services.storage.download(uri, layout.root / "source")
            path = str(local_path.absolute())
            hyperparameters[_SOURCE] = json.dumps(path) if encoded else path
        return hyperparameters

    def _download_channels(self, cluster: Cluster, instance: Instance) -> dict[str, dict[str, str]]:
        config = {}
        for name, channel in self._channels.items():
            source = channel["DataSource"]["S3DataSource"]
            distribution = source.get("S3DataDistributionType", FULLY_REPLICATED)
            folder = instance.layout.channel(name)
            folder.mkdir(parents=True, exist_ok=True)
            self._services.storage.download(source["S3Uri"], folder, cluster.share(instance, distribution))
            config[name] = {
                "TrainingInputMode": "File",
                "S3DistributionType": distribution,
                "RecordWrapperType": "None",
            }
            if "ContentType" in channel:
                config[name]["ContentType"] = channel["ContentType"]
        return config

    def _resource_config(self, cluster: Cluster, instance: Instance) -> dict[str, Any]:
        instance_type = self._resources.get("InstanceType", "local")
        group = {
            "instance_group_name": "homogeneousCluster",
            "instance_type": instance_type,
            "hosts": cluster.hosts,
        }
        return {
            "current_host": instance.host,
            "current_instance_type": instance_type,
            "current_group_name": "homogeneousCluster",
            "hosts": cluster.hosts,
            "instance_groups": [group],
            "network_interface_name": "lo",
        }

    def _upload(self, cluster: Cluster) -> None:
        for folder in ("/opt/ml/model", "/opt/ml/output/data"):
            cluster.merge_into_first(folder)
        layout = cluster.first
        if not any(layout.model.iterdir()):
            raise JobError("the container succeeded but wrote nothing to /opt/ml/model")
        pack(layout.model, self._services.storage.path(f"{self._output}/model.tar.gz"))
        if any((layout.output / "data").iterdir()):
            pack(layout.output / "data", self._services.storage.path(f"{self._output}/output.tar.gz"))


def _demand_more(reader: MetricReader) -> None:
    reader.look()
    if reader.has_enough:
        raise StoppedError("it has printed enough")
