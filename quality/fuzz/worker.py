"""Fuzzes one target in a process of its own, for some seconds of CPU: `python -m quality.fuzz.worker ...`.

Arguments: the target, the seconds, the most executions (0: no limit), the file for the result, then
libFuzzer's own options and folders. The result is `{"executions": ..., "cpu_seconds": ..., "fault": ...}`; a
fault ends the process.
"""

import json
import os
import shlex
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import atheris

from quality.fuzz.target import FOLDERS, ROOT, Target
from quality.fuzz.targets import TARGETS

# Looking at the clock costs as much as a short run.
_RUNS_A_LOOK = 64


def main() -> None:
    name, seconds, most, result, *options = sys.argv[1:]
    target = TARGETS[name]
    with atheris.instrument_imports(include=[*_instrumented(target)]):
        parse = target.load()
    executions, limit, deadline = 0, int(most), time.process_time() + float(seconds)

    def write(fault: str | None) -> None:
        found = {"executions": executions, "cpu_seconds": round(time.process_time(), 1), "fault": fault}
        Path(result).write_text(json.dumps(found))

    def run(data: bytes) -> None:
        nonlocal executions
        executions += 1
        try:
            parse(data)
        except BaseException as error:
            write(f"{type(error).__name__}: {error}"[:500])
            raise
        if executions == limit or (executions % _RUNS_A_LOOK == 0 and time.process_time() > deadline):
            write(None)
            os._exit(0)

    # A merge starts its first argument again in a shell, with options of its own behind it.
    again = shlex.join([sys.executable, "-m", "quality.fuzz.worker", *sys.argv[1:5]])
    atheris.Setup([again, *options], run)
    atheris.Fuzz()


def _instrumented(target: Target) -> Iterator[str]:
    """The modules of the target's prefixes; a package stands for all that is in it."""
    for prefix in target.modules:
        yield prefix
        for folder in FOLDERS:
            yield from (path.stem for path in (ROOT / folder).glob(f"{prefix}*.py"))


if __name__ == "__main__":
    main()
