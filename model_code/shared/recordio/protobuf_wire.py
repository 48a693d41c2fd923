"""Protobuf's wire format, as far as messages of nested fields and packed numbers need it."""

from collections.abc import Iterable

LENGTH_DELIMITED = 2
_TOO_LARGE = 1 << 63


def varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first; all but the last byte have the eighth bit set."""
    if not 0 <= value < _TOO_LARGE:
        raise ValueError(f"expected a number from 0 on, got {value}")
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def packed(numbers: Iterable[int]) -> bytes:
    """Whole numbers from 0 on, one after the other; ValueError for any other."""
    return b"".join(map(varint, numbers))


def field(number: int, content: bytes) -> bytes:
    """The field of that number with its content behind its length."""
    return varint(number << 3 | LENGTH_DELIMITED) + varint(len(content)) + content


def content(message: bytes, number: int) -> bytes:
    """The last field of that number, which is the one that counts; empty without any."""
    found = contents(message, number)
    return found[-1] if found else b""


def contents(message: bytes, number: int) -> list[bytes]:
    """The contents of the fields of that number, in a message that has length-delimited fields only.

    Raises ValueError for a message with others, or one that is cut off.
    """
    found = []
    place = 0
    while place < len(message):
        tag, place = read_varint(message, place)
        if tag & 7 != LENGTH_DELIMITED:
            raise ValueError(f"expected a message of packed fields, got a field of wire type {tag & 7}")
        length, place = read_varint(message, place)
        if place + length > len(message):
            raise ValueError("a field is longer than its message")
        if tag >> 3 == number:
            found.append(message[place : place + length])
        place += length
    return found


def unpacked(content: bytes) -> list[int]:
    """The numbers that `packed` wrote."""
    if content.isascii():
        return list(content)
    numbers = []
    place = 0
    while place < len(content):
        number, place = read_varint(content, place)
        numbers.append(number)
    return numbers


def read_varint(content: bytes, place: int) -> tuple[int, int]:
    """The number at that place and the place behind it; ValueError for one that is too large or cut off."""
    value = shift = 0
    while place < len(content) and value < _TOO_LARGE:
        byte = content[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80 and value < _TOO_LARGE:
            return value, place
        shift += 7
    raise ValueError("expected whole numbers below 2**63, got one that is larger or cut off")
