"""Models and endpoint configurations: those of the template, and those that clients have made beside them."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assembly import Assembly, Resource
from assembly.errors import AssemblyError
from assembly.properties import PROPERTIES
from assembly.rules import refusals
from local.aws.errors import validation
from local.aws.models import operation_model
from local.aws.shapes import members_of
from local.sagemaker_api.answers import already_there, not_found, of_template
from local.sagemaker_api.listing import Listing
from local.sagemaker_api.operations import Operation, of_resource
from local.sagemaker_api.records import Record, Records
from local.sagemaker_api.tags import put_tags, tags_by_name, tags_of

Request = Mapping[str, Any]


@dataclass(frozen=True)
class ResourceKind:
    """One kind of resource: `prefix` is how its operations and members begin, `path` stands in its ARN.

    `read` makes the request that would have created a resource of the template; `listed` is what its List
    operation and that one's answer are called by.
    """

    prefix: str
    path: str
    type: str
    listed: str
    read: Callable[[Assembly, Resource], Request]

    @property
    def name(self) -> str:
        return f"{self.prefix}Name"

    @property
    def words(self) -> str:
        return self.path.replace("-config", " configuration")


class Resources:
    """The resources of one kind, and their operations; `check` refuses a request by AwsError.

    `others` are resources that something else has made, all or that of a name: they are described, listed and
    used with these.
    """

    def __init__(
        self,
        kind: ResourceKind,
        declared: Assembly,
        folder: Path,
        check: Callable[[Request], None],
        started: float,
        *,
        others: Callable[[str | None], Iterable[Record]] = lambda name: (),
    ) -> None:
        self.kind = kind
        self._others = others
        self._declared = declared
        self._records = Records(folder / kind.path)
        self._check = check
        self._started = started
        self._listing = Listing(kind.listed, kind.name)

    def operations(self) -> dict[str, Operation]:
        verbs: dict[str, Operation] = {"Create": self._create, "Describe": self._describe}
        verbs |= {"List": self._list, "Delete": self._delete}
        return of_resource(self.kind.prefix, verbs, self.kind.listed)

    def find(self, name: str) -> Request | None:
        """The request that created it, or would have."""
        record = self._record(name)
        if record is not None:
            found: Request = record["request"]
            return found
        resource = self._of_template(name)
        try:
            return None if resource is None else self.kind.read(self._declared, resource)
        except AssemblyError as error:
            raise validation(f"{name} cannot be used here: {error}") from None

    def arn(self, name: str) -> str:
        return self._declared.place.arn("sagemaker", f"{self.kind.path}/{name}")

    def tags(self, name: str) -> Mapping[str, str] | None:
        """Its tags; None if there is no such resource."""
        found = tags_by_name(self._records, self._declared.resources(self.kind.type), name)
        return {} if found is None and self._record(name) else found

    def set_tags(self, name: str, tags: Mapping[str, str]) -> None:
        self._refuse_another(name)
        put_tags(self._records, name, tags, self.arn(name))

    def _record(self, name: str) -> Record | None:
        return self._records.find(name) or next(iter(self._others(name)), None)

    def _refuse_another(self, name: str) -> None:
        if self._records.find(name) is None and self._record(name) is not None:
            raise validation(f"{self.arn(name)} was made by a pipeline's execution, and goes with it")

    def _of_template(self, name: str) -> Resource | None:
        return next((one for one in self._declared.resources(self.kind.type) if one.known_name == name), None)

    def _create(self, request: Request) -> Request:
        name = request[self.kind.name]
        operation = f"Create{self.kind.prefix}"
        if self._record(name) or self._of_template(name):
            raise already_there(operation, self.kind.words, self.arn(name))
        for refused in refusals(PROPERTIES[self.kind.type], request):
            raise validation(str(refused))
        self._check(request)
        now = time.time()
        kept = {key: one for key, one in request.items() if key != "Tags"}
        record: Record = {"request": kept, "created": now, "tags": tags_of(request)}
        self._records.put(name, record)
        return {f"{self.kind.prefix}Arn": self.arn(name)}

    def _describe(self, request: Request) -> Request:
        name = request[self.kind.name]
        found = self.find(name)
        if found is None:
            raise not_found(f"Describe{self.kind.prefix}", self.kind.words, self.arn(name))
        shape = operation_model("sagemaker", f"Describe{self.kind.prefix}").output_shape
        return {**members_of(shape, found), **self._identity(name)}

    def _list(self, request: Request) -> Request:
        others = {one["name"] for one in self._others(None)}
        names = sorted(self._records.names() | self._declared.names(self.kind.type) | others)
        return self._listing.page([self._identity(name) for name in names], request)

    def _delete(self, request: Request) -> None:
        name = request[self.kind.name]
        self._refuse_another(name)
        if self._records.find(name) is None:
            if self._of_template(name):
                raise of_template(self.arn(name))
            raise not_found(f"Delete{self.kind.prefix}", self.kind.words, self.arn(name))
        self._records.remove(name)

    def _identity(self, name: str) -> dict[str, Any]:
        record = self._record(name)
        created = self._started if record is None else record["created"]
        return {self.kind.name: name, f"{self.kind.prefix}Arn": self.arn(name), "CreationTime": created}


def read_model(declared: Assembly, resource: Resource) -> Request:
    model = declared.model(resource.name)
    containers = [] if model is None else model.containers
    return {
        "ModelName": resource.name,
        "Containers": [
            {
                "ContainerHostname": one.hostname,
                "Image": one.image,
                "Environment": dict(one.environment),
                **({"ModelDataUrl": one.model_data_url} if one.model_data_url else {}),
            }
            for one in containers
        ],
    }


def read_config(declared: Assembly, resource: Resource) -> Request:
    variants = [
        {key: one for key, one in variant.items() if isinstance(one, str | int | float)}
        for variant in resource.properties["ProductionVariants"]
    ]
    return {"EndpointConfigName": resource.name, "ProductionVariants": variants}


MODEL = ResourceKind("Model", "model", "AWS::SageMaker::Model", "Models", read_model)
CONFIG = ResourceKind(
    "EndpointConfig", "endpoint-config", "AWS::SageMaker::EndpointConfig", "EndpointConfigs", read_config
)
