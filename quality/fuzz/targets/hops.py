"""The handlers of churn's hops: raw rows, features and scores as text."""

import io
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from quality.fuzz.target import Parse, Target, find_modules, require, script, together

_MODULES = ("hop_request", "churn_", "pca_", "inference")
_CATEGORIES = {
    "State": ["KS", "ME"],
    "Area Code": ["408", "415"],
    "Int'l Plan": ["no", "yes"],
    "VMail Plan": ["no", "yes"],
}


def _preprocess() -> Parse:
    """Raw rows are refused, or become as many rows of finite features, by text and by arrays alike."""
    find_modules()
    from churn_columns import CHARGES, COUNTED, NUMERIC
    from churn_features import Features
    from churn_parameters import Parameters
    from hop_request import RequestError

    inference = script("churn/preprocess")
    parameters = Parameters(
        medians=dict.fromkeys((*CHARGES, *COUNTED), 2.5),
        means=dict.fromkeys(NUMERIC, 1.25),
        scales=dict.fromkeys(NUMERIC, 3.0),
        categories=_CATEGORIES,
    )
    features = Features(parameters)

    def parse(data: bytes) -> None:
        try:
            text = inference.input_fn(data, "text/csv")
            rendered = features.csv(text)
        except RequestError as error:
            require(error.status in (400, 422), f"status {error.status}")
            if error.status == 422:
                _refused_by_arrays_too(features, text)
            return
        matrix = np.loadtxt(io.StringIO(rendered), delimiter=",", ndmin=2)
        require(matrix.shape == (text.count("\n") + 1, parameters.width), "another number of rows or columns")
        require(bool(np.isfinite(matrix).all()), "a feature is not finite")
        require(bool((features.matrix(text) == matrix).all()), "arrays give other features than text")
        alone = "".join(features.csv(row) for row in text.split("\n"))
        require(alone == rendered, "a row among others has other features than alone")

    def _refused_by_arrays_too(features: Any, text: str) -> None:
        try:
            features.matrix(text)
        except RequestError:
            return
        require(False, "arrays take what text refuses")

    return parse


def projection() -> Any:
    """Two features that pass, four that become two components."""
    from pca_projection import Projection

    axes = np.array([[0.5, -0.5, 0.5, 0.5], [0.1, 0.7, -0.1, 0.7]])
    return Projection(passthrough=2, mean=np.array([0.5, 0.25, 0.75, 0.5]), components=axes)


def reads_request[Found](read: Callable[[bytes], Found], hold: Callable[[Found], None]) -> Parse:
    """Reads each input as a script of a hop does; `hold` looks at what is not the caller's mistake."""
    from hop_request import RequestError

    def parse(data: bytes) -> None:
        try:
            found = read(data)
        except RequestError as error:
            require(error.status in (400, 422), f"status {error.status}")
            return
        hold(found)

    return parse


def _pca_text() -> Parse:
    """Features as text are refused, or are projected row by row as arrays are."""
    find_modules()
    from pca_text import TextProjection

    inference = script("churn/pca")
    arrays = projection()
    projected = TextProjection(arrays)

    def read(data: bytes) -> tuple[str, str]:
        text = inference.input_fn(data, "text/csv")
        return text, projected.csv(text)

    def hold(found: tuple[str, str]) -> None:
        text, rendered = found
        answer = np.loadtxt(io.StringIO(rendered), np.float32, delimiter=",", ndmin=2)
        require(answer.shape == (text.count("\n") + 1, 4), "another number of rows or columns")
        if '"' not in text:
            rows = np.array([[float(cell) for cell in row.split(",")] for row in text.split("\n")])
            expected = arrays.project(rows).astype(np.float32)
            require(bool((answer == expected).all()), "text gives other components than arrays")

    return reads_request(read, hold)


def scores(content_type: str) -> Parse:
    """XGBoost's answer is refused, or is one number between 0 and 1 for each row, each answered."""
    find_modules()
    inference = script("churn/postprocess")

    def read(data: bytes) -> tuple[Sequence[float], str]:
        found = inference.input_fn(data, content_type)
        return found, inference.output_fn(inference.predict_fn(found, 0.5), "text/csv")[0]

    def hold(found: tuple[Sequence[float], str]) -> None:
        read, answer = found
        require(all(0 <= score <= 1 and math.isfinite(score) for score in read), "a score is none")
        require(answer.split() == [str(score > 0.5) for score in read], "another answer")

    return reads_request(read, hold)


TARGETS = (
    Target(
        "hop-csv",
        "CSV between containers: raw rows, features, scores",
        _MODULES,
        lambda: together(_preprocess(), _pca_text(), scores("text/csv")),
    ),
)
