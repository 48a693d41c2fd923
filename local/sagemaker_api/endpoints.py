"""Endpoints that clients make, started and replaced as those of the template are."""

import asyncio
import time
import traceback
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import assembly
from assembly import Assembly, Model
from assembly.address import Address
from assembly.errors import SlipwayError
from local.aws.errors import AwsError, validation
from local.containers.container import FAILURE_LENGTH
from local.endpoint.fleet import Fleet, Fleets
from local.endpoint.replacement import Hosted, RolledBackError
from local.endpoint.runtime import Runtime
from local.sagemaker_api.answers import already_there, not_found, of_template
from local.sagemaker_api.listing import Listing
from local.sagemaker_api.operations import Operation, of_resource
from local.sagemaker_api.records import Record, Records
from local.sagemaker_api.resources import Resources
from local.sagemaker_api.tags import tags_by_name, tags_of

# Their containers share this machine with those of the template.
MOST = 8
CREATING, IN_SERVICE, UPDATING, DELETING = "Creating", "InService", "Updating", "Deleting"
FAILED, OUT_OF_SERVICE = "Failed", "OutOfService"
_TYPE = "AWS::SageMaker::Endpoint"
_SUMMARY = ("EndpointName", "EndpointArn", "EndpointStatus", "CreationTime", "LastModifiedTime")
Request = Mapping[str, Any]


@dataclass(frozen=True)
class Surroundings:
    """What endpoints are made in: an assembly, the fleets of its server, and a folder for the records."""

    declared: Assembly
    fleets: Fleets
    folder: Path
    started: float


class Endpoints:
    """The endpoints of the template and those of clients, and their operations.

    `open` takes the runtime that answers for them, and starts again what an earlier server has left.
    """

    def __init__(self, surroundings: Surroundings, models: Resources, configs: Resources) -> None:
        self._declared, self._fleets = surroundings.declared, surroundings.fleets
        self._folder, self._started = surroundings.folder, surroundings.started
        self._models, self._configs = models, configs
        self._records = Records(self._folder / "endpoint")
        self._listing = Listing("Endpoints", "EndpointName", "EndpointStatus")
        self._hosted: dict[str, Hosted] = {}
        self._of_template: Sequence[Hosted] = ()
        self._tasks: set[asyncio.Task[None]] = set()
        self._runtime: Runtime

    def operations(self) -> dict[str, Operation]:
        verbs: dict[str, Operation] = {"Create": self._create, "Update": self._update}
        verbs |= {"Describe": self._describe, "List": self._list, "Delete": self._delete}
        return {
            **of_resource("Endpoint", verbs),
            "UpdateEndpointWeightsAndCapacities": self._refuse_weights,
        }

    def open(self, runtime: Runtime, of_template: Sequence[Hosted]) -> None:
        self._runtime, self._of_template = runtime, of_template
        for record in self._records:
            if record["status"] == DELETING:
                self._records.remove(record["name"])
            elif record["status"] != FAILED:
                self._note(record["name"], status=CREATING)
                self._begin(self._start(record["name"]))

    async def close(self) -> None:
        """Stop what runs; it is started again with the server."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(one.stop() for one in self._hosted.values()))

    def kill(self) -> None:
        for one in self._hosted.values():
            one.kill()

    def arn(self, name: str) -> str:
        return self._declared.place.arn("sagemaker", f"endpoint/{name}")

    def tags(self, name: str) -> Mapping[str, str] | None:
        """Its tags; None if there is no such endpoint."""
        return tags_by_name(self._records, self._resources(), name)

    def set_tags(self, name: str, tags: Mapping[str, str]) -> None:
        if self._records.find(name) is None:
            raise of_template(self.arn(name))
        self._note(name, tags=dict(tags))

    def hosted(self) -> Sequence[Hosted]:
        """The endpoints that are served, those of the template first."""
        return [*self._of_template, *self._hosted.values()]

    def _create(self, request: Request) -> Request:
        name = request["EndpointName"]
        if self._records.find(name) or self._is_of_template(name):
            raise already_there("CreateEndpoint", "endpoint", self.arn(name))
        config = self._config(request)
        if len(self._records.names()) >= MOST:
            raise AwsError(
                "ResourceLimitExceeded",
                f"The limit of endpoints beside those of the template is {MOST} here; delete one first",
            )
        now = time.time()
        record = {
            "name": name,
            "status": CREATING,
            "created": now,
            "modified": now,
            "failure": None,
            "tags": tags_of(request),
            **config,
        }
        self._records.put(name, record)
        self._begin(self._start(name))
        return {"EndpointArn": self.arn(name)}

    def _update(self, request: Request) -> Request:
        record = self._own("UpdateEndpoint", request["EndpointName"])
        config = self._config(request)
        hosted = self._hosted.get(record["name"])
        if record["status"] != IN_SERVICE or hosted is None:
            raise validation(f'Cannot update in-progress endpoint "{self.arn(record["name"])}".')
        if config["variant"]["VariantName"] != record["variant"]["VariantName"]:
            raise validation(
                f"expected the variant {record['variant']['VariantName']}, which an update cannot change "
                f"here, got {config['variant']['VariantName']}"
            )
        self._note(record["name"], status=UPDATING, failure=None)
        self._begin(self._replace(hosted, config))
        return {"EndpointArn": self.arn(record["name"])}

    def _delete(self, request: Request) -> None:
        record = self._own("DeleteEndpoint", request["EndpointName"])
        if record["status"] in (CREATING, UPDATING, DELETING):
            raise validation(f'Cannot update in-progress endpoint "{self.arn(record["name"])}".')
        self._note(record["name"], status=DELETING)
        self._begin(self._remove(record["name"]))

    def _describe(self, request: Request) -> Request:
        name = request["EndpointName"]
        record = self._records.find(name)
        if record is None:
            return self._described_of_template(name)
        variant = record["variant"]
        images = [one["Image"] for one in _containers(record["model"])]
        count = variant.get("InitialInstanceCount", 1)
        deployed = [
            {"SpecifiedImage": image, "ResolvedImage": image, "ResolutionTime": record["modified"]}
            for image in images
        ]
        return {
            **self._summary(record),
            "EndpointConfigName": record["config"],
            "FailureReason": record["failure"],
            "ProductionVariants": [
                {
                    "VariantName": variant["VariantName"],
                    "DeployedImages": deployed,
                    "CurrentWeight": variant.get("InitialVariantWeight", 1.0),
                    "DesiredWeight": variant.get("InitialVariantWeight", 1.0),
                    "CurrentInstanceCount": count if record["status"] != CREATING else 0,
                    "DesiredInstanceCount": count,
                }
            ]
            if record["status"] != FAILED
            else None,
        }

    def _list(self, request: Request) -> Request:
        names = [one.known_name for one in self._resources() if one.known_name is not None]
        described = [self._described_of_template(name) for name in names]
        of_template = [{key: one[key] for key in _SUMMARY} for one in described]
        return self._listing.page([*of_template, *map(self._summary, self._records)], request)

    def _refuse_weights(self, request: Request) -> Request:
        raise validation(
            "UpdateEndpointWeightsAndCapacities is not implemented here: an endpoint has one variant, on "
            "this machine; UpdateEndpoint takes another endpoint configuration"
        )

    def _config(self, request: Request) -> dict[str, Any]:
        """The configuration of a request with the model that it names, which both may be deleted later."""
        name = request["EndpointConfigName"]
        config = self._configs.find(name)
        if config is None:
            raise not_found("CreateEndpoint", "endpoint configuration", self._configs.arn(name))
        variant = config["ProductionVariants"][0]
        model = self._models.find(variant["ModelName"])
        if model is None:
            raise not_found("CreateEndpoint", "model", self._models.arn(variant["ModelName"]))
        capture = config.get("DataCaptureConfig")
        return {"config": name, "variant": dict(variant), "model": dict(model), "capture": capture}

    def _own(self, operation: str, name: str) -> Record:
        record = self._records.find(name)
        if record is None:
            if self._is_of_template(name):
                raise of_template(self.arn(name))
            raise not_found(operation, "endpoint", self.arn(name))
        return record

    def _resources(self) -> list[assembly.Resource]:
        return self._declared.resources(_TYPE)

    def _is_of_template(self, name: str) -> bool:
        return any(one.known_name == name for one in self._resources())

    def _described_of_template(self, name: str) -> dict[str, Any]:
        resource = next((one for one in self._resources() if one.known_name == name), None)
        if resource is None:
            raise not_found("DescribeEndpoint", "endpoint", self.arn(name))
        hosted = next((one for one in self._of_template if one.endpoint.name == name), None)
        config = resource.known("EndpointConfigName")
        return {
            "EndpointName": name,
            "EndpointArn": self.arn(name),
            "EndpointConfigName": config if isinstance(config, str) else None,
            "EndpointStatus": OUT_OF_SERVICE if hosted is None else IN_SERVICE,
            "CreationTime": self._started,
            "LastModifiedTime": self._started,
            "ProductionVariants": [{"VariantName": hosted.endpoint.variant}] if hosted else None,
        }

    def _summary(self, record: Record) -> dict[str, Any]:
        return {
            "EndpointName": record["name"],
            "EndpointArn": self.arn(record["name"]),
            "EndpointStatus": record["status"],
            "CreationTime": record["created"],
            "LastModifiedTime": record["modified"],
        }

    def _note(self, name: str, **changes: Any) -> None:
        record = self._records.find(name) or {}
        self._records.put(name, {**record, **changes, "modified": time.time()})

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _start(self, name: str) -> None:
        record = self._records.find(name) or {}
        hosted = None
        try:
            fleet = await asyncio.to_thread(self._prepare, name, record, 1)
            hosted = Hosted(fleet, lambda: None)
            await hosted.start()
        except Exception as error:
            if not isinstance(error, SlipwayError):
                traceback.print_exc()
            if hosted is not None:
                await hosted.stop()
            self._note(name, status=FAILED, failure=str(error)[:FAILURE_LENGTH])
        except asyncio.CancelledError:
            if hosted is not None:
                await hosted.stop()
            raise
        else:
            self._hosted[name] = hosted
            self._runtime.add(hosted.endpoint)
            self._note(name, status=IN_SERVICE)

    async def _replace(self, hosted: Hosted, config: Mapping[str, Any]) -> None:
        name = hosted.endpoint.name
        try:
            fleet = await asyncio.to_thread(self._prepare, name, config, hosted.version + 1)
            await hosted.replace(fleet, None, lambda text: None)
        except RolledBackError as error:
            self._note(name, status=IN_SERVICE, failure=str(error)[:FAILURE_LENGTH])
        except Exception as error:
            if not isinstance(error, SlipwayError):
                traceback.print_exc()
            failure = f"{name} was rolled back to version {hosted.version}: {error}"
            self._note(name, status=IN_SERVICE, failure=failure[:FAILURE_LENGTH])
        else:
            self._note(name, status=IN_SERVICE, **config)

    async def _remove(self, name: str) -> None:
        hosted = self._hosted.pop(name, None)
        if hosted is not None:
            self._runtime.remove(name)
            await hosted.fleet.drain()
            await hosted.stop()
        await asyncio.to_thread(self._fleets.remove, name)
        self._records.remove(name)

    def _prepare(self, name: str, record: Mapping[str, Any], version: int) -> Fleet:
        model = Model.from_arguments(record["model"]["ModelName"], record["model"])
        variant = record["variant"]["VariantName"]
        declared = assembly.Endpoint(name, variant, model, Address(name, name), capture=record.get("capture"))
        return self._fleets.prepare(self._declared, declared, version, record["model"])


def _containers(model: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return model.get("Containers") or [model["PrimaryContainer"]]
