"""The regular expressions of service models: written for Java, read by Python."""

import re
import sys
import unicodedata
from functools import lru_cache

_CATEGORY = re.compile(r"\\p\{(\w+)\}")
_NAMED = {"Alnum": "a-zA-Z0-9"}
# Java writes a character beyond the first 65,536 as a pair.
_SURROGATES = r"\uD800\uDC00-\uDBFF\uDFFF"
# A repeated end of the text, which Java reads as one.
_REPEATED_END = re.compile(r"\$\{\d+,\d+\}$")


@lru_cache
def compiled(pattern: str) -> re.Pattern[str]:
    """A model's pattern; a category of Unicode (`\\p{L}`) becomes the characters that it has."""
    pattern = _CATEGORY.sub(lambda match: _NAMED.get(match[1]) or _characters(match[1]), pattern)
    return re.compile(_REPEATED_END.sub("", pattern.replace(_SURROGATES, r"\U00010000-\U0010FFFF")))


@lru_cache
def _characters(category: str) -> str:
    """The characters of a category, as the ranges of a set."""
    ranges: list[list[int]] = []
    for code in range(sys.maxunicode + 1):
        if not unicodedata.category(chr(code)).startswith(category):
            continue
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)
