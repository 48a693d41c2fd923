"""Every hyperparameter of the built-in algorithms, with texts of every kind: a value or a refusal by name."""

from collections.abc import Mapping

import deepar_image.hyperparameters
import linear_learner_image.hyperparameters
import pytest
import seq2seq_image.hyperparameters
import xgboost_image.hyperparameters
from built_in.hyperparameters import Hyperparameter, Refused
from hypothesis import given
from hypothesis import strategies as st

TABLES: dict[str, Mapping[str, Hyperparameter]] = {
    "xgboost": xgboost_image.hyperparameters.TABLE,
    "deepar": deepar_image.hyperparameters.TABLE,
    "seq2seq": seq2seq_image.hyperparameters.TABLE,
    "linear-learner": linear_learner_image.hyperparameters.TABLE,
}
EVERY = [named for table in TABLES.values() for named in table.items()]
NUMBERS = ["", "x", "1", "-1", "0.5", "1e999", "nan", "inf", "-inf", "1" + "0" * 2000, "1_0", " 1 ", "1j"]
LITERALS = ["null", "None", "true", "...", "()", "(1,)", "{1, 2}", "{1: 2}", "{[]: 1}", "'a'", "b'a'"]
LISTS = ["[]", "[[]]", "[{}]", "[[{}]]", "[{[]}]", "[1, [2, [3]]]", "[null]", "[None]", '["a"]', "[1, 'a']"]
NESTS = ["[" * 2500, "[" * 1200 + "]" * 1200, "-" * 2400 + "1", "(" * 2500, '{"a":' * 400]


def read(name: str, hyperparameter: Hyperparameter, text: str) -> None:
    """The value, or nothing where the text is refused; any other exception is a failure of the test."""
    try:
        hyperparameter.validated(name, text)
    except Refused as refusal:
        assert name in str(refusal) or text in str(refusal)


@pytest.mark.parametrize("text", [*NUMBERS, *LITERALS, *LISTS, *NESTS], ids=lambda text: text[:16])
def test_any_text_for_any_hyperparameter_is_read_or_refused(text: str) -> None:
    for name, hyperparameter in EVERY:
        read(name, hyperparameter, text)


@given(st.sampled_from(EVERY), st.text(max_size=20) | st.text("[]{}(),:'\"1-e.@ab", max_size=20))
def test_whatever_is_written_for_a_hyperparameter_is_read_or_refused(
    named: tuple[str, Hyperparameter], text: str
) -> None:
    read(*named, text)


# Python takes each for a number.
FOREIGN = {"1_0": 10, "\u0661": 1, "\uff11": 1, " 2 ": 2, "2\n": 2, "\u20032": 2}


@pytest.mark.parametrize("text", FOREIGN, ids=ascii)
@pytest.mark.parametrize("table", ["deepar", "seq2seq", "linear-learner"])
def test_a_number_is_written_in_ascii_digits_without_spaces(table: str, text: str) -> None:
    for name, hyperparameter in TABLES[table].items():
        with pytest.raises(Refused, match=f"^Hyperparameter {name}: "):
            hyperparameter.validated(name, text)


@pytest.mark.parametrize("name", ["num_round", "max_delta_step"])
def test_xgboost_takes_for_a_number_what_python_does_as_the_image(name: str) -> None:
    found = {text: TABLES["xgboost"][name].validated(name, text) for text in FOREIGN}

    assert found == FOREIGN


@pytest.mark.parametrize("text", ["{1, 2}", "{1: 2}", "'ab'", "1", "None", "1j", "..."])
@pytest.mark.parametrize("name", ["monotone_constraints", "interaction_constraints"])
def test_constraints_are_a_list_or_a_tuple(name: str, text: str) -> None:
    with pytest.raises(Refused, match=f"Hyperparameter {name}: value .* not in range"):
        TABLES["xgboost"][name].validated(name, text)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("monotone_constraints", "(1, -1)", (1, -1)),
        ("monotone_constraints", "[0, 1]", [0, 1]),
        ("interaction_constraints", "[[1, 2], [3]]", [[1, 2], [3]]),
        ("updater", "prune,sync", ["prune", "sync"]),
    ],
)
def test_a_list_of_what_is_in_the_range_is_read(name: str, text: str, value: object) -> None:
    assert TABLES["xgboost"][name].validated(name, text) == value
