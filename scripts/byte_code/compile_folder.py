"""Compiles every Python file of a folder, with no trace of when or where it was done.

Arguments: the folder, and the version of Python (such as 3.14) that is to do it: the one that runs this.
"""

import py_compile
import sys
from pathlib import Path


def main(folder: str, version: str) -> int:
    """Returns the exit code."""
    running = f"{sys.version_info.major}.{sys.version_info.minor}"
    if running != version:
        print(f"error: this is Python {running}, and the byte code is for {version}", file=sys.stderr)
        return 1
    for source in sorted(Path(folder).rglob("*.py")):
        try:
            # Unchecked: Lambda's copy is read-only, and a check would read every source at a cold start.
            py_compile.compile(
                str(source),
                dfile=f"/var/task/{source.relative_to(folder)}",
                doraise=True,
                invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
            )
        except py_compile.PyCompileError as error:
            print(f"error: not Python {version}: {error.msg}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
