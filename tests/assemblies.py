"""A synthesised environment, as the fixtures of conftest.py hand it to tests."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
HOSTNAMES = ("preprocess", "pca", "xgboost", "postprocess")


@dataclass(frozen=True)
class Assembly:
    """The folder of a cloud assembly; stacks go by what follows the environment in their names."""

    env: str
    folder: Path

    def template(self, stack: str) -> Mapping[str, Any]:
        text = (self.folder / f"slipway-{self.env}-{stack}.template.json").read_text()
        return json.loads(text)  # type: ignore[no-any-return]
