import io
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from churn_rows import ROW, columns, numbers, with_cell
from hypothesis import given
from hypothesis import strategies as st
from model_scripts import load
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    OneHotEncoder,
    StandardScaler,
)
from whole_way import Chain, Part

features = load("churn/preprocess/churn_features")
fit = load("churn/preprocess/fit")
inference = load("churn/preprocess/inference")
RequestError = load("shared/script/hop_request").RequestError
NPY = "application/x-npy"


def as_table(rows: Sequence[Sequence[str]]) -> NDArray[Any]:
    """Cells as scikit-learn wants them: numbers where numbers are, NaN where one is missing."""
    table = np.array([list(row) for row in rows], dtype=object)
    for index, column in enumerate(columns.RAW):
        if column in columns.NUMBERS:
            table[:, index] = [float(cell) if cell else np.nan for cell in table[:, index]]
    return table


@pytest.fixture(scope="module")
def reference(parts: tuple[Part, ...]) -> Any:
    """The same features by scikit-learn's own transformers, fitted on the same rows."""

    def total(charges: NDArray[Any]) -> NDArray[np.float64]:
        return charges.astype(float).sum(axis=1, keepdims=True)

    def at(names: Sequence[str]) -> list[int]:
        return [columns.RAW.index(name) for name in names]

    transformer = ColumnTransformer(
        [
            (
                "bill",
                make_pipeline(SimpleImputer(strategy="median"), FunctionTransformer(total), StandardScaler()),
                at(columns.CHARGES),
            ),
            (
                "counted",
                make_pipeline(SimpleImputer(strategy="median"), StandardScaler()),
                at(columns.COUNTED),
            ),
            ("encoded", OneHotEncoder(handle_unknown="ignore", sparse_output=False), at(columns.CATEGORICAL)),
        ]
    )
    return transformer.fit(as_table([row.split(",") for row in parts[0].rows]))


def expected(reference: Any, rows: Sequence[str]) -> NDArray[np.float64]:
    result: NDArray[np.float64] = reference.transform(as_table([row.split(",") for row in rows])).astype(
        float
    )
    return result


cells_of_numbers = st.one_of(
    st.just(""),
    st.integers(0, 500).map(str),
    st.floats(0, 1000, allow_nan=False).map(repr),
    st.floats(-1e5, 1e5, allow_nan=False).map("{:.6f}".format),
    st.floats(-1e5, 1e5, allow_nan=False).map("{:+.3E}".format),
)
cells_of_text = st.one_of(
    st.sampled_from(["KS", "ME", "408", "415", "510", "yes", "no", "", "ZZ", "415.0"]),
    st.text(st.characters(codec="utf-8", exclude_characters=',"', exclude_categories=["C"]), max_size=6),
)
rows_of_cells = st.tuples(
    *(cells_of_numbers if column in columns.NUMBERS else cells_of_text for column in columns.RAW)
).map(",".join)


@given(rows=st.lists(rows_of_cells, min_size=1, max_size=20))
def test_one_row_and_many_rows_are_what_scikit_learn_makes_of_them(
    chain: Chain, reference: Any, rows: list[str]
) -> None:
    model, text = chain.preprocess.model, "\n".join(rows)
    one_by_one = np.vstack([numbers(model.csv(row)) for row in rows])
    in_bulk = model.matrix(text)
    np.testing.assert_array_equal(in_bulk, one_by_one)
    np.testing.assert_allclose(in_bulk, expected(reference, rows), rtol=1e-9, atol=1e-9)


@given(rows=st.lists(rows_of_cells, min_size=features.FEW, max_size=features.FEW + 5))
def test_the_text_of_many_rows_is_that_of_each_row(chain: Chain, rows: list[str]) -> None:
    text_of = chain.preprocess.model.csv

    assert text_of("\n".join(rows)) == "".join(map(text_of, rows))


@given(
    cell=st.text(st.characters(exclude_characters="\n\r"), max_size=8), column=st.sampled_from(columns.RAW)
)
def test_many_rows_are_refused_as_few_are(chain: Chain, cell: str, column: str) -> None:
    few = f"{ROW}\n{with_cell(column, cell)}"
    many = "\n".join([few, *[ROW] * features.FEW])
    of_few, of_many = (outcome(chain.preprocess.model.csv, text) for text in (few, many))

    assert of_many == of_few if isinstance(of_few, tuple) else of_many.startswith(of_few)


def test_rows_of_a_later_piece_are_numbered_in_the_whole(chain: Chain) -> None:
    rows = [ROW] * (features.PIECE + 3)
    rows[-2] = with_cell("Day Mins", "many")

    with pytest.raises(RequestError, match=f"^row {features.PIECE + 2}: "):
        chain.preprocess.model.csv("\n".join(rows))


def test_rows_without_gaps_go_by_arrays(chain: Chain, reference: Any, parts: tuple[Part, ...]) -> None:
    rows = [*parts[2].rows, with_cell("State", "KSX"), with_cell("State", "K")]
    features = (
        load("churn/preprocess/churn_arrays")
        .Arrays(fit.fit([row.split(",") for row in parts[0].rows]))
        .features("\n".join(rows))
    )
    assert features is not None
    np.testing.assert_allclose(features, expected(reference, rows), rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(features, numbers(chain.preprocess.model.csv("\n".join(rows))))


@given(
    cell=st.text(st.characters(exclude_characters="\n\r"), max_size=8), column=st.sampled_from(columns.RAW)
)
def test_both_paths_refuse_the_same_with_the_same_words(chain: Chain, cell: str, column: str) -> None:
    text = f"{ROW}\n{with_cell(column, cell)}"
    assert outcome(chain.preprocess.model.matrix, text) == outcome(
        lambda text: numbers(chain.preprocess.model.csv(text)), text
    )


UNUSUAL = {
    "a space before a number": with_cell("Day Mins", " 137.8"),
    "a space after a number": with_cell("CustServ Calls", "1 "),
    "a space that is not ASCII": with_cell("Day Mins", "\u00a0137.8"),
    "a space in a text": with_cell("State", "K S"),
    "a control character after a number": with_cell("Account Length", "0\x1f"),
    "a tab before a number": with_cell("Day Mins", "\t137.8"),
    "a text that is not ASCII": with_cell("State", "K\u00df"),
    "a quoted number": with_cell("Day Mins", '"137.8"'),
    "an unused number that is not finite": with_cell("Account Length", "inf"),
    "a number that is not finite": with_cell("Eve Mins", "-Infinity"),
    "a sum that is not finite": with_cell("Day Charge", "1.7e308", with_cell("Eve Charge", "1.7e308")),
    "a blank line": "",
    "a row too short and a row too long": f"{ROW[3:]}\n0,{ROW}",
    "a row too long and a row too short": f"{ROW},1\n{ROW[3:]}",
    "a row too long": f"{ROW},1",
    "a blank line and a row of two": f"\n{ROW},{ROW[3:]}",
    "a quoted text": with_cell("State", '"KS"'),
    "a row of commas alone": "," * 19,
    "a state that begins like another": with_cell("State", "KSS"),
    "a comment": "#" + ROW,
}


@pytest.mark.parametrize("case", UNUSUAL)
def test_arrays_take_no_row_that_tables_refuse_and_the_reverse(chain: Chain, case: str) -> None:
    text = "\n".join([ROW, UNUSUAL[case], ROW])
    assert outcome(chain.preprocess.model.matrix, text) == outcome(
        lambda text: numbers(chain.preprocess.model.csv(text)), text
    )


@pytest.mark.parametrize("case", UNUSUAL)
def test_columns_take_no_row_that_tables_refuse_and_the_reverse(chain: Chain, case: str) -> None:
    few = "\n".join([ROW, UNUSUAL[case], ROW])
    many = "\n".join([few, *[ROW] * features.FEW])
    of_few, of_many = (outcome(chain.preprocess.model.csv, text) for text in (few, many))

    assert of_many == of_few if isinstance(of_few, tuple) else of_many.startswith(of_few)


def outcome(path: Callable[[str], NDArray[np.float64] | str], text: str) -> Any:
    """The features, or the status and the words of the refusal."""
    try:
        made = path(text)
        return made if isinstance(made, str) else made.tolist()
    except RequestError as refusal:
        return refusal.status, str(refusal)


def test_a_row_becomes_eleven_numbers_and_a_block_for_each_category(chain: Chain) -> None:
    features = numbers(chain.preprocess.model.csv(ROW))[0]
    assert len(features) == 69
    assert len(columns.NUMERIC) == 11
    blocks = np.split(features[11:], np.cumsum([51, 3, 2]))
    assert [int(block.sum()) for block in blocks] == [1, 1, 1, 1]


def test_a_missing_number_is_the_median(chain: Chain, parts: tuple[Part, ...]) -> None:
    index = columns.RAW.index("Eve Mins")
    median = np.median([float(row.split(",")[index]) for row in parts[0].rows])
    answer = chain.preprocess.model.csv
    assert answer(with_cell("Eve Mins", "")) == answer(with_cell("Eve Mins", repr(float(median))))


def test_an_unknown_category_is_a_block_of_zeros_and_the_phone_is_ignored(chain: Chain) -> None:
    answer = chain.preprocess.model.csv
    features = numbers(answer(with_cell("State", "ZZ")))[0]
    assert features[11 : 11 + 51].sum() == 0
    assert features[11 + 51 :].sum() == 3
    assert answer(with_cell("Phone", '"555, ""x"""')) == answer(ROW)


def test_a_number_is_written_so_that_it_reads_back_the_same(chain: Chain, parts: tuple[Part, ...]) -> None:
    text = "\n".join(parts[2].rows)
    np.testing.assert_array_equal(
        numbers(chain.preprocess.model.csv(text)), chain.preprocess.model.matrix(text)
    )


@pytest.mark.parametrize("content_type", ["text/csv", "text/csv; charset=utf-8", "TEXT/CSV"])
@pytest.mark.parametrize("body", [ROW, ROW + "\n", ROW + "\r\n", "\ufeff" + ROW, (ROW + "\n").encode()])
def test_csv_is_read_whatever_its_type_is_written_like(
    chain: Chain, content_type: str, body: str | bytes
) -> None:
    assert chain.preprocess.answer(body, content_type) == chain.preprocess.answer(ROW)


def test_quoted_cells_are_read(chain: Chain) -> None:
    quoted = ",".join(f'"{cell}"' for cell in ROW.split(","))
    assert chain.preprocess.answer(quoted) == chain.preprocess.answer(ROW)


@pytest.mark.parametrize(
    "body",
    [f"{ROW}\n\n", f"\n{ROW}", f"{ROW}\r\n\r\n", f"{ROW}\n  \n", f" \n\n{ROW}\n", f"\ufeff\n\t\n{ROW}"],
)
def test_blank_lines_are_no_rows(chain: Chain, body: str) -> None:
    assert chain.preprocess.answer(body) == chain.preprocess.answer(ROW)


ABUSE = {
    "an empty body": ("", 400, "empty"),
    "a column too few": (ROW + "\n" + ROW[3:], 422, "row 2: 19 columns, expected 20"),
    "a column too many": (ROW + ",False.", 422, "row 1: 21 columns, expected 20"),
    "a row of one empty cell": (ROW + '\n""\n' + ROW, 422, "row 2: 1 columns, expected 20"),
    "the header": (",".join(columns.RAW), 422, 'row 1: column "Account Length" is not a finite number'),
    "a word": (with_cell("Day Mins", "many"), 422, 'row 1: column "Day Mins" is not a finite number'),
    "NaN": (with_cell("Day Charge", "NaN"), 422, 'row 1: column "Day Charge" is not a finite number'),
    "an infinity": (with_cell("Intl Mins", "inf"), 422, 'row 1: column "Intl Mins" is not a finite number'),
    "a huge number": (
        with_cell("Eve Calls", "1e999"),
        422,
        'row 1: column "Eve Calls" is not a finite number',
    ),
    "charges that add up to infinity": (
        with_cell("Day Charge", "1.7e308", with_cell("Eve Charge", "1.7e308")),
        422,
        'row 1: column "Total Charge" is not a finite number',
    ),
    "an underscore": (with_cell("CustServ Calls", "1_0"), 422, 'row 1: column "CustServ Calls"'),
    "other digits": (with_cell("CustServ Calls", "٣"), 422, 'row 1: column "CustServ Calls"'),
    "a space": (with_cell("CustServ Calls", " 3"), 422, 'row 1: column "CustServ Calls"'),
    "a formula": (with_cell("VMail Message", "=1+1"), 422, 'row 1: column "VMail Message"'),
    "an unused number": (with_cell("Account Length", "old"), 422, 'row 1: column "Account Length"'),
    "an open quote": (ROW + '\nKS,"186' + ROW[6:], 400, "row 2: a quoted field has a line feed"),
    "a quoted line feed": (ROW + '\n"K\nS"' + ROW[2:], 400, "row 2: a quoted field has a line feed"),
    "no text": (b"\x80\x02}q\x00.", 400, "not UTF-8"),
}


@pytest.mark.parametrize("case", ABUSE)
def test_a_bad_body_is_refused_by_row_and_column(chain: Chain, case: str) -> None:
    body: Any
    body, status, message = ABUSE[case]
    with pytest.raises(RequestError) as refusal:
        chain.preprocess.answer(body)
    assert refusal.value.status == status
    assert message in str(refusal.value)
    assert "many" not in str(refusal.value)


@pytest.mark.parametrize("content_type", ["application/json", NPY, "", None, "text/csvx", "text/plain"])
def test_another_media_type_is_refused(content_type: str | None) -> None:
    with pytest.raises(RequestError) as refusal:
        inference.input_fn(ROW, content_type)
    assert refusal.value.status == 415


@pytest.mark.parametrize("accept", [None, "", "*/*", "text/csv", "application/json", "text/html"])
def test_the_next_hop_gets_csv_whatever_the_client_accepts(chain: Chain, accept: str) -> None:
    body, content_type = chain.preprocess.answer(ROW, accept=accept)
    assert content_type == "text/csv"
    assert body.count(",") == 68


def test_many_rows_go_to_pca_as_npy_when_that_is_asked_for(chain: Chain) -> None:
    rows = [with_cell("Day Mins", str(minutes)) for minutes in range(inference.NPY_ROWS)]
    body, content_type = chain.preprocess.answer("\n".join(rows), accept=NPY)
    assert content_type == NPY
    sent = np.load(io.BytesIO(body), allow_pickle=False)
    whole = np.hstack([sent["numbers"], sent["encoded"]])
    np.testing.assert_array_equal(whole, numbers(chain.preprocess.answer("\n".join(rows))[0]))
    assert chain.preprocess.answer("\n".join(rows[1:]), accept=NPY)[1] == "text/csv"


def test_what_callers_send_does_not_fill_the_memory() -> None:
    cells = load("churn/preprocess/churn_cells")
    table = cells.NumberTable("Day Mins", 0.0, float)
    for number in range(cells.ENTRIES + 10):
        assert table[str(number)] == number
    assert table["0" * cells.LONGEST + "1"] == 1
    assert len(table) == 10
