"""The model folder as the managed image reads it: every file in it is one booster of an ensemble."""

from pathlib import Path

import numpy as np
from toolkit.errors import ContainerProblem

from .booster import Booster, Table, XgboostError

PICKLE_START = b"\x80"


class Ensemble:
    """The mean of one or more boosters over the same features."""

    def __init__(self, boosters: list[Booster]) -> None:
        self._boosters = boosters
        self.features = max(booster.features for booster in boosters)
        self.objective = boosters[0].objective
        self.classes = boosters[0].classes
        # What the library builds at its first prediction should not cost the first caller.
        self.predict(np.full((1, self.features), np.nan, dtype=np.float32))

    def predict(self, table: Table) -> Table:
        predictions = [booster.predict(table) for booster in self._boosters]
        return predictions[0] if len(predictions) == 1 else np.mean(predictions, axis=0)


def load(folder: Path, *, first_only: bool = False) -> Ensemble:
    """Every regular file of the folder whose name has no leading dot, in the order of their names.

    A file that is no XGBoost model stops the container, as it stops the managed one. A pickle is refused:
    it would run whatever code it holds.
    """
    files = sorted(path for path in folder.glob("[!.]*") if path.is_file()) if folder.is_dir() else []
    if not files:
        raise ContainerProblem(f"The model folder {folder} has no model file.")
    boosters = [_load(path) for path in (files[:1] if first_only else files)]
    widths = sorted({booster.features for booster in boosters})
    if len(widths) > 1:
        raise ContainerProblem(f"The models in {folder} disagree on the number of features: {widths}.")
    return Ensemble(boosters)


def _load(path: Path) -> Booster:
    raw = path.read_bytes()
    if raw.startswith(PICKLE_START):
        raise ContainerProblem(
            f"{path.name} is a pickle, which runs code when it is loaded; save it with booster.save_model()."
        )
    try:
        return Booster(raw)
    except XgboostError as error:
        raise ContainerProblem(
            f"{path.name} is no XGBoost model, and every file of the model folder is loaded as one: {error}"
        ) from error
