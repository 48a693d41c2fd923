"""The two public files of the bank's calls: the raw one, and the one that a tutorial prepared from it."""

import csv
import gzip
import math
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bank_encoding import CATEGORIES, FEATURES, FIELDS, INDICATORS, PREPARED, encode
from plain_number import NUMBER

LABEL, DURATION = "y", "duration"
LABELS = {"no": "0", "yes": "1"}
RAW_COLUMNS = (*FIELDS[:10], DURATION, *FIELDS[10:], LABEL)
PREPARED_COLUMNS = ("", *PREPARED, "y_no", "y_yes")
_GZIP = b"\x1f\x8b"


class BankFileError(ValueError):
    """The file is not one to train on; the message names file, line and column."""


@dataclass(frozen=True)
class Client:
    """`0` or `1`, and the cells of FEATURES; empty ones are not known."""

    label: str
    features: Sequence[str]


def read(path: Path) -> list[Client]:
    """The clients in the file's order.

    Accepts the raw file (`;`, quoted, 21 columns) and the prepared one (`,`, an index and 61 columns), in
    UTF-8, with LF or CRLF, plain or compressed by gzip; which it is, its header says. The prepared file has
    no economic indicators: their cells are empty. Raises BankFileError for anything else.
    """
    text = _text(path)
    is_raw = ";" in text.partition("\n")[0]
    rows = csv.reader(text.splitlines(), delimiter=";" if is_raw else ",", strict=True)
    try:
        _check_header(next(rows, []), RAW_COLUMNS if is_raw else PREPARED_COLUMNS, path.name)
        clients = list(_clients(rows, path.name, is_raw))
    except csv.Error as error:
        raise BankFileError(f"{path.name}, line {rows.line_num}: not a line of CSV ({error})") from None
    if not clients:
        raise BankFileError(f"{path.name}, line 2: no client follows the header")
    return clients


def _text(path: Path) -> str:
    content = path.read_bytes()
    try:
        # What runs a pipeline may give the file another name: its first bytes say what it is.
        plain = gzip.decompress(content) if content.startswith(_GZIP) else content
        return plain.decode("utf-8-sig")
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise BankFileError(f"{path.name}: a damaged gzip file") from None
    except UnicodeDecodeError:
        raise BankFileError(f"{path.name}: not UTF-8 text") from None


def _check_header(header: Sequence[str], expected: Sequence[str], name: str) -> None:
    missing = [column for column in expected if column not in header]
    if missing:
        raise BankFileError(
            f'{name}, line 1: column "{missing[0]}" is missing; expected the header of '
            "bank-additional-full.csv or of bank_clean.csv"
        )
    for found, column in zip(header, [*expected, None], strict=False):
        if found != column:
            raise BankFileError(f'{name}, line 1: column "{found}" stands where "{column}" is expected')


def _clients(rows: Iterator[list[str]], name: str, is_raw: bool) -> Iterator[Client]:
    columns, client = (RAW_COLUMNS, _raw) if is_raw else (PREPARED_COLUMNS, _prepared)
    for line, row in enumerate(rows, 2):
        if len(row) != len(columns):
            raise BankFileError(f"{name}, line {line}: {len(row)} columns, expected {len(columns)}")
        try:
            yield client(dict(zip(columns, row, strict=True)))
        except ValueError as error:
            raise BankFileError(f"{name}, line {line}, {error}") from None


def _raw(cells: Mapping[str, str]) -> Client:
    for column in FIELDS:
        if column not in CATEGORIES:
            _check_number(column, cells[column])
    if cells[LABEL] not in LABELS:
        raise ValueError(f'column "{LABEL}": {cells[LABEL][:40]!r} is not a label; expected yes or no')
    return Client(LABELS[cells[LABEL]], encode(cells))


def _prepared(cells: Mapping[str, str]) -> Client:
    for column in PREPARED:
        _check_number(column, cells[column])
    if (cells["y_no"], cells["y_yes"]) not in (("0", "1"), ("1", "0")):
        raise ValueError('columns "y_no" and "y_yes": one of them should be 1, the other 0')
    return Client(cells["y_yes"], [cells.get(column, "") for column in FEATURES])


def _check_number(column: str, cell: str) -> None:
    if not NUMBER.fullmatch(cell) or not math.isfinite(float(cell)):
        raise ValueError(f'column "{column}": {cell[:40]!r} is not a number')


def baseline(client: Client) -> Sequence[str]:
    """What the workshop's model reads of a client: the prepared file's columns."""
    return client.features[: -len(INDICATORS)]
