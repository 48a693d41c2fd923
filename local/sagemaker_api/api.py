"""Everything that clients of SageMaker reach at the address of `serve`, beside the runtime."""

import asyncio
import threading
import time
from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import chain

from assembly import Assembly, Model
from assembly.errors import SlipwayError
from local.aws.errors import validation
from local.aws.front import Service
from local.aws.identity import Identity
from local.aws.json_protocol import JsonService, Operation
from local.aws.logs import Logs, Stream
from local.aws.s3.buckets import MadeBuckets
from local.aws.s3.objects import Objects
from local.aws.s3.service import S3
from local.containers.images import Images
from local.containers.process import stop_all
from local.endpoint.fleet import Fleets
from local.endpoint.replacement import Hosted
from local.endpoint.runtime import Runtime
from local.errors import JobError
from local.jobs import Services
from local.jobs.tuning.request import TuningRequest
from local.registry import FolderRegistry
from local.sagemaker_api import kinds
from local.sagemaker_api.answers import not_found
from local.sagemaker_api.endpoints import Endpoints, Surroundings
from local.sagemaker_api.execution_queue import Rooms
from local.sagemaker_api.executions import Executions
from local.sagemaker_api.jobs import Jobs, Kind
from local.sagemaker_api.packages import Packages
from local.sagemaker_api.permissions import CallersOfApi, of_job
from local.sagemaker_api.pipelines import Pipelines
from local.sagemaker_api.queue import Queue
from local.sagemaker_api.records import Record
from local.sagemaker_api.resources import CONFIG, MODEL, Request, Resources
from local.sagemaker_api.runs import Runs
from local.sagemaker_api.streams import streams
from local.sagemaker_api.tags import Tagged, Tags
from local.sagemaker_api.training_request import check_training
from local.sagemaker_api.tuning import TuningTrainings, training_records
from local.storage.s3 import Storage
from local.storage.workspace import Workspace
from rehearsal.iam.enforcement import OFF, Iam

Others = Callable[[str | None], Iterable[Record]]


class Made:
    """What clients have made in a workspace that others use, too: its buckets."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.folder = workspace.root / "sagemaker-api"
        self.buckets = MadeBuckets(self.folder / "buckets")

    def storage(self, declared: Assembly) -> Storage:
        """The storage of an assembly, with the buckets that clients have made."""
        return Storage(self.workspace.storage, declared, self.buckets.names)


class SageMakerApi:
    """The services of an assembly and a workspace, and what clients have made in it.

    `iam` is asked what callers, and the roles of what they create, may do. `open` takes up what an earlier
    run has left, `close` ends what runs.
    """

    def __init__(
        self, declared: Assembly, made: Made, images: Images, fleets: Fleets, *, iam: Iam = OFF
    ) -> None:
        self._declared = declared
        self._iam = iam
        self._made = made
        self._images = images
        self._storage = made.storage(declared)
        self._objects = Objects(self._storage, made.folder / "objects")
        now = time.time()
        runs = Runs(made.workspace.runs)
        of_runs = partial(runs.jobs, "Model")
        self._models = Resources(MODEL, declared, made.folder, self._check_model, now, others=of_runs)
        self._configs = Resources(CONFIG, declared, made.folder, self._check_config, now)
        surroundings = Surroundings(declared, fleets, made.folder, now)
        self._endpoints = Endpoints(surroundings, self._models, self._configs)
        self._queue = Queue(self._services)
        self._jobs = self._all_jobs(runs)
        registry = FolderRegistry(made.workspace.registry, declared.place)
        self._packages = Packages(declared, registry, self._storage, made.buckets, made.folder)
        self._pipelines = Pipelines(declared, made.folder, now)
        rooms = Rooms(declared, made.workspace, self._storage, self._packages.groups, iam)
        self._executions = Executions(rooms, self._pipelines, runs, made.folder)

    def _all_jobs(self, runs: Runs) -> list[Jobs]:
        # A job that is described says nothing of a stand-in: it did when it was run.
        described = self._images.of_any_version(lambda text: None)

        def jobs(kind: Kind, step: str, check: Callable[[Request], None], others: Others = _none) -> Jobs:
            def all_others(name: str | None) -> Iterable[Record]:
                return chain(others(name), runs.jobs(step, name))

            return Jobs(
                kind,
                self._made.folder,
                self._queue,
                self._declared.place,
                check=check,
                images=described,
                others=all_others,
                permit=partial(self._permit, step),
            )

        self._tunings = tunings = jobs(kinds.TUNING_JOBS, "Tuning", _check_tuning)
        return [
            jobs(kinds.TRAINING_JOBS, "Training", check_training, partial(training_records, tunings)),
            jobs(kinds.PROCESSING_JOBS, "Processing", _nothing),
            jobs(kinds.TRANSFORM_JOBS, "Transform", self._check_transform),
            tunings,
        ]

    def open(self, runtime: Runtime, of_template: Sequence[Hosted]) -> None:
        """Fail what ran when the last server ended, and queue what waited, in its order; start the endpoints
        of clients beside those of the template, of which these are served."""
        waiting = [one for jobs in self._jobs for one in jobs.resume()]
        for _, add in sorted(waiting, key=lambda one: one[0]):
            add()
        self._executions.open()
        self._endpoints.open(runtime, of_template)

    async def close(self) -> None:
        await asyncio.gather(
            asyncio.to_thread(self._queue.close),
            asyncio.to_thread(self._executions.close),
            self._endpoints.close(),
        )

    def kill(self) -> None:
        """Kill the containers of endpoints and jobs."""
        self._endpoints.kill()
        # Not here: it waits for each to be gone, and the loop has others to see to.
        threading.Thread(target=stop_all, args=(0.0,), name="kill", daemon=True).start()

    def services(self) -> Mapping[str, Service]:
        """The services by the names that their requests are signed for."""
        place = self._declared.place
        tagged: dict[str, Tagged] = {jobs.kind.path: jobs for jobs in self._jobs}
        tagged |= {"model": self._models, "endpoint-config": self._configs, "endpoint": self._endpoints}
        tagged |= {"pipeline": self._pipelines, "model-package-group": self._packages}
        groups: list[Mapping[str, Operation]] = [jobs.operations() for jobs in self._jobs]
        groups += [TuningTrainings(self._tunings).operations(), Tags(place, tagged).operations()]
        groups += [self._pipelines.operations(), self._executions.operations(), self._packages.operations()]
        groups += [self._models.operations(), self._configs.operations(), self._endpoints.operations()]
        return {
            "sagemaker": JsonService(
                "sagemaker", place.region, dict(ChainMap(*map(dict, groups))), CallersOfApi(self._iam)
            ),
            "s3": S3(self._objects, self._made.buckets, place.region),
            "logs": Logs(place, self._streams).service(),
            **Identity(self._declared).services(),
        }

    def _permit(self, step: str, name: str, request: Request) -> None:
        """Raise AccessDeniedError where the role of a job may not do what the job needs."""
        model = self._models.find(request["ModelName"]) if step == "Transform" else None
        self._iam.demand(partial(of_job, step=step, name=name, request=request, model=model))

    def _streams(self, group: str, job: str | None) -> Sequence[Stream] | None:
        return streams(group, job, self._jobs, self._endpoints.hosted())

    def _services(self, stopping: threading.Event, on_phase: Callable[[str], None]) -> Services:
        place = self._declared.place
        return Services(
            self._storage,
            self._images,
            place,
            FolderRegistry(self._made.workspace.registry, place),
            deployed=self._model,
            stopping=stopping,
            on_phase=on_phase,
            tunings=self._made.workspace.tunings,
            iam=self._iam,
        )

    def _model(self, name: str) -> Model | None:
        request = self._models.find(name)
        return None if request is None else Model.from_arguments(name, request)

    def _check_model(self, request: Request) -> None:
        try:
            model = Model.from_arguments(request["ModelName"], request)
            for container in model.containers:
                url = container.model_data_url
                if url is not None and not self._storage.exists(url):
                    raise validation(f"Could not find model data at {url}.")
        except SlipwayError as error:
            raise validation(str(error)) from None

    def _check_config(self, request: Request) -> None:
        variants = request["ProductionVariants"]
        if len(variants) != 1:
            raise validation(f"the runner serves one production variant, not {len(variants)}")
        name = variants[0].get("ModelName")
        if name is None:
            raise validation("ModelName is missing: the runner serves no inference components")
        if self._models.find(name) is None:
            raise not_found("CreateEndpointConfig", "model", self._models.arn(name))

    def _check_transform(self, request: Request) -> None:
        name = request["ModelName"]
        if self._models.find(name) is None:
            raise not_found("CreateTransformJob", "model", self._models.arn(name))


def _check_tuning(request: Request) -> None:
    given = [one for one in ("TrainingJobDefinition", "TrainingJobDefinitions") if request.get(one)]
    if len(given) != 1:
        raise validation("expected either a TrainingJobDefinition or TrainingJobDefinitions")
    try:
        TuningRequest.parse(request)
    except JobError as error:
        raise validation(str(error)) from None
    except KeyError as error:
        raise validation(f"{error.args[0]} is missing") from None


def _nothing(request: Request) -> None:
    pass


def _none(name: str | None) -> Iterable[Record]:
    return ()
