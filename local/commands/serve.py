"""`serve`: serve the endpoints and the APIs of the template."""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import lru_cache

import assembly
from assembly.errors import AssemblyError
from assembly.project import in_project
from local.api.apis import Apis
from local.commands.options import (
    Subparsers,
    add_assembly,
    add_command,
    add_iam,
    example_of,
    in_help,
    judge,
    port,
    positive,
)
from local.console import site
from local.console.data import Data
from local.containers.engine import RUNNERS, Engine
from local.containers.images import Images
from local.containers.in_engine import EngineHost
from local.endpoint.example import CSV, example
from local.endpoint.fleet import Fleets
from local.endpoint.hosting import Host
from local.http import listener
from local.sagemaker_api.api import Made, SageMakerApi
from local.serve.callers import Callers
from local.serve.endpoints import AskedFor
from local.serve.session import Listeners, Session
from local.serve.state_file import Served, ServedEndpoint, claimed
from local.storage.workspace import Workspace
from local.terminal.console import print_table
from local.terminal.printed import slipway
from local.timing import Timing

_DESCRIPTION = f"""\
Start the containers of every endpoint in the template, or of each WORKLOAD, as processes, chain them, and
answer InvokeEndpoint as SageMaker Runtime does, until Ctrl-C. Their REST APIs are served too, each on the
next port; the Lambda function behind an API runs in separate processes and invokes the endpoint here. On the
port after them is the console, a page over every workload (docs/console.md).
Logs are in build/endpoints/<endpoint>/, build/functions/<function>/ and build/apis/<api>/.

A container that ends, or misses three pings, is restarted: immediately, then after 0.5 s, 1 s and so on up to
30 s. Until then its endpoint answers 503 with Retry-After, as it does when its queue is full. While `serve`
runs, `{in_help("deploy")}` deploys a changed assembly to it.

With --engine the images that are built here ({in_help("build-images")}) run in that container engine, with
a read-only root file system, without capabilities, not as root, and in a network without access to others.
"""
_DEFAULT_PORT = 8080


def add_parser(subparsers: Subparsers) -> None:
    parser = add_command(subparsers, __doc__, run, _DESCRIPTION, example_of("serve churn --port 9000"))
    parser.add_argument(
        "workloads",
        nargs="*",
        metavar="WORKLOAD",
        help="serve only this workload, such as churn, or the endpoint of this name (default: all)",
    )
    add_assembly(parser)
    add_iam(parser)
    parser.add_argument(
        "--port",
        type=port,
        default=_DEFAULT_PORT,
        help=f"where to listen on 127.0.0.1; APIs follow (default: {_DEFAULT_PORT}; 0: any free ports)",
    )
    parser.add_argument("--engine", choices=RUNNERS, help="run our own images in this container engine")
    parser.add_argument(
        "--any-version",
        action="store_true",
        help="use a stand-in for a managed image with a different version; prints a warning",
    )
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="list what the template declares without effect here"
    )
    parser.add_argument(
        "--time-scale",
        type=positive,
        default=1.0,
        metavar="FACTOR",
        help="make the time-outs of containers, their health checks and the waits before they are started "
        "again FACTOR as long (default: 1: an answer may take 60 s, a ping 2 s); for tests",
    )


def run(arguments: argparse.Namespace) -> int:
    declared = assembly.load(arguments.assembly)
    if not declared.resources("AWS::SageMaker::Endpoint"):
        advice = ": run `make train`, then `make synth`" if in_project() else " (AWS::SageMaker::Endpoint)"
        raise AssemblyError(f"{arguments.assembly} declares no endpoint{advice}")
    asked_for = AskedFor(declared, arguments.workloads, _note)
    workspace = Workspace()
    # One for each assembly: a deployment brings another, with policies of its own.
    judging = lru_cache(maxsize=2)(judge(arguments))
    iam = judging(declared)
    apis = Apis(declared, workspace.root, _note, asked_for.workloads, iam=iam)
    with (
        claimed(workspace.root) as state,
        _bound(arguments.port, apis) as listeners,
        _engine(arguments.engine) as engine,
    ):
        _tell_what_is_unused(declared, verbose=arguments.verbose)
        for text in declared.older_scripts:
            _note(text)
        images = Images.load()
        if arguments.any_version:
            images = images.of_any_version(_note)
        made = Made(workspace)
        started = time.monotonic()

        def fleets_with(images: Images) -> Fleets:
            def host(of: assembly.Assembly) -> Host:
                return Host(images, made.storage(of), engine, judging(of))

            timing = Timing().scaled(arguments.time_scale)
            return Fleets(host, workspace.root / "endpoints", timing, _note)

        fleets = fleets_with(images)
        # Clients name images by tables of their own: any version of a family runs, with a note.
        of_clients = Images.load().of_any_version(_note)
        sagemaker = SageMakerApi(declared, made, of_clients, fleets_with(of_clients), iam=iam)
        laid_out = asked_for.laid_out(fleets)
        for fleet in laid_out:
            hostnames = ", ".join(one.hostname for one in fleet.declared.model.containers)
            _note(f"{fleet.declared.name}: starting {hostnames}")

        def announce(served: Served) -> None:
            _note(f"ready after {time.monotonic() - started:.1f} s")
            _print_addresses(declared, served)

        def console(apis: Apis) -> site.Site:
            data = Data(declared, workspace, apis.apis, apis.gateways)
            return site.Site(data, apis.gateways)

        session = Session(
            declared,
            laid_out,
            fleets,
            apis,
            sagemaker=sagemaker,
            console=console,
            admit=Callers(iam, _note),
        )
        return session.run(listeners, state, announce)


def _print_addresses(declared: assembly.Assembly, served: Served) -> None:
    for endpoint in served.endpoints:
        print(f"{endpoint.name} answers at {served.url}/endpoints/{endpoint.name}/invocations; try:")
        print(f"  {_example(declared, endpoint)}")
    for api in served.apis:
        print(f"{api.name} answers at {api.url}/{'; try:' if api.curl else ''}")
        if api.curl:
            print(f"  {api.curl}")
    if served.console:
        print(f"the console is at {served.console}")
    print(f"for the AWS SDKs: export AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME={served.url}")
    print(f'for all of SageMaker, S3 and the AWS command line in a shell: eval "$({slipway("env")})"')
    print("Ctrl-C stops it", flush=True)


def _tell_what_is_unused(declared: assembly.Assembly, *, verbose: bool) -> None:
    """Print what the template declares without effect here, as a line or as a table."""
    types, properties = declared.without_local_effect, declared.unused_properties()
    if verbose:
        rows = [(kind, "", "no effect here") for kind in types]
        rows += [(kind, "", "unknown, not needed") for kind in declared.unknown_types]
        rows += [(kind, path, "no effect here") for kind, path in properties]
        print_table(("type", "property", "effect here"), sorted(rows))
    else:
        unknown = ", ".join(declared.unknown_types)
        left = f"; unknown types, not needed: {unknown}" if unknown else ""
        _note(f"types without effect here: {len(types)}, properties: {len(properties)} (-v lists them){left}")


@contextmanager
def _engine(name: str | None) -> Iterator[EngineHost | None]:
    if name is None:
        yield None
        return
    with EngineHost.open(Engine.find(name)) as host:
        yield host


@contextmanager
def _bound(port: int, apis: Apis) -> Iterator[Listeners]:
    """The runtime's socket, those of the APIs on the ports after it, and then the console's."""
    with ExitStack() as stack:
        runtime = stack.enter_context(listener.bind(port))
        following = apis.bind(port + 1 if port else 0)
        listeners = [stack.enter_context(one) for one in following]
        after = port + 1 + len(listeners) if port else 0
        console = stack.enter_context(listener.bind(after)) if listeners and site.is_there() else None
        yield Listeners(runtime, listeners, console)


def _example(declared: assembly.Assembly, endpoint: ServedEndpoint) -> str:
    """A command that calls the endpoint, with its stack's example if there is one."""
    workload = str(endpoint.address)
    found = example(declared, endpoint.name)
    if found is None:
        return slipway("invoke", workload, "FILE")
    content_type = [] if found.media_type == CSV else ["--content-type", found.media_type]
    return slipway("invoke", workload, *content_type, "--row", found.text)


def _note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
