"""The files that are trained on, as the split steps open them."""

import tempfile
from pathlib import Path

from fuzz.target import Parse, Target, find_modules, require, scratch_for


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


TARGETS = (
    Target("churn-file", "churn.txt", ("churn_raw_file", "hop_request"), _churn),
    Target("bank-file", "the bank's files", ("bank_",), _bank),
)
