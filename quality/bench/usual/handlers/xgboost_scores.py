"""Components to scores, decoded as the managed XGBoost image does it: the delimiter is sniffed, the cells are
a table of text before they are numbers, and each request is a DMatrix."""

import csv
from pathlib import Path

import numpy as np
import xgboost


def model_fn(model_dir):
    booster = xgboost.Booster()
    booster.load_model(bytearray((Path(model_dir) / "xgboost-model").read_bytes()))
    booster.set_param("nthread", 1)
    return booster


def input_fn(body, content_type):
    if content_type.split(";")[0] != "text/csv":
        raise ValueError(f"{content_type} is not supported")
    rows = body.strip().split("\n")
    delimiter = csv.Sniffer().sniff(rows[0][:512]).delimiter
    cells = [[cell or "nan" for cell in row.split(delimiter)] for row in rows]
    return xgboost.DMatrix(np.array(cells).astype(float), nthread=1)


def predict_fn(matrix, booster):
    return booster.predict(matrix, validate_features=False)


def output_fn(prediction, accept):
    return "\n".join(map(str, prediction.tolist())) + "\n", "text/csv"
