"""What others signed, to be kept inside a statement of ours: who, in which role, of which type."""

import dataclasses
from datetime import datetime

import pytest

from assay.core.errors import AssayError
from assay.evidence.dsse import sign_dsse
from assay.evidence.envelope import ForeignStatement, parse_envelope
from assay.evidence.statement import PAYLOAD_TYPE, render_statement
from assay.signing.keys import Signer
from tests.fakes.trust import ALICE, END, GATE, KIND, MALLORY, NOW, ROOT, statement

GOOD = render_statement(statement({"answer": 42}))
OLD = GOOD.replace(b"https://in-toto.io/Statement/v1", b"https://in-toto.io/Statement/v0.1")


def opened(
    payload: bytes,
    signer: Signer = ALICE,
    *,
    kind: str = PAYLOAD_TYPE,
    predicate: str = KIND,
    at: datetime = NOW,
) -> ForeignStatement:
    envelope = sign_dsse(payload, payload_type=kind, signers=(signer, MALLORY))
    return parse_envelope(envelope).verify_foreign(
        trusted=ROOT, role="collector", predicate_types=frozenset({predicate, "urn:x"}), at=at
    )


@pytest.mark.parametrize("payload", [GOOD, OLD], ids=["v1", "v0.1"])
def test_opened(payload: bytes) -> None:
    found = opened(payload)
    assert found.predicate == {"answer": 42}
    assert found.signed_by == {"alice"}
    assert found.keys == {ALICE.public.key_id}


REFUSED = {
    "by nobody who is trusted": (
        {"signer": MALLORY}, "[signature-invalid] 0 trusted keys signed, 1 needed, at signatures",
    ),
    "in another role": (
        {"signer": GATE}, "[signature-invalid] 0 trusted keys signed, 1 needed, at signatures",
    ),
    "when the role had ended": (
        {"at": END}, "[signature-invalid] 0 trusted keys signed, 1 needed, at signatures",
    ),
    "of another type": (
        {"predicate": "urn:y"},
        f"[rejected] a statement of type {KIND!r}, at payload.predicateType",
    ),
    "of another payload type": (
        {"kind": "application/json"},
        ("[malformed] payload type 'application/json', where 'application/vnd.in-toto+json' is "
        "needed, at payloadType"),
    ),
    "no statement": (
        {"payload": b"[]"}, "[malformed] list where an object is needed, at payload",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(AssayError) as caught:
        opened(**({"payload": GOOD} | change))  # type: ignore[arg-type]  # a row of the table
    assert str(caught.value) == message


def test_it_cannot_be_made_by_hand() -> None:
    good = opened(GOOD)
    fields = {f.name: getattr(good, f.name) for f in dataclasses.fields(ForeignStatement)}
    with pytest.raises(TypeError) as caught:
        ForeignStatement(**fields, seal=object())
    assert str(caught.value) == "only Envelope.verify_foreign makes a ForeignStatement"
