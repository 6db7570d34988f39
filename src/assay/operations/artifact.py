"""The artifact that a signature is on: a file, or its digest."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from assay.core.digest import parse_digest
from assay.evidence.sigstore.message import DigestMessage, Message
from assay.system.filehash import digest_file
from assay.system.files import load_file

MAX_HELD_BYTES: Final = 512 * 2**20  # of a file that a key signs as a whole, as Ed25519 does

_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}\Z")
_ALGORITHMS: Final = frozenset({"sha256", "sha384", "sha512"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMessage:
    """A file, of which each digest is computed once, when it is asked for."""

    path: Path
    _known: dict[str, bytes] = field(default_factory=dict, repr=False, compare=False)

    def has(self, algorithm: str) -> bool:  # of any file
        """Tell whether the digest can be computed."""
        return algorithm in _ALGORITHMS

    def digest(self, algorithm: str) -> bytes:
        """Return the digest of the file.

        Raises:
            UsageError: There is no such file, or it is none.
            UnavailableError: It cannot be read.
        """
        if algorithm not in self._known:
            self._known[algorithm] = digest_file(self.path, algorithm)
        return self._known[algorithm]

    def content(self) -> bytes:
        """Return the file's bytes.

        Raises:
            UsageError: There is no such file, or it is none.
            UnavailableError: It cannot be read, or is larger than `MAX_HELD_BYTES`.
        """
        return load_file(self.path, max_bytes=MAX_HELD_BYTES)


def named_artifact(text: str) -> Message:
    """Return the file of this name; or, where there is none, what `sha256:…` stands for."""
    if _DIGEST.match(text) and not Path(text).exists():
        return DigestMessage(known=parse_digest(text))
    return FileMessage(path=Path(text))
