"""Generated documents: written, or compared with what is there."""

import sys
from pathlib import Path


def write_or_compare(document: Path, text: str, *, write: bool) -> int:
    """Write the text, or return 1 when the document says something else."""
    if write:
        temporary = document.with_suffix(".tmp")
        temporary.write_text(text)
        temporary.replace(document)
        print(f"wrote {document}", file=sys.stderr)
    elif not document.exists() or document.read_text() != text:
        print(f"{document} is stale: run `make documents`", file=sys.stderr)
        return 1
    return 0
