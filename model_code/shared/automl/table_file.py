"""A table as a person hands it over: a CSV file with a header, plain or compressed with gzip."""

import csv
import gzip
import io
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from automl_cells import plain
from job_files import write_lines

_GZIP = b"\x1f\x8b"
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_NAMED, _REPEATED = 20, 40


class TableError(ValueError):
    """The table is not one to train on; the message names file and line where there is one."""


@dataclass(frozen=True)
class Table:
    """Names of columns, and rows of as many plain cells (`automl_cells.plain`)."""

    names: Sequence[str]
    rows: Sequence[list[str]]

    @classmethod
    def read(cls, path: Path) -> "Table":
        """Read a file in UTF-8, with or without a byte order mark, whose rows end in LF or CRLF.

        Blank lines are left out. Refuses (TableError) bytes that are not such text, a quote that does not
        end, a header with an empty name or one name twice, and a row with more or fewer cells than that.
        """
        lines = _csv_lines(path)
        header = next(lines, None)
        if header is None:
            raise TableError(f"{path.name}: the file is empty; expected a header and rows")
        names = _names(header[1], path.name)
        rows = []
        for number, cells in lines:
            if len(cells) != len(names):
                raise TableError(
                    f"{path.name}, line {number}: expected {len(names)} columns, got {len(cells)}"
                )
            rows.append([plain(cell) for cell in cells])
        if not rows:
            raise TableError(f"{path.name}: no row follows the header")
        return cls(names, rows)

    def index(self, name: str) -> int:
        """Where the column of this name is. Raises TableError if it is not there, or if there is no other."""
        name = named(name)
        if name not in self.names:
            raise TableError(f"there is no column {quoted(name)}; the columns are {_listed(self.names)}")
        if len(self.names) == 1:
            raise TableError(f"there is no column besides the target {quoted(name)}")
        return self.names.index(name)

    def column(self, index: int) -> list[str]:
        return [row[index] for row in self.rows]

    def write(self, path: Path) -> None:
        """Write header and rows, so that `read` gets the same table."""
        write_rows(path, [self.names, *self.rows])


def named(name: str) -> str:
    """A column's name in composed characters, with one space where there is white space or a line end, and
    without byte order marks, of which some programs write two."""
    return " ".join(unicodedata.normalize("NFC", name.replace("\ufeff", "")).split())


def quoted(text: str) -> str:
    """As much of a name or a label as a message repeats."""
    return f'"{text}"' if len(text) <= _REPEATED else f'"{text[:_REPEATED]}..."'


def write_rows(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """Write rows as CSV with LF, quoted where need be."""
    write_lines(path, map(csv_line, rows))


def csv_line(row: Sequence[str]) -> str:
    """The row as a line of CSV without its end, quoted where need be."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(row)
    return text.getvalue()


def _csv_lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Cells of each line that is not blank, with the number of the line at which they end."""
    reading = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        for cells in reading:
            if cells:
                yield reading.line_num, cells
    except csv.Error as error:
        if str(error).startswith("field larger than"):
            raise TableError(
                f"{path.name}, line {reading.line_num}: a cell is too long; expected at most "
                f"{csv.field_size_limit():,} characters, or a quote does not end"
            ) from None
        raise TableError(f"{path.name}, line {reading.line_num}: not CSV ({error})") from None


def _text(path: Path) -> str:
    data = path.read_bytes()
    try:
        data = gzip.decompress(data) if data.startswith(_GZIP) else data
        text = data.decode("utf-8-sig")
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise TableError(f"{path.name}: not a complete gzip file ({error})") from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise TableError(f"{path.name}, line {line}: not UTF-8; save the table as CSV in UTF-8") from None
    if (position := text.find("\0")) >= 0:
        line = text.count("\n", 0, position) + 1
        raise TableError(f"{path.name}, line {line}: a NUL; expected CSV, which is text")
    return text


def _names(header: Sequence[str], file: str) -> list[str]:
    if len(header) == 1:
        for separator, words in _SEPARATORS.items():
            if separator in header[0]:
                raise TableError(f"{file}: the columns are separated by {words}; expected commas")
    names = [named(name) for name in header]
    if "" in names:
        number = names.index("") + 1
        raise TableError(
            f"{file}: column {number} has no name; expected a header with a name for each column"
        )
    [(name, count)] = Counter(names).most_common(1)
    if count > 1:
        raise TableError(
            f"{file}: {count} columns have the name {quoted(name)}; rename or remove all but one"
        )
    return names


def _listed(names: Sequence[str]) -> str:
    first = ", ".join(map(quoted, names[:_NAMED]))
    return f"{first} and {len(names) - _NAMED} others" if len(names) > _NAMED else first
