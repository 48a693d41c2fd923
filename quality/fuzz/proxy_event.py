"""Events of API Gateway's REST proxy integration, with every member that the gateway always sends."""

from collections.abc import Mapping
from typing import Any

REQUEST_ID = "0f8f3c9e-8a52-4a6e-9b0a-3f5c7d1e2b4a"

_CONTEXT = {
    "accountId": "123456789012",
    "apiId": "a1b2c3d4e5",
    "httpMethod": "GET",
    "identity": {"sourceIp": "192.0.2.1"},
    "path": "/prod/",
    "protocol": "HTTP/1.1",
    "requestId": REQUEST_ID,
    "requestTime": "26/Nov/2026:09:00:00 +0000",
    "requestTimeEpoch": 1_795_683_600_000,
    "resourcePath": "/",
    "stage": "prod",
}
_EVENT = {
    "resource": "/",
    "path": "/",
    "httpMethod": "GET",
    "headers": None,
    "multiValueHeaders": None,
    "queryStringParameters": None,
    "multiValueQueryStringParameters": None,
    "pathParameters": None,
    "stageVariables": None,
    "body": None,
    "isBase64Encoded": False,
}


def complete(members: Mapping[str, Any]) -> dict[str, Any]:
    """An event with these members; the others, also those of `requestContext`, are the gateway's usual."""
    context = members.get("requestContext") or {}
    if isinstance(context, Mapping):
        context = {**_CONTEXT, **context}
    return {**_EVENT, **members, "requestContext": context}
