"""docs/acknowledged-findings.md: what is accepted and why, and each `Resource: *` with the service's rule."""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from assembly.manifest import StackArtifact, read_stacks
from assembly.program import ended
from quality.checks.acknowledged import acknowledgements, construct_paths
from quality.checks.documents import write_or_compare
from stacks.policies.rules.access import ONLY_STAR
from stacks.policies.statements import IDENTITY_POLICIES, identity_statements
from stacks.policies.templates import Templates

DOCUMENT = Path("docs/acknowledged-findings.md")
_HEAD = """# Acknowledged findings

Each finding of a scanner that is accepted stands alone, with its reason beside the construct that has it
(`stacks/policies/acknowledgement.py`). Our own rules are met, never acknowledged. Written by
`make documents` from the synthesized assemblies of both environments; a test fails when it is stale, and
`make check` fails for an acknowledgement that covers no finding or several.
"""
# References in ids carry hashes, which say nothing to a reader and change with a construct's path.
_REFERENCE = re.compile(r"<([A-Za-z0-9]+?)[0-9A-F]{8}(\.\w+)?>")
_EXPORT = re.compile(r"[\w{}-]+:ExportsOutput(?:FnGetAtt|Ref)(\w+?)[0-9A-F]{8}([A-Z][A-Za-z]+)?[0-9A-F]{8}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m quality.checks.acknowledged_page", description=__doc__)
    parser.add_argument("folder", type=Path, help="holds an assembly each in dev/ and prod/")
    folder = parser.parse_args().folder
    return write_or_compare(
        DOCUMENT, page({name: read_stacks(folder / name) for name in ("dev", "prod")}), write=True
    )


def page[Name: str](assemblies: Mapping[Name, Sequence[StackArtifact]]) -> str:
    """The document for the stacks of assemblies by environment."""
    accepted = _rows(
        (environment, (one.tool, one.id, one.path, one.reason))
        for environment, stacks in assemblies.items()
        for one in acknowledgements(stacks)
    )
    stars = _rows(_stars(assemblies))
    counts = {
        name: Counter(row[0] for row, where in accepted.items() if name in where) for name in assemblies
    }
    tools = sorted({row[0] for row in accepted})
    lines = [
        _HEAD,
        f"| tool | {' | '.join(assemblies)} |",
        f"|{' --- |' * (len(assemblies) + 1)}",
        *(f"| {tool} | {' | '.join(str(counts[name][tool]) for name in assemblies)} |" for tool in tools),
        f"| all | {' | '.join(str(counts[name].total()) for name in assemblies)} |",
    ]
    for tool in tools:
        lines += [
            "",
            f"## {tool}",
            "",
            "| finding | construct | where | reason |",
            "| --- | --- | --- | --- |",
        ]
        lines += [
            f"| `{row[1]}` | `{row[2]}` | {', '.join(where)} | {row[3]} |"
            for row, where in accepted.items()
            if row[0] == tool
        ]
    lines += [
        "",
        "## `Resource: *`",
        "",
        "All statements that allow something on `*`. A rule of ours refuses any other action there.",
        "",
        "| action | policy | where | the service's rule |",
        "| --- | --- | --- | --- |",
        *(f"| `{row[0]}` | `{row[1]}` | {', '.join(where)} | {row[2]} |" for row, where in stars.items()),
    ]
    return "\n".join(lines) + "\n"


def _stars(assemblies: Mapping[Any, Sequence[StackArtifact]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for environment, stacks in assemblies.items():
        paths = construct_paths(stacks)
        templates = Templates({stack.name: stack.template for stack in stacks})
        for resource in templates.of_type(*IDENTITY_POLICIES):
            for statement in identity_statements(resource):
                if statement.is_allowed and "*" in statement.resources:
                    path = paths[f"{resource.stack}/{resource.logical_id}"]
                    for action in statement.actions:
                        yield environment, (action, path, ONLY_STAR.get(action, "**none: allows less**"))


def _rows(found: Iterator[tuple[str, tuple[str, ...]]]) -> dict[tuple[str, ...], list[str]]:
    """The environments of each row, rows that differ in the environment's name alone being one."""
    rows: dict[tuple[str, ...], list[str]] = {}
    for environment, row in found:
        neutral = tuple(_readable(cell.replace(f"slipway-{environment}-", "slipway-{env}-")) for cell in row)
        rows.setdefault(neutral, []).append(environment)
    return dict(sorted(rows.items()))


def _readable(cell: str) -> str:
    exports_named = _EXPORT.sub(lambda match: f"<{match[1]}.{match[2] or 'Ref'}>", cell)
    return _REFERENCE.sub(lambda match: f"<{match[1]}{match[2] or ''}>", exports_named).replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(ended(main))
