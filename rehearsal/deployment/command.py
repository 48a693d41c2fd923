"""The policies with which CloudFormation deploys an assembly: written, or asked whether they suffice."""

import argparse
from pathlib import Path

import assembly
from rehearsal.deployment.committed import Deployer, write
from rehearsal.deployment.documents import MOST_CHARACTERS, size
from rehearsal.deployment.needs import Deployment

SUMMARY = "the policies of the role with which CloudFormation deploys an assembly"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("assembly", type=Path, metavar="ASSEMBLY", help="folder that `cdk synth` wrote")
    parser.add_argument(
        "policies", type=Path, metavar="POLICIES", help="folder of the policies, a file each: deploy/prod"
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing, say what the policies lack; exits 1 if they do"
    )


def run(arguments: argparse.Namespace) -> int:
    deployment = Deployment(assembly.load(arguments.assembly))
    if arguments.check:
        return _check(deployment, arguments.policies)
    for name, document in write(deployment, arguments.policies).items():
        print(f"{arguments.policies / name}.json: {size(document):,} of {MOST_CHARACTERS:,} characters")
    return 0


def _check(deployment: Deployment, policies: Path) -> int:
    lacking = list(Deployer(policies, deployment).lacking())
    for one in lacking:
        print(f"{policies} doesn't allow {one}")
    if lacking:
        print(f"Write the policies again: make deploy-policy ENV={policies.name}")
    return 1 if lacking else 0
