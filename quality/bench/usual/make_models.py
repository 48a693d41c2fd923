"""The archives' fitted parameters as pickled scikit-learn objects: the same model for the usual handlers.

`python make_models.py SOURCE TARGET`: SOURCE holds the four unpacked archives by hostname; TARGET gets the
four folders that the usual handlers load.
"""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
from handlers.preprocess import CHARGES, COLUMNS
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler


def main() -> None:
    source, target = map(Path, sys.argv[1:])
    made = {
        "preprocess": preprocess(_parameters(source / "preprocess")),
        "pca": pca(_parameters(source / "pca")),
        "postprocess": _parameters(source / "postprocess")["threshold"],
    }
    for hostname, fitted in made.items():
        folder = target / hostname
        folder.mkdir(parents=True, exist_ok=True)
        joblib.dump(fitted, folder / "model.joblib")
    shutil.copytree(source / "xgboost", target / "xgboost", dirs_exist_ok=True)


def preprocess(parameters: dict[str, Any]) -> ColumnTransformer:
    numeric, categories = list(parameters["means"]), parameters["categories"]
    medians = {**parameters["medians"]}
    medians["Total Charge"] = sum(medians[column] for column in CHARGES)
    row = dict.fromkeys(COLUMNS, "") | medians | {name: values[0] for name, values in categories.items()}
    scaler = StandardScaler()
    encoder = OneHotEncoder(
        categories=list(categories.values()), handle_unknown="ignore", sparse_output=False
    )
    fitted = ColumnTransformer(
        [
            ("numeric", make_pipeline(SimpleImputer(strategy="median"), scaler), numeric),
            ("categorical", encoder, list(categories)),
        ]
    ).fit(pd.DataFrame([row]))
    scaler = fitted.named_transformers_["numeric"][-1]
    scaler.mean_ = np.array(list(parameters["means"].values()))
    scaler.scale_ = np.array(list(parameters["scales"].values()))
    return fitted


def pca(parameters: dict[str, Any]) -> ColumnTransformer:
    passed, mean = parameters["passthrough"], np.array(parameters["mean"])
    components = np.array(parameters["components"])
    # The booster was trained on components without the noise of the last bits.
    rounding = FunctionTransformer(np.round, kw_args={"decimals": 10})
    fitted = ColumnTransformer(
        [
            ("numeric", "passthrough", slice(0, passed)),
            ("components", make_pipeline(PCA(len(components)), rounding), slice(passed, passed + len(mean))),
        ]
    ).fit(np.eye(passed + len(mean)))
    axes = fitted.named_transformers_["components"][0]
    axes.mean_, axes.components_ = mean, components
    return fitted


def _parameters(folder: Path) -> dict[str, Any]:
    values: dict[str, Any] = json.loads((folder / "parameters.json").read_text())
    return values


if __name__ == "__main__":
    main()
