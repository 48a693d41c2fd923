"""The rows that are sent: made by the project's seeded generator, cut into bodies."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SAMPLE = (Path(__file__).resolve().parents[2] / "scripts" / "model_code.py", "churn/sample")
MEGABYTE = 1_000_000
# InvokeEndpoint's limit.
LARGEST_BODY = 6_291_456


@dataclass(frozen=True)
class Rows:
    """Raw rows as a client sends them, each with its newline."""

    lines: list[bytes]

    @classmethod
    def generate(cls, folder: Path, count: int) -> "Rows":
        """`count` rows, written to `folder` once and read from there afterwards."""
        path = folder / f"rows-{count}.csv"
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            arguments = ["--rows", str(count), "--seed", "2", "--output", str(path)]
            subprocess.run([sys.executable, *SAMPLE, *arguments], check=True, stdout=subprocess.DEVNULL)
        labeled = path.read_bytes().splitlines()[1:]
        return cls([line.rpartition(b",")[0] + b"\n" for line in labeled])

    def __len__(self) -> int:
        return len(self.lines)

    def single(self, count: int, first: int = 0) -> list[bytes]:
        """Bodies of one row, from the row `first` on: what was sent before may be remembered somewhere."""
        return [self.lines[index % len(self.lines)] for index in range(first, first + count)]

    def body(self, rows: int) -> bytes:
        return b"".join(self.lines[:rows])

    def bodies(self, limit: int) -> list[bytes]:
        """All rows, in bodies as large as `limit` bytes allow."""
        found: list[bytes] = []
        first = size = 0
        for index, line in enumerate(self.lines):
            if size + len(line) > limit:
                found.append(b"".join(self.lines[first:index]))
                first, size = index, 0
            size += len(line)
        return [*found, b"".join(self.lines[first:])]
