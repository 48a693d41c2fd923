"""The hyperparameters of the managed image beside what XGBoost 3.2 itself knows."""

import json
import re
import warnings
from typing import Any

import numpy as np
import pytest
from built_in.hyperparameters import Refused
from toolkit.errors import ContainerProblem
from xgboost_image import hyperparameters, metrics
from xgboost_models import ROWS, booster, model, raw

TABLE = hyperparameters.TABLE
# What the container reads itself and does not hand on.
OF_THE_CONTAINER = {
    "num_round",
    "csv_weights",
    "early_stopping_rounds",
    "eval_metric",
    "save_model_on_termination",
    "_kfold",
    "_num_cv_round",
    "_tuning_objective_metric",
    "use_dask_gpu_training",
}
# What the image takes and XGBoost 3.2 says in the log that it does not use.
UNUSED = {"sketch_eps", "dsplit", "predictor", "lambda_bias", "deterministic_histogram", "prob_buffer_row"}
# Words of a range that the image takes and XGBoost 3.2 refuses.
REFUSED_BY_XGBOOST = {
    ("tree_method", "gpu_hist"),
    ("updater", "distcol"),
    ("updater", "grow_local_histmaker"),
    ("updater", "grow_skmaker"),
    ("objective", "aft_loss_distribution"),
}
# A value of each that is not a word, and what else it goes with.
VALUES: dict[str, Any] = {
    **dict.fromkeys(["verbosity", "max_delta_step", "refresh_leaf", "one_drop", "nthread", "seed"], 1),
    **dict.fromkeys(["max_depth", "max_leaves", "num_parallel_tree", "num_class", "prob_buffer_row"], 3),
    **dict.fromkeys(["alpha", "lambda", "gamma", "min_child_weight", "lambda_bias", "base_score"], 0.5),
    **dict.fromkeys(["eta", "subsample", "sketch_eps", "rate_drop", "skip_drop", "scale_pos_weight"], 0.5),
    **dict.fromkeys(["colsample_bytree", "colsample_bylevel", "colsample_bynode"], 0.5),
    "max_bin": 64,
    "tweedie_variance_power": 1.5,
    "aft_loss_distribution_scale": 1.0,
    "monotone_constraints": (1, 0, 0, 0),
    "interaction_constraints": [[1, 2]],
}
_DART = ("rate_drop", "skip_drop", "one_drop", "sample_type", "normalize_type")
TOGETHER: dict[str, dict[str, Any]] = {
    **{name: {"booster": "dart"} for name in _DART},
    "num_class": {"objective": "multi:softprob"},
    "tweedie_variance_power": {"objective": "reg:tweedie"},
    "aft_loss_distribution": {"objective": "survival:aft"},
    "aft_loss_distribution_scale": {"objective": "survival:aft"},
    "max_delta_step": {"objective": "count:poisson"},
    "scale_pos_weight": {"objective": "binary:logistic"},
    "sampling_method": {"tree_method": "hist"},
}


def train(objective: str = "reg:squarederror", **more: Any) -> list[str]:
    """One round of XGBoost's own; the names that it says it did not use."""
    import xgboost

    labels = np.digitize(ROWS[:, 0], [3, 6]).astype(np.float32)
    if objective.startswith(("binary:", "rank:", "reg:logistic")):
        labels = np.minimum(labels, 1)
    matrix = xgboost.DMatrix(ROWS, label=labels + (objective in ("reg:gamma", "survival:cox")))
    if objective == "survival:aft":
        matrix.set_float_info("label_lower_bound", labels + 1)
        matrix.set_float_info("label_upper_bound", labels + 1)
    if objective.startswith("rank:") or str(more.get("eval_metric")).startswith(("ndcg", "map")):
        matrix.set_group([len(ROWS)])
    if objective.startswith("multi:"):
        more = {"num_class": 3, **more}
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        xgboost.train(
            {"objective": objective, "nthread": 1, "verbosity": 1, **more},
            matrix,
            1,
            evals=[(matrix, "train")],
            verbose_eval=False,
        )
    text = "".join(str(each.message) for each in said if "are not used" in str(each.message))
    return re.findall(r'"(\w+)"', text)


def xgboosts_objectives() -> set[str]:
    import xgboost

    with pytest.raises(xgboost.core.XGBoostError) as refusal:
        train("no:objective")
    return set(re.findall(r"Objective candidate: (\S+)", str(refusal.value)))


def test_every_objective_of_xgboost_is_the_images_but_the_one_that_needs_what_the_image_does_not_take() -> (
    None
):
    offered = set(TABLE["objective"].range)

    assert xgboosts_objectives() - offered == {"reg:quantileerror"}
    assert offered - xgboosts_objectives() == {"aft_loss_distribution"}


def words() -> list[tuple[str, str]]:
    """Every word of every range that is one of words, of what reaches XGBoost."""
    return [
        (name, word)
        for name, parameter in TABLE.items()
        if name not in OF_THE_CONTAINER and isinstance(parameter.range, hyperparameters.Choice)
        for word in parameter.range
    ]


@pytest.mark.parametrize(("name", "word"), words())
def test_every_word_of_a_range_is_accepted_and_is_known_to_xgboost_or_listed(name: str, word: str) -> None:
    import xgboost

    linear = word in ("shotgun", "coord_descent")
    more = {"booster": "gblinear"} if linear else TOGETHER.get(name, {})
    if word in ("refresh", "prune"):
        # They change a tree: XGBoost refuses them to begin with, and knows them.
        assert hyperparameters.validate({"num_round": "1", "process_type": "update", name: word})
        with pytest.raises(xgboost.core.XGBoostError, match=f"Updater: `{word}` can not be used to create"):
            train(updater=word)
        return
    if name == "process_type" and word == "update":
        with pytest.raises(ValueError, match=r"process_type|update"):
            train(process_type="update")
        return
    given = {name: word, **more, **({"num_class": 3} if word.startswith("multi:") else {})}
    assert hyperparameters.validate({"num_round": "1", **{key: str(value) for key, value in given.items()}})

    if (name, word) in REFUSED_BY_XGBOOST:
        with pytest.raises(ValueError, match=re.escape(word)):
            train(**given)
    else:
        assert train(**given) == ([name] if name in UNUSED else [])


@pytest.mark.parametrize("name", VALUES)
def test_every_number_is_accepted_and_used_by_xgboost_or_listed(name: str) -> None:
    more = TOGETHER.get(name, {})
    constrained = {"tree_method": "hist"} if name.endswith("_constraints") else {}
    given = {name: VALUES[name], **more, **constrained}
    validated = hyperparameters.validate(
        {"num_round": "1", **{key: str(value) for key, value in given.items()}}
    )
    assert validated[name] == VALUES[name]

    validated.pop("num_round")
    assert train(**hyperparameters.as_xgboost_takes(validated)) == ([name] if name in UNUSED else [])


def test_these_are_all_hyperparameters() -> None:
    of_words = {name for name, _ in words()}

    assert of_words | set(VALUES) | OF_THE_CONTAINER == set(TABLE)


@pytest.mark.parametrize(
    "name",
    [
        "single_precision_histogram",
        "device",
        "max_cached_hist_node",
        "quantile_alpha",
        "huber_slope",
        "silent",
    ],
)
def test_what_the_image_does_not_know_is_refused_in_its_words(name: str) -> None:
    with pytest.raises(Refused, match=f"^Extraneous hyperparameter found: {name}$"):
        hyperparameters.validate({"num_round": "1", name: "1"})


@pytest.mark.parametrize("metric", [*metrics.NAMES, "error@0.7", "ndcg@5", "map@5"])
def test_every_metric_is_accepted_and_xgboosts_or_the_containers_own(metric: str) -> None:
    import xgboost

    objective = {
        "auc": "binary:logistic",
        "aft-nloglik": "survival:aft",
        "interval-regression-accuracy": "survival:aft",
        "merror": "multi:softprob",
        "mlogloss": "multi:softprob",
    }.get(metric, "binary:logistic")
    given = {"num_round": "1", "objective": objective, "num_class": "3", "eval_metric": metric}
    assert hyperparameters.validate(given)["eval_metric"] == [metric]

    if not metrics.native([metric]):
        assert metrics.custom([metric]) is not None
    elif metric == "tweedie-nloglik":
        # The image takes the name alone, with which XGBoost cannot do anything.
        with pytest.raises(xgboost.core.XGBoostError, match="must be in format tweedie-nloglik@rho"):
            train("reg:tweedie", eval_metric=metric)
    else:
        assert train(objective, eval_metric=metric) == []


def test_linear_updaters_are_no_tree_updaters() -> None:
    for updater in ("shotgun", "coord_descent"):
        with pytest.raises(Refused, match=r"^Tree updater should be selected from these options"):
            hyperparameters.validate({"num_round": "1", "updater": updater})
        assert hyperparameters.validate({"num_round": "1", "booster": "gblinear", "updater": updater})


@pytest.mark.parametrize("objective", sorted(set(TABLE["objective"].range) - {"aft_loss_distribution"}))
def test_a_model_of_every_objective_is_served(tmp_path: Any, objective: str) -> None:
    import xgboost

    with warnings.catch_warnings():
        # reg:linear is deprecated.
        warnings.simplefilter("ignore")
        content, trained = raw(objective), booster(objective)
    answer = model(tmp_path, content).invoke(b"1,2,3,4", "text/csv", "application/json")
    expected = trained.predict(xgboost.DMatrix(np.array([[1, 2, 3, 4]], dtype=np.float32))).tolist()

    assert answer.status == 200
    assert json.loads(answer.body) == {"predictions": [{"score": expected[0]}]}


def test_a_model_of_an_objective_without_columns_says_so_at_the_start(tmp_path: Any) -> None:
    with pytest.raises(ContainerProblem, match="a model of rank:ndcg offers no columns"):
        model(tmp_path, raw("rank:ndcg"), SAGEMAKER_INFERENCE_OUTPUT="predicted_score")
