"""What the facts about the source show: signatures, and documents that are there or are not.

A document is known by its place alone. That it is there is a part of the evidence; whether it says
what it should, and whether anybody acts on it, nothing here can tell.
"""

from assay.assurance.observers.saying import (
    Answer,
    Sight,
    counted,
    each,
    failed,
    in_part,
    left_open,
    listed,
    unknown,
)
from assay.assurance.record import Record
from assay.core.printable import printable
from assay.core.verdict import Verdict
from assay.source.commit import SignatureKind
from assay.source.documents import Document, Role
from assay.source.facts import SourceFacts


def commit_signature_verification(record: Record) -> tuple[Sight, ...]:
    """PS.1.1: one unsigned commit is a no; only the newest signature is verified, so a part."""
    return each(record.source, _judge_signatures)


def role_matrix_vs_real_permissions(record: Record) -> tuple[Sight, ...]:
    """PO.2.1: who owns which code is declared; what they may really do the platforms know."""
    return each(record.source, _judge_owners)


def pipeline_config_in_vcs(record: Record) -> tuple[Sight, ...]:
    """PO.3.2: that there is a pipeline in the repository; what the platform does nobody asked."""
    return each(record.source, _judge_pipeline)


def inbound_report_channel_probe(record: Record) -> tuple[Sight, ...]:
    """RV.1.1: no address for reports is a no; that there is one does not mean that it answers."""
    return each(record.source, _judge_channel)


def disclosure_policy_published(record: Record) -> tuple[Sight, ...]:
    """RV.1.3: a security policy may be published elsewhere, so that none here is no no."""
    return each(record.source, _judge_policy)


def _judge_signatures(facts: SourceFacts) -> Answer:
    history, head = facts.history, facts.head.signature
    known = (SignatureKind.GPG, SignatureKind.SSH, SignatureKind.X509)
    unsigned = history.commits - sum(history.signatures.get(kind, 0) for kind in known)
    if head.verdict is Verdict.FAILED:
        return failed(f"this commit: {printable(head.reason)}")
    if unsigned:
        return failed(f"{unsigned} of {counted(history.commits, 'commit')} up to here not signed")
    verified = head.verdict is Verdict.PASSED
    return in_part(
        f"a signature on {'each of ' if history.commits > 1 else ''}"
        f"{counted(history.commits, 'commit')} up to here"
        + (", that of this commit by an allowed signer" if verified else ""),
        not_seen=listed(
            left_open(facts.not_checked),
            "" if verified else f"who signed this commit ({printable(head.reason)})",
            "who signed the others" if history.commits > 1 else "",
            "signatures of tags",
        ),
    )


def _judge_owners(facts: SourceFacts) -> Answer:
    found = _find(facts, Role.CODE_OWNERS)
    if not found:
        return unknown("no file of code owners is in this commit, nor any other list of roles")
    return in_part(
        f"code owners in {_names(found)}",
        not_seen="roles beyond code, what anybody may really do on the platforms",
    )


def _judge_pipeline(facts: SourceFacts) -> Answer:
    found = _find(facts, Role.CI_WORKFLOW)
    if not found:
        return unknown("no pipeline file is in this commit; where it is built, nobody can tell")
    return in_part(
        f"{counted(len(found), 'pipeline file')} under version control",
        not_seen="the live settings of the platform",
    )


def _judge_channel(facts: SourceFacts) -> Answer:
    found = _find(facts, Role.SECURITY_CONTACT, Role.SECURITY_POLICY)
    if not found:
        return failed("neither SECURITY.md nor security.txt is in this commit")
    return in_part(
        _names(found),
        not_seen="that it is valid, that the channel answers, how long reports wait",
    )


def _judge_policy(facts: SourceFacts) -> Answer:
    found = _find(facts, Role.SECURITY_POLICY)
    if not found:
        return unknown("no security policy is in this commit; nobody looked elsewhere")
    return in_part(
        f"{_names(found)}, its content by digest",
        not_seen="that it has scope, safe harbour, timelines and contact, where it is published",
    )


def _find(facts: SourceFacts, *roles: Role) -> tuple[Document, ...]:
    return tuple(document for document in facts.documents if document.role in roles)


def _names(documents: tuple[Document, ...]) -> str:
    return " and ".join(printable(document.path, limit=120) for document in documents[:2])
