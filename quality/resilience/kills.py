"""Every container killed and stopped, again and again, while load runs: `slipway chaos`, counted."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from assembly.errors import SlipwayError
from local.chaos.report import percentile
from quality.bench.data import Rows
from quality.resilience.promise import Context, Figure, Result, exactly

_PROJECT = Path(__file__).resolve().parents[2]
_SPOILT = ("slow", "reset", "truncate", "html", "empty", "nan", "few-rows", "ping", "memory", "disk")
_ROWS = 200


def measure(context: Context) -> Result:
    """kill -9 and SIGSTOP at each container."""
    times = context.size.kills
    report = _chaos(context, ("kill", "stop"), times)
    faults = report["faults"]
    figures = [Figure("kills and stops", _sum(faults, "times"), ""), *_answers(faults)]
    for name, words in (("kill", "a kill"), ("stop", "a stop")):
        seconds = [each for one in faults if one["fault"] == name for each in one["recoveries"]]
        figures += [
            Figure(f"recovery from {words}, {label}", percentile(seconds, share), "s")
            for label, share in (("p50", 0.5), ("p99", 0.99), ("max", 1.0))
        ]
    return Result(
        f"Each container killed (SIGKILL) and stopped (SIGSTOP), {times} times each under load, is back "
        f"soon, and no answer is wrong (time-outs {report['time_scale']:g} as long)",
        figures,
    )


def measure_spoilt(context: Context) -> Result:
    """Every other fault at each container."""
    times = context.size.spoilt
    report = _chaos(context, _SPOILT[: context.size.spoilers], times)
    faults = report["faults"]
    names = dict.fromkeys(one["fault"] for one in faults)
    return Result(
        f"Each container late, cut off, lying or starved ({', '.join(names)}), {times} times each "
        f"under load: no answer is wrong (time-outs {report['time_scale']:g} as long)",
        [Figure("faults", _sum(faults, "times"), ""), *_answers(faults)],
    )


def _answers(faults: Sequence[Mapping[str, Any]]) -> Sequence[Figure]:
    other = _sum(faults, "unclear") + _sum(faults, "lost")
    return [
        Figure("right answers", _sum(faults, "right"), "while a fault or its end was on"),
        Figure("clear refusals", _sum(faults, "refused"), ""),
        exactly("wrong answers", _sum(faults, "wrong"), "", 0),
        exactly("unclear or lost", other, "", 0),
        exactly("never recovered", _sum(faults, "never_recovered"), "", 0),
    ]


def _chaos(context: Context, faults: Sequence[str], times: int) -> Mapping[str, Any]:
    """The report of a run of `chaos` in the promise's folder."""
    rows = context.folder / "rows.csv"
    rows.write_bytes(b"".join(Rows.generate(context.folder.parent, 1_000).lines[:_ROWS]))
    report = context.folder / "chaos.json"
    command = [sys.executable, "-m", "local", "chaos", "churn", "--assembly", str(context.assembly)]
    command += ["--faults", ",".join(faults), "--times", str(times), "--rows", str(rows)]
    command += ["--accept", "application/json", "--report", str(report)]
    environment = {**os.environ, "PYTHONPATH": str(_PROJECT)}
    with subprocess.Popen(
        command,
        cwd=context.folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        said = _shown(running.stderr or (), context)
    if not report.is_file():
        raise SlipwayError(f"chaos ended without a report: {said}")
    document: Mapping[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return document


def _shown(lines: Iterable[str], context: Context) -> str:
    """Show every line; returns the last one."""
    last = ""
    for line in lines:
        last = line.rstrip()
        context.note(last)
    return last


def _sum(faults: Sequence[Mapping[str, Any]], what: str) -> int:
    return sum(one[what] for one in faults)
