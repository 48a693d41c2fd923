"""Runs the candidates that a person selects in the notebook: features, tuning, an endpoint of the best."""

import csv
import html
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from candidate_jobs import (
    RECORDIO,
    AutoMLLocalRunConfig,
    Jobs,
    channel,
    features_container,
    training,
)
from candidate_tuning import definition, tuning_config
from table_file import csv_line
from table_schema import FILE, Schema

_LABEL = "predicted_label"
_SUPPORTED = "predicted_label,probability,probabilities"
_PARTS = ("train", "validation")


class Rows(list[dict[str, Any]]):
    """Rows that a notebook shows as a table."""

    def _repr_html_(self) -> str:
        if not self:
            return "<p>none</p>"
        names = [*self[0]]
        rows = [names, *([one.get(name, "") for name in names] for one in self)]
        cells = ["".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) for row in rows]
        return "<table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>"


@dataclass
class _Selected:
    """A candidate that is to be run, and what its jobs have left so far."""

    name: str
    transformer: Mapping[str, Any]
    algorithm: Mapping[str, Any]
    features: dict[str, str] = field(default_factory=dict)
    model_data: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """Of the container that makes its features."""
        return {
            "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": self.transformer["transformed_data_format"],
            "AUTOML_SPARSE_ENCODE_RECORDIO_PROTOBUF": "1" if self.transformer["sparse_encoding"] else "0",
        }


class AutoMLInteractiveRunner:
    """One run of the notebook: all its jobs are named, and write, by the time at which it began."""

    def __init__(self, config: AutoMLLocalRunConfig) -> None:
        self._config = config
        self.run = f"automl-{datetime.now(UTC):%m%d%H%M%S%f}"[:21]
        self._jobs = Jobs(config, f"{config.output}/{self.run}")
        self._trained = f"{self._jobs.place}/multi-algo-tuning"
        self._known = {
            one["data_processor"]: one
            for one in json.loads((config.candidates / "candidates.json").read_text("utf-8"))
        }
        self._selected: dict[str, _Selected] = {}
        self._endpoint = ""
        self._models: list[str] = []

    def select_candidate(self, candidate: Mapping[str, Any]) -> None:
        """Add one to the run, or replace it; ValueError for one that the analysis did not write."""
        transformer, algorithm = candidate["data_transformer"], candidate["algorithm"]
        processor = transformer["name"]
        if processor not in self._known:
            raise ValueError(f"expected one of {', '.join(self._known)}, got {processor!r}")
        if algorithm["name"] not in self._config.images:
            raise ValueError(f"{processor}: there is no image of the algorithm {algorithm['name']!r}")
        if transformer["transformed_data_format"] != RECORDIO:
            raise ValueError(f"{processor}: expected the format {RECORDIO} of its features")
        self._selected[processor] = _Selected(f"{processor}-{algorithm['name']}", transformer, algorithm)

    def display_candidates(self) -> Rows:
        return Rows(
            {
                "Candidate Name": one.name,
                "Algorithm": one.algorithm["name"],
                "Description": self._known[processor]["description"],
                "Features": one.features.get("train", "not made yet"),
            }
            for processor, one in self._selected.items()
        )

    def fit_data_transformers(self, parallel_jobs: int = 7) -> Rows:
        """Fit the transformers of all selected candidates, so many side by side, and make their features.

        JobFailed for the first one that failed, after the others have ended.
        """
        if not self._selected:
            raise ValueError("no candidate is selected: run the cell of at least one")
        code, candidates = self._jobs.upload_candidates()
        with ThreadPoolExecutor(max_workers=parallel_jobs) as threads:
            fits = [
                threads.submit(self._fit, processor, one, code, candidates)
                for processor, one in self._selected.items()
            ]
        for fit in fits:
            fit.result()
        return self.display_candidates()

    def _fit(self, processor: str, one: _Selected, code: str, candidates: str) -> None:
        name = f"{self.run}-{processor}"
        resources = one.transformer["training_resource_config"]
        image = self._config.images["scikit-learn"]
        request = training(image, f"{self._jobs.place}/data-processor-models", resources)
        request["HyperParameters"] = {
            "candidate": one.name,
            "sagemaker_program": "trainer.py",
            "sagemaker_submit_directory": "/opt/ml/input/data/code/source.tar.gz",
        }
        request["InputDataConfig"] = [
            channel("train", self._config.train),
            channel("candidates", candidates),
            channel("code", code),
        ]
        one.model_data = self._jobs.train(name, request)
        features = features_container(image, one.model_data, "feature-transform", "features", one.environment)
        self._create_model(name, [features])
        for part in _PARTS:
            target = f"{self._jobs.place}/transformed-data/{processor}/{part}"
            source = getattr(self._config, part)
            resources = one.transformer["transform_resource_config"]
            self._jobs.transform(f"{name}-{part}", name, source, target, resources)
            one.features[part] = target

    def tune(
        self,
        *,
        objective_metrics: Mapping[str, str],
        static_hyperparameters: Mapping[str, Mapping[str, str]],
        hyperparameter_ranges: Mapping[str, Mapping[str, Any]],
        max_jobs: int,
        max_parallel_jobs: int,
    ) -> str:
        """Run one tuning job over all selected candidates, by the tables of their algorithms; its name."""
        missing = [one.name for one in self._selected.values() if {*one.features} != {*_PARTS}]
        if missing or not self._selected:
            raise ValueError(
                f"run fit_data_transformers first: {', '.join(missing) or 'nothing is selected'}"
            )
        definitions = [
            definition(
                self._config,
                one.name,
                one.algorithm,
                objective=objective_metrics[one.algorithm["name"]],
                static=static_hyperparameters[one.algorithm["name"]],
                ranges=hyperparameter_ranges[one.algorithm["name"]],
                data=one.features,
                output=self._trained,
            )
            for one in self._selected.values()
        ]
        self._jobs.tune(self.run, tuning_config(max_jobs, max_parallel_jobs), definitions)
        return self.run

    def trials(self) -> Rows:
        """The training jobs of the tuning, the best first."""
        return Rows(
            {
                "TrainingJobName": one["TrainingJobName"],
                "Candidate": self._candidate_of(one),
                "Status": one["TrainingJobStatus"],
                **(one.get("FinalHyperParameterTuningJobObjectiveMetric") or {}),
                "TunedHyperParameters": one.get("TunedHyperParameters", {}),
            }
            for one in self._jobs.trials(self.run)
        )

    def _candidate_of(self, trial: Mapping[str, Any]) -> str:
        # Of a single definition SageMaker does not tell the name.
        return str(trial.get("TrainingJobDefinitionName") or next(iter(self._selected.values())).name)

    def deploy(self, instance_type: str, initial_instance_count: int = 1) -> str:
        """Create an endpoint of the best trial: features, algorithm, label. Its name, once it serves."""
        best = self._jobs.best_training(self.run)
        [one] = [one for one in self._selected.values() if one.name == self._candidate_of(best)]
        # Where SageMaker puts the archive of each training job below the output that its definition names.
        archive = f"{self._trained}/{best['TrainingJobName']}/output/model.tar.gz"
        image, algorithm = self._config.images["scikit-learn"], one.algorithm["name"]
        answered = {
            "SAGEMAKER_INFERENCE_OUTPUT": _LABEL,
            "SAGEMAKER_INFERENCE_SUPPORTED": _SUPPORTED,
        }
        containers = [
            features_container(image, one.model_data, "feature-transform", "features", one.environment),
            {
                "ContainerHostname": algorithm,
                "Image": self._config.images[algorithm],
                "ModelDataUrl": archive,
                "Environment": {**answered, "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv"},
            },
            features_container(
                image,
                one.model_data,
                "inverse-label-transform",
                "labels",
                {**answered, "SAGEMAKER_INFERENCE_INPUT": _LABEL},
            ),
        ]
        name = f"{self.run}-best"
        self._create_model(name, containers)
        self._endpoint = name
        self._jobs.deploy(name, name, instance_type, initial_instance_count)
        return name

    def _create_model(self, name: str, containers: list[dict[str, Any]]) -> None:
        self._jobs.create_model(name, containers)
        self._models.append(name)

    def example_rows(self, count: int) -> tuple[list[str], list[str]]:
        """The first validation rows without their target, and the targets."""
        schema = Schema.load(self._config.candidates / FILE)
        rows, labels = [], []
        for line in self._jobs.first_lines(self._config.validation, count):
            [cells] = csv.reader([line])
            labels.append(cells.pop(schema.target_index))
            rows.append(csv_line(cells))
        return rows, labels

    def invoke(self, rows: Sequence[str] | str, accept: str = "text/csv") -> str:
        """What the endpoint answers to CSV lines of the table without the target."""
        lines = rows if isinstance(rows, str) else "\n".join(rows)
        return self._jobs.invoke(self._endpoint, lines.encode(), accept)

    def delete(self) -> None:
        """Delete the endpoint, its configuration, and the models of this run."""
        if self._endpoint:
            self._jobs.delete_endpoint(self._endpoint)
            self._endpoint = ""
        while self._models:
            self._jobs.sagemaker.delete_model(ModelName=self._models.pop())
