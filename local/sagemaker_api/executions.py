"""Executions of pipelines: those that clients start, and those of Slipway's commands."""

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from assembly.errors import SlipwayError
from local.aws.errors import validation
from local.pipeline.record import INTERRUPTED, RUNNING
from local.pipeline.step_log import EXECUTING, FAILED, STOPPED, SUCCEEDED
from local.sagemaker_api.answers import not_found
from local.sagemaker_api.execution_queue import ExecutionQueue, Rooms
from local.sagemaker_api.listing import paged
from local.sagemaker_api.operations import Operation, of_resource
from local.sagemaker_api.pipelines import Pipelines, conflict
from local.sagemaker_api.records import Record, Records
from local.sagemaker_api.runs import Found, Runs
from local.sagemaker_api.steps import listed

_STATES = {RUNNING: EXECUTING, "succeeded": SUCCEEDED, "stopped": STOPPED}
Request = Mapping[str, Any]


class Executions:
    """The executions by id, and their operations."""

    def __init__(self, rooms: Rooms, pipelines: Pipelines, runs: Runs, folder: Path) -> None:
        self._rooms, self._pipelines = rooms, pipelines
        self._records = Records(folder / "pipeline-execution")
        self._runs = runs
        self._queue = ExecutionQueue(rooms, pipelines, self._records, self._runs)
        self.open, self.close = self._queue.open, self._queue.close

    def operations(self) -> dict[str, Operation]:
        verbs: dict[str, Operation] = {"Start": self._start, "Stop": self._stop}
        verbs |= {"Describe": self._describe, "List": self._list}
        return {
            **of_resource("PipelineExecution", verbs),
            "ListPipelineExecutionSteps": self._steps,
            "ListPipelineParametersForExecution": self._parameters,
            "DescribePipelineDefinitionForExecution": self._definition,
        }

    def _start(self, request: Request) -> Request:
        pipeline = self._pipelines.find("StartPipelineExecution", request["PipelineName"])
        for member in ("SelectiveExecutionConfig", "PipelineVersionId", "PipelineVersionAlias"):
            if member in request:
                raise validation(f"{member} is not supported: the runner runs a pipeline as it is, whole")
        given = {one["Name"]: one["Value"] for one in request.get("PipelineParameters", [])}
        token = request["ClientRequestToken"]
        for record in self._records:
            if (record["pipeline"], record["token"]) == (pipeline.name, token):
                if record["given"] != given:
                    raise conflict(f"the token {token} was used with other parameters")
                return {"PipelineExecutionArn": self._arn(record)}
        try:
            self._queue.runner(pipeline).parameters(given)
        except SlipwayError as error:
            raise validation(str(error)) from None
        id, _ = self._rooms.workspace.new_execution()
        now = time.time()
        record = {
            "id": id,
            "pipeline": pipeline.name,
            "definition": pipeline.definition,
            "display": request.get("PipelineExecutionDisplayName", f"execution-{int(now)}"),
            "description": request.get("PipelineExecutionDescription"),
            "given": given,
            "token": token,
            "created": now,
            "modified": now,
            "begun": False,
            "status": EXECUTING,
            "failure": None,
        }
        self._records.put(id, record)
        self._queue.add(id)
        return {"PipelineExecutionArn": self._arn(record)}

    def _stop(self, request: Request) -> Request:
        record = self._find("StopPipelineExecution", request)
        if record["status"] != EXECUTING:
            raise conflict(f"the execution is in status {record['status']}")
        if self._records.find(record["id"]) is None:
            raise validation(f"{self._arn(record)} was started by a command: stop that one, by Ctrl-C")
        self._queue.stop(record)
        return {"PipelineExecutionArn": self._arn(record)}

    def _describe(self, request: Request) -> Request:
        record = self._find("DescribePipelineExecution", request)
        return {
            "PipelineArn": self._pipelines.arn(record["pipeline"]),
            "PipelineExecutionArn": self._arn(record),
            "PipelineExecutionDisplayName": record["display"],
            "PipelineExecutionDescription": record["description"],
            "PipelineExecutionStatus": record["status"],
            "FailureReason": record["failure"],
            "CreationTime": record["created"],
            "LastModifiedTime": record["modified"],
        }

    def _list(self, request: Request) -> Request:
        pipeline = self._pipelines.find("ListPipelineExecutions", request["PipelineName"])
        found = [
            {
                "PipelineExecutionArn": self._arn(one),
                "StartTime": one["created"],
                "PipelineExecutionStatus": one["status"],
                "PipelineExecutionDescription": one["description"],
                "PipelineExecutionDisplayName": one["display"],
                "PipelineExecutionFailureReason": one["failure"],
            }
            for one in self._all(pipeline.name)
        ]
        before, after = request.get("CreatedBefore", float("inf")), request.get("CreatedAfter", -1.0)
        found = [one for one in found if after < one["StartTime"] < before]
        return _in_order("PipelineExecutionSummaries", found, request)

    def _steps(self, request: Request) -> Request:
        record = self._find("ListPipelineExecutionSteps", request)
        begun = self._runs.find(record["id"])
        pipeline, place = self._pipelines.arn(record["pipeline"]), self._rooms.declared.place
        found = [listed(one, place, pipeline) for one in begun.steps()] if begun is not None else []
        return _in_order("PipelineExecutionSteps", found, request)

    def _parameters(self, request: Request) -> Request:
        record = self._find("ListPipelineParametersForExecution", request)
        given = [{"Name": name, "Value": str(one)} for name, one in sorted(record["given"].items())]
        return paged("PipelineParameters", given, request)

    def _definition(self, request: Request) -> Request:
        record = self._find("DescribePipelineDefinitionForExecution", request)
        begun = self._runs.find(record["id"])
        definition = record.get("definition") or (begun and begun.definition())
        if definition is None:
            raise validation(f"{self._arn(record)} is of an earlier version, which kept no definition")
        return {"PipelineDefinition": definition, "CreationTime": record["created"]}

    def _find(self, operation: str, request: Request) -> Record:
        arn = request.get("PipelineExecutionArn", "")
        id = arn.rpartition("/")[2]
        record = self._records.find(id)
        if record is None and id.isalnum() and (found := self._runs.find(id)) is not None:
            record = _of_command(found)
        if record is None or self._arn(record) != arn:
            raise not_found(operation, "pipeline execution", arn)
        return record

    def _all(self, pipeline: str) -> Iterator[Record]:
        """The executions of a pipeline."""
        yield from (one for one in self._records if one["pipeline"] == pipeline)
        for found in self._runs.all():
            if found.record.pipeline == pipeline and self._records.find(found.record.id) is None:
                yield _of_command(found)

    def _arn(self, record: Record) -> str:
        return f"{self._pipelines.arn(record['pipeline'])}/execution/{record['id']}"


def _of_command(found: Found) -> Record:
    """The record of an execution that a command of Slipway's has run, as if a client had started it."""
    record = found.record
    interrupted = "the command that ran it was interrupted" if record.status == INTERRUPTED else None
    return {
        "id": record.id,
        "pipeline": record.pipeline,
        "display": f"{record.command}-{record.number}",
        "description": f"slipway {record.command}",
        "given": dict(record.parameters),
        "created": found.started,
        "modified": found.modified,
        "begun": True,
        "status": _STATES.get(record.status, FAILED),
        "failure": record.failure or interrupted,
    }


def _in_order(member: str, found: Sequence[Request], request: Request) -> Request:
    """A page of what began last or first, as the request says."""
    newest_first = request.get("SortOrder", "Descending") == "Descending"
    begun = sorted(found, key=lambda one: float(one["StartTime"]))
    return paged(member, begun[::-1] if newest_first else begun, request)
