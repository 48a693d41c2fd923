"""The raw churn file: its columns, and the checks that it passes before anything is trained on it."""

import csv
import math
import re
from dataclasses import dataclass
from pathlib import Path

from plain_number import NUMBER

LABEL = "Churn?"
LABELS = {"False.": "0", "True.": "1"}
TEXT_COLUMNS = ("State", "Area Code", "Phone", "Int'l Plan", "VMail Plan")
COLUMNS = (
    *("State", "Account Length", "Area Code", "Phone", "Int'l Plan", "VMail Plan", "VMail Message"),
    *("Day Mins", "Day Calls", "Day Charge", "Eve Mins", "Eve Calls", "Eve Charge"),
    *("Night Mins", "Night Calls", "Night Charge", "Intl Mins", "Intl Calls", "Intl Charge"),
    *("CustServ Calls", LABEL),
)
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class RawFileError(ValueError):
    """The file is not one to train on; the message names file, line and column."""


@dataclass(frozen=True)
class RawFile:
    """Customers in the file's order: their 20 cells as they stand in the file, and `0` or `1`."""

    rows: list[str]
    labels: list[str]

    @classmethod
    def read(cls, path: Path) -> "RawFile":
        """Read and check a file: UTF-8 (with or without BOM), LF or CRLF, header, one customer a line.

        A cell of a number may be empty (preprocess puts the median there). Everything else that is not
        as in the public file raises RawFileError.
        """
        header, *lines = _lines(path)
        _check_header(_cells(header, f"{path.name}, line 1"), path.name)
        if not lines:
            raise RawFileError(f"{path.name}, line 2: no customer follows the header")
        labels = [_checked_label(line, f"{path.name}, line {number}") for number, line in enumerate(lines, 2)]
        return cls([line[: line.rindex(",")] for line in lines], labels)


def _lines(path: Path) -> list[str]:
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RawFileError(f"{path.name}, line {line}: not UTF-8 text; expected churn.txt's CSV") from None
    if not text.strip():
        raise RawFileError(f"{path.name}, line 1: the file is empty; expected churn.txt's header")
    return [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]


def _cells(line: str, where: str) -> list[str]:
    if CONTROL.search(line):
        raise RawFileError(f"{where}: a control character; expected text")
    try:
        return next(csv.reader([line], strict=True), [])
    except csv.Error as error:
        raise RawFileError(f"{where}: not a line of CSV ({error})") from None


def _check_header(header: list[str], name: str) -> None:
    for column in COLUMNS:
        if column not in header:
            raise RawFileError(
                f'{name}, line 1: column "{column}" is missing; expected the header {",".join(COLUMNS)}'
            )
    for column in header:
        if column not in COLUMNS or header.count(column) > 1:
            raise RawFileError(f'{name}, line 1: column "{column}" is there too often or unknown; remove it')
    for found, expected in zip(header, COLUMNS, strict=True):
        if found != expected:
            raise RawFileError(f'{name}, line 1: column "{found}" stands where "{expected}" is expected')


def _checked_label(line: str, where: str) -> str:
    cells = _cells(line, where)
    if len(cells) != len(COLUMNS):
        raise RawFileError(f"{where}: {len(cells)} columns, expected {len(COLUMNS)}")
    for column, cell in zip(COLUMNS[:-1], cells, strict=False):
        if column not in TEXT_COLUMNS and cell and not _is_number(cell):
            raise RawFileError(f'{where}, column "{column}": {cell[:40]!r} is not a number')
    if cells[-1] not in LABELS:
        raise RawFileError(
            f'{where}, column "{LABEL}": {cells[-1][:40]!r} is not a label; expected True. or False.'
        )
    return LABELS[cells[-1]]


def _is_number(cell: str) -> bool:
    return NUMBER.fullmatch(cell) is not None and math.isfinite(float(cell))
