"""Train as the managed image does in algorithm mode: the same checks, metric lines and model file."""

import importlib
import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from built_in import job
from built_in.hyperparameters import Refused
from toolkit import training_job
from toolkit.environment import Environ, Folders

from . import channels, hyperparameters, metrics
from .content import LIBSVM
from .examples import Examples

logger = logging.getLogger("xgboost_image")

MODEL_NAME = "xgboost-model"
_NOT_EMULATED = {
    "_kfold": "cross-validation inside one job",
    "use_dask_gpu_training": "training on several GPUs",
}


def main(environ: Environ) -> int:
    """Run the job; `built_in.job.run` says how it ends."""
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr] # a job's is a TextIOWrapper
    return job.run(environ, _train, logger, lambda error: f"XGB train call failed with exception:\n {error}")


def _train(folders: Folders) -> None:
    parameters = hyperparameters.validate(training_job.read_config(folders, "hyperparameters.json", {}))
    described = training_job.read_config(folders, "inputdataconfig.json", {})
    channels.validate(described)
    hosts = training_job.read_config(folders, "resourceconfig.json", {}).get("hosts", ["algo-1"])
    if len(hosts) > 1:
        raise Refused(f"The stand-in trains on one host, not on {len(hosts)}.")
    for name, what in _NOT_EMULATED.items():
        if parameters.pop(name, "false") != "false":
            raise Refused(f"The stand-in does not do what {name} asks for: {what}.")
    weighted = bool(parameters.pop("csv_weights", 0))
    content_type = described[channels.TRAIN].get("ContentType", LIBSVM)
    examples = {
        name: _examples(folders, name, content_type, weighted=weighted)
        for name in (channels.TRAIN, channels.VALIDATION)
        if name in described
    }
    _save(_fit(parameters, examples), folders.model)


def _examples(folders: Folders, name: str, content_type: str, *, weighted: bool) -> Examples:
    folder = folders.channel(name)
    examples = channels.read(folder, content_type, weighted=weighted)
    if examples is None:
        label = "training" if name == channels.TRAIN else name
        raise Refused(f"No data in {label} channel path {folder}")
    logger.info("%s matrix has %d rows and %d columns", name.capitalize(), *examples.features.shape)
    return examples


def _fit(parameters: dict[str, Any], examples: Mapping[str, Examples]) -> Any:
    xgboost = _import_xgboost()
    rounds = parameters.pop("num_round")
    patience = parameters.pop("early_stopping_rounds", None)
    objective_metric = parameters.pop("_tuning_objective_metric", None)
    parameters.pop("save_model_on_termination", None)
    tuned = [objective_metric.partition(":")[2]] if objective_metric else []
    chosen = parameters.pop("eval_metric", [])
    # Where a tuning job names its own metric, the image evaluates the union of both, sorted.
    evaluated = sorted({*tuned, *chosen}) if tuned and chosen else tuned or chosen
    if metrics.native(evaluated):
        parameters["eval_metric"] = metrics.native(evaluated)
    parameters.setdefault("nthread", 1)
    matrices = {name: _matrix(xgboost, each) for name, each in examples.items()}
    callbacks = [xgboost.callback.EvaluationMonitor()]
    # The image stops early only on a metric that somebody named.
    stopping_metric = (tuned or chosen or [None])[-1]
    if patience and stopping_metric and channels.VALIDATION in matrices:
        callbacks.append(
            xgboost.callback.EarlyStopping(
                rounds=patience,
                data_name=channels.VALIDATION,
                metric_name=stopping_metric,
                maximize=stopping_metric.partition("@")[0] in metrics.MAXIMIZED,
                save_best=True,
            )
        )
    return xgboost.train(
        hyperparameters.as_xgboost_takes(parameters),
        matrices[channels.TRAIN],
        num_boost_round=rounds,
        evals=[(matrix, name) for name, matrix in matrices.items()],
        custom_metric=metrics.custom(evaluated),
        callbacks=callbacks,
        verbose_eval=False,
    )


def _matrix(xgboost: Any, examples: Examples) -> Any:
    return xgboost.DMatrix(
        examples.features,
        label=examples.labels,
        weight=examples.weights,
        qid=examples.queries,
        nthread=1,
    )


def _save(booster: Any, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{MODEL_NAME}.{os.getpid()}"
    temporary.write_bytes(booster.save_raw(raw_format="ubj"))
    temporary.replace(folder / MODEL_NAME)


def _import_xgboost() -> Any:
    # XGBoost imports both when they are there, uses neither here, and they take two of its three seconds.
    for name in ("sklearn", "pandas"):
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]
    return importlib.import_module("xgboost")
