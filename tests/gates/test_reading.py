"""What a trusted collector says is read, or refused as malformed: it never stops the gate."""

import pytest

from assay.core.errors import MalformedError
from assay.evidence.dsse import sign_dsse
from assay.evidence.envelope import VerifiedStatement, parse_envelope
from assay.evidence.statement import PAYLOAD_TYPE
from assay.gates.reading import SBOM_TYPE, read_evidence
from tests.fakes.trust import ALICE, COMMIT, NOW, ROOT


def signed(predicate: str) -> VerifiedStatement:
    """Return a statement with `predicate` as it stands, which our own writer would not write."""
    payload = (
        '{"_type":"https://in-toto.io/Statement/v1",'
        f'"subject":[{{"name":"shop","digest":{{"gitCommit":"{COMMIT.hex}"}}}}],'
        f'"predicateType":"{SBOM_TYPE}","predicate":{predicate}}}'
    ).encode()
    envelope = sign_dsse(payload, payload_type=PAYLOAD_TYPE, signers=(ALICE,))
    return parse_envelope(envelope).verify(
        trusted=ROOT,
        role="collector",
        threshold=1,
        subject=COMMIT,
        predicate_type=SBOM_TYPE,
        at=NOW,
    )


REFUSED = {
    "a fraction": ("1.5", "[malformed] float has no canonical form"),
    "a whole number that readers disagree about": (
        "9007199254740992",
        "[malformed] a number beyond 9007199254740991 has no canonical form",
    ),
}


@pytest.mark.parametrize(("tools", "message"), REFUSED.values(), ids=REFUSED)
def test_tools_without_a_canonical_form(tools: str, message: str) -> None:
    """The tools of a component list are compared by digest, and these have none."""
    statement = signed(
        '{"bomFormat":"CycloneDX","specVersion":"1.6","components":[],"dependencies":[],"metadata":'
        f'{{"timestamp":"2026-06-01T00:00:00Z","tools":{tools},"component":{{"bom-ref":"a","name":"a","type":"library"}}}}}}'
    )
    with pytest.raises(MalformedError) as caught:
        read_evidence(statement)
    assert str(caught.value) == message
