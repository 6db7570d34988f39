"""`assay trust key`: the public key that somebody sends to the owners of a trust root."""

from dataclasses import dataclass
from pathlib import Path

from assay.operations.home import load_signer_choices, open_home
from assay.operations.signingkeys import open_signing_key
from assay.signing.keyfile import create_key_file
from assay.signing.keys import PublicKey, Signer
from assay.signing.spki import ED25519


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyShown:
    """A public key and its names."""

    key_id: str
    algorithm: str
    pem: str

    def as_json(self) -> dict[str, object]:
        """Return the document that `--json` prints."""
        return {
            "schema": "assay.trust-key/v1",
            "keyId": self.key_id,
            "algorithm": self.algorithm,
            "pem": self.pem,
            "notChecked": [],
        }


def show_key(*, signer_uri: str) -> KeyShown:
    """Return the public half of a signer; `signer_uri` empty for this user's own.

    Raises:
        UsageError: There is no such key.
        UnavailableError: It does not answer.
    """
    return _shown(open_own_signer(signer_uri).public)


def make_key(file: Path, *, algorithm: str = ED25519) -> KeyShown:
    """Make a new private key in `file`, for its owner alone, and return the public half.

    Raises:
        UsageError: There is a file already, it lies in a repository, or an unknown algorithm.
    """
    return _shown(create_key_file(file, algorithm=algorithm).public)


def open_own_signer(signer_uri: str) -> Signer:
    """Return the signer that `signer_uri` names, or that of this user where it is empty."""
    return open_signing_key(signer_uri or load_signer_choices(open_home()).statements.uri)


def _shown(public: PublicKey) -> KeyShown:
    return KeyShown(key_id=public.key_id, algorithm=public.algorithm, pem=public.pem.decode())
