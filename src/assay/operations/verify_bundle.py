"""`assay verify ARTIFACT --bundle FILE`: a Sigstore bundle, against all that is expected of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assay.core.clock import Clock, format_time
from assay.core.errors import MalformedError, UsageError, inside
from assay.core.notchecked import NotChecked
from assay.evidence.sigstore.bundle import MAX_BUNDLE_BYTES
from assay.evidence.sigstore.expectation import (
    MAX_TRUSTED_ROOT_BYTES,
    Blob,
    Claim,
    KeyAlone,
    KeylessSigner,
    LoggedKey,
    Signer,
)
from assay.evidence.sigstore.keys import SignatureKey, parse_signature_key
from assay.evidence.sigstore.verify import VerifiedBundle, verify_bundle
from assay.operations.artifact import digest_of, named_artifact
from assay.operations.signingkeys import open_signing_key
from assay.signing.principals import OidcIdentity
from assay.signing.signeruri import parse_signer_uri
from assay.system.clock import now
from assay.system.files import load_file

MAX_KEY_BYTES: Final = 64 * 2**10


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the caller says on the command line; an empty text was not said.

    `predicate_type` is empty where a signature on the artifact itself is expected.
    """

    identity: str = ""
    issuer: str = ""
    key: str = ""
    trusted_root: Path | None = None
    predicate_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleVerified:
    """What was verified: which artifact, by whom, when, and where it is logged."""

    artifact: str
    found: VerifiedBundle

    @property
    def not_checked(self) -> tuple[NotChecked, ...]:
        """What was not looked at."""
        return self.found.not_checked

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "verdict": "PASSED",
            "artifact": self.artifact,
            "signedBy": self.found.signed_by,
            "predicateType": self.found.predicate_type or None,
            "times": [
                {"at": format_time(time.at), "source": time.source} for time in self.found.times
            ],
            "logged": [
                {"log": place.log, "index": place.index, "treeSize": place.proven_in}
                for place in self.found.logged
            ],
            "notChecked": [item.as_json() for item in self.not_checked],
        }


def verify_bundle_file(
    artifact: str, *, bundle: Path, expected: Expected, clock: Clock = now
) -> BundleVerified:
    """Verify that the bundle is by the expected signer, and about the artifact.

    `artifact` is a path; or a digest, where no file has that name.

    Raises:
        UsageError: A file is not there, or what is expected is not said in full.
        RejectedError: Anything about the bundle is not what was expected.
        UnavailableError: A file cannot be read.
    """
    signer = _signer(expected)
    message = named_artifact(artifact)
    wanted = (
        Claim(artifact=message, predicate_type=expected.predicate_type)
        if expected.predicate_type
        else Blob(artifact=message)
    )
    digest = digest_of(message)  # before all else: no artifact, no answer
    data = load_file(bundle, max_bytes=MAX_BUNDLE_BYTES)
    found = verify_bundle(data, expected=wanted, signer=signer, at=clock())
    return BundleVerified(artifact=str(digest), found=found)


def _signer(expected: Expected) -> Signer:
    """Return the expected signer: an identity with its issuer, or a key, and never anybody."""
    if bool(expected.key) is bool(expected.identity or expected.issuer):
        raise UsageError(
            "who must have signed is not said",
            hint="either --identity with --issuer, or --key",
        )
    if expected.key:
        key = load_signature_key(expected.key)
        if expected.trusted_root is None:
            return KeyAlone(key=key)
        return LoggedKey(key=key, trusted_root=_root(expected.trusted_root))
    if not (expected.identity and expected.issuer):
        raise UsageError(
            "an identity without its issuer, or an issuer without an identity",
            hint="give both --identity and --issuer",
        )
    if expected.trusted_root is None:
        raise UsageError(
            "whose certificates and logs count is not said", hint="give --trusted-root"
        )
    return KeylessSigner(identity=_identity(expected), trusted_root=_root(expected.trusted_root))


def _identity(expected: Expected) -> OidcIdentity:
    try:
        return OidcIdentity(issuer=expected.issuer, subject=expected.identity)
    except MalformedError as error:
        raise UsageError(error.what, where=error.where) from error


def load_signature_key(text: str) -> SignatureKey:
    """Return the public key in the PEM file `text`, or that of the signer with this URI.

    Raises:
        UsageError: There is no such file or signer.
        MalformedError: It holds no public key of a known kind.
        UnavailableError: It cannot be read, or does not answer.
    """
    if parse_signer_uri(text).kind != "file":
        return parse_signature_key(open_signing_key(text).public.pem)
    pem = load_file(Path(text.removeprefix("file:")), max_bytes=MAX_KEY_BYTES)
    with inside(text):
        return parse_signature_key(pem)


def _root(path: Path) -> bytes:
    return load_file(path, max_bytes=MAX_TRUSTED_ROOT_BYTES)
