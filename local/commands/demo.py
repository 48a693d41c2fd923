"""`demo`: score, evaluate and serve a trained workload, and send it a request."""

import argparse
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import assembly
from assembly.errors import SlipwayError
from local.commands.options import Subparsers, add_assembly, add_command, example_of
from local.pipeline.definition import Definition
from local.pipeline.held_out import HeldOut
from local.pipeline.steps import STEP_TYPES
from local.serve.state_file import Served
from local.storage.workspace import Workspace
from local.terminal import background, phase

_DESCRIPTION = """\
Score the test part of a workload's last training by batch transform, through the deployed model's live
containers, and evaluate the predictions. Then serve its endpoints, send one request to its API, and stop.

The evaluation goes to build/reports/WORKLOAD-evaluation.*, the predictions to build/batch/demo/WORKLOAD, the
logs to build/demo/WORKLOAD. `make demo` trains first.
"""
_PROJECT = Path(__file__).absolute().parents[2]
# A forecast is long: its beginning shows what comes.
_LONGEST_LINE = 400
_ACCEPT, _JSON_LINES = "Accept", "application/jsonlines"


def add_parser(subparsers: Subparsers) -> None:
    parser = add_command(subparsers, __doc__, run, _DESCRIPTION, example_of("demo churn", after="make train"))
    parser.add_argument("workload", help="the workload, such as churn")
    add_assembly(parser)


def run(arguments: argparse.Namespace) -> int:
    workspace, workload = Workspace(), arguments.workload
    folder = workspace.root / "demo" / workload
    declared = ["--assembly", str(arguments.assembly)]
    loaded = assembly.load(arguments.assembly)
    held_out = HeldOut.of_last_training(loaded, workspace, workload)
    answers = workspace.batch / "demo" / workload
    options = [*most_telling(loaded, workload), *declared]
    if code := _score(workload, held_out.rows, answers, folder, options):
        return code
    if code := _evaluate(workload, {"scores": answers, "output": folder, **held_out.inputs}):
        return code
    reports = _publish(folder, workspace.reports, workload)
    print(flush=True)
    logs = f"{workspace.root / 'endpoints'} and {folder}"
    _note(f"serving {workload}; what its containers and this demo's steps log is in {logs}")
    with background.serving(workload, *declared, folder=folder) as answering:
        code = _call(workload, answering)
    if code == 0:
        print(*("", *(f"wrote {report}" for report in reports)), sep="\n")
    return code


def most_telling(declared: assembly.Assembly, workload: str) -> list[str]:
    """The option that asks for JSON lines, which say more than CSV, if the workload has them."""
    pipeline = declared.batch_pipeline(workload)
    parameters = Definition.parse(pipeline.definition, STEP_TYPES).parameters
    [offered] = [one.choices for one in parameters if one.name == _ACCEPT]
    return ["--set", f"{_ACCEPT}={_JSON_LINES}"] if _JSON_LINES in offered else []


def _score(workload: str, files: Sequence[Path], answers: Path, folder: Path, options: list[str]) -> int:
    """Send the rows of each file through the deployed model; the answers to a file become `<name>.out`."""
    shutil.rmtree(answers, ignore_errors=True)
    answers.mkdir(parents=True)
    for rows in files:
        with rows.open("rb") as file:
            count = sum(1 for _ in file)
        output = answers / f"{rows.name}.out"
        code = phase.run(
            f"scoring {count} rows of the test part through the live containers, by batch transform",
            folder / ("transform.log" if len(files) == 1 else f"transform-{rows.stem}.log"),
            background.command("transform", workload, str(rows), "--output", str(output), *options),
        )
        if code:
            return code
    return 0


def _evaluate(workload: str, inputs: Mapping[str, Path]) -> int:
    """Run the workload's own evaluation, which prints what it finds."""
    options = [part for name, place in inputs.items() for part in (f"--{name}", str(place))]
    program = str(_PROJECT / "scripts" / "model_code.py")
    return subprocess.run([sys.executable, program, f"{workload}/evaluate", *options], check=False).returncode


def _publish(folder: Path, reports: Path, workload: str) -> list[Path]:
    reports.mkdir(parents=True, exist_ok=True)
    return [one.replace(reports / f"{workload}-{one.name}") for one in sorted(folder.glob("evaluation.*"))]


def _call(workload: str, answering: Served) -> int:
    curl = next((api.curl for api in answering.apis if api.curl), None)
    if curl is None:
        raise SlipwayError(f"{workload} has no API with an example")
    print(f"one request through the API:\n  {curl}", flush=True)
    call = [*shlex.split(curl), "--silent", "--show-error", "--fail"]
    done = subprocess.run(call, stdout=subprocess.PIPE, check=False)
    for line in done.stdout.decode(errors="replace").splitlines():
        print(line[:_LONGEST_LINE])
    return done.returncode


def _note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
