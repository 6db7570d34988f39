"""Digest files beside advisories: right ones pass, and every other is told."""

import hashlib

import pytest

from assay.core.errors import MalformedError, RejectedError, TamperedError
from assay.vuln.beside import check_digest_file

DATA = b"{}"
SHA256 = hashlib.sha256(DATA).hexdigest()
SHA512 = hashlib.sha512(DATA).hexdigest()


@pytest.mark.parametrize(
    ("content", "suffix"),
    [
        (f"{SHA256}  a.json\n", ".sha256"),
        (f"{SHA256.upper()} *a.json\n", ".sha256"),
        (f"{SHA256}", ".sha256"),
        (f"{SHA256}  2026/a.json\n", ".sha256"),
        (f"{SHA512}  a.json\n", ".sha512"),
    ],
)
def test_right_digests(content: str, suffix: str) -> None:
    check_digest_file(content.encode(), DATA, name="2026/a.json", suffix=suffix)


REFUSED: dict[str, tuple[str, str, type[RejectedError], str]] = {
    "another digest": (
        f"{'0' * 64}  a.json\n",
        ".sha256",
        TamperedError,
        (
            "[tampered] the sha256 digest is of something else, at a.json.sha256 "
            "(fetch both again; if that does not help, ask the publisher)"
        ),
    ),
    "of another file": (
        f"{SHA256}  b.json\n",
        ".sha256",
        MalformedError,
        "[malformed] the digest of 'b.json', at a.json.sha256",
    ),
    "of another length": (
        f"{SHA256}  a.json\n",
        ".sha512",
        MalformedError,
        "[malformed] no sha512 digest, at a.json.sha512",
    ),
    "nothing": ("", ".sha256", MalformedError, "[malformed] no sha256 digest, at a.json.sha256"),
    "no hexadecimal": (
        "g" * 64,
        ".sha256",
        MalformedError,
        "[malformed] no sha256 digest, at a.json.sha256",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    content, suffix, kind, message = REFUSED[name]
    with pytest.raises(kind) as caught:
        check_digest_file(content.encode(), DATA, name="a.json", suffix=suffix)
    assert str(caught.value) == message
