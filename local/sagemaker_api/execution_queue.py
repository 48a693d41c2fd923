"""The executions that clients start: queued, and run as `slipway train` runs them."""

import json
import os
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from assembly import Assembly, Pipeline
from assembly.errors import SlipwayError
from local.containers.container import FAILURE_LENGTH
from local.errors import BusyError
from local.pipeline.progress import Quiet
from local.pipeline.runner import PipelineRunner
from local.pipeline.step_log import EXECUTING, FAILED, STOPPED, SUCCEEDED
from local.sagemaker_api.pipelines import Pipelines
from local.sagemaker_api.records import Record, Records
from local.sagemaker_api.runs import Runs
from local.sagemaker_api.turns import Turns
from local.storage.s3 import Storage
from local.storage.workspace import Workspace
from rehearsal.iam.enforcement import OFF, Iam

STOPPING = "Stopping"
AT_A_TIME = min(4, len(os.sched_getaffinity(0)))
_WAS_KILLED = "the local server ended while the pipeline ran; start another execution"
_WAS_STOPPED = "the local server was stopped while the pipeline ran; start another execution"
_SECONDS_BETWEEN_LOOKS = 0.5


@dataclass(frozen=True)
class Rooms:
    """Where executions run: an assembly, a workspace, its storage, and the package groups of clients; `iam`
    is asked before a call is done."""

    declared: Assembly
    workspace: Workspace
    storage: Storage
    groups: Callable[[], set[str]]
    iam: Iam = OFF


class ExecutionQueue:
    """Runs the executions of which there are records: `AT_A_TIME` at most, in the order of their creation.

    Those of one workload run one after the other, and so do those that register packages in one group: they
    take over each other's results, and publish to the same places.
    """

    def __init__(self, rooms: Rooms, pipelines: Pipelines, records: Records, runs: Runs) -> None:
        self._rooms, self._pipelines = rooms, pipelines
        self._records, self._runs = records, runs
        self._turns = Turns(AT_A_TIME)
        self._stopping: dict[str, threading.Event] = {}
        self._closing = False
        self._lock = threading.Lock()

    def open(self) -> None:
        """Fail what ran when the last server ended, and queue what waited."""
        for record in sorted(self._records, key=lambda one: float(one["created"])):
            if record["status"] not in (EXECUTING, STOPPING):
                continue
            if record["begun"]:
                self._note(record["id"], status=FAILED, failure=_WAS_KILLED)
                self._runs.fail(record["id"], _WAS_KILLED)
            else:
                self.add(record["id"])

    def close(self) -> None:
        """Stop what runs; what waits does so until the server is started again."""
        self._closing = True
        for stopping in list(self._stopping.values()):
            stopping.set()
        self._turns.close()

    def stop(self, record: Record) -> None:
        """Stop an execution: at once if it waits."""
        self._note(record["id"], status=STOPPING)
        if self._turns.cancel(record["id"]):
            self._note(record["id"], status=STOPPED)
        self._stopping[record["id"]].set()

    def runner(self, pipeline: Pipeline) -> PipelineRunner:
        rooms = self._rooms
        groups = rooms.groups()
        return PipelineRunner(
            rooms.declared, rooms.workspace, pipeline, storage=rooms.storage, groups=groups, iam=rooms.iam
        )

    def add(self, id: str) -> None:
        """Run an execution when its turn comes."""
        self._stopping[id] = threading.Event()
        try:
            runner = self.runner(self._pipeline(id))
        except SlipwayError as error:
            self._note(id, status=FAILED, failure=str(error)[:FAILURE_LENGTH])
            return
        keys = {f"workload {runner.workload}"}
        for step in runner.definition.steps:
            if step.type == "RegisterModel":
                keys.add(f"group {json.dumps(step.arguments.get('ModelPackageGroupName'))}")
        self._turns.add(id, keys, partial(self._work, id))

    def _pipeline(self, id: str) -> Pipeline:
        """The pipeline as it was when the execution was started."""
        record = self._records.find(id) or {}
        pipeline = self._pipelines.find("StartPipelineExecution", record["pipeline"])
        return replace(pipeline, definition=record["definition"])

    def _work(self, id: str) -> None:
        try:
            self._run(id)
        except SlipwayError as error:
            record = self._records.find(id) or {}
            if record["status"] == STOPPING:
                self._note(id, status=STOPPED)
            elif not self._closing:
                self._note(id, status=FAILED, failure=str(error)[:FAILURE_LENGTH])
            elif record["begun"]:
                self._note(id, status=FAILED, failure=_WAS_STOPPED)
        except Exception as error:
            traceback.print_exc()
            self._note(id, status=FAILED, failure=f"the runner failed: {error!r}"[:FAILURE_LENGTH])

    def _run(self, id: str) -> None:
        record, workspace = self._records.find(id) or {}, self._rooms.workspace
        runner = self.runner(self._pipeline(id))
        stopping = self._stopping[id]
        with self._training(runner.workload, stopping):
            self._note(id, begun=True)
            run = runner.prepare(
                "train",
                runner.workload,
                runner.parameters(record["given"]),
                execution=(id, workspace.runs / id),
                stopping=stopping,
            )
            run.run(Quiet())
        self._note(id, status=SUCCEEDED)

    @contextmanager
    def _training(self, workload: str, stopping: threading.Event) -> Iterator[None]:
        """Hold the right to train the workload, once no command holds it."""
        while True:
            with ExitStack() as stack:
                try:
                    stack.enter_context(self._rooms.workspace.training(workload))
                except BusyError:
                    if stopping.wait(_SECONDS_BETWEEN_LOOKS):
                        raise
                    continue
                yield
                return

    def _note(self, id: str, **changes: Any) -> None:
        with self._lock:
            self._records.put(id, {**(self._records.find(id) or {}), **changes, "modified": time.time()})
