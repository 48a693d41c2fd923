"""Executions of pipelines that clients start: one after the other, as `slipway train` runs them."""

import threading
import time
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from assembly import Assembly, Pipeline
from assembly.errors import SlipwayError
from local.aws.errors import validation
from local.containers.container import FAILURE_LENGTH
from local.pipeline.runner import PipelineRunner, Run
from local.sagemaker_api.answers import not_found
from local.sagemaker_api.listing import paged
from local.sagemaker_api.pipelines import Pipelines, conflict
from local.sagemaker_api.records import Record, Records
from local.sagemaker_api.step_watch import EXECUTING, FAILED, STOPPED, SUCCEEDED, Steps, StepWatch
from local.storage.s3 import Storage
from local.storage.workspace import Workspace

STOPPING = "Stopping"
Request = Mapping[str, Any]


@dataclass(frozen=True)
class Rooms:
    """Where executions run: an assembly, a workspace, its storage, and the package groups of clients."""

    declared: Assembly
    workspace: Workspace
    storage: Storage
    groups: Callable[[], set[str]]


class Executions:
    """The executions by id, and their operations."""

    def __init__(self, rooms: Rooms, pipelines: Pipelines, folder: Path) -> None:
        self._rooms, self._pipelines = rooms, pipelines
        self._records = Records(folder / "pipeline-execution")
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="pipeline")
        self._futures: dict[str, Future[None]] = {}
        self._running: dict[str, Run] = {}
        self._closing = False
        self._lock = threading.Lock()

    def operations(self) -> dict[str, Callable[[Request], Request | None]]:
        return {
            "StartPipelineExecution": self._start,
            "StopPipelineExecution": self._stop,
            "DescribePipelineExecution": self._describe,
            "ListPipelineExecutions": self._list,
            "ListPipelineExecutionSteps": self._steps,
            "ListPipelineParametersForExecution": self._parameters,
            "DescribePipelineDefinitionForExecution": self._definition,
        }

    def open(self) -> None:
        """Fail what ran when the last server ended, and queue what waited."""
        for record in sorted(self._records, key=lambda one: float(one["created"])):
            if record["status"] not in (EXECUTING, STOPPING):
                continue
            if record["begun"]:
                failure = "the local server ended while the pipeline ran; start another execution"
                self._note(record["id"], status=FAILED, failure=failure)
            else:
                self._queue(record["id"])

    def close(self) -> None:
        """Stop what runs; what waits does so until the server is started again."""
        self._closing = True
        for run in list(self._running.values()):
            run.execution.services.stopping.set()
        self._pool.shutdown(cancel_futures=True)

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
            self._runner(pipeline).parameters(given)
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
            "steps": {},
        }
        self._records.put(id, record)
        self._queue(id)
        return {"PipelineExecutionArn": self._arn(record)}

    def _stop(self, request: Request) -> Request:
        record = self._find("StopPipelineExecution", request)
        if record["status"] != EXECUTING:
            raise conflict(f"the execution is in status {record['status']}")
        self._note(record["id"], status=STOPPING)
        if self._futures[record["id"]].cancel():
            self._note(record["id"], status=STOPPED)
        elif (run := self._running.get(record["id"])) is not None:
            run.execution.services.stopping.set()
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
            for one in self._records
            if one["pipeline"] == pipeline.name
        ]
        before, after = request.get("CreatedBefore", float("inf")), request.get("CreatedAfter", -1.0)
        found = [one for one in found if after < one["StartTime"] < before]
        found.sort(key=lambda one: float(one["StartTime"]))
        if request.get("SortOrder", "Descending") == "Descending":
            found.reverse()
        return paged("PipelineExecutionSummaries", found, request)

    def _steps(self, request: Request) -> Request:
        record = self._find("ListPipelineExecutionSteps", request)
        found = sorted(record["steps"].values(), key=lambda one: float(one["StartTime"]))
        if request.get("SortOrder", "Descending") == "Descending":
            found.reverse()
        return paged("PipelineExecutionSteps", found, request)

    def _parameters(self, request: Request) -> Request:
        record = self._find("ListPipelineParametersForExecution", request)
        given = [{"Name": name, "Value": str(one)} for name, one in sorted(record["given"].items())]
        return paged("PipelineParameters", given, request)

    def _definition(self, request: Request) -> Request:
        record = self._find("DescribePipelineDefinitionForExecution", request)
        return {"PipelineDefinition": record["definition"], "CreationTime": record["created"]}

    def _find(self, operation: str, request: Request) -> Record:
        arn = request.get("PipelineExecutionArn", "")
        record = self._records.find(arn.rpartition("/")[2])
        if record is None or self._arn(record) != arn:
            raise not_found(operation, "pipeline execution", arn)
        return record

    def _arn(self, record: Record) -> str:
        return f"{self._pipelines.arn(record['pipeline'])}/execution/{record['id']}"

    def _note(self, id: str, **changes: Any) -> None:
        with self._lock:
            self._records.put(id, {**(self._records.find(id) or {}), **changes, "modified": time.time()})

    def _queue(self, id: str) -> None:
        self._futures[id] = self._pool.submit(self._work, id)

    def _runner(self, pipeline: Pipeline) -> PipelineRunner:
        rooms = self._rooms
        groups = rooms.groups()
        return PipelineRunner(rooms.declared, rooms.workspace, pipeline, storage=rooms.storage, groups=groups)

    def _work(self, id: str) -> None:
        try:
            self._run(id)
        except SlipwayError as error:
            record = self._records.find(id) or {}
            if record["status"] == STOPPING:
                self._note(id, status=STOPPED)
            elif self._closing:
                failure = "the local server was stopped while the pipeline ran; start another execution"
                self._note(id, status=FAILED, failure=failure)
            else:
                self._note(id, status=FAILED, failure=str(error)[:FAILURE_LENGTH])
        except Exception as error:
            traceback.print_exc()
            self._note(id, status=FAILED, failure=f"the runner failed: {error!r}"[:FAILURE_LENGTH])
        finally:
            self._running.pop(id, None)

    def _run(self, id: str) -> None:
        record = self._records.find(id) or {}
        self._note(id, begun=True)
        pipeline = self._pipelines.find("StartPipelineExecution", record["pipeline"])
        runner = self._runner(pipeline)
        rooms, workspace = self._rooms, self._rooms.workspace
        with workspace.training(runner.workload):
            run = runner.prepare(
                "train",
                runner.workload,
                runner.parameters(record["given"]),
                execution=(id, workspace.runs / id),
            )
            self._running[id] = run
            if (self._records.find(id) or {})["status"] == STOPPING or self._closing:
                run.execution.services.stopping.set()
            keep = partial(self._keep_steps, id)
            watch = StepWatch(runner.definition, run, rooms.declared.place, keep)
            try:
                run.run(watch)
            finally:
                watch.end()
        self._note(id, status=SUCCEEDED)

    def _keep_steps(self, id: str, steps: Steps) -> None:
        self._note(id, steps=steps)
