"""What a caller expects of a bundle: who signed it, and what it is about. All of it is required."""

from dataclasses import dataclass, field
from typing import Final

from assay.evidence.sigstore.keys import SignatureKey
from assay.evidence.sigstore.message import Message
from assay.signing.principals import OidcIdentity

MAX_TRUSTED_ROOT_BYTES: Final = 4 * 2**20  # the public instance's has some 7 kB


@dataclass(frozen=True, slots=True, kw_only=True)
class KeylessSigner:
    """Expected: somebody with this identity, by the word of this trusted root (its JSON)."""

    identity: OidcIdentity
    trusted_root: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedKey:
    """Expected: this key, and an entry in a log of this trusted root (its JSON)."""

    key: SignatureKey
    trusted_root: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyAlone:
    """Expected: this key. Nothing is asked of a log, nor of the time."""

    key: SignatureKey


Signer = KeylessSigner | LoggedKey | KeyAlone


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """Expected: a signature on the artifact itself."""

    artifact: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Expected: a statement of this predicate type, with the artifact among its subjects."""

    artifact: Message
    predicate_type: str
