"""The tables of workloads in the README and in docs, from the records: workloads, APIs."""

import argparse
import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quality.checks.documents import write_or_compare
from stacks.workloads.shared.record import Workload, workloads

# What the project has of a workload besides its record: a page, where it has more to say than the tables.
PAGES = Path("docs")
FUNCTIONS = Path("lambda")


@dataclass(frozen=True)
class Table:
    """A table of a page, known by its head, with a row for each workload."""

    document: Path
    head: Sequence[str]
    row: Callable[[Workload], Sequence[str]]

    def page(self, text: str, found: Sequence[Workload]) -> str:
        """The text with its table replaced; raises ValueError unless it has exactly one."""
        head = _line(self.head)
        table = "\n".join(
            [head, _line(["---"] * len(self.head)), *(_line(self.row(one)) for one in found), ""]
        )
        replaced, count = re.subn(
            rf"^{re.escape(head)}\n(?:\|.*\n)*", lambda _: table, text, flags=re.MULTILINE
        )
        if count != 1:
            raise ValueError(f"{self.document}: expected 1 table with the head {head}, got {count}")
        return replaced


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m quality.checks.workload_table", description=__doc__)
    parser.parse_args()
    return update(write=True)


def update(*, write: bool) -> int:
    """Write the tables, or return 1 if a page has others."""
    return max(
        write_or_compare(
            table.document, table.page(table.document.read_text(encoding="utf-8"), workloads()), write=write
        )
        for table in TABLES
    )


def _summary(one: Workload) -> list[str]:
    own = PAGES / f"{one.name}.md"
    return [f"[{one.name}]({own})" if own.exists() else one.name, one.summary, one.model, _needs(one)]


def _needs(one: Workload) -> str:
    weights = [f"weights `{one.weights}`"] if one.weights else []
    return ", ".join([*(f"`{name}`" for name in one.environments), *weights]) or "-"


def _api(one: Workload) -> list[str]:
    contract = FUNCTIONS / f"predict_{one.name}" / "openapi.json"
    paths: Mapping[str, Mapping[str, Any]] = json.loads(contract.read_text(encoding="utf-8"))["paths"]
    posts = {path: methods["post"] for path, methods in paths.items() if "post" in methods}
    return [
        one.name,
        ", ".join(f"`POST {path}`" for path in posts),
        ", ".join(f"`{kind}`" for kind in dict.fromkeys(_kinds(posts))),
        f"[openapi.json](../{contract})",
    ]


def _kinds(posts: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return [kind for post in posts.values() for kind in post["requestBody"]["content"]]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


TABLES = (
    Table(Path("README.md"), ["name", "what it does", "containers", "also needs"], _summary),
    Table(PAGES / "api.md", ["workload", "request", "takes", "contract"], _api),
)


if __name__ == "__main__":
    sys.exit(main())
