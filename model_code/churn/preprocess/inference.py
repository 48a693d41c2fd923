"""The first hop: a client's rows to features.

Takes text/csv without header, the 20 columns of churn.txt without the label. Answers text/csv; with Accept
application/x-npy a body of NPY_ROWS rows or more is answered as a table saved without pickle, each row its
`numbers` (float64) and its `encoded` categories (a byte each): a quarter of a matrix's size. Set
SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT of this container to it when the next one is pca.
Any other Accept gets CSV, because nobody documents which one a middle hop receives.
"""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from churn_columns import NUMERIC
from churn_features import Features
from churn_parameters import Parameters
from hop_request import CSV, choose, csv_text, media_type, unsupported
from numpy.typing import NDArray

NPY = "application/x-npy"
# Below, the array's fixed cost is more than it saves.
NPY_ROWS = 16


@dataclass(frozen=True)
class Rows:
    """Rows that are made into features in the form that the answer needs."""

    text: str
    model: Features

    def __len__(self) -> int:
        return self.text.count("\n") + 1


def model_fn(model_dir: str) -> Features:
    return Features(Parameters.load(Path(model_dir)))


def input_fn(body: str | bytes, content_type: str | None) -> str:
    if media_type(content_type) != CSV:
        raise unsupported(CSV)
    return csv_text(body)


def predict_fn(data: str, model: Features) -> Rows:
    return Rows(data, model)


def output_fn(prediction: Rows, accept: str | None) -> tuple[str | bytes, str]:
    if choose(accept, (CSV, NPY)) != NPY or len(prediction) < NPY_ROWS:
        return prediction.model.csv(prediction.text), CSV
    saved = io.BytesIO()
    np.save(saved, table(prediction.model.matrix(prediction.text)), allow_pickle=False)
    return saved.getvalue(), NPY


def table(features: NDArray[np.float64]) -> NDArray[np.void]:
    """(rows, features) in the form in which they go to pca."""
    numbers, encoded = features[:, : len(NUMERIC)], features[:, len(NUMERIC) :]
    rows = np.empty(
        len(features), [("numbers", "<f8", numbers.shape[1:]), ("encoded", "|u1", encoded.shape[1:])]
    )
    rows["numbers"], rows["encoded"] = numbers, encoded
    return rows
