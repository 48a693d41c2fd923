"""A synthesized environment, as the fixtures of conftest.py hand it to tests."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from assembly.assets import Asset
from assembly.manifest import StackArtifact, read_stacks
from assembly.template import read_template
from stacks.constructs.model.build_context import image_sources
from stacks.workloads.shared.record import workloads

ROOT = Path(__file__).resolve().parents[1]
# The containers of each workload's model in their order.
MODELS = {one.name: tuple(one.containers) for one in workloads()}
HOSTNAMES = MODELS["churn"]
STACKS = (
    "foundation",
    *(one.stack for one in image_sources()),
    *(f"{workload}-{part}" for workload in MODELS for part in ("training", "serving")),
    "workbench",
)
# Studio needs a network, which dev goes without.
STACKS_OF_PROD = (*STACKS, "studio")


@dataclass(frozen=True)
class Assembly:
    """The folder of a cloud assembly; stacks go by what follows the environment in their names."""

    env: str
    folder: Path

    @cached_property
    def stacks(self) -> Mapping[str, StackArtifact]:
        prefix = f"slipway-{self.env}-"
        return {one.name.removeprefix(prefix): one for one in read_stacks(self.folder)}

    def template(self, stack: str) -> Mapping[str, Any]:
        """A template that is the test's own."""
        return read_template(self.stacks[stack].template_path, stack)

    def errors(self, stack: str) -> list[str]:
        """The error annotations of a stack, which make the CDK command line refuse it."""
        return list(self.stacks[stack].errors)

    def published(self, stack: str, key: str) -> Asset:
        """What a stack publishes under this key of an S3 bucket."""
        [found] = [
            one for one in self.stacks[stack].assets if any(uri.endswith(f"/{key}") for uri in one.uris)
        ]
        return found

    @property
    def templates(self) -> list[Path]:
        return [one.template_path for one in self.stacks.values()]
