"""The file of ElectricityLoadDiagrams20112014 as it is published: quarter-hourly loads of clients in kW."""

import gzip
import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
import pandas as pd
from numpy.typing import NDArray

QUARTER = np.timedelta64(15, "m")
_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"
_NUMBER = re.compile(r"[+-]?(?:\d+,?\d*|,\d+)(?:[eE][+-]?\d+)?", re.ASCII)
# zipfile has an error of each kind for an archive that is damaged, encrypted or compressed by something rare.
_NO_TABLE = (ValueError, EOFError, zipfile.BadZipFile, zlib.error, gzip.BadGzipFile, RuntimeError)


@dataclass(frozen=True)
class Readings:
    """The loads (rows, clients) of the quarters of an hour that end at `first`, `first` + 15 minutes, ...

    NaN is a reading that is missing.
    """

    clients: list[str]
    first: np.datetime64
    loads: NDArray[np.float64]


def read(path: Path) -> Readings:
    """Read the file: plain, gzipped, or the archive that holds it as its one text file.

    It has `;` between cells and a decimal comma, in its first row the clients' names, and in its first column
    the end of each quarter of an hour, without gaps. Raises ValueError with file, row and column for what is
    not so.
    """
    try:
        with _opened(path) as stream:
            table = pd.read_csv(stream, sep=";", decimal=",", index_col=0, encoding="utf-8")
    except _NO_TABLE as error:
        raise ValueError(f"{path.name}: not a table of cells separated by `;`: {error}") from None
    if table.shape[0] < 2 or table.shape[1] == 0:
        raise ValueError(f"{path.name}: expected at least two rows, and a column for each client")
    for name in table.select_dtypes(exclude="number").columns:
        cells = table[name].astype(str)
        row = int((table[name].notna() & ~cells.str.fullmatch(_NUMBER)).to_numpy().argmax())
        raise ValueError(f"{path.name}, line {row + 2}, column {name}: not a number with a decimal comma")
    loads = table.to_numpy(np.float64)
    if (wrong := (loads < 0) | np.isinf(loads)).any():
        row, column = np.argwhere(wrong)[0]
        name = table.columns[column]
        raise ValueError(f"{path.name}, line {row + 2}, column {name}: a load below 0, or an infinite one")
    return Readings(list(map(str, table.columns)), _first(path, list(table.index)), loads)


def _opened(path: Path) -> IO[bytes]:
    with path.open("rb") as stream:
        mark = stream.read(4)
    if mark == _ZIP:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.endswith(".txt") and "__MACOSX" not in name]
            if len(names) != 1:
                raise ValueError(f"expected one .txt file in the archive, found {len(names)}")
            return io.BytesIO(archive.read(names[0]))
    return gzip.open(path) if mark[:2] == _GZIP else path.open("rb")  # type: ignore[return-value]


def _first(path: Path, stamps: list[str]) -> np.datetime64:
    try:
        times = np.array(stamps, dtype="datetime64[s]")
    except ValueError:
        raise ValueError(f"{path.name}: the first column holds something else than timestamps") from None
    wrong = np.flatnonzero(np.diff(times) != QUARTER)
    if wrong.size:
        line = int(wrong[0]) + 3
        raise ValueError(f"{path.name}, line {line}: not 15 minutes after the line before it")
    first: np.datetime64 = times[0].astype("datetime64[m]")
    if int(first.astype(np.int64)) % 15:
        raise ValueError(f"{path.name}, line 2: not on a quarter of an hour")
    return first
