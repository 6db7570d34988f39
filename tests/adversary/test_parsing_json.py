"""Parsing: what two readers of the same bytes could see differently. One test for each fault."""

import base64
import json

import pytest

from assay.core.errors import MalformedError, RejectedError
from assay.core.strictjson import MAX_DEPTH, parse_json
from assay.evidence.dsse import MAX_ENVELOPE_BYTES, parse_dsse, render_pae, sign_dsse
from assay.evidence.envelope import parse_envelope
from assay.evidence.statement import PAYLOAD_TYPE, render_statement
from tests.fakes.trust import ALICE, COMMIT, KIND, NOW, ROOT, statement

LIMIT = 10**6
GOOD = render_statement(statement({"answer": 42}))


def refused(payload: bytes) -> None:
    """Refuse `payload` at both of its entrances: the reader, and a signed statement."""
    with pytest.raises(MalformedError):
        parse_json(payload, max_bytes=LIMIT)
    envelope = parse_envelope(sign_dsse(payload, payload_type=PAYLOAD_TYPE, signers=(ALICE,)))
    with pytest.raises(MalformedError):
        envelope.verify(
            trusted=ROOT,
            role="collector",
            threshold=1,
            subject=COMMIT,
            predicate_type=KIND,
            at=NOW,
        )


def edited(old: bytes, new: bytes) -> bytes:
    assert old in GOOD
    return GOOD.replace(old, new, 1)


def test_duplicate_keys() -> None:
    refused(edited(b'"answer":42', b'"answer":41,"answer":42'))


def test_duplicate_keys_by_escapes() -> None:
    refused(edited(b'"answer":42', rb'"answer":41,"\u0061nswer":42'))


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1e999"])
def test_nan_and_numbers_that_overflow(number: bytes) -> None:
    refused(edited(b"42", number))


def test_depth() -> None:
    deep = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    refused(edited(b"42", deep))


def test_depth_that_exhausts_the_stack() -> None:
    refused(edited(b"42", b"[" * 100_000 + b"]" * 100_000))


def test_size() -> None:
    with pytest.raises(MalformedError):
        parse_json(b'"' + b"x" * LIMIT + b'"', max_bytes=LIMIT)
    envelope = sign_dsse(GOOD, payload_type=PAYLOAD_TYPE, signers=(ALICE,))
    parse_dsse(envelope.ljust(MAX_ENVELOPE_BYTES))
    with pytest.raises(MalformedError):
        parse_dsse(envelope.ljust(MAX_ENVELOPE_BYTES + 1))


def test_invalid_utf_8() -> None:
    refused(edited(b"answer", b"\xc3\x28"))
    refused(edited(b"answer", b"\xed\xa0\x80"))  # a surrogate, encoded
    refused(edited(b"answer", b"\xc0\xaf"))  # overlong


def test_utf_16_and_byte_order_marks() -> None:
    refused(GOOD.decode().encode("utf-16"))
    refused(b"\xef\xbb\xbf" + GOOD)


def test_lone_surrogates() -> None:
    refused(edited(b"answer", rb"\ud800"))
    refused(edited(b"answer", rb"\udc00\ud800"))


def test_text_behind_the_document() -> None:
    refused(GOOD + b"{}")


def test_non_ascii_payload_types_have_their_length_in_bytes() -> None:
    kind = "application/vnd.exämple+json"
    assert render_pae(kind, b"x") == b"DSSEv1 29 " + kind.encode() + b" 1 x"


def test_two_envelopes_for_the_same_base64() -> None:
    """Stray bits, spaces and missing padding would give one signature many digests."""
    good = json.loads(sign_dsse(GOOD[:-1] + b" }", payload_type=PAYLOAD_TYPE, signers=(ALICE,)))
    payload = good["payload"]
    assert payload.endswith("=")
    for other in (payload.rstrip("="), f" {payload}", f"{payload}\n", f"{payload}===="):
        with pytest.raises(MalformedError):
            parse_dsse(json.dumps({**good, "payload": other}).encode())


def test_escape_sequences_reach_the_terminal() -> None:
    """Whatever an envelope says of itself comes back escaped in the refusal."""
    evil = "\x1b]0;owned\x07\u202e"
    envelopes = (
        sign_dsse(GOOD, payload_type=evil, signers=(ALICE,)),
        sign_dsse(
            render_statement(statement(predicate_type=evil)),
            payload_type=PAYLOAD_TYPE,
            signers=(ALICE,),
        ),
        sign_dsse(
            GOOD.replace(b"https://in-toto.io/Statement/v1", rb"\u001b]0;owned\u0007"),
            payload_type=PAYLOAD_TYPE,
            signers=(ALICE,),
        ),
        json.dumps(
            {
                "payload": base64.b64encode(b'{"\\u001b":1,"\\u001b":2}').decode(),
                "payloadType": PAYLOAD_TYPE,
                "signatures": [{"sig": "AAAA"}],
                evil: 1,
            }
        ).encode(),
    )
    for envelope in envelopes:
        with pytest.raises(RejectedError) as caught:
            parse_envelope(envelope).verify(
                trusted=ROOT,
                role="collector",
                threshold=1,
                subject=COMMIT,
                predicate_type=KIND,
                at=NOW,
            )
        assert str(caught.value).isprintable()


def test_escape_sequences_in_a_repeated_key() -> None:
    with pytest.raises(MalformedError) as caught:
        parse_json(rb'{"\u001b[2J":1,"\u001b[2J":2}', max_bytes=LIMIT)
    assert str(caught.value).isprintable()
