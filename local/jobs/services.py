"""What all jobs have in common: storage, images, and how a container is run for them."""

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from assembly import Model
from assembly.place import Place
from local.containers.images import Images
from local.endpoint.answers import NOTHING, Promise
from local.errors import JobError
from local.registry import FolderRegistry
from local.storage.moves import Move
from local.storage.s3 import Storage
from rehearsal.iam.enforcement import OFF, Iam


@dataclass(frozen=True)
class Services:
    """The environment of one execution.

    `package_groups` are the model package groups that the assembly declares, `deployed` finds its models by
    name, `models` are those that the execution has created. `on_rows` is told of each number of rows
    transformed; `called` has the names by which messages call objects, by their paths, where these are not
    their keys. `promise` is what the pipeline's workload promises of the answers in its transform jobs.
    `baseline` has the S3 URIs of what the data of a registered model are like, by the documents' names.
    `registrations` put the model packages that the execution has staged into the registry, and `registered`
    are the models of these.
    Once `stopping` is set no job starts another process, and those that run are stopped. `on_phase` is told
    when a training job begins to download, to train and to upload. `tunings` is the folder of the tuning jobs
    that others may begin with, if there is one. `iam` is asked before a call is done.
    """

    storage: Storage
    images: Images
    place: Place
    registry: FolderRegistry
    package_groups: Collection[str] = ()
    deployed: Callable[[str], Model | None] = lambda name: None
    models: dict[str, Model] = field(default_factory=dict)
    on_rows: Callable[[int], None] = lambda rows: None
    called: Mapping[Path, Path] = field(default_factory=dict)
    promise: Promise = NOTHING
    baseline: dict[str, str] = field(default_factory=dict)
    registrations: list[Move] = field(default_factory=list)
    registered: list[Model] = field(default_factory=list)
    tunings: Path | None = None
    stopping: threading.Event = field(default_factory=threading.Event)
    on_phase: Callable[[str], None] = lambda phase: None
    iam: Iam = OFF

    def model(self, name: str) -> Model | None:
        """A model that the execution has created or the assembly declares."""
        return self.models.get(name) or self.deployed(name)

    @property
    def results(self) -> Sequence[Model]:
        """The models that the execution is for: those registered; where none is, all that it has created."""
        return self.registered or list(self.models.values())

    def image_digest(self, uri: str) -> str:
        """The digest of the image's program; an execution uses the program as it was at its start."""
        image = self.images.find(uri)
        if image.name not in self._digests:
            self._digests[image.name] = image.digest()
        return self._digests[image.name]

    @cached_property
    def _digests(self) -> dict[str, str]:
        return {}


def only(arguments: Mapping[str, Any], accepted: Mapping[str, tuple[str, ...]]) -> None:
    """Refuse arguments with which the job would run otherwise here than on SageMaker.

    `accepted` holds, by argument, the values that may stand there (the first is SageMaker's default).
    """
    for name, values in accepted.items():
        if arguments.get(name, values[0]) not in values:
            raise JobError(f"{name} {arguments[name]!r} is not supported, only {' and '.join(values)}")


def texts(values: Mapping[str, Any], what: str) -> dict[str, str]:
    """The values, which SageMaker accepts as strings only; raises JobError for any other."""
    for name, value in values.items():
        if not isinstance(value, str):
            raise JobError(f"{what} {name} is {value!r}; SageMaker takes strings only")
    return dict(values)


def longest_time(arguments: Mapping[str, Any]) -> float | None:
    """The job's time limit in seconds, None when it has none."""
    seconds = arguments.get("StoppingCondition", {}).get("MaxRuntimeInSeconds")
    return None if seconds is None else float(seconds)
