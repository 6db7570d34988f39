"""DSSE: the specification's vectors, then ours."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import AssayError, MalformedError, RejectedError, UsageError
from assay.evidence.dsse import MAX_SIGNATURES, parse_dsse, render_pae, sign_dsse
from assay.signing.asymmetric import ed25519_from_raw
from assay.signing.keys import PublicKey
from tests.fakes.askedkey import AskedKey
from tests.fakes.trust import ALICE, BOB, MALLORY

KIND = "application/x"
GOOD = sign_dsse(b"payload", payload_type=KIND, signers=(ALICE, BOB))
KEYS = (ALICE.public, BOB.public)


def verify(
    data: bytes, *, keys: tuple[PublicKey, ...] = KEYS, threshold: int = 1, kind: str = KIND
) -> bytes:
    return (
        parse_dsse(data)
        .verify(keys=keys, threshold=threshold, payload_types=frozenset({kind}))
        .payload
    )


def test_public_vectors(shared_data: Path) -> None:
    """Every vector of the DSSE repository is decided as it says."""
    document = json.loads((shared_data / "vectors/dsse/vectors.json").read_bytes())
    keys = {
        name: ed25519_from_raw(bytes.fromhex(key["public"]))
        for name, key in document["keys"].items()
    }
    assert document["vectors"]
    for vector in document["vectors"]:
        envelope = parse_dsse(json.dumps(vector["envelope"]).encode())
        try:
            verified = envelope.verify(
                keys=tuple(keys[name] for name in vector["trustedKeys"]),
                threshold=vector["threshold"],
                payload_types=frozenset(vector["supportedPayloadTypes"]),
            )
        except RejectedError:
            decided = "reject"
        else:
            decided = "accept"
            pae = render_pae(verified.payload_type, verified.payload)
            assert pae.hex() == vector["pae"], vector["id"]
        assert decided == vector["expect"], vector["id"]


@given(st.text(st.characters(codec="utf-8")), st.binary())
def test_pae_lengths_count_bytes(kind: str, body: bytes) -> None:
    """DSSE protocol.md: "LEN(s) = ASCII decimal encoding of the byte length of s"."""
    encoded = kind.encode()
    assert render_pae(kind, body) == b" ".join(
        [b"DSSEv1", str(len(encoded)).encode(), encoded, str(len(body)).encode(), body]
    )


def test_the_hint_says_which_key_is_tried_first() -> None:
    """So that an envelope under a root of a thousand keys costs one verification a signature."""
    asked = list[str]()
    keys = tuple(AskedKey(key, asked) for key in (MALLORY.public, BOB.public, ALICE.public))
    verify(GOOD, keys=keys, threshold=2)
    assert asked == [ALICE.public.key_id, BOB.public.key_id]
    del asked[:]
    lying = changed("signatures.0.keyid", BOB.public.key_id)
    verify(lying, keys=keys, threshold=2)
    assert asked[0] == BOB.public.key_id  # a hint is no more: the others are tried, too


def test_an_envelope_is_shown_without_what_nobody_verified() -> None:
    """Whoever logs one must not spread what it says: it may be large, or a lie."""
    assert repr(parse_dsse(GOOD)) == "DsseEnvelope(_payload_type='application/x')"


def test_both_algorithms_verify() -> None:
    assert verify(GOOD, threshold=2) == b"payload"


def changed(edit: str, value: object) -> bytes:
    document = json.loads(GOOD)
    target = document
    *path, last = edit.split(".")
    for part in path:
        target = target[int(part)] if isinstance(target, list) else target[part]
    if value is None:
        del target[last]
    else:
        target[int(last) if isinstance(target, list) else last] = value
    return json.dumps(document).encode()


REFUSED = {
    "payload-changed": (
        changed("payload", "cGF5bG9hZSA="),
        "[signature-invalid] 0 trusted keys signed, 2 needed, at signatures",
    ),
    "type-changed": (
        changed("payloadType", "application/y"),
        "[malformed] payload type 'application/y', where 'application/x' is needed, at payloadType",
    ),
    "one-signature-changed": (
        changed("signatures.0.sig", "AAAA"),
        "[signature-invalid] 1 trusted keys signed, 2 needed, at signatures",
    ),
    "one-key-twice": (
        sign_dsse(b"payload", payload_type=KIND, signers=(ALICE, ALICE)),
        "[signature-invalid] 1 trusted keys signed, 2 needed, at signatures",
    ),
    "one-key-twice-with-different-signatures": (
        sign_dsse(b"payload", payload_type=KIND, signers=(BOB, BOB)),  # ECDSA: never the same
        "[signature-invalid] 1 trusted keys signed, 2 needed, at signatures",
    ),
    "by-a-stranger": (
        sign_dsse(b"payload", payload_type=KIND, signers=(MALLORY,)),
        "[signature-invalid] 0 trusted keys signed, 2 needed, at signatures",
    ),
    "no-signatures": (
        changed("signatures", []),
        "[malformed] 0 signatures, where 1 to 64 are read, at signatures",
    ),
    "too-many-signatures": (
        changed("signatures", [{"sig": "AAAA"}] * (MAX_SIGNATURES + 1)),
        "[malformed] 65 signatures, where 1 to 64 are read, at signatures",
    ),
    "no-signatures-member": (
        changed("signatures", None),
        "[malformed] no signatures, at signatures",
    ),
    "no-sig": (changed("signatures.1.sig", None), "[malformed] no sig, at signatures[1].sig"),
    "no-payload": (changed("payload", None), "[malformed] no payload, at payload"),
    "payload-with-a-newline": (
        changed("payload", "cGF5bG9hZA==\n"),
        "[malformed] not base64, at payload",
    ),
    "signature-with-stray-bits": (
        changed("signatures.0.sig", "AB=="),
        "[malformed] base64 with stray bits, at signatures[0].sig",
    ),
    "type-that-is-no-text": (
        changed("payloadType", 1),
        "[malformed] int where text is needed, at payloadType",
    ),
}


@pytest.mark.parametrize(("data", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(data: bytes, message: str) -> None:
    with pytest.raises(AssayError) as caught:
        verify(data, threshold=2)
    assert str(caught.value) == message


def test_a_threshold_of_nobody() -> None:
    with pytest.raises(UsageError) as caught:
        verify(GOOD, threshold=0)
    assert str(caught.value) == "[usage] a threshold of 0 (at least 1)"


def test_no_keys_is_a_refusal() -> None:
    with pytest.raises(AssayError) as caught:
        verify(GOOD, keys=())
    assert str(caught.value) == "[signature-invalid] 0 trusted keys signed, 1 needed, at signatures"


def test_no_supported_types_is_a_refusal() -> None:
    with pytest.raises(AssayError) as caught:
        parse_dsse(GOOD).verify(keys=KEYS, threshold=1, payload_types=frozenset())
    assert str(caught.value) == (
        "[malformed] payload type 'application/x', where none is needed, at payloadType"
    )


def test_one_key_given_twice_counts_once() -> None:
    data = sign_dsse(b"payload", payload_type=KIND, signers=(ALICE, ALICE))
    with pytest.raises(AssayError):
        verify(data, keys=(ALICE.public, ALICE.public), threshold=2)


@pytest.mark.parametrize(
    "key_id", ["", "nonsense", BOB.public.key_id, None], ids=["empty", "nonsense", "bob", "null"]
)
def test_the_key_id_decides_nothing(key_id: str | None) -> None:
    assert verify(changed("signatures.0.keyid", key_id), threshold=2) == b"payload"


def test_a_signature_by_nobody_known_does_not_veto() -> None:
    data = sign_dsse(b"payload", payload_type=KIND, signers=(MALLORY, ALICE))
    assert verify(data) == b"payload"


def test_an_envelope_without_a_signer_cannot_be_made() -> None:
    with pytest.raises(UsageError) as caught:
        sign_dsse(b"payload", payload_type=KIND, signers=())
    assert str(caught.value) == "[usage] an envelope without a signer"


def test_unknown_members_are_ignored() -> None:
    assert verify(changed("extension", {"x": 1})) == b"payload"


def test_nothing_of_the_payload_shows_before_verification() -> None:
    envelope = parse_dsse(GOOD)
    assert "payload=" not in repr(envelope)
    assert [name for name in dir(envelope) if not name.startswith("_")] == ["verify"]


@given(st.binary(max_size=100))
def test_any_bytes_are_read_or_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        parse_dsse(data)
