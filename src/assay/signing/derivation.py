"""What a passphrase costs, read from an encrypted key before any of it is spent.

Whoever writes the file chooses how often its passphrase is hashed. Without a bound, a file of 300
bytes keeps its reader busy for hours, or takes all memory.

* Read is PBES2 (RFC 8018, section 6.2) with PBKDF2 or scrypt (RFC 7914, section 7). What went
  before, and PKCS #12, hash with MD5 or SHA-1 and encrypt with DES or RC2.
* Both bounds are about a second of one processor; scrypt takes 256 MB at most.
"""

from typing import Final

from assay.core.der import (
    INTEGER,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    SEQUENCE,
    Fields,
    integer_of,
    oid_of,
    parse_element,
)
from assay.core.errors import MalformedError

MAX_ROUNDS: Final = 2_000_000  # of PBKDF2; OWASP asks for 1,400,000 at most (with SHA-1)
MAX_SCRYPT: Final = 2**21  # N times r times p; OWASP asks for 2^20 (N = 2^17, r = 8, p = 1)
_PBES2: Final = "1.2.840.113549.1.5.13"
_PBKDF2: Final = "1.2.840.113549.1.5.12"
_SCRYPT: Final = "1.3.6.1.4.1.11591.4.11"
_ANEW: Final = "encrypt it anew: openssl pkcs8 -topk8 -scrypt"


def check_derivation(der: bytes) -> None:
    """Refuse an EncryptedPrivateKeyInfo (RFC 5958, section 3) that is dear, or of another scheme.

    Raises:
        MalformedError: Not DER of that structure, another encryption, or above the bounds.
    """
    scheme = parse_element(der, tag=SEQUENCE).fields().take(SEQUENCE).fields()
    if oid_of(scheme.take(OBJECT_IDENTIFIER)) != _PBES2:
        raise _unread()
    derivation = scheme.take(SEQUENCE).fields().take(SEQUENCE).fields()
    function = oid_of(derivation.take(OBJECT_IDENTIFIER))
    parameters = derivation.take(SEQUENCE).fields()
    parameters.take(OCTET_STRING)  # the salt
    if function == _PBKDF2:
        _check_rounds(parameters)
    elif function == _SCRYPT:
        _check_scrypt(parameters)
    else:
        raise _unread()


def _check_rounds(parameters: Fields) -> None:
    rounds = integer_of(parameters.take(INTEGER))
    if not 1 <= rounds <= MAX_ROUNDS:
        raise MalformedError(
            f"a key whose passphrase is hashed {rounds} times, where 1 to {MAX_ROUNDS} are done",
            hint=_ANEW,
        )


def _check_scrypt(parameters: Fields) -> None:
    n, r, p = (integer_of(parameters.take(INTEGER)) for _ in range(3))
    if min(n, r, p) < 1 or n * r * p > MAX_SCRYPT:
        raise MalformedError(
            f"a key whose passphrase costs {n} * {r} * {p} of scrypt, "
            f"where 1 to {MAX_SCRYPT} is spent",
            hint=_ANEW,
        )


def _unread() -> MalformedError:
    return MalformedError("a private key in an encryption that is not read", hint=_ANEW)
