"""Requests that are refused before their body is read: one line each, with the status that refuses it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from quality.resilience.wrong_input.customer import CUSTOMER
from quality.resilience.wrong_input.events import LEAVES, ORIGIN, event, post

# Stands for whatever the caller sends; no answer and no log may have it.
MARK = "zanzibar"

# What the handler allows that they are sent to.
MAX_BODY_BYTES = 20_000
MAX_ROWS = 100


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """A request, and what refuses it: the status, a header besides, the place that the first error names."""

    name: str
    request: dict[str, Any]
    status: int
    header: tuple[str, str] | None = None
    place: tuple[int | None, str | None] | None = None


def json_body(text: str, **headers: str) -> dict[str, Any]:
    return post(text, "application/json", **headers)


def csv_body(text: str | bytes, **headers: str) -> dict[str, Any]:
    return post(text, "text/csv", **headers)


def customers(*changes: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON request of one customer for each mapping of changed fields; None removes a field."""
    changed = [
        {name: value for name, value in {**CUSTOMER, **change}.items() if value is not None}
        for change in changes
    ]
    return json_body(json.dumps({"customers": changed}))


def literal(field: str, text: str) -> dict[str, Any]:
    """A JSON request whose field is written as this text."""
    return json_body(json.dumps({"customers": [{**CUSTOMER, field: "@"}]}).replace('"@"', text))


def columns(**changes: str) -> dict[str, Any]:
    """A CSV request of one row with some columns written differently."""
    fields = dict(zip(CUSTOMER, LEAVES.split(","), strict=True)) | changes
    return csv_body(",".join(fields.values()) + "\n")


def _routes() -> list[Wrong]:
    there = {"Origin": ORIGIN}
    return [
        Wrong(name="unknown path", request=event("GET", f"/{MARK}", headers=there), status=404),
        Wrong(name="root path", request=event("GET", "/", headers=there), status=404),
        Wrong(name="path above the root", request=event("POST", "/..%2fchurn", headers=there), status=404),
        Wrong(
            name="double-encoded path", request=event("POST", "/%252e%252e/churn", headers=there), status=404
        ),
        Wrong(name="path in other case", request=event("POST", "/Churn", headers=there), status=404),
        Wrong(name="path with a suffix", request=event("POST", "/churn.json", headers=there), status=404),
        Wrong(name="preflight of an unknown path", request=event("OPTIONS", "/x", headers=there), status=404),
        *(
            Wrong(
                name=f"{method} /churn",
                request=event(method, headers=there),
                status=405,
                header=("allow", "OPTIONS, POST"),
            )
            for method in ("GET", "PUT", "DELETE", "PATCH", "HEAD")
        ),
        Wrong(
            name="POST /health",
            request=event("POST", "/health", headers=there),
            status=405,
            header=("allow", "OPTIONS, GET"),
        ),
        Wrong(name="line feed in the path", request=event("POST", "/churn\n", headers=there), status=400),
        Wrong(
            name="query parameter",
            request=event("GET", "/health", headers=there, query={"e": MARK}),
            status=400,
        ),
    ]


def _headers() -> list[Wrong]:
    types = ("accept-post", "application/json, text/csv")
    # fmt: off
    media = [
        None, "", "*/*", "text/plain", "application/x-npy", "application/x-python-pickle", "application/xml",
        "application/vnd.apache.parquet", "multipart/form-data; boundary=x", "text/csv2", MARK,
        "application/json; charset=utf-16", "text/csv; header=present", "text/csv, application/json",
    ]
    # fmt: on
    return [
        *(
            Wrong(name=f"Content-Type {name}", request=post(LEAVES, name), status=415, header=types)
            for name in media
        ),
        *(
            Wrong(
                name=f"Content-Encoding {name}",
                request=csv_body(b"\x1f\x8b\x08", Content_Encoding=name),
                status=415,
                header=("accept-encoding", "identity"),
            )
            for name in ("gzip", "br", "identity, gzip")
        ),
        *(
            Wrong(name=f"Accept {name}", request=csv_body(LEAVES, Accept=name), status=406)
            for name in ("text/html", "application/json;q=0, text/csv;q=0", "image/*", MARK, "*/*;q=2")
        ),
        Wrong(
            name="health as CSV",
            request=event("GET", "/health", headers={"Origin": ORIGIN, "Accept": "text/csv"}),
            status=406,
        ),
        *(
            Wrong(name=f"header {name}", request=csv_body(LEAVES, **{name: MARK}), status=400)
            for name in (
                "X_Amzn_SageMaker_Target_Model",
                "X_Amzn_SageMaker_Target_Variant",
                "X_Amzn_SageMaker_Inference_Component",
                "x_amzn_sagemaker_target_container_hostname",
            )
        ),
        *(
            Wrong(
                name=f"correlation id {id!a:.20}", request=csv_body(LEAVES, X_Correlation_Id=id), status=400
            )
            for id in ("", "a b", f"{MARK}/", "a" * 65, "\u0661", "a, b", "${jndi:x}")
        ),
        Wrong(
            name="line feed in a header",
            request=csv_body(LEAVES, X_Id=f"a\r\nSet-Cookie: {MARK}"),
            status=400,
        ),
        Wrong(name="escape sequence in a header", request=csv_body(LEAVES, X_Id="\x1b[31m"), status=400),
    ]


def _sizes() -> list[Wrong]:
    row = LEAVES + "\n"
    return [
        Wrong(name="body over the limit", request=csv_body(row * 300), status=413),
        Wrong(name="body over the limit in base64", request=csv_body((row * 300).encode()), status=413),
        Wrong(
            name="body over the limit in characters of three bytes", request=csv_body("€" * 7000), status=413
        ),
        Wrong(name="CSV rows over the limit", request=csv_body("x\n" * 101), status=413),
        Wrong(
            name="JSON rows over the limit",
            request=json_body('{"customers": [' + "1," * 100 + "1]}"),
            status=413,
        ),
        Wrong(name="row over the limit", request=csv_body("x" * 3000), status=413, place=(1, None)),
        Wrong(
            name="second row over the limit", request=csv_body(row + "," * 3000), status=413, place=(2, None)
        ),
    ]


WRONG_TRANSPORT = [*_routes(), *_headers(), *_sizes()]
