"""The training channels of linear-learner: which there may be, and what their files hold."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from built_in.hyperparameters import Refused
from linear_learner_image import channels
from record_bodies import RECORDS, body, record, sparse

CSV = "text/csv"
TRAIN = {"ContentType": CSV}
ROWS = [[1.0, 0.5, 0.0, -2.0], [0.0, 0.0, 3.25, 0.0], [1.0, 0.0, 0.0, 0.0]]


def csv(rows: list[list[float]]) -> bytes:
    return "".join(",".join(map(str, row)) + "\n" for row in rows).encode()


def dense_records(rows: list[list[float]]) -> bytes:
    return body(*(record(features, label=label) for label, *features in rows))


def sparse_records(rows: list[list[float]]) -> bytes:
    return body(*(sparse(features, label) for label, *features in rows))


def channel(folder: Path, *files: bytes) -> Path:
    for number, content in enumerate(files):
        (folder / f"part-{number}").write_bytes(content)
    return folder


@pytest.mark.parametrize(
    ("content_type", "write", "is_sparse"),
    [
        (CSV, csv, False),
        ("text/csv; label_size=1", csv, False),
        ("Text/CSV;charset=utf-8", csv, False),
        (RECORDS, dense_records, False),
        (RECORDS, sparse_records, True),
    ],
)
def test_rows_are_read_in_the_order_of_their_files(
    tmp_path: Path, content_type: str, write: Callable[[list[list[float]]], bytes], is_sparse: bool
) -> None:
    described = {"ContentType": content_type}
    channels.validate({"train": described})

    found = channels.read(channel(tmp_path, write(ROWS[:2]), write(ROWS[2:]), b""), described)

    assert found.labels.tolist() == [row[0] for row in ROWS]
    assert found.features.tolist() == [row[1:] for row in ROWS]
    assert found.features.dtype == np.float32
    assert found.sparse == is_sparse


def test_a_channel_without_a_content_type_has_records() -> None:
    channels.validate({"train": {}})


def test_a_sparse_record_without_any_number_is_a_row_of_zeros(tmp_path: Path) -> None:
    folder = channel(tmp_path, body(sparse([0, 0, 7], 1), record([], label=0, shape=[3])))

    assert channels.read(folder, {"ContentType": RECORDS}).features.tolist() == [[0, 0, 7], [0, 0, 0]]


@pytest.mark.parametrize(
    ("described", "message"),
    [
        ({}, "Missing required channel: train"),
        ({"validation": TRAIN}, "Missing required channel: train"),
        ({"train": TRAIN, "code": TRAIN}, "Extraneous channel found: code"),
        (
            {"train": {"ContentType": "text/libsvm"}},
            "Channel configuration for 'train' channel is not supported",
        ),
        (
            {"train": {"ContentType": "application/json"}},
            "its ContentType can be application/x-recordio-protobuf",
        ),
        ({"train": {"ContentType": "text/csv;label_size=0"}}, "with the label in the first column"),
        (
            {"train": {**TRAIN, "TrainingInputMode": "Pipe"}},
            "The stand-in does not take TrainingInputMode Pipe",
        ),
    ],
)
def test_channels_that_the_image_does_not_take_are_refused(
    described: dict[str, dict[str, str]], message: str
) -> None:
    with pytest.raises(Refused) as refused:
        channels.validate(described)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("content_type", "files", "message"),
    [
        (CSV, [], "No data in "),
        (CSV, [b""], "No data in "),
        (CSV, [b"label,a,b\n1,2,3\n"], "part-0: Row 1, column 1: not a number."),
        (CSV, [csv(ROWS), b"1,2,3,4\n1,2,x,4\n"], "part-1: Row 2, column 3: not a number."),
        (CSV, [b"1,2,3\n1,,3\n"], "part-0: row 2, feature 1 is not a finite number; impute it before"),
        (CSV, [b"1,2,3\n,2,3\n"], "part-0: row 2 has a label that is not a finite number"),
        (CSV, [b"1,1e300\n"], "part-0: row 1, feature 1 is beyond single precision (float32)"),
        (CSV, [b"1,2,3\n1,2,-1e39\n"], "part-0: row 2, feature 2 is beyond single precision (float32)"),
        (CSV, [b"1,2\n1e39,2\n"], "part-0: row 2, the label is beyond single precision (float32)"),
        (CSV, [b"1,inf\n"], "part-0: row 1, feature 1 is not a finite number; impute it before"),
        (CSV, [b"1\n0\n"], "part-0 has one column; expected the label and at least one feature"),
        (CSV, [b"1,2,3\n", b"1,2\n"], "part-1 has 1 features, the files before it 2"),
        (
            CSV,
            [dense_records(ROWS)],
            "part-0 is RecordIO-protobuf, and the channel's ContentType says text/csv",
        ),
        (RECORDS, [csv(ROWS)], "part-0: record 1 does not begin with RecordIO's magic number"),
        (RECORDS, [dense_records(ROWS)[:-4]], "part-0: record 3 is cut off"),
        (RECORDS, [body(record([1, 2]))], "part-0: record 1 has no label called values"),
        (
            RECORDS,
            [body(record([1, 2], label=1), record([1, 2], label=1, kind="float64"))],
            "part-0: record 2 has a float64_tensor; expected a float32_tensor",
        ),
        (
            RECORDS,
            [body(record([1, 2], label=1), record([1, 2, 3], label=1))],
            "part-0: record 2 is of another length or kind than those before it",
        ),
        (
            RECORDS,
            [body(record([1, 2], keys=[0, 0], shape=[3], label=1))],
            "part-0: record 1 has a repeated key",
        ),
        (
            RECORDS,
            [body(record([1, 2], keys=[0], shape=[3], label=1))],
            "part-0: record 1 does not have one key a number",
        ),
        (RECORDS, [body(record([], label=1))], "part-0: record 1 has no numbers called values"),
        (
            RECORDS,
            [body(record([float("nan"), 1], label=1))],
            "part-0: row 1, feature 1 is not a finite number",
        ),
        (RECORDS, [body(record([1], keys=[0], shape=[2**40], label=1))], "than the stand-in holds"),
        (
            RECORDS,
            [b"PAR1 and more"],
            "part-0 is Parquet, and the channel's ContentType says application/x-rec",
        ),
    ],
)
def test_files_that_are_none_of_these_rows_are_refused_by_their_place(
    tmp_path: Path, content_type: str, files: list[bytes], message: str
) -> None:
    with pytest.raises(Refused) as refused:
        channels.read(channel(tmp_path, *files), {"ContentType": content_type})
    assert message in str(refused.value)


def test_hidden_files_are_left_out(tmp_path: Path) -> None:
    (tmp_path / ".DS_Store").write_bytes(b"\x00")
    (tmp_path / "_SUCCESS").write_bytes(b"")

    assert len(channels.read(channel(tmp_path, csv(ROWS)), TRAIN).labels) == 3
