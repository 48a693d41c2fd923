"""The projection on CSV text, quick for rows whose encoded categories were seen before."""

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
import orjson
from hop_request import RequestError, csv_cells, finite, in_row
from numpy.typing import NDArray
from pca_projection import Matrix, Projection, out_of_range, refuse_out_of_range

# What callers send must not fill the memory.
ENTRIES = 4096
# Lines that are worked on together: enough to use arrays well, few enough to stay in the processor's cache.
PIECE = 512
# A matrix of float64, or a table as `table_of` describes it.
Rows = NDArray[Any]
# Whatever JSON takes that is no number holds one of these; to look for each is quicker than to look at each
# character.
_NO_NUMBER = ('"', "[", "{", "u", "f", " ", "\t", "\r")


class Unusual(Exception):
    """A line has to be read cell by cell."""


class TailTable(dict[str, str]):
    """From the text of a row's encoded categories, `,0,1,...`, to the text of their components.

    Raises Unusual for what is not a comma and a digit for each column.
    """

    def __init__(self, projection: Projection) -> None:
        self._projection = projection
        self.width = 2 * len(projection.mean)

    def __missing__(self, tail: str) -> str:
        digits = tail[1::2]
        if len(tail) != self.width or tail[::2].strip(",") or not (digits.isascii() and digits.isdecimal()):
            raise Unusual
        components = self._projection.components_of(np.array([*map(float, digits)]))
        if len(self) >= ENTRIES:
            self.clear()
        self[tail] = text = "," + render(components[None, :])[0]
        return text


class BitTable(dict[bytes, str]):
    """From a row's encoded categories, packed to a bit each, to the text of their components."""

    def __init__(self, projection: Projection) -> None:
        self._projection = projection

    def __missing__(self, packed: bytes) -> str:
        bits = np.unpackbits(np.frombuffer(packed, np.uint8), count=len(self._projection.mean)).astype(float)
        if len(self) >= ENTRIES:
            self.clear()
        self[packed] = text = "," + render(self._projection.components_of(bits)[None, :])[0]
        return text


class TextProjection:
    """Rows as `csv_text` returns them to CSV: each number cast to float32, then its shortest text.

    XGBoost compares in float32, so this moves no prediction. Refuses (422) a row with another number of
    columns or with a cell that is not a finite number, and names row and column.
    """

    def __init__(self, projection: Projection) -> None:
        self._projection = projection
        self._tails = TailTable(projection)
        self._bits = BitTable(projection)

    def csv(self, text: str) -> str:
        lines = text.split("\n")
        plain = not any(mark in text for mark in _NO_NUMBER)
        pieces: list[str] = []
        for first in range(0, len(lines), PIECE):
            piece = lines[first : first + PIECE]
            rendered = self._quick(piece, first + 1) if plain else None
            pieces += rendered or render(self._projection.project(self._read(piece, first + 1)))
        return "\n".join([*pieces, ""])

    def csv_of(self, rows: Rows) -> str:
        """The same for rows that come as a matrix, or as a table of their numbers and encoded categories."""
        passed = self._projection.passthrough
        if rows.dtype.names:
            numbers, encoded = rows["numbers"], rows["encoded"]
        else:
            numbers, encoded = rows[:, :passed], rows[:, passed:]
        if numbers.shape[1] != passed or encoded.shape[1] != len(self._projection.mean):
            width = numbers.shape[1] + encoded.shape[1]
            raise RequestError(422, f"row 1: {width} columns, expected {self._projection.width}")
        pieces: list[str] = []
        for first in range(0, len(rows), PIECE):
            part = slice(first, first + PIECE)
            pieces += self._of_arrays(np.ascontiguousarray(numbers[part]), encoded[part], first + 1)
        return "\n".join([*pieces, ""])

    def _quick(self, lines: Sequence[str], first_row: int) -> list[str] | None:
        """Rendered lines without any of _NO_NUMBER; None when one has to be read cell by cell."""
        tail, passed = self._tails.width, self._projection.passthrough
        try:
            components = [self._tails[line[-tail:]] for line in lines]
            # What separates the rows is nothing that they can hold.
            cells = orjson.loads("[" + ",null,".join([line[:-tail] for line in lines]) + "]")
        except (Unusual, ValueError):
            return None
        if len(cells) != len(lines) * (passed + 1) - 1:
            return None
        if cells[passed :: passed + 1].count(None) != len(lines) - 1:
            return None
        del cells[passed :: passed + 1]
        heads = np.empty((len(lines), passed))
        struct.pack_into(f"{heads.size}d", heads, 0, *cells)
        refuse_out_of_range(heads, first_row)
        return [head + tail for head, tail in zip(render(heads), components, strict=True)]

    def _of_arrays(self, numbers: Matrix, encoded: NDArray[Any], first_row: int) -> list[str]:
        bits = encoded.astype(bool)
        if (bits != encoded).any():
            return render(self._projection.project(np.hstack([numbers, encoded]), first_row))
        refuse_out_of_range(numbers, first_row)
        packed = np.packbits(bits, axis=1)
        width, keys = packed.shape[1], packed.tobytes()
        components = [self._bits[keys[at : at + width]] for at in range(0, len(keys), width)]
        return [head + tail for head, tail in zip(render(numbers), components, strict=True)]

    def _read(self, lines: Sequence[str], first_row: int) -> Matrix:
        features = np.empty((len(lines), self._projection.width))
        for index, line in enumerate(lines):
            row = first_row + index
            try:
                cells = csv_cells(line)
                if len(cells) != self._projection.width:
                    raise RequestError(422, f"{len(cells)} columns, expected {self._projection.width}")
            except RequestError as error:
                raise in_row(row, error) from None
            numbers = [*map(finite, cells)]
            if None in numbers:
                raise out_of_range(row, numbers.index(None) + 1)
            features[index] = numbers
        refuse_out_of_range(features, first_row)
        return features


def table_of(numbers: int, encoded: int) -> np.dtype[Any]:
    """A row as preprocess sends it: so many numbers, then a byte for each encoded category."""
    return np.dtype([("numbers", "<f8", (numbers,)), ("encoded", "|u1", (encoded,))])


def render(matrix: Matrix) -> list[str]:
    """Each row's numbers in single precision, as the shortest text that reads back as the same float32."""
    single: NDArray[np.float32] = np.ascontiguousarray(matrix, np.float32)
    return orjson.dumps(single, option=orjson.OPT_SERIALIZE_NUMPY)[2:-2].decode().split("],[")
