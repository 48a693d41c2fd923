"""What kind of values a column has, as Autopilot tells them apart."""

import math
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from automl_cells import number

NUMERIC, CATEGORICAL, TEXT, DATETIME = "numeric", "categorical", "text", "datetime"
ID, CONSTANT = "id", "constant"

# Of the cells that have a value: so many have to be of a kind, for the column to be of it.
OF_A_KIND = 0.95
# In the public run an area code with 3 values is numeric, and a state with 51 is text.
NUMBERS_AS_CATEGORIES, MOST_CATEGORIES = 2, 30

_UUID = re.compile(r"\{?[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\}?", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ].+)?|\d{1,2}/\d{1,2}/\d{4}(?: \d{2}:\d{2}(?::\d{2})?)?")
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
    if _are(present, _is_date):
        return DATETIME
    return CATEGORICAL if len(different) <= MOST_CATEGORIES else TEXT


def date_number(cell: str) -> float:
    """The date that a cell is, with or without a time, in seconds since 1970; NaN if it is none.

    Of 3/4/2024 the month comes first, of 13/4/2024 the day. A time without a zone is taken for UTC.
    """
    if not _DATE.fullmatch(cell):
        return math.nan
    readings = [datetime.fromisoformat] if "-" in cell else [_slashed(form) for form in _SLASHED]
    for read in readings:
        try:
            date = read(cell)
        except ValueError:
            continue
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    return math.nan


def _slashed(form: str) -> Callable[[str], datetime]:
    def read(cell: str) -> datetime:
        date, _, time = cell.partition(" ")
        return datetime.combine(
            datetime.strptime(date, form), datetime.fromisoformat(f"2000-01-01 {time or '00:00'}").time()
        )

    return read


def _is_number(cell: str) -> bool:
    return not math.isnan(number(cell))


def _is_date(cell: str) -> bool:
    return not math.isnan(date_number(cell))


def _are(cells: Sequence[str], is_one: Callable[[str], object]) -> bool:
    return sum(bool(is_one(cell)) for cell in cells) >= OF_A_KIND * len(cells)


def _counts_rows(numbers: Sequence[float]) -> bool:
    whole = all(one.is_integer() for one in numbers)
    return whole and max(numbers) - min(numbers) < 2 * len(numbers)
