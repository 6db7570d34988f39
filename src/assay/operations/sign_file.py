"""`assay sign`: a Sigstore bundle with a signature on a file, by any signer."""

from dataclasses import dataclass
from pathlib import Path

from assay.core.digest import Digest, sha256_of
from assay.evidence.sigstore.write import sign_blob
from assay.operations.artifact import MAX_HELD_BYTES
from assay.operations.signingkeys import open_signing_key
from assay.system.files import load_file, save_file


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSigned:
    """What was signed, by which key, and where the bundle is."""

    artifact: Digest
    key_id: str
    bundle: Path

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "artifact": str(self.artifact),
            "keyId": self.key_id,
            "bundle": str(self.bundle),
            "notChecked": [],
        }


def sign_file(path: Path, *, signer_uri: str, bundle: Path) -> FileSigned:
    """Sign the file at `path`, and write the bundle.

    Raises:
        UsageError: There is no such file or signer, or its key is of another kind.
        UnavailableError: The file cannot be read, the signer does not answer, or the bundle
            cannot be written.
    """
    data = load_file(path, max_bytes=MAX_HELD_BYTES)
    signer = open_signing_key(signer_uri)
    save_file(bundle, sign_blob(data, signer=signer))
    return FileSigned(artifact=sha256_of(data), key_id=signer.public.key_id, bundle=bundle)
