"""A synthesized environment, as the fixtures of conftest.py hand it to tests."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stacks.workloads.shared.record import workloads

ROOT = Path(__file__).resolve().parents[1]
# The containers of each workload's model in their order.
MODELS = {one.name: tuple(one.containers) for one in workloads()}
HOSTNAMES = MODELS["churn"]
STACKS = (
    *("foundation", "image"),
    *(f"{workload}-{part}" for workload in MODELS for part in ("training", "serving")),
    "workbench",
)


@dataclass(frozen=True)
class Assembly:
    """The folder of a cloud assembly; stacks go by what follows the environment in their names."""

    env: str
    folder: Path

    def template(self, stack: str) -> Mapping[str, Any]:
        text = (self.folder / f"slipway-{self.env}-{stack}.template.json").read_text()
        return json.loads(text)  # type: ignore[no-any-return]

    def errors(self, stack: str) -> list[str]:
        """The error annotations of a stack, which make the CDK command line refuse it."""
        text = (self.folder / f"slipway-{self.env}-{stack}.metadata.json").read_text()
        return [
            str(entry["data"])
            for entries in json.loads(text).values()
            for entry in entries
            if entry["type"] == "aws:cdk:error"
        ]
