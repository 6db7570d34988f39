"""Where a key is: what a URI says, how it is shown, and what is refused before anything is opened."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import UsageError
from assay.signing.signeruri import (
    MAX_URI_BYTES,
    SignerUri,
    decode_percent,
    parse_signer_uri,
    path_of,
    uri_of_path,
)

TAKEN_APART = {
    "file:/a?x=1&y=2": ("file", "/a", "x=1&y=2"),
    "pkcs11:token=a;object=b?module-path=/m": ("pkcs11", "token=a;object=b", "module-path=/m"),
    "ssh-agent:me@host": ("ssh-agent", "me@host", ""),
    "gcpkms://projects/p": ("gcpkms", "//projects/p", ""),
    "env:A?x?y": ("env", "A", "x?y"),
    "key.pem": ("file", "key.pem", ""),
    "/100%/a?.pem": ("file", "/100%25/a%3F.pem", ""),
    "C:key": ("file", "C:key", ""),  # no kind has a capital
    "1a:key": ("file", "1a:key", ""),  # or begins with a digit
    "./file:a": ("file", "./file:a", ""),
}


@pytest.mark.parametrize(("text", "parts"), TAKEN_APART.items(), ids=TAKEN_APART)
def test_taken_apart(text: str, parts: tuple[str, str, str]) -> None:
    kind, path, query = parts
    assert parse_signer_uri(text) == SignerUri(kind=kind, path=path, query=query)


@pytest.mark.parametrize("text", ["", "a\nb", "file:\u202ea", "file:" + "x" * (MAX_URI_BYTES - 4)])
def test_no_uri(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_signer_uri(text)
    assert str(caught.value) == f"[usage] {len(text)} characters that do not say where a key is"


def test_the_length_counts_bytes() -> None:
    parse_signer_uri("file:" + "x" * (MAX_URI_BYTES - 5))
    parse_signer_uri("é" * (MAX_URI_BYTES // 2))
    with pytest.raises(UsageError):
        parse_signer_uri("é" * (MAX_URI_BYTES // 2) + "x")


SHOWN = {
    "file:/a?x=1": "file:/a?x=1",
    "env:A": "env:A",
    "hashivault://me:word@host/key": "hashivault://…@host/key",
    "hashivault://me:word@host:8200/key?role=a": "hashivault://…@host:8200/key?role=a",
    "file:/folder@2/a": "file:/folder@2/a",  # no password: the path has begun
    "pkcs11:token=a;pin-value=4711;object=b": "pkcs11:token=a;pin-value=…;object=b",
    "pkcs11:?pin-value=4711&module-path=/m": "pkcs11:?pin-value=…&module-path=/m",
    "pkcs11:?a=b&pin-value=4711": "pkcs11:?a=b&pin-value=…",
    "pkcs11:token=pin-value=a": "pkcs11:token=pin-value=a",  # a token of that name
}


@pytest.mark.parametrize(("text", "shown"), SHOWN.items(), ids=SHOWN)
def test_shown_without_a_secret(text: str, shown: str) -> None:
    uri = parse_signer_uri(text)
    assert str(uri) == shown
    assert repr(uri) == f"SignerUri({shown!r})"
    assert uri.where == repr(shown)


def test_parameters() -> None:
    uri = parse_signer_uri("aws:key?region=eu%2D1&profile=a+b%26=c")
    assert uri.parameters("profile", "region") == {"region": "eu-1", "profile": "a+b&=c"}
    assert parse_signer_uri("aws:key").parameters("region") == {}
    assert parse_signer_uri("aws:key?").parameters("region") == {}


WRONG = {
    "aws:key?regoin=a": "no parameter 'regoin' of aws: (it has region, profile)",
    "aws:key?region=a&": "no parameter '' of aws: (it has region, profile)",
    "aws:key?region=a&region=a": "the parameter 'region' twice, or without a value",
    "aws:key?region": "the parameter 'region' twice, or without a value",
    "aws:key?region=a%2": "a stray % in 'a%2' (write %25)",
}


@pytest.mark.parametrize(("text", "message"), WRONG.items(), ids=WRONG)
def test_no_parameters(text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_signer_uri(text).parameters("region", "profile")
    assert str(caught.value) == f"[usage] {message}"


def test_where_there_are_none() -> None:
    with pytest.raises(UsageError) as caught:
        parse_signer_uri("env:A?x=1").parameters()
    assert str(caught.value) == "[usage] no parameter 'x' of env: (it has none)"


PATHS = {
    "file:/a/b": "/a/b",
    "file:a": "a",
    "file:///a/b": "/a/b",
    "file://localhost/a/b": "/a/b",
    "file:/a%20b%3f": "/a b?",
    "/a b?": "/a b?",
    "a+b": "a+b",
}


@pytest.mark.parametrize(("text", "path"), PATHS.items(), ids=PATHS)
def test_paths(text: str, path: str) -> None:
    assert path_of(parse_signer_uri(text)) == Path(path)


NO_PATHS = {
    "file:": "no path, at 'file:'",
    "file://": "no path, at 'file://'",
    "file://localhost": "no path, at 'file://localhost'",
    "file://host/a": "a key on another machine: 'host' (file:///path)",
    "file://LOCALHOST/a": "a key on another machine: 'LOCALHOST' (file:///path)",
    "file:/%zz": "a stray % in '/%zz' (write %25)",
    "file:/%e4": "'/%e4' is no text in UTF-8",
    "file:/%0a": "'/\\n' has characters that cannot be shown",
}


@pytest.mark.parametrize(("text", "message"), NO_PATHS.items(), ids=NO_PATHS)
def test_no_paths(text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        path_of(parse_signer_uri(text))
    assert str(caught.value) == f"[usage] {message}"


@given(st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=40))
def test_every_path_has_a_uri(name: str) -> None:
    path = Path("/keys") / name.replace("/", "-")
    assert path_of(parse_signer_uri(uri_of_path(path))) == path


@given(st.text(max_size=30))
def test_any_text_is_decoded_or_refused(text: str) -> None:
    try:
        assert decode_percent(text).isprintable()
    except UsageError:
        return
