"""The files that are trained on, as the split steps open them."""

import tempfile
from pathlib import Path

from quality.fuzz.target import OF_WORKLOADS, Parse, Target, find_modules, require, scratch_for, together


def _churn() -> Parse:
    """churn.txt is refused by line, or each of its rows is one that the first hop takes."""
    find_modules()
    from churn_raw_file import COLUMNS, RawFile, RawFileError
    from hop_request import csv_cells

    path = Path(tempfile.mkdtemp(prefix="fuzz-"), "churn.txt")

    def parse(data: bytes) -> None:
        path.write_bytes(data)
        try:
            found = RawFile.read(path)
        except RawFileError:
            return
        require(len(found.rows) == len(found.labels) > 0, "another number of labels than of rows")
        require(all(len(csv_cells(row)) == len(COLUMNS) - 1 for row in found.rows), "a row of other columns")

    return scratch_for(parse, path.parent)


def _bank() -> Parse:
    """The bank's file is refused by line, or each client has a label and every feature."""
    find_modules()
    import bank_files
    from bank_encoding import FEATURES

    path = Path(tempfile.mkdtemp(prefix="fuzz-"), "bank.csv")

    def parse(data: bytes) -> None:
        path.write_bytes(data)
        try:
            clients = bank_files.read(path)
        except bank_files.BankFileError:
            return
        require(all(one.label in "01" and len(one.features) == len(FEATURES) for one in clients), "a client")

    return scratch_for(parse, path.parent)


def _electricity() -> Parse:
    """The file of loads is refused with ValueError, or its readings are numbers, at least 0 or missing."""
    find_modules()
    import electricity_file
    import load_series
    import numpy as np

    path = Path(tempfile.mkdtemp(prefix="fuzz-"), "loads.txt")

    def parse(data: bytes) -> None:
        # pandas takes a millisecond to find that a file of something else is none of these.
        if b";" not in data.partition(b"\n")[0]:
            return
        path.write_bytes(data)
        try:
            readings = electricity_file.read(path)
        except ValueError:
            return
        require(readings.loads.shape[1] == len(readings.clients), "another number of clients")
        require(not (readings.loads < 0).any(), "a load below 0")
        start = readings.first.astype("datetime64[s]").item()
        series = load_series.two_hourly(readings, start.replace(minute=0))
        require(all(np.isfinite(one.loads[0]) for one in series), "a series that begins with a gap")

    return scratch_for(parse, path.parent)


TARGETS = (
    Target(
        "training-files",
        "churn.txt, the bank's files, the electricity file",
        ("hop_request", "electricity_file", "load_series", *OF_WORKLOADS),
        lambda: together(_churn(), _bank(), _electricity()),
    ),
)
