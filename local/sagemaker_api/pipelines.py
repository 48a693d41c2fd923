"""Pipelines: those of the template, and those that clients have made."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assembly import Assembly, Pipeline
from assembly.address import Address
from assembly.errors import SlipwayError
from local.aws.errors import AwsError, validation
from local.pipeline.definition import Definition
from local.pipeline.steps import STEP_TYPES
from local.sagemaker_api.answers import not_found, of_template
from local.sagemaker_api.listing import Listing
from local.sagemaker_api.operations import Operation, of_resource
from local.sagemaker_api.records import Record, Records
from local.sagemaker_api.tags import put_tags, tags_by_name, tags_of

_TYPE = "AWS::SageMaker::Pipeline"
_S3 = "PipelineDefinitionS3Location is not read here: give the PipelineDefinition"
Request = Mapping[str, Any]


class Pipelines:
    """The pipelines by name, and their operations."""

    def __init__(self, declared: Assembly, folder: Path, started: float) -> None:
        self._declared = declared
        self._started = started
        self._records = Records(folder / "pipeline")
        self._listing = Listing("PipelineSummaries", "PipelineName")

    def operations(self) -> dict[str, Operation]:
        verbs: dict[str, Operation] = {"Create": self._create, "Update": self._update}
        verbs |= {"Describe": self._describe, "List": self._list, "Delete": self._delete}
        return of_resource("Pipeline", verbs)

    def find(self, operation: str, name: str) -> Pipeline:
        """The pipeline of a name or an ARN; raises AwsError when there is none, or it cannot run here."""
        name = name.rpartition("/")[2]
        record = self._records.find(name)
        if record is not None:
            return Pipeline(
                name, self.arn(name), record["definition"], Address(name, name), role=record["role"]
            )
        if name not in self._declared.names(_TYPE):
            raise not_found(operation, "pipeline", self.arn(name))
        try:
            # By its name it is found whatever it is for.
            return self._declared.training_pipeline(name)
        except SlipwayError as error:
            raise validation(f"{name} cannot run here: {error}") from None

    def arn(self, name: str) -> str:
        return self._declared.place.arn("sagemaker", f"pipeline/{name}")

    def tags(self, name: str) -> Mapping[str, str] | None:
        """Its tags; None if there is no such pipeline."""
        return tags_by_name(self._records, self._declared.resources(_TYPE), name)

    def set_tags(self, name: str, tags: Mapping[str, str]) -> None:
        put_tags(self._records, name, tags, self.arn(name))

    def _create(self, request: Request) -> Request:
        name, token = request["PipelineName"], request["ClientRequestToken"]
        record = self._records.find(name)
        if record is not None and record["token"] == token:
            return {"PipelineArn": self.arn(name)}
        if record is not None or name in self._declared.names(_TYPE):
            raise validation(f"Pipeline names must be unique within an account and a region: {name} exists")
        now = time.time()
        definition = _definition(request)
        self._records.put(
            name,
            {
                "definition": definition,
                "token": token,
                "role": request["RoleArn"],
                "display": request.get("PipelineDisplayName", name),
                "description": request.get("PipelineDescription"),
                "created": now,
                "modified": now,
                "tags": tags_of(request),
            },
        )
        return {"PipelineArn": self.arn(name)}

    def _update(self, request: Request) -> Request:
        name = request["PipelineName"]
        record = self._own("UpdatePipeline", name)
        changes = {
            "role": request.get("RoleArn"),
            "display": request.get("PipelineDisplayName"),
            "description": request.get("PipelineDescription"),
            "definition": _definition(request) if "PipelineDefinition" in request else None,
        }
        if "PipelineDefinitionS3Location" in request:
            raise validation(_S3)
        given = {key: one for key, one in changes.items() if one is not None}
        self._records.put(name, {**record, **given, "modified": time.time()})
        return {"PipelineArn": self.arn(name)}

    def _delete(self, request: Request) -> Request:
        name = request["PipelineName"]
        self._own("DeletePipeline", name)
        self._records.remove(name)
        return {"PipelineArn": self.arn(name)}

    def _describe(self, request: Request) -> Request:
        pipeline = self.find("DescribePipeline", request["PipelineName"])
        return {
            **self._summary(pipeline.name),
            "PipelineDefinition": pipeline.definition,
            "PipelineStatus": "Active",
        }

    def _list(self, request: Request) -> Request:
        names = sorted(self._records.names() | self._declared.names(_TYPE))
        wanted = [name for name in names if name.startswith(request.get("PipelineNamePrefix", ""))]
        times = {f"CreationTime{end}": request.get(f"Created{end}") for end in ("After", "Before")}
        given = {key: one for key, one in {**request, **times}.items() if one is not None}
        return self._listing.page([self._summary(name) for name in wanted], given)

    def _summary(self, name: str) -> dict[str, Any]:
        record = self._records.find(name) or {}
        created = record.get("created", self._started)
        return {
            "PipelineName": name,
            "PipelineArn": self.arn(name),
            "PipelineDisplayName": record.get("display", name),
            "PipelineDescription": record.get("description"),
            "RoleArn": record.get("role"),
            "CreationTime": created,
            "LastModifiedTime": record.get("modified", created),
        }

    def _own(self, operation: str, name: str) -> Record:
        record = self._records.find(name)
        if record is None:
            if name in self._declared.names(_TYPE):
                raise of_template(self.arn(name))
            raise not_found(operation, "pipeline", self.arn(name))
        return record


def _definition(request: Request) -> str:
    """The definition of a request, once it has been read; raises AwsError for one that cannot run here."""
    if "PipelineDefinition" not in request:
        raise validation(_S3)
    text: str = request["PipelineDefinition"]
    try:
        Definition.parse(text, STEP_TYPES)
    except SlipwayError as error:
        raise validation(str(error)) from None
    return text


def conflict(message: str) -> AwsError:
    """The error for a request that does not agree with an earlier one."""
    return AwsError("ConflictException", message)
