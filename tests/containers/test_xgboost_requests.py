"""What a request to the XGBoost stand-in may hold, beside what the managed image's rules make of it."""

import csv
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from built_in import records
from hypothesis import example, given
from hypothesis import strategies as st
from toolkit.errors import CallerProblem
from xgboost_image import content, csv_rows, payload, pieces

NAN = float("nan")
RECORDS = "application/x-recordio-protobuf"


def by_the_images_rule(body: bytes) -> np.ndarray | None:
    """A table as the image reads one: a sniffed delimiter, NaN for empty cells, numpy's numbers; or None."""
    try:
        text = body.strip().decode()
        sniffed = csv.Sniffer().sniff(text.split("\n")[0][:512]).delimiter
        delimiter = "," if sniffed.isalnum() else sniffed
        rows = [[cell or "nan" for cell in line.split(delimiter)] for line in text.split("\n")]
        with np.errstate(over="ignore"):
            table = np.array(rows).astype(float).astype(np.float32)
    except (csv.Error, ValueError):
        return None
    return None if np.isinf(table).any() else table


def ours(body: bytes) -> np.ndarray | None:
    try:
        width = next(csv_rows.tables(body.strip()), np.empty((0, 0))).shape[1]
        return np.concatenate(list(payload.tables(body, "text/csv", width, managed=False)))
    except CallerProblem as problem:
        assert problem.status == 415
        return None


# Each as the image has it and as the stand-in has it, with the table or None for a 415.
BOTH_SCORE: Mapping[bytes, list[list[float]]] = {
    b"0.2,-0.3,1": [[0.2, -0.3, 1]],
    b"0.2, -0.3 ,1": [[0.2, -0.3, 1]],
    b"0.2,,1": [[0.2, NAN, 1]],
    b",2,": [[NAN, 2, NAN]],
    b"1,2\r\n3,4\r\n": [[1, 2], [3, 4]],
    b"1;2;3": [[1, 2, 3]],
    b"1\t2\t3": [[1, 2, 3]],
    b"1 2 3": [[1, 2, 3]],
    b"1  3": [[1, NAN, 3]],
    b"1|2|3": [[1, 2, 3]],
    b"nan,NaN,1": [[NAN, NAN, 1]],
    b"1e3,-1.5E-2,+7": [[1000, -0.015, 7]],
    b"7": [[7]],
    b"-2.5\n1": [[-2.5], [1]],
    b"\n\n1,2\n\n": [[1, 2]],
    b"\r\n1,2\r\n\r\n": [[1, 2]],
}
BOTH_REFUSE = [
    b"0.2, ,1",
    b"0.2,\t,1",
    b"1,2,\r\n3,4,5",
    b"1,2,\r\n3,4,\r\n",
    b"1,2\n ,3",
    b"1000|2000|3000",
    b"1.5|2.25|0.0|3.0",
    b"-1e-5",
    b"1;2\n3,4",
    b"1 2\n3,4",
    b"1|2\n3,4",
    b"1,2\n\n3,4",
    b"1,2\n \n3,4",
    b"1,2\n3",
    b"1,2\r3,4",
    b"1,inf",
    b"1,1e39",
    b"a,b",
    b'"1","2"',
    b"0x10,2",
    b"1,2 3",
    b"1;2;x",
    b"[1,2]",
    b" ",
]
# The image scores these, by accident more than by design; the stand-in is strict.
IMAGE_ALONE_SCORES: Mapping[bytes, list[list[float]]] = {
    b"0.2:-0.3:1": [[0.2, -0.3, 1]],
    b"1-2-3": [[1, 2, 3]],
    b"1.5.2.3": [[1, 5, 2, 3]],
    b"1'2'3": [[1, 2, 3]],
    b"1_000,2,3": [[1000, 2, 3]],
    b"1\n\n2": [[1], [NAN], [2]],
    "\u0663,2".encode(): [[3, 2]],
    b"1\x0b,2": [[1, 2]],
}


@pytest.mark.parametrize("body", BOTH_SCORE)
def test_what_both_score(body: bytes) -> None:
    expected = np.array(BOTH_SCORE[body], dtype=np.float32)

    for table in (by_the_images_rule(body), ours(body)):
        np.testing.assert_array_equal(table, expected)


@pytest.mark.parametrize("body", BOTH_REFUSE)
def test_what_both_refuse(body: bytes) -> None:
    assert by_the_images_rule(body) is None
    assert ours(body) is None


@pytest.mark.parametrize("body", IMAGE_ALONE_SCORES)
def test_what_the_image_alone_scores(body: bytes) -> None:
    np.testing.assert_array_equal(by_the_images_rule(body), np.array(IMAGE_ALONE_SCORES[body], np.float32))
    assert ours(body) is None


CELLS = st.text("0123456789.,;|\t :-+eE\r\n_naif'", max_size=24).map(str.encode)


@given(CELLS)
@example(b"1 2 \n3 4 ")
@example(b"\t1\t2")
@example(b"1,2\n\t3,4")
def test_nothing_is_scored_that_the_image_refuses_and_nothing_otherwise(body: bytes) -> None:
    table = ours(body)

    if table is not None:
        np.testing.assert_array_equal(table, by_the_images_rule(body))


@given(st.text("0123456789.,;|\t :-+eEnaif", min_size=1, max_size=40))
def test_the_delimiter_is_the_one_that_pythons_sniffer_finds(row: str) -> None:
    try:
        sniffed = csv.Sniffer().sniff(row).delimiter
    except csv.Error:
        sniffed = "?"
    try:
        told = content.delimiter(row.encode()).decode()
    except content.UnsupportedContent:
        told = "refused"

    as_the_image_has_it = "," if sniffed.isalnum() else sniffed
    assert told == as_the_image_has_it if as_the_image_has_it in ",;|\t " else told == "refused"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["1,2"] * 8 + ["3"] * 8, "has 1 columns, the rows before it 2"),
        (["1,2"] * 8 + ["3"], "has 1 columns, the rows before it 2"),
        (["1,2"] * 8 + ["", "3,4"], "empty"),
        (["1;2"] * 8 + ["3,4"], "has another delimiter"),
        (["1,2"] * 8 + ["3, ", "5,6"], "Row 9 has a cell of blanks"),
    ],
)
def test_a_large_body_is_refused_as_a_small_one_is(
    monkeypatch: pytest.MonkeyPatch, rows: list[str], message: str
) -> None:
    for piece_bytes in (3, 7, 11):
        monkeypatch.setattr(pieces, "PIECE_BYTES", piece_bytes)
        with pytest.raises(CallerProblem, match=message) as refusal:
            list(payload.tables("\n".join(rows).encode(), "text/csv", 2, managed=True))
        assert refusal.value.status == 415


@pytest.mark.parametrize("delimiter", [",", ";", "\t", " ", "|"])
def test_the_first_row_of_a_large_body_says_what_the_delimiter_of_all_is(
    monkeypatch: pytest.MonkeyPatch, delimiter: str
) -> None:
    monkeypatch.setattr(pieces, "PIECE_BYTES", 5)
    rows = [["1", "2", "3"], ["7", "", "9"], ["1000", "2000", "3000"]]
    body = "\n".join(delimiter.join(row) for row in rows).encode()

    table = np.concatenate(list(payload.tables(body, "text/csv", 3, managed=False)))

    np.testing.assert_array_equal(table, np.array([[1, 2, 3], [7, NAN, 9], [1000, 2000, 3000]]))


def record(values: list[float], kind: str = "float32", label: float | None = None, **more: list[int]) -> Any:
    message = records.Record()
    if label is not None:
        message.label["values"].float32_tensor.values.append(label)
    tensor = getattr(message.features["values"], f"{kind}_tensor")
    tensor.values.extend(values)
    for name, numbers in more.items():
        getattr(tensor, name).extend(numbers)
    return message


READ = [
    ("dense", [record([1, 2, 3, 4]), record([5, 6, 7, 8])], [[1, 2, 3, 4], [5, 6, 7, 8]]),
    ("double", [record([1.5, 2, 3, 4], "float64")], [[1.5, 2, 3, 4]]),
    ("whole numbers", [record([1, 2, 3, 4], "int32")], [[1, 2, 3, 4]]),
    ("NaN is missing", [record([1, NAN, 3, 4])], [[1, NAN, 3, 4]]),
    ("sparse", [record([7, 9], keys=[1, 3], shape=[4])], [[NAN, 7, NAN, 9]]),
    ("sparse without a shape", [record([7, 9], keys=[0, 2])], [[7, NAN, 9, NAN]]),
    ("sparse out of order", [record([7, 9], keys=[3, 1], shape=[4])], [[NAN, 9, NAN, 7]]),
    (
        "a label",
        [record([1, 2, 3, 4], label=1)],
        [[1, 2, 3, 4]],
    ),
]
NOT_READ = [
    ("nothing", b"\n", 415),
    ("text", b"1,2,3,4", 415),
    ("cut off", records.write([record([1, 2, 3, 4])])[:-4], 415),
    ("no values", records.write([records.Record()]), 415),
    ("none in a sparse one", records.write([record([7], keys=[1], shape=[4]), record([], shape=[4])]), 415),
    ("unequal length", records.write([record([1, 2, 3, 4]), record([1, 2, 3])]), 415),
    ("dense and sparse", records.write([record([1, 2, 3, 4]), record([1], keys=[0], shape=[4])]), 415),
    ("a key beyond the shape", records.write([record([1], keys=[4], shape=[4])]), 415),
    ("a key twice", records.write([record([1, 2], keys=[1, 1], shape=[4])]), 415),
    ("keys for some", records.write([record([1, 2], keys=[1], shape=[4])]), 415),
    ("infinity", records.write([record([1, 2, 3, float("inf")])]), 415),
    ("too many features", records.write([record([1, 2, 3, 4, 5])]), 400),
    ("too many of a sparse one", records.write([record([1], keys=[0], shape=[2**40])]), 400),
]


def test_a_sparse_record_in_which_nothing_is_given_is_refused_with_what_to_write() -> None:
    body = records.write([record([7], keys=[1], shape=[4]), record([], shape=[4])])

    with pytest.raises(CallerProblem, match=r"record 2 has a shape and no numbers.*write a 0 for one"):
        list(payload.tables(body, RECORDS, 4, managed=True))


@pytest.mark.parametrize("content_type", [RECORDS, "recordio-protobuf", RECORDS.upper()])
@pytest.mark.parametrize(("messages", "rows"), [case[1:] for case in READ], ids=[case[0] for case in READ])
def test_records_are_rows(messages: list[Any], rows: list[list[float]], content_type: str) -> None:
    body = records.write(messages)

    table = np.concatenate(list(payload.tables(body, content_type, 4, managed=False)))

    np.testing.assert_array_equal(table, np.array(rows, np.float32))


@pytest.mark.parametrize(("body", "status"), [c[1:] for c in NOT_READ], ids=[c[0] for c in NOT_READ])
def test_what_is_no_records_of_rows_is_refused(body: bytes, status: int) -> None:
    for managed in (False, True):
        with pytest.raises(CallerProblem) as refusal:
            list(payload.tables(body, RECORDS, 4, managed=managed))
        assert refusal.value.status == status


def test_dense_records_with_too_few_features_are_refused_or_padded_as_csv_is() -> None:
    body = records.write([record([1, 2])])

    with pytest.raises(CallerProblem, match="The rows have 2 columns, the model has 4 features"):
        list(payload.tables(body, RECORDS, 4, managed=False))
    (table,) = payload.tables(body, RECORDS, 4, managed=True)
    np.testing.assert_array_equal(table, np.array([[1, 2, NAN, NAN]]))


@pytest.mark.parametrize("content_type", ["parquet", "application/x-parquet"])
def test_parquet_is_for_training_only(content_type: str) -> None:
    with pytest.raises(CallerProblem, match="training only") as refusal:
        list(payload.tables(b"PAR1", content_type, 4, managed=True))
    assert refusal.value.status == 415


@given(st.binary(max_size=60))
def test_any_bytes_that_are_called_records_are_rows_or_refused(body: bytes) -> None:
    try:
        tables = list(payload.tables(body, RECORDS, 4, managed=False))
    except CallerProblem as problem:
        assert problem.status in (400, 415)
    else:
        assert all(table.shape[1] == 4 for table in tables)
