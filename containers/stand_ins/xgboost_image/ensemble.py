"""The model folder as the managed image reads it: every file in it is one booster of an ensemble."""

import logging
from pathlib import Path

import numpy as np
from toolkit.errors import ContainerProblem

from .booster import Booster, Table, XgboostError

PICKLE_START = b"\x80"
# Their predictions are labels, of which there is no mean.
VOTING = ("multi:softmax", "binary:hinge")
# What else is predicted; between two kinds there is no mean either. Those not named predict the target.
_PREDICTED = {
    **dict.fromkeys(VOTING, "label"),
    **dict.fromkeys(("binary:logistic", "reg:logistic", "multi:softprob"), "probability"),
    **dict.fromkeys(("rank:pairwise", "rank:ndcg", "rank:map"), "rank"),
    "binary:logitraw": "margin",
    "survival:cox": "hazard ratio",
}

logger = logging.getLogger("xgboost_image")


class Ensemble:
    """One or more boosters over the same features.

    Scores are averaged. Of labels the one is taken that most boosters give, of several such the lowest.
    """

    def __init__(self, boosters: list[Booster]) -> None:
        self._boosters = boosters
        self.features = max(booster.features for booster in boosters)
        self.objective = boosters[0].objective
        self.classes = boosters[0].classes
        self._join = _vote if self.objective in VOTING else _mean
        # What the library builds at its first prediction should not cost the first caller.
        self.predict(np.full((1, self.features), np.nan, dtype=np.float32))

    def predict(self, table: Table) -> Table:
        predictions = [booster.predict(table) for booster in self._boosters]
        return predictions[0] if len(predictions) == 1 else self._join(np.array(predictions))


def _mean(predictions: Table) -> Table:
    mean: Table = predictions.mean(axis=0)
    return mean


def _vote(predictions: Table) -> Table:
    labels = np.unique(predictions)
    votes = np.array([(predictions == label).sum(axis=0) for label in labels])
    return labels[votes.argmax(axis=0)]


def load(folder: Path, *, first_only: bool = False, best_iteration: bool = False) -> Ensemble:
    """Every regular file of the folder whose name has no leading dot, in the order of their names.

    A file that is not an XGBoost model stops the container, as it stops the managed one, and so do models
    whose predictions cannot be combined. A pickle is refused: it would run whatever code it holds.
    """
    files = sorted(path for path in folder.glob("[!.]*") if path.is_file()) if folder.is_dir() else []
    if not files:
        raise ContainerProblem(f"The model folder {folder} has no model file.")
    boosters = [_load(path, best_iteration=best_iteration) for path in (files[:1] if first_only else files)]
    widths = sorted({booster.features for booster in boosters})
    if len(widths) > 1:
        raise ContainerProblem(f"The models in {folder} disagree on the number of features: {widths}.")
    kinds = {(booster.classes, _PREDICTED.get(booster.objective, "target")) for booster in boosters}
    if len(kinds) > 1:
        things = sorted({booster.objective for booster in boosters})
        if len(things) == 1:
            things = [f"{things[0]} of {classes} classes" for classes, _ in sorted(kinds)]
        raise ContainerProblem(f"The models in {folder} predict different things: {', '.join(things)}.")
    return Ensemble(boosters)


def _load(path: Path, *, best_iteration: bool) -> Booster:
    raw = path.read_bytes()
    if raw.startswith(PICKLE_START):
        raise ContainerProblem(
            f"{path.name} is a pickle, which runs code when it is loaded; save it with booster.save_model()."
        )
    try:
        booster = Booster(raw, best_iteration=best_iteration)
    except XgboostError as error:
        raise ContainerProblem(
            f"{path.name} is not an XGBoost model; every file of the model folder is loaded as one: {error}"
        ) from error
    if booster.rounds > booster.best_rounds and not best_iteration:
        logger.warning(
            "%s has %d rounds, of which early stopping chose the first %d. All are scored, as by the managed "
            "image; SLIPWAY_BEST_ITERATION=1 scores the first %d alone.",
            path.name,
            booster.rounds,
            booster.best_rounds,
            booster.best_rounds,
        )
    return booster
