"""`transform`: send a file through a workload's deployed model, as its batch pipeline declares it."""

import argparse
import shutil
from pathlib import Path

from local.commands.options import add_assembly, add_parameters, example_of
from local.counting import counting
from local.errors import UsageError
from local.pipeline import progress
from local.pipeline.runner import PipelineRunner
from local.workspace import Workspace

_JOIN = "JoinSource"
_DESCRIPTION = """\
Send a file of records, a line each (CSV without header, or JSON), through the deployed model of a workload,
by the pipeline whose name ends in -WORKLOAD-batch: several requests at a time, at constant memory,
the answers in the order of the records.

A row that a container refuses is named by its line, and nothing is written.
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "transform",
        help="send a file through a workload's model",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=example_of("transform churn customers.csv --output scores.csv --join"),
    )
    parser.add_argument("workload", help="the workload, such as churn")
    parser.add_argument("file", type=Path, metavar="FILE", help="the rows, as clients send them")
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help="where the answers go (default: build/batch/<name of the file>.out)",
    )
    parser.add_argument("--join", action="store_true", help="write each row before the answer to it")
    add_parameters(parser)
    add_assembly(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    workspace, workload, file = Workspace(), arguments.workload, arguments.file
    if not file.is_file():
        raise UsageError(f"{file}: there is no such file")
    joined = {_JOIN: "Input"} if arguments.join else {}
    output = arguments.output or workspace.batch / f"{file.name}.out"
    with workspace.transforming(workload), counting("rows") as rows:
        runner = PipelineRunner(
            arguments.assembly, workspace, lambda declared: declared.batch_pipeline(workload)
        )
        parameters = runner.parameters({**dict(arguments.parameters), **joined})
        one = runner.prepare("transform", workload, parameters, on_rows=rows.add)
        source = runner.put_data(file, parameters)
        try:
            one.run(progress.Quiet())
            (prefix,) = one.execution.transformed
            _take(runner.storage.path(prefix) / f"{source.name}.out", output)
        finally:
            source.unlink()
    print(f"wrote {output}")
    return 0


def _take(result: Path, output: Path) -> None:
    """Move the result to where it is wanted; it appears there whole."""
    output.parent.mkdir(parents=True, exist_ok=True)
    temporary = output.with_name(f".{output.name}.part")
    shutil.move(result, temporary)
    temporary.replace(output)
