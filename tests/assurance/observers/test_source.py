import pytest

from assay.assurance.observers import source
from assay.assurance.observers.saying import Sight
from assay.core.verdict import Verdict
from assay.source.commit import SignatureKind
from assay.source.documents import Document, Role
from assay.source.facts import SourceFacts
from assay.source.signature import HeadSignature
from tests.assurance.material import GAP, document, record_of, source_facts
from tests.fakes.trust import NOW

FAILED, UNKNOWN = Verdict.FAILED, Verdict.UNKNOWN
POLICY = document(Role.SECURITY_POLICY, "SECURITY.md")
CONTACT = document(Role.SECURITY_CONTACT, ".well-known/security.txt")
WORKFLOW = document(Role.CI_WORKFLOW, ".github/workflows/ci.yml")
OWNERS = document(Role.CODE_OWNERS, ".github/CODEOWNERS")
UNSIGNED = HeadSignature(kind=SignatureKind.NONE, verdict=FAILED, reason="unsigned")
UNVERIFIED = HeadSignature(kind=SignatureKind.GPG, verdict=UNKNOWN, reason="gpg is not verified")
MIXED = {
    SignatureKind.SSH: 2,
    SignatureKind.GPG: 1,
    SignatureKind.X509: 1,
    SignatureKind.NONE: 5,
    SignatureKind.OTHER: 1,
}


def said(sights: tuple[Sight, ...]) -> tuple[Verdict, str]:
    [sight] = sights
    assert sight.statements
    assert sight.observed_at == NOW
    return sight.answer.verdict, sight.answer.reason


SIGNATURES = {
    "this-one-unsigned": (
        source_facts(head=UNSIGNED, signatures={SignatureKind.NONE: 1}),
        FAILED,
        "this commit: unsigned",
    ),
    "older-ones-unsigned": (
        source_facts(signatures=MIXED),
        FAILED,
        "6 of 10 commits up to here not signed",
    ),
    "all-signed": (
        source_facts(),
        UNKNOWN,
        (
            "seen: a signature on each of 3 commits up to here, "
            "that of this commit by an allowed signer; "
            "not seen: who signed the others, signatures of tags"
        ),
    ),
    "the-only-one-signed": (
        source_facts(signatures={SignatureKind.SSH: 1}),
        UNKNOWN,
        (
            "seen: a signature on 1 commit up to here, that of this commit by an allowed signer; "
            "not seen: signatures of tags"
        ),
    ),
    "nobody-verified-it": (
        source_facts(head=UNVERIFIED),
        UNKNOWN,
        (
            "seen: a signature on each of 3 commits up to here; "
            "not seen: who signed this commit (gpg is not verified), who signed the others, "
            "signatures of tags"
        ),
    ),
    "not-all-history-here": (
        source_facts(signatures={SignatureKind.SSH: 1}, gaps=(GAP,)),
        UNKNOWN,
        (
            "seen: a signature on 1 commit up to here, that of this commit by an allowed signer; "
            "not seen: file src/odd.py (could not be looked at), signatures of tags"
        ),
    ),
}


@pytest.mark.parametrize(("facts", "verdict", "reason"), SIGNATURES.values(), ids=SIGNATURES)
def test_commit_signature_verification(facts: SourceFacts, verdict: Verdict, reason: str) -> None:
    assert said(source.commit_signature_verification(record_of(facts))) == (verdict, reason)


CHANNEL = {
    "policy": (
        (POLICY,),
        UNKNOWN,
        (
            "seen: SECURITY.md; "
            "not seen: that it is valid, that the channel answers, how long reports wait"
        ),
    ),
    "both": (
        (CONTACT, POLICY),
        UNKNOWN,
        (
            "seen: .well-known/security.txt and SECURITY.md; "
            "not seen: that it is valid, that the channel answers, how long reports wait"
        ),
    ),
    "neither": ((WORKFLOW,), FAILED, "neither SECURITY.md nor security.txt is in this commit"),
}


@pytest.mark.parametrize(("documents", "verdict", "reason"), CHANNEL.values(), ids=CHANNEL)
def test_inbound_report_channel_probe(
    documents: tuple[Document, ...], verdict: Verdict, reason: str
) -> None:
    record = record_of(source_facts(*documents))
    assert said(source.inbound_report_channel_probe(record)) == (verdict, reason)


def test_disclosure_policy_published() -> None:
    assert said(source.disclosure_policy_published(record_of(source_facts(POLICY)))) == (
        UNKNOWN,
        (
            "seen: SECURITY.md, its content by digest; not seen: "
            "that it has scope, safe harbour, timelines and contact, where it is published"
        ),
    )
    assert said(source.disclosure_policy_published(record_of(source_facts(CONTACT)))) == (
        UNKNOWN,
        "no security policy is in this commit; nobody looked elsewhere",
    )


def test_pipeline_config_in_vcs() -> None:
    assert said(source.pipeline_config_in_vcs(record_of(source_facts(WORKFLOW)))) == (
        UNKNOWN,
        "seen: 1 pipeline file under version control; not seen: the live settings of the platform",
    )
    assert said(source.pipeline_config_in_vcs(record_of(source_facts(POLICY)))) == (
        UNKNOWN,
        "no pipeline file is in this commit; where it is built, nobody can tell",
    )


def test_role_matrix_vs_real_permissions() -> None:
    assert said(source.role_matrix_vs_real_permissions(record_of(source_facts(OWNERS)))) == (
        UNKNOWN,
        (
            "seen: code owners in .github/CODEOWNERS; "
            "not seen: roles beyond code, what anybody may really do on the platforms"
        ),
    )
    assert said(source.role_matrix_vs_real_permissions(record_of(source_facts(POLICY)))) == (
        UNKNOWN,
        "no file of code owners is in this commit, nor any other list of roles",
    )
