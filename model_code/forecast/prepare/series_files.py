"""Files of series as DeepAR reads them: JSON lines, plain or gzipped, and Parquet."""

import gzip
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from job_files import write as write_file

FORMATS = ("json", "json.gz", "parquet")


def write(path: Path, documents: Iterable[dict[str, Any]], kind: str = "json") -> int:
    """Write `path` with the suffix of the format `kind`, whole; returns the number of series.

    The same series give the same bytes. Parquet needs pyarrow: raises ValueError where it is missing.
    """
    rows = list(documents)
    path = path.with_name(f"{path.name}.{kind}")
    write_file(path, _parquet(rows) if kind == "parquet" else _json_lines(rows, kind))
    return len(rows)


def _json_lines(rows: list[dict[str, Any]], kind: str) -> bytes:
    text = "".join(json.dumps(row) + "\n" for row in rows).encode()
    return text if kind == "json" else gzip.compress(text, mtime=0)


def _parquet(rows: list[dict[str, Any]]) -> bytes:
    try:
        from pyarrow import Table, parquet  # noqa: PLC0415
    except ImportError:
        raise ValueError(
            "Parquet needs pyarrow, which this image does not have; choose json or json.gz"
        ) from None
    # A column of Parquet has one type: a missing value is null here.
    typed = [
        {**row, "target": [None if value == "NaN" else value for value in row["target"]]} for row in rows
    ]
    buffer = io.BytesIO()
    parquet.write_table(Table.from_pylist(typed), buffer)
    return buffer.getvalue()
