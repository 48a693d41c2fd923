"""Check a table with a target, shuffle it and hold 20 % of it out, to test on what no step has seen.

Writes development/table.csv (80 %, with the header), test/rows.csv (the columns without the target, without
a header, as batch transform reads them), and labels/labels.csv (their labels, one a line) with
labels/split.json, which says what was cut how. Cells are written plain (`automl_cells.plain`). Rows without a
label stay in the development part, whose analysis names them; they cannot be tested on. A column whose values
in the development part are numbers but for one in twenty (`column_types`) loses the others, in both parts:
split.json has their count.
"""

import json
import math
import sys
from collections.abc import Sequence

import numpy as np
from automl_cells import number
from column_types import NUMERIC, column_type
from job_files import only_file, write_lines
from table_file import Table, TableError, quoted, write_rows
from table_job import table_parser
from table_schema import binary_labels, check_rows

DEVELOPMENT = 0.8
# Rows of each label, in the development part (which is split once more) and in the test part.
LEAST_DEVELOPED, LEAST_TESTED = 2, 1


def main(argv: Sequence[str] | None = None) -> None:
    parser = table_parser(
        "hold_out", __doc__, "input", ("development", "test", "labels"), seeded="the rows of each part"
    )
    arguments = parser.parse_args(argv)
    try:
        table = Table.read(only_file(arguments.input))
        target = table.index(arguments.target)
        labels = binary_labels(table, target)
        check_rows(table, target)
        development, test = hold_out(table, target, arguments.seed)
        _check(development, target, labels, LEAST_DEVELOPED)
        _check(test, target, labels, LEAST_TESTED)
    except (OSError, ValueError) as error:
        sys.exit(f"error: {error}")

    blanked = keep_numbers(development, target, [development, test])
    development.write(arguments.development / "table.csv")
    write_rows(arguments.test / "rows.csv", (without(row, target) for row in test.rows))
    write_rows(arguments.labels / "labels.csv", ([label] for label in test.column(target)))
    rows = {"development": len(development.rows), "test": len(test.rows)}
    rows["left out of test"] = len(table.rows) - sum(rows.values())
    cuts = {"random_state": arguments.seed, "rows": rows, "cells that are no number": blanked}
    write_lines(arguments.labels / "split.json", [json.dumps(cuts)])
    emptied = f"; emptied cells that are no number: {blanked}" if blanked else ""
    print(f"held out of {len(table.rows)} rows with random_state={arguments.seed}: {rows}{emptied}")


def hold_out(table: Table, target: int, seed: int) -> tuple[Table, Table]:
    """The two parts of `df.sample(frac=1, random_state=seed)`, of the second the rows with a label."""
    order = np.random.RandomState(seed).choice(len(table.rows), size=len(table.rows), replace=False).tolist()
    cut = int(DEVELOPMENT * len(order))
    development, test = ([table.rows[i] for i in part] for part in (order[:cut], order[cut:]))
    return Table(table.names, development), Table(table.names, [row for row in test if row[target]])


def _check(part: Table, target: int, labels: Sequence[str], least: int) -> None:
    column = part.column(target)
    for label in labels:
        if (count := column.count(label)) < least:
            raise TableError(
                f"too few rows of the label {quoted(label)}: expected at least {least} a part, got {count}"
            )


def keep_numbers(development: Table, target: int, parts: Sequence[Table]) -> dict[str, int]:
    """Empty the cells that are no number in the numeric columns; how many they were, by column."""
    blanked: dict[str, int] = {}
    for index, name in enumerate(development.names):
        if index == target or column_type(development.column(index)) != NUMERIC:
            continue
        for row in (row for part in parts for row in part.rows):
            if row[index] and math.isnan(number(row[index])):
                row[index] = ""
                blanked[name] = blanked.get(name, 0) + 1
    return blanked


def without(row: Sequence[str], index: int) -> list[str]:
    return [*row[:index], *row[index + 1 :]]


if __name__ == "__main__":
    main()
