"""The OpenAPI document of a contract; the function itself does not import this."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from prediction_service import media_types
from prediction_service.contract import Contract, Operation
from prediction_service.cors import CORRELATION_HEADER
from prediction_service.problem import CONTENT_TYPE, TITLES, ProblemDocument

# Under a JSON request body: the model with which the stack sets up API Gateway's validator.
GATEWAY_MODEL = "x-slipway-gateway-model"

_REFERENCE = "#/components/schemas/{model}"

# The errors that every operation can answer with, and those that come of a body and of a model.
_STATUSES = (400, 401, 403, 406, 429, 500)
_BODY_STATUSES = (413, 415, 422, 502, 503, 504)
_RETRIED = (429, 503)

_ID = {"type": "string", "pattern": "^[A-Za-z0-9-]{1,64}$"}


def document(contract: Contract) -> dict[str, Any]:
    """The OpenAPI 3.1 document of a contract."""
    models: list[tuple[type[BaseModel], JsonSchemaMode]] = [(ProblemDocument, "serialization")]
    for operation in contract.operations:
        models.append((operation.answer, "serialization"))
        if operation.request:
            models.append((operation.request, "validation"))
    _, schemas = models_json_schema(models, ref_template=_REFERENCE)
    paths: dict[str, dict[str, Any]] = {}
    for operation in contract.operations:
        path = paths.setdefault(operation.path, {"options": _preflight()})
        path[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": contract.title, "version": contract.version, "description": contract.description},
        "security": [{"iam": []}, {"cognito": []}, {"apiKey": []}],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "responses": {str(status): _problem(status) for status in (*_STATUSES, *_BODY_STATUSES)},
            "headers": _headers(),
            "parameters": {CORRELATION_HEADER: _correlation_parameter()},
            "securitySchemes": _security_schemes(),
        },
    }


def gateway_model(request: type[BaseModel]) -> dict[str, Any]:
    """What API Gateway checks of a JSON body, in JSON Schema draft 4: its members' names and types."""
    schema = request.model_json_schema()
    return {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "title": schema["title"],
        "type": schema["type"],
        "required": schema["required"],
        "properties": {name: {"type": member["type"]} for name, member in schema["properties"].items()},
    }


def _operation(operation: Operation) -> dict[str, Any]:
    statuses = (*_STATUSES, *(_BODY_STATUSES if operation.request else ()))
    described: dict[str, Any] = {
        "operationId": f"{operation.method.lower()}{operation.path.replace('/', '_')}",
        "summary": operation.summary,
        "parameters": [{"$ref": f"#/components/parameters/{CORRELATION_HEADER}"}],
        "responses": {
            "200": {
                "description": "The response, in the media type that the Accept header prefers.",
                "headers": _common_headers(),
                "content": _content(operation.answer, operation.answer_text),
            },
            **{str(status): {"$ref": f"#/components/responses/{status}"} for status in sorted(statuses)},
        },
    }
    if operation.request:
        content = _content(operation.request, operation.request_text)
        content[media_types.JSON][GATEWAY_MODEL] = gateway_model(operation.request)
        described["requestBody"] = {"required": True, "content": content}
    return described


def _content(model: type[BaseModel], texts: Mapping[str, str]) -> dict[str, Any]:
    content: dict[str, Any] = {
        media_types.JSON: {"schema": {"$ref": _REFERENCE.format(model=model.__name__)}}
    }
    for name, text in texts.items():
        if name == media_types.JSON:
            content[name]["example"] = json.loads(text)
        else:
            content[name] = {"schema": {"type": "string"}, "example": text}
    return content


def _problem(status: int) -> dict[str, Any]:
    retry = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}} if status in _RETRIED else {}
    return {
        "description": TITLES[status],
        "headers": {**_common_headers(), **retry},
        "content": {CONTENT_TYPE: {"schema": {"$ref": _REFERENCE.format(model="ProblemDocument")}}},
    }


def _preflight() -> dict[str, Any]:
    names = ("Allow-Methods", "Allow-Headers", "Max-Age")
    headers = {f"Access-Control-{name}": {"schema": {"type": "string"}} for name in names}
    return {
        "summary": "CORS preflight request of a browser",
        "security": [],
        "responses": {
            "204": {
                "description": "The allowed methods and headers.",
                "headers": {**_common_headers(), **headers},
            }
        },
    }


def _common_headers() -> dict[str, Any]:
    names = ("Access-Control-Allow-Origin", "Vary", CORRELATION_HEADER)
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _headers() -> dict[str, Any]:
    return {
        "Access-Control-Allow-Origin": {
            "description": "The origin of the request if the deployment allows it; otherwise absent.",
            "schema": {"type": "string"},
        },
        "Vary": {"description": "Always sent, for caches.", "required": True, "schema": {"const": "Origin"}},
        "Retry-After": {
            "description": "Seconds to wait before trying again.",
            "schema": {"type": "integer", "minimum": 1},
        },
        CORRELATION_HEADER: {
            "description": "The caller's correlation ID, or else the request ID. API Gateway sends none.",
            "schema": _ID,
        },
    }


def _correlation_parameter() -> dict[str, Any]:
    return {
        "name": CORRELATION_HEADER,
        "in": "header",
        "description": "An ID of the caller's choice for the request, which the log repeats.",
        "schema": _ID,
    }


def _security_schemes() -> dict[str, Any]:
    return {
        "iam": {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "AWS Signature Version 4. A deployment requires one of these three schemes.",
            "x-amazon-apigateway-authtype": "awsSigv4",
        },
        "cognito": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        "apiKey": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
    }
