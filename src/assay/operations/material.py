"""What a verdict depends on besides evidence, kept in the log so that anyone can replay it.

The rules that decided, and the trust root that evidence was verified against, are recorded as
statements about their own digests, once each.
"""

from collections.abc import Mapping
from typing import Final

from assay.core.digest import Digest
from assay.core.errors import RejectedError
from assay.evidence.envelope import VerifiedStatement
from assay.evidence.statement import Statement, Subject
from assay.evidence.trustchain import change_statement
from assay.operations.ledger import Expected, Ledger
from assay.operations.record import Recorder
from assay.policy.bundle import PolicyBundle, load_bundle

POLICY_TYPE: Final = "urn:assay:predicate:policy:v1"


def record_material(recorder: Recorder, bundle: PolicyBundle, files: Mapping[str, bytes]) -> None:
    """Record the policy and the first trust root, unless the log has them already.

    Later versions of the trust root get there by `assay trust apply`, and by nothing else.
    """
    statements = (
        _statement("policy", bundle.digest, POLICY_TYPE, {"files": _texts(files)}),
        change_statement(recorder.ledger.chain.versions[0].root),
    )
    missing = tuple(s for s in statements if not _is_recorded(recorder.ledger, s))
    if missing:
        recorder.record(missing, role="gate")


def load_policy(ledger: Ledger, digest: Digest) -> PolicyBundle:
    """Return the policy with this digest from the log.

    Raises:
        RejectedError: The log has none, or what it has is another one.
    """
    expected = Expected(subject=digest, role="gate", predicate_type=POLICY_TYPE)
    found = ledger.store.entries(log_key=ledger.log_key, subject=digest, predicate_type=POLICY_TYPE)
    for entry in tuple(found):
        # Its digest says that it is the right one, whatever became of the key that recorded it.
        then = ledger.chain.in_force(entry.index)
        bundle = policy_of(ledger.judge_under(then, entry, expected))
        if bundle.digest == digest:
            return bundle
    raise RejectedError(f"the log does not hold the policy {digest}")


def policy_of(verified: VerifiedStatement) -> PolicyBundle:
    """Return the policy that a statement of `POLICY_TYPE` holds; its digest is the caller's to ask.

    Raises:
        MalformedError: It holds none.
    """
    files = verified.predicate().field("files")
    return load_bundle({name: text.text().encode() for name, text in files.members()})


def _statement(
    name: str, digest: Digest, predicate_type: str, predicate: Mapping[str, object]
) -> Statement:
    return Statement(
        subjects=(Subject(name=name, digest=digest),),
        predicate_type=predicate_type,
        predicate=predicate,
    )


def _texts(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: data.decode() for name, data in sorted(files.items())}


def _is_recorded(ledger: Ledger, statement: Statement) -> bool:
    [subject] = statement.subjects
    found = ledger.store.entries(
        log_key=ledger.log_key, subject=subject.digest, predicate_type=statement.predicate_type
    )
    return next(iter(found), None) is not None
