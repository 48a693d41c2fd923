"""The test part of a workload's last training: the rows that no model was fitted on."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from assembly import Assembly
from assembly.errors import SlipwayError
from local.pipeline.definition import Definition
from local.pipeline.record import SUCCEEDED, ExecutionRecord, read_all
from local.pipeline.steps import STEP_TYPES
from local.storage.workspace import Workspace

_OUTPUT = re.compile(
    r"Steps\.(?P<step>\w+)\.ProcessingOutputConfig\.Outputs\['(?P<output>[^']+)'\]\.S3Output\.S3Uri"
)


@dataclass(frozen=True)
class HeldOut:
    """The file that the step Score sends through the model, and the folders that the step Evaluate reads
    beside the model's answers, by the name of its input. They lie where the execution left them that did
    the work."""

    rows: Path
    inputs: Mapping[str, Path]

    @classmethod
    def of_last_training(cls, declared: Assembly, workspace: Workspace, workload: str) -> Self:
        """Raises SlipwayError when no training of the workload has succeeded, and when its pipeline scores
        something else than what one of its processing steps has written."""
        trained = [
            one
            for one in read_all(workspace.runs, workload)
            if (one.command, one.status) == ("train", SUCCEEDED)
        ]
        if not trained:
            raise SlipwayError(f"{workload} has no successful training; run: make train")
        pipeline = declared.training_pipeline(workload)
        steps = {
            step.name: step.arguments for step in Definition.parse(pipeline.definition, STEP_TYPES).steps
        }
        return cls.of(steps, trained[-1], workspace.storage, workload)

    @classmethod
    def of(cls, steps: Mapping[str, Any], training: ExecutionRecord, storage: Path, workload: str) -> Self:
        """The same, by the arguments of the pipeline's steps."""

        def folder(uri: Any) -> Path | None:
            """Where the step's output is that the URI refers to; None where it refers to something else."""
            found = _OUTPUT.fullmatch(uri.get("Get", "")) if isinstance(uri, dict) else None
            if found is None:
                return None
            [origin] = [step.origin for step in training.steps if step.name == found["step"]]
            [output] = storage.glob(f"*/{workload}/training/{origin}/{found['step']}/{found['output']}")
            return output

        scored = folder(steps["Score"]["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"])
        if scored is None:
            raise SlipwayError("the step Score does not read the output of a processing step")
        given = {
            one["InputName"]: folder(one["S3Input"]["S3Uri"]) for one in steps["Evaluate"]["ProcessingInputs"]
        }
        return cls(min(scored.iterdir()), {name: place for name, place in given.items() if place is not None})
