"""The types that a script gets decoded and encoded for it."""

import io
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from toolkit import codecs
from toolkit.errors import CallerProblem


def npy(array: object, *, allow_pickle: bool = False) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.asarray(array), allow_pickle=allow_pickle)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        ("1,2\n3,4\n", "text/csv", [[1, 2], [3, 4]]),
        (b"1,2", "Text/CSV; charset=utf-8", [[1, 2]]),
        ("[[1, 2.5], [3, 4]]", "application/json", [[1, 2.5], [3, 4]]),
        ("[1, 2]", "application/json; charset=utf-8", [1, 2]),
        (npy([[1.5, 2]]), "application/x-npy", [[1.5, 2]]),
        (npy(np.array([[1.5, 2], [3, 4]], order="F")), "application/x-npy", [[1.5, 2], [3, 4]]),
    ],
)
def test_a_request_is_decoded_whatever_the_parameters_of_its_type(
    body: str | bytes, content_type: str, expected: object
) -> None:
    array = codecs.decode(body, content_type)

    assert array.tolist() == expected
    assert array.dtype == np.float64


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"1,x", "text/csv", 400),
        (b"{", "application/json", 400),
        (b"[[1], [1, 2]]", "application/json", 400),
        (b'["a"]', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"[[1, 1" + b"0" * 400 + b"]]", "application/json", 400),
        (b'[{"a": []}]', "application/json", 400),
        (b'{"a": 1}', "application/json", 400),
        (b"\x93NUMPY", "application/x-npy", 400),
        (b"", "application/x-npy", 400),
        (npy([1.0])[:-1], "application/x-npy", 400),
        (npy([1.0]).replace(b"(1,), } ", b"(01,), }"), "application/x-npy", 400),
        (npy([1.0]) + b"x", "application/x-npy", 400),
        (npy([1.0]).replace(b"(1,)", b"(9,)"), "application/x-npy", 400),
        (npy([1.0]).replace(b"'<f8'", b"'<f8 "), "application/x-npy", 400),
        (npy([1.0]).replace(b"(1,), }", b"(1), } "), "application/x-npy", 400),
        (npy(["a"]), "application/x-npy", 400),
        (npy([(1, 2.0)]).replace(b"'<f8'", b"'|V8'"), "application/x-npy", 400),
        (npy([None], allow_pickle=True), "application/x-npy", 400),
        (pickle.dumps([1, 2]), "application/x-npy", 400),
        (b"1,2", "application/pickle", 415),
        (b"1,2", "", 415),
    ],
)
def test_what_does_not_parse_is_the_callers_fault(body: bytes, content_type: str, status: int) -> None:
    with pytest.raises(CallerProblem) as refusal:
        codecs.decode(body, content_type)

    assert refusal.value.status == status


@pytest.mark.parametrize(
    ("prediction", "accept", "body"),
    [
        (np.array([0.5, 1.0]), "text/csv", b"0.5\n1.0\n"),
        (np.array([[1, 2], [3, 4]]), "text/csv; charset=utf-8", b"1,2\n3,4\n"),
        (["yes", "no"], "text/csv", b"yes\nno\n"),
        (np.array([[1.5]]), "application/json", b"[[1.5]]"),
        ({"score": np.float64(0.5)}, "application/json", b'{"score": 0.5}'),
    ],
)
def test_a_prediction_is_encoded_as_the_caller_accepts(prediction: object, accept: str, body: bytes) -> None:
    assert codecs.encode(prediction, accept) == body


def test_an_unknown_accept_is_406() -> None:
    with pytest.raises(CallerProblem) as refusal:
        codecs.encode([1], "image/png")

    assert refusal.value.status == 406


@given(
    arrays.arrays(np.float64, st.tuples(st.integers(1, 5), st.integers(1, 5)), elements=st.floats(width=64)),
    st.sampled_from(["text/csv", "application/json", "application/x-npy"]),
)
def test_every_type_gives_back_what_it_was_given(array: np.ndarray, media_type: str) -> None:
    given_back = codecs.decode(codecs.encode(array, media_type), media_type)

    np.testing.assert_array_equal(given_back, array)
