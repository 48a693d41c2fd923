"""Raw rows to features with pandas and a fitted ColumnTransformer, as workshops write it."""

from io import StringIO
from pathlib import Path

import joblib
import pandas as pd

COLUMNS = [
    *("State", "Account Length", "Area Code", "Phone", "Int'l Plan", "VMail Plan", "VMail Message"),
    *("Day Mins", "Day Calls", "Day Charge", "Eve Mins", "Eve Calls", "Eve Charge"),
    *("Night Mins", "Night Calls", "Night Charge", "Intl Mins", "Intl Calls", "Intl Charge"),
    "CustServ Calls",
]
CHARGES = ["Day Charge", "Eve Charge", "Night Charge", "Intl Charge"]


def model_fn(model_dir):
    return joblib.load(Path(model_dir) / "model.joblib")


def input_fn(body, content_type):
    if content_type.split(";")[0] != "text/csv":
        raise ValueError(f"{content_type} is not supported")
    return pd.read_csv(StringIO(body), header=None, names=COLUMNS, dtype={"Area Code": str})


def predict_fn(rows, model):
    rows["Total Charge"] = sum(rows[column] for column in CHARGES)
    return model.transform(rows)


def output_fn(prediction, accept):
    return pd.DataFrame(prediction).to_csv(header=False, index=False), "text/csv"
