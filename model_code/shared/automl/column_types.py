"""What kind of values a column has, as Autopilot tells them apart."""

import math
import re
from collections.abc import Callable, Sequence
from datetime import datetime

from automl_cells import number

NUMERIC, CATEGORICAL, TEXT, DATETIME = "numeric", "categorical", "text", "datetime"
ID, CONSTANT = "id", "constant"

# Of the cells that have a value: so many have to be of a kind, for the column to be of it.
OF_A_KIND = 0.95
# In the public run an area code with 3 values is numeric, and a state with 51 is text.
NUMBERS_AS_CATEGORIES, MOST_CATEGORIES = 2, 30

_UUID = re.compile(r"\{?[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\}?", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\b.*|\d{1,2}/\d{1,2}/\d{4}(?: \d{2}:\d{2}(?::\d{2})?)?")
_SLASHED = ("%m/%d/%Y", "%d/%m/%Y")


def column_type(cells: Sequence[str]) -> str:
    """The type of a column of plain cells.

    `constant`: there is one value, or none at all. `numeric`: at least 95 % of the values are numbers, and
    there are more than two of them; otherwise `categorical`, as other values of which there are no more than
    30. `datetime`: at least 95 % are dates, `2024-02-29T10:00` or `2/29/2024`. `id`: each row has its own
    UUID, or its own whole number out of a range that is narrower than twice the rows. All else is `text`.
    """
    present = [cell for cell in cells if cell]
    different = set(present)
    if not different or (len(different) == 1 and len(present) == len(cells)):
        return CONSTANT
    unique = len(different) == len(cells)
    if _are(present, _is_number):
        if unique and _counts_rows([*map(number, present)]):
            return ID
        return NUMERIC if len(different) > NUMBERS_AS_CATEGORIES else CATEGORICAL
    if unique and _are(present, _UUID.fullmatch):
        return ID
    if _are(present, is_date):
        return DATETIME
    return CATEGORICAL if len(different) <= MOST_CATEGORIES else TEXT


def is_date(cell: str) -> bool:
    """Whether a cell is a date, with or without a time."""
    if not _DATE.fullmatch(cell):
        return False
    if "/" in cell:
        return any(_parses(cell.partition(" ")[0], form) for form in _SLASHED)
    try:
        datetime.fromisoformat(cell)
    except ValueError:
        return False
    return True


def _parses(cell: str, form: str) -> bool:
    try:
        datetime.strptime(cell, form)
    except ValueError:
        return False
    return True


def _is_number(cell: str) -> bool:
    return not math.isnan(number(cell))


def _are(cells: Sequence[str], is_one: Callable[[str], object]) -> bool:
    return sum(bool(is_one(cell)) for cell in cells) >= OF_A_KIND * len(cells)


def _counts_rows(numbers: Sequence[float]) -> bool:
    whole = all(one.is_integer() for one in numbers)
    return whole and max(numbers) - min(numbers) < 2 * len(numbers)
