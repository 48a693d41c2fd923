"""Which media type a request's Accept asks for, as RFC 9110, section 12.5.1, reads it."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from . import content_types
from .errors import CallerProblem

_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PARAMETER = rf'({_WORD})=({_WORD}|"(?:[^"\\]|\\.)*")'
_PARAMETERS = re.compile(_PARAMETER)
# Java's own client sends `*; q=.2`, which the RFC does not know, and means any type.
_RANGE = re.compile(
    rf"[ \t]*(?:(?P<type>\*|{_WORD}/{_WORD})[ \t]*"
    rf"(?P<parameters>(?:;[ \t]*(?:{_PARAMETER}[ \t]*)?)*))?(?:,|$)"
)
_QUALITY = re.compile(r"0?\.\d{1,3}|0(?:\.\d{0,3})?|1(?:\.0{0,3})?")
_USUAL = (content_types.CSV, content_types.JSON, content_types.NPY, content_types.JSON_LINES)


class NotAcceptable(CallerProblem):
    """No type that the caller accepts can be written, or its Accept is malformed (406)."""

    def __init__(self, message: str) -> None:
        super().__init__(406, message)


class _Range(NamedTuple):
    """`text/csv;charset=utf-8;q=0.5`: the type in lower case, what a script is told, and the weight."""

    name: str
    text: str
    quality: float

    @property
    def narrowness(self) -> int:
        return 0 if self.name == content_types.ANY else 1 if self.name.endswith("/*") else 2

    def includes(self, name: str) -> bool:
        return (
            self.narrowness == 0
            or self.name == name
            or (self.narrowness == 1 and name.startswith(self.name.removesuffix("*")))
        )


# Callers send few different headers; to read one again costs twenty times as much as to look it up.
@lru_cache(maxsize=256)
def preferred(accept: str, default: str, offered: tuple[str, ...] = ()) -> str:
    """The type for the answer: the greatest weight, among equals the narrowest range, then the first.

    A type that the header names comes back as it stands there, without its weight. `default` answers an
    absent or empty header and, where they allow it and it can be written, `*/*` and `text/*`. `offered` are
    the types that can be written. Without them nobody knows: it is one of the usual types if the header
    allows any, so that the lists of browsers and libraries find an answer, else the one that the header
    prefers.

    Refuses, with NotAcceptable, a malformed header and one that accepts nothing of what is offered.
    """
    ranges = sorted(_ranges(accept), key=lambda one: (-one.quality, -one.narrowness))
    if not ranges:
        return default
    allowed = [one for one in ranges if one.quality > 0]
    written = content_types.media_type(default)
    first = [default] if not offered or written in offered else []
    known = [*first, *(name for name in offered or _USUAL if name != written)]
    names = [content_types.media_type(name) for name in known]
    for one in allowed:
        if one.narrowness == 2 and one.name in names:
            return one.text
        for name in known if one.narrowness < 2 else ():
            if _narrowest(content_types.media_type(name), ranges) is one:
                return name
    if offered:
        raise NotAcceptable(f"The answer can be one of {', '.join(offered)}.")
    for one in allowed:
        if one.narrowness > 0:
            return one.text
    raise NotAcceptable("The Accept header allows no type.")


def _narrowest(name: str, ranges: Sequence[_Range]) -> _Range | None:
    """The range that says what the type weighs."""
    including = [one for one in ranges if one.includes(name)]
    return max(including, key=lambda one: one.narrowness, default=None)


def _ranges(accept: str) -> Iterator[_Range]:
    position = 0
    while position < len(accept):
        found = _RANGE.match(accept, position)
        if found is None:
            raise NotAcceptable(
                "The Accept header is malformed: expected media types, as in text/csv, image/*;q=0.5."
            )
        position = found.end()
        if found["type"]:
            yield _range(found["type"], found["parameters"])


def _range(name: str, parameters: str) -> _Range:
    name = content_types.ANY if name == "*" else name
    if name.startswith("*/") and name != content_types.ANY:
        raise NotAcceptable("The Accept header is malformed: `*/` can be followed by `*` only.")
    pairs = _PARAMETERS.findall(parameters)
    others = [f"; {key}={value}" for key, value in pairs if key.lower() != "q"]
    if len(others) == len(pairs):
        return _Range(name.lower(), (name + parameters).rstrip(), 1.0)
    quality = next(value for key, value in pairs if key.lower() == "q")
    if not _QUALITY.fullmatch(quality):
        raise NotAcceptable("The Accept header is malformed: expected a weight q from 0 to 1.")
    return _Range(name.lower(), name + "".join(others), float(quality))
