"""The notebook of candidate definitions: a person deletes candidates, edits what is left, and runs it."""

import json
import pprint
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from candidate_recipes import Candidate
from notebook_file import Cell, code, markdown, write_notebook
from table_schema import Schema

FILE = "SageMakerAutopilotCandidateDefinitionNotebook.ipynb"
# What the notebook has to know of its account: the analysis' job gets the same variables.
SETTINGS = {
    "AUTOML_ROLE_ARN": "the role that the jobs and the endpoint assume",
    "AUTOML_OUTPUT": "S3 URI below which everything is written",
    "AUTOML_TRAIN": "S3 URI of the rows to train on, all columns, without a header",
    "AUTOML_VALIDATION": "S3 URI of the rows to choose a model by",
    "AUTOML_SCIKIT_LEARN_IMAGE": "the image that makes the features",
    "AUTOML_XGBOOST_IMAGE": "the image of XGBoost",
    "AUTOML_LINEAR_LEARNER_IMAGE": "the image of the linear learner",
    "AUTOML_CANDIDATES": "the folder of candidates.json and generated_module",
}
_DEFAULTS = {"AUTOML_CANDIDATES": "../candidates"}
_WIDTH = 100


def write(folder: Path, cells: Sequence[Cell]) -> None:
    write_notebook(folder / FILE, cells)


def cells(
    schema: Schema,
    candidates: Sequence[Candidate],
    algorithms: Mapping[str, Any],
    environ: Mapping[str, str],
) -> list[Cell]:
    """The cells by their sections; `environ` has the settings that are known."""
    return [
        *_introduction(schema, candidates),
        *_setup(environ),
        *_candidates(candidates),
        *_execution(algorithms),
        *_deployment(schema),
    ]


def _introduction(schema: Schema, candidates: Sequence[Candidate]) -> Iterator[Cell]:
    algorithms = sorted({one.algorithm for one in candidates})
    yield markdown(f"""\
# Candidate definitions

The column **{schema.target}** is to be predicted ({schema.problem_type}, labels
{", ".join(f"`{label}`" for label in schema.labels)}).
The analysis proposes {len(candidates)} candidates for it. Each makes features of the table by transformers
of its own, for one of the algorithms {" and ".join(algorithms)}.

This notebook runs the candidates that you leave in it, against SageMaker, or against its API on this computer
where the variables `AWS_ENDPOINT_URL_...` say so:

1. **SageMaker Setup**
2. **Candidate Pipelines**: generated and selected candidates
3. **Executing the Candidate Pipelines**: data transformation steps, multi-algorithm tuning
4. **Model Selection and Deployment**

Jobs and endpoints on AWS cost money until they end or are deleted. The last cell deletes what is left.""")


def _setup(environ: Mapping[str, str]) -> Iterator[Cell]:
    yield markdown("""\
## SageMaker Setup

Where the jobs run. A variable of the environment goes before what stands here.""")
    lines = [
        f"    {json.dumps(name)}: {json.dumps(environ.get(name, _DEFAULTS.get(name, '')))},  # {meaning}"
        for name, meaning in SETTINGS.items()
    ]
    settings = "\n".join(lines)
    yield code(f"""\
import os
import sys

SETTINGS = {{
{settings}
}}
SETTINGS |= {{name: value for name, value in os.environ.items() if name.startswith("AUTOML_")}}
sys.path.insert(0, os.path.join(SETTINGS["AUTOML_CANDIDATES"], "generated_module"))

from candidate_runner import AutoMLInteractiveRunner, AutoMLLocalRunConfig

AUTOML_LOCAL_RUN_CONFIG = AutoMLLocalRunConfig.of(SETTINGS)""")


def _candidates(candidates: Sequence[Candidate]) -> Iterator[Cell]:
    yield markdown("""\
## Candidate Pipelines

### Generated Candidates

Run the cell of each candidate that you want to try, and delete the others. To change how a candidate makes
its features, edit its file: the data transformation steps below use it as it is then.""")
    yield code("automl_interactive_runner = AutoMLInteractiveRunner(AUTOML_LOCAL_RUN_CONFIG)")
    for one in candidates:
        path = f"../candidates/generated_module/candidate_data_processors/{one.processor}.py"
        yield markdown(f"#### [{one.name}]({path})\n\n{one.describe()}")
        yield code(f"automl_interactive_runner.select_candidate({_literal(_definition(one))})")
    yield markdown("""\
### Selected Candidates

These are run below.""")
    yield code("automl_interactive_runner.display_candidates()")


def _definition(candidate: Candidate) -> dict[str, Any]:
    resources = {"instance_type": "ml.m5.xlarge", "instance_count": 1, "volume_size_in_gb": 30}
    return {
        "data_transformer": {
            "name": candidate.processor,
            "training_resource_config": resources,
            "transform_resource_config": {"instance_type": "ml.m5.xlarge", "instance_count": 1},
            "transformed_data_format": "application/x-recordio-protobuf",
            "sparse_encoding": candidate.sparse,
        },
        "algorithm": {"name": candidate.algorithm, "training_resource_config": resources},
    }


def _execution(algorithms: Mapping[str, Any]) -> Iterator[Cell]:
    yield markdown("""\
## Executing the Candidate Pipelines

### Run Data Transformation Steps

Each candidate's transformers are fitted by a training job; two batch transform jobs then make the features of
the rows to train on and of those to validate on. `parallel_jobs` candidates are worked on side by side.""")
    yield code("automl_interactive_runner.fit_data_transformers(parallel_jobs=7)")
    yield markdown("""\
### Multi Algorithm Hyperparameter Tuning

One tuning job has a training job definition for each selected candidate. These tables say what it maximizes,
which hyperparameters stay as they are, and where it searches for the others.""")
    for name, key in (
        ("ALGORITHM_OBJECTIVE_METRICS", "objective"),
        ("STATIC_HYPERPARAMETERS", "hyperparameters"),
        ("ALGORITHM_TUNABLE_HYPERPARAMETER_RANGES", "ranges"),
    ):
        table = {algorithm: one[key] for algorithm, one in algorithms.items()}
        yield code(f"{name} = {_literal(table)}")
    yield markdown("How many training jobs there may be, and how many of them at a time:")
    yield code("""\
automl_interactive_runner.tune(
    objective_metrics=ALGORITHM_OBJECTIVE_METRICS,
    static_hyperparameters=STATIC_HYPERPARAMETERS,
    hyperparameter_ranges=ALGORITHM_TUNABLE_HYPERPARAMETER_RANGES,
    max_jobs=8,
    max_parallel_jobs=4,
)""")


def _deployment(schema: Schema) -> Iterator[Cell]:
    yield markdown("""\
## Model Selection and Deployment

### Tuning Job Result Overview

All training jobs, the best one first.""")
    yield code("automl_interactive_runner.trials()")
    yield markdown("""\
### Model Deployment

The best training job's model, between the two containers of its candidate: one makes the features of a row,
the other turns the algorithm's number into the label.""")
    yield code("""\
endpoint_name = automl_interactive_runner.deploy(instance_type="ml.m5.xlarge", initial_instance_count=1)
endpoint_name""")
    yield markdown(f"""\
Rows are CSV with all columns but **{schema.target}**, in the order of the table. These are the first two of
the validation part.""")
    yield code("""\
rows, labels = automl_interactive_runner.example_rows(2)
automl_interactive_runner.invoke(rows), labels""")
    yield markdown("""\
### Cleanup

Deletes the endpoint and the models. What the jobs have written stays in S3.""")
    yield code("automl_interactive_runner.delete()")


def _literal(value: Any) -> str:
    return pprint.pformat(value, width=_WIDTH, sort_dicts=False)
