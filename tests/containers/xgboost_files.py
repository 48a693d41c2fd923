"""Files of a training channel, and their content types."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow
from pyarrow import parquet

CSV, LIBSVM, PARQUET, RECORDS = (
    "text/csv",
    "text/libsvm",
    "application/x-parquet",
    "application/x-recordio-protobuf",
)
NAN = float("nan")


def table(**columns: list[Any]) -> Callable[[Path], None]:
    return lambda path: parquet.write_table(pyarrow.table(columns), path)
