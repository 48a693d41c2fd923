"""The synthesized cloud assembly (`cdk.out`): the only source of what the runner runs."""

from pathlib import Path

from assembly.address import Address
from assembly.assets import Asset
from assembly.cloud_assembly import Assembly
from assembly.resources import ContainerDefinition, Endpoint, Model, Pipeline, Resource
from assembly.stack import Stack

__all__ = [
    "Address",
    "Assembly",
    "Asset",
    "ContainerDefinition",
    "Endpoint",
    "Model",
    "Pipeline",
    "Resource",
    "Stack",
    "load",
]


def load(path: str | Path) -> Assembly:
    """Read the assembly in a folder; raises AssemblyError for what the runner does not support."""
    return Assembly(Path(path))
