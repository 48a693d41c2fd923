"""`release`: write releases/WORKLOAD.json from an approved version."""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from local.commands import registries
from local.commands.options import Subparsers, add_command, at_least_one, example_of
from local.registry import release
from local.terminal import metrics

_DESCRIPTION = """\
Write releases/WORKLOAD.json from an approved version of a workload's model. Committing that file is the
deployment: synth expands it into the containers of the model.
"""


def add_parser(subparsers: Subparsers) -> None:
    parser = add_command(subparsers, __doc__, run, _DESCRIPTION, example_of("release churn 2"))
    parser.add_argument("workload", help="the workload, such as churn, or the model package group's name")
    parser.add_argument("version", type=at_least_one, metavar="VERSION", help="a number that `models` lists")
    registries.add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    path = Path("releases") / f"{arguments.workload}.json"
    registry, group = registries.opened(arguments)
    new = release.content(arguments.workload, registry.name, registry.package(group, arguments.version))
    old = release.read(path)
    release.write(path, new)
    print(f"wrote {path}")
    for line in _changes(old or {}, new):
        print(line)
    return 0


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """A summary of what the release changes; `make diff` shows the effect on the stacks."""
    before, after = ({"version": one.get("version", "none"), **_metrics(one)} for one in (old, new))
    names = metrics.columns([after])
    for name, was, becomes in zip(
        names, metrics.cells(before, names), metrics.cells(after, names), strict=True
    ):
        if was != becomes:
            yield f"{name}: {was or 'none'} -> {becomes}"
    known = {one["hostname"]: one for one in old.get("containers", [])}
    for container in new["containers"]:
        former = known.get(container["hostname"], {})
        changed = [key for key in ("image", "digest", "environment") if former.get(key) != container[key]]
        yield f"{container['hostname']}: {', '.join(changed) + ' changed' if changed else 'unchanged'}"


def _metrics(one: Mapping[str, Any]) -> dict[str, Any]:
    return metrics.scalars(one.get("metrics", {}))
