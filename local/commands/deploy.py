"""`deploy`: deploy a changed template to a running serve."""

import argparse
import sys

from assembly.errors import UsageError
from assembly.project import synthesis
from local.commands.options import Subparsers, add_assembly, add_command, example_of, in_help
from local.serve import control
from local.storage.workspace import Workspace

_DESCRIPTION = f"""\
Deploy the assembly's containers to an endpoint that `{in_help("serve")}` is serving, as SageMaker's
blue/green deployment does: the new version starts beside the old one and must answer its pings and some
requests with the stack's example. Then it gets every new request, and the old version stops when it has
answered its last one. No request fails.

If the new version fails, it is rolled back, and the old one continues to serve. The command says why and
exits with 1; the logs of the new version are in build/endpoints/<endpoint>.<n>/.

Only containers are replaced. APIs and their functions stay as they were when `serve` started.
"""
_EPILOG = example_of("deploy churn", after="make synth")


def add_parser(subparsers: Subparsers) -> None:
    parser = add_command(subparsers, __doc__, run, _DESCRIPTION, _EPILOG)
    parser.add_argument("endpoint", help="the workload, such as churn, or the endpoint's name")
    add_assembly(parser)


def run(arguments: argparse.Namespace) -> int:
    path = arguments.assembly.absolute()
    if not path.is_dir():
        raise UsageError(f"{arguments.assembly} is not a folder: run `{synthesis()}`")
    request = {"deploy": arguments.endpoint, "assembly": str(path)}
    root = Workspace().root
    control.serving_process(root)
    control.ask(root, request, lambda text: print(text, file=sys.stderr, flush=True))
    print(f"{arguments.endpoint} is deployed from {arguments.assembly}")
    return 0
