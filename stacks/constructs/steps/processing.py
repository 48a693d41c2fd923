"""The Processing step: a folder of code run in an image."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from stacks.constructs.artifact import CodeDirectory
from stacks.constructs.image import Image
from stacks.constructs.references import Get, Value
from stacks.constructs.steps.step import Jobs, Step

_PROCESSING = "/opt/ml/processing"


@dataclass(frozen=True)
class PropertyFile:
    """A JSON file of a processing output that conditions may look into."""

    name: str
    output: str
    path: str


@dataclass(frozen=True, kw_only=True)
class Processing(Step):
    """Runs a folder of code in an image.

    An input or output NAME is a folder below /opt/ml/processing/input or .../output, and the code is told by
    `--NAME folder`; `options` are passed as `--NAME value`.
    """

    type: ClassVar[str] = "Processing"
    resource: ClassVar[str] = "processing-job"
    actions: ClassVar[tuple[str, ...]] = ("CreateProcessingJob", "DescribeProcessingJob", "StopProcessingJob")

    image: Image
    code: CodeDirectory
    inputs: Mapping[str, Value]
    outputs: Sequence[str]
    options: Mapping[str, Value] = field(default_factory=dict)
    property_files: Sequence[PropertyFile] = ()

    def output(self, name: str) -> Get:
        """The S3 prefix of one of the outputs."""
        if name not in self.outputs:
            raise ValueError(f"the step {self.name} has no output {name}; it has {', '.join(self.outputs)}")
        return self.reference(f"ProcessingOutputConfig.Outputs['{name}'].S3Output.S3Uri")

    def render(self, jobs: Jobs) -> dict[str, Any]:
        step = super().render(jobs)
        if self.property_files:
            step["PropertyFiles"] = [
                {"PropertyFileName": file.name, "OutputName": file.output, "FilePath": file.path}
                for file in self.property_files
            ]
        return step

    def arguments(self, jobs: Jobs) -> dict[str, Any]:
        inputs = {"code": self.code.bind(jobs.role), **self.inputs}
        flags = {
            **{name: f"{_PROCESSING}/input/{name}" for name in self.inputs},
            **{name: f"{_PROCESSING}/output/{name}" for name in self.outputs},
            **self.options,
        }
        return {
            "AppSpecification": {
                "ImageUri": self.image.bind(jobs.scope, jobs.role),
                "ContainerEntrypoint": ["python3", f"{_PROCESSING}/input/code/{self.code.file_name}"],
                "ContainerArguments": [
                    part for name, value in flags.items() for part in (f"--{name}", value)
                ],
            },
            "ProcessingInputs": [_processing_input(name, uri) for name, uri in inputs.items()],
            "ProcessingOutputConfig": {
                "Outputs": [self._output(name, jobs) for name in self.outputs],
                "KmsKeyId": jobs.key_arn,
            },
            "ProcessingResources": {"ClusterConfig": jobs.cluster_resources()},
            "StoppingCondition": jobs.cluster.stopping_condition(),
            "NetworkConfig": {"EnableNetworkIsolation": True, **jobs.vpc_config()},
            "RoleArn": jobs.role.role_arn,
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


def _processing_input(name: str, uri: Value) -> dict[str, Any]:
    return {
        "InputName": name,
        "S3Input": {
            "S3Uri": uri,
            "LocalPath": f"{_PROCESSING}/input/{name}",
            "S3DataType": "S3Prefix",
            "S3InputMode": "File",
            "S3DataDistributionType": "FullyReplicated",
        },
    }
