"""RecordIO-protobuf as the managed image takes it: what a sparse record leaves out is missing."""

from built_in import record_rows
from built_in.record_rows import Rows
from built_in.records import NotRecords


def rows(content: bytes) -> Rows:
    """The records as rows; refuses, beside what is none, a sparse one in which nothing is given.

    The image takes that for a dense row of no columns, on which it fails among others.
    """
    read = record_rows.rows(content)
    empty = next((number for number, one in enumerate(read.tensors, start=1) if not len(one.values)), None)
    if empty:
        raise NotRecords(
            f"record {empty} has a shape and no numbers, on which the managed image fails; write a 0 for one"
        )
    return read
