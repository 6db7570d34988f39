"""OpenPGP signatures by hand: each condition that a signature can set, and each way to be refused."""

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import AssayError, SignatureInvalidError
from assay.core.verdict import Verdict
from assay.signing.asymmetric import parse_public_der
from assay.source.commit import SignatureKind
from assay.source.judging import judge_signature
from assay.source.pgpsig import parse_pgp_signature, verify_pgp_signature
from assay.source.signature import Signed
from tests.fakes.pgp import CREATED, PgpForm, armour, created, packet, part, pgp_sign
from tests.fakes.signers import Credential, person, signers_of

KEY = ed25519.Ed25519PrivateKey.generate()
SPKI = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
MESSAGE = b"what is signed"
MADE = datetime.fromtimestamp(CREATED, UTC)
NAME = "ab" * 20
NAMED = part(33, b"\x04" + bytes.fromhex(NAME))


@pytest.mark.parametrize("algorithm", [22, 27])
@pytest.mark.parametrize("hashed", [8, 9, 10])
def test_a_good_signature(algorithm: int, hashed: int) -> None:
    form = PgpForm(algorithm=algorithm, hashed=hashed, own=created() + NAMED)
    signature = parse_pgp_signature(pgp_sign(KEY, MESSAGE, form))
    assert (signature.made_at, signature.issuer, signature.expires_at) == (MADE, NAME, None)
    verify_pgp_signature(signature, MESSAGE, spki=SPKI)
    with pytest.raises(SignatureInvalidError) as caught:
        verify_pgp_signature(signature, MESSAGE + b"!", spki=SPKI)
    assert str(caught.value) == "[signature-invalid] not a signature by this key"


def test_the_end_of_a_fingerprint_is_a_hint_too() -> None:
    form = PgpForm(hints=part(16, bytes.fromhex(NAME[-16:])))
    assert parse_pgp_signature(pgp_sign(KEY, MESSAGE, form)).issuer == NAME[-16:]


SIGNED = pgp_sign(KEY, MESSAGE)
REFUSED = {
    "another version": (
        pgp_sign(KEY, MESSAGE, PgpForm(version=5)),
        "[malformed] an OpenPGP signature of version 5 and type 0",
    ),
    "on text, whose line ends may change": (
        pgp_sign(KEY, MESSAGE, PgpForm(kind=1)),
        "[malformed] an OpenPGP signature of version 4 and type 1",
    ),
    "with SHA-1": (
        pgp_sign(KEY, MESSAGE, PgpForm(hashed=2)),
        "[rejected] an OpenPGP signature with a hash that is not accepted",
    ),
    "by DSA": (
        pgp_sign(KEY, MESSAGE, PgpForm(algorithm=17)),
        "[rejected] an OpenPGP signature by algorithm 17, which is not accepted",
    ),
    "under a condition that is not known": (
        pgp_sign(KEY, MESSAGE, PgpForm(own=created() + part(20, b"x", critical=True))),
        "[rejected] an OpenPGP signature with a condition that is not known: 20",
    ),
    "with a condition among what is not signed": (
        pgp_sign(KEY, MESSAGE, PgpForm(hints=part(20, b"x", critical=True))),
        "[rejected] an OpenPGP signature with a condition that is not known: 20",
    ),
    "without a time": (
        pgp_sign(KEY, MESSAGE, PgpForm(own=NAMED)),
        "[malformed] an OpenPGP signature that does not say once when it was made",
    ),
    "with two times": (
        pgp_sign(KEY, MESSAGE, PgpForm(own=created() + created(1))),
        "[malformed] an OpenPGP signature that does not say once when it was made",
    ),
    "with a time that is not signed": (
        pgp_sign(KEY, MESSAGE, PgpForm(own=b"", hints=created())),
        "[malformed] an OpenPGP signature that does not say once when it was made",
    ),
    "with something behind it": (
        pgp_sign(KEY, MESSAGE, PgpForm(after=b"!")),
        "[malformed] an OpenPGP packet with something after its end",
    ),
    "with too many parts": (
        pgp_sign(KEY, MESSAGE, PgpForm(own=created() + part(20, b"") * 100)),
        "[malformed] too many parts in an OpenPGP signature",
    ),
    "two of them": (
        armour(packet(2, b"") + packet(2, b"")),
        "[malformed] not exactly one OpenPGP signature",
    ),
    "a key in its place": (
        armour(packet(6, b"")),
        "[malformed] not exactly one OpenPGP signature",
    ),
    "another block": (
        armour(b"", "PGP MESSAGE"),
        "[malformed] not one armoured block of OpenPGP",
    ),
}


@pytest.mark.parametrize(("armoured", "message"), REFUSED.values(), ids=[*map(str, REFUSED)])
def test_refused(armoured: bytes, message: str) -> None:
    with pytest.raises(AssayError) as caught:
        parse_pgp_signature(armoured)
    assert str(caught.value) == message


def judged(form: PgpForm, *, recorded: datetime | None = None) -> tuple[Verdict, str]:
    key = Credential(public=parse_public_der(SPKI), openpgp=NAME)
    signed = Signed(
        message=MESSAGE,
        signature=pgp_sign(KEY, MESSAGE, form),
        dated=MADE,
        recorded=recorded,
        at=datetime(2026, 6, 1, tzinfo=UTC),
    )
    found = judge_signature(SignatureKind.GPG, signed, signers=signers_of(person("a", key)))
    return found.verdict, found.reason


def test_a_signature_that_says_when_it_ends() -> None:
    """It counts before its end, by a time that somebody vouches for."""
    ends = PgpForm(own=created() + part(3, (86400).to_bytes(4, "big")))
    why = "the signature expired at 2026-01-02T12:00:00Z"
    assert judged(ends) == (Verdict.FAILED, why)
    assert judged(ends, recorded=datetime(2026, 1, 2, tzinfo=UTC)) == (Verdict.PASSED, "")
    never = PgpForm(own=created() + part(3, bytes(4)))
    assert judged(never) == (Verdict.PASSED, "")


def test_a_signature_from_the_future() -> None:
    assert judged(PgpForm(own=created(1799999999))) == (
        Verdict.FAILED,
        "the signature is dated after this observation",
    )


def test_a_signature_dated_before_its_key() -> None:
    """Both dates are the signer's own: either can speak against him."""
    verdict, reason = judged(PgpForm(own=created(1)))
    assert verdict is Verdict.FAILED
    assert reason.endswith("is not valid at 1970-01-01T00:00:01Z")


def test_nobody_here_made_it() -> None:
    signed = Signed(message=MESSAGE, signature=SIGNED, dated=MADE, recorded=None, at=MADE)
    other = parse_public_der(
        ed25519.Ed25519PrivateKey.generate()
        .public_key()
        .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    )
    signers = signers_of(person("a", Credential(public=other)))
    found = judge_signature(SignatureKind.GPG, signed, signers=signers)
    assert (found.verdict, found.reason) == (
        Verdict.UNKNOWN,
        "no key here made it; it names none",
    )


@given(st.binary(max_size=300))
def test_any_packet_is_read_or_refused(content: bytes) -> None:
    try:
        parse_pgp_signature(armour(packet(2, content)))
    except AssayError:
        return
