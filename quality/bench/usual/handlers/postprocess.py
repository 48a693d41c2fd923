"""Scores to True and False with pandas."""

from io import StringIO
from pathlib import Path

import joblib
import pandas as pd


def model_fn(model_dir):
    return joblib.load(Path(model_dir) / "model.joblib")


def input_fn(body, content_type):
    if content_type.split(";")[0] != "text/csv":
        raise ValueError(f"{content_type} is not supported")
    return pd.read_csv(StringIO(body), header=None, names=["score"])


def predict_fn(scores, threshold):
    return scores["score"] > threshold


def output_fn(prediction, accept):
    return prediction.to_csv(header=False, index=False), "text/csv"
