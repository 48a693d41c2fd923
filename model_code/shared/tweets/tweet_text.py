"""Tweets as the model reads them, and the ten emojis that it knows."""

import re

# By class number. The public files have the numbers alone; docs/decisions/emoji.md says how these were found.
EMOJIS = ("❤️", "💕", "🔥", "😂", "😊", "😍", "😩", "😭", "🙄", "🤔")

_MENTION = re.compile(r"@[A-Za-z0-9_]+")
_KEPT = re.compile(r"[A-Za-z0-9']+")


def clean(tweet: str) -> str:
    """The tweet's words in lower case with single spaces between them.

    Mentions are dropped. ASCII letters, digits and apostrophes are kept; anything else separates words. What
    is clean already stays as it is; nothing at all may be left.
    """
    return " ".join(_KEPT.findall(_MENTION.sub(" ", tweet))).lower()
