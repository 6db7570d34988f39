"""The key of this installation under which secrets are named; with it, their names can be guessed.

It stands alone, without the rest of the home, because a hook needs nothing else and is waited for.
"""

from contextlib import suppress
from pathlib import Path
from typing import Final

from assay.core.errors import AssayError, UsageError
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
    """Return the key, which is made where there is none, and whether it could be kept.

    Where nothing may be written it is one of this run only.

    Raises:
        UsageError: Others may read it, or it has another length.
    """
    path = identity_key_file(data_home())
    if not path.exists():
        from secrets import token_bytes  # noqa: PLC0415  # long to load, and needed once

        made = token_bytes(_BYTES)
        with suppress(AssayError):  # somebody else was first, or nothing may be written
            create_private_file(path, made)
        if not path.exists():
            return made, False
    return load_identity_key(data_home()), True


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
