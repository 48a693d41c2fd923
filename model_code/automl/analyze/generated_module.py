"""The folder that trains and serves the candidates: their files, and every module that these need."""

import importlib.util
from collections.abc import Sequence
from pathlib import Path

from archived_file import content
from candidate_recipes import Candidate
from candidate_source import source
from job_files import write

PROCESSORS = "candidate_data_processors"
# Programs of the candidates' jobs, under the names that Autopilot gives them.
PROGRAMS = {"fit": "trainer", "inference": "sagemaker_serve"}
# What they import, and what runs them from the notebook.
MODULES = (
    "automl_cells",
    "candidate_file",
    "candidate_jobs",
    "candidate_runner",
    "candidate_tuning",
    "cell_numbers",
    "column_types",
    "date_time_vectorizer",
    "feature_pipeline",
    "feature_transform",
    "hop_request",
    "inverse_labels",
    "job_files",
    "multi_column_tfidf_vectorizer",
    "plain_number",
    "protobuf_wire",
    "quantile_extreme_values_transformer",
    "record_io",
    "robust_imputer",
    "robust_label_encoder",
    "robust_pca",
    "robust_standard_scaler",
    "saved_code",
    "saved_transformers",
    "table_file",
    "table_rows",
    "table_schema",
    "threshold_one_hot_encoder",
    "transformer",
)


def _source(module: str) -> bytes:
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise ImportError(f"{module}.py is not beside this module, where the job's code has it")
    return content(spec.origin, spec)


# Found when this module is imported, while its neighbors are on the path.
_SOURCES = {
    name: _source(module) for module, name in [*PROGRAMS.items(), *zip(MODULES, MODULES, strict=True)]
}


def write_module(folder: Path, candidates: Sequence[Candidate]) -> None:
    """Write the folder: a file for each candidate below `candidate_data_processors`, and the programs."""
    for candidate in candidates:
        write(folder / PROCESSORS / f"{candidate.processor}.py", source(candidate))
    for name, text in _SOURCES.items():
        write(folder / f"{name}.py", text)
