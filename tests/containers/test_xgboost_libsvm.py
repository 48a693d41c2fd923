"""What the stand-in reads as libsvm beside what the image reads."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from toolkit.errors import CallerProblem
from xgboost_image import payload, pieces

NAN = float("nan")


def sparse_by_the_images_rule(body: bytes) -> np.ndarray | None:
    """A dense view of what the image makes of libsvm: indices shifted where the lowest is 1 or more."""
    row, column, value = [], [], []
    try:
        for number, line in enumerate(body.strip().decode().split("\n")):
            for item in line.split(" "):
                if ":" in item:
                    row.append(number)
                    column.append(int(item.split(":")[0]))
                    value.append(item.split(":")[1])
        columns = np.array(column)
        columns -= 1 if len(columns) and columns.min() >= 1 else 0
        matrix = csr_matrix((np.array(value).astype(float), (row, columns)))
    except ValueError:
        return None
    table = np.full(matrix.shape, np.nan, dtype=np.float32)
    filled = matrix.tocoo()
    table[filled.row, filled.col] = filled.data
    return table


def read_libsvm(body: bytes, *, managed: bool, features: int = 4) -> np.ndarray:
    return np.concatenate(list(payload.tables(body, "text/libsvm", features, managed=managed)))


SHIFTS = [
    # The request, what it is scored as with features from 0, and what the image makes of it.
    (b"0:5 1:6 2:7 3:8", [[5, 6, 7, 8]], [[5, 6, 7, 8]]),
    (b"1:5 2:6 3:7 4:8", None, [[5, 6, 7, 8]]),
    (b"1:5 3:7", None, [[5, NAN, 7, NAN]]),
    (b"2:7", None, [[NAN, 7, NAN, NAN]]),
    (b"1:5\n0:4 2:6", [[NAN, 5, NAN, NAN], [4, NAN, 6, NAN]], [[NAN, 5, NAN, NAN], [4, NAN, 6, NAN]]),
    (b"1 1:5 2:6", None, [[5, 6, NAN, NAN]]),
    (b"0:nan 1:5 3:7", [[NAN, 5, NAN, 7]], [[NAN, 5, NAN, 7]]),
    (b"00:3 1:5", [[3, 5, NAN, NAN]], [[3, 5, NAN, NAN]]),
    (b"1:5\r\n2:6\r\n", None, [[5, NAN, NAN, NAN], [NAN, 6, NAN, NAN]]),
    (b"10:1 0:2", None, None),
    (b"4:1", None, [[NAN, NAN, NAN, 1]]),
    (b"5:1", None, None),
]


@pytest.mark.parametrize("piece_bytes", [pieces.PIECE_BYTES, 4])
@pytest.mark.parametrize(("body", "strict", "managed"), SHIFTS)
def test_libsvm_that_counts_from_1_is_shifted_in_managed_mode_and_refused_else(
    monkeypatch: pytest.MonkeyPatch,
    body: bytes,
    strict: list[list[float]] | None,
    managed: list[list[float]] | None,
    piece_bytes: int,
) -> None:
    monkeypatch.setattr(pieces, "PIECE_BYTES", piece_bytes)
    for expected, mode in ((strict, False), (managed, True)):
        if expected is None:
            with pytest.raises(CallerProblem) as refusal:
                read_libsvm(body, managed=mode)
            assert refusal.value.status == 400
        else:
            np.testing.assert_array_equal(read_libsvm(body, managed=mode), np.array(expected))


def test_the_refusal_says_what_to_do() -> None:
    with pytest.raises(
        CallerProblem, match=r"add 0:nan \(missing\) to a row; if the rows count from 1, subtract"
    ):
        read_libsvm(b"1:5 2:6", managed=False)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"0:1\t1:2", 415),
        (b"0:1 1:2\x0b 2:3", 415),
        (b"-1:1", 415),
        (b"0:1 -1:1", 415),
        (b"0:1:2", 415),
        (b"0:1 hello 1:2", 415),
        (b"0:1_0", 415),
        (b"0:1 qid:1", 415),
        (b"0:inf", 415),
        (b"1", 415),
        (b"1\n0\n1", 415),
        (b"0:1 0:2", 400),
        (b"0:1 00:2", 400),
    ],
)
def test_libsvm_that_is_refused_in_both_modes(body: bytes, status: int) -> None:
    for managed in (False, True):
        with pytest.raises(CallerProblem) as refusal:
            read_libsvm(body, managed=managed)
        assert refusal.value.status == status


@given(st.text("0123:. \t\r\n-_", max_size=24).map(str.encode), st.booleans())
@example(b"1:2 3:1", True)
@example(b"1:2 0:1", True)
def test_no_libsvm_is_scored_that_the_image_refuses_and_none_otherwise(body: bytes, managed: bool) -> None:
    try:
        table = read_libsvm(body, managed=managed)
    except CallerProblem as problem:
        assert problem.status in (400, 415)
        return
    images = sparse_by_the_images_rule(body)

    assert images is not None
    # The image leaves out the rows at the end, and the columns, of which nothing is given.
    given_rows, given_columns = images.shape
    np.testing.assert_array_equal(table[:given_rows, :given_columns], images)
    assert np.isnan(table[given_rows:]).all()
    assert np.isnan(table[:, given_columns:]).all()
