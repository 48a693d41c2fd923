"""What a person gets to choose from: candidates.json, the module that runs them, and their notebook."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import archived_file
import candidate_notebook
import table_schema
from candidate_recipes import Candidate, candidates_of
from generated_module import write_module
from job_files import write
from table_schema import Schema

FILE = "candidates.json"
RANGES = Path(__file__).with_name("candidate_ranges.json")


def write_candidates(
    schema: Schema,
    *,
    candidates: Path,
    notebooks: Path,
    environ: Mapping[str, str] = os.environ,
) -> None:
    """Write schema.json, candidates.json and generated_module/ into the one folder, and the notebook of
    candidate definitions into the other.

    The variables AUTOML_... say where the notebook's jobs run (`candidate_notebook.SETTINGS`). Raises
    ValueError for a table without a column to learn from.
    """
    found = candidates_of(schema)
    algorithms = json.loads(archived_file.content(RANGES, __spec__))
    schema.save(candidates / table_schema.FILE)
    documents = [_document(one, algorithms[one.algorithm]) for one in found]
    write(candidates / FILE, json.dumps(documents, indent=1, ensure_ascii=False) + "\n")
    write_module(candidates / "generated_module", found)
    notebook = candidate_notebook.cells(schema, found, algorithms, environ)
    candidate_notebook.write(notebooks, notebook)


def _document(candidate: Candidate, algorithm: Mapping[str, Any]) -> dict[str, Any]:
    """As candidates.json has it: a transformer without columns takes all features so far."""
    steps = [(step, group.columns) for group in candidate.groups for step in group.steps]
    steps += [(step, []) for step in candidate.steps]
    return {
        "name": candidate.name,
        "data_processor": candidate.processor,
        "algorithm": candidate.algorithm,
        "description": candidate.describe(),
        "sparse": candidate.sparse,
        "transformers": [{**asdict(step), "columns": [*columns]} for step, columns in steps],
        "hyperparameters": algorithm["hyperparameters"],
        "ranges": algorithm["ranges"],
        "objective": algorithm["objective"],
    }
