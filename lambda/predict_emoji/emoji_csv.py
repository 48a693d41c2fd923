"""A file of tweets as CSV (RFC 4180): one field a record, which may have line breaks in double quotes."""

import re

from prediction_service.problem import FieldError, Problem

_RECORD = re.compile(r'(?:"((?:[^"]|"")*+)"|([^",\r\n]*+))(?:\r?\n|\Z)')
_EXPECTED = "Expected 1 field, in double quotes if it has commas, quotes (each doubled) or line breaks"


def tweets(text: str, *, max_tweets: int) -> list[str]:
    """The field of each record.

    A line without any character but spaces and tabs is no record. Raises a Problem for a record of another
    form, for none at all, and for too many.
    """
    text = text.removeprefix("\ufeff")
    found: list[str] = []
    position = 0
    while position < len(text):
        record = _RECORD.match(text, position)
        if record is None:
            row = len(found) + 1
            detail = f"Row {row} is not valid CSV."
            raise Problem(400, detail, errors=[FieldError(row=row, detail=_EXPECTED)])
        position = record.end()
        quoted, plain = record.groups()
        if quoted is not None:
            found.append(quoted.replace('""', '"'))
        elif plain.strip(" \t"):
            found.append(plain)
        if len(found) > max_tweets:
            raise Problem(413, f"The body has more than {max_tweets} rows. Send fewer rows per request.")
    if not found:
        raise Problem(400, "The body is empty. Send one row per line.")
    return found
