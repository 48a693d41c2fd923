"""Everything that clients of SageMaker reach at the address of `serve`, beside the runtime."""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from assembly import Assembly, Model
from local.aws.front import Service
from local.aws.identity import Identity
from local.aws.json_protocol import JsonService
from local.aws.logs import Logs, Stream
from local.aws.s3.buckets import MadeBuckets
from local.aws.s3.objects import Objects
from local.aws.s3.service import S3
from local.containers.images import Images
from local.jobs import Services
from local.registry import FolderRegistry
from local.sagemaker_api import kinds
from local.sagemaker_api.jobs import Jobs
from local.sagemaker_api.queue import Queue
from local.sagemaker_api.streams import streams
from local.sagemaker_api.tuning import TuningTrainings
from local.storage.s3 import Storage
from local.storage.workspace import Workspace


class SageMakerApi:
    """The services of an assembly and a workspace, and what clients have made in it.

    `start` takes up what an earlier run has left, `close` ends what runs.
    """

    def __init__(self, declared: Assembly, workspace: Workspace, images: Images) -> None:
        self._declared = declared
        self._workspace = workspace
        self._images = images
        folder = workspace.root / "sagemaker-api"
        self._made = MadeBuckets(folder / "buckets")
        self._storage = self.storage(declared)
        self._objects = Objects(self._storage, folder / "objects")
        self._queue = Queue(self._services)
        self._jobs = [Jobs(kind, folder, self._queue, declared.place) for kind in kinds.ALL]

    def storage(self, declared: Assembly) -> Storage:
        """The storage of an assembly, with the buckets that clients have made."""
        return Storage(self._workspace.storage, declared, self._made.names)

    def start(self) -> None:
        """Fail what ran when the last server ended, and queue what waited, in its order."""
        waiting = [one for jobs in self._jobs for one in jobs.resume()]
        for _, add in sorted(waiting, key=lambda one: one[0]):
            add()

    def close(self) -> None:
        self._queue.close()

    def services(self) -> Mapping[str, Service]:
        """The services by the names that their requests are signed for."""
        place = self._declared.place
        operations: dict[str, Any] = {}
        for jobs in self._jobs:
            operations |= jobs.operations()
        tunings = next(jobs for jobs in self._jobs if jobs.kind is kinds.TUNING_JOBS)
        operations |= TuningTrainings(tunings).operations()
        return {
            "sagemaker": JsonService("sagemaker", place.region, operations),
            "s3": S3(self._objects, self._made, place.region),
            "logs": Logs(place, self._streams).service(),
            **Identity(self._declared).services(),
        }

    def _streams(self, group: str) -> Sequence[Stream] | None:
        return streams(group, self._jobs)

    def _services(self, stopping: threading.Event, on_phase: Callable[[str], None]) -> Services:
        place = self._declared.place
        return Services(
            self._storage,
            self._images,
            place,
            FolderRegistry(self._workspace.registry, place),
            deployed=self._model,
            stopping=stopping,
            on_phase=on_phase,
        )

    def _model(self, name: str) -> Model | None:
        return self._declared.model(name)
