"""Digests: the only names that a subject has.

A digest is written `algorithm:hex`. The algorithms are those of the in-toto DigestSet that
Assay uses: `sha256` for bytes, `gitCommit`, `gitTree` and `gitBlob` for Git objects.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Final

from assay.core.errors import MalformedError

_LENGTHS: Final = {
    "sha256": (64,),
    "sha512": (128,),
    "gitCommit": (40, 64),  # SHA-1 and SHA-256 repositories
    "gitTree": (40, 64),
    "gitBlob": (40, 64),
}
_HEX: Final = re.compile(r"[0-9a-f]+\Z")


@dataclass(frozen=True, slots=True, order=True)
class Digest:
    """An algorithm and its value in lower-case hexadecimal, of the length that it must have."""

    algorithm: str
    hex: str

    def __post_init__(self) -> None:
        """Refuse what cannot be the digest of anything."""
        lengths = _LENGTHS.get(self.algorithm)
        if lengths is None:
            raise MalformedError(f"unknown digest algorithm {self.algorithm!r}")
        if len(self.hex) not in lengths or not _HEX.match(self.hex):
            raise MalformedError(f"{self.hex!r} is no {self.algorithm} digest")

    @property
    def raw(self) -> bytes:
        """The value as bytes."""
        return bytes.fromhex(self.hex)

    def __str__(self) -> str:
        """Return `algorithm:hex`."""
        return f"{self.algorithm}:{self.hex}"


def is_digest_algorithm(name: str) -> bool:
    """Tell whether `name` is an algorithm that a `Digest` can have."""
    return name in _LENGTHS


def sha256_of(data: bytes) -> Digest:
    """Return the SHA-256 digest of `data`."""
    return Digest("sha256", hashlib.sha256(data).hexdigest())


def parse_digest(text: str) -> Digest:
    """Read `algorithm:hex`.

    Raises:
        MalformedError: No colon, an unknown algorithm, or a value that it cannot have.
    """
    algorithm, colon, value = text.partition(":")
    if not colon:
        raise MalformedError(f"{text!r} is no digest", hint="write it as sha256:…")
    return Digest(algorithm, value)
