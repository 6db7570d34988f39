"""Public keys as SSH writes them: each kind, the tokens, and whatever is refused."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.signing.asymmetric import generate_signer, signer_of
from assay.signing.sshwire import (
    MAX_KEY_BYTES,
    SshKey,
    exactly,
    fingerprint_of,
    first_string,
    parse_ssh_key,
    parse_ssh_line,
    string_of,
)

EDWARDS, P256, P384 = (generate_signer(name) for name in ("ed25519", "ecdsa-p256", "ecdsa-p384"))
RSA_KEY = rsa.generate_private_key(65537, 2048)


def blob(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


RAW = EDWARDS.public.spki[-32:]
POINT, LONG_POINT = P256.public.spki[-65:], P384.public.spki[-97:]
NUMBERS = RSA_KEY.public_key().public_numbers()
RSA_BLOB = blob(b"ssh-rsa", b"\x01\x00\x01", b"\0" + NUMBERS.n.to_bytes(256, "big"))
TOKEN = b"sk-ssh-ed25519@openssh.com"
P256_TOKEN = b"sk-ecdsa-sha2-nistp256@openssh.com"
KINDS = {
    "ed25519": (blob(b"ssh-ed25519", RAW), EDWARDS.public, None),
    "p256": (blob(b"ecdsa-sha2-nistp256", b"nistp256", POINT), P256.public, None),
    "p384": (blob(b"ecdsa-sha2-nistp384", b"nistp384", LONG_POINT), P384.public, None),
    "rsa": (RSA_BLOB, signer_of(RSA_KEY).public, None),
    "token": (blob(TOKEN, RAW, b"ssh:"), EDWARDS.public, b"ssh:"),
    "p256-token": (blob(P256_TOKEN, b"nistp256", POINT, b"ssh:me"), P256.public, b"ssh:me"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind(kind: str) -> None:
    data, public, application = KINDS[kind]
    name, _ = first_string(data)
    key = SshKey(name=name, public=public, application=application)
    assert parse_ssh_key(data) == key
    for behind in ("", " me@host", " me at host"):
        line = f" {name.decode()} {base64.b64encode(data).decode()}{behind}\n"
        assert parse_ssh_line(line) == key


def test_it_is_what_the_library_writes() -> None:
    line = RSA_KEY.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    assert parse_ssh_line(line).public == signer_of(RSA_KEY).public


REFUSED = {
    "another-curve": (
        blob(b"ecdsa-sha2-nistp256", b"nistp384", POINT),
        "a key on another curve than its name says",
    ),
    "another-curve-in-a-token": (
        blob(P256_TOKEN, b"nistp384", POINT, b"ssh:"),
        "a key on another curve than its name says",
    ),
    "a-long-curve": (
        blob(b"ecdsa-sha2-nistp521", b"nistp521", POINT),
        "a key 'ecdsa-sha2-nistp521', which is not known here",
    ),
    "dsa": (blob(b"ssh-dss", b"", b""), "a key 'ssh-dss', which is not known here"),
    "no-text": (blob(b"\xff"), "a key '\ufffd', which is not known here"),
    "a-certificate": (
        blob(b"ssh-ed25519-cert-v01@openssh.com", RAW),
        "a key 'ssh-ed25519-cert-v01@openssh.com', which is not known here",
    ),
    "more": (blob(b"ssh-ed25519", RAW, b""), "another number of strings than 1"),
    "less": (blob(b"ssh-ed25519"), "another number of strings than 1"),
    "no-application": (blob(TOKEN, RAW), "another number of strings than 2"),
    "no-curve": (blob(b"ecdsa-sha2-nistp256", POINT), "another number of strings than 2"),
    "more-of-rsa": (RSA_BLOB + blob(b""), "another number of strings than 2"),
    "short": (
        blob(b"ssh-ed25519", RAW[:-1]),
        "31 bytes of an ed25519 key, where 32 are needed",
    ),
    "cut-off": (blob(b"ssh-ed25519", RAW)[:-1], "a string that is cut off"),
    "cut-in-a-length": (blob(b"ssh-ed25519") + b"\0\0\0", "a string that is cut off"),
    "empty": (b"", "a string that is cut off"),
    "large": (bytes(MAX_KEY_BYTES + 1), f"a key of {MAX_KEY_BYTES + 1} bytes"),
}


@pytest.mark.parametrize(("data", "what"), REFUSED.values(), ids=REFUSED)
def test_no_key(data: bytes, what: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_ssh_key(data)
    assert str(caught.value) == f"[malformed] {what}"


def test_the_largest_that_is_looked_at() -> None:
    with pytest.raises(MalformedError) as caught:
        parse_ssh_key(blob(b"x" * (MAX_KEY_BYTES - 4)))
    assert caught.value.what.endswith("which is not known here")


GOOD = base64.b64encode(blob(b"ssh-ed25519", RAW)).decode()
LINES = {
    "nothing": "",
    "no-key": "ssh-ed25519",
    "no-base64": f"ssh-ed25519 {GOOD}!",
    "another-name": f"ssh-rsa {GOOD}",
    "no-name": GOOD,
    "options": f"restrict ssh-ed25519 {GOOD}",
    "two-lines": f"ssh-ed25519 {GOOD} me\nssh-ed25519 {GOOD} you",
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_no_line(line: str) -> None:
    with pytest.raises(MalformedError):
        parse_ssh_line(line)


@pytest.mark.parametrize("name", ["no-base64", "another-name", "two-lines"])
def test_how_a_line_is_refused(name: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_ssh_line(LINES[name])
    assert str(caught.value) == "[malformed] not a public key of SSH"


def test_strings() -> None:
    assert string_of(b"ab") == b"\0\0\0\x02ab"
    assert first_string(b"\0\0\0\x01ab") == (b"a", b"b")
    assert first_string(b"\0\0\0\0") == (b"", b"")
    assert exactly(2, blob(b"a", b"")) == [b"a", b""]
    assert exactly(0, b"") == []
    with pytest.raises(MalformedError):
        exactly(0, blob(b""))


@given(st.lists(st.binary(max_size=20), max_size=5))
def test_what_is_written_is_read(parts: list[bytes]) -> None:
    assert exactly(len(parts), b"".join(map(string_of, parts))) == parts


def test_what_ssh_keygen_calls_it() -> None:
    assert fingerprint_of(b"") == "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"


@given(st.binary(max_size=80))
def test_any_bytes_are_a_key_or_malformed(data: bytes) -> None:
    try:
        parse_ssh_key(data)
    except MalformedError:
        return


def test_a_name_that_is_no_text() -> None:
    line = "ssh-edt\udc9f5519 AAAAC3NzaC1lZDI1NTE5AAAAI" + "A" * 43
    with pytest.raises(MalformedError):
        parse_ssh_line(line)
