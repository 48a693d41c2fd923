"""Compare recipes on validation parts: `python tests/model_code/recipe.py --data ../shared/data/churn.txt`.

For each split, a recipe is fitted on its train part; its threshold is chosen on three quarters of its
validation part and judged on the fourth, in turn. No test part is read, and customers of the test part
of the split 1729 are taken out of the others' parts too.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from model_scripts import load
from numpy.typing import NDArray
from whole_way import HYPERPARAMETERS, Part, split, train

Numbers = NDArray[np.float64]
Recipe = Mapping[str, str]
Rule = Callable[[Numbers, Numbers], float]

SEEDS = (1729, *range(14))
WORKSHOP = {**HYPERPARAMETERS, "min_child_weight": "6"}
RECIPES: dict[str, Recipe] = {
    "workshop's hyperparameters": WORKSHOP,
    "min_child_weight 3": {**WORKSHOP, "min_child_weight": "3"},
    "min_child_weight 1": {**WORKSHOP, "min_child_weight": "1"},
    "gamma 2": {**WORKSHOP, "gamma": "2"},
    "gamma 1": {**WORKSHOP, "gamma": "1"},
    "max_depth 4": {**WORKSHOP, "max_depth": "4"},
    "max_depth 6": {**WORKSHOP, "max_depth": "6"},
    "eta 0.1, num_round 200": {**WORKSHOP, "eta": "0.1", "num_round": "200"},
    "colsample_bytree 0.7": {**WORKSHOP, "colsample_bytree": "0.7"},
    "min_child_weight 3, colsample_bytree 0.7": {
        **WORKSHOP,
        "min_child_weight": "3",
        "colsample_bytree": "0.7",
    },
}
CHOSEN = HYPERPARAMETERS
RULES: dict[str, Rule] = {
    "the best threshold": lambda labels, scores: _fit(labels, scores, 0.0),
    "middle of what is within 0.005 of it": lambda labels, scores: _fit(labels, scores, 0.005),
    "middle of what is within 0.01 of it": lambda labels, scores: _fit(labels, scores, 0.01),
    "middle of what is within 0.02 of it": lambda labels, scores: _fit(labels, scores, 0.02),
    "always 0.5": lambda labels, scores: 0.5,
}
FOLDS = 4
XGBOOST_SEEDS = 3


def main() -> None:
    parser = argparse.ArgumentParser(prog="recipe", description=__doc__.split("\n\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="the raw churn file")
    data = parser.parse_args().data
    held_out = {*split(data, SEEDS[0])[2].rows}
    parts = [[without(held_out, part) for part in split(data, seed)[:2]] for seed in SEEDS]
    rule = RULES["middle of what is within 0.01 of it"]
    print(
        "mean F1 over the validation parts, and the mean difference to the first line with its standard error"
    )
    compare(parts, {name: (recipe, rule) for name, recipe in RECIPES.items()})
    print("\nthe same for the threshold, with the hyperparameters that were chosen")
    compare(parts, {name: (CHOSEN, rule) for name, rule in RULES.items()})


def compare(parts: Sequence[Sequence[Part]], candidates: Mapping[str, tuple[Recipe, Rule]]) -> None:
    first = None
    for name, (recipe, rule) in candidates.items():
        found = []
        for number, (training, validation) in enumerate(parts, 1):
            print(f"\r{name}: split {number} of {len(parts)} ", end="", file=sys.stderr, flush=True)
            found.append(judge(training, validation, recipe, rule))
        print("\r\033[K", end="", file=sys.stderr)
        f1 = np.array(found)
        first = f1 if first is None else first
        difference = f1 - first
        error = difference.std() / np.sqrt(len(f1))
        print(f"{name:42} {f1.mean():.4f}  {difference.mean():+.4f} +- {error:.4f}", flush=True)


def without(held_out: set[str], part: Part) -> Part:
    keep = [index for index, row in enumerate(part.rows) if row not in held_out]
    return Part([part.rows[index] for index in keep], part.labels[keep])


def judge(training: Part, validation: Part, recipe: Recipe, rule: Rule) -> float:
    """F1 on the validation part, averaged over seeds of XGBoost."""
    chains = [
        train(training, validation, hyperparameters={**recipe, "seed": str(seed)})
        for seed in range(XGBOOST_SEEDS)
    ]
    return float(np.mean([cross_fitted(chain.scores(validation.body), validation, rule) for chain in chains]))


def cross_fitted(scores: NDArray[np.float32], validation: Part, rule: Rule) -> float:
    exact, labels, churn = scores.astype(float), validation.labels, np.zeros(len(scores), bool)
    fold = np.arange(len(scores)) % FOLDS
    for judged in range(FOLDS):
        others = fold != judged
        churn[~others] = exact[~others] > rule(labels[others], exact[others])
    return float(2 * labels[churn].sum() / (labels.sum() + churn.sum()))


def _fit(labels: Numbers, scores: Numbers, tolerance: float) -> float:
    threshold: float = load("churn/postprocess/churn_threshold").fit(labels, scores, tolerance)[0]
    return threshold


if __name__ == "__main__":
    main()
