"""`train`: run a workload's pipeline and publish the models that it makes."""

import argparse
from pathlib import Path

from local import assembly
from local.console import print_table
from local.errors import UsageError
from local.images import Images
from local.jobs import Services
from local.pipeline import progress
from local.pipeline.definition import Definition
from local.pipeline.execution import Execution
from local.pipeline.parameters import bind, input_data
from local.pipeline.publication import publish_artifacts, publish_reports
from local.pipeline.steps import STEP_TYPES
from local.storage import Storage
from local.workspace import Workspace

_DESCRIPTION = """\
Run the pipeline whose name ends in -WORKLOAD, as the template declares it, with each job as a process.

The models go to build/artifacts/WORKLOAD/<container>/model.tar.gz and the property files to build/reports/,
once every step has succeeded. What a step read, wrote and logged stays in build/runs/<execution>/<step>/.
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "train",
        help="run a workload's training pipeline",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="example: python -m local train churn --data churn.txt --set SplitSeed=1729",
    )
    parser.add_argument("workload", help="the last part of the pipeline's name, such as churn")
    parser.add_argument(
        "--data", type=Path, metavar="FILE", help="train on this file (default: the one of the last time)"
    )
    parser.add_argument(
        "--set",
        type=_assignment,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        dest="parameters",
        help="set a parameter of the pipeline; may be repeated",
    )
    parser.add_argument(
        "--assembly",
        type=Path,
        default=Path("cdk.out"),
        metavar="FOLDER",
        help="the synthesised cloud assembly (default: cdk.out)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    workspace = Workspace()
    with workspace.training(arguments.workload):
        execution = _prepare(arguments, workspace)
        with progress.show() as display:
            execution.run(display)
        models, storage = execution.services.models.values(), execution.services.storage
        archives = publish_artifacts(models, storage, workspace.artifacts / arguments.workload)
        reports = publish_reports(execution.property_files, storage, workspace.reports, arguments.workload)
    print_table(
        ("step", "type", "seconds"),
        [(record.name, record.type, f"{record.seconds:.1f}") for record in execution.records],
    )
    for path in (*archives, *reports):
        print(f"wrote {path}")
    return 0


def _prepare(arguments: argparse.Namespace, workspace: Workspace) -> Execution:
    """An execution whose every step has been checked, its input data in place."""
    declared = assembly.load(arguments.assembly)
    pipeline = declared.pipeline(arguments.workload)
    definition = Definition.parse(pipeline.definition, STEP_TYPES)
    parameters = bind(definition.parameters, dict(arguments.parameters))
    storage = Storage(workspace.storage, declared)
    services = Services(storage, Images.load(), declared.place)
    execution_id, folder = workspace.new_execution()
    execution = Execution(execution_id, folder, pipeline, definition, parameters, services)
    execution.rehearse()
    uri = parameters[input_data(definition.parameters).name]
    if arguments.data is not None:
        if not arguments.data.is_file():
            raise UsageError(f"--data {arguments.data}: there is no such file")
        storage.replace(arguments.data, uri)
    elif not storage.exists(uri):
        raise UsageError(f"{uri} holds no data yet; give it with --data FILE")
    return execution


def _assignment(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value
