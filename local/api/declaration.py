"""An API as its template declares it, typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assembly.address import Address
from local.api.refusals import GatewayResponses
from local.api.throttle import Limit

IAM = "AWS_IAM"
COGNITO = "COGNITO_USER_POOLS"
OPEN = "NONE"
ANY = "ANY"


@dataclass(frozen=True)
class Function:
    """A Lambda function. `concurrency` is the number of requests at a time, `timeout` is in seconds, `role`
    the ARN of the role that it runs with, None where it is not known."""

    name: str
    arn: str
    code: str
    handler: str
    environment: Mapping[str, str]
    timeout: float
    memory_mb: int
    concurrency: int
    log_group: str
    role: str | None = None


@dataclass(frozen=True)
class UserPool:
    """A Cognito user pool, and the ids of its clients."""

    id: str
    arn: str
    clients: Sequence[str]


@dataclass(frozen=True)
class Method:
    """A method on a resource; `models` are the JSON schemas by which bodies are checked, by media type."""

    path: str
    resource_id: str
    http_method: str
    authorization: str
    pool: UserPool | None
    needs_key: bool
    function: Function
    timeout: float
    models: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class ApiKey:
    """A key, and the limit of its usage plan; the key's value on this machine follows from its id."""

    id: str
    value: str
    limit: Limit | None


@dataclass(frozen=True)
class Api:
    """A REST API with its one stage; commands may call it as its address says.

    `resources` maps each resource's path to its methods. `limits` are the stage's by `<path>/<method>`, in
    which either may be `*`.
    """

    name: str
    address: Address
    id: str
    stage: str
    deployment: str
    account: str
    region: str
    resources: Mapping[str, Mapping[str, Method]]
    responses: GatewayResponses
    limits: Mapping[tuple[str, str], Limit] = field(default_factory=dict)
    keys: Sequence[ApiKey] = ()
    binary_media_types: Sequence[str] = ()
    access_log: str | None = None

    @property
    def methods(self) -> Sequence[Method]:
        return [method for methods in self.resources.values() for method in methods.values()]

    @property
    def scoring(self) -> Method | None:
        """The operation that takes a body by a model of it."""
        return next((one for one in self.methods if one.models and one.http_method != ANY), None)

    @property
    def functions(self) -> Sequence[Function]:
        return list({method.function.arn: method.function for method in self.methods}.values())

    def limit(self, method: Method) -> Limit | None:
        """The stage's limit of a method, the narrowest setting that names it."""
        for key in ((method.path, method.http_method), ("*", "*")):
            if key in self.limits:
                return self.limits[key]
        return None
