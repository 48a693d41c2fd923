"""Which part of the data a tweet belongs to: 90 % train, 5 % validation, 5 % test."""

import hashlib

TRAIN, VALIDATION, TEST = "train", "validation", "test"
PARTS = (TRAIN, VALIDATION, TEST)
_TWENTIETHS = {0: VALIDATION, 1: TEST}


def part_of(seed: int, file: str, row: int) -> str:
    """The part of a row of a file, by the seed. No other row matters, so that every instance decides alike,
    whichever files it has."""
    digest = hashlib.blake2b(f"{seed}/{file}/{row}".encode(), digest_size=8).digest()
    return _TWENTIETHS.get(int.from_bytes(digest) % 20, TRAIN)
