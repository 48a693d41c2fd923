"""schema.json: what is predicted from which columns, as all steps behind the analysis read it."""

import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from automl_cells import number
from column_types import column_type
from job_files import write
from table_file import Table, TableError, quoted

FILE = "schema.json"
BINARY, MULTICLASS, REGRESSION = "BinaryClassification", "MulticlassClassification", "Regression"
# Of a target with more different numbers than this, the number matters and not which one it is.
_MOST_NUMBERS = 20
# CreateAutoMLJob asks for 500 rows; fewer than these leave a part of the split with hardly any.
LEAST_ROWS, LEAST_OF_A_LABEL = 100, 10


@dataclass(frozen=True)
class Column:
    """A column beside the target: its name, its type (`column_types`), and whether a cell of it is empty."""

    name: str
    type: str
    missing: bool


@dataclass(frozen=True)
class Schema:
    """The target, its labels in the order of their numbers, and the other columns in the file's order."""

    target: str
    problem_type: str
    labels: Sequence[str]
    columns: Sequence[Column]
    target_index: int

    @classmethod
    def infer(cls, table: Table, target: str) -> "Schema":
        """The schema of a table; refuses (TableError) a target that `binary_labels` refuses."""
        at = table.index(target)
        labels = binary_labels(table, at)
        columns = []
        for index, name in enumerate(table.names):
            if index != at:
                cells = table.column(index)
                columns.append(Column(name, column_type(cells), "" in cells))
        return cls(table.names[at], BINARY, labels, columns, at)

    @classmethod
    def load(cls, path: Path) -> "Schema":
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        columns = [Column(**column) for column in document.pop("columns")]
        return cls(**document, columns=columns)

    def save(self, path: Path) -> None:
        write(path, json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n")


def binary_labels(table: Table, target: int) -> list[str]:
    """The two labels in that column, the more frequent one first (the rarer one is class 1, whose F1 counts);
    equally frequent ones by their text. Rows without one do not count.

    Refuses (TableError) a column without a label, or with one or more than two of them.
    """
    name = table.names[target]
    counts = Counter(label for label in table.column(target) if label)
    labels = sorted(counts, key=lambda label: (-counts[label], label))
    if not labels:
        raise TableError(f"the target {quoted(name)} is empty in all {len(table.rows)} rows")
    if len(labels) == 1:
        raise TableError(f"the target {quoted(name)} has the one label {quoted(labels[0])}; expected two")
    if (problem := problem_type(labels)) != BINARY:
        raise TableError(
            f"the target {quoted(name)} has {len(labels)} different values ({problem}); the candidates are "
            f"for two labels ({BINARY})"
        )
    return labels


def check_rows(table: Table, target: int) -> None:
    """Refuses (TableError) a table with fewer than 100 rows with a label, or than 10 of one of them."""
    counts = Counter(label for label in table.column(target) if label)
    if counts.total() < LEAST_ROWS:
        raise TableError(f"expected at least {LEAST_ROWS} rows with a target, got {counts.total()}")
    rare, rows = min(counts.items(), key=lambda one: one[1])
    if rows < LEAST_OF_A_LABEL:
        raise TableError(
            f"the target {quoted(table.names[target])}: expected at least {LEAST_OF_A_LABEL} rows of each "
            f"label, got {rows} of {quoted(rare)}"
        )


def problem_type(labels: Sequence[str]) -> str:
    """What it means to predict one of these different values."""
    if len(labels) <= 2:
        return BINARY
    numbers = [number(label) for label in labels]
    if any(map(math.isnan, numbers)):
        return MULTICLASS
    fractions = not all(one.is_integer() for one in numbers)
    return REGRESSION if fractions or len(labels) > _MOST_NUMBERS else MULTICLASS
