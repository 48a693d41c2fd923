"""The media types that SageMaker's containers speak, and how to read one from a header."""

ANY = "*/*"
CSV = "text/csv"
HTML = "text/html"
JSON = "application/json"
JSON_LINES = "application/jsonlines"
NPY = "application/x-npy"
PROBLEM = "application/problem+json"


def media_type(header: str) -> str:
    """The type itself, lower case, without parameters: `Text/CSV; charset=utf-8` is `text/csv`."""
    return header.partition(";")[0].strip().lower()


def with_charset(header: str) -> str:
    """A textual type names its character set, as Flask in the managed images writes it."""
    if header.startswith("text/") and ";" not in header:
        return header + "; charset=utf-8"
    return header
