"""The files of a forecasting job's channel: which are read, and how."""

import gzip
import json
import logging
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from built_in.hyperparameters import Refused
from deepar_image import channels
from pyarrow import parquet

LINE = json.dumps({"start": "2014-01-01 00:00:00", "target": [1.0, 2.0]}).encode() + b"\n"


def as_json(path: Path) -> None:
    path.write_bytes(LINE)


def as_gzip(path: Path) -> None:
    path.write_bytes(gzip.compress(LINE, mtime=0))


def as_parquet(path: Path) -> None:
    parquet.write_table(pyarrow.table({"start": ["2014-01-01 00:00:00"], "target": [[1.0, 2.0]]}), path)


WRITE: dict[str, Callable[[Path], Any]] = {"json": as_json, "json.gz": as_gzip, "parquet": as_parquet}
CALLED = {"json": "", "json.gz": "gzip", "parquet": "Parquet"}


@pytest.mark.parametrize("kind", WRITE)
@pytest.mark.parametrize("declared", ["auto", "same"])
def test_each_format_is_read_by_its_name_or_by_its_content_type(
    tmp_path: Path, kind: str, declared: str
) -> None:
    WRITE[kind](tmp_path / (f"a.{kind}" if declared == "auto" else "a"))

    [series] = channels.read(tmp_path, "auto" if declared == "auto" else kind)

    assert series.target.tolist() == [1, 2]


@pytest.mark.parametrize("written", ["json.gz", "parquet"])
@pytest.mark.parametrize("declared", WRITE)
@pytest.mark.parametrize("auto", [True, False])
def test_a_file_of_another_format_than_the_declared_one_is_named_with_the_content_type_to_set(
    tmp_path: Path, declared: str, written: str, auto: bool
) -> None:
    name = f"a.{declared}" if auto else "a"
    WRITE[written](tmp_path / name)
    content_type = "auto" if auto else declared
    if declared == written:
        assert len(channels.read(tmp_path, content_type)) == 1
        return

    told = f"{name} is {CALLED[written]}, and the channel's ContentType says {declared}: set the channel's"
    with pytest.raises(Refused, match=re.escape(f"{told} ContentType to {written}.")):
        channels.read(tmp_path, content_type)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.json", b"{", "a.json: line 1 is not JSON"),
        ("a.json", b"[" * 100_000, "a.json: line 1 is not JSON"),
        ("a.json", b"PK\x03\x04", "a.json is a zip archive, .* says json: decompress it"),
        ("a.json.gz", LINE, "a.json.gz cannot be unpacked as gzip"),
        ("a.json.gz", gzip.compress(LINE, mtime=0)[:-9], "a.json.gz cannot be unpacked as gzip"),
        (
            "a.json.gz",
            gzip.compress(LINE, mtime=0)[:10] + b"\xff" * 20,
            "a.json.gz cannot be unpacked as gzip",
        ),
        ("a.parquet", LINE, "a.parquet cannot be read as Parquet"),
        ("a.parquet", b"PAR1", "a.parquet cannot be read as Parquet"),
        ("a.txt", LINE, "a.txt is neither .json, .json.gz nor .parquet"),
        ("_a.json", LINE, "No time series in"),
    ],
    ids=range(10),
)
def test_what_cannot_be_read_is_refused_by_its_file(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(Refused, match=message):
        channels.read(tmp_path)


def test_hidden_files_and_folders_are_left_out_and_the_log_names_them(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    left_out = [".DS_Store", ".ipynb_checkpoints/a.json", "_SUCCESS", "_temporary/b.json", "deeper/.c/a.json"]
    for name in ["a.json", "deeper/b.json", *left_out]:
        path = tmp_path / "train" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        as_json(path)

    with caplog.at_level(logging.INFO, "built_in"):
        assert len(channels.read(tmp_path / "train")) == 2
    assert sorted(message.partition(" ")[0] for message in caplog.messages) == sorted(
        f"train/{name}" for name in left_out
    )


def test_what_would_be_passed_over_unseen_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "train"
    folder.mkdir()
    (folder / "linked").symlink_to(tmp_path)
    with pytest.raises(Refused, match="train/linked is a link to a folder"):
        channels.read(folder)

    (folder / "linked").unlink()
    os.mkfifo(folder / "a.json")
    with pytest.raises(Refused, match=r"train/a\.json is not a regular file"):
        channels.read(folder)
