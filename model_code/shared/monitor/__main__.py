"""Compare what an endpoint has captured in a time with the data that its model was trained on.

Writes statistics.json and constraint_violations.json in Model Monitor's format, metrics.jsonl (which is also
printed: CloudWatch reads the job's log), and monitoring.json with monitoring.html for people. The exit
message says how many violations there are; a violation is no failure of the job.
"""

import argparse
import json
import os
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from captured_rows import Captures, Window
from column_profile import ColumnProfile
from job_files import only_file, write, write_lines
from metric_lines import VIOLATIONS, lines
from monitor_report import write_page
from quality_checks import Baseline, Violation, violations
from quality_over_time import Quality, read_labels
from table_profile import Row, TableProfile

_OFFSET = re.compile(r"PT(?=[0-9])(?:(?P<hours>[0-9]+)H)?(?:(?P<minutes>[0-9]+)M)?")
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def main() -> None:
    arguments = _arguments()
    try:
        window = _window(arguments.start, arguments.end, timedelta(seconds=int(arguments.late)))
        baseline = Baseline(_json(arguments.statistics), _json(arguments.constraints))
        labels = read_labels(arguments.labels)
    except (OSError, ValueError) as error:
        sys.exit(f"error: {error}")
    look = Look(Captures(arguments.captures), baseline, Quality(labels, float(arguments.threshold)))
    look.read(window, with_quality=bool(labels))
    document = look.document(arguments.endpoint, window)
    metrics = look.metrics()
    written = [*lines(metrics, arguments.endpoint, arguments.schedule, window.end)]
    write_lines(arguments.output / "metrics.jsonl", written)
    print(*written, sep="\n")
    _write_json(arguments.output / "statistics.json", look.table.document())
    found = {"violations": document["violations"]}
    _write_json(arguments.output / "constraint_violations.json", found)
    write(arguments.output / "monitoring.html", write_page(document))
    _write_json(arguments.output / "monitoring.json", document)
    _leave_message(document["message"])


class Look:
    """One pass over the captures."""

    def __init__(self, captures: Captures, baseline: Baseline, quality: Quality) -> None:
        self.table = TableProfile(baseline.names)
        self._captures, self._baseline, self._quality = captures, baseline, quality
        self._invocations = 0
        self._distances: dict[str, tuple[float, float]] = {}
        self._violations: list[Violation] = []

    def read(self, window: Window, *, with_quality: bool) -> None:
        """The rows of the window; with labels, which come later, also older answers."""
        self.table.update(self._rows(window, with_quality=with_quality))
        self._distances = self._baseline.distances(self.table)
        self._violations = violations(self._baseline, self.table, self._distances)

    def _rows(self, window: Window, *, with_quality: bool) -> Iterator[Row]:
        looked_at = Window(_BEGINNING, window.end) if with_quality else window
        for one in self._captures.read(looked_at):
            self._quality.add(one)
            if one.time not in window:
                continue
            try:
                rows = one.rows
            except ValueError as error:
                self._captures.skip(one.id, error)
                continue
            self._invocations += 1
            yield from rows

    def metrics(self) -> dict[str, float]:
        found: dict[str, float] = {VIOLATIONS: float(len(self._violations)), "rows": float(self.table.rows)}
        for one in self.table.columns:
            if one.name in self._distances:
                found[f"feature_baseline_drift_{one.name}"] = self._distances[one.name][0]
            found[f"feature_non_null_{one.name}"] = float(one.present)
        if times := self._quality.over_time():
            found["f1"] = times[-1]["f1"]
        return found

    def document(self, endpoint: str, window: Window) -> dict[str, Any]:
        """monitoring.json."""
        count = len(self._violations)
        if not self.table.rows:
            message = "Completed: Job completed successfully without any rows in its time."
        elif count:
            message = f"CompletedWithViolations: Job completed successfully with {count} violations."
        else:
            message = "Completed: Job completed successfully with no violations."
        return {
            "endpoint": endpoint,
            "message": message,
            "start": _written(window.start),
            "end": _written(window.end),
            "invocations": self._invocations,
            "rows": self.table.rows,
            "baseline_rows": self._baseline.rows,
            "skipped": self._captures.skipped,
            "skipped_because": self._captures.reasons,
            "violations": [one.document() for one in self._violations],
            "violations_count": count,
            "features": [self._feature(one) for one in self.table.columns],
            "quality": self._quality.over_time(),
            "labeled_invocations": self._quality.matched,
            "labels_unmatched": self._quality.unmatched,
            "labels_unknown": self._quality.unknown,
        }

    def _feature(self, column: ColumnProfile) -> dict[str, Any]:
        drift, threshold = self._distances.get(column.name, (None, None))
        rows = column.present + column.missing
        return {
            "name": column.name,
            "inferred_type": column.inferred_type,
            "completeness": column.present / rows if rows else 0.0,
            "summary": _summary(column),
            "drift": drift,
            "threshold": threshold,
        }


def _summary(column: ColumnProfile) -> str:
    if column.text:
        values = column.categories
        return f"{len(values)} values" if values is not None else "many values"
    return f"{column.sum / column.numbers:.4g}" if column.numbers else ""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="monitor", description=__doc__.split("\n\n")[0])
    parser.add_argument("--captures", type=Path, required=True, help="folder of what the endpoint captured")
    parser.add_argument("--statistics", type=Path, required=True, help="folder of the baseline's statistics")
    parser.add_argument("--constraints", type=Path, required=True, help="folder of its constraints")
    parser.add_argument("--labels", type=Path, required=True, help="folder of labels; it may hold none")
    parser.add_argument("--output", type=Path, required=True, help="folder for what is found")
    parser.add_argument("--endpoint", required=True, help="the endpoint's name")
    parser.add_argument("--schedule", required=True, help="what the metrics are told apart by")
    parser.add_argument("--start", required=True, help="a time, or so long before the end: PT24H")
    parser.add_argument("--end", required=True, help="a time, or `now`")
    parser.add_argument("--late", default="0", help="seconds that a capture may come late (default: 0)")
    parser.add_argument("--threshold", default="0.5", help="the score from which on an answer is a yes")
    return parser.parse_args()


def _window(start: str, end: str, late: timedelta) -> Window:
    """The times that are looked at: both ends earlier by as much as a capture may come late."""
    last = (datetime.now(UTC) if end == "now" else _time(end)) - late
    if offset := _OFFSET.fullmatch(start):
        length = timedelta(hours=int(offset["hours"] or 0), minutes=int(offset["minutes"] or 0))
        first = last - length
    else:
        first = _time(start) - late
    if not first < last:
        raise ValueError(f"expected a start before the end, got {start} and {end}")
    return Window(first, last)


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"expected a time such as 2026-01-31T12:00:00Z, got {text!r}") from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _written(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _json(folder: Path) -> Any:
    file = only_file(folder)
    try:
        return json.loads(file.read_bytes())
    except ValueError as error:
        raise ValueError(f"{file.name} is not JSON: {error}") from None


def _write_json(path: Path, document: Any) -> None:
    write(path, json.dumps(document, indent=1, allow_nan=False) + "\n")


def _leave_message(message: str) -> None:
    """Where a processing job's exit message is read from, and to whoever reads the log."""
    print(message)
    output = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"), "output")
    if output.is_dir():
        write(output / "message", message)


if __name__ == "__main__":
    main()
