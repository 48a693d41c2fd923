"""Proxy events as API Gateway sends them to churn's function."""

import base64
from collections.abc import Mapping
from typing import Any

from quality.fuzz.proxy_event import complete

ORIGIN = "https://app.example.com"

LEAVES = "ME,118,408,384-8723,yes,yes,21,156.5,122,26.61,209.2,125,17.78,158.7,81,7.14,11.1,3,3.0,4"


def event(
    method: str = "POST",
    path: str = "/churn",
    body: str | bytes | None = None,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """A REST proxy event; a body of bytes arrives in base64, as one of a binary media type does."""
    is_bytes = isinstance(body, bytes)
    repeated = {name: [value] for name, value in headers.items()} if headers else None
    return complete(
        {
            "resource": path,
            "path": path,
            "httpMethod": method,
            "headers": dict(headers) if headers else None,
            "multiValueHeaders": repeated,
            "queryStringParameters": dict(query) if query else None,
            "multiValueQueryStringParameters": {name: [value] for name, value in query.items()}
            if query
            else None,
            "requestContext": {"resourcePath": path, "path": f"/prod{path}", "httpMethod": method},
            "body": base64.b64encode(body).decode() if isinstance(body, bytes) else body,
            "isBase64Encoded": is_bytes,
        }
    )


def post(body: str | bytes | None, content_type: str | None, **headers: str) -> dict[str, Any]:
    """POST /churn from the allowed origin; header names are written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if content_type is not None:
        named["Content-Type"] = content_type
    return event(body=body, headers={"Origin": ORIGIN, **named})
