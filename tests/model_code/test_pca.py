import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from model_scripts import load, names_of_the_same, run
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from whole_way import Chain, Hop, Part

inference = load("churn/pca/inference")
projection = load("churn/pca/pca_projection")
RequestError = load("shared/script/hop_request").RequestError

NPY = "application/x-npy"
Matrix = NDArray[np.float64]


def numbers(text: str) -> Matrix:
    return np.loadtxt(io.StringIO(text), delimiter=",", ndmin=2)


def npy(matrix: NDArray[Any]) -> bytes:
    saved = io.BytesIO()
    np.save(saved, matrix, allow_pickle=False)
    return saved.getvalue()


def table(matrix: Matrix, dtype: Any = None) -> NDArray[Any]:
    """The matrix as preprocess sends it."""
    made: NDArray[Any] = load("churn/preprocess/inference").table(matrix)
    return made if dtype is None else made.astype(dtype)


def csv(matrix: Matrix) -> str:
    return "".join(",".join(map(repr, row)) + "\n" for row in matrix.tolist())


@pytest.fixture(scope="module")
def train_features(chain: Chain, parts: tuple[Part, ...]) -> Matrix:
    matrix: Matrix = chain.preprocess.model.matrix(parts[0].body.removesuffix("\n"))
    return matrix


@pytest.fixture(scope="module")
def test_features(chain: Chain, parts: tuple[Part, ...]) -> str:
    text: str = chain.preprocess.answer(parts[2].body)[0]
    return text


@pytest.fixture(scope="module")
def row(test_features: str) -> str:
    return test_features.partition("\n")[0]


def test_it_is_scikit_learn_s_pca_beside_the_columns_that_pass(
    chain: Chain, train_features: Matrix, test_features: str
) -> None:
    reference = PCA(14, svd_solver="full").fit(train_features[:, 11:])
    components = chain.pca.model.projection.components
    same_axis = np.sign(np.sum(reference.components_ * components, axis=1))
    features = numbers(test_features)
    expected = np.hstack([features[:, :11], same_axis * reference.transform(features[:, 11:])])
    np.testing.assert_allclose(chain.pca.model.projection.project(features), expected, rtol=1e-9, atol=1e-9)


def test_69_features_become_25_columns(chain: Chain, row: str) -> None:
    body, content_type = chain.pca.answer(row)
    assert (row.count(",") + 1, body.count(",") + 1) == (69, 25)
    assert content_type == "text/csv"
    assert body.endswith("\n")


@given(noise=st.integers(0, 2**32 - 1))
def test_the_sign_of_an_axis_does_not_depend_on_the_last_bits(train_features: Matrix, noise: int) -> None:
    """A yes/no pair has two loadings of one size: whichever is larger by a little, the sign is the same."""
    pair = train_features[:, [0, -2, -1]]
    bits = np.random.RandomState(noise).uniform(-1e-6, 1e-6, pair.shape)
    axis = projection.Projection.fit(pair + bits, n_components=1, passthrough=1).components[0]
    np.testing.assert_allclose(axis, [np.sqrt(0.5), -np.sqrt(0.5)], rtol=1e-5)


def test_a_row_that_does_not_touch_an_axis_is_exactly_zero_on_it() -> None:
    """Equally many rows of three categories: one axis tells two of them apart, and leaves the third alone."""
    features = np.hstack([np.zeros((30, 1)), np.tile(np.eye(3), (10, 1))])
    fitted = projection.Projection.fit(features, n_components=2, passthrough=1)
    turned = projection.Projection(1, fitted.mean, np.array([[1, -1, 0], [1, 1, -2]]) / np.sqrt([[2], [6]]))
    assert turned.project(features[2:3])[0, 1] == 0
    assert (turned.project(features)[2::3, 1] == 0).all()


plain = st.floats(-1e6, 1e6, allow_nan=False).map(repr)
unusual = st.one_of(
    st.integers(-9, 9).map(str),
    st.sampled_from(["1.", ".5", "+1", "007", "-0", "1E5", '"2.5"']),
    st.floats(-1e30, 1e30, allow_nan=False).map("{:.5e}".format),
)


@st.composite
def rows_of_features(draw: st.DrawFn) -> str:
    """Numbers and blocks of zeros and ones, now and then with other notations among them."""
    head = draw(st.lists(plain, min_size=11, max_size=11))
    tail = ["0"] * 58
    for position in draw(st.sets(st.integers(0, 57), max_size=4)):
        tail[position] = "1"
    cells = head + tail
    for position in draw(st.sets(st.integers(0, 68), max_size=draw(st.sampled_from([0, 0, 3])))):
        cells[position] = draw(unusual)
    return ",".join(cells)


@given(rows=st.lists(rows_of_features(), min_size=1, max_size=10))
def test_one_row_many_rows_and_an_array_are_the_same_in_single_precision(
    chain: Chain, rows: list[str]
) -> None:
    features = np.array([[float(cell.strip('"')) for cell in row.split(",")] for row in rows])
    expected = chain.pca.model.projection.project(features).astype(np.float32)
    one_by_one = np.vstack([numbers(chain.pca.answer(row)[0]) for row in rows]).astype(np.float32)
    in_bulk = numbers(chain.pca.answer("\n".join(rows))[0]).astype(np.float32)
    as_array = numbers(chain.pca.answer(npy(features), NPY)[0]).astype(np.float32)
    scale = np.abs(features).max(axis=1, keepdims=True).astype(np.float32)
    for answer in (one_by_one, in_bulk, as_array):
        np.testing.assert_array_equal(answer[:, :11], expected[:, :11])
        np.testing.assert_allclose(answer / np.maximum(scale, 1), expected / np.maximum(scale, 1), atol=1e-7)


def test_each_number_is_the_shortest_text_of_its_float32(chain: Chain, test_features: str) -> None:
    for cell in chain.pca.answer(test_features)[0].replace("\n", ",").split(",")[:-1]:
        single = np.float32(cell)
        shortest = np.format_float_positional(single, unique=True, trim="-")
        assert len(cell) <= len(shortest) + 2
        assert np.float32(shortest) == single


def test_what_hops_write_to_each_other_moves_no_score(chain: Chain, parts: tuple[Part, ...]) -> None:
    """The numbers are as good as if the chain were one program in double precision."""
    body = "".join(part.body for part in parts)
    exact = chain.pca.model.projection.project(chain.preprocess.model.matrix(body.removesuffix("\n")))
    expected = chain.xgboost.inplace_predict(exact.astype(np.float32))
    np.testing.assert_array_equal(chain.scores(body), expected)


def test_an_array_is_taken_as_preprocess_sends_it(chain: Chain, parts: tuple[Part, ...]) -> None:
    body, content_type = chain.preprocess.answer(parts[2].body, accept=NPY)
    assert content_type == NPY
    assert chain.pca.answer(body, content_type) == chain.pca.answer(*chain.preprocess.answer(parts[2].body))


@pytest.mark.parametrize("content_type", ["text/csv", "text/csv; charset=utf-8", "TEXT/CSV"])
@pytest.mark.parametrize("accept", [None, "*/*", "application/json", NPY])
def test_csv_is_answered_whatever_is_accepted(chain: Chain, row: str, content_type: str, accept: str) -> None:
    expected = chain.pca.answer(row)
    for body in (row, row + "\n", row + "\r\n", "\ufeff" + row, row.encode()):
        assert chain.pca.answer(body, content_type, accept) == expected


def changed(row: str, column: int, cell: str) -> str:
    cells = row.split(",")
    cells[column - 1] = cell
    return ",".join(cells)


@pytest.mark.parametrize("column", [1, 11, 12, 69])
@pytest.mark.parametrize(
    "cell",
    ["", "x", "nan", "-Infinity", "1e999", "1e31", "1_0", "٣", " 1", "true", "null", "[1]", "{}", '""'],
)
def test_a_cell_that_is_no_number_is_refused_by_row_and_column(
    chain: Chain, row: str, column: int, cell: str
) -> None:
    with pytest.raises(RequestError, match=f"row 2, column {column} is not a number") as refusal:
        chain.pca.answer(f"{row}\n{changed(row, column, cell)}\n{row}")
    assert refusal.value.status == 422


def test_an_open_quote_is_refused_by_row(chain: Chain, row: str) -> None:
    with pytest.raises(RequestError, match="row 2: a quoted field") as refusal:
        chain.pca.answer(f"{row}\n{changed(row, 3, '"1')}\n{row}")
    assert refusal.value.status == 400


@pytest.mark.parametrize("edit", ["0,{}", "{},0", "{},", "x"])
def test_another_number_of_columns_is_refused_by_row(chain: Chain, row: str, edit: str) -> None:
    with pytest.raises(RequestError, match=r"row 2: \d+ columns, expected 69") as refusal:
        chain.pca.answer(f"{row}\n{edit.format(row)}\n{row}")
    assert refusal.value.status == 422


def test_a_blank_line_is_no_row(chain: Chain, row: str) -> None:
    assert chain.pca.answer(f"{row}\n\n{row}") == chain.pca.answer(f"{row}\n{row}")


def test_cells_that_only_add_up_over_two_rows_are_refused(chain: Chain, row: str) -> None:
    short, long = row.split(",", 1)[1], "0.5," + row
    with pytest.raises(RequestError, match="row 1: 68 columns"):
        chain.pca.answer(f"{short}\n{long}")


def test_a_cell_of_two_digits_before_the_categories_is_not_cut(chain: Chain, row: str) -> None:
    wide = changed(row, 12, "10")
    assert chain.pca.answer(wide) == chain.pca.answer(npy(numbers(wide)), NPY)


def test_rows_of_a_later_piece_are_counted_from_the_first(chain: Chain, row: str) -> None:
    rows = [row] * load("churn/pca/pca_text").PIECE
    with pytest.raises(RequestError, match=f"row {len(rows) + 2}, column 3 is not"):
        chain.pca.answer("\n".join([*rows, row, changed(row, 3, "x")]))


@pytest.mark.parametrize("content_type", ["application/json", "", None, "application/x-npyz", "text/libsvm"])
def test_another_media_type_is_refused(content_type: str | None) -> None:
    with pytest.raises(RequestError) as refusal:
        inference.input_fn("1,2", content_type)
    assert refusal.value.status == 415


ARRAYS: dict[str, tuple[bytes | str, int]] = {
    "text": ("1,2", 400),
    "nothing": (b"", 400),
    "single precision": (npy(np.zeros((2, 69), np.float32)), 400),
    "big-endian": (npy(np.zeros((2, 69), ">f8")), 400),
    "column by column": (npy(np.asfortranarray(np.zeros((2, 69)))), 400),
    "one dimension": (npy(np.zeros(69)), 400),
    "no rows": (npy(np.zeros((0, 69))), 400),
    "a part of the rows": (npy(np.zeros((2, 69)))[:-8], 400),
    "more than the rows": (npy(np.zeros((2, 69))) + b"\0" * 8, 400),
    "rows beyond all memory": (npy(np.zeros((2, 69))).replace(b"(2, 69)", b"(999999999, 69)"), 400),
    "a header with a wrong length": (b"\x93NUMPY\x01\x00\x00\x00" + npy(np.zeros((2, 69)))[10:], 400),
    "another width": (npy(np.zeros((2, 70))), 422),
    "a matrix of one dimension more": (npy(np.zeros((2, 69, 1))), 400),
    "a table of another width": (npy(table(np.zeros((2, 70)))), 422),
    "a table with a NaN": (npy(table(np.full((2, 69), [np.nan] * 11 + [0] * 58))), 422),
    "a table with other fields": (
        npy(table(np.zeros((2, 69)), [("a", "<f8", (11,)), ("b", "u1", (58,))])),
        400,
    ),
    "a table in single precision": (
        npy(table(np.zeros((2, 69)), [("numbers", "<f4", (11,)), ("encoded", "u1", (58,))])),
        400,
    ),
    "a table of two dimensions": (npy(table(np.zeros((4, 69))).reshape(2, 2)), 400),
    "a part of a table": (npy(table(np.zeros((2, 69))))[:-1], 400),
    "an empty table": (npy(table(np.zeros((0, 69)))), 400),
    "NaN": (npy(np.full((2, 69), np.nan)), 422),
    "an infinity": (npy(np.full((2, 69), -np.inf)), 422),
}


@pytest.mark.parametrize("case", ARRAYS)
def test_an_array_that_is_not_the_one_expected_is_refused(chain: Chain, case: str) -> None:
    body, status = ARRAYS[case]
    with pytest.raises(RequestError) as refusal:
        chain.pca.answer(body, NPY)
    assert refusal.value.status == status


def test_a_pickle_is_never_loaded(chain: Chain) -> None:
    saved = io.BytesIO()
    np.save(saved, np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(RequestError):
        chain.pca.answer(saved.getvalue(), NPY)


def test_a_table_is_the_matrix_that_it_holds(chain: Chain, train_features: Matrix) -> None:
    as_matrix = chain.pca.answer(npy(train_features), NPY)

    assert chain.pca.answer(npy(table(train_features)), NPY) == as_matrix


def test_a_category_that_is_neither_zero_nor_one_counts_as_it_is(chain: Chain) -> None:
    features = np.zeros((2, 69))
    features[1, 20] = 3

    assert chain.pca.answer(npy(table(features)), NPY) == chain.pca.answer(npy(features), NPY)
    assert chain.pca.answer(csv(features)) == chain.pca.answer(npy(features), NPY)


def test_the_first_bad_number_of_an_array_is_named(chain: Chain) -> None:
    features = np.zeros((3, 69))
    features[1, 4] = features[2, 0] = np.nan
    with pytest.raises(RequestError, match="row 2, column 5 is not a number"):
        chain.pca.answer(npy(features), NPY)


def test_what_callers_send_does_not_fill_the_memory(chain: Chain) -> None:
    text = load("churn/pca/pca_text")
    tails = text.TailTable(chain.pca.model.projection)
    for number in range(text.ENTRIES + 10):
        tails["".join(f",{digit}" for digit in f"{number:058}")]
    assert len(tails) == 10


def fitted(folder: Path, features: Sequence[str], *arguments: str) -> tuple[Path, str]:
    train, model = folder / "train", folder / "model"
    train.mkdir(parents=True)
    model.mkdir()
    (train / "train.csv").write_text("".join(f"0,{line}\n" for line in features))
    result = run("churn/pca/fit.py", *arguments, environ={"SM_CHANNEL_TRAIN": train, "SM_MODEL_DIR": model})
    return model, result.stderr


def test_fitting_twice_writes_the_same_complete_folder(tmp_path: Path, test_features: str, row: str) -> None:
    lines = test_features.splitlines()
    hyperparameters = ("--n_components", "14", "--passthrough", "11")
    first, errors = fitted(tmp_path / "a", lines)
    second, _ = fitted(tmp_path / "b", lines, *hyperparameters)
    assert errors == ""
    assert names_of_the_same(first, second) == [
        *(
            "hop_request.py",
            "inference.py",
            "pca_projection.py",
            "pca_text.py",
            "plain_number.py",
            "parameters.json",
        )
    ]
    assert {*json.loads((first / "parameters.json").read_text())} == {"passthrough", "mean", "components"}
    hop = Hop("pca", inference.model_fn(str(first)))
    expected = projection.Projection.fit(numbers(test_features), n_components=14, passthrough=11)
    np.testing.assert_allclose(numbers(hop.answer(row)[0]), expected.project(numbers(row)), atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--n_components", "59"), "--n_components 59: expected 1 to 58"),
        (("--n_components", "0"), "--n_components 0: expected 1 to 58"),
        (("--passthrough", "69"), "--passthrough 69: expected 1 to 68 of 69 columns"),
        (("--components", "14"), "unrecognized arguments: --components 14"),
    ],
)
def test_impossible_hyperparameters_are_refused(
    tmp_path: Path, test_features: str, arguments: tuple[str, ...], message: str
) -> None:
    model, errors = fitted(tmp_path, test_features.splitlines(), *arguments)
    assert message in errors
    assert [*model.iterdir()] == []
