"""A VEX document in a Sigstore bundle counts by the identity that the trust root gives a role."""

from dataclasses import replace
from datetime import timedelta

import pytest

from assay.core.errors import AssayError
from assay.evidence.statement import render_statement
from assay.operations.vexsignatures import is_signed_by_others, open_foreign
from assay.signing.principals import VEX_AUTHOR, Window
from assay.signing.trust import TrustRoot
from assay.vuln.vex.record import VexRecord
from tests.evidence.sigstore.case import SIGNED_AT, trusted_root
from tests.fakes.trust import ROOT, statement
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
