"""Media types: what a Content-Type says, and which of our types an Accept header prefers."""

import re
from collections.abc import Sequence

JSON = "application/json"
CSV = "text/csv"

_QUALITY = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")
# With any other parameter the text would have to be read in another way than ours.
_HARMLESS_PARAMETERS = {("charset", "utf-8"), ("charset", "us-ascii"), ("header", "absent")}


def named(content_type: str | None) -> str:
    """The media type without its parameters, in lower case; any text is accepted."""
    return (content_type or "").partition(";")[0].strip().lower()


def accepted(content_type: str | None, names: Sequence[str]) -> str | None:
    """The one of `names` that a Content-Type header says, or None."""
    name, parameters = _parse(content_type or "")
    return name if name in names and parameters <= _HARMLESS_PARAMETERS else None


def preferred(accept: str | None, offered: Sequence[str]) -> str | None:
    """The one of `offered` that an Accept header prefers, the first of equals; None if it excludes them all.

    No header, or an empty one, accepts everything. A range that is not understood counts as absent.
    """
    if accept is None or not accept.strip():
        return offered[0]
    ranges = [known for part in accept.split(",") if (known := _range(part))]

    def quality(name: str) -> float:
        matching = [(specificity, q) for text, q in ranges if (specificity := _specificity(text, name))]
        return max(matching)[1] if matching else 0.0

    best = max(offered, key=quality)
    return best if quality(best) > 0 else None


def _parse(text: str) -> tuple[str, set[tuple[str, str]]]:
    name, *parts = (part.strip().lower() for part in text.split(";"))
    pairs = (part.partition("=") for part in parts if part)
    return name, {(key.strip(), value.strip().strip('"')) for key, _, value in pairs}


def _range(text: str) -> tuple[str, float] | None:
    name, parameters = _parse(text)
    qualities = {value for key, value in parameters if key == "q"} or {"1"}
    others = {pair for pair in parameters if pair[0] != "q"}
    if len(qualities) > 1 or not others <= _HARMLESS_PARAMETERS:
        return None
    (quality,) = qualities
    return (name, float(quality)) if _QUALITY.fullmatch(quality) else None


def _specificity(media_range: str, name: str) -> int:
    """How narrowly the range names the media type; 0 if it does not."""
    ranked = ["*/*", name.partition("/")[0] + "/*", name]
    return ranked.index(media_range) + 1 if media_range in ranked else 0
