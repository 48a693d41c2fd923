"""analysis.json: all that the data exploration notebook shows of a table.

- `rows`, `columns`: their counts; columns with the target
- `target`: its name, problem_type, missing cells, and labels, each with count and share of the rows with one
- `types`: how many features are of each type
- `features`: what `column_statistics.describe` says of each, with its prediction_power, in the file's order
- `duplicate_rows`: count, share, and most_frequent: rows with how often they are there
- `correlations`: the columns of the matrix, the matrix, and redundant pairs (`cross_columns`)
- `anomalous_rows`: number of the row below the header, from 1, its score (`unusual_rows`) and cells
- `sample`: names and rows of the first ten rows
- `insights`: severity (high or low), name and text of what a person should look at first (`insights`)
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from column_statistics import describe
from column_types import CATEGORICAL, CONSTANT, DATETIME, ID, NUMERIC, TEXT
from column_values import ColumnValues, feature_columns
from cross_columns import correlations
from prediction_power import prediction_power
from table_file import Table
from table_insights import insights
from table_schema import Schema
from unusual_rows import anomalous_rows, duplicate_rows

FILE = "analysis.json"
TYPES = (NUMERIC, CATEGORICAL, TEXT, DATETIME, ID, CONSTANT)
SAMPLE = 10


def analysis(table: Table, schema: Schema) -> dict[str, Any]:
    """The content of analysis.json; the same table makes the same one."""
    columns = feature_columns(table, schema)
    powers = _powers(table, schema, columns)
    found: dict[str, Any] = {
        "rows": len(table.rows),
        "columns": len(table.names),
        "target": _target(table, schema),
        "types": {name: sum(column.type == name for column in columns) for name in TYPES},
        "features": [
            {**describe(column), "prediction_power": round(power, 4)}
            for column, power in zip(columns, powers, strict=True)
        ],
        "duplicate_rows": _duplicates(table),
        "correlations": _correlations(columns, powers),
        "anomalous_rows": [
            {"row": row + 1, "score": score, "cells": table.rows[row]}
            for row, score in anomalous_rows(columns)
        ],
        "sample": {"names": table.names, "rows": table.rows[:SAMPLE]},
    }
    return {**found, "insights": insights(found)}


def _powers(table: Table, schema: Schema, columns: Sequence[ColumnValues]) -> list[float]:
    labels = table.column(schema.target_index)
    labeled = [row for row, label in enumerate(labels) if label]
    positive = np.array([labels[row] == schema.labels[1] for row in labeled])
    if len(labeled) < len(labels):
        columns = [
            ColumnValues(column.name, column.type, [column.cells[row] for row in labeled])
            for column in columns
        ]
    return prediction_power(columns, positive)


def _target(table: Table, schema: Schema) -> dict[str, Any]:
    labels = table.column(schema.target_index)
    counts = {label: labels.count(label) for label in schema.labels}
    total = sum(counts.values())
    return {
        "name": schema.target,
        "problem_type": schema.problem_type,
        "missing": len(labels) - total,
        "labels": [
            {"label": label, "count": count, "share": count / total} for label, count in counts.items()
        ],
    }


def _duplicates(table: Table) -> dict[str, Any]:
    found = duplicate_rows(table.rows)
    return {
        "count": found.count,
        "share": found.count / len(table.rows),
        "most_frequent": [{"count": count, "cells": cells} for count, cells in found.most_frequent],
    }


def _correlations(columns: Sequence[ColumnValues], powers: Sequence[float]) -> dict[str, Any]:
    found = correlations(columns, powers)
    redundant = [
        {"first": first, "second": second, "correlation": value} for first, second, value in found.redundant
    ]
    return {"columns": found.columns, "matrix": found.matrix, "redundant": redundant}
