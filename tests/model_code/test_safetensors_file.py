"""The module that reads and writes safetensors where AWS's image has no package for it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from model_scripts import load

safetensors = load("emoji/train_tensorflow/safetensors_file")

DTYPES = st.sampled_from([np.float64, np.float32, np.float16, np.int64, np.int32])
NUMBERS = arrays.arrays(DTYPES, arrays.array_shapes(min_dims=0, max_dims=3), elements=st.integers(-9, 9))


@given(st.dictionaries(st.text(min_size=1, max_size=5).filter(lambda name: name != "__metadata__"), NUMBERS))
def test_arrays_come_back_as_they_were_written(tmp_path_factory: Any, written: dict[str, Any]) -> None:
    path = tmp_path_factory.mktemp("safetensors") / "arrays.safetensors"

    safetensors.write(path, written)

    read = safetensors.read(path)
    assert sorted(read) == sorted(written)
    for name, array in written.items():
        assert read[name].dtype == array.dtype
        np.testing.assert_array_equal(read[name], array)


def test_the_same_arrays_give_the_same_bytes_in_any_order(tmp_path: Path) -> None:
    one, two = {"a": np.ones(2), "b": np.zeros(3)}, {"b": np.zeros(3), "a": np.ones(2)}

    for name, written in (("one", one), ("two", two)):
        safetensors.write(tmp_path / name, written)

    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def header(document: object, data: bytes = b"") -> bytes:
    text = json.dumps(document).encode()
    return len(text).to_bytes(8, "little") + text + data


ARRAY = {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x08\0\0",
        (1 << 60).to_bytes(8, "little"),
        (3).to_bytes(8, "little") + b"{]}",
        (2).to_bytes(8, "little") + b"\xff\xfe",
        header([]),
        header({"a": 1}),
        header({"a": {}}),
        header({"a": ARRAY}),
        header({"a": {**ARRAY, "dtype": "BF16"}}, b"1234"),
        header({"a": {**ARRAY, "shape": [2]}}, b"1234"),
        header({"a": {**ARRAY, "shape": ["x"]}}, b"1234"),
        header({"a": {**ARRAY, "shape": [-1]}}, b"1234"),
        header({"a": {**ARRAY, "data_offsets": [4, 8]}}, b"1234"),
        header({"a": {**ARRAY, "data_offsets": [-4, 0]}}, b"1234"),
        header({"a": {**ARRAY, "data_offsets": [0]}}, b"1234"),
    ],
)
def test_what_is_not_safetensors_is_refused_with_the_files_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)

    with pytest.raises(safetensors.SafetensorsError, match=r"^model\.safetensors: "):
        safetensors.read(path)


NEAR = st.one_of(st.integers(-2, 9), st.floats(), st.booleans(), st.none(), st.just("4"))
ENTRIES = st.dictionaries(
    st.sampled_from(["a", "__metadata__"]),
    st.fixed_dictionaries(
        {
            "dtype": st.sampled_from(["F32", "F16", "I64", "", None, []]),
            "shape": st.one_of(NEAR, st.lists(NEAR, max_size=3)),
            "data_offsets": st.one_of(NEAR, st.lists(NEAR, max_size=3)),
        }
    ),
)


@given(ENTRIES, st.binary(max_size=9))
def test_any_header_is_read_or_refused(tmp_path_factory: Any, entries: dict[str, Any], data: bytes) -> None:
    path = tmp_path_factory.mktemp("safetensors") / "model.safetensors"
    path.write_bytes(header(entries, data))

    try:
        read = safetensors.read(path)
    except safetensors.SafetensorsError:
        return

    assert set(read) == set(entries) - {"__metadata__"}
    assert all(array.nbytes <= len(data) for array in read.values())


def test_numbers_of_a_type_that_the_format_has_not_got_are_refused(tmp_path: Path) -> None:
    with pytest.raises(safetensors.SafetensorsError, match="a: numbers of the type complex128"):
        safetensors.write(tmp_path / "model.safetensors", {"a": np.ones(1, complex)})

    assert list(tmp_path.iterdir()) == []
