"""AWS JSON 1.1: an operation in a header, its arguments in the body, both checked by the service's model."""

import asyncio
import json
import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from local.api.request import Request
from local.aws.errors import AwsError, validation
from local.aws.front import Send, demand_signature, send_response
from local.aws.models import service_model
from local.aws.shapes import Element, Fault, MapKey, MapValue, Path, faults, in_json, without_nulls
from local.http.bodies import Bodies, BodyError, Receive
from local.http.client import Response

# What an operation does: from its arguments to the members of its answer.
Operation = Callable[[Mapping[str, Any]], Mapping[str, Any] | None]
# Raises AwsError where the role that signs, None for the machine's user, may not call an operation with these
# arguments.
Admit = Callable[[str | None, str, Mapping[str, Any]], None]

_MEDIA_TYPE = "application/x-amz-json-1.1"
_LARGEST_BODY = 10 << 20
_BODY_SECONDS = 60.0
_KINDS = {str: "STRING_VALUE", bool: "BOOLEAN_VALUE", int: "NUMBER_VALUE", float: "NUMBER_VALUE"}
_EXPECTED = {
    "string": "a String",
    "integer": "an Integer",
    "long": "a Long",
    "float": "a Float",
    "double": "a Double",
    "boolean": "a Boolean",
    "timestamp": "a Timestamp",
    "list": "a List",
    "map": "a Map",
    "structure": "a Structure",
}


class JsonService:
    """A service of botocore's that has some of its operations here; their answers are written as its model
    says, and an operation that is not among them is refused with the list of those that are. `admit` says
    who may call one."""

    def __init__(
        self,
        service: str,
        region: str,
        operations: Mapping[str, Operation],
        admit: Admit = lambda role, operation, arguments: None,
    ) -> None:
        self._service = service
        self._admit = admit
        self.operations = operations
        self._bodies = Bodies(_LARGEST_BODY)
        self.region = region

    async def __call__(self, request: Request, receive: Receive, send: Send) -> None:
        try:
            async with self._bodies.whole(receive, _BODY_SECONDS) as request.body:
                role = demand_signature(request, self._service, self.region)
                # Reading a model takes a while, and once.
                model = await asyncio.to_thread(service_model, self._service)
                answer = self._answer(model, request, role)
        except BodyError as error:
            raise AwsError("SerializationException", str(error)) from None
        await send_response(send, _response(200, answer))

    def error(self, error: AwsError) -> Response:
        # Modeled exceptions have a Message, all others a message: clients read either.
        response = _response(error.status, {"__type": error.code, "message": str(error)})
        response.headers["x-amzn-errortype"] = error.code
        return response

    def _answer(self, model: Any, request: Request, role: str | None) -> Any:
        prefix, _, name = (request.header("x-amz-target") or "").partition(".")
        if request.method != "POST" or prefix != model.metadata["targetPrefix"]:
            expected = f"X-Amz-Target: {model.metadata['targetPrefix']}.<operation>"
            raise AwsError("UnknownOperationException", f"expected a POST with {expected}", 404)
        if name not in self.operations:
            raise AwsError("UnknownOperationException", self._not_here(model, name))
        operation = model.operation_model(name)
        arguments = _parsed(request.body)
        demand_valid(operation.input_shape, arguments)
        self._admit(role, name, arguments)
        answer = self.operations[name](arguments)
        return {} if operation.output_shape is None else in_json(operation.output_shape, answer or {})

    def _not_here(self, model: Any, name: str) -> str:
        known = "is not implemented here" if name in model.operation_names else "is unknown"
        return f"The operation {name} {known}; implemented are: {', '.join(sorted(self.operations))}"


def demand_valid(shape: Any, arguments: Any) -> None:
    """Raise AwsError, in AWS's words, for arguments that an operation's input shape does not allow."""
    found = list(faults(shape, arguments)) if shape is not None else []
    for fault in found:
        if fault.rule == "type":
            value = "START_OBJECT" if isinstance(fault.value, dict) else "START_ARRAY"
            got = _KINDS.get(type(fault.value), value)
            expected = _EXPECTED.get(fault.shape.type_name, fault.shape.type_name)
            message = f"{_name(fault.path) or 'the body'}: {got} can not be converted to {expected}"
            raise AwsError("SerializationException", message)
    if found:
        number = f"{len(found)} validation error{'s' if len(found) > 1 else ''} detected"
        raise validation(f"{number}: {'; '.join(map(_text, found))}")


def _parsed(body: bytes) -> Any:
    try:
        arguments = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise AwsError("SerializationException", "the body is not JSON") from None
    return without_nulls(arguments)


def _text(fault: Fault) -> str:
    name = _name(fault.path)
    limit: Any = None if fault.rule in ("unknown", "missing") else fault.limit
    match fault.rule:
        case "unknown":
            # AWS passes over a member that it does not know: here it may be one that would change the result.
            known = ", ".join(fault.shape.members)
            return f"'{name}' is not a member that is known here; expected one of {known}"
        case "missing":
            return f"Value null at '{name}' failed to satisfy constraint: Member must not be null"
        case "enum":
            constraint = f"Member must satisfy enum value set: [{', '.join(limit)}]"
        case "pattern":
            constraint = f"Member must satisfy regular expression pattern: {limit}"
        case rule:
            than = "less" if rule == "max" else "greater"
            what = "length" if fault.of_length else "value"
            constraint = f"Member must have {what} {than} than or equal to {limit}"
    if fault.path and isinstance(fault.path[-1], MapKey):
        constraint = f"Map keys must satisfy constraint: [{constraint}]"
    elif fault.path and isinstance(fault.path[-1], MapValue):
        constraint = f"Map value must satisfy constraint: [{constraint}]"
    return f"Value '{_shown(fault.value)}' at '{name}' failed to satisfy constraint: {constraint}"


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 200 else f"{text[:200]}..."


def _name(path: Path) -> str:
    """A path as AWS writes it: `inputDataConfig.1.member.channelName`."""
    steps = []
    for step in path:
        if isinstance(step, Element):
            steps.append(f"{step.position + 1}.member")
        elif isinstance(step, MapValue):
            steps.append(f"{step.key}.member")
        elif not isinstance(step, MapKey):
            steps.append(
                re.sub(r"^[A-Z]+?(?=[A-Z][a-z]|[a-z0-9]|$)", lambda match: match[0].lower(), step.name)
            )
    return ".".join(steps)


def _response(status: int, content: Any) -> Response:
    headers = {"content-type": _MEDIA_TYPE, "x-amzn-requestid": str(uuid.uuid4())}
    return Response(status, headers, json.dumps(content).encode())
