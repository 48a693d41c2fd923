"""Rows as scripts write them in RecordIO-protobuf, read by the protobuf library, and the reverse."""

import importlib.util
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from built_in import records
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from linear_learner_image import channels as linear_channels
from linear_learner_image import requests as linear_requests
from xgboost_image import channels as xgboost_channels
from xgboost_image import payload

RECORDIO = Path(__file__).parents[2] / "model_code" / "shared" / "recordio"


def _module(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, RECORDIO / f"{name}.py")
    assert spec and spec.loader
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_module("protobuf_wire")
record_io = _module("record_io")

NUMBERS = st.one_of(st.sampled_from([0.0, 1.0, math.nan, -0.0]), st.floats(width=32, allow_infinity=False))
TABLES = arrays.arrays(
    np.float64,
    st.tuples(st.integers(1, 6), st.one_of(st.integers(1, 8), st.sampled_from([127, 128, 129, 200]))),
    elements=NUMBERS,
)


def tensors(body: bytes, what: str = "features") -> list[records.Tensor]:
    return [records.tensor(getattr(record, what)["values"]) for record in records.read(body)]


@given(TABLES, st.booleans())
def test_the_protobuf_library_reads_the_rows_that_were_written(table: Any, labeled: bool) -> None:
    labels = np.arange(len(table), dtype=float) if labeled else None
    dense, sparse = record_io.dense(table, labels), record_io.sparse(table, labels)
    assert np.array_equal([one.values for one in tensors(dense)], table, equal_nan=True)
    for one, row in zip(tensors(sparse), table, strict=True):
        assert one.shape == [len(row)]
        assert one.keys == (np.flatnonzero(row).tolist() or [0])
        assert np.array_equal(one.values, row[one.keys], equal_nan=True)
    for body in (dense, sparse):
        assert labels is None or [one.values for one in tensors(body, "label")] == labels.tolist()


@given(TABLES, st.booleans())
def test_the_bytes_are_those_that_the_protobuf_library_writes(table: Any, labeled: bool) -> None:
    labels = np.arange(len(table), dtype=float) if labeled else None
    for body in (record_io.dense(table, labels), record_io.sparse(table, labels)):
        assert records.write(records.read(body)) == body


@given(TABLES, st.booleans())
def test_what_was_written_is_read_again(table: Any, labeled: bool) -> None:
    labels = np.arange(len(table), dtype=float) if labeled else None
    for body in (record_io.dense(table, labels), record_io.sparse(table, labels)):
        rows = record_io.read(body)
        assert np.array_equal(rows.features, table, equal_nan=True)
        assert labels is None if rows.labels is None else rows.labels.tolist() == labels.tolist()


def test_no_rows_are_no_bytes() -> None:
    none = np.empty((0, 3))
    assert record_io.dense(none, np.empty(0)) == record_io.sparse(none) == b""


def test_a_number_beyond_single_precision_is_the_largest_and_not_infinite() -> None:
    largest = float(np.finfo(np.float32).max)
    table = np.array([[1e300, -1e300, 1.0]])
    for body in (record_io.dense(table), record_io.sparse(table)):
        assert record_io.read(body).features.tolist() == [[largest, -largest, 1.0]]


ONE = np.array([[1.0, 0.0, 2.0]])
DENSE, SPARSE = record_io.dense(ONE), record_io.sparse(ONE)


def _other_records() -> bytes:
    record = records.Record()
    record.features["values"].float64_tensor.values.append(1)
    return records.write([record])


def _misplaced(keys: list[int]) -> bytes:
    record = records.Record()
    tensor = record.features["values"].float32_tensor
    tensor.values.extend([1, 2])
    tensor.keys.extend(keys)
    tensor.shape.append(3)
    return records.write([record])


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "expected at least one record"),
        (b"1,2,3\n4,5,6\n", "record 1: expected RecordIO's magic number"),
        (DENSE + b"\x0a", "record 2: the body ends within it"),
        (DENSE + SPARSE[:-4], "record 2: the body ends within it"),
        (DENSE + record_io.dense(ONE[:, :2]), "record 2: expected 3 features, got 2"),
        (DENSE + record_io.dense(ONE, np.ones(1)), "record 2: expected one label in each record, or in none"),
        (_other_records(), 'record 1: expected a float32 tensor "values"'),
        (_misplaced([0, 3]), "record 1: expected a place from 0 to 2 for each number"),
        (_misplaced([1, 1]), "record 1: expected a place from 0 to 2 for each number"),
        (_misplaced([1]), "record 1: expected a place from 0 to 2 for each number"),
    ],
)
def test_a_body_that_is_none_of_these_rows_is_refused(body: bytes, message: str) -> None:
    with pytest.raises(record_io.RecordError) as refused:
        record_io.read(body)
    assert str(refused.value) == message


@given(st.binary(max_size=60), st.integers(0, 40))
def test_damaged_bytes_are_refused_or_read_and_never_another_error(noise: bytes, place: int) -> None:
    try:
        record_io.read(DENSE[:place] + noise + DENSE[place:])
    except record_io.RecordError as error:
        assert str(error)


# What scripts write is what the built-in algorithms train with and answer. One row is of zeros alone.
MATRIX = np.array([[1.5, 0, -2, 0], [0, 0, 0, 0], [0, 3, 0, 0.25]], dtype=np.float32)
LABELS = np.array([1.0, 0.0, 1.0])
CHANNEL = {"ContentType": records.CONTENT_TYPE}


@pytest.mark.parametrize("write", [record_io.dense, record_io.sparse])
def test_linear_learner_trains_with_the_rows_and_answers_them(write: Any, tmp_path: Path) -> None:
    (tmp_path / "rows").write_bytes(write(MATRIX, LABELS))
    found = linear_channels.read(tmp_path, CHANNEL)

    assert np.array_equal(found.features, MATRIX)
    assert found.labels.tolist() == LABELS.tolist()
    assert np.array_equal(linear_requests.rows(write(MATRIX), records.CONTENT_TYPE, 4), MATRIX)


def test_xgboost_takes_what_sparse_rows_leave_out_for_missing(tmp_path: Path) -> None:
    (tmp_path / "rows").write_bytes(record_io.sparse(MATRIX, LABELS))
    missing = np.where(MATRIX == 0, np.nan, MATRIX)
    # To the image a sparse row without any number is none: the script writes a 0 for its first feature.
    missing[1, 0] = 0
    found = xgboost_channels.read(tmp_path, records.CONTENT_TYPE)
    (requested,) = payload.tables(record_io.sparse(MATRIX), records.CONTENT_TYPE, 4, managed=False)

    assert found is not None
    assert np.array_equal(found.features, missing, equal_nan=True)
    assert found.labels.tolist() == LABELS.tolist()
    assert np.array_equal(requested, missing, equal_nan=True)


def test_xgboost_takes_dense_rows_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "rows").write_bytes(record_io.dense(MATRIX, LABELS))
    found = xgboost_channels.read(tmp_path, records.CONTENT_TYPE)
    (requested,) = payload.tables(record_io.dense(MATRIX), records.CONTENT_TYPE, 4, managed=False)

    assert found is not None
    assert np.array_equal(found.features, MATRIX)
    assert np.array_equal(requested, MATRIX)
