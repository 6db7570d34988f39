"""What can be told about a value without its provider."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.scan.secrets.validators import (
    KEPT,
    REFUSED,
    VALIDATORS,
    Checked,
    check_aws_key_id,
    check_base64_pair,
    check_crc32_base62,
    check_discord_bot,
    check_gitlab_token,
    check_jwt,
    check_kubernetes_value,
    check_pem_key,
    check_pypi_macaroon,
    crc32_base62,
)
from tests.scan.secrets.generate import fill


def test_the_checksum_of_a_published_token() -> None:
    """A token that its author made for this purpose, and that had expired when it was published."""
    body, checksum = b"zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ", b"0mLq17"
    assert crc32_base62(body) == checksum


def test_a_checksum_that_holds() -> None:
    token = fill("ghp_{b62:30}{crc}").encode()
    assert check_crc32_base62(token, b"") == Checked(detail="its checksum holds")


def test_a_checksum_that_does_not_hold_is_a_doubt_and_no_refusal() -> None:
    token = bytearray(fill("ghp_{b62:30}{crc}").encode())
    token[10] ^= 1
    doubt = "its checksum does not hold, so it was altered or invented"
    assert check_crc32_base62(bytes(token), b"") == Checked(doubt=doubt)


def test_a_pypi_token_names_its_index() -> None:
    assert check_pypi_macaroon(fill("{pypi}").encode(), b"") == Checked(
        detail="it is for 'packages.example'"
    )
    doubt = "it is no macaroon, so it was altered or invented"
    assert check_pypi_macaroon(b"pypi-" + b"B" * 20, b"") == Checked(doubt=doubt)


def test_an_aws_key_id_names_its_account() -> None:
    account = 123456789012
    digits = base64.b32encode((account << 7).to_bytes(6, "big") + b"abcd")
    checked = check_aws_key_id(b"AKIA" + digits, b"")
    assert checked.detail == "it belongs to account 123456789012, if it was made after 2019"


def test_an_old_aws_key_id_names_none() -> None:
    assert check_aws_key_id(b"AKIA" + b"0189" * 4, b"") == KEPT


PAIRS = {
    "pair": (b"ada:lovelace", KEPT),
    "no-colon": (b"ada-lovelace", REFUSED),
    "no-user": (b":lovelace", REFUSED),
    "no-password": (b"ada:", REFUSED),
    "not-printable": (b"ada:\x01\x02\x03", REFUSED),
    "not-ascii": ("ada:løve".encode(), REFUSED),
}


@pytest.mark.parametrize(("raw", "expected"), PAIRS.values(), ids=PAIRS)
def test_a_pair_in_base64(raw: bytes, expected: Checked) -> None:
    assert check_base64_pair(base64.b64encode(raw), b"") == expected


def test_what_is_no_base64_is_no_pair() -> None:
    assert check_base64_pair(b"a:b:c:d", b"") == REFUSED


def test_a_discord_token_begins_with_a_number() -> None:
    assert check_discord_bot(fill("{discordid}.{b62:6}.{b62:30}").encode(), b"") == KEPT
    assert check_discord_bot(b"TW9k.abcdef.ghi", b"") == REFUSED


def jwt(header: object, claims: object = None) -> bytes:
    parts = [base64.urlsafe_b64encode(json.dumps(p or {}).encode()) for p in (header, claims)]
    return b".".join((*(part.rstrip(b"=") for part in parts), b"c2ln"))


TOKENS = {
    "signed": (jwt({"alg": "RS256"}), Checked(detail="it is signed with 'RS256'")),
    "ends": (
        jwt({"alg": "ES256"}, {"exp": 1893456000}),
        Checked(detail="it is signed with 'ES256' and good until 2030-01-01"),
    ),
    "ends-never": (
        jwt({"alg": "ES256"}, {"exp": 10**20}),
        Checked(detail="it is signed with 'ES256'"),
    ),
    "ends-as-text": (
        jwt({"alg": "ES256"}, {"exp": "soon"}),
        Checked(detail="it is signed with 'ES256'"),
    ),
    "unsigned": (jwt({"alg": "None"}), Checked(doubt="it is not signed")),
    "no-algorithm": (jwt({"typ": "JWT"}), Checked(doubt="its header names no algorithm")),
    "number": (jwt({"alg": 5}), Checked(doubt="its header names no algorithm")),
    "array": (jwt([]), Checked(doubt="its header names no algorithm")),
    "no-json": (
        b"eyJhbGci.e30.c2ln",
        Checked(doubt="its header does not decode, so it was altered or invented"),
    ),
}


@pytest.mark.parametrize(("token", "expected"), TOKENS.values(), ids=TOKENS)
def test_the_header_of_a_token(token: bytes, expected: Checked) -> None:
    assert check_jwt(token, b"") == expected


def test_a_key_is_the_same_with_real_and_escaped_line_ends() -> None:
    lines = ["MII" + fill("{b64:61}"), fill("x{b64:64}")[1:]]
    real = check_pem_key(("\n" + "\n".join(lines) + "\n-----END").encode(), b"")
    escaped = check_pem_key((r"\n" + r"\n".join(lines) + r"\n-----END").encode(), b"")
    assert real == escaped == Checked(value="".join(lines).encode())


def der(body: bytes) -> bytes:
    return base64.b64encode(b"\x30\x82" + len(body).to_bytes(2, "big") + body)


def test_a_key_is_whole_where_its_der_length_says_so() -> None:
    whole = der(bytes(range(200)))
    assert check_pem_key(whole, b"").detail == "it is whole: 204 bytes of DER"
    assert check_pem_key(whole[:-8], b"").detail == ""
    short = base64.b64encode(b"\x30\x2e" + b"k" * 46)
    assert check_pem_key(short, b"").detail == "it is whole: 48 bytes of DER"


def test_a_key_that_is_no_der_is_doubted_and_kept() -> None:
    doubt = "it is no DER structure, so it was altered or invented"
    assert check_pem_key(b"not" * 40, b"-----BEGIN RSA").doubt == doubt
    assert check_pem_key(b"+" + der(b"k" * 90), b"-----BEGIN RSA").doubt == ""


def test_a_routable_gitlab_token_tells_what_it_belongs_to() -> None:
    token = fill("glpat-{routable}").encode()
    detail = "its checksum holds, and it belongs to organisation 1, project 123456, user 33"
    assert check_gitlab_token(token, b"") == Checked(detail=detail)
    assert check_gitlab_token(b"x" + token, b"") == KEPT
    assert check_gitlab_token(fill("glpat-{b62:20}").encode(), b"") == KEPT


def test_a_key_without_content_is_refused() -> None:
    assert check_pem_key(b"\n...\n-----END", b"") == REFUSED


def test_an_openssh_key_under_a_passphrase_is_told_apart() -> None:
    def key(cipher: bytes) -> bytes:
        raw = b"openssh-key-v1\0" + len(cipher).to_bytes(4, "big") + cipher + b"x" * 60
        return base64.b64encode(raw)

    context = b"-----BEGIN OPENSSH"
    assert check_pem_key(key(b"none"), context).doubt == ""
    assert check_pem_key(key(b"aes256-ctr"), context).doubt == "it is under a passphrase"


def test_a_kubernetes_value_is_the_value_that_it_encodes() -> None:
    assert check_kubernetes_value(base64.b64encode(b"hunter-22"), b"").value == b"hunter-22"
    assert check_kubernetes_value(b"plain text", b"") == KEPT


@given(name=st.sampled_from(sorted(VALIDATORS)), value=st.binary(max_size=80))
def test_every_validator_answers_on_any_bytes(name: str, value: bytes) -> None:
    """A match may hold anything that its pattern allows; `_` and `.` are in those that need it."""
    checked = VALIDATORS[name](b"gh_" + value, value)
    assert not (checked.refused and checked.doubt)
