"""JSON as TensorFlow Serving reads and writes it. The offsets were those of RapidJSON 1.1.0 itself."""

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tensorflow_inference_image import json_reader, json_writer
from tensorflow_inference_image.json_reader import MalformedJson
from tensorflow_inference_image.rapid_json import parse, parse_by_hand

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(json_reader.SMALLEST_INT, json_reader.LARGEST_INT)
    | st.floats(allow_nan=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(VALUES, st.booleans())
def test_what_python_writes_is_read(value: Any, ascii_only: bool) -> None:
    assert parse(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@given(VALUES)
def test_what_python_writes_is_read_by_hand_too(value: Any) -> None:
    assert parse_by_hand(json.dumps(value).encode()) == value


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        parse(body)
    except MalformedJson as error:
        assert 0 <= int(str(error).rpartition(" ")[2]) <= len(body)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"Inf", math.inf),
        (b"[-Infinity]", [-math.inf]),
        (b"18446744073709551616", 18446744073709551616.0),
        (b"-9223372036854775809", -9223372036854775809.0),
        (b"10e308", math.inf),
        (b"1e-999", 0.0),
        (b"-0", 0),
        (b'{"a": 1, "a": 2}', {"a": 1}),
        (b'{"a": "\\ud83d\\ude02", "a": 2, "b": {}}', {"a": "😂", "b": {}}),
        (b'"\\/\\b"', "/\b"),
        (b"1\0anything", 1),
        (b"\xef\xbb\xbf1", 1),
        (b'"\xff"', "\udcff"),
        (b'"\\udc00"', "\udced\udcb0\udc80"),
        (b'[[], {}, [{"a": []}]] ', [[], {}, [{"a": []}]]),
    ],
)
def test_what_rapidjson_takes_is_taken(body: bytes, value: Any) -> None:
    assert parse(body) == value


@pytest.mark.parametrize("open_", [b"[", b'{"a":'])
def test_what_is_nested_without_end_is_refused_before_its_end(open_: bytes) -> None:
    with pytest.raises(RecursionError):
        parse(open_ * 1_000_000)


def test_nan_is_taken() -> None:
    assert [math.isnan(one) for one in parse(b"[NaN, -NaN]")] == [True, True]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"nul", "Invalid value. at offset: 3"),
        (b"Infini", "Invalid value. at offset: 6"),
        (b"Na", "Invalid value. at offset: 2"),
        (b"-", "Invalid value. at offset: 1"),
        (b"[01]", "Missing a comma or ']' after an array element. at offset: 2"),
        (b"[1\0]", "Missing a comma or ']' after an array element. at offset: 2"),
        (b'{"a": 1,}', "Missing a name for object member. at offset: 8"),
        (b'{"a"', "Missing a colon after a name of object member. at offset: 4"),
        (b'"\\ud83d\\u0041"', "The surrogate pair in string is invalid. at offset: 1"),
        (b"9" * 320, "Number too big to be stored in double. at offset: 0"),
        (b"[1] [" + b"9" * 400, "The document root must not be followed by other values. at offset: 4"),
        ('"é\n'.encode(), "Invalid escape character in string. at offset: 3"),
    ],
)
def test_what_rapidjson_refuses_is_refused_at_its_offset(body: bytes, told: str) -> None:
    with pytest.raises(MalformedJson, match=f"^{told.replace('[', chr(92) + '[')}$".replace("'", ".")):
        parse(body)


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_a_float_is_written_so_that_it_is_read_again(value: float) -> None:
    text = json_writer.decimal(value, single=True)

    assert np.float32(text) == np.float32(value)
    assert "." in text or "e" in text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_double_is_written_so_that_it_is_read_again(value: float) -> None:
    assert float(json_writer.decimal(value, single=False)) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e21, "1e21"),
        (1e20, "100000000000000000000.0"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (1.5e-7, "1.5e-7"),
        (-0.0, "-0.0"),
        (1.5e22, "1.5e22"),
        (0.1, "0.1"),
    ],
)
def test_a_number_within_what_an_error_repeats_is_rapidjsons(value: float, text: str) -> None:
    assert json_writer.echoed([value]) == f"[\n    {text}\n]"


def test_what_an_error_repeats_ends_where_rapidjson_ends_it() -> None:
    assert json_writer.echoed([1, math.nan, 2]) == "[\n    1,\n    "


@given(VALUES.filter(lambda value: not isinstance(value, float)))
def test_what_an_error_repeats_is_json(value: Any) -> None:
    text = json_writer.echoed(value)

    if "Infinity" not in json.dumps(value):
        assert json.loads(text) == value
