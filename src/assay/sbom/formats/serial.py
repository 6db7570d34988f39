"""A name for a document that is the same for the same content."""

import hashlib
import json
import uuid


def derived_uuid(document: object) -> str:
    """Return a UUID of version 8 (RFC 9562) from the SHA-256 of `document`, as a URN.

    It only has to be the same for the same document; the canonical form would take twice as long.
    """
    text = json.dumps(document, sort_keys=True, ensure_ascii=False)
    bits = bytearray(hashlib.sha256(text.encode()).digest()[:16])
    bits[6] = 0x80 | bits[6] & 0x0F  # the version
    bits[8] = 0x80 | bits[8] & 0x3F  # the variant
    return f"urn:uuid:{uuid.UUID(bytes=bytes(bits))}"
