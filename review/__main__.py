"""The command line: `python -m review diff OLD NEW` and `python -m review snapshot ASSEMBLY FOLDER`."""

import argparse
import sys
from pathlib import Path

from assembly.errors import SlipwayError
from assembly.program import ended
from review import snapshot
from review.content_report import Assets
from review.loading import load
from review.report import report
from review.stack_review import review


def main() -> int:
    arguments = _parser().parse_args()
    try:
        if arguments.command == "diff":
            old, new = load(arguments.old), load(arguments.new)
            sys.stdout.write(report(review(old, new), Assets(old.assets, new.assets)))
        else:
            for path in snapshot.write(load(arguments.assembly), arguments.folder):
                print(path)
    except RecursionError:
        raise SlipwayError(
            "the values of nested stacks refer to each other in a circle; CloudFormation refuses that"
        ) from None
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m review", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    diff = commands.add_parser(
        "diff",
        help="what deploying NEW over OLD does, as Markdown",
        description="Compare two folders that `cdk synth` wrote; print what a deployment does to each stack.",
    )
    diff.add_argument("old", type=Path, metavar="OLD", help="cloud assembly that is deployed")
    diff.add_argument("new", type=Path, metavar="NEW", help="cloud assembly that would be deployed over it")
    text = commands.add_parser(
        "snapshot",
        help="every stack as normalized YAML",
        description="Write FOLDER/<stack>.yaml for each stack of the assembly; print the files that changed.",
    )
    text.add_argument("assembly", type=Path, metavar="ASSEMBLY", help="folder that `cdk synth` wrote")
    text.add_argument("folder", type=Path, metavar="FOLDER", help="where the texts are kept")
    return parser


if __name__ == "__main__":
    sys.exit(ended(main))
