"""`monitor`: compare what an endpoint was asked with what its model was trained on."""

import argparse
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from assembly.errors import SlipwayError, UsageError
from local.commands.options import (
    Subparsers,
    add_command,
    add_iam,
    add_pipeline,
    example_of,
    given_path,
    judge,
)
from local.endpoint.capture import SECONDS_A_FILE
from local.pipeline.input_place import InputPlace, readable
from local.pipeline.progress import Quiet
from local.pipeline.publication import recovered
from local.pipeline.record import SUCCEEDED, read_all
from local.pipeline.runner import Judge, PipelineRunner, Run
from local.serve.state_file import is_served
from local.storage.workspace import Workspace
from local.terminal.console import print_table
from local.terminal.printed import slipway

_COMMAND = "monitor"
_BEGINNING = "1970-01-01T00:00:00Z"
# The step of a training pipeline that describes the data which the model is trained on.
_BASELINE = "DataQualityBaseline"
_DESCRIPTION = """\
Run the monitoring pipeline of WORKLOAD as the template declares it: compare what its endpoint has captured
since the last run (locally, by `serve` or `demo`) with the data that its model was trained on, and say which
features differ. A violation is a finding, not a failure: the exit code is 0.

The report goes to build/reports/WORKLOAD-monitoring.html, the same as JSON beside it, and what the pipeline
writes on AWS (statistics.json, constraint_violations.json, metrics.jsonl) to the folder that is printed.
"""
_EPILOG = example_of("monitor churn --all")


def add_parser(subparsers: Subparsers) -> None:
    parser = add_command(subparsers, __doc__, run, _DESCRIPTION, _EPILOG)
    add_pipeline(parser)
    add_iam(parser)
    parser.add_argument("--all", action="store_true", help="compare all captures that are left")
    parser.add_argument(
        "--labels",
        type=given_path,
        metavar="FILE",
        help="ground-truth labels, `id,label` a line with the request's inference id: the "
        "report shows F1 over time",
    )


def run(arguments: argparse.Namespace) -> int:
    workspace = recovered()
    started = datetime.now(UTC)
    runner = _runner(arguments.assembly, workspace, arguments.workload, judge(arguments))
    workload = runner.workload
    with workspace.monitoring(workload):
        given = _times(workspace, workload, everything=arguments.all) | dict(arguments.parameters)
        captures = _input(runner, "captures")
        if not runner.storage.exists(captures):
            raise SlipwayError(
                f"nothing was captured yet in {runner.storage.path(captures)}; run "
                f"{slipway('serve', workload)} and send requests to it, or wait {SECONDS_A_FILE:g} s"
            )
        if arguments.labels:
            given["Labels"] = _put_labels(runner, workspace, workload, arguments.labels)
        one = runner.prepare(_COMMAND, workload, runner.parameters(given))
        one.run(Quiet(), publishing=True)
    _print_report(one, runner, started)
    return 0


def _runner(folder: Path, workspace: Workspace, wanted: str, judging: Judge) -> PipelineRunner:
    """The monitoring pipeline's. Where the assembly has none, raises SlipwayError that says how there will be
    one, or that the workload is not monitored."""
    try:
        return PipelineRunner.monitoring(folder, workspace, wanted, judging)
    except UsageError:
        try:
            training = PipelineRunner.training(folder, workspace, wanted)
        except UsageError:
            training = None
        if training is None:
            raise
    if any(one.name == _BASELINE for one in training.definition.steps):
        raise SlipwayError(
            f"the model of {wanted} has no baseline to compare requests with; run "
            f"`make train WORKLOAD={wanted}` and `make synth`"
        )
    raise UsageError(
        f"{wanted} is not monitored: its training pipeline has no step {_BASELINE} (docs/monitoring.md)"
    )


def _times(workspace: Workspace, workload: str, *, everything: bool) -> dict[str, str]:
    """From the end of the last time on, or from the beginning; up to what is certainly on the disk."""
    before = [
        one.parameters["EndTime"]
        for one in read_all(workspace.runs, workload)
        if (one.command, one.status) == (_COMMAND, SUCCEEDED)
    ]
    waits = 2 * SECONDS_A_FILE if is_served(workspace.root) else 0
    # Captures say the second in which they were made: the one that is not over is left for the next time.
    end = datetime.now(UTC) - timedelta(seconds=waits) + timedelta(seconds=0 if waits else 1)
    start = before[-1] if before and not everything else _BEGINNING
    return {"StartTime": start, "EndTime": f"{end:%Y-%m-%dT%H:%M:%SZ}", "LateSeconds": "0"}


def _input(runner: PipelineRunner, name: str) -> str:
    """The S3 URI of an input of the pipeline's job, as the template has it."""
    [step] = runner.definition.steps
    inputs = {one["InputName"]: one["S3Input"]["S3Uri"] for one in step.arguments["ProcessingInputs"]}
    return str(inputs[name])


def _put_labels(runner: PipelineRunner, workspace: Workspace, workload: str, file: Path) -> str:
    """Make a file, or the files of a folder, the workload's labels; returns where they are."""
    [choices] = [one.choices for one in runner.definition.parameters if one.name == "Labels"] or [()]
    place = next((str(one) for one in choices if str(one).endswith(f"/labels/{workload}")), None)
    if place is None:
        raise UsageError(f"the pipeline {runner.pipeline.name} has no place for labels among {choices}")
    with readable(file, workspace) as source:
        InputPlace(runner.storage, workspace, place, f"labels of {workload}", own=True).put(source)
    return place


def _print_report(one: Run, runner: PipelineRunner, started: datetime) -> None:
    [report] = [path for path in one.published if path.suffix == ".json"]
    found = json.loads(report.read_text(encoding="utf-8"))
    since = "the first capture" if found["start"] == _BEGINNING else found["start"]
    print(f"{found['rows']} rows of {found['invocations']} invocations, from {since} to {found['end']}")
    if datetime.fromisoformat(found["end"]) < started:
        print(f"left out: captures from {found['end']} on, which may not all be there yet")
    if found["skipped"]:
        print(f"skipped: {found['skipped']} captures ({'; '.join(found['skipped_because'])})")
    rows = [
        (each["feature_name"], each["constraint_check_type"], each["description"])
        for each in found["violations"]
    ]
    if rows:
        print_table(("feature", "check", "description"), rows)
    for each in found["quality"]:
        print(f"F1 {each['f1']:.3f} of {each['rows']} rows with labels, {each['time']}")
    for line in _without_label(found):
        print(line)
    print(found["message"])
    [written] = one.execution.property_files.values()
    for path in (*one.published, runner.storage.path(written).parent):
        print(f"wrote {path}")


def _without_label(found: Mapping[str, Any]) -> Iterator[str]:
    """What did not come together of requests and labels."""
    if count := found["labels_unmatched"]:
        yield f"unmatched requests: {count} (labels not as many as answers, or neither yes nor no)"
    if count := found["labels_unknown"]:
        yield f"unmatched labels: {count} (no captured request has the id)"
