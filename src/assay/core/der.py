"""A reader of DER (X.690, section 10) for the few structures that are looked into.

Lengths are definite and shortest, tags have one byte, nothing follows what is read: two readers
see the same structure.
"""

from dataclasses import dataclass, field
from typing import Final

from assay.core.errors import MalformedError

INTEGER: Final = 0x02
OCTET_STRING: Final = 0x04
OBJECT_IDENTIFIER: Final = 0x06
GENERALIZED_TIME: Final = 0x18
SEQUENCE: Final = 0x30
SET: Final = 0x31
MAX_ITEMS: Final = 64  # in one structure


@dataclass(frozen=True, slots=True)
class Element:
    """A tag with its value; `raw` is both, with the length between them."""

    tag: int
    value: bytes = field(repr=False)
    raw: bytes = field(repr=False)

    def fields(self) -> "Fields":
        """Return the elements inside, to be taken one after the other."""
        return Fields(parse_elements(self.value))

    def items(self, tag: int) -> tuple["Element", ...]:
        """Return the elements inside, all of one `tag`."""
        found = parse_elements(self.value)
        for item in found:
            _expect(item, tag)
        return found


@dataclass(slots=True)
class Fields:
    """What is left of the elements of a structure."""

    left: tuple[Element, ...]

    def take(self, tag: int) -> Element:
        """Return the next element, which must have this tag."""
        if not self.left:
            raise MalformedError(f"no element 0x{tag:02x} where one is needed")
        return _expect(self._pop(), tag)

    def optional(self, *tags: int) -> Element | None:
        """Return the next element if it has one of these tags."""
        return self._pop() if self.left and self.left[0].tag in tags else None

    def end(self) -> None:
        """Refuse what is left."""
        if self.left:
            raise MalformedError(f"an element 0x{self.left[0].tag:02x} too many")

    def _pop(self) -> Element:
        first, *rest = self.left
        self.left = tuple(rest)
        return first


def parse_element(data: bytes, *, tag: int) -> Element:
    """Read the one element in `data`, which must have this tag.

    Raises:
        MalformedError: Not DER, another tag, or something follows it.
    """
    element, end = _read(data, 0)
    if end != len(data):
        raise MalformedError("bytes after the end of a DER structure")
    return _expect(element, tag)


def parse_elements(data: bytes) -> tuple[Element, ...]:
    """Read all elements in `data`.

    Raises:
        MalformedError: Not DER, or more than `MAX_ITEMS`.
    """
    found, position = [], 0
    while position < len(data):
        element, position = _read(data, position)
        found.append(element)
        if len(found) > MAX_ITEMS:
            raise MalformedError(f"more than {MAX_ITEMS} elements in a DER structure")
    return tuple(found)


def oid_of(element: Element) -> str:
    """Return an object identifier in dotted form (X.690, section 8.19)."""
    numbers, value = [], 0
    body = _expect(element, OBJECT_IDENTIFIER).value
    if not body or body[-1] & 0x80 or len(body) > 32:
        raise MalformedError("not an object identifier")
    for byte in body:
        if value == 0 and byte == 0x80:
            raise MalformedError("not an object identifier")
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(value)
            value = 0
    first = min(numbers[0] // 40, 2)
    return ".".join(str(n) for n in (first, numbers[0] - 40 * first, *numbers[1:]))


def integer_of(element: Element) -> int:
    """Return a whole number (X.690, section 8.3), in its shortest form."""
    body = _expect(element, INTEGER).value
    padded = len(body) > 1 and body[0] == (0xFF if body[1] & 0x80 else 0)
    if not body or padded or len(body) > 64:
        raise MalformedError("not a whole number in DER")
    return int.from_bytes(body, signed=True)


def _expect(element: Element, tag: int) -> Element:
    if element.tag != tag:
        raise MalformedError(f"an element 0x{element.tag:02x}, where 0x{tag:02x} is needed")
    return element


def _read(data: bytes, start: int) -> tuple[Element, int]:
    """Return the element at `start`, and where it ends."""
    if len(data) - start < 2 or data[start] & 0x1F == 0x1F:
        raise MalformedError("not DER")
    length, value = data[start + 1], start + 2
    if length & 0x80:
        count = length & 0x7F
        value += count
        encoded = data[start + 2 : value]
        length = int.from_bytes(encoded)
        shortest = 1 <= count <= 4 and len(encoded) == count and encoded[0]
        if not shortest or length < 0x80:
            raise MalformedError("a DER length that is not in its shortest form")
    end = value + length
    if end > len(data):
        raise MalformedError("a DER structure that is cut off")
    return Element(data[start], data[value:end], data[start:end]), end
