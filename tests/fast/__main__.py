"""`python tests/fast BASE`: the tests that see what differs from BASE first; see `make test-fast`."""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from selection import modules, selected
from until import MOMENT

_DESCRIPTION = """\
Run the tests of the folders that differ from BASE, a git ref, with all that is not committed, for less than a
minute: the nearest first. What does not begin in time is skipped and counted. What runs whole commands, in a
copy of the tree or a browser, is left to `make test`, which runs everything.
"""
_ROOT = Path(__file__).resolve().parents[2]
# Whoever waits has started in the same minute; what runs at its end has a few seconds more.
_SECONDS = 40
# So many are loaded within seconds.
_FILES = 30


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python tests/fast",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("base", metavar="BASE", help="a git ref, such as main")
    base = parser.parse_args().base
    found = _git("merge-base", "HEAD", base)
    if found.returncode:
        parser.error(f"{base} is no git ref that this branch comes from: {found.stderr.strip()}")
    changed = _lines("diff", "--name-only", "-z", found.stdout.strip())
    changed += _lines("ls-files", "--others", "--exclude-standard", "-z")
    tests = selected(modules(_ROOT), changed)
    if not tests:
        print(f"nothing differs from {base}", file=sys.stderr)
        return 0
    nearest = tests[:_FILES]
    said = f"{len(changed)} changed files are seen by {len(tests)} files of tests; {len(nearest)} are run"
    print(said, file=sys.stderr, flush=True)
    options = ["-q", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "-p", "until"]
    folder = str(Path(__file__).parent)
    paths = os.pathsep.join(filter(None, (folder, os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "PYTHONPATH": paths, MOMENT: str(time.time() + _SECONDS)}
    command = [sys.executable, "-m", "pytest", *options, *nearest]
    return subprocess.run(command, cwd=_ROOT, env=environment, check=False).returncode


def _git(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", *arguments], cwd=_ROOT, capture_output=True, text=True, check=False)


def _lines(*arguments: str) -> list[str]:
    listed = _git(*arguments)
    listed.check_returncode()
    return [name for name in listed.stdout.split("\0") if name]


if __name__ == "__main__":
    sys.exit(main())
