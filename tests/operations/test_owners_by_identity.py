"""Owners who sign a change of the trust root with an OIDC identity: each in a bundle of its own."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509

from assay.core.errors import AssayError
from assay.operations.change_trust import (
    apply_trust,
    propose_trust,
    show_draft,
    show_statement,
    sign_trust,
)
from assay.operations.verify_log import verify_log
from assay.signing.principals import OidcIdentity
from assay.signing.trust import (
    Principal,
    PrincipalKind,
    Revocation,
    RevocationReason,
    RoleGrant,
    TrustedIdentity,
    Window,
)
from tests.evidence.sigstore.case import INSTANCE, SIGNED_AT, raw, trusted_root
from tests.fakes import certificates, sigstorebundles
from tests.fakes.certificates import ISSUER
from tests.operations.auditing import audit, commit_of, exported
from tests.operations.run import AT, clock, ledger, told
from tests.operations.site import Site
from tests.operations.trustkit import moment, pinned, update, written

ANA, BEN = "ana@example.test", "ben@example.test"


def bundle_of(name: str, payload: bytes) -> bytes:
    """Sign a statement as whoever the issuer calls by this e-mail address."""
    key = certificates.p256()
    issued = INSTANCE.certificate(key, names=(x509.RFC822Name(name),))
    signature, pem = (
        certificates.sign(key, sigstorebundles.pae(payload)),
        certificates.pem_of(issued),
    )
    entry = INSTANCE.promised(
        "dsse", "0.0.1", sigstorebundles.dsse_1(payload, signature, pem), at=SIGNED_AT
    )
    material: certificates.Json = {"certificate": raw(issued), "tlogEntries": [entry]}
    return json.dumps(sigstorebundles.statement_bundle(material, payload, signature)).encode()


def by_identity(name: str, *roles: str) -> Principal:
    window = Window(valid_from=AT)
    identity = OidcIdentity(issuer=ISSUER, subject=name)
    return Principal(
        name=name.partition("@")[0],
        kind=PrincipalKind.PERSON,
        roles=tuple(RoleGrant(role=role, window=window) for role in roles or ("owner",)),
        keys=(),
        identities=(TrustedIdentity(identity=identity, window=window),),
        window=window,
    )


@pytest.fixture
def owned(here: Site) -> Site:
    """Return a site with three owners, one of them by a key; any two of them must sign."""
    root = pinned(here)
    grown = (*root.principals, by_identity(ANA), by_identity(BEN))
    update(here, replace(root, principals=grown, sigstore=trusted_root()), hours=1)
    draft = propose(here, owner_threshold=2)
    sign_trust(draft, signer_uri=mine(here), clock=clock(hours=1))
    sign(here, draft, ANA)
    apply_trust(draft, here.top, clock=clock(hours=1))
    assert pinned(here).owner_threshold == 2
    return here


def mine(site: Site) -> str:
    return str(site.home / "keys" / "signer.pem")


def propose(site: Site, **changed: object) -> Path:
    root = replace(pinned(site), **changed)  # type: ignore[arg-type]
    draft = site.folder / f"draft-{root.version + 1}.json"
    propose_trust(written(site, root), site.top, draft=draft, clock=clock(hours=1))
    return draft


def sign(site: Site, draft: Path, name: str, payload: bytes | None = None) -> None:
    file = site.folder / "bundle.json"
    file.write_bytes(bundle_of(name, payload or show_statement(draft, clock=clock(hours=1))))
    sign_trust(draft, signer_uri="", bundle=file, clock=clock(hours=1))


def refusal(site: Site, call: Callable[[], object]) -> str:
    with pytest.raises(AssayError) as caught:
        call()
    return told(caught.value, site)


def signed_by(draft: Path) -> list[tuple[str, ...]]:
    return [s.signed_by for s in show_draft(draft, clock=clock(hours=1)).signatures]


def test_two_identities_are_two_owners(owned: Site) -> None:
    draft = propose(owned, expires=moment(9000))
    sign(owned, draft, ANA)
    assert "1 trusted principals signed, 2 needed" in refusal(
        owned, lambda: apply_trust(draft, owned.top, clock=clock(hours=1))
    )
    sign(owned, draft, ANA)  # once more: it is the same owner
    assert signed_by(draft) == [("ana",), ("ana",)]
    sign(owned, draft, BEN)
    assert signed_by(draft) == [("ana", "ben"), ("ana", "ben")]
    apply_trust(draft, owned.top, clock=clock(hours=1))
    assert pinned(owned).expires == moment(9000)
    verify_log(owned.top, clock=clock(hours=2))


def test_a_key_and_an_identity_in_either_order(owned: Site) -> None:
    draft = propose(owned, expires=moment(9000))
    sign(owned, draft, BEN)
    sign_trust(draft, signer_uri=mine(owned), clock=clock(hours=1))
    assert signed_by(draft) == [("ben", "local"), ("ben", "local")]
    apply_trust(draft, owned.top, clock=clock(hours=1))
    assert pinned(owned).version == 4


def test_the_same_statement_in_another_layout(owned: Site) -> None:
    """Tools write JSON as they like; what it says has to be the same."""
    draft = propose(owned, expires=moment(9000))
    statement = json.loads(show_statement(draft, clock=clock(hours=1)))
    sign(owned, draft, ANA, json.dumps(statement, indent=1).encode())
    assert signed_by(draft) == [("ana",), ("ana",)]


def test_a_bundle_around_another_change(owned: Site) -> None:
    draft = propose(owned, expires=moment(9000))
    statement = json.loads(show_statement(draft, clock=clock(hours=1)))
    statement["predicate"]["root"]["owners"]["threshold"] = 1
    said = refusal(owned, lambda: sign(owned, draft, ANA, json.dumps(statement).encode()))
    assert "no principal with the role 'owner' signed" in said
    statement["subject"][0]["digest"]["sha256"] = hashlib.sha256(b"other").hexdigest()
    said = refusal(owned, lambda: sign(owned, draft, ANA, json.dumps(statement).encode()))
    assert "the statement is not about" in said
    assert signed_by(draft) == [(), ()]


def test_an_identity_that_is_no_owner(owned: Site) -> None:
    draft = propose(owned, expires=moment(9000))
    said = refusal(owned, lambda: sign(owned, draft, "eve@example.test"))
    assert "no principal with the role 'owner' signed the bundle" in said
    assert signed_by(draft) == [(), ()]


def test_a_key_and_a_bundle_at_once(owned: Site) -> None:
    draft = propose(owned, expires=moment(9000))
    said = refusal(
        owned, lambda: sign_trust(draft, signer_uri=mine(owned), bundle=draft, clock=clock(hours=1))
    )
    assert said == "[usage] both a key and a bundle (leave one out)"


def test_a_bundle_that_somebody_damages_neither_passes_nor_vetoes(owned: Site) -> None:
    draft = propose(owned, expires=moment(9000))
    sign(owned, draft, ANA)
    sign(owned, draft, BEN)
    document = json.loads(draft.read_bytes())
    [first, _] = document["envelope"]["bundles"]
    first["dsseEnvelope"]["signatures"][0]["sig"] = "AAAA"
    draft.write_text(json.dumps(document))
    assert signed_by(draft) == [("ben",), ("ben",)]
    sign_trust(draft, signer_uri=mine(owned), clock=clock(hours=1))
    apply_trust(draft, owned.top, clock=clock(hours=1))


def test_an_identity_that_was_revoked_since_leaves_a_doubt(owned: Site) -> None:
    """The change is followed: what came after was built on it. Owners have to look at it."""
    lost = Revocation(since=AT, reason=RevocationReason.COMPROMISED)
    [ana] = [p for p in pinned(owned).principals if p.name == "ana"]
    ended = replace(ana, identities=(replace(ana.identities[0], revoked=lost),))
    people = tuple(ended if p.name == "ana" else p for p in pinned(owned).principals)
    draft = propose(owned, principals=people)
    sign(owned, draft, BEN)
    sign_trust(draft, signer_uri=mine(owned), clock=clock(hours=1))
    apply_trust(draft, owned.top, clock=clock(hours=1))
    with ledger(owned, hours=2) as opened:
        [doubt] = opened.chain.doubts()
    assert doubt.startswith("version 3: identity 'ana@example.test (https://issuer.example.test)'")


def test_both_verifiers_on_changes_by_identities(owned: Site) -> None:
    """The second one reads no certificates: it says that it cannot tell, and never that it holds."""
    first = owned.folder / "first.json"
    with ledger(owned, hours=2) as opened:
        from assay.signing.trust import render_trust_root  # noqa: PLC0415  # beside its use

        first.write_bytes(render_trust_root(opened.chain.versions[0].root))
    data = exported(owned, hours=2)
    answers = audit(owned.folder, data, subject=commit_of(owned), trust_root=first)
    assert (answers.ours, answers.second) == (0, 3), answers
    answers = audit(owned.folder, data, subject=commit_of(owned), trust_root=owned.trust)
    assert (answers.ours, answers.second) == (0, 0), answers
