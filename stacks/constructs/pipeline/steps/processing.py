"""The Processing step: a folder of code run in an image."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from stacks.constructs.model.image import Image
from stacks.constructs.pipeline.references import Get, Join, JsonGet, Value
from stacks.constructs.pipeline.steps.step import Cluster, Jobs, ReusedStep
from stacks.constructs.storage.artifact import CodeDirectory

_PROCESSING = "/opt/ml/processing"


@dataclass(frozen=True)
class PropertyFile:
    """A JSON file of a processing output that conditions may look into."""

    name: str
    output: str
    path: str


@dataclass(frozen=True, kw_only=True)
class Processing(ReusedStep):
    """Runs a folder of code in an image.

    An input or output NAME is a folder below /opt/ml/processing/input or .../output, and the code is told by
    `--NAME folder`; `options` are passed as `--NAME value`. Each of several instances gets all objects of an
    input, or, of one in `sharded`, a share of them.
    """

    type: ClassVar[str] = "Processing"
    resource: ClassVar[str] = "processing-job"
    actions: ClassVar[tuple[str, ...]] = ("CreateProcessingJob", "DescribeProcessingJob", "StopProcessingJob")

    image: Image
    code: CodeDirectory
    inputs: Mapping[str, Value]
    outputs: Sequence[str]
    cluster: Cluster
    options: Mapping[str, Value] = field(default_factory=dict)
    environment: Mapping[str, Value] = field(default_factory=dict)
    property_files: Sequence[PropertyFile] = ()
    sharded: Collection[str] = ()

    def output(self, name: str) -> Get:
        """The S3 prefix of one of the outputs."""
        if name not in self.outputs:
            raise ValueError(f"the step {self.name} has no output {name}; it has {', '.join(self.outputs)}")
        return self.reference(f"ProcessingOutputConfig.Outputs['{name}'].S3Output.S3Uri")

    @property
    def job_name(self) -> Get:
        """The name of the job that made the outputs: an earlier execution's, where its result is reused."""
        return self.reference("ProcessingJobName")

    def look_up(self, file: PropertyFile, path: str) -> JsonGet:
        """What one of the property files holds at a path."""
        return JsonGet(self._property_file(file), path)

    def _property_file(self, file: PropertyFile) -> Get:
        return self.reference(f"PropertyFiles.{file.name}")

    def uri(self, file: PropertyFile) -> Join:
        """The S3 URI of one of the property files."""
        return Join("/", (self.output(file.output), file.path))

    def render(self, jobs: Jobs) -> dict[str, Any]:
        step = super().render(jobs)
        if self.property_files:
            step["PropertyFiles"] = [
                {"PropertyFileName": file.name, "OutputName": file.output, "FilePath": file.path}
                for file in self.property_files
            ]
        return step

    def grant_looked_up(self, jobs: Jobs, looked_up: Collection[str]) -> None:
        for file in self.property_files:
            if self._property_file(file).path in looked_up:
                jobs.outputs.grant_get(jobs.starter, f"*/{self.name}/{file.output}/{file.path}")

    def arguments(self, jobs: Jobs) -> dict[str, Any]:
        if unknown := [name for name in self.sharded if name not in self.inputs]:
            raise ValueError(
                f"the step {self.name} has no input {unknown[0]}; it has {', '.join(self.inputs)}"
            )
        inputs = {"code": self.code.bind(jobs.role), **self.inputs}
        flags = {
            **{name: f"{_PROCESSING}/input/{name}" for name in self.inputs},
            **{name: f"{_PROCESSING}/output/{name}" for name in self.outputs},
            **self.options,
        }
        return {
            "AppSpecification": {
                "ImageUri": self.image.bind(jobs.scope, jobs.role, self.cluster.use),
                "ContainerEntrypoint": ["python3", f"{_PROCESSING}/input/code/{self.code.file_name}"],
                "ContainerArguments": [
                    part for name, value in flags.items() for part in (f"--{name}", value)
                ],
            },
            "Environment": dict(self.environment),
            "ProcessingInputs": [
                _processing_input(name, uri, sharded=name in self.sharded) for name, uri in inputs.items()
            ],
            "ProcessingOutputConfig": {
                "Outputs": [self._output(name, jobs) for name in self.outputs],
                "KmsKeyId": jobs.key_arn,
            },
            "ProcessingResources": {"ClusterConfig": self.cluster.bind(jobs)},
            "StoppingCondition": self.cluster.stopping_condition(),
            "NetworkConfig": jobs.network(self.cluster),
            "RoleArn": jobs.pass_role(),
        }

    def _output(self, name: str, jobs: Jobs) -> dict[str, Any]:
        return {
            "OutputName": name,
            "S3Output": {
                "S3Uri": jobs.output_uri(self.name, name),
                "LocalPath": f"{_PROCESSING}/output/{name}",
                "S3UploadMode": "EndOfJob",
            },
        }


@dataclass(frozen=True, kw_only=True)
class FreshProcessing(Processing):
    """A processing job that runs each time: what lies below its inputs changes, and their names do not."""

    caching: ClassVar[dict[str, Any]] = {}


def _processing_input(name: str, uri: Value, *, sharded: bool) -> dict[str, Any]:
    return {
        "InputName": name,
        "S3Input": {
            "S3Uri": uri,
            "LocalPath": f"{_PROCESSING}/input/{name}",
            "S3DataType": "S3Prefix",
            "S3InputMode": "File",
            "S3DataDistributionType": "ShardedByS3Key" if sharded else "FullyReplicated",
        },
    }
