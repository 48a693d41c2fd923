"""Requests that the API refuses, one line each, as they go over the wire."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from quality.resilience.wrong_input.customer import CUSTOMER, ROW

ORIGIN = "http://127.0.0.1:3000"  # the second one that dev allows: the gateway's own answers name the first
COLUMNS = ROW.split(",")
CSV, JSON = "text/csv", "application/json"


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """A signed request and the status that refuses it; `by_gateway` when the function never sees it."""

    name: str
    status: int
    method: str = "POST"
    path: str = "/prod/churn"
    body: bytes | None = ROW.encode()
    content_type: str | None = CSV
    headers: Mapping[str, str] = field(default_factory=dict)
    by_gateway: bool = False


def _csv(name: str, row: str | bytes, status: int = 422) -> Wrong:
    return Wrong(name=name, status=status, body=row if isinstance(row, bytes) else row.encode())


def _json(name: str, text: str, status: int = 422, *, by_gateway: bool = False) -> Wrong:
    return Wrong(name=name, status=status, body=text.encode(), content_type=JSON, by_gateway=by_gateway)


def _customer(name: str, *, without: str = "", **changes: object) -> Wrong:
    customer = {key: value for key, value in {**CUSTOMER, **changes}.items() if key != without}
    return _json(name, json.dumps({"customers": [customer]}))


def _column(name: str, position: int, value: str, status: int = 422) -> Wrong:
    return _csv(name, ",".join([*COLUMNS[:position], value, *COLUMNS[position + 1 :]]), status)


TYPES = [
    _customer("text for a number", day_mins="many"),
    _customer("a number for text", area_code=408),
    _customer("true for a number", day_calls=True),
    _customer("a fraction for a whole number", day_calls=1.5),
    _customer("a number out of range", account_length=-1),
    _json("NaN", '{"customers": [NaN]}', 400, by_gateway=True),
    _json("customers that is not an array", '{"customers": {}}', 400, by_gateway=True),
    _json("an array for the object", "[]", 400, by_gateway=True),
    _json("JSON cut short", '{"customers": [', 400, by_gateway=True),
    _json("no body for JSON", "", 400, by_gateway=True),
    _json("a key twice", '{"customers": [], "customers": []}', 400),
    _json("a whole number of 5000 digits", f'{{"customers": [{"9" * 5000}]}}'),
    _column("a word for a number in CSV", 7, "many"),
    _column("an infinite number in CSV", 7, "1e999"),
    _column("an unknown state", 0, "XX"),
]
COLUMN_COUNTS = [
    _csv("a column too few", ",".join(COLUMNS[:-1])),
    _csv("a column too many", f"{ROW},1"),
    _csv("rows of different lengths", f"{ROW}\nME,1"),
    _csv("a header", ",".join(CUSTOMER)),
    _csv("an unclosed quote", f'{ROW}\n"ME', 400),
    _csv("an empty CSV body", "", 400),
    _customer("a field too few", without="state"),
    _customer("a field too many", color="red"),
]
SIZES = [
    _csv("more than a mebibyte", f"{ROW}\n" * 12_000, 413),
    _csv("more than 10000 rows", "x\n" * 10_001, 413),
    Wrong(name="more than a function takes", status=413, body=b"x" * (6 << 20), by_gateway=True),
    Wrong(name="more than the gateway takes", status=413, body=b"x" * (11 << 20), by_gateway=True),
]
ENCODINGS = [
    _csv("Latin-1", ROW.replace("384", "é").encode("latin-1"), 400),
    _csv("UTF-16", ROW.encode("utf-16"), 400),
    _csv("a NUL", ROW.replace("384", "\0"), 400),
    Wrong(name="gzip", status=415, body=gzip.compress(ROW.encode()), headers={"Content-Encoding": "gzip"}),
    Wrong(name="NumPy's format", status=415, content_type="application/x-npy"),
    Wrong(name="a form", status=415, content_type="multipart/form-data; boundary=x"),
    Wrong(name="another charset", status=415, content_type="text/csv; charset=utf-16"),
    Wrong(name="no Content-Type, which means JSON", status=400, content_type=None, by_gateway=True),
    Wrong(name="an answer as a page", status=406, headers={"Accept": "text/html"}),
]
METHODS = [
    *(Wrong(name=f"{verb} /churn", status=405, method=verb) for verb in ("GET", "PUT", "DELETE", "PATCH")),
    Wrong(name="POST /health", status=405, path="/prod/health"),
    Wrong(name="TRACE /churn", status=401, method="TRACE", body=None, by_gateway=True),
    Wrong(name="an unknown path", status=404, path="/prod/nothing"),
    Wrong(name="the root", status=404, path="/prod/"),
    Wrong(name="a path below", status=404, path="/prod/churn/1"),
    Wrong(name="a path above", status=404, path="/prod/..%2fchurn"),
    Wrong(name="a path in another case", status=404, path="/prod/Churn"),
    Wrong(name="a query", status=400, path="/prod/churn?model=other"),
    Wrong(name="another model", status=400, headers={"X-Amzn-SageMaker-Target-Model": "other"}),
]
WRONG_REQUESTS = [*TYPES, *COLUMN_COUNTS, *SIZES, *ENCODINGS, *METHODS]
