"""Which registry a command works on: its options, and what they stand for."""

import argparse

import assembly
from local.commands.options import add_assembly
from local.pipeline.publication import recovered
from local.registry import FolderRegistry, Registry


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--registry",
        choices=("local", "aws"),
        default="local",
        help="build/registry, or SageMaker's with the credentials of this shell (default: local)",
    )
    add_assembly(parser)


def opened(arguments: argparse.Namespace) -> tuple[Registry, str]:
    """The registry that the options name, and the group of `arguments.workload`."""
    declared = assembly.load(arguments.assembly)
    group = declared.package_group(arguments.workload)
    if arguments.registry == "local":
        return FolderRegistry(recovered().registry, declared.place), group
    # Importing boto3 takes longer than any command that does without it.
    from local.registry.sagemaker import SageMakerRegistry  # noqa: PLC0415

    return SageMakerRegistry.connect(declared.region), group
