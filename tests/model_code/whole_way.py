"""Churn from the raw file to True or False, in one process, by the scripts' own functions."""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xgboost
from model_scripts import MODEL_CODE, load
from numpy.typing import NDArray

CSV = "text/csv"
HYPERPARAMETERS = json.loads((MODEL_CODE / "churn/xgboost/hyperparameters.json").read_text())


@dataclass(frozen=True)
class Part:
    """Rows as clients send them, and their labels (0 or 1)."""

    rows: Sequence[str]
    labels: NDArray[np.float64]

    @property
    def body(self) -> str:
        return "".join(row + "\n" for row in self.rows)


def split(file: Path, seed: int) -> tuple[Part, Part, Part]:
    """Train, validation and test as the split step cuts them."""
    raw = load("churn/split/churn_raw_file").RawFile.read(file)
    labels = np.array(raw.labels, float)
    train, validation, test = (
        Part([raw.rows[i] for i in part], labels[part])
        for part in load("churn/split/__main__").cut(len(labels), seed)
    )
    return train, validation, test


class Hop:
    """A script-mode container: its script and its model."""

    def __init__(self, name: str, model: Any) -> None:
        self.script = load(f"churn/{name}/inference")
        self.model = model

    def answer(self, body: str | bytes, content_type: str = CSV, accept: str = "*/*") -> tuple[Any, str]:
        data = self.script.input_fn(body, content_type)
        answer: tuple[Any, str] = self.script.output_fn(self.script.predict_fn(data, self.model), accept)
        return answer


@dataclass(frozen=True)
class Chain:
    """The four fitted steps."""

    preprocess: Hop
    pca: Hop
    xgboost: xgboost.Booster
    postprocess: Hop

    def scores(self, body: str) -> NDArray[np.float32]:
        return _scores(self.xgboost, self.features(body))

    def features(self, body: str) -> str:
        """What XGBoost gets to read."""
        text: str = self.pca.answer(*self.preprocess.answer(body))[0]
        return text

    def answer(self, body: str, accept: str = CSV) -> str:
        text: str = self.postprocess.answer(_lines(self.scores(body)), CSV, accept)[0]
        return text


def train(
    part: Part,
    validation: Part,
    *,
    n_components: int = 14,
    hyperparameters: Mapping[str, str] = HYPERPARAMETERS,
) -> Chain:
    """Fit the four steps on the two parts as the pipeline's steps do."""
    cells = [row.split(",") for row in part.rows]
    features = load("churn/preprocess/churn_features").Features(load("churn/preprocess/fit").fit(cells))
    preprocess = Hop("preprocess", features)
    matrix = _matrix(preprocess.answer(part.body)[0])
    projection = load("churn/pca/pca_projection").Projection.fit(
        matrix, n_components=n_components, passthrough=11
    )
    text = load("churn/pca/pca_text").TextProjection(projection)
    pca = Hop("pca", load("churn/pca/inference").Model(projection, text))
    booster = _boost(pca.answer(*preprocess.answer(part.body))[0], part.labels, hyperparameters)
    scores = _scores(booster, pca.answer(*preprocess.answer(validation.body))[0])
    threshold, _ = load("churn/postprocess/churn_threshold").fit(validation.labels, scores.astype(float))
    return Chain(preprocess, pca, booster, Hop("postprocess", threshold))


def f1(labels: NDArray[np.float64], answers: str) -> float:
    churn = np.array(answers.split()) == "True"
    return float(2 * labels[churn].sum() / (labels.sum() + churn.sum()))


def _boost(features: str, labels: NDArray[np.float64], hyperparameters: Mapping[str, str]) -> xgboost.Booster:
    parameters: dict[str, Any] = {**hyperparameters, "eval_metric": "auc"}
    rounds = int(parameters.pop("num_round"))
    return xgboost.train(parameters, xgboost.DMatrix(_matrix(features), labels), rounds)


def _scores(booster: xgboost.Booster, features: str) -> NDArray[np.float32]:
    scores: NDArray[np.float32] = booster.inplace_predict(_matrix(features).astype(np.float32))
    return scores


def _matrix(text: str) -> NDArray[np.float64]:
    return np.loadtxt(io.StringIO(text), delimiter=",", ndmin=2)


def _lines(scores: NDArray[np.float32]) -> str:
    return "".join(f"{score!s}\n" for score in scores)
