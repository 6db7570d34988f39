"""A reader of the wire form of protocol buffers, for the few messages that come in it.

Only what canonical writers write: numbers in their shortest form, of 64 bits at most; no groups and
no fixed-size fields, which none of these messages has.
"""

from dataclasses import dataclass, field
from typing import Final, TypeVar

from assay.core.errors import MalformedError

_Value = TypeVar("_Value")

MAX_FIELDS: Final = 256
_NUMBER, _BYTES = 0, 2


@dataclass(frozen=True, slots=True)
class ProtoMessage:
    """The fields of a message by their numbers, in their order."""

    numbers: dict[int, list[int]] = field(repr=False)
    contents: dict[int, list[bytes]] = field(repr=False)

    def number(self, tag: int) -> int:
        """Return the number in a field, 0 where it is absent.

        Raises:
            MalformedError: It is there twice.
        """
        return _only(self.numbers.get(tag, []), 0)

    def content(self, tag: int) -> bytes:
        """Return the bytes in a field, none where it is absent.

        Raises:
            MalformedError: It is there twice.
        """
        return _only(self.contents.get(tag, []), b"")

    def text(self, tag: int) -> str:
        """Return the text in a field, empty where it is absent.

        Raises:
            MalformedError: It is there twice, or not UTF-8.
        """
        try:
            return self.content(tag).decode()
        except UnicodeDecodeError as error:
            raise MalformedError("a text that is not UTF-8") from error

    def message(self, tag: int) -> "ProtoMessage":
        """Return the message in a field, an empty one where it is absent."""
        return parse_proto(self.content(tag))


def parse_proto(data: bytes) -> ProtoMessage:
    """Read one message.

    Raises:
        MalformedError: Cut off, a field of another kind, or too many of them.
    """
    found = ProtoMessage({}, {})
    position = 0
    for _ in range(MAX_FIELDS):
        if position == len(data):
            return found
        key, position = _varint(data, position)
        value, position = _varint(data, position)
        if key & 7 == _NUMBER:
            found.numbers.setdefault(key >> 3, []).append(value)
        elif key & 7 == _BYTES and position + value <= len(data):
            found.contents.setdefault(key >> 3, []).append(data[position : position + value])
            position += value
        else:
            raise MalformedError("a message that is cut off, or has fields of another kind")
    raise MalformedError("too many fields in a message")


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 64, 7):
        if position == len(data):
            break
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            if (shift and not byte) or value >= 1 << 63:
                break
            return value, position
    raise MalformedError("not a number of a message")


def _only(values: list[_Value], default: _Value) -> _Value:
    if len(values) > 1:
        raise MalformedError("a field twice")
    return values[0] if values else default
