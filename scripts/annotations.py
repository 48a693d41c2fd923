"""Says which stacks of an assembly are not to be deployed, and why: their error annotations."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path


def errors(assembly: Path) -> Iterator[tuple[str, str]]:
    """Each stack that has an error annotation, with its text."""
    for path in sorted(assembly.glob("*.metadata.json")):
        entries = [one for of_construct in json.loads(path.read_text()).values() for one in of_construct]
        for text in dict.fromkeys(one["data"] for one in entries if one["type"] == "aws:cdk:error"):
            yield path.name.removesuffix(".metadata.json"), text


if __name__ == "__main__":
    for stack, text in errors(Path(sys.argv[1])):
        print(f"{stack} is not ready to be deployed: {text}", file=sys.stderr)
