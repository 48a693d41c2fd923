"""The table of faults."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from quality.checks.planted.templates import REMOVED, Source, change, good, templates

_TABLE = Path(__file__).with_name("faults.yaml")


@dataclass(frozen=True)
class Fault:
    """`rule` is the one of ours that must see it; None where the scanners do and we leave it to them."""

    what: str
    rule: str | None
    changes: dict[str, Any]

    def planted(self, source: Source | None = None) -> dict[str, Any]:
        """The good templates with this fault in, by stack."""
        return templates(change(source or good(), self.changes))


def faults() -> list[Fault]:
    """All faults in the order of the table."""
    return [
        Fault(
            row["fault"],
            row.get("rule"),
            row.get("plant", {}) | dict.fromkeys(row.get("remove", []), REMOVED),
        )
        for row in yaml.safe_load(_TABLE.read_text())
    ]
