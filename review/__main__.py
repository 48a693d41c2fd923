"""The command line: `python -m review diff OLD NEW` and `python -m review snapshot ASSEMBLY FOLDER`."""

import argparse
import sys
from pathlib import Path

from assembly.errors import SlipwayError
from assembly.program import ended
from review import policies, snapshot
from review.content_report import Assets
from review.loading import load
from review.report import report
from review.stack_review import review


def main() -> int:
    arguments = _parser().parse_args()
    try:
        if arguments.command == "diff":
            old, new = load(arguments.old), load(arguments.new)
            known = policies.read(arguments.policies) if arguments.policies else policies.Policies()
            sys.stdout.write(report(review(old, new), Assets(old.assets, new.assets), known))
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

    def add(name: str, summary: str, description: str, **folders: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=summary, description=description)
        for folder, meaning in folders.items():
            command.add_argument(folder, type=Path, metavar=folder.upper(), help=meaning)
        return command

    add(
        "diff",
        "what deploying NEW over OLD does, as Markdown",
        "Compare two folders that `cdk synth` wrote; print what a deployment does to each stack.",
        old="cloud assembly that is deployed",
        new="cloud assembly that would be deployed over it",
    ).add_argument(
        "--policies",
        type=Path,
        metavar="FILE",
        help="what `python -m rehearsal.iam.changes OLD NEW` prints; told, too",
    )
    add(
        "snapshot",
        "every stack as normalized YAML",
        "Write FOLDER/<stack>.yaml for each stack of the assembly; print the files that changed.",
        assembly="folder that `cdk synth` wrote",
        folder="where the texts are kept",
    )
    return parser


if __name__ == "__main__":
    sys.exit(ended(main))
