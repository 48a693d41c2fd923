"""Processing jobs: any command over files, with its inputs and outputs at declared paths."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from local.containers.container import Layout
from local.containers.images import Image
from local.errors import JobError
from local.jobs.arguments import PROCESSING, refuse
from local.jobs.cluster import FULLY_REPLICATED, Cluster, Instance, instance_count
from local.jobs.services import Services, longest_time, texts

_ROOT = PurePosixPath("/opt/ml/processing")
_PYTHON = ("python", "python3")


class ProcessingJob:
    """A processing job, from CreateProcessingJob's arguments.

    Runs on as many instances as it asks for. Paths of a container are absolute, but its folders lie elsewhere
    here: an element of the command or an environment variable that is a declared LocalPath, or below one, is
    mapped to them.
    """

    def __init__(self, name: str, arguments: Mapping[str, Any], services: Services) -> None:
        self._name = name
        self._arguments = arguments
        self._services = services
        self._application = arguments["AppSpecification"]
        self._inputs = {one["InputName"]: one for one in arguments.get("ProcessingInputs", [])}
        outputs = arguments.get("ProcessingOutputConfig", {}).get("Outputs", [])
        self._outputs = {one["OutputName"]: one for one in outputs}

    @property
    def description(self) -> dict[str, Any]:
        """The response of DescribeProcessingJob, with inputs and outputs by name, as references use them."""
        return {
            **self._arguments,
            "ProcessingJobName": self._name,
            "ProcessingJobArn": self._services.place.arn("sagemaker", f"processing-job/{self._name}"),
            "ProcessingInputs": self._inputs,
            "ProcessingOutputConfig": {
                **self._arguments.get("ProcessingOutputConfig", {}),
                "Outputs": self._outputs,
            },
        }

    @property
    def outputs(self) -> Sequence[str]:
        """The S3 URIs under which the job leaves its results."""
        return [one["S3Output"]["S3Uri"] for one in self._outputs.values()]

    def check(self) -> None:
        """Raise a SlipwayError for an image, a bucket or an argument with which the job cannot run here."""
        refuse(PROCESSING, self._arguments)
        instance_count(self._resources)
        self._services.images.find(self._application["ImageUri"])
        if not self._application.get("ContainerEntrypoint"):
            raise JobError(
                "the runner starts a processing container by its ContainerEntrypoint; none is given"
            )
        texts(self._arguments.get("Environment", {}), "the environment variable")
        for one in self._inputs.values():
            self._services.storage.path(one["S3Input"]["S3Uri"])
        for one in self._outputs.values():
            self._services.storage.path(one["S3Output"]["S3Uri"])
        for path in self._local_paths():
            if not path.is_relative_to(_ROOT) or ".." in path.parts:
                raise JobError(f"the LocalPath {path} is not below {_ROOT}")

    def run(self, folder: Path) -> None:
        """Run the job in a folder of its own; raises JobError with the container's reason when it fails."""
        cluster = Cluster.of(self._resources, folder)
        for one in cluster.instances:
            self._lay_out(cluster, one)
        image = self._services.images.find(self._application["ImageUri"])
        cluster.run(
            image,
            {one.host: self._command(image, one.layout) for one in cluster.instances},
            {one.host: self._environment(one.layout) for one in cluster.instances},
            timeout=longest_time(self._arguments),
            stopping=self._services.stopping,
        )
        self._upload(cluster)

    def _lay_out(self, cluster: Cluster, instance: Instance) -> None:
        layout = instance.layout
        layout.create()
        self._write_config(cluster, instance)
        for one in self._inputs.values():
            source = one["S3Input"]
            share = cluster.share(instance, source.get("S3DataDistributionType", FULLY_REPLICATED))
            folder = layout.host_path(source["LocalPath"])
            folder.mkdir(parents=True, exist_ok=True)
            self._services.storage.download(source["S3Uri"], folder, share)
        for one in self._outputs.values():
            layout.host_path(one["S3Output"]["LocalPath"]).mkdir(parents=True, exist_ok=True)

    def _upload(self, cluster: Cluster) -> None:
        """Put what all instances have written below each output's prefix; nothing is put anywhere when two
        have written the same object, of which SageMaker would keep one."""
        targets = [(one["S3Output"]["LocalPath"], one["S3Output"]["S3Uri"]) for one in self._outputs.values()]
        for folder, uri in targets:
            for name, written in cluster.files(folder).items():
                if len(written) > 1:
                    hosts = " and ".join(host for host, _ in written)
                    raise JobError(
                        f"{hosts} have both written {name} to {folder}, which is one object of {uri}; "
                        "give each instance's files names of their own, such as part-<host>"
                    )
        for folder, uri in targets:
            for one in cluster.instances:
                self._services.storage.upload(one.layout.host_path(folder), uri)

    @property
    def _resources(self) -> Mapping[str, Any]:
        resources: Mapping[str, Any] = self._arguments.get("ProcessingResources", {}).get("ClusterConfig", {})
        return resources

    def _local_paths(self) -> list[PurePosixPath]:
        ends = [one["S3Input"] for one in self._inputs.values()]
        ends += [one["S3Output"] for one in self._outputs.values()]
        return [PurePosixPath(end["LocalPath"]) for end in ends]

    def _command(self, image: Image, layout: Layout) -> list[str]:
        declared = [
            *self._application["ContainerEntrypoint"],
            *self._application.get("ContainerArguments", []),
        ]
        command = [self._mapped(element, layout) for element in declared]
        if command[0] in _PYTHON:
            command[0] = str(image.python)
        return command

    def _environment(self, layout: Layout) -> dict[str, str]:
        declared = self._arguments.get("Environment", {})
        mapped = {name: self._mapped(value, layout) for name, value in declared.items()}
        return {"AWS_REGION": self._services.place.region, **mapped}

    def _mapped(self, element: str, layout: Layout) -> str:
        path = PurePosixPath(element)
        declared = any(path.is_relative_to(local_path) for local_path in self._local_paths())
        return str(layout.host_path(element)) if declared else element

    def _write_config(self, cluster: Cluster, instance: Instance) -> None:
        folder = instance.layout.base / "config"
        folder.mkdir(parents=True)
        job = {**self._arguments, "ProcessingJobName": self._name}
        (folder / "processingjobconfig.json").write_text(json.dumps(job, indent=2), encoding="utf-8")
        hosts = {"current_host": instance.host, "hosts": cluster.hosts}
        (folder / "resourceconfig.json").write_text(json.dumps(hosts), encoding="utf-8")
