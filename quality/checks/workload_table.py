"""The README's table of workloads, from their records."""

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from quality.checks.documents import write_or_compare
from stacks.workloads.shared.record import Workload, workloads

DOCUMENT = Path("README.md")
# What the project has of a workload besides its record: a page, where it has more to say than the table.
PAGES = Path("docs")
_TABLE = re.compile(r"^\| name \|.*\n(?:\|.*\n)+", re.MULTILINE)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m quality.checks.workload_table", description=__doc__)
    parser.parse_args()
    return write_or_compare(DOCUMENT, page(DOCUMENT.read_text(encoding="utf-8"), workloads()), write=True)


def page(text: str, found: Sequence[Workload]) -> str:
    """The text with the table of these workloads in the place of its own; raises ValueError without one."""
    if not _TABLE.search(text):
        raise ValueError(f"{DOCUMENT}: expected a table whose head begins with `| name |`")
    rows = [f"| {_name(one)} | {one.summary} | {one.model} |" for one in found]
    table = "\n".join(["| name | what it does | containers |", "| --- | --- | --- |", *rows, ""])
    return _TABLE.sub(lambda _: table, text)


def _name(workload: Workload) -> str:
    own = PAGES / f"{workload.name}.md"
    return f"[{workload.name}]({own})" if own.exists() else workload.name


if __name__ == "__main__":
    sys.exit(main())
