"""JSON as TensorFlow Serving reads it: by RapidJSON 1.1.0, whose words and offsets say what is wrong.

Python's own parser reads what both take. Where it refuses, or would read otherwise, the grammar is followed
here by hand: NUL ends a document, `Inf` and `-NaN` are numbers, half a surrogate pair is an error.
"""

import json
import math
import re
from typing import Any

from .json_reader import BOM, Reader, number

# Half pairs, and integers that no double holds, are what Python takes and RapidJSON does not.
_NOT_PYTHONS = re.compile(rb"\\u[dD][89a-fA-F]|[0-9]{300}")


def parse(body: bytes) -> Any:
    """The document's value; of a name that an object has twice, the first counts.

    Refuses with MalformedJson, and with RecursionError what is nested more than DEEPEST times. An int is
    within 64 bits, any other number a float. Text that is not UTF-8 is in surrogate escapes.
    """
    if _NOT_PYTHONS.search(body) is None:
        try:
            text = BOM.sub(b"", body, count=1).decode("utf-8", "surrogateescape")
            return json.loads(text, parse_float=_finite, parse_int=number, object_pairs_hook=_first)
        except (ValueError, RecursionError):
            pass  # The reader here says what is wrong, or finds that nothing is.
    return parse_by_hand(body)


def parse_by_hand(body: bytes) -> Any:
    """The same without Python's parser: slower, and right in every case."""
    return Reader(body).document()


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError
    return value


def _first(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    return dict(reversed(pairs))
