"""Requests as tables of single precision, the precision in which XGBoost compares."""

from collections.abc import Iterator

import numpy as np
from toolkit.errors import CallerProblem

from . import content, csv_rows, libsvm
from .booster import Table


def tables(body: bytes, content_type: str, features: int, *, managed: bool) -> Iterator[Table]:
    """The request's rows as tables with `features` columns, piece by piece.

    CSV has no header and no label, its delimiter is that of the first row, an empty cell is missing.
    libsvm has `index:value` pairs; RecordIO-protobuf has dense or sparse `values`; their labels are ignored.
    Refuses an unknown type and content that is not a table (415), too many columns (400), and too few in CSV
    and in dense records (400) unless `managed` is set: then absent columns count as missing.
    """
    try:
        kind = content.kind(content_type)
    except content.UnsupportedContent as error:
        raise CallerProblem(415, str(error)) from None
    row = 1
    for table in _tables(body, kind, features, managed=managed):
        fitted = _fitted(table, features, pad=managed)
        _refuse_infinite(fitted, row)
        yield fitted
        row += len(table)


def _tables(body: bytes, kind: str, features: int, *, managed: bool) -> Iterator[Table]:
    if kind == content.PARQUET:
        raise CallerProblem(415, "Parquet is taken for training only, by the managed image too.")
    if kind == content.RECORDS:
        return iter([_from_records(body, features)])
    text = body.strip()
    if not text:
        raise CallerProblem(415, "The body has no rows.")
    return csv_rows.tables(text) if kind == content.CSV else libsvm.tables(text, features, managed=managed)


def _from_records(body: bytes, features: int) -> Table:
    # Protobuf costs a container 10 MB, and few callers send records.
    from built_in import record_rows  # noqa: PLC0415

    from . import record_tables  # noqa: PLC0415

    read = record_rows.of_request(body, record_tables.rows, 415)
    if read.width > features:
        raise CallerProblem(400, f"The records have {read.width} features, the model has {features}.")
    return read.table(features if read.sparse else read.width, np.nan)


def _refuse_infinite(table: Table, row: int) -> None:
    infinite = np.isinf(table)
    if infinite.any():
        at, column = np.argwhere(infinite)[0]
        raise CallerProblem(415, f"Row {row + at}, column {column + 1}: infinite in single precision.")


def _fitted(table: Table, features: int, *, pad: bool) -> Table:
    columns = table.shape[1]
    if columns == features:
        return table
    if columns > features or not pad:
        raise CallerProblem(400, f"The rows have {columns} columns, the model has {features} features.")
    fitted = np.full((len(table), features), np.nan, dtype=np.float32)
    fitted[:, :columns] = table
    return fitted
