"""The hyperparameters of the managed XGBoost image: names, types and ranges, and its refusals word for word.

The table is that of the image's source for the versions since 1.3, which the documentation still describes.
"""

import ast
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from .metrics import NAMES as METRICS


class Refused(ValueError):
    """A hyperparameter or a channel that the image does not accept; the message is the image's."""


class Interval:
    """A range of numbers, written and read as the image writes it: `(0, 1]`; None is infinity."""

    def __init__(self, text: str) -> None:
        low, high = text[1:-1].split(",")
        self._low = None if low.strip() == "-inf" else float(low)
        self._high = None if high.strip() == "+inf" else float(high)
        self._low_open, self._high_open = text[0] == "(", text[-1] == ")"
        self._text = text

    def __contains__(self, value: float) -> bool:
        above = self._low is None or value > self._low or (value == self._low and not self._low_open)
        below = self._high is None or value < self._high or (value == self._high and not self._high_open)
        return above and below

    def __str__(self) -> str:
        return self._text


class Choice(list[str]):
    """A range of words."""


class MetricNames:
    """The evaluation metrics, some of which take a threshold after an `@`."""

    def __contains__(self, metric: str) -> bool:
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


@dataclass(frozen=True)
class Hyperparameter:
    """How one hyperparameter is parsed, and what it may be."""

    parse: Callable[[str], Any]
    range: Any
    several: bool = False

    def validated(self, name: str, text: str) -> Any:
        try:
            value = self.parse(text)
        except (ValueError, SyntaxError) as error:
            raise Refused(
                f"Hyperparameter {name}: could not parse value (caused by {type(error).__name__})"
            ) from None
        if self.several:
            if not all(item in self.range for item in _flat(value)):
                raise Refused(f"Hyperparameter {name}: value {value} not in range {self.range}")
        elif value not in self.range:
            raise Refused(f"Hyperparameter {name}: {value} is not in {self.range}")
        return value


def _flat(value: Any) -> list[Any]:
    return [leaf for item in value for leaf in (item if isinstance(item, list) else [item])]


def _integer(text: str) -> Hyperparameter:
    return Hyperparameter(int, Interval(text))


def _continuous(text: str) -> Hyperparameter:
    return Hyperparameter(float, Interval(text))


def _one_of(*words: str) -> Hyperparameter:
    return Hyperparameter(str, Choice(words))


def _words(text: str) -> list[str]:
    return text.split(",")


_UPDATERS = Choice(
    (
        "grow_colmaker",
        "distcol",
        "grow_histmaker",
        "grow_local_histmaker",
        "grow_skmaker",
        "sync",
        "refresh",
        "prune",
        "shotgun",
        "coord_descent",
    )
)

TABLE: dict[str, Hyperparameter] = {
    "num_round": _integer("[1, +inf)"),
    "csv_weights": _integer("[0, 1]"),
    "early_stopping_rounds": _integer("[1, +inf)"),
    "booster": _one_of("gbtree", "gblinear", "dart"),
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
    "tree_method": _one_of("auto", "exact", "approx", "hist", "gpu_hist"),
    "sketch_eps": _continuous("(0, 1)"),
    "scale_pos_weight": _continuous("(0, +inf)"),
    "updater": Hyperparameter(_words, _UPDATERS, several=True),
    "dsplit": _one_of("row", "col"),
    "refresh_leaf": _integer("[0, 1]"),
    "process_type": _one_of("default", "update"),
    "grow_policy": _one_of("depthwise", "lossguide"),
    "max_leaves": _integer("[0, +inf)"),
    "max_bin": _integer("[0, +inf)"),
    "predictor": _one_of("auto", "cpu_predictor", "gpu_predictor"),
    "monotone_constraints": Hyperparameter(ast.literal_eval, [-1, 0, 1], several=True),
    "interaction_constraints": Hyperparameter(ast.literal_eval, Interval("[1, +inf)"), several=True),
    "sample_type": _one_of("uniform", "weighted"),
    "normalize_type": _one_of("tree", "forest"),
    "rate_drop": _continuous("[0, 1]"),
    "one_drop": _integer("[0, 1]"),
    "skip_drop": _continuous("[0, 1]"),
    "lambda_bias": _continuous("[0, 1]"),
    "tweedie_variance_power": _continuous("(1, 2)"),
    "objective": _one_of(
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
    "_tuning_objective_metric": _one_of(*(f"validation:{metric}" for metric in METRICS)),
    "eval_metric": Hyperparameter(_words, MetricNames(), several=True),
    "seed": _integer("(-2147483648, 2147483647)"),
    "num_parallel_tree": _integer("[1, +inf)"),
    "save_model_on_termination": _one_of("true", "false"),
    "aft_loss_distribution": _one_of("normal", "logistic", "extreme"),
    "aft_loss_distribution_scale": _continuous("[0, +inf)"),
    "single_precision_histogram": _one_of("true", "false"),
    "deterministic_histogram": _one_of("true", "false"),
    "sampling_method": _one_of("uniform", "gradient_based"),
    "prob_buffer_row": _integer("(1.0, +inf)"),
    "use_dask_gpu_training": _one_of("true", "false"),
}
ALIASES = {"learning_rate": "eta", "min_split_loss": "gamma", "reg_lambda": "lambda", "reg_alpha": "alpha"}


def validate(given: Mapping[str, str]) -> dict[str, Any]:
    """The hyperparameters as XGBoost takes them; refuses with the image's messages.

    `num_round` is required; names that the image does not know are refused, too.
    """
    named = {ALIASES.get(name, name): str(text) for name, text in given.items()}
    if "num_round" not in named:
        raise Refused("Missing required hyperparameter: num_round")
    extraneous = [name for name in named if name not in TABLE]
    if extraneous:
        raise Refused(f"Extraneous hyperparameter found: {extraneous[0]}")
    values = {name: TABLE[name].validated(name, text) for name, text in named.items()}
    _check_together(values)
    return values


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
    elif sum(updater.startswith("grow_") or updater == "distcol" for updater in updaters) > 1:
        raise Refused("Only one tree grow plugin can be selected.")
