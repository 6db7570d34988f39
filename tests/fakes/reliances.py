"""What something stands on, for tests that look at nothing but that it is named."""

from assay.core.digest import sha256_of
from assay.core.reliance import Reliance
from tests.fakes.trust import NOW


def relied(name: bytes, *, role: str = "risk-owner", key: str = "ab") -> Reliance:
    """Return a statement of this name, by one key."""
    return Reliance(statement=sha256_of(name), keys=(key,), role=role, at=NOW)
