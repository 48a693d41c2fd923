"""Requests to linear-learner, in each form that AWS documents for its built-in algorithms."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from linear_learner_image import requests
from record_bodies import RECORDS, body, record, sparse
from toolkit.errors import CallerProblem

CSV, JSON, LINES = "text/csv", "application/json", "application/jsonlines"
# Developer Guide: Common data formats for inference.
DENSE = {"features": [1.5, 16.0, 14.0, 23.0]}
NESTED = {"data": {"features": {"values": [1.5, 16.0, 14.0, 23.0]}}}
VECTOR = {"data": {"features": [1.5, 16.0, 14.0, 23.0]}}
SPARSE = {"data": {"features": {"keys": [0, 1, 3], "shape": [4], "values": [1, 4, 1]}}}
NOTHING = {"data": {"features": {"keys": [], "shape": [4], "values": []}}}
ROW, SPARSE_ROW = [1.5, 16.0, 14.0, 23.0], [1.0, 4.0, 0.0, 1.0]


def instances(*each: Any) -> bytes:
    return json.dumps({"instances": each}).encode()


def lines(*each: Any) -> bytes:
    return "".join(json.dumps(one) + "\n" for one in each).encode()


@pytest.mark.parametrize(
    ("content_type", "content", "rows"),
    [
        (CSV, b"1.5,16.0,14.0,23.0", [ROW]),
        (CSV, b"1.5,16.0,14.0,23.0\n1,4,0,1\n", [ROW, SPARSE_ROW]),
        ("text/csv;label_size=0", b"1.5,16.0,14.0,23.0", [ROW]),
        ("text/csv; charset=utf-8", b"1.5,16.0,14.0,23.0\r\n1,4,0,1\r\n", [ROW, SPARSE_ROW]),
        (JSON, instances(DENSE), [ROW]),
        (JSON, instances(NESTED), [ROW]),
        (JSON, instances(VECTOR), [ROW]),
        (JSON, instances({"features": {"values": ROW}}), [ROW]),
        (JSON, instances(SPARSE), [SPARSE_ROW]),
        (JSON, instances(DENSE, SPARSE, NOTHING), [ROW, SPARSE_ROW, [0.0] * 4]),
        (JSON, b'{"instances": [{"configuration": {}, "data": {"features": [1, 2, 3, 4]}}]}', [[1, 2, 3, 4]]),
        ("", instances(DENSE), [ROW]),
        (LINES, lines(DENSE), [ROW]),
        (LINES, lines(SPARSE, NESTED, DENSE), [SPARSE_ROW, ROW, ROW]),
        (LINES, lines(DENSE).rstrip(b"\n"), [ROW]),
        (RECORDS, body(record(ROW)), [ROW]),
        (RECORDS, body(record(ROW, kind="float64"), record(ROW, kind="float64")), [ROW, ROW]),
        (RECORDS, body(sparse(SPARSE_ROW), record([], shape=[4])), [SPARSE_ROW, [0.0] * 4]),
        (RECORDS, body(record(ROW, label=1.0)), [ROW]),
    ],
)
def test_a_request_in_each_documented_form_is_rows(
    content_type: str, content: bytes, rows: list[list[float]]
) -> None:
    assert requests.rows(content, content_type, 4).tolist() == rows


FORM = 'should be {"features": [...]}'
REFUSALS: list[tuple[str, bytes, int, str]] = [
    ("text/libsvm", b"0:1", 415, "Send one of application/json, application/jsonlines, text/csv, "),
    ("text/csv;label_size=1", b"1,2,3,4", 415, "A request has no labels: expected label_size=0, got 1."),
    (CSV, b"", 400, "The body has no rows."),
    (CSV, b"1,2,3\n", 400, "The rows have 3 features; the model has 4."),
    (CSV, b"1,2,3,4,5\n", 400, "The rows have 5 features; the model has 4."),
    (CSV, b"1,2,3,4\n1,2,x,4\n", 400, "Row 2, column 3: not a number."),
    (CSV, b"1,2,3,4\n1,2,,4\n", 400, "Row 2, feature 3: expected a finite number."),
    (CSV, b"1,2,3,inf\n", 400, "Row 1, feature 4: expected a finite number."),
    (JSON, b"{", 400, "The body is not JSON."),
    (JSON, b"[]", 400, 'The body should be {"instances": [...]}.'),
    (JSON, b'{"instances": {}}', 400, 'The body should be {"instances": [...]}.'),
    (JSON, instances(), 400, "The body has no rows."),
    (JSON, instances(DENSE, 5), 400, f"Row 2 {FORM}"),
    (JSON, instances({"features": "1,2,3,4"}), 400, f"Row 1 {FORM}"),
    (JSON, instances({"features": [1, 2, "3", 4]}), 400, f"Row 1 {FORM}"),
    (JSON, instances({"features": [1, 2, True, 4]}), 400, f"Row 1 {FORM}"),
    (JSON, instances({"features": [1, 2, None, 4]}), 400, f"Row 1 {FORM}"),
    (JSON, instances({"features": [[1, 2, 3, 4]]}), 400, f"Row 1 {FORM}"),
    (JSON, instances({"data": {"features": {}}}), 400, f"Row 1 {FORM}"),
    (JSON, instances({"data": None}), 400, f"Row 1 {FORM}"),
    (JSON, instances({"features": [1, 2, 3]}), 400, "Row 1 has 3 features; the model has 4."),
    (
        JSON,
        instances({"data": {"features": {"keys": [0], "shape": [5], "values": [1]}}}),
        400,
        "Row 1 has another shape than the model, which has 4 features.",
    ),
    (
        JSON,
        instances({"data": {"features": {"keys": [4], "values": [1]}}}),
        400,
        "Row 1 has a key outside of the model's 4 features.",
    ),
    (
        JSON,
        instances({"data": {"features": {"keys": [-1], "values": [1]}}}),
        400,
        "Row 1 has a key outside of the model's 4 features.",
    ),
    *(
        (
            JSON,
            instances({"data": {"features": {"keys": keys, "values": [1, 2]}}}),
            400,
            "Row 1 should have a whole number in `keys` for each of `values`.",
        )
        for keys in ([0], [0, 1.5], ["0", "1"], [True, 0], "01", 5, {"0": 1})
    ),
    (
        JSON,
        instances(DENSE, {"data": {"features": {"keys": [1, 1], "values": [1, 2]}}}),
        400,
        "Row 2 has a repeated key in `keys`.",
    ),
    (RECORDS, body(record([1, 2], keys=[1, 1], shape=[4])), 400, "record 1 has a repeated key."),
    (CSV, b"1,2,3,4\n1,2,1e39,4\n", 400, "Row 2, feature 3 is beyond single precision (float32)."),
    (
        JSON,
        instances(DENSE, {"features": [1, -1e39, 3, 4]}),
        400,
        "Row 2, feature 2 is beyond single precision (float32).",
    ),
    (
        JSON,
        instances({"data": {"features": {"keys": [3], "values": [1e39]}}}),
        400,
        "Row 1, feature 4 is beyond single precision (float32).",
    ),
    (
        LINES,
        lines({"features": [1, 2, 3, 1e300]}),
        400,
        "Row 1, feature 4 is beyond single precision (float32).",
    ),
    (
        RECORDS,
        body(record([1, 2, 1e300, 4], kind="float64")),
        400,
        "Row 1, feature 3 is beyond single precision (float32).",
    ),
    (LINES, b"", 400, "The body has no rows."),
    (LINES, lines(DENSE) + b"{\n", 400, "Row 2 is not JSON."),
    (RECORDS, b"1,2,3,4", 400, "The body is not RecordIO-protobuf with rows of numbers: record 1 "),
    (RECORDS, b"", 400, "with rows of numbers: there are no records."),
    (RECORDS, body(record([1, 2])), 400, "The records have 2 features; the model has 4."),
    (RECORDS, body(record([1], keys=[0], shape=[2**40])), 400, "The records have 1099511627776 features"),
    (RECORDS, body(record([1, 2, float("nan"), 4])), 400, "Row 1, feature 3: expected a finite number."),
]


@pytest.mark.parametrize(("content_type", "content", "status", "message"), REFUSALS)
def test_what_is_no_such_request_is_refused_with_its_place(
    content_type: str, content: bytes, status: int, message: str
) -> None:
    with pytest.raises(CallerProblem) as refused:
        requests.rows(content, content_type, 4)
    assert refused.value.status == status
    assert message in str(refused.value)


# Whole numbers that no float holds, and objects where numbers are expected, are what readers forget.
JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=3)
    | st.sampled_from([0, -1, 4, 2**63, 2**64, 10**30]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["data", "features", "values", "keys"]), inner, max_size=2)
    ),
)


@settings(max_examples=40)
@given(st.lists(JSON_VALUES, max_size=3))
def test_any_json_is_rows_or_refused(values: list[Any]) -> None:
    for content_type, content in ((JSON, instances(*values)), (LINES, lines(*values))):
        try:
            table = requests.rows(content, content_type, 4)
        except CallerProblem as refused:
            assert 400 <= refused.status < 500
        else:
            assert table.shape == (len(values), 4)
            assert np.isfinite(table).all()


@given(st.sampled_from([CSV, JSON, LINES, RECORDS]), st.binary(max_size=60))
def test_any_bytes_are_rows_or_refused(content_type: str, content: bytes) -> None:
    try:
        assert requests.rows(content, content_type, 1).shape[1] == 1
    except CallerProblem as refused:
        assert 400 <= refused.status < 500
