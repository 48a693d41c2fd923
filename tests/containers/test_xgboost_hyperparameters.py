"""Hyperparameters are refused in the image's words, and reach XGBoost with their types."""

import re
from pathlib import Path

import pytest
from built_in.hyperparameters import Refused
from container_process import run_training, write_csv, write_job
from hypothesis import given
from hypothesis import strategies as st
from xgboost_image import hyperparameters

REFUSALS = [
    ({"eta": "7"}, "Hyperparameter eta: 7.0 is not in [0, 1]"),
    ({"learning_rate": "7"}, "Hyperparameter eta: 7.0 is not in [0, 1]"),
    ({"subsample": "0"}, "Hyperparameter subsample: 0.0 is not in (0, 1]"),
    ({"max_depth": "-1"}, "Hyperparameter max_depth: -1 is not in [0, +inf)"),
    ({"max_depth": "2.5"}, "Hyperparameter max_depth: could not parse value (caused by ValueError)"),
    ({"gamma": "high"}, "Hyperparameter gamma: could not parse value (caused by ValueError)"),
    ({"eta": "nan"}, "Hyperparameter eta: nan is not in [0, 1]"),
    ({"num_round": "0"}, "Hyperparameter num_round: 0 is not in [1, +inf)"),
    ({"booster": "forest"}, "Hyperparameter booster: forest is not in ['gbtree', 'gblinear', 'dart']"),
    ({"color": "red"}, "Extraneous hyperparameter found: color"),
    ({"sagemaker_program": "fit.py"}, "Extraneous hyperparameter found: sagemaker_program"),
    ({"objective": "multi:softmax"}, "Require input for parameter 'num_class' for multi-classification"),
    ({"eval_metric": "auc"}, "Metric 'auc' can only be applied for classification and ranking problems."),
    ({"eval_metric": "error@high"}, "Threshold value 't' in 'error@t' expects float input."),
    ({"eval_metric": "rmse@1"}, "Metric 'rmse@1' is not supported. Parameter 'eval_metric' with customized"),
    ({"eval_metric": "speed"}, "Hyperparameter eval_metric: value ['speed'] not in range"),
    ({"monotone_constraints": "(1, 0)"}, "monotone_constraints can be used only when the tree_method"),
    ({"monotone_constraints": "(2,)"}, "Hyperparameter monotone_constraints: value (2,) not in range"),
    ({"monotone_constraints": "exit()"}, "Hyperparameter monotone_constraints: could not parse value"),
    ({"interaction_constraints": "[[1, 2]]"}, "interaction_constraints can be used only when"),
    ({"updater": "grow_colmaker,grow_histmaker"}, "Only one tree grow plugin can be selected."),
    ({"updater": "refresh,magic"}, "Hyperparameter updater: value ['refresh', 'magic'] not in range"),
    ({"process_type": "update", "updater": "sync"}, "process_type 'update' can only be used with updater"),
    ({"booster": "gblinear", "updater": "prune"}, "Linear updater should be one of these options"),
]


@pytest.mark.parametrize(("given", "message"), REFUSALS)
def test_a_hyperparameter_out_of_range_is_refused_in_the_images_words(
    given: dict[str, str], message: str
) -> None:
    with pytest.raises(Refused, match="^" + re.escape(message)):
        hyperparameters.validate({"num_round": "1"} | given)


def test_num_round_alone_is_required() -> None:
    assert hyperparameters.validate({"num_round": "3"}) == {"num_round": 3}
    with pytest.raises(Refused, match=r"^Missing required hyperparameter: num_round$"):
        hyperparameters.validate({"eta": "0.1"})


def test_values_reach_xgboost_with_their_types() -> None:
    validated = hyperparameters.validate(
        {
            "num_round": "3",
            "reg_lambda": "1e-3",
            "tree_method": "hist",
            "monotone_constraints": "(1, 0, -1)",
            "interaction_constraints": "[[1, 2], [3, 4]]",
            "eval_metric": "error@0.7,ndcg@5",
        }
    )

    assert validated == {
        "num_round": 3,
        "lambda": 0.001,
        "tree_method": "hist",
        "monotone_constraints": (1, 0, -1),
        "interaction_constraints": [[1, 2], [3, 4]],
        "eval_metric": ["error@0.7", "ndcg@5"],
    }


@given(st.text(max_size=20), st.sampled_from(sorted(hyperparameters.TABLE)))
def test_any_text_is_a_value_or_a_refusal(text: str, name: str) -> None:
    try:
        values = hyperparameters.validate({"num_round": "1"} | {name: text})
    except Refused as refusal:
        assert str(refusal)
    else:
        assert name in values


def test_constraints_on_interactions_reach_xgboost(tmp_path: Path, training_rows: list[list[float]]) -> None:
    given = {"num_round": "1", "tree_method": "hist", "interaction_constraints": "[[1, 2]]"}
    write_job(tmp_path, given, {"train": "text/csv"})
    write_csv(tmp_path / "input" / "data" / "train" / "data.csv", training_rows)

    done = run_training("xgboost_image", tmp_path)

    assert done.code == 0, done.log
