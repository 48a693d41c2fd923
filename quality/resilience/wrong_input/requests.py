"""Requests that are refused before their body is read: one line each, with the status that refuses it."""

import json
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any

from quality.resilience.wrong_input.customer import CUSTOMER
from quality.resilience.wrong_input.events import LEAVES, ORIGIN, event, post

# Stands for whatever the caller sends; no answer and no log may have it.
MARK = "zanzibar"

# What the handler allows that they are sent to.
MAX_BODY_BYTES = 20_000
MAX_ROWS = 100


@dataclass(frozen=True)
class Wrong:
    """A request, and what refuses it: the status, a header besides, the place that the first error names."""

    name: str
    request: dict[str, Any]
    status: int
    _: KW_ONLY
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
        Wrong("unknown path", event("GET", f"/{MARK}", headers=there), 404),
        Wrong("root path", event("GET", "/", headers=there), 404),
        Wrong("path above the root", event("POST", "/..%2fchurn", headers=there), 404),
        Wrong("double-encoded path", event("POST", "/%252e%252e/churn", headers=there), 404),
        Wrong("path in other case", event("POST", "/Churn", headers=there), 404),
        Wrong("path with a suffix", event("POST", "/churn.json", headers=there), 404),
        Wrong("preflight of an unknown path", event("OPTIONS", "/x", headers=there), 404),
        *(
            Wrong(f"{method} /churn", event(method, headers=there), 405, header=("allow", "OPTIONS, POST"))
            for method in ("GET", "PUT", "DELETE", "PATCH", "HEAD")
        ),
        Wrong("POST /health", event("POST", "/health", headers=there), 405, header=("allow", "OPTIONS, GET")),
        Wrong("line feed in the path", event("POST", "/churn\n", headers=there), 400),
        Wrong("query parameter", event("GET", "/health", headers=there, query={"e": MARK}), 400),
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
        *(Wrong(f"Content-Type {name}", post(LEAVES, name), 415, header=types) for name in media),
        *(
            Wrong(
                f"Content-Encoding {name}",
                csv_body(b"\x1f\x8b\x08", Content_Encoding=name),
                415,
                header=("accept-encoding", "identity"),
            )
            for name in ("gzip", "br", "identity, gzip")
        ),
        *(
            Wrong(f"Accept {name}", csv_body(LEAVES, Accept=name), 406)
            for name in ("text/html", "application/json;q=0, text/csv;q=0", "image/*", MARK, "*/*;q=2")
        ),
        Wrong(
            "health as CSV", event("GET", "/health", headers={"Origin": ORIGIN, "Accept": "text/csv"}), 406
        ),
        *(
            Wrong(f"header {name}", csv_body(LEAVES, **{name: MARK}), 400)
            for name in (
                "X_Amzn_SageMaker_Target_Model",
                "X_Amzn_SageMaker_Target_Variant",
                "X_Amzn_SageMaker_Inference_Component",
                "x_amzn_sagemaker_target_container_hostname",
            )
        ),
        *(
            Wrong(f"correlation id {id!a:.20}", csv_body(LEAVES, X_Correlation_Id=id), 400)
            for id in ("", "a b", f"{MARK}/", "a" * 65, "\u0661", "a, b", "${jndi:x}")
        ),
        Wrong("line feed in a header", csv_body(LEAVES, X_Id=f"a\r\nSet-Cookie: {MARK}"), 400),
        Wrong("escape sequence in a header", csv_body(LEAVES, X_Id="\x1b[31m"), 400),
    ]


def _sizes() -> list[Wrong]:
    row = LEAVES + "\n"
    return [
        Wrong("body over the limit", csv_body(row * 300), 413),
        Wrong("body over the limit in base64", csv_body((row * 300).encode()), 413),
        Wrong("body over the limit in characters of three bytes", csv_body("€" * 7000), 413),
        Wrong("CSV rows over the limit", csv_body("x\n" * 101), 413),
        Wrong("JSON rows over the limit", json_body('{"customers": [' + "1," * 100 + "1]}"), 413),
        Wrong("row over the limit", csv_body("x" * 3000), 413, place=(1, None)),
        Wrong("second row over the limit", csv_body(row + "," * 3000), 413, place=(2, None)),
    ]


WRONG_TRANSPORT = [*_routes(), *_headers(), *_sizes()]
