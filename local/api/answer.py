"""The gateway's responses."""

from dataclasses import dataclass


@dataclass
class Answer:
    """Header names are in lower case and may be repeated."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
