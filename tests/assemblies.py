"""A synthesised environment, as the fixtures of conftest.py hand it to tests."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
HOSTNAMES = ("preprocess", "pca", "xgboost", "postprocess")
# The containers of each workload's model in their order.
MODELS = {"churn": HOSTNAMES, "bank": ("xgboost",), "forecast": ("deepar",), "translation": ("seq2seq",)}
STACKS = (
    *("foundation", "image"),
    *("churn-training", "churn-serving"),
    *("bank-training", "bank-serving"),
    *("forecast-training", "forecast-serving"),
    *("translation-training", "translation-serving"),
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
