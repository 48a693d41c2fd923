"""The hyperparameters of linear-learner, each beside what AWS documents of it."""

from typing import Any, NamedTuple

import pytest
from built_in.hyperparameters import Refused
from linear_learner_image import hyperparameters
from linear_learner_image.hyperparameters import validated

GUIDE = "Developer Guide: Linear learner hyperparameters"
# The image's default-input.json, as a public notebook's log of a training job shows it.
LOG = "log of a training job: Reading default configuration"
TUNING = "Developer Guide: Tune a linear learner model"


class Row(NamedTuple):
    """One hyperparameter: its default, values that are taken, and values that are out of range."""

    name: str
    default: Any
    taken: dict[str, Any]
    refused: list[str]
    sources: tuple[str, ...] = (GUIDE, LOG)


AUTO = {"auto": "auto"}
TRUTH = {"true": True, "false": False, "True": True, "False": False}
NO_TRUTH = ["", "1", "maybe"]
POSITIVE = {"1e-7": 1e-7, "2.5": 2.5}
NOT_POSITIVE = ["0", "-1", "many", "nan", "inf", "1e39"]
NOT_NEGATIVE = {"0": 0.0, "1e-7": 1e-7, "1": 1.0}
NEGATIVE = ["-0.1", "nan", "inf", "1e39", ""]
COUNT = {"1": 1, "1000": 1000}
NO_COUNT = ["0", "-1", "1.5", ""]
SHARE = {"0.01": 0.01, "0.99": 0.99}
NO_SHARE = ["0", "1", "-0.5", "1.5", "nan"]
RATE = {"0": 0.0, "0.9": 0.9}
NO_RATE = ["1", "-0.1", "x"]

ROWS = (
    Row("accuracy_top_k", 3, COUNT, NO_COUNT),
    Row("balance_multiclass_weights", False, TRUTH, [*NO_TRUTH, "auto"]),
    Row("beta_1", "auto", {**AUTO, **RATE}, NO_RATE),
    Row("beta_2", "auto", {**AUTO, **RATE}, NO_RATE),
    Row("bias_lr_mult", "auto", {**AUTO, **POSITIVE}, NOT_POSITIVE),
    Row("bias_wd_mult", "auto", {**AUTO, **NOT_NEGATIVE}, NEGATIVE),
    Row(
        "binary_classifier_model_selection_criteria",
        "accuracy",
        {
            each: each
            for each in (
                "accuracy",
                "f_beta",
                "precision_at_target_recall",
                "recall_at_target_precision",
                "loss_function",
            )
        },
        ["roc_auc", "Accuracy", ""],
    ),
    Row("early_stopping_patience", 3, COUNT, NO_COUNT),
    Row("early_stopping_tolerance", 0.001, POSITIVE, NOT_POSITIVE),
    Row("epochs", 15, COUNT, NO_COUNT),
    Row("f_beta", 1.0, POSITIVE, NOT_POSITIVE),
    Row("feature_dim", "auto", {**AUTO, **COUNT}, NO_COUNT),
    Row("huber_delta", 1.0, POSITIVE, NOT_POSITIVE),
    Row("init_bias", 0.0, {"-3": -3.0, "0.5": 0.5}, ["auto", "nan", "inf", "1e39", "-1e39"]),
    Row("init_method", "uniform", {"uniform": "uniform", "normal": "normal"}, ["zeros", ""]),
    Row("init_scale", 0.07, POSITIVE, NOT_POSITIVE),
    Row("init_sigma", 0.01, POSITIVE, NOT_POSITIVE),
    Row("l1", "auto", {**AUTO, **NOT_NEGATIVE}, NEGATIVE),
    Row("learning_rate", "auto", {**AUTO, **POSITIVE}, NOT_POSITIVE),
    Row(
        "loss", "logistic", {"auto": "logistic", "logistic": "logistic", "hinge_loss": "hinge_loss"}, ["mse"]
    ),
    Row("loss_insensitivity", 0.01, POSITIVE, NOT_POSITIVE),
    Row("lr_scheduler_factor", "auto", {**AUTO, **SHARE}, NO_SHARE),
    Row("lr_scheduler_minimum_lr", "auto", {**AUTO, **POSITIVE}, NOT_POSITIVE),
    Row("lr_scheduler_step", "auto", {**AUTO, **COUNT}, NO_COUNT),
    Row("margin", 1.0, POSITIVE, NOT_POSITIVE),
    Row("mini_batch_size", 1000, COUNT, NO_COUNT),
    Row("momentum", "auto", {**AUTO, **RATE}, NO_RATE),
    Row("normalize_data", True, {**AUTO, **TRUTH}, NO_TRUTH),
    Row("normalize_label", "auto", {**AUTO, **TRUTH}, NO_TRUTH),
    # The log has the number that the guide calls `auto`.
    Row("num_calibration_samples", "auto", {**AUTO, **COUNT}, NO_COUNT, (GUIDE,)),
    Row("num_classes", 1, {"3": 3, "1000000": 1_000_000}, ["0", "1000001", "many"]),
    Row("num_models", "auto", {**AUTO, **COUNT}, NO_COUNT),
    Row("num_point_for_scaler", 10_000, COUNT, NO_COUNT),
    Row("optimizer", "auto", {each: each for each in ("auto", "adam", "sgd", "rmsprop")}, ["adagrad", ""]),
    Row(
        "positive_example_weight_mult",
        1.0,
        {**AUTO, "balanced": "balanced", **POSITIVE},
        [*NOT_POSITIVE, "even"],
    ),
    Row("quantile", 0.5, SHARE, NO_SHARE),
    Row("target_precision", 0.8, SHARE, NO_SHARE),
    Row("target_recall", 0.8, SHARE, NO_SHARE),
    Row("unbias_data", "auto", {**AUTO, **TRUTH}, NO_TRUTH),
    Row("unbias_label", "auto", {**AUTO, **TRUTH}, NO_TRUTH),
    Row("use_bias", True, TRUTH, [*NO_TRUTH, "auto"]),
    Row("use_lr_scheduler", True, TRUTH, [*NO_TRUTH, "auto"]),
    Row("wd", "auto", {**AUTO, **NOT_NEGATIVE}, NEGATIVE),
    Row(
        "_tuning_objective_metric",
        "",
        {"validation:binary_f_beta": "validation:binary_f_beta", "test:recall": "test:recall"},
        ["validation:f1", "binary_f_beta", "validation:"],
        (TUNING, LOG),
    ),
)
BINARY = {"predictor_type": "binary_classifier"}


def test_the_table_has_every_hyperparameter_of_the_stand_in() -> None:
    assert sorted(hyperparameters.TABLE) == sorted([*(row.name for row in ROWS), "predictor_type"])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_what_is_not_given_has_the_documented_default(row: Row) -> None:
    assert validated(BINARY)[row.name] == row.default


@pytest.mark.parametrize(
    ("name", "text", "value"), [(row.name, *pair) for row in ROWS for pair in row.taken.items()]
)
def test_a_value_in_the_documented_range_is_taken(name: str, text: str, value: Any) -> None:
    assert validated({**BINARY, name: text})[name] == value


@pytest.mark.parametrize(("name", "text"), [(row.name, text) for row in ROWS for text in row.refused])
def test_a_value_out_of_its_range_is_refused_by_name(name: str, text: str) -> None:
    with pytest.raises(Refused, match=rf"^Hyperparameter {name}: "):
        validated({**BINARY, name: text})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "Missing required hyperparameter: predictor_type"),
        ({"predictor_type": "classifier"}, "Hyperparameter predictor_type: classifier is not in "),
        ({**BINARY, "batch_size": "5"}, "Extraneous hyperparameter found: batch_size"),
        ({**BINARY, "epochs": "0"}, "Hyperparameter epochs: 0 is not in [1, +inf)"),
        ({**BINARY, "wd": "-1"}, "Hyperparameter wd: -1.0 is not in auto, or [0, +inf)"),
        (
            {**BINARY, "f_beta": "1e200"},
            "Hyperparameter f_beta: 1e+200 is not in (0, +inf) in single precision (float32)",
        ),
        ({**BINARY, "l1": "nan"}, "Hyperparameter l1: could not parse value (caused by ValueError)"),
        (
            {**BINARY, "positive_example_weight_mult": "0"},
            "Hyperparameter positive_example_weight_mult: 0.0 is not in balanced, auto, or (0, +inf)",
        ),
        (
            {"predictor_type": "multiclass_classifier"},
            "predictor_type multiclass_classifier needs num_classes, a number from 3 to 1000000",
        ),
        (
            {"predictor_type": "multiclass_classifier", "num_classes": "2"},
            "predictor_type multiclass_classifier needs num_classes, a number from 3 to 1000000",
        ),
        (
            {**BINARY, "loss": "squared_loss"},
            "loss squared_loss is not one of a binary_classifier: logistic, hinge_loss",
        ),
        (
            {"predictor_type": "regressor", "loss": "logistic"},
            "loss logistic is not one of a regressor: squared_loss, absolute_loss, ",
        ),
        (
            {"predictor_type": "regressor", "_tuning_objective_metric": "validation:binary_f_beta"},
            "metric validation:binary_f_beta is not one of a regressor: test:absolute_loss, test:mse, ",
        ),
    ],
)
def test_a_refusal_names_what_is_wrong_and_what_is_taken(given: dict[str, str], message: str) -> None:
    with pytest.raises(Refused) as refused:
        validated(given)
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    ("predictor_type", "losses"),
    [
        ("binary_classifier", ["logistic", "hinge_loss"]),
        ("multiclass_classifier", ["softmax_loss"]),
        (
            "regressor",
            [
                "squared_loss",
                "absolute_loss",
                "eps_insensitive_squared_loss",
                "eps_insensitive_absolute_loss",
                "quantile_loss",
                "huber_loss",
            ],
        ),
    ],
)
def test_each_predictor_type_has_its_documented_losses_of_which_auto_is_the_first(
    predictor_type: str, losses: list[str]
) -> None:
    given = {"predictor_type": predictor_type, "num_classes": "4"}

    assert [validated({**given, "loss": loss})["loss"] for loss in losses] == losses
    assert validated({**given, "loss": "auto"})["loss"] == losses[0]


@pytest.mark.parametrize(
    ("given", "criterion", "f_beta"),
    [("f1", "f_beta", 1.0), ("cross_entropy_loss", "loss_function", 2.0), ("f_beta", "f_beta", 2.0)],
)
def test_the_names_that_the_sdk_has_for_two_criteria_are_taken(
    given: str, criterion: str, f_beta: float
) -> None:
    found = validated({**BINARY, "binary_classifier_model_selection_criteria": given, "f_beta": "2"})

    assert found["binary_classifier_model_selection_criteria"] == criterion
    assert found["f_beta"] == f_beta


# Metric, predictor type: the table of the guide.
METRICS = [
    ("absolute_loss", "regressor"),
    ("binary_classification_accuracy", "binary_classifier"),
    ("binary_f_beta", "binary_classifier"),
    ("dcg", "multiclass_classifier"),
    ("macro_f_beta", "multiclass_classifier"),
    ("macro_precision", "multiclass_classifier"),
    ("macro_recall", "multiclass_classifier"),
    ("mse", "regressor"),
    ("multiclass_accuracy", "multiclass_classifier"),
    ("multiclass_top_k_accuracy", "multiclass_classifier"),
    ("precision", "binary_classifier"),
    ("recall", "binary_classifier"),
    ("roc_auc_score", "binary_classifier"),
]


@pytest.mark.parametrize("part", ["test", "validation"])
@pytest.mark.parametrize("predictor_type", ["binary_classifier", "multiclass_classifier", "regressor"])
@pytest.mark.parametrize(("metric", "of"), [*METRICS, ("objective_loss", None)])
def test_a_job_is_tuned_by_the_documented_metrics_of_its_type(
    part: str, predictor_type: str, metric: str, of: str | None
) -> None:
    name = f"{part}:{metric}"
    given = {"predictor_type": predictor_type, "num_classes": "3", "_tuning_objective_metric": name}

    if of in (predictor_type, None):
        assert validated(given)["_tuning_objective_metric"] == name
    else:
        with pytest.raises(Refused, match=f"metric {name} is not one of a {predictor_type}"):
            validated(given)
