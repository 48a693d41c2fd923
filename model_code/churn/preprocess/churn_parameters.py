"""What preprocess learns from the training part, and its JSON file."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from churn_columns import CATEGORICAL, CHARGES, COUNTED, NUMERIC

FILE = "parameters.json"


@dataclass(frozen=True)
class Parameters:
    """Fitted values by column.

    `medians` replace missing cells of the charges and the counted columns; `means` and `scales` standardize
    the numeric features; `categories` are those of the training part, sorted, in the order of their features.
    """

    medians: dict[str, float]
    means: dict[str, float]
    scales: dict[str, float]
    categories: dict[str, list[str]]

    @property
    def width(self) -> int:
        """How many features a row has."""
        return len(NUMERIC) + sum(len(self.categories[column]) for column in CATEGORICAL)

    def save(self, folder: Path) -> None:
        (folder / FILE).write_text(json.dumps(asdict(self), indent=1) + "\n")

    @classmethod
    def load(cls, folder: Path) -> "Parameters":
        """Read what `save` wrote; KeyError when a column is missing in it."""
        values = json.loads((folder / FILE).read_text())
        return cls(
            medians={column: float(values["medians"][column]) for column in (*CHARGES, *COUNTED)},
            means={column: float(values["means"][column]) for column in NUMERIC},
            scales={column: float(values["scales"][column]) for column in NUMERIC},
            categories={column: list(values["categories"][column]) for column in CATEGORICAL},
        )
