"""What an entry is in the tree: the envelope itself, or for a large one a reference to it.

C2SP tlog-tiles writes entries after a length of 16 bits, so no leaf may be longer than 65,535
bytes. A longer envelope stands in the tree as one short text that names its digest and length; the
envelope is kept, and published, under that digest. Which of the two it is follows from the length
of the envelope alone, so an entry has exactly one leaf; and no envelope can be read as a reference,
for envelopes are JSON objects.
"""

import re
from typing import Final

from assay.core.digest import Digest, sha256_of
from assay.evidence import merkle

MAX_LEAF_BYTES: Final = 2**16 - 1  # what the length before an entry in a bundle can say

_REFERENCE: Final = re.compile(rb"assay\.blob/v1\nsha256:([0-9a-f]{64}) ([1-9][0-9]{0,18})\n\Z")


def is_large(envelope: bytes) -> bool:
    """Tell whether the envelope is kept as a blob, and stands in the tree by reference."""
    return len(envelope) > MAX_LEAF_BYTES


def leaf_of(envelope: bytes) -> bytes:
    """Return the bytes that are hashed into the tree, and published, for this envelope."""
    if not is_large(envelope):
        return envelope
    return f"assay.blob/v1\n{sha256_of(envelope)} {len(envelope)}\n".encode()


def envelope_leaf_hash(envelope: bytes) -> bytes:
    """Return the hash of the envelope's leaf (RFC 9162, section 2.1.1)."""
    return merkle.leaf_hash(leaf_of(envelope))


def referenced(leaf: bytes) -> Digest | None:
    """Return the digest of the envelope that `leaf` refers to, or None where it is one itself."""
    found = _REFERENCE.match(leaf)
    return None if found is None else Digest("sha256", found[1].decode())
