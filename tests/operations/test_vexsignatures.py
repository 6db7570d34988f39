"""A VEX document in a Sigstore bundle counts by the identity that the trust root gives a role."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from assay.core.clock import ALLOWED_SKEW
from assay.core.errors import AssayError
from assay.evidence.statement import render_statement
from assay.operations.vexsignatures import is_signed_by_others, open_foreign
from assay.signing.asymmetric import ed25519_from_raw
from assay.signing.principals import VEX_AUTHOR, Window
from assay.signing.trust import TrustRoot
from assay.vuln.vex.record import VexRecord
from tests.evidence.sigstore.case import SIGNED_AT, trusted_root
from tests.fakes.pgp import PgpForm, created, part, pgp_sign
from tests.fakes.trust import ALICE, BOB, NOW, ROOT, principal, statement, trusted_key
from tests.operations.test_owners_by_identity import ANA, BEN, bundle_of, by_identity
from tests.operations.vexkit import OPENVEX, document

AT = SIGNED_AT + timedelta(hours=1)


def root(*roles: str) -> TrustRoot:
    """Return a trust root in which Ana's identity has these roles."""
    window = Window(valid_from=SIGNED_AT - timedelta(days=1))
    ana = by_identity(ANA, *roles)
    ana = replace(
        ana,
        window=window,
        roles=tuple(replace(grant, window=window) for grant in ana.roles),
        identities=tuple(replace(one, window=window) for one in ana.identities),
    )
    return replace(ROOT, principals=(ana,), sigstore=trusted_root())


def bundled(name: str) -> VexRecord:
    """Return a document that the issuer's `name` signed."""
    content = document(author="ana")
    payload = render_statement(statement(content, predicate_type=OPENVEX))
    return VexRecord(file="a.json", observed_at=AT, content=bundle_of(name, payload))


def test_an_identity_with_the_role() -> None:
    record = bundled(ANA)
    assert is_signed_by_others(record.content)
    found, names, keys = open_foreign(record, trusted=root(VEX_AUTHOR), at=AT)
    assert found.author == "ana"
    assert names == {"ana"}
    assert [key.partition(" ")[0] for key in keys] == [ANA]


REFUSED = {
    "another identity": (BEN, VEX_AUTHOR),
    "another role": (ANA, "importer"),
}


@pytest.mark.parametrize(("name", "role"), REFUSED.values(), ids=REFUSED)
def test_refused(name: str, role: str) -> None:
    with pytest.raises(AssayError) as caught:
        open_foreign(bundled(name), trusted=root(role), at=AT)
    assert str(caught.value) == (
        "[signature-invalid] no principal with the role 'vex-author' signed the bundle, "
        "at dsseEnvelope"
    )


KEY = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
STRANGER = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
TEXT = json.dumps(document(author="gnu")).encode()


def by_key(*roles: str) -> TrustRoot:
    """Return a trust root in which Gnu's OpenPGP key has these roles, beside somebody else's."""
    public = ed25519_from_raw(KEY.public_key().public_bytes_raw())
    key = replace(trusted_key(ALICE), public=public)
    gnu = replace(principal("gnu", ALICE, roles=roles), keys=(key,))
    return replace(ROOT, principals=(principal("bob", BOB, roles=roles), gnu))


def beside(
    made_at: datetime, *, seconds: int = 0, by: ed25519.Ed25519PrivateKey = KEY
) -> VexRecord:
    """Return the document with a signature beside it, made at a time, for some seconds."""
    ends = part(3, seconds.to_bytes(4, "big")) if seconds else b""
    form = PgpForm(own=created(int(made_at.timestamp())) + ends)
    return VexRecord(
        file="a.json", observed_at=NOW, content=TEXT, signature=pgp_sign(by, TEXT, form)
    )


def test_a_signature_beside_it() -> None:
    for made_at in (NOW - timedelta(days=1), NOW + ALLOWED_SKEW):
        record = beside(made_at, seconds=2 * 86_400)
        found, names, keys = open_foreign(record, trusted=by_key(VEX_AUTHOR), at=NOW)
        assert (found.author, names) == ("gnu", frozenset({"gnu"}))
        assert keys == {by_key(VEX_AUTHOR).principals[1].keys[0].public.key_id}


BESIDE = {
    "ahead": (
        beside(NOW + ALLOWED_SKEW + timedelta(seconds=1)),
        VEX_AUTHOR,
        "signed after it was recorded, at signature",
    ),
    "ended": (
        beside(NOW - timedelta(seconds=60), seconds=60),
        VEX_AUTHOR,
        "the signature had expired, at signature",
    ),
    "a stranger": (
        beside(NOW, by=STRANGER),
        VEX_AUTHOR,
        "no principal with the role 'vex-author' signed it",
    ),
    "another role": (beside(NOW), "importer", "no principal with the role 'vex-author' signed it"),
}


@pytest.mark.parametrize(("record", "role", "why"), BESIDE.values(), ids=BESIDE)
def test_a_signature_beside_it_that_does_not_count(record: VexRecord, role: str, why: str) -> None:
    with pytest.raises(AssayError) as caught:
        open_foreign(record, trusted=by_key(role), at=NOW)
    assert str(caught.value) == f"[signature-invalid] {why}"
