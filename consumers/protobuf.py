"""Messages of Protocol Buffers, as far as the apps' protocol needs them (protobuf.dev, "Encoding")."""

from collections.abc import Iterator

VARINT, FIXED_64, LENGTH, FIXED_32 = 0, 1, 2, 5
_FIXED = {FIXED_64: 8, FIXED_32: 4}
_MOST_BITS = 64


def varint(number: int) -> bytes:
    """The number, which is not negative, seven bits a byte."""
    parts = bytearray()
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    parts.append(number)
    return bytes(parts)


def field(number: int, value: int | str | bytes) -> bytes:
    """A field of a message. Truths are numbers, texts UTF-8, messages within messages bytes."""
    if isinstance(value, int):
        return varint(number << 3 | VARINT) + varint(value)
    content = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | LENGTH) + delimited(content)


def delimited(message: bytes) -> bytes:
    """With its length before it, so that others may follow."""
    return varint(len(message)) + message


def split(joined: bytes) -> Iterator[bytes]:
    """Messages that follow each other, each with its length. Raises ValueError for one that is cut short."""
    at = 0
    while at < len(joined):
        message, at = _delimited(joined, at)
        yield message


def fields(message: bytes) -> dict[int, int | bytes]:
    """By their numbers; of one that comes twice the last counts. Raises ValueError for what is no message."""
    found: dict[int, int | bytes] = {}
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        found[tag >> 3], at = _value(message, at, kind=tag & 0b111)
    return found


def _value(message: bytes, at: int, *, kind: int) -> tuple[int | bytes, int]:
    if kind == VARINT:
        return _varint(message, at)
    if kind == LENGTH:
        return _delimited(message, at)
    if kind not in _FIXED:
        raise ValueError(f"no such kind of field: {kind}")
    return _cut(message, at, _FIXED[kind])


def _delimited(message: bytes, at: int) -> tuple[bytes, int]:
    size, at = _varint(message, at)
    return _cut(message, at, size)


def _cut(message: bytes, at: int, size: int) -> tuple[bytes, int]:
    if at + size > len(message):
        raise ValueError("cut short")
    return message[at : at + size], at + size


def _varint(message: bytes, at: int) -> tuple[int, int]:
    number = 0
    for place in range(0, _MOST_BITS, 7):
        if at >= len(message):
            raise ValueError("cut short")
        part, at = message[at], at + 1
        number |= (part & 0x7F) << place
        if part < 0x80:
            return number, at
    raise ValueError("a number of more than 64 bits")
