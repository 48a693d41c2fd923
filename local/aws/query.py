"""AWS's query protocol, as STS and IAM have it: a form in, XML out."""

import asyncio
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from local.api.request import Request
from local.aws.errors import AwsError, xml_code
from local.aws.front import Send, demand_signature, send_response
from local.aws.models import service_model
from local.http.bodies import Bodies, BodyError, Receive
from local.http.client import Response

Operation = Callable[[Mapping[str, str]], Mapping[str, Any]]
_LARGEST_BODY = 1 << 20
_BODY_SECONDS = 60.0


class QueryService:
    """A service of botocore's whose arguments, here, are texts; clients sign for one of its regions."""

    def __init__(self, service: str, regions: Sequence[str], operations: Mapping[str, Operation]) -> None:
        self._service = service
        self._operations = operations
        self._bodies = Bodies(_LARGEST_BODY)
        self._regions = regions

    async def __call__(self, request: Request, receive: Receive, send: Send) -> None:
        try:
            async with self._bodies.whole(receive, _BODY_SECONDS) as request.body:
                demand_signature(request, self._service, *self._regions)
                model = await asyncio.to_thread(service_model, self._service)
                response = self._answer(model, _arguments(request))
        except BodyError as error:
            raise AwsError("MalformedInput", str(error)) from None
        await send_response(send, response)

    def error(self, error: AwsError) -> Response:
        who = "Sender" if error.status < 500 else "Receiver"
        text = (
            f"<ErrorResponse><Error><Type>{who}</Type><Code>{escape(xml_code(error))}</Code>"
            f"<Message>{escape(str(error))}</Message></Error>"
            f"<RequestId>{uuid.uuid4()}</RequestId></ErrorResponse>"
        )
        return _xml(error.status, text)

    def _answer(self, model: Any, arguments: Mapping[str, str]) -> Response:
        name = arguments.get("Action", "")
        if name not in self._operations:
            known = ", ".join(sorted(self._operations))
            raise AwsError(
                "InvalidAction", f"The action {name} is not implemented here; implemented: {known}"
            )
        operation = model.operation_model(name)
        for needed in operation.input_shape.required_members if operation.input_shape else ():
            if needed not in arguments:
                raise AwsError("ValidationError", f"1 validation error detected: {needed} must not be null")
        result = _element(
            operation.output_shape.serialization.get("resultWrapper", f"{name}Result"),
            operation.output_shape,
            self._operations[name](arguments),
        )
        identity = f"<ResponseMetadata><RequestId>{uuid.uuid4()}</RequestId></ResponseMetadata>"
        namespace = model.metadata["xmlNamespace"]
        return _xml(200, f'<{name}Response xmlns="{namespace}">{result}{identity}</{name}Response>')


def _arguments(request: Request) -> dict[str, str]:
    given = parse_qs(request.body.decode("utf-8", "replace"), keep_blank_values=True)
    given |= parse_qs(request.query, keep_blank_values=True)
    return {name: values[0] for name, values in given.items()}


def _element(name: str, shape: Any, value: Any) -> str:
    if shape.type_name == "structure":
        inner = "".join(_element(key, shape.members[key], one) for key, one in value.items())
    elif isinstance(value, datetime):
        inner = value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    else:
        inner = escape(str(value))
    return f"<{name}>{inner}</{name}>"


def _xml(status: int, text: str) -> Response:
    return Response(status, {"content-type": "text/xml"}, text.encode())
