"""Public key blocks of OpenPGP: the example of the standard, each form, and whatever is refused."""

import base64
import hashlib
from collections.abc import Callable, Iterable

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.signing.asymmetric import generate_signer, signer_of
from assay.signing.openpgp import (
    MAX_ARMOUR_BYTES,
    Cursor,
    PgpKey,
    list_packets,
    parse_armour,
    parse_pgp_keys,
)

LABEL = b"PGP PUBLIC KEY BLOCK"
# draft-koch-eddsa-for-openpgp, section 4, and RFC 9580, appendix A.1
EXAMPLE = bytes.fromhex(
    "98330453f35f0b16092b06010401da470f010107403f098994bdd916ed405319"
    "7934e4a87c80733a1280d62f8010992e43ee3b2406"
)
EDWARDS, P256, P384 = (generate_signer(name) for name in ("ed25519", "ecdsa-p256", "ecdsa-p384"))
RSA_KEY = rsa.generate_private_key(65537, 2048)
CURVES = {
    EDWARDS: "2b06010401da470f01",
    P256: "2a8648ce3d030107",
    P384: "2b81040022",
}
POINTS = {EDWARDS: b"\x40" + EDWARDS.public.spki[-32:], P256: P256.public.spki[-65:],
          P384: P384.public.spki[-97:]}  # fmt: skip


def crc24(data: bytes) -> bytes:
    """RFC 9580, section 6.1.1, bit by bit."""
    crc = 0xB704CE
    for byte in data:
        crc ^= byte << 16
        for _ in range(8):
            crc <<= 1
            if crc & 0x1000000:
                crc ^= 0x1864CFB
    return (crc & 0xFFFFFF).to_bytes(3, "big")


def armour(
    data: bytes, *, headers: Iterable[str] = (), checksum: bytes | None = b"", end: str = ""
) -> str:
    text = base64.b64encode(data).decode()
    lines = [text[i : i + 64] for i in range(0, len(text), 64)]
    if checksum is not None:
        lines.append("=" + base64.b64encode(checksum or crc24(data)).decode())
    name = LABEL.decode()
    return "\n".join(
        [f"-----BEGIN {name}-----", *headers, "", *lines, f"-----END {end or name}-----", ""]
    )


def mpi(number: bytes) -> bytes:
    whole = number.lstrip(b"\0")
    return int.from_bytes(whole, "big").bit_length().to_bytes(2, "big") + whole


def packet(tag: int, content: bytes) -> bytes:
    """Return a packet of the new form, with the length in as few bytes as it has."""
    size = len(content)
    if size < 192:
        length = bytes([size])
    elif size < 8384:
        length = bytes([((size - 192) >> 8) + 192, (size - 192) & 0xFF])
    else:
        length = b"\xff" + size.to_bytes(4, "big")
    return bytes([0xC0 | tag]) + length + content


def old_packet(tag: int, content: bytes, *, kind: int) -> bytes:
    return bytes([0x80 | tag << 2 | kind]) + len(content).to_bytes(1 << kind, "big") + content


def body(algorithm: int, *parts: bytes, version: int = 4) -> bytes:
    return bytes([version]) + b"\x53\xf3\x5f\x0b" + bytes([algorithm]) + b"".join(parts)


def curve_key(signer: object, algorithm: int) -> bytes:
    oid = bytes.fromhex(CURVES[signer])  # type: ignore[index]  # one of those above
    return body(algorithm, bytes([len(oid)]), oid, mpi(POINTS[signer]))  # type: ignore[index]


def rsa_key(algorithm: int = 1) -> bytes:
    numbers = RSA_KEY.public_key().public_numbers()
    parts = (number.to_bytes(256, "big") for number in (numbers.n, numbers.e))
    return body(algorithm, *map(mpi, parts))


NATIVE = body(27, EDWARDS.public.spki[-32:])
ELGAMAL = body(16, mpi(b"\x07"))  # encrypts, and does nothing else


def fingerprint(content: bytes) -> str:
    data = b"\x99" + len(content).to_bytes(2, "big") + content
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


def keys_of(*contents: bytes) -> tuple[PgpKey, ...]:
    first, *others = contents
    packets = packet(6, first) + packet(13, b"Alice") + b"".join(packet(14, c) for c in others)
    return parse_pgp_keys(armour(packets))


def refusal(work: Callable[[], object]) -> str:
    with pytest.raises(MalformedError) as caught:
        work()
    return str(caught.value)


def test_the_example_of_the_standard() -> None:
    [key] = parse_pgp_keys(armour(EXAMPLE))
    assert key.fingerprint == "c959bdbafa32a2f89a153b678cfde12197965a9a"
    assert key.public.algorithm == "ed25519"
    assert key.public.spki[-32:] == EXAMPLE[-32:]


KINDS = {
    "eddsa": (curve_key(EDWARDS, 22), EDWARDS.public),
    "ed25519": (NATIVE, EDWARDS.public),
    "p256": (curve_key(P256, 19), P256.public),
    "p384": (curve_key(P384, 19), P384.public),
    "rsa": (rsa_key(), signer_of(RSA_KEY).public),
    "rsa-sign-only": (rsa_key(3), signer_of(RSA_KEY).public),
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind(kind: str) -> None:
    content, public = KINDS[kind]
    assert keys_of(content) == (PgpKey(public=public, fingerprint=fingerprint(content)),)


def test_keys_that_cannot_sign_are_left_out() -> None:
    """The primary key first; whose key it is says the trust root, not the block."""
    others = (ELGAMAL, NATIVE, body(1, version=3), curve_key(EDWARDS, 19), curve_key(P256, 22))
    found = keys_of(curve_key(P256, 19), *others)
    assert [key.public.key_id for key in found] == [P256.public.key_id, EDWARDS.public.key_id]
    elsewhere = body(22, b"\x03\x2b\x65\x71", mpi(POINTS[EDWARDS]))  # the OID of Ed448
    compressed = body(22, b"\x09", bytes.fromhex(CURVES[EDWARDS]), mpi(b"\x41" + bytes(32)))
    for content in (ELGAMAL, compressed, elsewhere, body(27, version=6)):
        assert refusal(lambda content=content: keys_of(content)) == (  # type: ignore[misc]
            "[malformed] no key that can sign "
            "(Ed25519, RSA, or ECDSA with P-256 or P-384; version 4)"
        )


@pytest.mark.parametrize("data", [b"", packet(13, NATIVE)], ids=["nothing", "a-user-id"])
def test_what_holds_no_key(data: bytes) -> None:
    """A name that reads like a key is none."""
    assert "no key that can sign" in refusal(lambda: parse_pgp_keys(armour(data, checksum=None)))


def test_text_that_is_no_unicode() -> None:
    text = armour(EXAMPLE).replace("\n\n", "\nComment: \udcff\n\n", 1)
    assert parse_pgp_keys(text) == parse_pgp_keys(armour(EXAMPLE))


WRONG_KEYS = {
    "cut-off": (NATIVE[:-1], "an OpenPGP packet that is cut off"),
    "something-behind": (NATIVE + b"\0", "an OpenPGP packet with something after its end"),
    "a-number-that-is-longer": (
        body(1, b"\x00\x07\xff", mpi(b"\x01")),
        "an OpenPGP number of another length than it says",
    ),
    "a-number-that-is-shorter": (
        body(1, b"\x00\x08\x7f", mpi(b"\x01")),
        "an OpenPGP number of another length than it says",
    ),
    "no-number": (body(1, b"\x00"), "an OpenPGP packet that is cut off"),
    "nothing": (b"", "an OpenPGP packet that is cut off"),
}


@pytest.mark.parametrize(("content", "what"), WRONG_KEYS.values(), ids=WRONG_KEYS)
def test_no_key(content: bytes, what: str) -> None:
    assert refusal(lambda: keys_of(content)) == f"[malformed] {what}"


def test_lengths_of_packets() -> None:
    """RFC 9580, section 4.2: all ways to write a length, at both sides of each bound."""
    for size in (0, 1, 191, 192, 447, 448, 8383, 8384, 70_000):
        content = bytes(size)
        assert list(list_packets(packet(13, content) * 2)) == [(13, content)] * 2
    for kind in (0, 1, 2):
        content = bytes(200)
        assert list(list_packets(old_packet(13, content, kind=kind))) == [(13, content)]
    assert list(list_packets(packet(60, b"x"))) == [(60, b"x")]
    assert list(list_packets(b"")) == []


WRONG_PACKETS = {
    "no-packet": (b"\x7f\x00", "not a packet of OpenPGP"),
    "in-parts": (b"\xcd\xe0x", "an OpenPGP packet in parts"),
    "in-large-parts": (b"\xcd\xfe", "an OpenPGP packet in parts"),
    "without-a-length": (b"\xb7x", "an OpenPGP packet without a length"),
    "no-length": (b"\xcd", "an OpenPGP packet that is cut off"),
    "half-a-length": (b"\xcd\xc0", "an OpenPGP packet that is cut off"),
    "half-a-long-length": (b"\xcd\xff\0\0\0", "an OpenPGP packet that is cut off"),
    "cut-off": (b"\xcd\x02x", "an OpenPGP packet that is cut off"),
    "too-many": (packet(13, b"") * 1001, "too many packets of OpenPGP"),
}


@pytest.mark.parametrize(("data", "what"), WRONG_PACKETS.values(), ids=WRONG_PACKETS)
def test_no_packets(data: bytes, what: str) -> None:
    assert refusal(lambda: list(list_packets(data))) == f"[malformed] {what}"


def test_the_most_packets() -> None:
    assert len(list(list_packets(packet(13, b"") * 1000))) == 1000


def test_armour() -> None:
    """With headers or without, with a checksum or without, by whatever ends its lines."""
    headers = ("Version: GnuPG", "Comment: for you")
    for text in (
        armour(EXAMPLE),
        armour(EXAMPLE, headers=headers),
        armour(EXAMPLE, checksum=None),
        armour(EXAMPLE).replace("\n", "\r\n"),
        "\n  \n" + armour(EXAMPLE) + "\n\n",
        armour(EXAMPLE).replace("\n", " \t\n"),
        armour(EXAMPLE).replace("-----\n\n", "-----\n", 1),  # no blank line, and no header
    ):
        assert parse_armour(text.encode(), label=LABEL) == EXAMPLE
    name = LABEL.decode()
    assert parse_armour(f"-----BEGIN {name}-----\nAAAA\n-----END {name}-----".encode(), label=LABEL)
    assert crc24(b"123456789") == bytes.fromhex("21cf02")  # the usual check value


WRONG_ARMOUR = {
    "empty": ("", "not an armoured block of OpenPGP"),
    "two-lines": (
        f"-----BEGIN {LABEL.decode()}-----\n-----END {LABEL.decode()}-----",
        "not an armoured block of OpenPGP",
    ),
    "another-kind": (
        armour(EXAMPLE).replace("PUBLIC KEY BLOCK", "MESSAGE"),
        "not one armoured block of OpenPGP",
    ),
    "another-end": (armour(EXAMPLE, end="PGP MESSAGE"), "not one armoured block of OpenPGP"),
    "something-before": ("x\n" + armour(EXAMPLE), "not one armoured block of OpenPGP"),
    "something-behind": (armour(EXAMPLE) + "x", "not one armoured block of OpenPGP"),
    "two": (armour(EXAMPLE) * 2, "an armoured block that is not base64"),
    "no-base64": (armour(EXAMPLE).replace("mDME", "mD!E"), "an armoured block that is not base64"),
    "no-checksum": (
        armour(EXAMPLE).replace("\n=", "\n=!"),
        "an armoured block that is not base64",
    ),
    "another-checksum": (
        armour(EXAMPLE, checksum=b"abc"),
        "an armoured block with another checksum",
    ),
    "a-checksum-of-one-byte": (
        armour(EXAMPLE, checksum=crc24(EXAMPLE)[:1]),
        "an armoured block with another checksum",
    ),
}


@pytest.mark.parametrize(("text", "what"), WRONG_ARMOUR.values(), ids=WRONG_ARMOUR)
def test_no_armour(text: str, what: str) -> None:
    assert refusal(lambda: parse_armour(text.encode(), label=LABEL)) == f"[malformed] {what}"


def test_the_largest_armour() -> None:
    text = armour(packet(13, bytes(190_000))).encode()
    whole = text + b"\n" * (MAX_ARMOUR_BYTES - len(text))
    assert parse_armour(whole, label=LABEL)
    assert refusal(lambda: parse_armour(whole + b"\n", label=LABEL)) == (
        "[malformed] not an armoured block of OpenPGP"
    )


def test_what_is_taken_is_gone() -> None:
    rest = Cursor(data=b"\x01\x02\x03\x00\x09\x01\xff")
    assert (rest.take(1), rest.number(2), rest.mpi()) == (b"\x01", 0x0203, b"\x01\xff")
    rest.end()
    assert repr(rest) == "Cursor()"


@given(st.binary(max_size=80))
def test_any_bytes_are_keys_or_malformed(data: bytes) -> None:
    try:
        parse_pgp_keys(armour(data))
    except MalformedError:
        return


@given(st.text(max_size=200))
def test_any_text_is_malformed(text: str) -> None:
    with pytest.raises(MalformedError):
        parse_pgp_keys(text)
