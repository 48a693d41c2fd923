"""The first container of a candidate's model: rows of the table to features."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import record_io
from feature_pipeline import FeaturePipeline
from hop_request import CSV, choose
from record_io import LARGEST, RECORDIO
from table_rows import RowReader
from table_schema import FILE, Schema
from transformer import Matrix

type Encode = Callable[[Matrix, Matrix | None], bytes]


class FeatureTransform:
    """Answers text/csv (the label first, an empty cell for a missing number) or RecordIO-protobuf.

    An Accept that takes neither gets `default`, because nobody documents which one a middle hop receives.
    """

    def __init__(self, folder: Path, *, default: str = CSV, sparse: bool = False, end: str = "\n") -> None:
        self._pipeline = FeaturePipeline.load(folder)
        self._reader = RowReader(Schema.load(folder / FILE))
        self._default = default if default in (CSV, RECORDIO) else CSV
        self._end = end.encode()
        self._encode: dict[str, Encode] = {
            CSV: _csv,
            RECORDIO: record_io.sparse if sparse else record_io.dense,
        }

    def answer(self, text: str, accept: str | None) -> tuple[bytes, str]:
        content_type = choose(accept, (self._default, *self._encode)) or self._default
        encode = self._encode[content_type]
        rows = self._reader.read(text)
        labels = None if rows.labels is None else np.array(rows.labels)
        pieces = [
            encode(features, None if labels is None else labels[start : start + len(features)])
            for start, features in self._features(rows.cells)
        ]
        if content_type == CSV:
            return b"\n".join(pieces) + self._end, CSV
        return b"".join(pieces), RECORDIO

    def _features(self, cells: Sequence[Sequence[str]]) -> Iterator[tuple[int, Matrix]]:
        """The place of its first row, and the features, of so many rows as fit into the processor's cache."""
        if len(cells) == 1:
            yield 0, self._pipeline.row(cells[0])[None]
            return
        size = self._pipeline.rows
        for start in range(0, len(cells), size):
            columns = [*zip(*cells[start : start + size], strict=True)]
            yield start, self._pipeline.transform(columns, first_row=start + 1)


def _csv(features: Matrix, labels: Matrix | None) -> bytes:
    if labels is not None:
        features = np.column_stack([labels, features])
    lines = [",".join(map(repr, row)) for row in np.clip(features, -LARGEST, LARGEST).tolist()]
    return "\n".join(lines).replace("nan", "").encode()
