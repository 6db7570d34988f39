"""Verification that was none: faults of admired systems, one test for each.

Each test fails when the check that it is named after is removed.
"""

import base64
import inspect
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from assay.core.digest import Digest
from assay.core.errors import (
    AssayError,
    SignatureInvalidError,
)
from assay.evidence.dsse import sign_dsse
from assay.evidence.envelope import (
    Envelope,
    VerifiedStatement,
    parse_envelope,
    seal_statement,
)
from assay.evidence.statement import PAYLOAD_TYPE, Statement, render_statement
from assay.evidence.store import open_store
from assay.signing.keys import Signer
from assay.signing.trust import TrustRoot
from tests.fakes.trust import (
    ALICE,
    ALICE_TOO,
    BOB,
    COMMIT,
    END,
    EPOCH,
    GATE,
    KIND,
    LOG,
    MALLORY,
    NOW,
    ORIGIN,
    OTHER_COMMIT,
    ROOT,
    principal,
    statement,
)

SECOND = timedelta(seconds=1)


NOBODY = "[signature-invalid] 0 trusted keys signed, 1 needed, at signatures"
ONE_KEY = "[signature-invalid] 1 trusted keys signed, 2 needed, at signatures"
NOT_ABOUT = f"[rejected] the statement is not about {COMMIT}, at payload.subject"
WRONG_TYPE = f"[malformed] payload type '{{}}', where '{PAYLOAD_TYPE}' is needed, at payloadType"
OTHER_TYPE = (
    f"[rejected] a statement of type '{{}}', where '{KIND}' is asked for, at payload.predicateType"
)


@contextmanager
def refusal(message: str) -> Iterator[None]:
    """Expect one refusal and no other: whatever else refuses would hide that the check is gone."""
    with pytest.raises(AssayError) as caught:
        yield
    assert str(caught.value) == message


def sealed(*signers: Signer, claim: Statement | None = None) -> bytes:
    return seal_statement(claim or statement(), signers=signers)


def verify(data: bytes, *, threshold: int = 1, role: str = "collector") -> VerifiedStatement:
    return parse_envelope(data).verify(
        trusted=ROOT,
        role=role,
        threshold=threshold,
        subject=COMMIT,
        predicate_type=KIND,
        at=NOW,
    )


def with_signatures(data: bytes, signatures: list[dict[str, str]]) -> bytes:
    document = json.loads(data)
    return json.dumps({**document, "signatures": signatures}).encode()


def signatures_of(data: bytes) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(data)["signatures"]
    return found


GARBAGE = {"keyid": ALICE.public.key_id, "sig": base64.b64encode(b"g" * 64).decode()}


def test_empty_list_of_signatures_passes() -> None:
    with refusal("[malformed] 0 signatures, where 1 to 64 are read, at signatures"):
        parse_envelope(with_signatures(sealed(ALICE), []))


def test_empty_list_of_identities_passes() -> None:
    with refusal("[malformed] no principals, at principals (nobody would be trusted)"):
        TrustRoot(principals=(), log_origin=ROOT.log_origin, log_key=ROOT.log_key)


def test_an_identity_without_keys_passes() -> None:
    with refusal("[malformed] no keys and no identities, at principal 'anybody'"):
        principal("anybody")


def test_a_threshold_of_zero_passes() -> None:
    for threshold in (0, -1):
        with refusal(f"[usage] a threshold of {threshold} (at least 1)"):
            verify(sealed(MALLORY), threshold=threshold)


def test_a_role_that_nobody_holds_accepts_any_signer() -> None:
    with refusal(NOBODY):
        verify(sealed(ALICE), role="auditor")


def test_a_trusted_signer_in_another_role_is_accepted() -> None:
    with refusal(NOBODY):
        verify(sealed(GATE))


def test_signature_failure_is_only_logged(tmp_path: Path) -> None:
    """Nothing comes back that could be recorded, and nothing else can be recorded."""
    with open_store(tmp_path / "log.db", origin=ORIGIN, create=True) as store:
        with pytest.raises(SignatureInvalidError):
            store.append([verify(sealed(MALLORY))], log_signer=LOG, at=NOW)
        with pytest.raises(AttributeError):
            store.append([sealed(MALLORY)], log_signer=LOG, at=NOW)  # type: ignore[list-item]  # the point
        assert store.size == 0


def test_payload_type_is_not_compared() -> None:
    data = sign_dsse(
        render_statement(statement()), payload_type="application/json", signers=(ALICE,)
    )
    with refusal(WRONG_TYPE.format("application/json")):
        verify(data)


@pytest.mark.parametrize(
    "kind",
    ["", PAYLOAD_TYPE.upper(), f"{PAYLOAD_TYPE} ", f"{PAYLOAD_TYPE};v=1", f"x{PAYLOAD_TYPE}"],
    ids=["none", "capitals", "a space", "a parameter", "an ending"],
)
def test_payload_type_is_compared_in_part(kind: str) -> None:
    """Signed under exactly this type by a trusted key, and it is nearly the right one."""
    data = sign_dsse(render_statement(statement()), payload_type=kind, signers=(ALICE,))
    with refusal(WRONG_TYPE.format(kind)):
        verify(data)


def test_payload_type_is_not_signed() -> None:
    data = sign_dsse(
        render_statement(statement()), payload_type="application/json", signers=(ALICE,)
    )
    relabelled = json.dumps({**json.loads(data), "payloadType": PAYLOAD_TYPE}).encode()
    with refusal(NOBODY):
        verify(relabelled)


def test_subject_is_not_compared() -> None:
    with refusal(NOT_ABOUT):
        verify(sealed(ALICE, claim=statement(subjects=(OTHER_COMMIT,))))


def test_subject_is_compared_without_its_algorithm() -> None:
    """A tree may have the digits of a commit; it is another thing."""
    tree = Digest("gitTree", COMMIT.hex)
    with refusal(NOT_ABOUT):
        verify(sealed(ALICE, claim=statement(subjects=(tree,))))


@pytest.mark.parametrize("kind", [f"{KIND}0", KIND[:-1], KIND.upper(), f" {KIND}"])
def test_predicate_type_is_compared_in_part(kind: str) -> None:
    with refusal(OTHER_TYPE.format(kind)):
        verify(sealed(ALICE, claim=statement(predicate_type=kind)))


def test_predicate_type_is_not_compared() -> None:
    with refusal(OTHER_TYPE.format("urn:other")):
        verify(sealed(ALICE, claim=statement(predicate_type="urn:other")))


def test_the_name_of_a_subject_stands_in_for_its_digest() -> None:
    document = json.loads(render_statement(statement(subjects=(OTHER_COMMIT,))))
    document["subject"][0]["name"] = str(COMMIT)
    data = sign_dsse(json.dumps(document).encode(), payload_type=PAYLOAD_TYPE, signers=(ALICE,))
    with refusal(NOT_ABOUT):
        verify(data)


def test_threshold_met_by_the_same_key_twice() -> None:
    with refusal(ONE_KEY):
        verify(sealed(ALICE, ALICE), threshold=2)


def test_threshold_met_by_two_signatures_of_one_key() -> None:
    data = sealed(BOB, BOB)
    assert len({s["sig"] for s in signatures_of(data)}) == 2
    with refusal(ONE_KEY):
        verify(data, threshold=2)


def test_threshold_met_by_the_same_person_twice() -> None:
    with refusal("[signature-invalid] 1 trusted principals signed, 2 needed, at signatures"):
        verify(sealed(ALICE, ALICE_TOO), threshold=2)


def test_threshold_met_by_one_key_under_two_names() -> None:
    with refusal(f"[malformed] key '{ALICE.public.key_id}' is there twice, at principals"):
        TrustRoot(
            principals=(principal("alice", ALICE), principal("alias", ALICE)),
            log_origin=ROOT.log_origin,
            log_key=ROOT.log_key,
        )


def test_threshold_met_by_somebody_in_another_role() -> None:
    """Two people whom the trust root names; one of them has no say in this."""
    with refusal(ONE_KEY):
        verify(sealed(ALICE, GATE), threshold=2)


def test_threshold_met_by_two_people_for_two_statements() -> None:
    """A signature counts for what it was made on: it cannot be moved to another envelope."""
    other = signatures_of(sealed(BOB, claim=statement({"answer": 43})))
    with refusal(ONE_KEY):
        data = sealed(ALICE)
        verify(with_signatures(data, [*signatures_of(data), *other]), threshold=2)


def test_two_people_meet_a_threshold_of_two() -> None:
    assert verify(sealed(ALICE, BOB), threshold=2).signed_by == {"alice", "bob"}


def test_a_garbage_signature_passes() -> None:
    with refusal(NOBODY):
        verify(with_signatures(sealed(ALICE), [GARBAGE]))


@pytest.mark.parametrize("first", [True, False])
def test_a_garbage_signature_vetoes(first: bool) -> None:  # noqa: FBT001  # a parameter
    data = sealed(ALICE)
    good = signatures_of(data)
    both = [GARBAGE, *good] if first else [*good, GARBAGE]
    assert verify(with_signatures(data, both)).signed_by == {"alice"}


def test_garbage_without_end_vetoes() -> None:
    """As many as are read, under the key ids of those who did sign."""
    data = sealed(ALICE, BOB)
    both = [*[GARBAGE] * 62, *signatures_of(data)]
    assert verify(with_signatures(data, both), threshold=2).signed_by == {"alice", "bob"}


@pytest.mark.parametrize(
    "key_id",
    ["", "nobody", MALLORY.public.key_id, BOB.public.key_id],
    ids=["none", "nobody", "mallory", "bob"],
)
def test_key_id_is_used_as_a_filter(key_id: str) -> None:
    data = sealed(ALICE)
    (good,) = signatures_of(data)
    assert verify(with_signatures(data, [{**good, "keyid": key_id}])).signed_by == {"alice"}


def test_key_id_is_believed() -> None:
    data = sealed(MALLORY)
    (good,) = signatures_of(data)
    with refusal(NOBODY):
        verify(with_signatures(data, [{**good, "keyid": ALICE.public.key_id}]))


def test_an_expectation_is_optional() -> None:
    """No default means that no check is left out by leaving out an argument."""
    parameters = inspect.signature(Envelope.verify).parameters
    expectations = {name: p for name, p in parameters.items() if name != "self"}
    assert set(expectations) == {
        "trusted",
        "role",
        "threshold",
        "subject",
        "predicate_type",
        "at",
    }
    for expectation in expectations.values():
        assert expectation.default is inspect.Parameter.empty
        assert expectation.kind is inspect.Parameter.KEYWORD_ONLY


@pytest.mark.parametrize("at", [EPOCH - SECOND, END, END + SECOND])
def test_a_key_out_of_its_time_is_accepted(at: datetime) -> None:
    with refusal(NOBODY):
        parse_envelope(sealed(ALICE)).verify(
            trusted=ROOT,
            role="collector",
            threshold=1,
            subject=COMMIT,
            predicate_type=KIND,
            at=at,
        )


def test_the_payload_is_parsed_before_its_signature_is_checked() -> None:
    """A parser's fault must not be reachable for a stranger."""
    data = sign_dsse(b'{"a":1,"a":2}', payload_type=PAYLOAD_TYPE, signers=(MALLORY,))
    with refusal(NOBODY):
        verify(data)


def test_many_signatures_make_the_verifier_busy() -> None:
    with refusal("[malformed] 10000 signatures, where 1 to 64 are read, at signatures"):
        parse_envelope(with_signatures(sealed(ALICE), [GARBAGE] * 10_000))
