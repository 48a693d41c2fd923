"""Several models in one archive, and models of which early stopping chose some rounds."""

import itertools
import logging
from pathlib import Path

import numpy as np
import pytest
from toolkit.errors import ContainerProblem
from xgboost_image.ensemble import VOTING
from xgboost_image.serve import load
from xgboost_models import ROWS, booster, csv, model, raw

# So many that models of labels disagree.
ROUNDS = 12
SCORES = [
    "binary:logistic",
    "binary:logitraw",
    "multi:softprob",
    "reg:squarederror",
    "reg:absoluteerror",
    "reg:logistic",
    "count:poisson",
    "rank:ndcg",
]


def predictions(objective: str, seeds: tuple[int, ...]) -> np.ndarray:
    import xgboost

    return np.array([booster(objective, ROUNDS, seed).predict(xgboost.DMatrix(ROWS)) for seed in seeds])


def answered(folder: Path, objective: str, seeds: tuple[int, ...]) -> np.ndarray:
    served = model(folder, *(raw(objective, ROUNDS, seed) for seed in seeds))
    body = served.invoke(csv(ROWS), "text/csv", "").body.decode()
    return np.array([[float(cell) for cell in line.split(",")] for line in body.splitlines()]).squeeze()


@pytest.mark.parametrize("objective", SCORES)
def test_scores_of_several_models_are_averaged(tmp_path: Path, objective: str) -> None:
    expected = predictions(objective, (0, 1, 2)).mean(axis=0)

    assert np.array_equal(answered(tmp_path, objective, (0, 1, 2)), expected)


@pytest.mark.parametrize("seeds", [(0, 1), (0, 1, 2), (2, 1, 0), (0, 1, 2, 3), (0, 0, 1)])
@pytest.mark.parametrize("objective", VOTING)
def test_labels_of_several_models_are_voted_on_and_of_several_winners_the_lowest_is_taken(
    tmp_path: Path, objective: str, seeds: tuple[int, ...]
) -> None:
    votes = predictions(objective, seeds)
    assert any(len(set(of_a_row)) > 1 for of_a_row in votes.T), "the models never disagree"

    expected = [max(sorted(set(row)), key=list(row).count) for row in votes.T.tolist()]

    assert answered(tmp_path, objective, seeds).tolist() == expected


def test_a_label_that_is_voted_on_is_what_the_selected_column_says(tmp_path: Path) -> None:
    files = [raw("multi:softmax", 3, seed) for seed in (0, 1, 2)]
    scores = model(tmp_path, *files).invoke(csv(ROWS), "text/csv", "").body
    labels = (
        model(tmp_path, SAGEMAKER_INFERENCE_OUTPUT="predicted_label").invoke(csv(ROWS), "text/csv", "").body
    )

    assert scores == labels + b"\n"


@pytest.mark.parametrize(
    "objectives",
    [
        ("multi:softmax", "multi:softprob"),
        ("binary:hinge", "binary:logistic"),
        ("multi:softprob", "reg:gamma"),
        ("binary:logistic", "binary:logitraw"),
        ("binary:logitraw", "reg:logistic"),
        ("binary:logitraw", "rank:ndcg"),
        ("binary:logitraw", "reg:squarederror"),
        ("binary:logistic", "reg:squarederror"),
        ("count:poisson", "survival:cox"),
        ("rank:pairwise", "survival:cox"),
        ("binary:hinge", "binary:logitraw"),
    ],
)
def test_models_that_predict_different_things_stop_the_container(
    tmp_path: Path, objectives: tuple[str, ...]
) -> None:
    for order in itertools.permutations(objectives):
        with pytest.raises(ContainerProblem, match=f"different things: {', '.join(sorted(objectives))}"):
            model(tmp_path / order[0], *map(raw, order))


@pytest.mark.parametrize(
    "objectives",
    [
        ("binary:logistic", "reg:logistic"),
        ("rank:pairwise", "rank:map"),
        ("reg:squarederror", "reg:absoluteerror"),
        ("reg:gamma", "count:poisson"),
    ],
)
def test_models_of_two_objectives_that_predict_the_same_thing_are_averaged(
    tmp_path: Path, objectives: tuple[str, ...]
) -> None:
    expected = np.mean([predictions(objective, (0,))[0] for objective in objectives], axis=0)

    served = model(tmp_path, *(raw(objective, ROUNDS) for objective in objectives))
    body = served.invoke(csv(ROWS), "text/csv", "").body.decode()

    assert np.array_equal(np.array(body.split(), np.float32), expected)


@pytest.mark.parametrize(
    ("value", "models"), [("true", 2), ("false", 1), ("True", 1), ("1", 1), ("", 1)], ids=str
)
def test_an_ensemble_is_read_where_the_variable_is_true_as_the_image_spells_it(
    tmp_path: Path, value: str, models: int
) -> None:
    files = [raw("reg:squarederror", 3, seed) for seed in (0, 1)]

    served = model(tmp_path / "both", *files, SAGEMAKER_INFERENCE_ENSEMBLE=value)
    expected = model(tmp_path / "expected", *files[:models])

    assert served.invoke(csv(ROWS), "text/csv", "").body == expected.invoke(csv(ROWS), "text/csv", "").body


def untrimmed(best: int, rounds: int = 16, **more: str) -> bytes:
    """As another program leaves it that stopped early: all rounds, and a note which was the best."""
    trained = booster("reg:squarederror", rounds, **more).copy()
    trained.set_attr(best_iteration=str(best))
    return bytes(trained.save_raw("ubj"))


@pytest.mark.parametrize("boosting", ["gbtree", "dart"])
def test_all_rounds_of_an_untrimmed_model_are_scored_as_by_the_image_and_the_log_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, boosting: str
) -> None:
    with caplog.at_level(logging.WARNING, "xgboost_image"):
        served = model(tmp_path / "untrimmed", untrimmed(5, booster=boosting))
    whole = model(tmp_path / "whole", raw("reg:squarederror", 16, booster=boosting))

    assert served.invoke(csv(ROWS), "text/csv", "").body == whole.invoke(csv(ROWS), "text/csv", "").body
    assert "model-0 has 16 rounds, of which early stopping chose the first 6" in caplog.text


def test_the_best_rounds_alone_are_scored_on_request(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "xgboost_image"):
        served = model(tmp_path / "untrimmed", untrimmed(5), SLIPWAY_BEST_ITERATION="1")
    first = model(tmp_path / "first", raw("reg:squarederror", 6))

    assert served.invoke(csv(ROWS), "text/csv", "").body == first.invoke(csv(ROWS), "text/csv", "").body
    assert not caplog.text


def test_a_trimmed_model_is_scored_alike_with_and_without(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    trimmed = untrimmed(5, rounds=6)

    bodies = {
        model(tmp_path, trimmed, SLIPWAY_BEST_ITERATION=value).invoke(csv(ROWS), "text/csv", "").body
        for value in ("0", "1")
    }

    assert len(bodies) == 1
    assert not caplog.text


@pytest.mark.parametrize("variable", ["SAGEMAKER_PROGRAM", "SAGEMAKER_SUBMIT_DIRECTORY"])
def test_a_script_that_is_to_answer_is_refused_and_not_passed_over(tmp_path: Path, variable: str) -> None:
    environ = {"SAGEMAKER_BASE_DIR": str(tmp_path), variable: "inference.py"}
    with pytest.raises(ContainerProblem, match=f"does not run scripts, and {variable} is inference.py"):
        load(environ)


def test_models_of_one_objective_that_disagree_on_classes_are_told_apart_by_their_number(
    tmp_path: Path,
) -> None:
    three, four = raw("multi:softprob"), raw_of_four_classes()
    with pytest.raises(ContainerProblem, match="multi:softprob of 3 classes, multi:softprob of 4 classes"):
        model(tmp_path, four, three)


def raw_of_four_classes() -> bytes:
    import xgboost

    labels = np.arange(len(ROWS)) % 4
    parameters = {"objective": "multi:softprob", "num_class": 4, "nthread": 1}
    return bytes(xgboost.train(parameters, xgboost.DMatrix(ROWS, label=labels), 3).save_raw("ubj"))


@pytest.mark.parametrize(
    "variable",
    [
        "SAGEMAKER_PROGRAM",
        "SAGEMAKER_SUBMIT_DIRECTORY",
        "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT",
        "SAGEMAKER_INFERENCE_OUTPUT",
        "SAGEMAKER_BATCH",
        "MAX_CONTENT_LENGTH",
        "SLIPWAY_MANAGED_BEHAVIOR",
        "SLIPWAY_BEST_ITERATION",
    ],
)
def test_an_empty_variable_is_as_good_as_none(tmp_path: Path, variable: str) -> None:
    bodies = [
        model(tmp_path, raw("reg:squarederror"), **variables).invoke(csv(ROWS[:2]), "text/csv", "").body
        for variables in ({}, {variable: ""})
    ]

    assert bodies[0] == bodies[1] != b""
