"""VEX as a way around the gate: by who may not, about something else, for ever, or for everything.

Adversary, People: "Waiver without end, for everything, renewed silently", where the waiver calls
itself VEX; and what users of other tools report of it: applied by the CVE alone, whoever wrote it.
"""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from assay.core.errors import AssayError, MalformedError
from assay.evidence.dsse import sign_dsse
from assay.evidence.statement import PAYLOAD_TYPE, render_statement
from assay.operations.vexsignatures import open_foreign
from assay.signing.keys import Signer
from assay.signing.principals import PrincipalKind, RevocationReason
from assay.signing.trust import Revocation, TrustRoot
from assay.vuln.vex.account import VexAccount
from assay.vuln.vex.believing import Believed
from assay.vuln.vex.judging import judge_vex
from assay.vuln.vex.record import MAX_DOCUMENT_BYTES, VexRecord
from tests.fakes.trust import ALICE, MALLORY, NOW, ROOT, statement, trusted_key
from tests.vuln.vex.trusted import (
    AT,
    DAY,
    PURL,
    affected,
    asked,
    author,
    own,
    reasons,
    signed,
    supplied,
    told,
)
from tests.vuln.vex.vexes import CVE, openvex

YEAR = timedelta(days=366)
DOCUMENT = {
    "@context": "https://openvex.dev/ns/v0.2.0",
    "@id": "https://example.com/vex/1",
    "author": "Example Ltd",
    "timestamp": "2026-05-01T00:00:00Z",
    "version": 1,
    "statements": [supplied()],
}


def taken(believed: Believed, *, at: timedelta = DAY) -> list[str]:
    """Return what is taken away at the gate."""
    sources = {word.document: signed(openvex(own())).reliance for word in believed.words}
    documents = tuple(replace(r, statement=digest) for digest, r in sources.items())
    account = VexAccount(observed_at=AT, documents=documents, words=believed.words)
    return sorted(judge_vex((account,), max_age=YEAR, at=AT + at).set_aside)


def trusting(**limits: object) -> TrustRoot:
    """Return a trust root in which Alice's key is that of a vex-author."""
    return replace(ROOT, principals=(author(**limits),))  # type: ignore[arg-type]  # as given


def attested(signer: Signer) -> VexRecord:
    """Return the document as `signer` published it."""
    kind = "https://openvex.dev/ns/v0.2.0"
    payload = render_statement(statement(DOCUMENT, predicate_type=kind))
    data = sign_dsse(payload, payload_type=PAYLOAD_TYPE, signers=(signer,))
    return VexRecord(file="a.json", observed_at=NOW, content=data)


def refusal(record: VexRecord, trusted: TrustRoot) -> str:
    with pytest.raises(AssayError) as caught:
        open_foreign(record, trusted=trusted, at=NOW)
    return str(caught.value)


def test_what_is_in_order_takes_away() -> None:
    """Else the refusals below would hold for any reason."""
    assert len(taken(told(own()))) == 1
    assert len(taken(told(supplied()))) == 1
    document, names, _ = open_foreign(attested(ALICE), trusted=trusting(), at=NOW)
    assert document.author == "Example Ltd"
    assert names == {"Example Ltd"}


def test_by_a_signer_whom_nobody_trusts() -> None:
    assert refusal(attested(MALLORY), trusting()) == (
        "[signature-invalid] 0 trusted keys signed, 1 needed, at signatures"
    )


def test_by_a_signer_without_the_role() -> None:
    """Alice may collect and import in this trust root, and speak about nothing."""
    assert refusal(attested(ALICE), ROOT) == (
        "[signature-invalid] 0 trusted keys signed, 1 needed, at signatures"
    )


def test_by_a_revoked_key() -> None:
    lost = Revocation(since=NOW, reason=RevocationReason.COMPROMISED)
    ana = replace(author(), keys=(trusted_key(ALICE, revoked=lost),))
    assert refusal(attested(ALICE), replace(ROOT, principals=(ana,))) == (
        "[signature-invalid] 0 trusted keys signed, 1 needed, at signatures"
    )


def test_unsigned() -> None:
    plain = VexRecord(file="a.json", observed_at=NOW, content=json.dumps(DOCUMENT).encode())
    assert refusal(plain, trusting()).startswith(
        "[signature-invalid] its author did not sign it, and nobody who may answers for it"
    )


def test_a_document_that_names_somebody_else_as_its_author() -> None:
    """The word is that of the key, and the name has to be one that the key may speak for."""
    forged = openvex(supplied(), author="Vendor")
    for vouched in (False, True):
        believed = asked(signed(forged, author("mallory"), vouched=vouched))
        assert taken(believed) == []
        assert reasons(believed) == ["the trust root does not let mallory speak for 'Vendor'"]


def test_a_machine_that_answers_for_what_nobody_signed() -> None:
    ci = author("ci", authors=("Vendor",), kind=PrincipalKind.RUNNER)
    believed = asked(signed(openvex(supplied(), author="Vendor"), ci, vouched=True))
    assert taken(believed) == []


def test_a_supplier_about_somebody_elses_component() -> None:
    believed = asked(signed(openvex(own()), author(components=("pkg:npm/b",))))
    assert taken(believed) == []
    assert reasons(believed) == [f"the trust root does not let Example Ltd speak about {PURL}"]


ELSEWHERE = {
    "another product, as in a log of somebody else": own(
        products=[{"@id": "urn:assay:product:till", "subcomponents": [{"@id": PURL}]}]
    ),
    "another commit": own(
        products=[{"@id": "gitCommit:" + "0c" * 20, "subcomponents": [{"@id": PURL}]}]
    ),
    "another component": supplied("pkg:npm/b@1.2.3"),
    "another version": supplied("pkg:npm/a@9.9.9"),
    "a wildcard for a name": supplied("pkg:npm/*"),
    "a wildcard for a version": supplied("pkg:npm/a@*"),
    "the product, whatever is in it": own(products=[{"@id": "urn:assay:product:shop"}]),
    "every component in it": own(
        products=[{"@id": "urn:assay:product:shop", "subcomponents": [{"@id": "pkg:npm/*"}]}]
    ),
}


@pytest.mark.parametrize("said", ELSEWHERE.values(), ids=ELSEWHERE)
def test_about_something_else_or_about_everything(said: dict[str, object]) -> None:
    believed = told(said)
    assert taken(believed) == []
    assert len(believed.not_checked) == 1


def test_by_the_vulnerability_alone() -> None:
    """A statement without a product is none, and what it might say blocks."""
    believed = told(own(), own(products=None))
    assert [word.status for word in believed.words] == ["not_affected", "unread"]
    assert taken(believed) == []


def test_another_vulnerability_under_an_alias() -> None:
    """Two CVEs are never one, whatever a document says."""
    said = own(vulnerability={"name": "CVE-2026-9999", "aliases": [CVE]})
    assert taken(told(said)) == []


@pytest.mark.parametrize("later", ["2026-06-01T00:00:00Z", "2026-06-01T12:00:00Z"])
def test_the_author_says_affected_since(later: str) -> None:
    """Also within the same second; and the older word, recorded again, does not come back."""
    old, new = openvex(own()), openvex(affected(), timestamp=later, **{"@id": "urn:b"})
    first, second = signed(old, name="a"), signed(new, name="b", place=1)
    again = signed(old, name="c", place=2, recorded=AT + DAY)
    for documents in ((first, second), (second, first), (first, second, again)):
        assert taken(asked(*documents)) == []


def test_somebody_else_says_affected() -> None:
    bob = author("bob")
    for said_at in ("2025-01-01T00:00:00Z", "2026-06-01T00:00:00Z"):
        other = openvex(affected(), author="bob", timestamp=said_at, **{"@id": "urn:b"})
        assert taken(asked(signed(openvex(own())), signed(other, bob, name="b"))) == []


def test_for_ever() -> None:
    endless = own(status_notes="[assay:expires=2099-01-01T00:00:00Z]")
    for said in (own(), endless):
        assert taken(told(said), at=YEAR - DAY) == []


def test_after_its_end() -> None:
    ends = own(status_notes="[assay:expires=2026-06-03T00:00:00Z]")
    assert len(taken(told(ends), at=DAY - timedelta(seconds=1))) == 1
    assert taken(told(ends), at=DAY) == []


def test_dated_ahead_to_last_longer() -> None:
    believed = told(own(), timestamp="2026-12-31T00:00:00Z")
    assert taken(believed) == []
    assert reasons(believed) == ["dated 2026-12-31T00:00:00Z, after it was recorded"]


def test_dated_back_before_the_key_was_lost() -> None:
    """What a document says of its time makes no signature older: the log's time counts."""
    late = signed(openvex(own()), recorded=AT + timedelta(days=300))  # the role ended before
    assert taken(asked(late)) == []


def test_a_huge_document() -> None:
    with pytest.raises(MalformedError) as caught:
        VexRecord(file="a.json", observed_at=NOW, content=bytes(MAX_DOCUMENT_BYTES + 1))
    assert str(caught.value) == (
        f"[malformed] {MAX_DOCUMENT_BYTES + 1} bytes, where 1 to {MAX_DOCUMENT_BYTES} are read, "
        "at content"
    )


def test_thousands_of_statements_are_looked_up_by_name() -> None:
    """What is about other vulnerabilities costs nothing for each finding."""
    many = tuple(own(vulnerability={"name": f"CVE-2026-{i}"}) for i in range(2_000, 4_000))
    source = signed(openvex(*many, own()))
    asked(source)
    assert len(source.candidates((CVE,))) == 1
