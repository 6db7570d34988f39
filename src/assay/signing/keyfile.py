"""Private keys in files: PKCS#8 PEM, mode 0600, never inside a repository."""

from pathlib import Path
from typing import Final

from assay.core.errors import UsageError, inside
from assay.signing.keys import Signer
from assay.system.files import create_private_file, load_private_file

MAX_KEY_BYTES: Final = 16 * 2**10  # a P-256 key in PEM is 241 bytes


def create_key_file(path: Path, *, algorithm: str) -> Signer:
    """Make a new key, write it to `path` for its owner alone, and return it.

    Raises:
        UsageError: `path` exists, lies in a Git repository, or the algorithm is unknown.
        UnavailableError: It cannot be written.
    """
    from assay.signing import asymmetric  # noqa: PLC0415  # slow to import, see keys.py

    signer = asymmetric.generate_signer(algorithm)
    if (repository := _repository_around(path)) is not None:
        raise UsageError(
            "a private key inside a Git repository, where it would be committed sooner or later",
            where=str(repository),
            hint="keep it under the data folder of assay",
        )
    create_private_file(path, asymmetric.render_private_pem(signer))
    return signer


def load_key_file(path: Path) -> Signer:
    """Return the key in `path`.

    Raises:
        UsageError: No such file, or others than its owner may read it.
        MalformedError: It holds no unencrypted PKCS#8 key of a known algorithm.
        UnavailableError: It cannot be read.
    """
    from assay.signing import asymmetric  # noqa: PLC0415  # slow to import, see keys.py

    pem = load_private_file(path, max_bytes=MAX_KEY_BYTES)
    with inside(str(path)):
        return asymmetric.parse_private_pem(pem)


def _repository_around(path: Path) -> Path | None:
    """Return the innermost work tree or bare repository that holds `path`, or None."""
    for folder in path.absolute().resolve().parents:
        bare = (folder / "HEAD").is_file() and (folder / "objects").is_dir()
        if bare or (folder / ".git").exists():
            return folder
    return None
