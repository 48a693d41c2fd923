"""The scanners on a folder of templates: cfn-lint, checkov, and cdk-nag's report of a synth."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Ours is none of them: a plugin that finds nothing is not in the report, and ours is to find nothing.
PLUGINS = {"AwsSolutions", "NIST.800.53.R5"}
CHECKOV = Path("build/checkov/bin/checkov")
# cfn-lint ends with the sum of 2 (errors), 4 (warnings) and 8 (informational), with others when it broke.
_LINTED = {0, 2, 4, 6, 8, 10, 12, 14}


class ScannerError(Exception):
    """A scanner is not installed or did not come to a result."""


@dataclass(frozen=True, order=True)
class Finding:
    """`place` is a construct's path or `<template>/<logical id>`; `reason` says why it is accepted."""

    tool: str
    id: str
    place: str
    message: str
    reason: str | None = None

    def __str__(self) -> str:
        return f"{self.tool} {self.id} at {self.place}: {self.message}"


def cfn_lint(templates: Sequence[Path], region: str) -> list[Finding]:
    """What cfn-lint says of the templates, warnings included."""
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--format", "json", "--regions", region, "--"]
    run = subprocess.run([*command, *map(str, templates)], capture_output=True, text=True, check=False)
    if run.returncode not in _LINTED:
        raise ScannerError(f"cfn-lint ended with {run.returncode}: {run.stderr[-500:]}")
    return [
        Finding("cfn-lint", one["Rule"]["Id"], _linted_place(one), one["Message"])
        for one in json.loads(run.stdout or "[]")
    ]


def checkov(folder: Path) -> list[Finding]:
    """What checkov says of the templates of a folder, offline; skipped checks carry their reason."""
    if not CHECKOV.exists():
        raise ScannerError(f"{CHECKOV} is missing: run `make {CHECKOV.parents[1]}/.installed`")
    options = ["--framework", "cloudformation", "--skip-download", "--output", "json", "--compact"]
    run = subprocess.run(
        [str(CHECKOV), "--directory", str(folder), *options], capture_output=True, text=True, check=False
    )
    if run.returncode not in (0, 1):
        raise ScannerError(f"checkov ended with {run.returncode}: {run.stderr[-500:]}")
    report = json.loads(run.stdout)
    results = report.get("results", {"parsing_errors": ["no template"]})
    if results["parsing_errors"]:
        raise ScannerError(f"checkov could not read {', '.join(results['parsing_errors'])}")
    failed = [_checked(one, None) for one in results["failed_checks"]]
    return failed + [
        _checked(one, one["check_result"]["suppress_comment"]) for one in results["skipped_checks"]
    ]


def synthesized(assembly: Path) -> list[Finding]:
    """What a synth reported, cdk-nag's findings and our own; acknowledged ones carry their reason.

    Raises ScannerError for a synth without the policies attached: its silence would mean nothing.
    """
    report = json.loads((assembly / "validation-report.json").read_text())
    if missing := PLUGINS - {plugin["pluginName"] for plugin in report["pluginReports"]}:
        raise ScannerError(f"{assembly} was synthesized without {', '.join(sorted(missing))}: see app.py")
    return [
        Finding(
            plugin["pluginName"],
            one["ruleName"],
            construct["constructPath"],
            one["description"].partition(" - (Control IDs")[0],
            one.get("reason"),
        )
        for plugin in report["pluginReports"]
        for kind in ("violations", "suppressedViolations")
        for one in plugin.get(kind, [])
        for construct in one["violatingConstructs"]
    ]


def _linted_place(one: dict[str, Any]) -> str:
    path = one["Location"]["Path"] or []
    resource = path[1] if len(path) > 1 else ""
    return f"{_stack(one['Filename'])}/{resource}"


def _checked(one: dict[str, Any], reason: str | None) -> Finding:
    resource = one["resource"].rpartition(".")[2]
    return Finding(
        "checkov", one["check_id"], f"{_stack(one['file_path'])}/{resource}", one["check_name"], reason
    )


def _stack(template: str) -> str:
    return Path(template).name.removesuffix(".template.json")
