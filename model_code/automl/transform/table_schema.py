"""What the analysis found of the table: schema.json."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

FILE = "schema.json"


@dataclass(frozen=True)
class Schema:
    """The names of the columns in the order of the file, without the target; the target and its place among
    them; and its labels by their numbers, none where it is a number."""

    columns: list[str]
    target: str
    target_index: int
    labels: list[str]

    @classmethod
    def read(cls, folder: Path) -> "Schema":
        """From the folder's schema.json; ValueError for what is none."""
        try:
            document = json.loads((folder / FILE).read_text("utf-8"))
            return cls(
                columns=[str(column["name"]) for column in document["columns"]],
                target=str(document["target"]),
                target_index=int(document["target_index"]),
                labels=[str(label) for label in document["labels"]],
            )
        except (ValueError, LookupError, TypeError) as error:
            raise ValueError(f"{folder / FILE}: expected the analysis of a table: {error!r}") from None


def copy(source: Path, target: Path) -> None:
    shutil.copyfile(source / FILE, target / FILE)
