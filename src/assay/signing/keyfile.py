"""Private keys in files: PKCS#8 PEM, mode 0600, never inside a repository."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from assay.core.errors import UsageError, inside
from assay.core.printable import printable
from assay.signing.keys import Passphrase, Signer
from assay.signing.signeruri import SignerUri, path_of
from assay.system.files import create_private_file, load_private_file, save_file

MAX_KEY_BYTES: Final = 16 * 2**10  # an RSA key of 8192 bits in PEM is 6.4 KiB


def open_key_uri(uri: SignerUri, *, passphrase: Passphrase | None) -> Signer:
    """Return the key that a `file:` URI names; `passphrase-file` comes before `passphrase`.

    Raises:
        UsageError: No such file, others may read it, or it cannot be opened.
        MalformedError: It holds no private key of a known algorithm.
        UnavailableError: It cannot be read.
    """
    file = uri.parameters("passphrase-file").get("passphrase-file")
    return load_key_file(
        path_of(uri), passphrase=passphrase if file is None else passphrase_file(Path(file))
    )


def passphrase_file(path: Path) -> Passphrase:
    """Return what reads a passphrase from a private file; one line end behind it is left out."""

    def read() -> bytes:
        line = load_private_file(path, max_bytes=MAX_KEY_BYTES)
        return line.removesuffix(b"\n").removesuffix(b"\r")

    return read


def create_key_file(path: Path, *, algorithm: str, passphrase: bytes | None = None) -> Signer:
    """Make a new key, write it to `path` for its owner alone, and return it.

    Raises:
        UsageError: `path` exists, lies in a Git repository, or the algorithm is unknown.
        UnavailableError: It cannot be written.
    """
    from assay.signing import asymmetric, privatepem  # noqa: PLC0415  # slow to import, see keys.py

    signer = asymmetric.generate_signer(algorithm)
    if (repository := _repository_around(path)) is not None:
        raise UsageError(
            "a private key inside a Git repository, where it would be committed sooner or later",
            where=str(repository),
            hint="keep it under the data folder of assay",
        )
    create_private_file(path, privatepem.render_private_pem(signer, passphrase=passphrase))
    return signer


def load_key_file(path: Path, *, passphrase: Passphrase | None = None) -> Signer:
    """Return the key in `path`.

    Raises:
        UsageError: No such file, others than its owner may read it, or it is encrypted and
            `passphrase` does not open it.
        MalformedError: It holds no private key of a known algorithm.
        UnavailableError: It cannot be read.
    """
    from assay.signing import privatepem  # noqa: PLC0415  # slow to import, see keys.py

    pem = load_private_file(path, max_bytes=MAX_KEY_BYTES)
    with inside(printable(str(path))):
        return privatepem.parse_private_pem(pem, passphrase=passphrase)


def change_passphrase(
    path: Path, *, old: Passphrase | None, new: Callable[[], bytes | None]
) -> Signer:
    """Write the key in `path` anew, encrypted with what `new` returns, or in the clear if None.

    The file holds the old or the new form, also after a crash. `new` is called when the key is
    open.

    Raises:
        UsageError: As `load_key_file`, or a new passphrase that cannot be taken.
        UnavailableError: It cannot be read or written; it is as it was.
    """
    from assay.signing import privatepem  # noqa: PLC0415  # slow to import, see keys.py

    pem = load_private_file(path, max_bytes=MAX_KEY_BYTES)
    with inside(printable(str(path))):
        signer = privatepem.parse_private_pem(pem, passphrase=old)
        rendered = privatepem.render_private_pem(signer, passphrase=new())
    save_file(path.resolve(), rendered, mode=0o600)  # not in the place of a link to the key
    return signer


def _repository_around(path: Path) -> Path | None:
    """Return the innermost work tree or bare repository that holds `path`, or None."""
    for folder in path.absolute().resolve().parents:
        bare = (folder / "HEAD").is_file() and (folder / "objects").is_dir()
        if bare or (folder / ".git").exists():
            return folder
    return None
