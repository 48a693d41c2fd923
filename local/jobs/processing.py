"""Processing jobs: any command over files, with its inputs and outputs at declared paths."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from local.containers.container import Layout, run_container
from local.containers.images import Image
from local.errors import JobError
from local.jobs.arguments import PROCESSING, refuse
from local.jobs.services import HOST, Services, demand, longest_time, texts

_ROOT = PurePosixPath("/opt/ml/processing")
_PYTHON = ("python", "python3")


class ProcessingJob:
    """A processing job, from CreateProcessingJob's arguments.

    Runs on one instance. Paths of a container are absolute, but its folders lie elsewhere here: an element of
    the command or an environment variable that is a declared LocalPath, or below one, is mapped to them.
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
        """What DescribeProcessingJob would answer; inputs and outputs go by their names, as references do."""
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
        layout = Layout(folder)
        layout.create()
        self._write_config(layout)
        for one in self._inputs.values():
            source = one["S3Input"]
            self._services.storage.download(source["S3Uri"], layout.host_path(source["LocalPath"]))
        for one in self._outputs.values():
            layout.host_path(one["S3Output"]["LocalPath"]).mkdir(parents=True, exist_ok=True)
        image = self._services.images.find(self._application["ImageUri"])
        timeout = longest_time(self._arguments)
        command = self._command(image, layout)
        demand(run_container(image, command, layout, self._environment(layout), timeout=timeout), layout)
        for one in self._outputs.values():
            target = one["S3Output"]
            self._services.storage.upload(layout.host_path(target["LocalPath"]), target["S3Uri"])

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

    def _write_config(self, layout: Layout) -> None:
        folder = layout.base / "config"
        folder.mkdir(parents=True)
        job = {**self._arguments, "ProcessingJobName": self._name}
        (folder / "processingjobconfig.json").write_text(json.dumps(job, indent=2), encoding="utf-8")
        hosts = {"current_host": HOST, "hosts": [HOST]}
        (folder / "resourceconfig.json").write_text(json.dumps(hosts), encoding="utf-8")
