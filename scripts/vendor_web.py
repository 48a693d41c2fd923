"""Copy the page's libraries from node_modules into web/vendor/, as web/vendor.json pins them.

A file of another hash than the pinned one is refused and nothing is copied.
--check copies nothing, and fails where a copy differs from what would be written.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PINS = ROOT / "web" / "vendor.json"
TARGET = ROOT / "web" / "vendor"


def copies(modules: Path, pins: Path = PINS) -> Mapping[str, bytes]:
    """What each file of web/vendor/ has to contain; raises ValueError for another hash than the pinned one.

    A browser resolves no bare name of a package, so an import of one becomes that of the file beside it.
    """
    made = {}
    for name, pin in json.loads(pins.read_text(encoding="utf-8")).items():
        content = (modules / pin["from"]).read_bytes()
        found = hashlib.sha256(content).hexdigest()
        if found != pin["sha256"]:
            raise ValueError(f"{modules / pin['from']}: expected SHA-256 {pin['sha256']}, got {found}")
        for old, new in pin.get("imports", {}).items():
            content = content.replace(f'from"{old}"'.encode(), f'from"{new}"'.encode())
        made[name] = b"\n".join(
            line for line in content.split(b"\n") if not line.startswith(b"//# sourceMappingURL=")
        )
    return made


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="copy nothing; fail where a copy differs")
    arguments = parser.parse_args()
    try:
        made = copies(ROOT / "node_modules")
    except (OSError, ValueError) as error:
        print(f"error: {error}; run `npm ci`", file=sys.stderr)
        return 1
    if arguments.check:
        differ = [name for name, content in made.items() if (TARGET / name).read_bytes() != content]
        print("".join(f"web/vendor/{name} differs from the pinned package\n" for name in differ), end="")
        return 1 if differ else 0
    TARGET.mkdir(exist_ok=True)
    for name, content in made.items():
        (TARGET / name).write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
