"""Arguments that commands of a rehearsal share."""

import argparse
from pathlib import Path


def add_assemblies(parser: argparse.ArgumentParser, deployed: str) -> None:
    """An assembly, and before it the one that is deployed, with `deployed` as its help."""
    parser.add_argument("deployed", type=Path, nargs="?", metavar="DEPLOYED", help=deployed)
    parser.add_argument("assembly", type=Path, metavar="ASSEMBLY", help="folder that `cdk synth` wrote")
