"""What training is for every workload: a pipeline, what starts it, and the models that it registers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from constructs import Construct

from stacks.constructs.access.execution_role import ExecutionRole
from stacks.constructs.model.image import Image
from stacks.constructs.model.inference_pipeline import Container
from stacks.constructs.pipeline.pipeline import JOB_LOGS, Pipeline
from stacks.constructs.pipeline.records import CSV_ROWS, Records
from stacks.constructs.pipeline.references import Join, Parameter, Value
from stacks.constructs.pipeline.steps import (
    Cluster,
    Condition,
    DataBaseline,
    Model,
    Processing,
    RegisterModel,
    Spot,
    Step,
    Transform,
)
from stacks.constructs.pipeline.trigger import ETAG, KEY, TIME, NewObject, Schedule, Trigger
from stacks.constructs.storage.artifact import CodeDirectory, S3Prefix, SourceArchive
from stacks.platform.foundation import Foundation
from stacks.settings import ROOT
from stacks.workloads.shared.evaluation import FILE, STEP, outputs
from stacks.workloads.shared.gate import Gate
from stacks.workloads.shared.instances import (
    model_instance_types,
    processing_cluster,
    scoring_instances,
    training_cluster,
)
from stacks.workloads.shared.managed_images import SCIKIT_LEARN
from stacks.workloads.shared.package_groups import PackageGroups
from stacks.workloads.shared.record import Workload
from stacks.workloads.shared.workload_stack import WorkloadStack, pascal, tag_purpose

# A step's result is reused while the names of its inputs are the same: other data under the same key need
# another version. A trigger gives what the event says.
DATA_VERSION = Parameter.string("DataVersion", "1")
SPLIT_SEED = Parameter.string("SplitSeed", "1729")

_ANSWERS = ("text/csv", "application/json", "application/jsonlines")


class TrainingStack(WorkloadStack):
    """A subclass makes its steps with what is offered here, and ends with `build_pipeline`.

    The scripts are folders of model_code/<workload>/. The data are an object below `<workload>/input/` in the
    data bucket, the record's unless whoever starts the pipeline names another; `data` is its S3 URI.
    Pretrained weights that the record names lie below `<workload>/weights/`.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        workload: Workload,
        foundation: Foundation,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, id, workload=workload, **kwargs)
        self.folder = ROOT / "model_code" / self.workload
        self.cluster = training_cluster(self.settings)
        self.processing = processing_cluster(self.settings)
        self.scoring = scoring_instances(self.settings)
        self._foundation = foundation
        self._code: dict[str, CodeDirectory] = {}
        self._sources: dict[str, SourceArchive] = {}
        self._groups = PackageGroups(self)
        self._arrivals = S3Prefix(foundation.data_bucket, f"{self.workload}/input")
        self._input_key = Parameter.string("InputKey", f"{self._arrivals.prefix}/{workload.data}")
        self.data = Join("/", (f"s3://{foundation.data_bucket.bucket_name}", self._input_key))
        self.outputs = S3Prefix(foundation.artifact_bucket, outputs(self.workload))
        self._pretrained = S3Prefix(foundation.data_bucket, f"{self.workload}/weights")
        self._weights_key = (
            Parameter.string("WeightsKey", f"{self._pretrained.prefix}/{workload.weights}/")
            if workload.weights
            else None
        )

    @property
    def weights(self) -> Join:
        """The S3 URI of the pretrained weights that the workload's record names."""
        if self._weights_key is None:
            raise ValueError(f"the record of {self.workload} names no weights")
        return Join("/", (f"s3://{self._pretrained.bucket.bucket_name}", self._weights_key))

    @cached_property
    def job_role(self) -> ExecutionRole:
        """Runs the jobs."""
        return ExecutionRole(
            self,
            "JobRole",
            description=f"Runs the jobs of {self.name}",
            log_groups=JOB_LOGS,
            names_source=self.settings.trust_names_source,
        )

    def code(self, folder: str) -> CodeDirectory:
        """The folder as the code of processing jobs."""
        if folder not in self._code:
            self._code[folder] = CodeDirectory(self, f"{pascal(folder)}Code", folder=self.folder / folder)
        return self._code[folder]

    def source(self, folder: str) -> SourceArchive:
        """The folder as the source of a model in script mode, fitted by its `fit.py`."""
        if folder not in self._sources:
            self._sources[folder] = SourceArchive(
                self, f"{pascal(folder)}Source", folder=self.folder / folder, program="fit.py"
            )
        return self._sources[folder]

    def process(
        self,
        name: str,
        *,
        inputs: Mapping[str, Value],
        outputs: Sequence[str],
        folder: str = "",
        image: Image = SCIKIT_LEARN,
        cluster: Cluster | None = None,
        **more: Any,
    ) -> Processing:
        """A step that runs the code of a folder, HoldOut that of `hold_out` if no other is named, on the
        training's cluster if no other is given; `more` is what a Processing takes besides."""
        return Processing(
            name,
            image=image,
            code=self.code(folder or re.sub(r"\B(?=[A-Z])", "_", name).lower()),
            inputs=inputs,
            outputs=outputs,
            cluster=cluster or self.cluster,
            **more,
        )

    def spot(self, data: Value) -> Spot | None:
        """Spot instances, where the settings want them, for a fit that writes checkpoints. `data` names the
        job that its data, or its hyperparameters, come from."""
        training = self.settings.training
        if not training.spot:
            return None
        checkpoints = self._foundation.checkpoints.below(self.workload)
        return Spot(training.max_wait_seconds, data, checkpoints)

    def model(self, name: str, containers: Sequence[Container], model_data: Mapping[str, Value]) -> Model:
        """The model of these containers, on the instances that serve and score."""
        instance_types = model_instance_types(self.settings)
        return Model(name, containers=containers, model_data=model_data, instance_types=instance_types)

    def score(
        self, model: Model, rows: Value, accept: str, *, records: Records = CSV_ROWS, variant: str = ""
    ) -> Transform:
        """What the whole model answers to rows that no fit has seen."""
        return Transform(
            f"Score{pascal(variant)}",
            model_name=model.model_name,
            data=rows,
            accept=accept,
            instances=self.scoring,
            records=records,
        )

    def describe(
        self, data: Value, options: Mapping[str, Value] = MappingProxyType({})
    ) -> tuple[Processing, DataBaseline]:
        """What a file of CSV with a header is like, for the monitoring of the model's requests: its rows are
        those that the model is trained on, as clients send them. Options are those of the folder `baseline`,
        such as `without`, a column that requests do not have."""
        step = self.process(
            "DataQualityBaseline",
            folder="../shared/baseline",
            inputs={"data": data},
            outputs=["output"],
            cluster=self.processing,
            options=options,
        )
        files = (Join("/", (step.output("output"), name)) for name in ("statistics.json", "constraints.json"))
        return step, DataBaseline(*files)

    def judge(
        self,
        model: Model,
        gate: Gate,
        inputs: Mapping[str, Value],
        *,
        image: Image = SCIKIT_LEARN,
        accepts: Sequence[str] = ("text/csv",),
        answers: Sequence[str] = _ANSWERS,
        variant: str = "",
        branch: str = "",
        baseline: DataBaseline | None = None,
    ) -> tuple[Processing, Condition]:
        """How good the model is, by the folder `evaluate`; if it is good enough, it waits for approval, and
        the `baseline` of its data is registered with it.

        A `variant` of the workload's model has steps, a report and a group of its own. Where one of several
        models becomes the workload's, each in its `branch` of a condition, they have steps of their own only.
        """
        suffix = pascal(variant or branch)
        file = replace(FILE, name=f"{FILE.name}-{variant}") if variant else FILE
        evaluate = self.process(
            f"{STEP}{suffix}",
            folder="evaluate",
            image=image,
            inputs=inputs,
            outputs=[file.output],
            cluster=self.processing,
            options=gate.options,
            property_files=[file],
        )
        register = RegisterModel(
            f"Register{suffix}",
            group=self._groups.of(variant),
            model=model,
            statistics=evaluate.uri(file),
            accepts=accepts,
            answers=answers,
            transform_instance_types=self.settings.scoring.instance_types,
            realtime_instance_types=[self.settings.serving.instance_type],
            baseline=baseline,
        )
        return evaluate, gate.step(evaluate, file, register, suffix)

    def build_pipeline(self, steps: Sequence[Step], parameters: Sequence[Parameter]) -> None:
        """The pipeline, with `parameters` beside those of data and instances, and its triggers."""
        foundation = self._foundation
        instances = (self.cluster.instances, self.processing.instances, self.scoring)
        pipeline = Pipeline(
            self,
            "Pipeline",
            name=self.name,
            parameters=[
                self._input_key,
                *([self._weights_key] if self._weights_key else []),
                *(DATA_VERSION, *parameters),
                *dict.fromkeys(one for each in instances for one in each.parameters),
            ],
            steps=steps,
            job_role=self.job_role,
            reads=[self._arrivals, *([self._pretrained] if self._weights_key else []), self.outputs],
            outputs=self.outputs,
            vpc_config=foundation.model_vpc_config,
            names_source=self.settings.trust_names_source,
            alarms=foundation.alarms,
        )
        tag_purpose(pipeline, "training")
        self._build_triggers(pipeline)

    def _build_triggers(self, pipeline: Pipeline) -> None:
        triggers = self.settings.triggers
        if triggers.schedule is not None:
            time = Schedule(triggers.schedule, {DATA_VERSION: TIME})
            Trigger(self, "Schedule", pipeline=pipeline, occasion=time)
        if triggers.new_data:
            event = {self._input_key: KEY, DATA_VERSION: ETAG}
            arrival = NewObject(self._arrivals.bucket, f"{self._arrivals.prefix}/*", event)
            Trigger(self, "NewData", pipeline=pipeline, occasion=arrival)
