"""`python -m quality.bench.batch`: a large file through `slipway transform`, and what memory that takes.

Sends rows of the project's generator, each with its own telephone number, joined with their answers: so the
result shows that every row was answered once and in order. Memory is the PSS of the command and all that it
starts, every tenth of a second. Writes build/reports/batch.json.
"""

import json
import sys
import time
from itertools import cycle, islice
from pathlib import Path

from assembly.errors import SlipwayError
from local.storage.files import write_whole
from quality import command_line
from quality.bench import processes
from quality.bench.data import Rows

_REPORT = Path("build/reports/batch.json")
_GENERATED = 100_000
# The column that no model reads.
_PHONE = 3


def main() -> int:
    parser = command_line.parser("bench.batch", __doc__)
    parser.add_argument(
        "--rows", type=int, default=1_000_000, metavar="N", help="how many (default: 1,000,000)"
    )
    parser.add_argument("--limit", type=float, default=350, metavar="MB", help="most memory (default: 350)")
    arguments = parser.parse_args()
    folder = Path("build/bench/batch")
    rows, answers = folder / "rows.csv", Path("build/batch/bench/answers.csv")
    print(f"making {arguments.rows:,} rows", file=sys.stderr)
    _write(rows, arguments.rows)
    try:
        started = time.monotonic()
        peaks = _transform(rows, answers)
        seconds = time.monotonic() - started
        answered = _answered_in_order(rows, answers)
    except SlipwayError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    finally:
        rows.unlink(missing_ok=True)
        answers.unlink(missing_ok=True)
    half = len(peaks) // 2
    report = {
        "rows": answered,
        "seconds": round(seconds, 1),
        "peak_mb": round(max(peaks)),
        "peak_first_half_mb": round(max(peaks[:half])),
        "peak_second_half_mb": round(max(peaks[half:])),
        "limit_mb": arguments.limit,
    }
    write_whole(_REPORT, json.dumps(report, indent=2) + "\n")
    print(json.dumps(report, indent=2))
    return 0 if max(peaks) <= arguments.limit else 1


def _write(path: Path, count: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = Rows.generate(path.parent, min(count, _GENERATED)).lines
    with path.open("wb") as stream:
        for number, line in enumerate(islice(cycle(lines), count)):
            cells = line.split(b",")
            cells[_PHONE] = b"%03d-%04d" % divmod(number, 10_000)
            stream.write(b",".join(cells))


def _transform(rows: Path, answers: Path) -> list[float]:
    """Memory over time, in MB; raises SlipwayError when the command fails."""
    command = [
        sys.executable,
        "-m",
        "local",
        "transform",
        "churn",
        str(rows),
        "--output",
        str(answers),
        "--join",
    ]
    return processes.peaks(command)


def _answered_in_order(rows: Path, answers: Path) -> int:
    """How many rows; raises SlipwayError for the first whose line is not the row and its answer."""
    number = 0
    with rows.open("rb") as sent, answers.open("rb") as received:
        for number, (row, line) in enumerate(zip(sent, received, strict=False), 1):
            if line.rstrip() not in (row.rstrip() + b",True", row.rstrip() + b",False"):
                raise SlipwayError(f"line {number} is not an answer to row {number}: {line!r}")
        if sent.readline() or received.readline():
            raise SlipwayError(f"rows and answers differ in number behind line {number}")
    return number


if __name__ == "__main__":
    sys.exit(main())
