"""Measures a function's asset: its zipped size, and the CPU of importing it beside that of `import boto3`.

The size is that of build/lambda/<function>. What is imported is the same asset prepared for this machine,
with its byte code and without, each time in a new interpreter. The imports take turns; their medians are
compared, less that of an interpreter which imports nothing. Writes build/reports/lambda-<function>.json.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from package_lambda import ROOT, PackagingError, Platform, prepare

LIMIT_BYTES = 8_000_000
LIMIT_RATIO = 3.0

# The functions read their settings when they are imported; no request is sent.
SETTINGS = {
    "ENDPOINT_NAME": "measured",
    "ALLOWED_ORIGINS": "https://localhost",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "measured",
    "AWS_SECRET_ACCESS_KEY": "measured",
    "PYTHONDONTWRITEBYTECODE": "1",
}


def zipped_bytes(folder: Path) -> int:
    """The size of the prepared folder's zip archive, which is what Lambda stores."""
    return folder.with_suffix(".zip").stat().st_size


@dataclass(frozen=True)
class Import:
    """A module, the only folder on the path, and where byte code is looked for if not beside the modules."""

    module: str
    folder: Path
    cache: Path | None = None

    def cpu_seconds(self) -> float:
        """User and system time of a new interpreter that imports it."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        self._run()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def modules(self) -> int:
        """How many modules a new interpreter has loaded that imports it: a cost without a clock."""
        return int(self._run("print(len(sys.modules))"))

    def _run(self, then: str = "") -> str:
        variables = {**os.environ, **SETTINGS}
        if self.cache:
            variables["PYTHONPYCACHEPREFIX"] = str(self.cache)
        # -S: nothing but the folder is on the path, as little else is in Lambda.
        program = f"import sys; sys.path.append({str(self.folder)!r}); import {self.module}; {then}"
        command = [sys.executable, "-S", "-c", program]
        return subprocess.run(command, env=variables, check=True, stdout=subprocess.PIPE, text=True).stdout


def medians(imports: Sequence[Import], repetitions: int) -> list[float]:
    """The median CPU seconds of each, taken in turns."""
    rounds = [[each.cpu_seconds() for each in imports] for _ in range(repetitions)]
    return [statistics.median(column) for column in zip(*rounds, strict=True)]


def measure(function: str, repetitions: int) -> dict[str, Any]:
    """The figures of a function, with their units in their names."""
    build = ROOT / "build"
    deployed = prepare(function, Platform.deployed(build / "lambda"), build / "lambda")
    here = prepare(function, Platform.here(), build / "lambda-here")
    site_packages = Path(boto3.__file__).parents[1]
    with tempfile.TemporaryDirectory() as cache, tempfile.TemporaryDirectory() as empty:
        _fill(Path(cache), site_packages)
        imports = [
            Import("sys", here),
            Import("boto3", site_packages, Path(cache)),
            Import(function, here),
            Import(function, here, Path(empty)),
        ]
        bare, baseline, ours, uncompiled = medians(imports, repetitions)
    return {
        "function": function,
        "zipped_bytes": zipped_bytes(deployed),
        "import_cpu_ms": round((ours - bare) * 1000, 1),
        "import_boto3_cpu_ms": round((baseline - bare) * 1000, 1),
        "import_ratio": round((ours - bare) / (baseline - bare), 2),
        "import_without_byte_code_cpu_ms": round((uncompiled - bare) * 1000, 1),
        "repetitions": repetitions,
    }


def _fill(cache: Path, site_packages: Path) -> None:
    """Byte code for boto3 and what it imports: an environment may be installed without."""
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    program = f"import sys; sys.path.append({str(site_packages)!r}); import boto3"
    subprocess.run(
        [sys.executable, "-S", "-c", program],
        env={**variables, "PYTHONPYCACHEPREFIX": str(cache)},
        check=True,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code: 1 if a figure is over its limit."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "function", nargs="?", default="predict_churn", help="a folder of lambda/ (%(default)s)"
    )
    parser.add_argument("--repetitions", type=int, default=9, help="of each import (%(default)s)")
    options = parser.parse_args(arguments)
    try:
        figures = measure(options.function, options.repetitions)
    except PackagingError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    report = ROOT / "build" / "reports" / f"lambda-{options.function}.json"
    report.parent.mkdir(parents=True, exist_ok=True)
    temporary = report.with_suffix(".tmp")
    temporary.write_text(json.dumps(figures, indent=2) + "\n")
    temporary.replace(report)
    print(report.read_text(), end="")
    within = figures["zipped_bytes"] <= LIMIT_BYTES and figures["import_ratio"] <= LIMIT_RATIO
    if not within:
        print(f"error: the limits are {LIMIT_BYTES} bytes and a ratio of {LIMIT_RATIO}", file=sys.stderr)
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())
