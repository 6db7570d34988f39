r"""CPE names: the formatted strings of CPE 2.3 and the URIs of CPE 2.2 (NISTIR 7695, chapter 6).

An attribute is kept as a formatted string writes it, in lower case: `*` is any value, `-` is "has
none", everything but letters, digits, `_`, `.` and `-` stands behind a backslash.
"""

import re
from dataclasses import dataclass, fields
from functools import lru_cache
from operator import attrgetter
from typing import Final
from urllib.parse import unquote

from assay.core.errors import MalformedError

ANY: Final = "*"
NONE: Final = "-"
MAX_CPE: Final = 2000  # characters; the longest that we have seen has a tenth
_FORMATTED: Final = "cpe:2.3:"
_URI: Final = re.compile(r"cpe:/", re.IGNORECASE)
_PIECE: Final = re.compile(r"\\.|.")
_VALUE: Final = re.compile(r"(?:\*|\?+)?(?:\\[!-~]|[a-z0-9_.\-])+(?:\*|\?+)?\Z|[*\-]\Z|\?+\Z")
_PLAIN: Final = re.compile(r"[a-z0-9_.\-]+\Z|\*\Z")  # nearly all
_NEEDLESS: Final = re.compile(r"\\[a-z0-9_.\-]")
_SPECIAL: Final = re.compile(r"[!-,/:-@\[-^`{-~]")  # printable, and neither letter, digit nor _.-


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class CpeName:
    """One CPE name: what a product is called, each attribute in its canonical spelling."""

    part: str
    vendor: str
    product: str
    version: str = ANY
    update: str = ANY
    edition: str = ANY
    language: str = ANY
    sw_edition: str = ANY
    target_sw: str = ANY
    target_hw: str = ANY
    other: str = ANY

    def __str__(self) -> str:
        """Return the formatted string."""
        return _FORMATTED + ":".join(self.attributes)

    @property
    def attributes(self) -> tuple[str, ...]:
        """Return all attributes in the order of a formatted string."""
        found: tuple[str, ...] = _ATTRIBUTES(self)
        return found

    @property
    def key(self) -> str:
        """Return `vendor:product`, by which names are looked up."""
        return f"{self.vendor}:{self.product}"


_NAMES: Final = tuple(field.name for field in fields(CpeName))
_COUNT: Final = len(_NAMES)
_ATTRIBUTES: Final = attrgetter(*_NAMES)


def parse_cpe(text: str) -> CpeName:
    """Read a CPE name in either spelling.

    Raises:
        MalformedError: It is neither a formatted string of CPE 2.3 nor a URI of CPE 2.2.
    """
    return _parsed(text)


@lru_cache(maxsize=2**14)  # a feed names a product again and again
def _parsed(text: str) -> CpeName:
    if len(text) > MAX_CPE or not text.isascii() or not text.isprintable():
        raise MalformedError(f"{text[:80]!r} is no CPE name")
    if text.lower().startswith(_FORMATTED):
        attributes = _split(text[len(_FORMATTED) :])
        if len(attributes) != _COUNT:
            raise MalformedError(
                f"{text[:80]!r} has {len(attributes)} attributes", hint=f"CPE 2.3 has {_COUNT}"
            )
        return _name([_canonical(one, text) for one in attributes], text)
    if _URI.match(text):
        return _name(_from_uri(text[len("cpe:/") :], text), text)
    raise MalformedError(f"{text[:80]!r} is no CPE name", hint="cpe:2.3:a:VENDOR:PRODUCT:…")


def _name(attributes: list[str], text: str) -> CpeName:
    if attributes[0] not in {"a", "o", "h", ANY, NONE}:
        raise MalformedError(f"{text[:80]!r} is of the unknown part {attributes[0]!r}")
    return CpeName(**dict(zip(_NAMES, attributes, strict=True)))


def _canonical(attribute: str, text: str) -> str:
    lowered = attribute.lower()
    if _PLAIN.match(lowered):
        return lowered
    if not _VALUE.match(lowered):
        raise MalformedError(f"{text[:80]!r} has the attribute {attribute[:80]!r}")
    if lowered == r"\-":  # a hyphen, where `-` is none: only there the backslash says something
        return lowered
    pieces = _PIECE.findall(lowered)
    return "".join(piece[1:] if _NEEDLESS.fullmatch(piece) else piece for piece in pieces)


def _split(text: str) -> list[str]:
    """Split at the colons that are not behind a backslash that is none itself."""
    if "\\" not in text:
        return text.split(":")
    attributes = [""]
    for piece in _PIECE.findall(text):
        if piece == ":":
            attributes.append("")
        else:
            attributes[-1] += piece
    return attributes


def _from_uri(path: str, text: str) -> list[str]:
    """Unbind a URI: empty is any, and `~` packs what CPE 2.2 had no attribute for."""
    parts = path.split(":")
    if len(parts) > 7:  # part, vendor, product, version, update, edition, language
        raise MalformedError(f"{text[:80]!r} has {len(parts)} attributes", hint="CPE 2.2 has 7")
    parts += [""] * (7 - len(parts))
    edition, packed = parts[5], [""] * 4
    if edition.startswith("~"):
        pieces = edition[1:].split("~")
        if len(pieces) != 5:  # edition and the four that CPE 2.3 added
            raise MalformedError(f"{text[:80]!r} has the edition {edition[:80]!r}")
        edition, packed = pieces[0], pieces[1:]
    plain = [*parts[:5], edition, parts[6], *packed]
    return [_canonical(_quoted(one, text), text) for one in plain]


def _quoted(value: str, text: str) -> str:
    """Return a URI's value as a formatted string has it; `%01` and `%02` are its wildcards."""
    if value in {"", NONE}:
        return value or ANY
    decoded = unquote(value)
    if not decoded.isascii():
        raise MalformedError(f"{text[:80]!r} has the attribute {value[:80]!r}")
    quoted = _SPECIAL.sub(lambda match: f"\\{match[0]}", decoded)
    return quoted.replace("\x01", "?").replace("\x02", "*")
