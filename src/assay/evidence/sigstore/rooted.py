"""The part of a verification that a trusted root is needed for: time, certificate, log entry.

Whatever the bundle shows of a log or an authority that the trusted root knows must hold, also where
less of it would be enough. What is of unknown ones counts for nothing, and is listed as not
checked.
"""

from datetime import datetime

from assay.core.errors import inside
from assay.core.notchecked import NotChecked
from assay.evidence.sigstore.bundle import Bundle
from assay.evidence.sigstore.certificate import load_leaf, verify_certificate, verify_identity
from assay.evidence.sigstore.entrybody import Signed, verify_entry_body
from assay.evidence.sigstore.expectation import KeylessSigner, LoggedKey
from assay.evidence.sigstore.keys import RSA_PKCS1, SignatureKey, signature_key
from assay.evidence.sigstore.message import Message
from assay.evidence.sigstore.testimony import Testimony
from assay.evidence.sigstore.trustedroot import TrustedRoot, parse_trusted_root
from assay.evidence.sigstore.witnesses import Witnesses, verify_witnesses
from assay.evidence.sigstore.x509 import check_validity, der_of, public_key_of


def verify_rooted(
    bundle: Bundle, *, message: Message, signer: KeylessSigner | LoggedKey, at: datetime
) -> Testimony:
    """Refuse unless `signer` signed `message`, and a log knows it; return what the witnesses say.

    Raises:
        MalformedError: The trusted root, or something in the bundle, cannot be read.
        ProofError: A log entry is not where it is claimed to be.
        RejectedError: It is by somebody else, or not all of it holds.
        SignatureInvalidError: A signature does not verify.
        UsageError: The artifact itself is needed, and only a digest is given.
    """
    with inside("trusted root"):
        root = parse_trusted_root(signer.trusted_root)
    witnesses = verify_witnesses(bundle, root, at)
    if isinstance(signer, LoggedKey):
        key, certificate = signer.key, b""
    else:
        key, certificate = _verify_leaf(bundle, signer, root, witnesses)
    key.verify(message, bundle.content.signature)
    signed = Signed(content=bundle.content, message=message, key=key, certificate=certificate)
    for entry, _ in witnesses.logged:
        verify_entry_body(entry, signed)
    return Testimony(
        times=witnesses.times,
        logged=tuple(place for _, place in witnesses.logged),
        not_checked=_not_checked(witnesses),
    )


def _verify_leaf(
    bundle: Bundle, signer: KeylessSigner, root: TrustedRoot, witnesses: Witnesses
) -> tuple[SignatureKey, bytes]:
    """Return the key in the certificate, and the certificate in DER."""
    leaf = load_leaf(bundle.certificates)
    verify_certificate(leaf, root=root, times=tuple(time.at for time in witnesses.times))
    verify_identity(leaf, expected=signer.identity)
    for entry, _ in witnesses.logged:
        if entry.integrated_at is not None:  # with no promise it proves nothing, and yet must fit
            check_validity(leaf, entry.integrated_at)
    return signature_key(public_key_of(leaf), rsa_schemes=(RSA_PKCS1,)), der_of(leaf)


def _not_checked(witnesses: Witnesses) -> tuple[NotChecked, ...]:
    promised = (
        NotChecked(
            what="inclusion proof",
            where=place.log,
            why="a bundle of version 0.1 with the log's promise only",
        )
        for _, place in witnesses.logged
        if place.proven_in is None
    )
    cosigners = (
        NotChecked(what="cosignature", where=name, why="the trusted root has no key for it")
        for _, place in witnesses.logged
        for name in place.unchecked
    )
    return (*promised, *cosigners, *witnesses.unknown)
