"""The media types of the managed XGBoost image: what a request or a channel may hold."""

from toolkit.content_types import media_type

CSV = "csv"
LIBSVM = "libsvm"
PARQUET = "parquet"
RECORDS = "recordio-protobuf"

NAMES = {
    "csv": CSV,
    "text/csv": CSV,
    "libsvm": LIBSVM,
    "text/libsvm": LIBSVM,
    "text/x-libsvm": LIBSVM,
    "parquet": PARQUET,
    "application/x-parquet": PARQUET,
    "recordio-protobuf": RECORDS,
    "application/x-recordio-protobuf": RECORDS,
}
_PREFERRED = (b",", b"\t", b";", b" ")
_SNIFFED_CHARACTERS = 512


class UnsupportedContent(ValueError):
    """Content that is refused; the message names what came and what is accepted."""


def kind(content_type: str) -> str:
    """`csv`, `libsvm`, `parquet` or `recordio-protobuf`; none at all means libsvm.

    Refuses other types and a label_size other than 1.
    """
    if not content_type:
        return LIBSVM
    name = media_type(content_type)
    if name not in NAMES:
        raise UnsupportedContent(f"{name} is not an accepted ContentType: {', '.join(NAMES)}.")
    for parameter in content_type.lower().split(";")[1:]:
        key, _, value = parameter.strip().partition("=")
        if key == "label_size" and value != "1":
            raise UnsupportedContent("The optional parameter label_size must be equal to 1.")
    return NAMES[name]


def delimiter(text: bytes) -> bytes:
    """What separates the cells of a CSV, by its first row: a comma, tab, semicolon, space or bar.

    The image asks Python's `csv.Sniffer`, which on one row prefers the first four in that order. Of a row
    that has none of them it takes the commonest character, and the image a comma when that is a letter or a
    digit. So bars are the delimiter of `1|2|3` and not of `1000|2000`, which is refused, as is a row for
    which the image takes a colon, a sign or a point.
    """
    first_row = text.partition(b"\n")[0][:_SNIFFED_CHARACTERS]
    if b'"' in first_row or b"'" in first_row:
        raise UnsupportedContent("A quoted cell is not a number.")
    for each in _PREFERRED:
        if each in first_row:
            return each
    if not first_row:
        raise UnsupportedContent("There are no rows.")
    if b":" in first_row:
        raise UnsupportedContent("A colon neither separates cells nor stands in a number; for libsvm say so.")
    commonest = max(set(first_row), key=lambda code: (first_row.count(code), code))
    if chr(commonest).isalnum():
        return b","
    if commonest == ord("|"):
        return b"|"
    raise UnsupportedContent(
        "The delimiter cannot be told from the first row; separate the cells by commas, and write a single "
        "column without exponents of ten."
    )


def with_commas(text: bytes, delimiter: bytes) -> bytes:
    """The CSV with commas in place of its delimiter; refuses one that has a comma besides."""
    if delimiter == b",":
        return text
    if b"," in text:
        raise UnsupportedContent("The first row has another delimiter than the comma that stands in a cell.")
    return text.replace(delimiter, b",")
