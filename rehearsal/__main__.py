"""The command line: what an assembly would do on AWS, found out here."""

import argparse
import sys

from assembly.program import ended
from rehearsal.cost import command as cost
from rehearsal.deployment import command as deploy_policy
from rehearsal.iam import commands as iam
from rehearsal.rehearse import command as rehearse

# Each has SUMMARY, add_arguments(parser) and run(arguments) -> exit code.
_COMMANDS = {"cost": cost, "deploy": rehearse, "deploy-policy": deploy_policy, "iam": iam}


def main() -> int:
    arguments = _parser().parse_args()
    return int(_COMMANDS[arguments.command].run(arguments))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m rehearsal", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in _COMMANDS.items():
        command.add_arguments(commands.add_parser(name, help=command.SUMMARY, description=command.__doc__))
    return parser


if __name__ == "__main__":
    sys.exit(ended(main))
