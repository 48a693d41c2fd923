"""Kills what a runner started once that runner is gone, however it ended. A program, not a module.

Reads `+<group>` and `-<group>` lines from standard input, whose other end only the runner holds; at the end
of input every process group still listed is killed. A process of its own, because a parent-death signal
reaches direct children only, is bound to the thread that started them, and needs code between fork and exec.
"""

import os
import signal
import sys
from collections.abc import Iterable


def main(lines: Iterable[str]) -> None:
    groups: set[int] = set()
    for line in lines:
        (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
    for group in groups:
        try:
            os.killpg(group, signal.SIGKILL)
        except ProcessLookupError:
            continue


if __name__ == "__main__":
    main(sys.stdin)
