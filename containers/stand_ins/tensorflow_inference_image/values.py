"""Single values of a request: what they are, and whether a tensor or a feature can hold them."""

import base64
import binascii
import math
from typing import Any

import numpy as np

from .json_writer import echoed
from .servable import type_name
from .status import ServingError, invalid

# The largest integers that have all their digits in the two precisions, and the largest number in single.
EXACT = {"DT_FLOAT": 2**24 - 1, "DT_DOUBLE": 2**53 - 1}
_LARGEST_SINGLE = float(np.finfo(np.float32).max)
_KINDS = {dict: "Object", list: "Array", str: "String", int: "Number", float: "Number", type(None): "Null"}


def is_base64(value: Any) -> bool:
    """Whether a value is an object of one member `b64`, a string."""
    return isinstance(value, dict) and len(value) == 1 and isinstance(value.get("b64"), str)


def encoded(text: str) -> bytes:
    """The bytes of a string; what was no UTF-8 in the request is as it came."""
    return text.encode("utf-8", "surrogateescape")


def decoded_base64(value: Any) -> bytes:
    """The bytes of a `b64` object, with or without its padding."""
    if not is_base64(value):
        raise invalid(f"JSON Value: {echoed(value)} not formatted correctly for base64 data")
    # Blanks are skipped, `.` pads as `=` does, and padding may be left out as a whole.
    text = b"".join(encoded(value["b64"]).split()).replace(b".", b"=")
    digits = text.rstrip(b"=")
    padding = b"=" * (-len(digits) % 4)
    try:
        if text not in (digits, digits + padding):
            raise binascii.Error
        return base64.b64decode(digits + padding, validate=True)
    except binascii.Error:
        raise invalid("Unable to base64 decode") from None


def is_lossless(value: float, dtype: str) -> bool:
    """Whether a number can be a float or a double: an integer with all its digits, any other within range."""
    if isinstance(value, int):
        return abs(value) <= EXACT[dtype]
    return not math.isfinite(value) or dtype == "DT_DOUBLE" or abs(value) <= _LARGEST_SINGLE


def lossy(value: Any, dtype: str) -> ServingError:
    return invalid(
        f"Cannot convert JSON value: {echoed(value)} to {type_name(dtype)} without loss of precision."
    )


def kind(value: Any) -> str:
    """What JSON calls the value."""
    return str(value) if isinstance(value, bool) else _KINDS[type(value)]
