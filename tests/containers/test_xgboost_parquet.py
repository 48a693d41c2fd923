"""Parquet as pandas and others write it is the table that the image reads."""

from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas
import pyarrow
import pytest
from pyarrow import parquet
from xgboost_files import NAN, PARQUET, table
from xgboost_image import channels

FRAME = pandas.DataFrame({"y": [0, 1, 1], "a": [1.5, None, 2.5], "b": [7, 8, 9]})
FRAMES = {
    "filtered": FRAME[FRAME.b > 7],
    "of a range": FRAME,
    "sorted": FRAME.sort_values("b", ascending=False),
    "with an id": FRAME.set_index(pandas.Index(["x", "y", "z"], name="id")),
    "with a column as id": FRAME.set_index("b"),
    "with dates": FRAME.set_index(pandas.date_range("2026-01-01", periods=3)),
    "with two levels": FRAME.set_index([pandas.Index([1, 2, 3]), pandas.Index(list("xyz"), name="id")]),
    "with a column of the index's name": FRAME.assign(index=[4, 5, 6]).set_index(
        pandas.Index([1, 2, 4], name="id")
    ),
    "decimals": FRAME.assign(a=[Decimal("1.25"), None, Decimal("-3.5")]),
    "booleans": FRAME.assign(b=[True, False, True]),
    "half precision": FRAME.assign(b=FRAME.b.astype(np.float16)),
    "a column without values": FRAME.assign(a=[None, None, None]),
}


@pytest.mark.parametrize("frame", FRAMES.values(), ids=list(FRAMES))
@pytest.mark.parametrize("index", [None, True, False])
def test_a_frame_that_pandas_wrote_is_the_table_that_pandas_reads(
    tmp_path: Path, frame: pandas.DataFrame, index: bool | None
) -> None:
    if index is False:
        frame = frame.reset_index(drop=True)
    frame.to_parquet(tmp_path / "data", index=index)

    examples = channels.read(tmp_path, PARQUET)

    # As the image has it.
    expected = parquet.read_table(tmp_path / "data").to_pandas().to_numpy().astype(np.float32)
    assert examples is not None
    np.testing.assert_array_equal(examples.labels, expected[:, 0])
    np.testing.assert_array_equal(examples.features, expected[:, 1:])


def test_files_of_one_frame_with_and_without_an_index_have_the_same_columns(tmp_path: Path) -> None:
    FRAME.to_parquet(tmp_path / "a")
    FRAMES["filtered"].to_parquet(tmp_path / "b")

    examples = channels.read(tmp_path, PARQUET)

    assert examples is not None
    assert examples.features.shape == (5, 2)


def test_an_index_that_no_note_of_pandas_names_is_a_column_as_in_the_image(tmp_path: Path) -> None:
    table(y=[1, 0], a=[2, 3], __index_level_0__=[5, 6])(tmp_path / "data")

    examples = channels.read(tmp_path, PARQUET)

    assert examples is not None
    assert examples.features.tolist() == [[2, 5], [3, 6]]


@pytest.mark.parametrize("digits", [9, 38, 76])
def test_decimals_of_every_width_are_numbers(tmp_path: Path, digits: int) -> None:
    kind = pyarrow.decimal256(digits, 2) if digits > 38 else pyarrow.decimal128(digits, 2)
    decimals = pyarrow.array([Decimal("1.25"), None], kind)
    parquet.write_table(pyarrow.table({"y": [1, 0], "x": decimals}), tmp_path / "data")

    examples = channels.read(tmp_path, PARQUET)

    assert examples is not None
    np.testing.assert_array_equal(examples.features, [[1.25], [NAN]])


def test_columns_of_parquet_go_by_their_names(tmp_path: Path) -> None:
    table(y=[1, 0], a=[2, 3], b=[4.5, None])(tmp_path / "first")
    table(b=[7], a=[True], y=[1])(tmp_path / "second")

    examples = channels.read(tmp_path, PARQUET)

    assert examples is not None
    np.testing.assert_array_equal(examples.features, [[2, 4.5], [3, NAN], [1, 7]])
    assert examples.labels.tolist() == [1, 0, 1]
