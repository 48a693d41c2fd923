"""`serve`: start the containers of every endpoint and answer as SageMaker Runtime does."""

import argparse
import shlex
import sys
import time
from pathlib import Path

from local import assembly, server
from local.errors import AssemblyError
from local.hosting import Host
from local.images import Images
from local.served import Served, claimed
from local.serving import Session
from local.storage import Storage
from local.workspace import Workspace

_DESCRIPTION = """\
Start the containers of every endpoint of the template as processes, chain them, and answer InvokeEndpoint
as SageMaker Runtime does, until Ctrl-C. The containers' folders and logs are in build/endpoints/<endpoint>/.
"""
_DEFAULT_PORT = 8080


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "serve",
        help="serve the endpoints of the template",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="example: python -m local serve --port 9000",
    )
    parser.add_argument(
        "--assembly",
        type=Path,
        default=Path("cdk.out"),
        metavar="FOLDER",
        help="the synthesised cloud assembly (default: cdk.out)",
    )
    parser.add_argument(
        "--port",
        type=int,
        default=_DEFAULT_PORT,
        help=f"where to listen on 127.0.0.1 (default: {_DEFAULT_PORT}; 0: any free port)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    declared = assembly.load(arguments.assembly)
    if not declared.endpoints:
        raise AssemblyError(f"{arguments.assembly} declares no endpoint: run `make train`, then `make synth`")
    workspace = Workspace()
    with claimed(workspace.root) as state, server.bind(arguments.port) as listener:
        _note(f"declared without local effect: {', '.join(declared.without_local_effect) or 'nothing'}")
        started = time.monotonic()
        for endpoint in declared.endpoints:
            hostnames = ", ".join(container.hostname for container in endpoint.model.containers)
            _note(f"{endpoint.name}: starting {hostnames}")
        host = Host(Images.load(), Storage(workspace.storage, declared))
        session = Session(declared, host, workspace.root / "endpoints")

        def announce(served: Served) -> None:
            _note(f"ready after {time.monotonic() - started:.1f} s")
            for endpoint in served.endpoints:
                print(f"{endpoint.name} answers at {served.url}/endpoints/{endpoint.name}/invocations; try:")
                print(f"  {_example(declared, endpoint.name)}")
            print(f"for the AWS SDKs: export AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME={served.url}")
            print("Ctrl-C stops it", flush=True)

        return session.run(listener, state, announce)


def _example(declared: assembly.Assembly, endpoint: str) -> str:
    """A command that calls the endpoint, with the row that a stack exports as `<endpoint>-example`."""
    workload = endpoint.rpartition("-")[2]
    try:
        row = declared.import_value(f"{endpoint}-example")
    except AssemblyError:
        return f"python -m local invoke {workload} FILE"
    return f"python -m local invoke {workload} --row {shlex.quote(row)}"


def _note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
