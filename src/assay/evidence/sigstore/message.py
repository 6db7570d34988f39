"""What was signed: bytes at hand, or a file of which only digests are needed."""

import hashlib
from dataclasses import dataclass, field
from typing import Final, Protocol

from assay.core.digest import Digest
from assay.core.errors import UsageError

ALGORITHMS: Final = frozenset({"sha256", "sha384", "sha512"})  # that can be computed of bytes


class Message(Protocol):
    """Bytes that a signature is on; `algorithm` is one of `ALGORITHMS`, or of Git."""

    def has(self, algorithm: str) -> bool:
        """Tell whether `digest` can return this digest."""

    def digest(self, algorithm: str) -> bytes:
        """Return the digest of the bytes.

        Raises:
            UsageError: It is not known.
        """

    def content(self) -> bytes | None:
        """Return the bytes, or None where they are not at hand or too many to be held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BytesMessage:
    """Bytes in memory."""

    data: bytes = field(repr=False)

    def has(self, algorithm: str) -> bool:
        """Tell whether it can be computed; Git's digests are of more than the bytes."""
        return algorithm in ALGORITHMS

    def digest(self, algorithm: str) -> bytes:
        """Return the digest of the bytes."""
        return hashlib.new(algorithm, self.data).digest()

    def content(self) -> bytes:
        """Return the bytes."""
        return self.data


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestMessage:
    """Something of which only one digest is known."""

    known: Digest

    def has(self, algorithm: str) -> bool:
        """Tell whether it is the known one."""
        return algorithm == self.known.algorithm

    def digest(self, algorithm: str) -> bytes:
        """Return the known digest.

        Raises:
            UsageError: Another one is asked for.
        """
        if not self.has(algorithm):
            raise UsageError(
                f"the {algorithm} of the artifact is needed, and only its "
                f"{self.known.algorithm} is given",
                hint="give the file itself",
            )
        return self.known.raw

    def content(self) -> None:
        """Return None: the bytes are not at hand."""
