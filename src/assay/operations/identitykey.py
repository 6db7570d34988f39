"""The key of this installation under which secrets are named; with it, their names can be guessed.

It stands alone, without the rest of the home, because a hook needs nothing else and is waited for.
"""

from pathlib import Path
from typing import Final

from assay.core.errors import UsageError
from assay.system.environment import data_home
from assay.system.files import create_private_file, load_private_file

_MAX_BYTES: Final = 4096
_BYTES: Final = 32


def identity_key_file(home: Path) -> Path:
    """Return the path of the key in the folder `home`."""
    return home / "keys" / "identity.key"


def ensure_identity_key(home: Path) -> bool:
    """Make the key in the folder `home` unless there is one; tell whether it was made.

    Raises:
        UnavailableError: It cannot be written.
    """
    path = identity_key_file(home)
    if path.exists():
        return False
    from secrets import token_bytes  # noqa: PLC0415  # long to load, and seldom needed

    create_private_file(path, token_bytes(_BYTES))
    return True


def installation_key() -> tuple[bytes, bool]:
    """Return the key, and whether it is kept; before `assay init`, one of this run only.

    Raises:
        UsageError: Others may read it, or it has another length.
    """
    home = data_home()
    if identity_key_file(home).exists():
        return load_identity_key(home), True
    from secrets import token_bytes  # noqa: PLC0415  # long to load, and seldom needed

    return token_bytes(_BYTES), False


def load_identity_key(home: Path) -> bytes:
    """Return the 32 bytes that key the identities of secrets.

    Raises:
        UsageError: There is none, others may read it, or it has another length.
    """
    path = identity_key_file(home)
    key = load_private_file(path, max_bytes=_MAX_BYTES)
    if len(key) != _BYTES:
        raise UsageError(f"{len(key)} bytes where {_BYTES} are needed", where=str(path))
    return key
