"""Generated documents: written, or compared with what is there."""

import sys
from pathlib import Path


def settle(document: Path, text: str, command: str, *, write: bool) -> int:
    """Write the text, or return 1 and name the command when the document says something else."""
    if write:
        temporary = document.with_suffix(".tmp")
        temporary.write_text(text)
        temporary.replace(document)
        print(f"wrote {document}", file=sys.stderr)
    elif not document.exists() or document.read_text() != text:
        print(f"{document} is stale: run `{command}`", file=sys.stderr)
        return 1
    return 0
