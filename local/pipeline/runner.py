"""Executes the pipelines of an assembly in a workspace, and writes down how that went."""

import hashlib
import json
import threading
import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import assembly
from assembly import Pipeline
from assembly.errors import SlipwayError, UsageError
from local.containers.images import Images
from local.endpoint.answers import Promise
from local.experiments import report
from local.jobs import Services
from local.pipeline import revision
from local.pipeline.definition import Definition
from local.pipeline.execution import Execution
from local.pipeline.input_data import input_uri, weights_uri
from local.pipeline.input_place import InputPlace, readable
from local.pipeline.parameters import bind
from local.pipeline.progress import Progress
from local.pipeline.pruning import prune
from local.pipeline.publication import Publication
from local.pipeline.record import (
    FAILED,
    STOPPED,
    SUCCEEDED,
    TRAIN,
    ExecutionRecord,
    StepRecord,
    next_number,
    read_all,
)
from local.pipeline.step_cache import StepCache
from local.pipeline.steps import STEP_TYPES
from local.registry import FolderRegistry
from local.storage.files import write_whole
from local.storage.s3 import Storage
from local.storage.workspace import Workspace
from rehearsal.iam.enforcement import OFF, Iam

type Judge = Callable[[assembly.Assembly], Iam]


def unjudged(declared: assembly.Assembly) -> Iam:
    """Nothing is asked of IAM."""
    return OFF


# The definition that an execution ran, in its folder.
DEFINITION = "definition.json"


class PipelineRunner:
    """One pipeline of an assembly, or one that a client has made beside it. Its definition has been read and
    checked.

    `iam` is asked before each call. `storage` has the buckets that clients have made, too, `groups` their
    model package groups. `workload` is what its results are kept under: the workload that its tags name, else
    its own name.
    """

    def __init__(
        self,
        declared: assembly.Assembly,
        workspace: Workspace,
        pipeline: Pipeline,
        *,
        storage: Storage | None = None,
        groups: Collection[str] = (),
        iam: Iam = OFF,
    ) -> None:
        self.pipeline = pipeline
        self.workload = pipeline.address.tagged or pipeline.name
        self.definition = Definition.parse(self.pipeline.definition, STEP_TYPES)
        self.storage = storage or Storage(workspace.storage, declared)
        self._groups = {*declared.names("AWS::SageMaker::ModelPackageGroup"), *groups}
        self._assembly = declared
        self._workspace = workspace
        self._images = Images.load()
        self._iam = iam

    @classmethod
    def training(
        cls, folder: Path, workspace: Workspace, wanted: str, judge: Judge = unjudged
    ) -> "PipelineRunner":
        """The pipeline that is called so, and trains; raises UsageError, AssemblyError, PipelineError."""
        declared = assembly.load(folder)
        return cls(declared, workspace, declared.training_pipeline(wanted), iam=judge(declared))

    @classmethod
    def batch(
        cls, folder: Path, workspace: Workspace, wanted: str, judge: Judge = unjudged
    ) -> "PipelineRunner":
        """The one that sends data through a deployed model; raises as `training` does."""
        declared = assembly.load(folder)
        return cls(declared, workspace, declared.batch_pipeline(wanted), iam=judge(declared))

    @classmethod
    def monitoring(
        cls, folder: Path, workspace: Workspace, wanted: str, judge: Judge = unjudged
    ) -> "PipelineRunner":
        """The one that compares what an endpoint captured with a baseline; raises as `training` does."""
        declared = assembly.load(folder)
        return cls(declared, workspace, declared.monitoring_pipeline(wanted), iam=judge(declared))

    def parameters(self, given: Mapping[str, str]) -> dict[str, Any]:
        return bind(self.definition.parameters, given)

    def input_place(self, parameters: Mapping[str, Any], by: str) -> InputPlace:
        """Where these values of the parameters have the pipeline's data, for the commands named `by`.

        Raises UsageError for a pipeline of which no parameter says where they are.
        """
        uri = self._input(parameters)
        if uri is None:
            raise UsageError(
                f"the pipeline {self.pipeline.name} has no parameter that says where its data are: expected "
                "InputKey, InputData, or one whose default is an S3 URI"
            )
        own = uri == self._input({one.name: one.default for one in self.definition.parameters})
        return InputPlace(self.storage, self._workspace, uri, by, own=own)

    def use_data(self, source: Path | None, parameters: Mapping[str, Any], workload: str) -> None:
        """Put the data there, or without any find those of the last time, as the two below do."""
        if source:
            self.put_data(source, parameters, workload)
        else:
            self.keep_data(parameters)

    def put_data(self, source: Path, parameters: Mapping[str, Any], workload: str) -> None:
        """Make a file, a folder or what comes out of a pipe the data of a workload's pipeline.

        Raises UsageError for anything else, and StorageError where other data than a workload's would go.
        """
        with readable(source, self._workspace) as file:
            self.input_place(parameters, f"data of {workload}").put(file)

    def keep_data(self, parameters: Mapping[str, Any]) -> None:
        """Raise UsageError if a parameter says where the pipeline's data are, and nothing is there."""
        uri = self._input(parameters)
        if uri is not None and not self.storage.exists(uri):
            raise UsageError(f"{uri} holds no data yet; pass it with --data PATH")

    def use_weights(self, source: Path | None, parameters: Mapping[str, Any], workload: str) -> None:
        """Put pretrained weights where a parameter says, or without any find those of the last time.

        Raises UsageError for weights that the pipeline does not take, and for missing ones.
        """
        uri = weights_uri(self.definition, parameters)
        if uri is None:
            if source:
                raise UsageError(f"the pipeline {self.pipeline.name} has no parameter WeightsKey")
        elif source:
            defaults = {one.name: one.default for one in self.definition.parameters}
            own = uri == weights_uri(self.definition, defaults)
            with readable(source, self._workspace) as files:
                place = InputPlace(self.storage, self._workspace, uri, f"weights of {workload}", own=own)
                place.put(files)
        elif not self.storage.exists(uri):
            raise UsageError(f"{uri} holds no weights yet; pass them with --weights PATH (`make pretrained`)")

    def _input(self, parameters: Mapping[str, Any]) -> str | None:
        return input_uri(self.definition, parameters)

    def prepare(
        self,
        command: str,
        workload: str,
        parameters: Mapping[str, Any],
        *,
        leaving_out: Collection[str] = (),
        on_rows: Callable[[int], None] = lambda rows: None,
        called: Mapping[Path, Path] | None = None,
        execution: tuple[str, Path] | None = None,
        stopping: threading.Event | None = None,
    ) -> "Run":
        """An execution whose every step has been checked; raises PipelineError for what cannot run here, and
        AccessDeniedError where a rule may not start it.

        Messages call the objects in `called` by the names that it has for them. `execution` is its id and
        folder, where these have been given out already; `stopping` ends it once it is set.
        """
        id, folder = execution or self._workspace.new_execution()
        sources = revision.current()
        record = ExecutionRecord(
            id,
            command,
            workload,
            self.pipeline.name,
            parameters,
            sources.commit,
            sources.dirty,
            number=next_number(self._workspace.runs),
        )
        earlier = read_all(self._workspace.runs, workload)
        resumed = _unfinished(earlier, command)
        cache = StepCache(self._workspace.results, self.storage, resumed)
        registry = FolderRegistry(self._workspace.registry, self._assembly.place)
        services = Services(
            self.storage,
            self._images,
            self._assembly.place,
            registry,
            self._groups,
            self._assembly.model,
            on_rows=on_rows,
            called={} if called is None else called,
            promise=Promise.parse(self.pipeline.answers),
            tunings=self._workspace.tunings,
            stopping=stopping or threading.Event(),
            iam=self._iam,
        )
        run = Run(record, self._workspace)
        run.execution = Execution(
            id, folder, self.pipeline, self.definition, parameters, services, cache, run.note, leaving_out
        )
        run.execution.rehearse()
        if command != TRAIN:
            # A person starts a training; what is to be scored or compared is noticed by a rule, where one is.
            run.execution.permissions.by_event()
        return run


class Run:
    """An execution that is written down while it runs."""

    execution: Execution

    def __init__(self, record: ExecutionRecord, workspace: Workspace) -> None:
        self.record = record
        self.published: list[Path] = []
        self._workspace = workspace

    def note(self, step: StepRecord) -> None:
        self.record.steps.append(step)
        self.save()

    def save(self) -> None:
        self.record.save(self._workspace.runs)

    def run(self, progress: Progress, *, publishing: bool = False) -> None:
        """Run it to its end, whatever that is; raises JobError for a step that fails.

        What it registers is in the registry afterwards. With `publishing`, models and reports are in their
        places too, in the same step; `published` are their paths.
        """
        started = time.monotonic()
        self.save()
        write_whole(self.execution.folder / DEFINITION, self.execution.pipeline.definition)
        status = STOPPED
        try:
            self.execution.run(progress)
            self._publish(models_too=publishing)
            if self.record.command == TRAIN:
                report.write(self._workspace, self.record.workload, [self.record])
            status = SUCCEEDED
        except SlipwayError as error:
            status, self.record.failure = FAILED, str(error).splitlines()[0]
            raise
        finally:
            self.record.status = status
            self.record.seconds = time.monotonic() - started
            self._measure()
            self.save()
            prune(self._workspace.runs, self._workspace.storage, self.execution.cache, self.record)

    def _publish(self, *, models_too: bool) -> None:
        execution, services = self.execution, self.execution.services
        publication = Publication(self._workspace, self.record.workload, self.record.id)
        publication.add(services.registrations)
        if models_too:
            self.published += publication.add_artifacts(services.results, services.storage)
            publication.add_baseline(services.baseline, services.storage)
            self.published += publication.add_reports(execution.property_files, services.storage)
        publication.commit()

    def _measure(self) -> None:
        """Metrics and the digests of the archives, as far as there are any yet."""
        storage = self.execution.services.storage
        self.record.package = next(iter(self.execution.packages), None)
        for name, uri in self.execution.property_files.items():
            self.record.metrics[name] = json.loads(storage.path(uri).read_bytes())
        for model in self.execution.services.results:
            for container in model.containers:
                if container.model_data_url is not None:
                    archive = storage.path(container.model_data_url).read_bytes()
                    self.record.artifacts[container.hostname] = hashlib.sha256(archive).hexdigest()


def _unfinished(earlier: list[ExecutionRecord], command: str) -> frozenset[str]:
    """The steps that the last execution completed before it failed; none if it succeeded."""
    last = next((one for one in reversed(earlier) if one.command == command), None)
    return last.finished_keys if last is not None and last.status != SUCCEEDED else frozenset()
