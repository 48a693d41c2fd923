"""The rows of a training channel, read from its files by their content type."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from built_in.hyperparameters import Refused
from numpy.typing import NDArray
from toolkit import tabular

from . import content

logger = logging.getLogger("xgboost_image")

_Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Examples:
    """The rows of one channel: single-precision features, NaN where missing, and what goes with each row."""

    features: _Floats
    labels: _Floats
    weights: _Floats | None = None
    queries: NDArray[np.int64] | None = None


def from_csv(paths: Sequence[Path], *, weighted: bool) -> Examples:
    """No header, the label first; with `weighted` the second column is the row's weight.

    The first row of the first file says what the delimiter of all is.
    """
    texts = [(path.name, path.read_bytes().strip()) for path in paths]
    try:
        delimiter = content.delimiter(texts[0][1])
    except content.UnsupportedContent as error:
        raise Refused(f"Could not determine delimiter: {texts[0][0]}: {error}") from None
    tables: list[NDArray[np.float64]] = []
    for name, text in texts:
        try:
            tables.append(tabular.parse(content.with_commas(text, delimiter)))
        except ValueError as error:
            raise Refused(f"Failed to load csv data: {name}: {error}") from None
    rows = _together([name for name, _ in texts], tables, "csv")
    first = 2 if weighted else 1
    if rows.shape[1] <= first:
        raise Refused("Failed to load csv data: there is no feature column after the label.")
    return Examples(rows[:, first:], rows[:, 0], rows[:, 1] if weighted else None)


def from_libsvm(paths: Sequence[Path]) -> Examples:
    """Lines of `label[:weight] [qid:n] index:value ...`, with indices as they are: training shifts none."""
    labels: list[float] = []
    weights: list[float] = []
    queries: list[int] = []
    cells: list[tuple[int, int, float]] = []
    for path in paths:
        for number, line in enumerate(path.read_bytes().strip().split(b"\n"), start=1):
            head, *tokens = line.split() or [b""]
            try:
                label, _, weight = head.partition(b":")
                labels.append(float(label))
                weights.append(float(weight or 1))
                for token in tokens:
                    index, _, value = token.partition(b":")
                    if index == b"qid":
                        queries.append(int(value))
                    else:
                        cells.append((len(labels) - 1, int(index), float(value)))
            except ValueError:
                raise Refused(
                    f"Failed to load libsvm data: {path.name}: line {number} is not "
                    "label[:weight] index:value ..."
                ) from None
    return _matrix(labels, weights, queries, cells)


def from_parquet(paths: Sequence[Path]) -> Examples:
    """Columns of numbers, the label first; a null is missing. Every file has the first one's columns.

    Columns that pandas wrote as the index of its rows are none of these: the image reads them as an index.
    """
    # What Parquet and records are read with takes longer to load than most jobs to train.
    import pyarrow  # noqa: PLC0415
    from pyarrow import parquet  # noqa: PLC0415

    tables: list[NDArray[np.float64]] = []
    names: list[str] = []
    for path in paths:
        try:
            table = parquet.read_table(path, partitioning=None)
            table = table.drop_columns(_index_columns(table.schema))
        except (pyarrow.ArrowException, OSError, ValueError) as error:
            raise Refused(f"Failed to load parquet data with exception:\n{path.name}: {error}") from None
        names = names or table.column_names
        if sorted(table.column_names) != sorted(names):
            raise Refused(
                f"Failed to load parquet data with exception:\n{path.name} has the columns "
                f"{', '.join(table.column_names)}, the files before it {', '.join(names)}"
            )
        for field in table.schema:
            if not any(is_a(field.type) for is_a in _numbers(pyarrow)):
                raise Refused(
                    f"Failed to load parquet data with exception:\n{path.name}: column {field.name} holds "
                    f"{field.type}; expected integers, floating-point numbers, decimals or booleans"
                )
        columns = [table[name].cast(pyarrow.float64(), safe=False).to_numpy() for name in names]
        tables.append(np.column_stack([np.empty((table.num_rows, 0)), *columns]))
    rows = _together([path.name for path in paths], tables, "parquet")
    return _labeled(rows, "parquet")


def from_records(paths: Sequence[Path]) -> Examples:
    """RecordIO-protobuf: records with the feature `values`, dense or sparse, and one label `values`."""
    # Its protobuf takes longer to load than most jobs to train, too.
    from built_in.records import NotRecords  # noqa: PLC0415

    from .record_tables import rows  # noqa: PLC0415

    try:
        files = [rows(path.read_bytes()) for path in paths]
    except NotRecords as error:
        raise Refused(f"Failed to load recordio-protobuf data with exception:\n{error}") from None
    if len({(each.width, each.sparse) for each in files}) > 1:
        raise Refused(
            "Failed to load recordio-protobuf data with exception:\nthe files' records differ in length"
        )
    labels = [label for each in files for label in each.labels]
    if None in labels:
        raise Refused(
            "Failed to load recordio-protobuf data with exception:\n"
            f"record {labels.index(None) + 1} has no label called values"
        )
    features = np.concatenate([each.table(each.width, np.nan) for each in files])
    return Examples(features, np.array(labels, dtype=np.float32))


def _index_columns(schema: Any) -> list[str]:
    """The columns that pandas, by its note in the file, makes the index of; refuses a note that is none."""
    try:
        described = (schema.pandas_metadata or {}).get("index_columns", [])
        # An index that merely counts is described and has no column.
        return [each for each in described if isinstance(each, str) and each in schema.names]
    except (AttributeError, TypeError, ValueError):
        raise ValueError("its pandas metadata is malformed; write the file again") from None


def _numbers(pyarrow: object) -> list[Callable[[object], bool]]:
    types = pyarrow.types  # type: ignore[attr-defined] # pyarrow has no types of its own
    # A column of nulls alone has a type of its own.
    return [types.is_integer, types.is_floating, types.is_decimal, types.is_boolean, types.is_null]


def _together(names: Sequence[str], tables: Sequence[NDArray[np.float64]], kind: str) -> _Floats:
    for name, table in zip(names, tables, strict=True):
        if table.shape[1] != tables[0].shape[1]:
            raise Refused(
                f"Failed to load {kind} data: {name} has {table.shape[1]} columns, "
                f"the files before it {tables[0].shape[1]}."
            )
    return np.concatenate(tables).astype(np.float32)


def _labeled(rows: _Floats, kind: str) -> Examples:
    if rows.shape[1] < 2:
        raise Refused(f"Failed to load {kind} data: there is no feature column after the label.")
    return Examples(rows[:, 1:], rows[:, 0])


def _matrix(
    labels: list[float], weights: list[float], queries: list[int], cells: list[tuple[int, int, float]]
) -> Examples:
    if queries and len(queries) != len(labels):
        raise Refused("Failed to load libsvm data: a qid stands on some rows and not on others.")
    width = max((column for _, column, _ in cells), default=-1) + 1
    if width == 0:
        raise Refused("Failed to load libsvm data: no row has a feature.")
    if all(column > 0 for _, column, _ in cells):
        logger.info(
            "No row has feature 0. Training leaves indices as they are, and in serving the managed image "
            "subtracts 1 from those of such a request: containers/stand_ins/README.md says what to do."
        )
    features = np.full((len(labels), width), np.nan, dtype=np.float32)
    for row, column, value in cells:
        features[row, column] = value
    weighted = any(weight != 1 for weight in weights)
    return Examples(
        features,
        np.array(labels, dtype=np.float32),
        np.array(weights, dtype=np.float32) if weighted else None,
        np.array(queries) if queries else None,
    )
