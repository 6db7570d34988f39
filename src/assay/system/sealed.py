"""Files that save work and are believed only as far as they are ours: caches under a seal.

What a cache holds decides what is looked at, and caches travel. So each file is under a MAC with a
key that is derived from the identity key of this installation, which lies with its private keys and
in no cache. The name under which it was sealed is part of the MAC: it says what the content depends
on, and a file of other rules, or put in another one's place, is none.

A file that is missing, too large, readable by others, damaged or sealed by somebody else is as if
it were not there. One that cannot be written is not written. Neither changes any result.
"""

import hashlib
import hmac
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from assay.core.errors import AssayError, UnavailableError
from assay.system.files import load_private_file, save_file

MAX_SEALED_BYTES: Final = 2 * 2**30  # a listing of some thirty million objects
_MAC_BYTES: Final = hashlib.sha256().digest_size


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedFolder:
    """A folder of sealed files. `key` is the identity key; what is derived from it seals."""

    folder: Path
    key: bytes = field(repr=False)

    def load(self, file: str, *, name: str) -> bytes | None:
        """Return what was saved as `file` under `name`, or None."""
        try:
            data = load_private_file(self.folder / file, max_bytes=MAX_SEALED_BYTES)
        except AssayError:
            return None
        body = memoryview(data)[_MAC_BYTES:]
        if not hmac.compare_digest(data[:_MAC_BYTES], self._mac(name, body)):
            return None
        return bytes(body)

    def save(self, file: str, body: bytes, *, name: str) -> None:
        """Save `body` as `file`, whole or not at all."""
        with suppress(UnavailableError):  # a full disk, a home that nobody may write
            save_file(self.folder / file, self._mac(name, body) + body, mode=0o600)

    def _mac(self, name: str, body: bytes | memoryview) -> bytes:
        derived = hmac.digest(self.key, b"assay sealed file\0" + name.encode(), "sha256")
        return hmac.digest(derived, body, "sha256")
