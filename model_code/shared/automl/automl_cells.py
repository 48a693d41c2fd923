"""What a cell of a table says: nothing, a number, or text."""

import math
import re

from plain_number import NUMBER

MISSING = frozenset({"", "nan", "-nan", "na", "n/a", "#n/a", "<na>", "nat", "null", "inf", "infinity"})
# Most cells: what needs no closer look.
_SHORT_NUMBER = re.compile(r"\d{1,15}(?:\.\d{1,15})?", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?", re.ASCII)
# All but NUL, which the reading of the table refuses.
_CONTROLS = re.compile(r"[\x01-\x1f\x7f-\x9f\u2028\u2029]+")


def plain(cell: str) -> str:
    """The cell as the steps behind the hold-out see it.

    White space around it is gone. Line ends and other control characters in it are spaces: batch transform
    reads a line as a row, and the transformers refuse control characters. `1,234.5` is
    1234.5. Empty are a cell without a value, the names for that which programs write (NaN, NULL, N/A, in
    upper or lower case), and a number that is not finite. Everything else is as it stands.
    """
    if _SHORT_NUMBER.fullmatch(cell):
        return cell
    cell = _CONTROLS.sub(" ", cell).strip()
    if cell.lstrip("+-").lower() in MISSING or cell.lower() in MISSING:
        return ""
    if _GROUPED.fullmatch(cell):
        cell = cell.replace(",", "")
    if NUMBER.fullmatch(cell) and not math.isfinite(float(cell)):
        return ""
    return cell


def number(cell: str) -> float:
    """The number that a plain cell is, NaN if it is none."""
    return float(cell) if NUMBER.fullmatch(cell) else math.nan
