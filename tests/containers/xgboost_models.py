"""Small boosters for the tests, made by XGBoost itself, and the stand-in's model of them without a server."""

import functools
import json
from pathlib import Path
from typing import Any

import numpy as np
from toolkit.responses import Response
from xgboost_image import serve

FEATURES = 4
GENERATOR = np.random.default_rng(11)
ROWS = GENERATOR.uniform(0, 8, size=(60, FEATURES)).astype(np.float32)


@functools.cache
def booster(objective: str, rounds: int = 3, seed: int = 0, **more: Any) -> Any:
    """A booster whose labels are two or three classes, or positive numbers, as the objective wants them."""
    import xgboost

    classes = np.digitize(ROWS[:, seed % FEATURES], [3, 6]).astype(np.float32)
    parameters = {"objective": objective, "nthread": 1, "max_depth": 2, "seed": seed, **more}
    if objective.startswith("multi:"):
        labels, parameters["num_class"] = classes, 3
    elif objective.startswith(("binary:", "rank:")):
        labels = (classes > 0).astype(np.float32)
    else:
        labels = (classes + 1) / 4
    matrix = xgboost.DMatrix(ROWS, label=labels)
    if objective.startswith("rank:"):
        matrix.set_group([20, 20, 20])
    if objective == "survival:aft":
        matrix.set_float_info("label_lower_bound", labels)
        matrix.set_float_info("label_upper_bound", labels)
    return xgboost.train(parameters, matrix, rounds, verbose_eval=False)


def raw(objective: str, rounds: int = 3, seed: int = 0, **more: Any) -> bytes:
    return bytes(booster(objective, rounds, seed, **more).save_raw("ubj"))


def model(folder: Path, *files: bytes, **variables: str) -> serve.XgboostModel:
    """The stand-in over a model folder with these files, started with these variables."""
    (folder / "model").mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(files):
        (folder / "model" / f"model-{number}").write_bytes(content)
    return serve.load({"SAGEMAKER_BASE_DIR": str(folder), **variables})


def csv(rows: Any) -> bytes:
    return "\n".join(",".join(map(str, row)) for row in np.asarray(rows).tolist()).encode()


def detail(answer: Response) -> str:
    return str(json.loads(answer.body)["detail"])
