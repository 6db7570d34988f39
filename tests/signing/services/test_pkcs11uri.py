"""PKCS #11 URIs (RFC 7512)."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import UsageError
from assay.signing.services.pkcs11uri import Pkcs11Uri, parse_pkcs11
from assay.signing.signeruri import parse_signer_uri

KNOWN = "it has manufacturer, model, object, serial, slot-description, slot-manufacturer, token, id, slot-id, type"
PIN = "[usage] a PIN in a URI, which is shown in many places (pin-source=file:/path or pin-source=env:NAME)"


def parse(text: str) -> Pkcs11Uri:
    return parse_pkcs11(parse_signer_uri(text))


def test_everything() -> None:
    found = parse(
        "pkcs11:token=The%20Software%20PKCS%2311%20token;manufacturer=Snake%20Oil,%20Inc.;"
        "serial=1;model=1.0;object=my-key;type=private;id=%69%95%3e%00;slot-id=327"
        "?module-path=/usr/lib/p11.so&pin-source=file:/etc/token"
    )
    assert found.text("token") == "The Software PKCS#11 token"
    assert found.text("manufacturer") == "Snake Oil, Inc."
    assert (found.text("serial"), found.text("model"), found.text("object")) == (
        "1",
        "1.0",
        "my-key",
    )
    assert found.id == b"\x69\x95\x3e\x00"
    assert (found.slot, found.module) == (327, Path("/usr/lib/p11.so"))
    assert found.pin_source == "file:/etc/token"


def test_nothing() -> None:
    found = parse("pkcs11:")
    assert (found.texts, found.id, found.slot, found.module) == ((), None, None, None)
    assert found.text("token") is None


REFUSED = {
    "unknown": ("pkcs11:tokn=a", f"[usage] no attribute 'tokn' of pkcs11: ({KNOWN})"),
    "vendor": ("pkcs11:x-a=a", f"[usage] no attribute 'x-a' of pkcs11: ({KNOWN})"),
    "trailing": ("pkcs11:token=a;", f"[usage] no attribute '' of pkcs11: ({KNOWN})"),
    "twice": (
        "pkcs11:token=a;token=b",
        "[usage] the attribute 'token' twice, or without a value",
    ),
    "empty": ("pkcs11:id=", "[usage] the attribute 'id' twice, or without a value"),
    "type": ("pkcs11:type=cert", "[usage] an object of type 'cert' (type=private)"),
    "slot": ("pkcs11:slot-id=0x1", "[usage] slot-id '0x1' is no number"),
    "relative-module": (
        "pkcs11:?module-path=p11.so",
        "[usage] module-path 'p11.so' is not absolute",
    ),
    "module-name": (
        "pkcs11:?module-name=p11",
        "[usage] no parameter 'module-name' of pkcs11: (it has module-path, pin-source)",
    ),
    "pin": ("pkcs11:token=a?pin-value=4711", PIN),
    "pin-second": ("pkcs11:?module-path=/a&pin-value=4711", PIN),
    "pin-in-the-path": ("pkcs11:token=a;pin-value=4711", PIN),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(text)
    assert str(caught.value) == message


def test_a_pin_is_shown_nowhere() -> None:
    """Whatever else is wrong with the URI: it may be listed before it is opened."""
    for text in (
        "pkcs11:token=a?pin-value=4711",
        "pkcs11:pin-value=4711;x",
        "pkcs11:?a&pin-value=4711",
    ):
        uri = parse_signer_uri(text)
        for shown in (str(uri), repr(uri), uri.where):
            assert "4711" not in shown
            assert "pin-value=…" in shown


def test_a_password_is_shown_nowhere() -> None:
    uri = parse_signer_uri("hashivault://user:word@host/key?endpoint=https://u:word@h/")
    assert "word" not in f"{uri} {uri!r} {uri.where}"


@given(st.text(alphabet="tokenid=;&?%41\x00ä-/|", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = parse(f"pkcs11:{text}" if text.isprintable() else "pkcs11:")
    except UsageError:
        return
    assert isinstance(found, Pkcs11Uri)


@given(st.binary(min_size=1, max_size=40), st.text(min_size=1, max_size=20).filter(str.isprintable))
def test_what_is_encoded_comes_back(key_id: bytes, label: str) -> None:
    encoded_id = "".join(f"%{byte:02x}" for byte in key_id)
    encoded = "".join(f"%{byte:02X}" for byte in label.encode())
    found = parse(f"pkcs11:object={encoded};id={encoded_id}")
    assert (found.id, found.text("object")) == (key_id, label)
