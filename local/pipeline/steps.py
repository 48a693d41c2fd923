"""The table of step types, and how the runner runs each."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from assembly import Model
from assembly.properties import MODEL
from local.errors import JobError
from local.jobs import ProcessingJob, Services, TrainingJob, TuningJob
from local.jobs.arguments import TRANSFORM, refuse
from local.jobs.transform import TransformRequest, run_transform_job
from local.pipeline import conditions
from local.pipeline.definition import CONDITION
from local.registry import PENDING
from local.registry.package import STATUSES


class Action(Protocol):
    """One step with its arguments resolved."""

    @property
    def description(self) -> Mapping[str, Any]:
        """The properties of the step that others may refer to."""
        ...

    @property
    def outputs(self) -> Sequence[str]:
        """The S3 URIs under which it leaves its results."""
        ...

    def check(self) -> None:
        """Raise a SlipwayError when the step cannot run here; called for every step before the first runs."""
        ...

    def run(self, folder: Path) -> None:
        """Do it, in a folder of the step's own; raises a SlipwayError when it fails."""
        ...


class CreateModel:
    """Puts a model together from CreateModel's arguments."""

    outputs = ()

    def __init__(self, name: str, arguments: Mapping[str, Any], services: Services) -> None:
        self._arguments = arguments
        self._services = services
        self._model = Model.from_arguments(name, arguments)

    @property
    def description(self) -> dict[str, Any]:
        return {**self._arguments, "ModelName": self._model.name}

    def check(self) -> None:
        refuse(MODEL, self._arguments)
        _check_containers(self._model, self._services)

    def run(self, folder: Path) -> None:
        _demand_archives(self._model, self._services)
        self._services.models[self._model.name] = self._model


class RegisterModel:
    """Adds a version to a model package group of the assembly, from CreateModelPackage's arguments.

    It is staged, and in the registry when the execution publishes what it has made.

    The package's metrics are the JSON of `ModelMetrics.ModelQuality.Statistics`, the baseline of its data the
    documents of `ModelMetrics.ModelDataQuality`.
    """

    outputs = ()

    def __init__(self, name: str, arguments: Mapping[str, Any], services: Services) -> None:
        self._group = str(arguments["ModelPackageGroupName"])
        self._arguments = arguments
        self._services = services
        self._model = Model.from_arguments(name, arguments["InferenceSpecification"])
        metrics = arguments.get("ModelMetrics", {})
        self._statistics = metrics.get("ModelQuality", {}).get("Statistics", {}).get("S3Uri")
        documents = metrics.get("ModelDataQuality", {})
        self._baseline = {name.lower(): str(one["S3Uri"]) for name, one in documents.items()}
        self._status = arguments.get("ModelApprovalStatus", PENDING)
        self._arn = services.registry.arn(self._group, services.registry.next_version(self._group))

    @property
    def description(self) -> dict[str, Any]:
        return {**self._arguments, "ModelPackageArn": self._arn}

    def check(self) -> None:
        if self._group not in self._services.package_groups:
            raise JobError(f"the assembly declares no model package group {self._group}")
        if self._status not in STATUSES:
            raise JobError(f"ModelApprovalStatus {self._status!r} is not one of {', '.join(STATUSES)}")
        for uri in (*([self._statistics] if self._statistics else []), *self._baseline.values()):
            self._services.storage.path(uri)
        _check_containers(self._model, self._services)

    def run(self, folder: Path) -> None:
        _demand_archives(self._model, self._services)
        for uri in self._baseline.values():
            if not self._services.storage.exists(uri):
                raise JobError(f"the baseline {uri} does not exist")
        package, moves = self._services.registry.stage(
            self._group,
            self._model,
            self._status,
            self._metrics(),
            storage=self._services.storage,
            folder=folder / "package",
            baseline=self._baseline,
        )
        self._services.baseline.update(self._baseline)
        self._services.registrations.extend(moves)
        self._services.registered.append(self._model)
        self._arn = package.arn

    def _metrics(self) -> dict[str, Any]:
        if self._statistics is None:
            return {}
        try:
            metrics = json.loads(self._services.storage.path(self._statistics).read_bytes())
        except (OSError, ValueError) as error:
            raise JobError(f"the metrics {self._statistics} cannot be read: {error}") from None
        return metrics if isinstance(metrics, dict) else {"value": metrics}


class Condition:
    """Says which branch is taken: `Outcome` is whether all of the conditions hold."""

    outputs = ()

    def __init__(self, name: str, arguments: Mapping[str, Any], services: Services) -> None:
        self._conditions = arguments["Conditions"]
        self._outcome: conditions.Outcome | None = None

    @property
    def description(self) -> dict[str, Any]:
        if self._outcome is None:
            return {"Outcome": None}
        return {"Outcome": self._outcome.holds, "Words": self._outcome.words}

    def check(self) -> None:
        conditions.check_all(self._conditions)

    def run(self, folder: Path) -> None:
        self._outcome = conditions.evaluate_all(self._conditions)


# Of SageMaker's FailStepMetadata: a test holds it against botocore's model.
LONGEST_MESSAGE = 3072


class Fail:
    """Ends the execution as failed, with the message that the definition gives."""

    outputs = ()

    def __init__(self, name: str, arguments: Mapping[str, Any], services: Services) -> None:
        self._message = str(arguments.get("ErrorMessage", "the Fail step has no ErrorMessage"))

    @property
    def description(self) -> dict[str, Any]:
        return {"ErrorMessage": self._message}

    def check(self) -> None:
        if len(self._message) > LONGEST_MESSAGE:
            raise JobError(
                f"ErrorMessage has {len(self._message)} characters; expected at most {LONGEST_MESSAGE}"
            )

    def run(self, folder: Path) -> None:
        raise JobError(self._message)


class TransformJob:
    """Sends S3 objects through a model, from CreateTransformJob's arguments."""

    def __init__(self, name: str, arguments: Mapping[str, Any], services: Services) -> None:
        self._name = name
        self._arguments = arguments
        self._services = services

    @property
    def description(self) -> dict[str, Any]:
        arn = self._services.place.arn("sagemaker", f"transform-job/{self._name}")
        return {**self._arguments, "TransformJobName": self._name, "TransformJobArn": arn}

    @property
    def outputs(self) -> Sequence[str]:
        return (self._arguments["TransformOutput"]["S3OutputPath"],)

    def check(self) -> None:
        refuse(TRANSFORM, self._arguments)
        request = TransformRequest.parse(self._arguments)
        for uri in (request.input_uri, request.output_uri):
            self._services.storage.path(uri)

    def run(self, folder: Path) -> None:
        model = self._services.model(self._arguments["ModelName"])
        if model is None:
            raise JobError(f"there is no model {self._arguments['ModelName']}")
        run_transform_job(
            self._arguments,
            model=model,
            storage=self._services.storage,
            images=self._services.images,
            folder=folder,
            on_rows=self._services.on_rows,
            called=self._services.called,
            promise=self._services.promise,
            stopping=self._services.stopping,
        )


def _check_containers(model: Model, services: Services) -> None:
    for container in model.containers:
        services.images.find(container.image)
        if container.model_data_url is not None:
            services.storage.path(container.model_data_url)


def _demand_archives(model: Model, services: Services) -> None:
    for container in model.containers:
        url = container.model_data_url
        if url is not None and not services.storage.exists(url):
            raise JobError(f"the model data of {container.hostname}, {url}, does not exist")


STEP_TYPES: Mapping[str, Callable[[str, Mapping[str, Any], Services], Action]] = {
    CONDITION: Condition,
    "Fail": Fail,
    "Model": CreateModel,
    "Processing": ProcessingJob,
    "RegisterModel": RegisterModel,
    "Training": TrainingJob,
    "Transform": TransformJob,
    "Tuning": TuningJob,
}
