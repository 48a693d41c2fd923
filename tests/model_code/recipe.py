"""Compare recipes on validation parts: `python tests/model_code/recipe.py --data ../shared/data/churn.txt`.

For each split, a recipe is fitted on its train part; its threshold is chosen on three quarters of its
validation part and judged on the fourth, in turn. No test part is read, and customers of the test part
of the split 1729 are taken out of the others' parts too.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
from model_scripts import load
from whole_way import HYPERPARAMETERS, Part, split, train

SEEDS = (1729, *range(14))
WORKSHOP = {**HYPERPARAMETERS, "min_child_weight": "6"}
RECIPES: dict[str, dict[str, Any]] = {
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
FOLDS = 4
XGBOOST_SEEDS = 3


def main() -> None:
    parser = argparse.ArgumentParser(prog="recipe", description=__doc__.split("\n\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="the raw churn file")
    data = parser.parse_args().data
    held_out = {*split(data, SEEDS[0])[2].rows}
    parts = [tuple(without(held_out, part) for part in split(data, seed)[:2]) for seed in SEEDS]
    baseline = None
    print(
        "mean F1 over the validation parts, and the mean difference to the first line with its standard error"
    )
    for name, hyperparameters in RECIPES.items():
        found = []
        for number, (training, validation) in enumerate(parts, 1):
            print(f"\r{name}: split {number} of {len(parts)} ", end="", file=sys.stderr, flush=True)
            found.append(judge(training, validation, hyperparameters))
        print("\r\033[K", end="", file=sys.stderr)
        f1 = np.array(found)
        baseline = f1 if baseline is None else baseline
        difference = f1 - baseline
        error = difference.std() / np.sqrt(len(f1))
        print(f"{name:42} {f1.mean():.4f}  {difference.mean():+.4f} +- {error:.4f}", flush=True)


def without(held_out: set[str], part: Part) -> Part:
    keep = [index for index, row in enumerate(part.rows) if row not in held_out]
    return Part([part.rows[index] for index in keep], part.labels[keep])


def judge(training: Part, validation: Part, hyperparameters: dict[str, Any]) -> float:
    """F1 on the validation part, averaged over seeds of XGBoost."""
    return float(
        np.mean(
            [
                cross_fitted(training, validation, {**hyperparameters, "seed": str(seed)})
                for seed in range(XGBOOST_SEEDS)
            ]
        )
    )


def cross_fitted(training: Part, validation: Part, hyperparameters: dict[str, Any]) -> float:
    scores = (
        train(training, validation, hyperparameters=hyperparameters).scores(validation.body).astype(float)
    )
    labels, churn = validation.labels, np.zeros(len(scores), bool)
    fold = np.arange(len(scores)) % FOLDS
    for judged in range(FOLDS):
        others = fold != judged
        threshold, _ = load("churn/postprocess/churn_threshold").fit(labels[others], scores[others])
        churn[~others] = scores[~others] > threshold
    return float(2 * labels[churn].sum() / (labels.sum() + churn.sum()))


if __name__ == "__main__":
    main()
