"""The files of a training channel, in every content type that the managed image takes."""

import bz2
import gzip
import logging
import lzma
import math
import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pytest
from built_in import records
from built_in.hyperparameters import Refused
from container_process import run_training, write_csv, write_job
from pyarrow import orc, parquet
from xgboost_files import CSV, LIBSVM, NAN, PARQUET, RECORDS, table
from xgboost_image import channels

HIDDEN = "Hidden file found in the data path! Remove that before training."


def record(row: list[float], *, sparse: bool = False) -> Any:
    message = records.Record()
    message.label["values"].float32_tensor.values.append(row[0])
    tensor = message.features["values"].float32_tensor
    given = [(key, value) for key, value in enumerate(row[1:]) if not (sparse and math.isnan(value))]
    tensor.values.extend(value for _, value in given)
    if sparse:
        tensor.keys.extend(key for key, _ in given)
        tensor.shape.append(len(row) - 1)
    return message


def as_csv(path: Path, rows: list[list[float]]) -> None:
    write_csv(path, [["" if math.isnan(cell) else cell for cell in row] for row in rows])  # type: ignore[misc]


def as_libsvm(path: Path, rows: list[list[float]]) -> None:
    lines = [
        f"{row[0]} " + " ".join(f"{at}:{cell}" for at, cell in enumerate(row[1:]) if not math.isnan(cell))
        for row in rows
    ]
    path.write_text("\n".join(lines) + "\n")


def as_parquet(path: Path, rows: list[list[float]]) -> None:
    columns = [[None if math.isnan(cell) else cell for cell in column] for column in zip(*rows, strict=True)]
    parquet.write_table(pyarrow.table({f"c{at}": column for at, column in enumerate(columns)}), path)


def as_records(path: Path, rows: list[list[float]]) -> None:
    path.write_bytes(records.write(map(record, rows)))


def as_sparse_records(path: Path, rows: list[list[float]]) -> None:
    path.write_bytes(records.write(record(row, sparse=True) for row in rows))


WRITTEN: list[tuple[str, Callable[[Path, list[list[float]]], None]]] = [
    (CSV, as_csv),
    ("csv", as_csv),
    (LIBSVM, as_libsvm),
    (PARQUET, as_parquet),
    ("parquet", as_parquet),
    (RECORDS, as_records),
    ("recordio-protobuf", as_records),
    (RECORDS, as_sparse_records),
]


@pytest.mark.parametrize(("content_type", "write"), WRITTEN)
def test_every_content_type_gives_the_same_table(
    tmp_path: Path, content_type: str, write: Callable[[Path, list[list[float]]], None]
) -> None:
    folder = tmp_path / "train"
    (folder / "deeper" / "still").mkdir(parents=True)
    write(folder / "a", [[0, 1.5, NAN, 3], [1, 4, 5, 6]])
    write(folder / "deeper" / "b", [[0, 7, 8, 9]])
    write(folder / "deeper" / "still" / "c", [[1, 10, 11, 12]])
    (folder / "_SUCCESS").touch()

    examples = channels.read(folder, content_type)

    assert examples is not None
    expected = [[1.5, NAN, 3], [4, 5, 6], [7, 8, 9], [10, 11, 12]]
    np.testing.assert_array_equal(examples.features, np.array(expected, np.float32))
    np.testing.assert_array_equal(examples.labels, [0, 1, 0, 1])


@pytest.mark.parametrize(("content_type", "write"), WRITTEN[2:])
def test_every_content_type_gives_the_model_that_csv_gives(
    tmp_path: Path,
    training_rows: list[list[float]],
    content_type: str,
    write: Callable[[Path, list[list[float]]], None],
) -> None:
    models = []
    for name, kind, writer in (("csv", CSV, as_csv), ("other", content_type, write)):
        folder = tmp_path / name
        given = {"num_round": "3", "objective": "binary:logistic", "eval_metric": "error"}
        write_job(folder, given, {"train": kind, "validation": kind})
        for channel in ("train", "validation"):
            (folder / "input" / "data" / channel).mkdir(parents=True)
            writer(folder / "input" / "data" / channel / "data", training_rows)
        done = run_training("xgboost_image", folder)
        assert done.code == 0, done.log
        models.append(((folder / "model" / "xgboost-model").read_bytes(), done.output))

    assert models[0] == models[1]


@pytest.mark.parametrize("name", [".DS_Store", ".data.csv", "deeper/.part-0.crc"])
@pytest.mark.parametrize("content_type", [CSV, LIBSVM, PARQUET, RECORDS])
def test_a_hidden_file_ends_the_job_with_the_images_message(
    tmp_path: Path, content_type: str, name: str
) -> None:
    folder = tmp_path / "train"
    (folder / "deeper").mkdir(parents=True)
    as_csv(folder / "data.csv", [[0, 1], [1, 2]])
    (folder / name).touch()

    with pytest.raises(Refused, match="^" + re.escape(f"{HIDDEN} (train/{name})") + "$"):
        channels.read(folder, content_type)


@pytest.mark.parametrize(
    "name", [".ipynb_checkpoints/a.csv", "deeper/.git/a.csv", ".a/deeper/a.csv", ".a/_SUCCESS"]
)
@pytest.mark.parametrize("content_type", [CSV, LIBSVM, PARQUET, RECORDS])
def test_a_file_in_a_hidden_folder_is_refused_by_name(tmp_path: Path, content_type: str, name: str) -> None:
    folder = tmp_path / "train"
    (folder / name).parent.mkdir(parents=True)
    as_csv(folder / "data.csv", [[0, 1], [1, 2]])
    as_csv(folder / name, [[0, 1], [1, 2]])

    with pytest.raises(Refused, match="^" + re.escape(f"train/{name} lies in a hidden folder")):
        channels.read(folder, content_type)


def test_a_hidden_folder_without_files_is_nothing(tmp_path: Path) -> None:
    as_csv(tmp_path / "data.csv", [[0, 1], [1, 2]])
    (tmp_path / ".ipynb_checkpoints" / "deeper").mkdir(parents=True)

    assert channels.read(tmp_path, CSV) is not None


def test_a_link_to_a_folder_is_refused_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "train"
    (tmp_path / "elsewhere").mkdir()
    as_csv(tmp_path / "elsewhere" / "data.csv", [[0, 1], [1, 2]])
    folder.mkdir()
    (folder / "linked").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(Refused, match=r"^train/linked is a link to a folder"):
        channels.read(folder, CSV)


def archive(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("data.csv", "0,1\n")


def npy(path: Path) -> None:
    with path.open("wb") as file:
        np.save(file, [0, 1])


BINARY: list[tuple[Callable[[Path], Any], str, str]] = [
    (lambda path: path.write_bytes(gzip.compress(b"0,1\n")), "gzip", "decompress it"),
    (lambda path: path.write_bytes(bz2.compress(b"0,1\n")), "bzip2", "decompress it"),
    (lambda path: path.write_bytes(lzma.compress(b"0,1\n")), "xz", "decompress it"),
    (
        lambda path: path.write_bytes(pyarrow.compress(b"0,1\n", "zstd", asbytes=True)),
        "Zstandard",
        "decompress",
    ),
    (archive, "a zip archive", "decompress it"),
    (npy, "npy", "convert it"),
    (lambda path: orc.write_table(pyarrow.table({"a": [1]}), path), "ORC", "convert it"),
    (
        lambda path: as_parquet(path, [[0, 1]]),
        "Parquet",
        "set the channel's ContentType to application/x-parquet",
    ),
    (
        lambda path: as_records(path, [[0, 1]]),
        "RecordIO-protobuf",
        "set the channel's ContentType to application/x-recordio-protobuf",
    ),
]


@pytest.mark.parametrize(("write", "format_", "advice"), BINARY, ids=[case[1] for case in BINARY])
@pytest.mark.parametrize("content_type", [CSV, "csv", LIBSVM, PARQUET, RECORDS])
def test_a_binary_file_under_another_content_type_is_named_with_what_to_do(
    tmp_path: Path, content_type: str, write: Callable[[Path], Any], format_: str, advice: str
) -> None:
    write(tmp_path / "data.csv")

    try:
        examples = channels.read(tmp_path, content_type)
    except Refused as refusal:
        assert str(refusal).startswith(
            f"data.csv is {format_}, and the channel's ContentType says {content_type}"
        )
        assert advice in str(refusal)
    else:
        assert examples is not None
        assert (format_, content_type) in {("Parquet", PARQUET), ("RecordIO-protobuf", RECORDS)}


def test_a_channel_without_content_type_is_libsvm_in_the_message(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(gzip.compress(b"0 0:1\n"))

    with pytest.raises(
        Refused, match="data is gzip, and the channel's ContentType says libsvm: decompress it"
    ):
        channels.read(tmp_path, "")


def test_a_hidden_file_beside_the_csv_of_a_job_is_its_failure(
    tmp_path: Path, training_rows: list[list[float]]
) -> None:
    write_job(tmp_path, {"num_round": "1"}, {"train": CSV, "validation": CSV})
    for channel in ("train", "validation"):
        write_csv(tmp_path / "input" / "data" / channel / "data.csv", training_rows)
    (tmp_path / "input" / "data" / "validation" / ".hidden").write_text("1,2")

    assert run_training("xgboost_image", tmp_path).code == 1
    assert (tmp_path / "output" / "failure").read_text().startswith(HIDDEN)
    assert not (tmp_path / "model").exists()


def test_a_file_that_begins_with_an_underscore_is_no_data_that_is_left_out_unseen(tmp_path: Path) -> None:
    as_csv(tmp_path / "data.csv", [[0, 1], [1, 2]])
    as_csv(tmp_path / "_more.csv", [[0, 1], [1, 2]])

    with pytest.raises(Refused, match=r"_more\.csv begins with _ and is not empty"):
        channels.read(tmp_path, CSV)


def test_a_file_deeper_than_the_image_looks_is_no_data_that_is_left_out_unseen(tmp_path: Path) -> None:
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)
    as_csv(tmp_path / "a" / "b" / "c" / "data.csv", [[0, 1], [1, 2]])

    with pytest.raises(Refused, match=r"a/b/c/data\.csv lies deeper than the 3 levels"):
        channels.read(tmp_path, CSV)


def test_a_pipe_in_a_channel_is_refused_by_name(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "data.csv")

    with pytest.raises(Refused, match=r"data\.csv is not a regular file"):
        channels.read(tmp_path, CSV)


@pytest.mark.parametrize("mode", ["Pipe", "FastFile"])
def test_a_mode_that_the_image_takes_and_the_stand_in_does_not_is_said_to_be_so(mode: str) -> None:
    described = {"train": {"ContentType": CSV, "TrainingInputMode": mode}}

    with pytest.raises(
        Refused, match=f"^The stand-in does not take TrainingInputMode {mode}, .* the managed image does"
    ):
        channels.validate(described)


def test_a_mode_that_there_is_none_of_is_refused_in_the_images_words() -> None:
    with pytest.raises(Refused, match=r"^Channel configuration for 'train' channel is not supported"):
        channels.validate({"train": {"ContentType": CSV, "TrainingInputMode": "Stream"}})


def pandas_note(note: bytes) -> Callable[[Path], None]:
    noted = pyarrow.table({"y": [1], "x": [2]}).replace_schema_metadata({b"pandas": note})
    return lambda path: parquet.write_table(noted, path)


def content(*messages: Any) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(records.write(messages)) and None


def text(written: str) -> Callable[[Path], None]:
    return lambda path: path.write_text(written) and None


def unlabeled() -> Any:
    message = record([0, 1, 2])
    message.label.clear()
    return message


REFUSED: list[tuple[str, list[Callable[[Path], None]], str]] = [
    (PARQUET, [text("1,2\n")], "Failed to load parquet data with exception:\n0: "),
    (
        PARQUET,
        [table(y=[1, 0], x=["a", "b"])],
        "parquet data with exception:\n0: column x holds string; expected integers, ",
    ),
    (PARQUET, [table(y=[1, 0], x=[[1], [2]])], "parquet data with exception:\n0: column x holds list"),
    (PARQUET, [pandas_note(b"{")], "0: its pandas metadata is malformed"),
    (PARQUET, [pandas_note(b"[1]")], "0: its pandas metadata is malformed"),
    (PARQUET, [pandas_note(b'{"index_columns": ["x"]}')], "there is no feature column after the label"),
    (PARQUET, [pandas_note(b'{"index_columns": ["y", "x"]}')], "there is no feature column after the label"),
    (PARQUET, [table(y=[1, 0])], "there is no feature column after the label"),
    (PARQUET, [table(y=[1], x=[2]), table(y=[1], z=[2])], "1 has the columns y, z, the files before it y, x"),
    (RECORDS, [text("1,2\n")], "recordio-protobuf data with exception:\nrecord 1 "),
    (RECORDS, [content(record([0, 1]), unlabeled())], "record 2 is of another length"),
    (RECORDS, [content(record([0, 1, 2]), unlabeled())], "record 2 has no label called values"),
    (RECORDS, [content(record([0, 1])), content(record([0, 1, 2]))], "the files' records differ"),
    (CSV, [text("1000|2000|3000\n")], "0: Row 1, column 1"),
    (CSV, [text("1;2\n3,4\n")], "Failed to load csv data: 0: The first row has another delimiter"),
    (CSV, [text("1:2\n")], "Could not determine delimiter: 0: A colon"),
    (CSV, [text("1;2\n"), text("3,4\n")], "Failed to load csv data: 1: The first row has another delimiter"),
]


@pytest.mark.parametrize(("content_type", "files", "message"), REFUSED)
def test_what_a_content_type_is_not_is_refused_with_the_file(
    tmp_path: Path, content_type: str, files: list[Callable[[Path], None]], message: str
) -> None:
    for number, write in enumerate(files):
        write(tmp_path / str(number))

    with pytest.raises(Refused, match=re.escape(message)):
        channels.read(tmp_path, content_type)


def test_training_shifts_no_libsvm_and_says_that_serving_would(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "data").write_text("1 1:5 2:6\n0 1:7\n")

    with caplog.at_level(logging.INFO, "xgboost_image"):
        examples = channels.read(tmp_path, LIBSVM)

    assert examples is not None
    assert "No row has feature 0" in caplog.text
    np.testing.assert_array_equal(examples.features, [[NAN, 5, 6], [NAN, 7, NAN]])
