"""`transform`: send a file through a workload's model."""

import argparse
import sys
from pathlib import Path

from assembly.errors import UsageError
from local.commands.options import (
    Subparsers,
    add_command,
    add_iam,
    add_pipeline,
    example_of,
    given_path,
    judge,
)
from local.pipeline import progress
from local.pipeline.input_place import readable
from local.pipeline.runner import PipelineRunner
from local.storage.output import STANDARD_OUTPUT, Output
from local.storage.workspace import Workspace
from local.terminal.counting import counting

_JOIN = "JoinSource"
_DESCRIPTION = """\
Send a file through the deployed model of a workload, as its batch pipeline declares it. The file has one
record on each line: CSV without header, or JSON. Several requests are sent at a time, memory use is constant,
and predictions are written in the order of the records.

Blank lines (only spaces and tabs) are not sent. If a container refuses a record, the error names its line,
and nothing is written. --set InputFilter=, JoinSource= and OutputFilter= hide columns from the model
and choose what is written: '$[1:]', Input and '$[0,-1]' write an ID column before each prediction.
"""
_EPILOG = example_of("transform churn customers.csv --output scores.csv --join")


def add_parser(subparsers: Subparsers) -> None:
    parser = add_command(subparsers, __doc__, run, _DESCRIPTION, _EPILOG)
    add_pipeline(parser)
    add_iam(parser)
    parser.add_argument(
        "file", type=given_path, metavar="FILE", help="the rows, as clients send them; a pipe is read"
    )
    parser.add_argument(
        "--output",
        type=given_path,
        metavar="FILE",
        help="where the answers go (-: standard output); a file that this command has not written is not "
        "replaced (default: build/batch/<name of the file>.out)",
    )
    parser.add_argument("--join", action="store_true", help="write each row joined with the answer to it")


def run(arguments: argparse.Namespace) -> int:
    workspace, file = Workspace(), arguments.file
    joined = {_JOIN: "Input"} if arguments.join else {}
    runner = PipelineRunner.batch(arguments.assembly, workspace, arguments.workload, judge(arguments))
    workload = runner.workload
    with readable(file, workspace) as source:
        if source.is_dir():
            raise UsageError(f"{file} is a folder; expected a file of records")
        chosen = arguments.output or workspace.batch / f"{source.name}.out"
        output = Output(chosen, workspace, "transform", own=arguments.output is None)
        output.check(source)
        with workspace.transforming(workload), counting("rows") as rows:
            parameters = runner.parameters({**dict(arguments.parameters), **joined})
            called: dict[Path, Path] = {}
            one = runner.prepare("transform", workload, parameters, on_rows=rows.add, called=called)
            place = runner.input_place(parameters, f"rows of {workload}")
            try:
                put = place.put(source)
                called[put] = file
                one.run(progress.Quiet())
                (prefix,) = one.execution.transformed
                output.take(runner.storage.path(prefix) / f"{put.name}.out")
            finally:
                place.remove()
    if output.path != STANDARD_OUTPUT:
        print(f"wrote {output.path}", file=sys.stderr if output.streams else sys.stdout)
    return 0
