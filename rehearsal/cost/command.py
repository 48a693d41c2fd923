"""What an assembly costs by workload: a month, a million predictions, a run. Of two, what changes."""

import argparse
import json
from pathlib import Path

import assembly
from rehearsal.arguments import add_assemblies
from rehearsal.cost.bill import bill_of
from rehearsal.cost.prices import DEFAULT, Prices
from rehearsal.cost.report import as_json, changes, report

SUMMARY = "what an assembly costs, by workload"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_assemblies(parser, "assembly to compare with: show what changes")
    parser.add_argument(
        "--prices", type=Path, default=DEFAULT, metavar="FILE", help="prices and usage (default: prices.toml)"
    )
    parser.add_argument("--json", action="store_true", help="the bill as JSON")


def run(arguments: argparse.Namespace) -> int:
    prices = Prices.read(arguments.prices)
    bill = bill_of(assembly.load(arguments.assembly), prices)
    if arguments.json:
        print(json.dumps(as_json(bill, prices), indent=2))
    elif arguments.deployed is None:
        print(report(bill, prices), end="")
    else:
        print(changes(bill_of(assembly.load(arguments.deployed), prices), bill, prices), end="")
    return 0
