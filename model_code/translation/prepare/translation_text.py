"""Sentences as the model reads them, for training and for the API: words between spaces."""

import re
import unicodedata

# A word may have apostrophes and hyphens in it; any other sign stands alone.
_WORD = re.compile(r"\w+(?:['\u2019-]\w+)*|[^\w\s]")


def words(sentence: str) -> list[str]:
    """The words and signs of a sentence, in its own case; a sentence that is split already stays as it is."""
    return _WORD.findall(unicodedata.normalize("NFC", sentence))


def source_words(sentence: str) -> list[str]:
    """The words of a sentence to translate: in lower case, so that it may begin with a capital letter."""
    return [word.lower() for word in words(sentence)]
