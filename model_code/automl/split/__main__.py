"""Cut the development part, 80 % to train candidates and 20 % to choose among them, each label alike.

Writes train/rows.csv and validation/rows.csv, and labeled/rows.csv with the rows of both: all columns in the
file's order, the target among them, without a header. Rows without a label are left out.
"""

import sys
from collections.abc import Sequence

import numpy as np
from job_files import only_file
from table_file import Table, write_rows
from table_job import table_parser
from table_schema import binary_labels

TRAIN = 0.8


def main(argv: Sequence[str] | None = None) -> None:
    parser = table_parser(
        "split", __doc__, "development", ("train", "validation", "labeled"), seeded="the rows of each part"
    )
    arguments = parser.parse_args(argv)
    try:
        table = Table.read(only_file(arguments.development))
        target = table.index(arguments.target)
        labels = table.column(target)
        parts = cut(labels, binary_labels(table, target), arguments.seed)
    except (OSError, ValueError) as error:
        sys.exit(f"error: {error}")
    folders = (arguments.train, arguments.validation, arguments.labeled)
    together = sorted([*parts[0], *parts[1]])
    for folder, numbers in zip(folders, (*parts, together), strict=True):
        write_rows(folder / "rows.csv", (table.rows[number] for number in numbers))
    train, validation = map(len, parts)
    print(f"split by {arguments.target} with seed {arguments.seed}: train {train}, validation {validation}")


def cut(column: Sequence[str], labels: Sequence[str], seed: int) -> tuple[list[int], list[int]]:
    """Row numbers of train and validation, in the table's order."""
    random = np.random.RandomState(seed)
    train: list[int] = []
    validation: list[int] = []
    for label in labels:
        rows = random.permutation([number for number, one in enumerate(column) if one == label]).tolist()
        up_to = round(TRAIN * len(rows))
        train += rows[:up_to]
        validation += rows[up_to:]
    return sorted(train), sorted(validation)


if __name__ == "__main__":
    main()
