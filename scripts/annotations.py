"""Says which stacks of an assembly cannot be deployed, and which models are older than their scripts."""

import sys
from pathlib import Path

from assembly.manifest import read_stacks
from assembly.program import ended


def main() -> int:
    for stack in read_stacks(Path(sys.argv[1])):
        for text in dict.fromkeys(stack.errors):
            print(f"{stack.name} is not ready to be deployed: {text}", file=sys.stderr)
        for text in stack.older_scripts:
            print(text, file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(ended(main))
