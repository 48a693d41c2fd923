"""Executions of small pipelines, without the command line around them."""

import io
from collections.abc import Collection
from pathlib import Path
from typing import Any

from assembly_files import write_versions
from pipelines import definition, write_pipeline

import assembly
from local.containers.images import Images
from local.jobs import Services
from local.pipeline.definition import Definition
from local.pipeline.execution import Execution
from local.pipeline.parameters import bind
from local.pipeline.progress import Lines
from local.pipeline.record import StepRecord
from local.pipeline.step_cache import StepCache
from local.pipeline.steps import STEP_TYPES
from local.registry import FolderRegistry
from local.storage.s3 import Storage

# The records of the last execution's steps, in the order in which they ended.
records: list[StepRecord] = []


def execution(
    tmp_path: Path,
    *steps: dict[str, Any],
    id: str = "abc",
    resumed: Collection[str] = (),
    leaving_out: Collection[str] = (),
    **parameters: str,
) -> Execution:
    declared = assembly.load(write_pipeline(tmp_path / "cdk.out", *steps))
    parsed = Definition.parse(definition(*steps), STEP_TYPES)
    storage = Storage(tmp_path / "s3", declared)
    (tmp_path / "rows.csv").write_text("1,2\n")
    storage.upload(tmp_path / "rows.csv", "s3://data/in/rows.csv")
    records.clear()
    registry = FolderRegistry(tmp_path / "registry", declared.place)
    images = Images.load(write_versions(tmp_path))
    return Execution(
        id,
        tmp_path / "runs" / id,
        declared.training_pipeline("shop"),
        parsed,
        bind(parsed.parameters, parameters),
        Services(
            storage,
            images,
            declared.place,
            registry,
            ["slipway-dev-shop"],
            tunings=tmp_path / "tunings",
        ),
        StepCache(tmp_path / "results", storage, resumed),
        records.append,
        leaving_out,
    )


def run(one: Execution) -> str:
    stream = io.StringIO()
    one.rehearse()
    one.run(Lines(stream))
    for registration in one.services.registrations:
        registration.make()
    return stream.getvalue()
