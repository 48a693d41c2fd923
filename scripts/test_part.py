"""Prints the test part of a workload's last training, and what its evaluation was given, one path a line.

The first line is the file that the step Score sends through the model; the others are arguments of the step
Evaluate, `--NAME` and folder in turns, without the model's answers.
`scripts/demo` evaluates others with them.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from local import assembly
from local.pipeline.definition import Definition
from local.pipeline.record import SUCCEEDED, ExecutionRecord, read_all
from local.pipeline.steps import STEP_TYPES
from local.workspace import Workspace

_OUTPUT = re.compile(
    r"Steps\.(?P<step>\w+)\.ProcessingOutputConfig\.Outputs\['(?P<output>[^']+)'\]\.S3Output\.S3Uri"
)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("workload", help="the workload, such as churn")
    workload = parser.parse_args().workload
    workspace = Workspace()
    trained = [
        one for one in read_all(workspace.runs, workload) if (one.command, one.status) == ("train", SUCCEEDED)
    ]
    if not trained:
        print(f"error: {workload} has no training that succeeded; run: make train", file=sys.stderr)
        return 1
    declared = assembly.load(Path("cdk.out")).training_pipeline(workload)
    steps = {step.name: step.arguments for step in Definition.parse(declared.definition, STEP_TYPES).steps}
    for line in _lines(steps, trained[-1], workspace.storage, workload):
        print(line)
    return 0


def _lines(steps: dict[str, Any], training: ExecutionRecord, storage: Path, workload: str) -> Iterator[str]:
    def folder(uri: Any) -> Path | None:
        """Where the output of a step lies that the URI refers to; None where it refers to something else."""
        found = _OUTPUT.fullmatch(uri.get("Get", "")) if isinstance(uri, dict) else None
        if found is None:
            return None
        [origin] = [step.origin for step in training.steps if step.name == found["step"]]
        place = f"*/{workload}/training/{origin}/{found['step']}/{found['output']}"
        [output] = storage.glob(place)
        return output

    source = steps["Score"]["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"]
    test_part = folder(source)
    if test_part is None:
        raise SystemExit("error: the step Score takes something else than a processing step's output")
    yield from map(str, sorted(test_part.iterdir())[:1])
    for given in steps["Evaluate"]["ProcessingInputs"]:
        place = folder(given["S3Input"]["S3Uri"])
        if place is not None:
            yield f"--{given['InputName']}"
            yield str(place)


if __name__ == "__main__":
    sys.exit(main())
