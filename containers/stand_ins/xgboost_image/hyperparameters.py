"""The hyperparameters of the managed XGBoost image: names, types and ranges, and its refusals word for word.

The table is that of the image's source. Of what it names, XGBoost 3.2 no longer uses some, and says so in the
log; some words of a range it refuses itself: the tests list both.
"""

import ast
from collections.abc import Collection, Mapping
from typing import Any

from built_in import hyperparameters
from built_in.hyperparameters import (
    Choice,
    Hyperparameter,
    Interval,
    Refused,
    one_of,
)

from .metrics import NAMES as METRICS


class MetricNames:
    """The evaluation metrics, some of which take a threshold after an `@`."""

    def __contains__(self, metric: str) -> bool:
        if "<function" in metric:
            raise Refused(f"User defined evaluation metric {metric} is not supported yet.")
        name, separator, threshold = metric.partition("@")
        if not separator:
            return metric in METRICS
        if name.strip() not in ("error", "ndcg", "map"):
            raise Refused(
                f"Metric '{metric}' is not supported. Parameter 'eval_metric' with customized threshold "
                "should be one of these options: 'error', 'ndcg', 'map'."
            )
        try:
            float(threshold)
        except ValueError:
            raise Refused(f"Threshold value 't' in '{name.strip()}@t' expects float input.") from None
        return True

    def __str__(self) -> str:
        return str(list(METRICS))


def _words(text: str) -> list[str]:
    return text.split(",")


def _integer(interval: str) -> Hyperparameter:
    """Whatever Python takes for one, `1_0` and ` 2 ` too: the image's source calls `int`."""
    return Hyperparameter(int, Interval(interval))


def _continuous(interval: str) -> Hyperparameter:
    """Whatever Python takes for a number: the image's source calls `float`."""
    return Hyperparameter(float, Interval(interval))


_GROWING = ("grow_colmaker", "distcol", "grow_histmaker", "grow_local_histmaker")
_TREE_UPDATERS = (*_GROWING, "grow_skmaker", "sync", "refresh", "prune")
_UPDATERS = Choice((*_TREE_UPDATERS, "shotgun", "coord_descent"))

TABLE: dict[str, Hyperparameter] = {
    "num_round": _integer("[1, +inf)"),
    "csv_weights": _integer("[0, 1]"),
    "early_stopping_rounds": _integer("[1, +inf)"),
    "booster": one_of("gbtree", "gblinear", "dart"),
    "verbosity": _integer("[0, 3]"),
    "nthread": _integer("[1, +inf)"),
    "eta": _continuous("[0, 1]"),
    "gamma": _continuous("[0, +inf)"),
    "max_depth": _integer("[0, +inf)"),
    "min_child_weight": _continuous("[0, +inf)"),
    "max_delta_step": _continuous("[0, +inf)"),
    "subsample": _continuous("(0, 1]"),
    "colsample_bytree": _continuous("(0, 1]"),
    "colsample_bylevel": _continuous("(0, 1]"),
    "colsample_bynode": _continuous("(0, 1]"),
    "lambda": _continuous("[0, +inf)"),
    "alpha": _continuous("[0, +inf)"),
    "tree_method": one_of("auto", "exact", "approx", "hist", "gpu_hist"),
    "sketch_eps": _continuous("(0, 1)"),
    "scale_pos_weight": _continuous("(0, +inf)"),
    "updater": Hyperparameter(_words, _UPDATERS, several=True),
    "dsplit": one_of("row", "col"),
    "refresh_leaf": _integer("[0, 1]"),
    "process_type": one_of("default", "update"),
    "grow_policy": one_of("depthwise", "lossguide"),
    "max_leaves": _integer("[0, +inf)"),
    "max_bin": _integer("[0, +inf)"),
    "predictor": one_of("auto", "cpu_predictor", "gpu_predictor"),
    "monotone_constraints": Hyperparameter(ast.literal_eval, [-1, 0, 1], several=True),
    "interaction_constraints": Hyperparameter(ast.literal_eval, Interval("[1, +inf)"), several=True),
    "sample_type": one_of("uniform", "weighted"),
    "normalize_type": one_of("tree", "forest"),
    "rate_drop": _continuous("[0, 1]"),
    "one_drop": _integer("[0, 1]"),
    "skip_drop": _continuous("[0, 1]"),
    "lambda_bias": _continuous("[0, 1]"),
    "tweedie_variance_power": _continuous("(1, 2)"),
    "objective": one_of(
        "aft_loss_distribution",
        "binary:logistic",
        "binary:logitraw",
        "binary:hinge",
        "count:poisson",
        "multi:softmax",
        "multi:softprob",
        "rank:pairwise",
        "rank:ndcg",
        "rank:map",
        "reg:linear",
        "reg:squarederror",
        "reg:logistic",
        "reg:absoluteerror",
        "reg:gamma",
        "reg:pseudohubererror",
        "reg:squaredlogerror",
        "reg:tweedie",
        "survival:aft",
        "survival:cox",
    ),
    "num_class": _integer("[2, +inf)"),
    "base_score": _continuous("[0, +inf)"),
    "_kfold": _integer("[2, +inf)"),
    "_num_cv_round": _integer("[1, +inf)"),
    "_tuning_objective_metric": one_of(*(f"validation:{metric}" for metric in METRICS)),
    "eval_metric": Hyperparameter(_words, MetricNames(), several=True),
    "seed": _integer("(-2147483648, 2147483647)"),
    "num_parallel_tree": _integer("[1, +inf)"),
    "save_model_on_termination": one_of("true", "false"),
    "aft_loss_distribution": one_of("normal", "logistic", "extreme"),
    "aft_loss_distribution_scale": _continuous("[0, +inf)"),
    "deterministic_histogram": one_of("true", "false"),
    "sampling_method": one_of("uniform", "gradient_based"),
    "prob_buffer_row": _integer("(1.0, +inf)"),
    "use_dask_gpu_training": one_of("true", "false"),
}
ALIASES = {"learning_rate": "eta", "min_split_loss": "gamma", "reg_lambda": "lambda", "reg_alpha": "alpha"}


def validate(given: Mapping[str, str]) -> dict[str, Any]:
    """The hyperparameters as XGBoost takes them; refuses with the image's messages.

    `num_round` is required; names that the image does not know are refused, too.
    """
    named = {ALIASES.get(name, name): text for name, text in given.items()}
    values = hyperparameters.validate(named, TABLE, required=["num_round"])
    _check_together(values)
    return values


def as_xgboost_takes(values: Mapping[str, Any]) -> dict[str, Any]:
    """Lists as the text in which XGBoost reads them: of updaters, and of the numbers of features."""
    texts: dict[str, Any] = {}
    if "updater" in values:
        texts["updater"] = ",".join(values["updater"])
    if "interaction_constraints" in values:
        texts["interaction_constraints"] = str(values["interaction_constraints"])
    return {**values, **texts}


def _check_together(values: Mapping[str, Any]) -> None:
    objective = values.get("objective")
    if objective in ("multi:softmax", "multi:softprob") and "num_class" not in values:
        raise Refused("Require input for parameter 'num_class' for multi-classification")
    metrics: Collection[str] = values.get("eval_metric", ())
    if "auc" in metrics and not (objective or "").startswith(("binary:", "rank:")):
        raise Refused("Metric 'auc' can only be applied for classification and ranking problems.")
    if "aft-nloglik" in metrics and objective != "survival:aft":
        raise Refused("Metric 'aft-nloglik' can only be applied for 'survival:aft' objective.")
    tree_method = values.get("tree_method")
    if "monotone_constraints" in values and tree_method not in ("exact", "hist"):
        raise Refused(
            "monotone_constraints can be used only when the tree_method parameter is set to "
            "either 'exact' or 'hist'."
        )
    if "interaction_constraints" in values and tree_method not in ("exact", "hist", "approx"):
        raise Refused(
            "interaction_constraints can be used only when the tree_method parameter is set to "
            "either 'exact', 'hist' or 'approx'."
        )
    if "updater" in values:
        _check_updater(values)


def _check_updater(values: Mapping[str, Any]) -> None:
    updaters = values["updater"]
    if values.get("booster") == "gblinear":
        if updaters not in (["shotgun"], ["coord_descent"]):
            raise Refused("Linear updater should be one of these options: 'shotgun', 'coord_descent'.")
    elif values.get("process_type") == "update":
        if not set(updaters) <= {"refresh", "prune"}:
            raise Refused("process_type 'update' can only be used with updater 'refresh' and 'prune'")
    elif not set(updaters).isdisjoint({"shotgun", "coord_descent"}):
        raise Refused(f"Tree updater should be selected from these options: {', '.join(_TREE_UPDATERS)}.")
    elif sum(updater in _GROWING for updater in updaters) > 1:
        raise Refused("Only one tree grow plugin can be selected.")
