"""The artifact that a signature is on: a file, or its digest."""

import re
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from assay.core.digest import Digest
from assay.core.errors import MalformedError
from assay.evidence.sigstore.message import ALGORITHMS, DigestMessage, Message
from assay.system.filehash import digest_file
from assay.system.files import load_file

MAX_HELD_BYTES: Final = 512 * 2**20  # of a file that a key signs as a whole, as Ed25519 does

_DIGEST: Final = re.compile(r"[A-Za-z0-9]+:[0-9A-Fa-f]+\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMessage:
    """A file, of which each digest is computed once, when it is asked for."""

    path: Path
    _known: dict[str, bytes] = field(default_factory=dict, repr=False, compare=False)

    def has(self, algorithm: str) -> bool:  # of any file
        """Tell whether the digest can be computed."""
        return algorithm in ALGORITHMS

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
    """Return the file of this name; or, where there is none, what a digest stands for.

    A digest is `sha256:…`, or of another algorithm that a `Digest` can have, as `gitCommit:…`.
    """
    if _DIGEST.match(text) and not Path(text).exists():
        algorithm, _, value = text.partition(":")
        with suppress(MalformedError):
            return DigestMessage(known=Digest(algorithm, value.lower()))
    return FileMessage(path=Path(text))


def digest_of(message: Message) -> Digest:
    """Return the digest that names the artifact in an answer.

    Raises:
        UsageError: There is no such file, or it is none.
        UnavailableError: It cannot be read.
    """
    if isinstance(message, DigestMessage):
        return message.known
    return Digest("sha256", message.digest("sha256").hex())
