"""Keyless signatures: real certificates, promises and proofs, and each part of them broken once."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import AssayError
from assay.core.strictjson import render_canonical_json
from assay.core.verdict import Verdict
from assay.signing.principals import OidcIdentity
from assay.source.cms import attribute_value, parse_cms
from assay.source.commit import SignatureKind
from assay.source.gitsign import parse_log_entry_message
from assay.source.judging import judge_signature
from assay.source.signature import HeadSignature, Signed
from assay.source.signers import CommitSigners
from tests.fakes.certificates import AT, ISSUER
from tests.fakes.gitsign import EMAIL, LOG_ENTRY, GitsignForm, gitsign, proto
from tests.fakes.signers import person, signers_of
from tests.fakes.sigstore import Instance

INSTANCE = Instance()
ROOT = render_canonical_json(INSTANCE.trusted_root())
ALICE = OidcIdentity(issuer=ISSUER, subject=EMAIL)
SIGNERS = signers_of(person("alice", identity=ALICE), sigstore=ROOT)
MESSAGE = b"what is signed"
NOW = AT + timedelta(days=30)  # long after the certificate has ended


def judge(armour: bytes, signers: CommitSigners = SIGNERS) -> HeadSignature:
    signed = Signed(
        message=MESSAGE,
        signature=armour,
        dated=AT + timedelta(seconds=30),
        recorded=None,
        at=NOW,
    )
    return judge_signature(SignatureKind.X509, signed, signers=signers)


def answer(form: GitsignForm, signers: CommitSigners = SIGNERS) -> tuple[Verdict, str]:
    found = judge(gitsign(INSTANCE, MESSAGE, form), signers)
    return found.verdict, found.reason


@pytest.mark.parametrize("form", [GitsignForm(), GitsignForm(stamped=True)], ids=["log", "stamp"])
def test_a_good_signature(form: GitsignForm) -> None:
    found = judge(gitsign(INSTANCE, MESSAGE, form))
    assert (found.verdict, found.reason) == (Verdict.PASSED, "")
    assert (found.principal, found.key) == ("alice", f"{EMAIL} ({ISSUER})")


CASES = {
    "about another object": (
        GitsignForm(about=b"something else"),
        (Verdict.FAILED, "the signature is not one of this object"),
    ),
    "on another type of content": (
        GitsignForm(content_type="1.2.3"),
        (Verdict.FAILED, "a signature on another type of content"),
    ),
    "not detached": (
        GitsignForm(content=b"x"),
        (Verdict.FAILED, "a CMS signature that is not detached"),
    ),
    "by two": (GitsignForm(twice=True), (Verdict.FAILED, "2 signers, where one is needed")),
    "without a certificate": (
        GitsignForm(shown=False),
        (Verdict.UNKNOWN, "no certificate in the signature"),
    ),
    "by somebody whom nobody here knows": (
        GitsignForm(email="mallory@example.org"),
        (Verdict.UNKNOWN, "nobody here has this identity"),
    ),
    "without its log entry": (
        GitsignForm(logged=False),
        (Verdict.UNKNOWN, "its log entry is not in the signature"),
    ),
    "logged after the certificate had ended": (
        GitsignForm(at=AT + timedelta(minutes=11)),
        (Verdict.FAILED, "a certificate that was not valid at 2026-06-01T12:11:00+00:00: ''"),
    ),
}


@pytest.mark.parametrize(("form", "expected"), CASES.values(), ids=[*map(str, CASES)])
def test_what_does_not_pass(form: GitsignForm, expected: tuple[Verdict, str]) -> None:
    assert answer(form) == expected


def test_without_a_trusted_root_nobody_can_tell() -> None:
    signers = signers_of(person("alice", identity=ALICE))
    assert answer(GitsignForm(), signers) == (Verdict.UNKNOWN, "no Sigstore trusted root")


def test_another_instance_of_sigstore_is_not_trusted() -> None:
    found = judge(gitsign(Instance(), MESSAGE))
    assert (found.verdict, found.reason) == (
        Verdict.FAILED,
        "no entry in a log that the trusted root knows",
    )


def test_an_entry_for_another_signature_does_not_verify() -> None:
    """The body is made again from the signature: an entry cannot be carried over."""
    other = parse_cms(gitsign(INSTANCE, MESSAGE)).unsigned[LOG_ENTRY]
    entry = attribute_value(other).value
    assert answer(GitsignForm(entry=entry)) == (
        Verdict.FAILED,
        "not a signature by the log's key",
    )


def test_an_identity_that_is_no_author() -> None:
    """It is asked about at the time of the log, which is a trusted one."""
    principal = person("alice", identity=ALICE, roles=("reviewer",))
    signers = signers_of(principal, sigstore=ROOT)
    verdict, reason = answer(GitsignForm(), signers)
    assert (verdict, reason) == (
        Verdict.FAILED,
        "'alice' is no author at 2026-06-01T12:01:00Z",
    )


ENTRY = proto(1, 5) + proto(2, proto(1, b"id")) + proto(5, proto(1, b"promise"))
BROKEN = {
    "neither a promise nor a proof": (
        proto(1, 5),
        "[malformed] a log entry that nothing proves, or of no time",
    ),
    "a time after all times": (
        ENTRY + proto(4, 2**60),
        "[malformed] a log entry that nothing proves, or of no time",
    ),
    "a field twice": (ENTRY + proto(1, 6), "[malformed] a field twice"),
    "a field of another kind": (
        ENTRY + b"\x0d\x00",
        "[malformed] a message that is cut off, or has fields of another kind",
    ),
    "cut off": (
        ENTRY[:-1],
        "[malformed] a message that is cut off, or has fields of another kind",
    ),
    "a number in a longer form": (b"\x08\x85\x00", "[malformed] not a number of a message"),
    "a number of over 63 bits": (proto(1, 2**64 - 1), "[malformed] not a number of a message"),
    "too many hashes": (
        ENTRY + proto(6, proto(5, proto(1, b"note")) + proto(4, b"") * 65),
        "[malformed] 65 hashes in a path",
    ),
    "too many fields": (proto(9, 1) * 257, "[malformed] too many fields in a message"),
    "a name that is no text": (
        ENTRY + proto(3, proto(1, b"\xff")),
        "[malformed] a text that is not UTF-8",
    ),
}


@pytest.mark.parametrize(("data", "message"), BROKEN.values(), ids=[*map(str, BROKEN)])
def test_log_entries_that_cannot_be_read(data: bytes, message: str) -> None:
    with pytest.raises(AssayError) as caught:
        parse_log_entry_message(data, body=b"")
    assert str(caught.value) == message


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for read in (parse_cms, lambda text: parse_log_entry_message(text, body=b"")):
        try:
            read(data)
        except AssayError:
            continue
