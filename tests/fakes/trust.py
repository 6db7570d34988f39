"""Principals, a trust root and verified statements for tests, with real keys made on the spot."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from assay.core.digest import Digest
from assay.evidence.envelope import VerifiedStatement, parse_envelope, seal_statement
from assay.evidence.statement import Statement, Subject
from assay.signing.asymmetric import generate_signer
from assay.signing.keys import Signer
from assay.signing.notekey import note_key, render_note_key
from assay.signing.trust import (
    Principal,
    PrincipalKind,
    Revocation,
    RoleGrant,
    TrustedKey,
    TrustRoot,
    Window,
)

ORIGIN: Final = "log.example/shop"
EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)
END: Final = datetime(2027, 1, 1, tzinfo=UTC)
NOW: Final = datetime(2026, 6, 1, tzinfo=UTC)

ALICE: Final = generate_signer("ed25519")
ALICE_TOO: Final = generate_signer("ecdsa-p256")  # the same person's second key
BOB: Final = generate_signer("ecdsa-p256")
GATE: Final = generate_signer("ed25519")
MALLORY: Final = generate_signer("ed25519")  # trusted by nobody
LOG: Final = generate_signer("ed25519")
LOG_KEY: Final = note_key(ORIGIN, LOG.public)

COMMIT: Final = Digest("gitCommit", "c0" * 20)
OTHER_COMMIT: Final = Digest("gitCommit", "0c" * 20)
KIND: Final = "urn:example:predicate:kind:v1"


def trusted_key(
    signer: Signer,
    *,
    valid_from: datetime = EPOCH,
    valid_until: datetime | None = None,
    revoked: Revocation | None = None,
) -> TrustedKey:
    """Return the key of `signer` as a principal's: from `EPOCH` on unless told otherwise."""
    window = Window(valid_from=valid_from, valid_until=valid_until)
    return TrustedKey(public=signer.public, window=window, revoked=revoked)


def principal(
    name: str,
    *signers: Signer | TrustedKey,
    roles: tuple[str, ...] = ("collector",),
    kind: PrincipalKind = PrincipalKind.PERSON,
    valid_until: datetime | None = END,
) -> Principal:
    """Return a principal that is valid from `EPOCH` to `END`."""
    window = Window(valid_from=EPOCH, valid_until=valid_until)
    return Principal(
        name=name,
        kind=kind,
        roles=tuple(RoleGrant(role=role, window=window) for role in roles),
        keys=tuple(s if isinstance(s, TrustedKey) else trusted_key(s) for s in signers),
        window=window,
    )


ROOT: Final = TrustRoot(
    principals=(
        principal("alice", ALICE, ALICE_TOO, roles=("collector", "importer")),
        principal("bob", BOB, roles=("collector", "owner")),
        principal("gate", GATE, roles=("gate",)),
    ),
    log_origin=ORIGIN,
    log_key=render_note_key(LOG_KEY),
)


def statement(
    predicate: Mapping[str, object] | None = None,
    *,
    subjects: tuple[Digest, ...] = (COMMIT,),
    predicate_type: str = KIND,
) -> Statement:
    """Return a statement about `COMMIT`."""
    return Statement(
        subjects=tuple(Subject(name="shop", digest=digest) for digest in subjects),
        predicate_type=predicate_type,
        predicate=predicate or {"answer": 42},
    )


def verified(
    predicate: Mapping[str, object] | None = None,
    *,
    subjects: tuple[Digest, ...] = (COMMIT,),
    predicate_type: str = KIND,
    by: Signer = ALICE,
    role: str = "collector",
) -> VerifiedStatement:
    """Return a statement that went the whole way: signed, sealed, parsed, verified."""
    made = statement(predicate, subjects=subjects, predicate_type=predicate_type)
    return parse_envelope(seal_statement(made, signers=(by,))).verify(
        trusted=ROOT,
        role=role,
        threshold=1,
        subject=subjects[0],
        predicate_type=predicate_type,
        at=NOW,
    )
