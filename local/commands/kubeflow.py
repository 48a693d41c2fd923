"""`kubeflow`: run the KFP pipeline that starts a workload's training, against a running `serve`."""

import argparse
import json
import os
import subprocess
from collections.abc import Sequence

from assembly.errors import UsageError
from assembly.project import PROJECT
from local.commands import env
from local.commands.options import Subparsers, add_command, add_pipeline, example_of
from local.containers.images import TABLE, Images
from local.pipeline.definition import Definition
from local.pipeline.expressions import Values, references, resolve, step_of
from local.pipeline.runner import PipelineRunner
from local.serve import state_file
from local.storage.workspace import Workspace

_PROGRAM = PROJECT / "kubeflow" / "run.py"
_DESCRIPTION = """\
Run kubeflow/training_pipeline.yaml by KFP's own local runner, in an environment of its own: the pipeline that
a Kubernetes cluster runs starts the training pipeline of WORKLOAD at the running `serve`, waits for its end
and reports the metrics and the model package. The data have to be in its bucket: `train --data` puts them
there, and so does `aws s3 cp`.
"""
_EPILOG = example_of("kubeflow churn --set SplitSeed=1729", after="make serve (in another shell)")


def add_parser(subparsers: Subparsers) -> None:
    add_pipeline(add_command(subparsers, __doc__, run, _DESCRIPTION, _EPILOG))


def run(arguments: argparse.Namespace) -> int:
    workspace = Workspace()
    served = state_file.read(workspace.root)
    runner = PipelineRunner.training(arguments.assembly, workspace, arguments.workload)
    given = {
        "region": served.region,
        "pipeline_name": runner.pipeline.name,
        "evaluation": evaluation(runner.definition),
        "parameters": dict(arguments.parameters),
        "poll_seconds": 1,
    }
    [environment] = [one for one in Images.load(PROJECT / TABLE).environments() if one.name == "kubeflow"]
    python = environment.python()
    outputs = workspace.root / "kubeflow"
    outputs.mkdir(parents=True, exist_ok=True)
    # Its steps call Python by name.
    path = os.pathsep.join([str(python.parent), os.environ.get("PATH", os.defpath)])
    done = subprocess.run(
        [python, _PROGRAM, "--arguments", json.dumps(given), "--outputs", outputs],
        env={**env.of_clients(served), "PATH": path},
        check=False,
    )
    return 1 if done.returncode else 0


def evaluation(definition: Definition) -> str:
    """The S3 URI of what the registered models' evaluations measured, with `*` for the execution's id and for
    how the names of the steps that evaluate go on.

    Raises UsageError for a pipeline that registers no model, or whose evaluations lie elsewhere.
    """
    steps = {step.name: step for step in definition.steps}
    parameters = {one.name: one.default for one in definition.parameters}
    values = Values(parameters, {"PipelineExecutionId": "*"}, {}, lambda uri: None)
    names, uris = [], set()
    for step in definition.steps:
        for path in references(step.arguments.get("ModelMetrics", {}).get("ModelQuality", {})):
            if (name := step_of(path)) is None:
                continue
            names.append(name)
            outputs = steps[name].arguments["ProcessingOutputConfig"]["Outputs"]
            for file in steps[name].property_files:
                [uri] = [one["S3Output"]["S3Uri"] for one in outputs if one["OutputName"] == file.output]
                uris.add(f"{resolve(uri, values)}/{file.path}".replace(f"*/{name}/", "*/{}*/"))
    if len(uris) != 1 or not (begin := _common_begin(names)):
        raise UsageError(f"expected one place of the evaluation, got {', '.join(sorted(uris)) or 'none'}")
    return uris.pop().replace("{}", begin)


def _common_begin(names: Sequence[str]) -> str:
    shortest = min(names, key=len)
    ends = range(len(shortest), -1, -1)
    return next(shortest[:end] for end in ends if all(one.startswith(shortest[:end]) for one in names))
