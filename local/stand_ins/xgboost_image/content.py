"""The media types of the managed XGBoost image: what a request or a channel may hold."""

from toolkit.content_types import media_type

CSV = "csv"
LIBSVM = "libsvm"

NAMES = {
    "csv": CSV,
    "text/csv": CSV,
    "libsvm": LIBSVM,
    "text/libsvm": LIBSVM,
    "text/x-libsvm": LIBSVM,
}
_DELIMITERS = (b",", b"\t", b";", b"|", b" ")


class UnsupportedContent(ValueError):
    """A content type that is refused; the message names it and the accepted ones."""


def kind(content_type: str) -> str:
    """`csv` or `libsvm`; none at all means libsvm. Refuses other types and a label_size other than 1."""
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


def with_commas(text: bytes) -> bytes:
    """CSV whose first row has another delimiter (tab, semicolon, bar or space), with commas in its place."""
    first_row = text.partition(b"\n")[0]
    delimiter = next((each for each in _DELIMITERS if each in first_row), b",")
    return text if delimiter == b"," else text.replace(delimiter, b",")
