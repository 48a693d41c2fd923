"""What the runner does for each type of step: the one table of step types."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from local.assembly import Model
from local.errors import JobError
from local.jobs import ProcessingJob, Services, TrainingJob
from local.transform import TransformRequest, run_transform_job


class Action(Protocol):
    """One step with its arguments resolved."""

    @property
    def description(self) -> Mapping[str, Any]:
        """The properties of the step that others may refer to."""
        ...

    def check(self) -> None:
        """Raise a SlipwayError when the step cannot run here; called for every step before the first runs."""
        ...

    def run(self, folder: Path) -> None:
        """Do it, in a folder of the step's own; raises a SlipwayError when it fails."""
        ...


class CreateModel:
    """Puts a model together from CreateModel's arguments."""

    def __init__(self, name: str, arguments: Mapping[str, Any], services: Services) -> None:
        self._arguments = arguments
        self._services = services
        self._model = Model.from_arguments(name, arguments)

    @property
    def description(self) -> dict[str, Any]:
        return {**self._arguments, "ModelName": self._model.name}

    def check(self) -> None:
        for container in self._model.containers:
            self._services.images.find(container.image)
            if container.model_data_url is not None:
                self._services.storage.path(container.model_data_url)

    def run(self, folder: Path) -> None:
        for container in self._model.containers:
            url = container.model_data_url
            if url is not None and not self._services.storage.exists(url):
                raise JobError(f"the model data of {container.hostname}, {url}, does not exist")
        self._services.models[self._model.name] = self._model


class TransformJob:
    """Sends S3 objects through a model of this execution, from CreateTransformJob's arguments."""

    def __init__(self, name: str, arguments: Mapping[str, Any], services: Services) -> None:
        self._name = name
        self._arguments = arguments
        self._services = services

    @property
    def description(self) -> dict[str, Any]:
        return {**self._arguments, "TransformJobName": self._name}

    def check(self) -> None:
        request = TransformRequest.parse(self._arguments)
        for uri in (request.input_uri, request.output_uri):
            self._services.storage.path(uri)

    def run(self, folder: Path) -> None:
        model = self._services.models.get(self._arguments["ModelName"])
        if model is None:
            raise JobError(f"the execution has created no model {self._arguments['ModelName']}")
        run_transform_job(
            self._arguments,
            model=model,
            storage=self._services.storage,
            images=self._services.images,
            folder=folder,
        )


STEP_TYPES: Mapping[str, Callable[[str, Mapping[str, Any], Services], Action]] = {
    "Model": CreateModel,
    "Processing": ProcessingJob,
    "Training": TrainingJob,
    "Transform": TransformJob,
}
