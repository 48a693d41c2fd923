"""The test part of a workload's last training: the rows that no model was fitted on."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from assembly import Assembly
from assembly.errors import SlipwayError
from local.pipeline.definition import Definition
from local.pipeline.record import NOT_TAKEN, SUCCEEDED, TRAIN, ExecutionRecord, read_all
from local.pipeline.steps import STEP_TYPES
from local.storage.workspace import Workspace

_OUTPUT = re.compile(
    r"Steps\.(?P<step>\w+)\.ProcessingOutputConfig\.Outputs\['(?P<output>[^']+)'\]\.S3Output\.S3Uri"
)
_ARCHIVE = re.compile(r"Steps\.(?P<step>\w+)\.ModelArtifacts\.S3ModelArtifacts")


@dataclass(frozen=True)
class HeldOut:
    """The files that the step Score sends through the model, and the folders that the step Evaluate reads
    beside the model's answers, by the name of its input: outputs of processing, and archives of training.
    They lie where the execution left them that did the work. Where each branch of a condition has such steps,
    it is those of the branch that was taken."""

    rows: Sequence[Path]
    inputs: Mapping[str, Path]

    @classmethod
    def of_last_training(cls, declared: Assembly, workspace: Workspace, workload: str) -> Self:
        """Raises SlipwayError when no training of the workload has succeeded, and when its pipeline scores
        something else than what one of its processing steps has written."""
        pipeline = declared.training_pipeline(workload)
        trained = [
            one
            for one in read_all(workspace.runs, workload)
            if (one.command, one.status) == (TRAIN, SUCCEEDED)
        ]
        if not trained:
            raise SlipwayError(f"{workload} has no successful training; run: make train WORKLOAD={workload}")
        steps = {
            step.name: step.arguments for step in Definition.parse(pipeline.definition, STEP_TYPES).steps
        }
        return cls.of(steps, trained[-1], workspace.storage, workload)

    @classmethod
    def of(cls, steps: Mapping[str, Any], training: ExecutionRecord, storage: Path, workload: str) -> Self:
        """The same, by the arguments of the pipeline's steps."""

        def folder(uri: Any) -> Path | None:
            """Where the step's output is that the URI refers to; None where it refers to something else."""
            reference = uri.get("Get", "") if isinstance(uri, dict) else ""
            if found := _OUTPUT.fullmatch(reference):
                return left_by(found["step"], found["output"])
            if found := _ARCHIVE.fullmatch(reference):
                return left_by(found["step"], "**/model.tar.gz").parent
            return None

        def left_by(step: str, name: str) -> Path:
            [origin] = [one.origin for one in training.steps if one.name == step]
            [output] = storage.glob(f"*/{workload}/training/{origin}/{step}/{name}")
            return output

        score, evaluate = (steps[_taken(name, steps, training)] for name in ("Score", "Evaluate"))
        scored = folder(score["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"])
        if scored is None:
            raise SlipwayError("the step Score does not read the output of a processing step")
        given = {one["InputName"]: folder(one["S3Input"]["S3Uri"]) for one in evaluate["ProcessingInputs"]}
        return cls(
            sorted(scored.iterdir()), {name: place for name, place in given.items() if place is not None}
        )


def _taken(name: str, steps: Mapping[str, Any], training: ExecutionRecord) -> str:
    """The step of that name; without one, that of the branch that the training took, whose name begins so.

    Raises SlipwayError for a training that had none.
    """
    if name in steps:
        return name
    ran = [one.name for one in training.steps if one.status != NOT_TAKEN and one.name.startswith(name)]
    if len(ran) != 1:
        raise SlipwayError(
            f"expected one step {name}, or a step whose name starts with {name}, in the last training; got "
            f"{', '.join(ran) or 'none'}"
        )
    return ran[0]
