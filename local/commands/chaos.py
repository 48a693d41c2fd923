"""`chaos`: inject faults into an endpoint under load and judge its answers."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import uvloop

import assembly
from assembly.errors import UsageError
from local.chaos import report
from local.chaos.faults import ABOUT, Fault, faults, small_disk
from local.chaos.run import Plan
from local.chaos.run import run as run_plan
from local.commands.options import (
    Subparsers,
    add_assembly,
    add_command,
    at_least_one,
    example_of,
    given_file,
    given_path,
    positive,
)
from local.containers.images import Images
from local.endpoint.example import CSV, Example, example
from local.endpoint.fleet import Fleets
from local.endpoint.hosting import Host
from local.storage.output import Output
from local.storage.s3 import Storage
from local.storage.workspace import Workspace
from local.terminal.console import print_table
from local.timing import Timing

_DESCRIPTION = """\
Start an endpoint of its own, as `serve` does, with a proxy before each container; send requests at a steady
pace; and inject one fault at a time into one container. Every response is compared with the one that the
healthy endpoint gave to the same body: it must be the same bytes, or a refusal (424, 429 or 503 as SageMaker
Runtime answers, a 503 with Retry-After). Anything else is wrong, and the exit code is 1.

""" + "\n".join(f"{name:<10}{about}" for name, about in ABOUT.items())
_EPILOG = f"""\
Times in the table run from a kill or stop, or from the end of a fault that lasts, to the first correct
response to a request sent after it. The runner's time-outs are those of `serve` times --time-scale. The
containers' logs go to build/chaos/, the report to build/reports/chaos.json.

{example_of("chaos churn --faults kill,stop --times 25 --accept application/json")}
"""
# Bodies of so many rows; the large one, which takes memory, is one in fifty.
_SMALL, _LARGE, _EVERY = (1, 2, 5, 40), 5_000, 50
_DISK_MEGABYTES = 64
_REPORT = Path("build/reports/chaos.json")


def add_parser(subparsers: Subparsers) -> None:
    parser = add_command(subparsers, __doc__, run, _DESCRIPTION, _EPILOG)
    parser.add_argument(
        "endpoint", metavar="WORKLOAD", help="the workload, such as churn, or the endpoint's name"
    )
    add_assembly(parser)
    parser.add_argument(
        "--faults", type=_names, default=tuple(ABOUT), metavar="A,B", help="which faults (default: all)"
    )
    parser.add_argument("--container", metavar="HOSTNAME", help="only at this container, such as pca")
    parser.add_argument(
        "--times", type=at_least_one, default=2, metavar="N", help="at each container (default: 2)"
    )
    parser.add_argument(
        "--seconds", type=positive, default=600, help="begin nothing new after that (default: 600)"
    )
    parser.add_argument(
        "--hold", type=positive, default=1, metavar="SECONDS", help="how long a fault lasts (default: 1)"
    )
    parser.add_argument("--rate", type=positive, default=50, help="requests a second (default: 50)")
    parser.add_argument(
        "--seed", type=int, default=1, help="random seed for the order of faults and bodies (default: 1)"
    )
    parser.add_argument(
        "--rows",
        type=given_path,
        metavar="FILE",
        help="rows of CSV without header to send, one and several at a time (default: the stack's example)",
    )
    parser.add_argument(
        "--accept",
        default="text/csv",
        metavar="TYPE",
        help="the answers' media type; one with scores tells more mistakes apart (default: text/csv)",
    )
    parser.add_argument(
        "--time-scale",
        type=positive,
        default=0.1,
        metavar="FACTOR",
        help="factor for time-outs (default: 0.1, so invocations time out after 6 s)",
    )
    parser.add_argument(
        "--report", type=given_file, default=_REPORT, metavar="FILE", help=f"default: {_REPORT}"
    )


def run(arguments: argparse.Namespace) -> int:
    declared = assembly.load(arguments.assembly)
    endpoint = declared.endpoint(arguments.endpoint)
    hostnames = [container.hostname for container in endpoint.model.containers]
    if arguments.container not in (None, *hostnames):
        raise UsageError(
            f"{endpoint.name} has no container {arguments.container}; expected one of {', '.join(hostnames)}"
        )
    shown = example(declared, endpoint.name)
    bodies = _bodies(arguments.rows, shown)
    timing = Timing().scaled(arguments.time_scale)
    workspace = Workspace()
    output = Output(arguments.report, workspace, "chaos", own=arguments.report == _REPORT)
    output.check(*([arguments.rows] if arguments.rows else []))
    disk = workspace.root / "chaos"

    def host(of: assembly.Assembly) -> Host:
        return Host(Images.load(), Storage(workspace.storage, of))

    with small_disk(disk, _DISK_MEGABYTES) as problem:
        chosen = _chosen(arguments.faults, faults(timing, disk), problem)
        plan = Plan(
            chosen,
            bodies,
            times=arguments.times,
            seed=arguments.seed,
            hold=arguments.hold,
            seconds=arguments.seconds,
            rate=arguments.rate,
            content_type=shown.media_type if shown and not arguments.rows else CSV,
            accept=arguments.accept,
            container=arguments.container,
        )
        fleets = Fleets(host, disk, timing, lambda text: None)
        found = uvloop.run(run_plan(declared, endpoint, fleets, timing=timing, plan=plan, note=_note))
    about = {
        "endpoint": endpoint.name,
        "time_scale": arguments.time_scale,
        "seed": arguments.seed,
        "requests_a_second": arguments.rate,
        "skipped": {"disk": problem} if problem and "disk" in arguments.faults else {},
    }
    output.write(json.dumps(report.document(found, **about), indent=1) + "\n")
    print_table(report.HEADER, map(report.row, found))
    return 0 if all(one.holds for one in found) else 1


def _chosen(names: Sequence[str], every: Sequence[Fault], problem: str) -> list[Fault]:
    chosen = [fault for fault in every if fault.name in names]
    if problem and "disk" in names:
        _note(f"disk is skipped: {problem}")
        chosen = [fault for fault in chosen if fault.name != "disk"]
    return chosen


def _bodies(file: Path | None, shown: Example | None) -> list[bytes]:
    """Bodies of one row, of several, and a large one; of other media types than CSV the example alone."""
    if file is None:
        if shown is None:
            raise UsageError("no stack exports an example for the endpoint: give rows with --rows FILE")
        if shown.media_type != CSV:
            return [shown.body]
        lines = [shown.body]
    else:
        try:
            lines = [line + b"\n" for line in file.read_bytes().splitlines() if line.strip()]
        except OSError as error:
            raise UsageError(f"{file}: {error.strerror}") from None
    if not lines:
        raise UsageError(f"{file} has no rows")
    bodies = [_body(lines, number, _SMALL[number % len(_SMALL)]) for number in range(_EVERY - 1)]
    return [*bodies, _body(lines, 0, _LARGE)]


def _body(lines: Sequence[bytes], first: int, count: int) -> bytes:
    return b"".join(lines[(first + number) % len(lines)] for number in range(count))


def _names(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    if unknown := [name for name in names if name not in ABOUT]:
        raise argparse.ArgumentTypeError(f"unknown fault {unknown[0]}; expected one of {', '.join(ABOUT)}")
    return names


def _note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
