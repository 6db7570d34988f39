"""Where Assay keeps what must not lie in the repository: keys, trust, anchors, advisories.

```
ASSAY_HOME (else the XDG data folder + "assay")
├── keys/signer.pem     signs statements and verdicts
├── keys/log.pem        signs the checkpoints of the logs (Ed25519)
├── keys/identity.key   keys the identities of secrets, so that they cannot be guessed back
├── trust/<log>.json    who may sign what, for the repository with that log
├── anchors/<log>.note  the newest checkpoint seen, outside the log it guards
├── allowed_signers     whose SSH signatures on commits hold (ssh-keygen(1)); not there by default
└── advisories/         the local mirror of advisories
```
Beside the repository lies `.assay/log.sqlite`, the log itself, and `.assay/origin`, its name.
Whoever can write there still can sign nothing, and cannot roll the log back behind the anchor; a
false name finds another trust root, or none.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assay.core.errors import UsageError
from assay.evidence.store import LogStore, open_store
from assay.signing.keyfile import load_key_file
from assay.signing.keys import Signer
from assay.signing.trust import TrustRoot, parse_trust_root
from assay.source.repository import Repository
from assay.system.environment import data_home
from assay.system.files import load_file, load_private_file, save_file

STATE_FOLDER: Final = ".assay"
LOG_FILE: Final = "log.sqlite"
ORIGIN_FILE: Final = "origin"
_MAX_TRUST_BYTES: Final = 2**20
_MAX_NOTE_BYTES: Final = 64 * 1024
_MAX_ORIGIN_BYTES: Final = 256
_IDENTITY_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The folder outside all repositories."""

    folder: Path

    @property
    def signer_key(self) -> Path:
        """Return the path of the key that signs statements and verdicts."""
        return self.folder / "keys" / "signer.pem"

    @property
    def log_key(self) -> Path:
        """Return the path of the key that signs checkpoints."""
        return self.folder / "keys" / "log.pem"

    @property
    def identity_key(self) -> Path:
        """Return the path of the key that the identities of secrets are made with."""
        return self.folder / "keys" / "identity.key"

    @property
    def advisories(self) -> Path:
        """Return the folder of the local mirror of advisories."""
        return self.folder / "advisories"

    @property
    def allowed_signers(self) -> Path | None:
        """Return the file of SSH keys that may sign commits, or None where there is none.

        It is not read from the repository: the author of a commit must not say who may sign it.
        """
        path = self.folder / "allowed_signers"
        return path if path.exists() else None

    def trust(self, origin: str) -> Path:
        """Return the path of the trust root for the log `origin`."""
        return self.folder / "trust" / f"{_file_name(origin)}.json"

    def anchor(self, origin: str) -> Path:
        """Return the path of the newest checkpoint seen of the log `origin`."""
        return self.folder / "anchors" / f"{_file_name(origin)}.note"


def open_home() -> Home:
    """Return the home that the environment names."""
    return Home(folder=data_home())


def state_folder(repository: Repository) -> Path:
    """Return the folder of the log: beside the work tree, or inside a bare repository."""
    return repository.top / STATE_FOLDER


@dataclass(frozen=True, slots=True, kw_only=True)
class Signers:
    """The two keys that an operation which records must have."""

    statements: Signer
    log: Signer


def load_signers(home: Home) -> Signers:
    """Return the keys.

    Raises:
        UsageError: There are none yet, or others may read them.
    """
    for path in (home.signer_key, home.log_key):
        if not path.exists():
            raise UsageError("no signing key", where=str(path), hint="run: assay init")
    return Signers(statements=load_key_file(home.signer_key), log=load_key_file(home.log_key))


def load_identity_key(home: Home) -> bytes:
    """Return the 32 bytes that key the identities of secrets."""
    key = load_private_file(home.identity_key, max_bytes=_IDENTITY_KEY_BYTES)
    if len(key) != _IDENTITY_KEY_BYTES:
        raise UsageError(
            f"{len(key)} bytes where {_IDENTITY_KEY_BYTES} are needed", where=str(home.identity_key)
        )
    return key


def open_log(repository: Repository) -> LogStore:
    """Open the log of `repository`.

    Raises:
        UsageError: There is none yet.
        TamperedError: Its files are not what Assay wrote.
    """
    folder = state_folder(repository)
    log, name = folder / LOG_FILE, folder / ORIGIN_FILE
    if not log.exists() or not name.exists():
        hint = f"run: assay init {repository.top}"
        raise UsageError("this repository has no log yet", where=str(log), hint=hint)
    origin = load_file(name, max_bytes=_MAX_ORIGIN_BYTES).decode("ascii", "replace").strip()
    return open_store(log, origin=origin, create=False)


def load_trust(home: Home, origin: str) -> TrustRoot:
    """Return the trust root for the log `origin`.

    Raises:
        UsageError: This home has none: the log was made under another one.
    """
    path = home.trust(origin)
    if not path.exists():
        raise UsageError(
            f"no trust root for the log {origin!r}",
            where=str(path),
            hint="set ASSAY_HOME to the folder that it was made with, or run: assay init",
        )
    return load_trust_file(path)


def load_trust_file(path: Path) -> TrustRoot:
    """Read a trust root from a file."""
    return parse_trust_root(load_file(path, max_bytes=_MAX_TRUST_BYTES))


def load_anchor(home: Home, origin: str) -> bytes | None:
    """Return the newest checkpoint seen of the log, or None where none was seen yet."""
    path = home.anchor(origin)
    return load_file(path, max_bytes=_MAX_NOTE_BYTES) if path.exists() else None


def save_anchor(home: Home, origin: str, note: bytes) -> None:
    """Remember the newest checkpoint of the log."""
    save_file(home.anchor(origin), note)


def _file_name(origin: str) -> str:
    """Return a file name for an origin; it comes from the store, so nothing in it is trusted."""
    return re.sub(r"[^A-Za-z0-9.-]", "_", origin)[:128].lstrip(".") or "_"
