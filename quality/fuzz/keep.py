"""`python -m quality.fuzz.keep`: of what fuzzing found, the small inputs that reach something new.

libFuzzer's own merge chooses, for each target (or those that are named), the shortest inputs that take a
branch which no input of quality/fuzz/corpus/<target> does. They are moved there, at most so many that
LARGEST is not exceeded; what is longer than LONGEST_INPUT is cut.
"""

import math
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from assembly.errors import SlipwayError
from assembly.program import ended
from quality.fuzz.target import ROOT, WORK, Target
from quality.fuzz.targets import TARGETS

LARGEST = 64
LONGEST_INPUT = 1024
# Where `make fuzz` has installed atheris.
_PYTHON = WORK / "env" / "bin" / "python"


def main() -> int:
    names = sys.argv[1:] or [*TARGETS]
    if unknown := sorted({*names} - {*TARGETS}):
        raise SlipwayError(f"there is no target {unknown[0]}; choose from {', '.join(TARGETS)}")
    if not _PYTHON.exists():
        raise SlipwayError("nothing is fuzzed yet: run `make fuzz`")
    for name in names:
        target = TARGETS[name]
        for path in _news(target):
            # libFuzzer names an input by its SHA-1.
            path.replace(target.corpus / path.name[:12])
        print(f"{name}: {len([*target.corpus.iterdir()])} inputs")
    return 0


def _news(target: Target) -> list[Path]:
    """The inputs to add to a target's corpus, the shortest first."""
    folder = WORK / target.name
    found, merged = folder / "corpus", folder / "merged"
    if not found.is_dir():
        return []
    shutil.rmtree(merged, ignore_errors=True)
    shutil.copytree(target.corpus, merged)
    command = [
        *(
            str(_PYTHON),
            "-m",
            "quality.fuzz.worker",
            target.name,
            str(math.inf),
            "0",
            str(folder / "merge.json"),
        ),
        *("-merge=1", "-use_counters=0", f"-max_len={LONGEST_INPUT}"),
        # libFuzzer hands these to a shell as they are: relative, they have no spaces.
        f"-artifact_prefix={folder.relative_to(ROOT)}/",
        *(str(path.relative_to(ROOT)) for path in (merged, found)),
    ]
    environment = {**os.environ, "PYTHONPATH": sysconfig.get_path("purelib")}
    with (folder / "merge.log").open("wb") as log:
        code = subprocess.run(
            command, cwd=ROOT, env=environment, stdout=log, stderr=log, check=False
        ).returncode
    if code:
        raise SlipwayError(f"{target.name}: merging ended with code {code}; see {folder / 'merge.log'}")
    kept = {path.name for path in target.corpus.iterdir()}
    new = [path for path in merged.iterdir() if path.name not in kept]
    return sorted(new, key=lambda path: path.stat().st_size)[: max(0, LARGEST - len(kept))]


if __name__ == "__main__":
    sys.exit(ended(main))
