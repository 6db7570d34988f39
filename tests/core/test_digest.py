"""Digests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.digest import Digest, is_digest_algorithm, parse_digest, sha256_of
from assay.core.errors import MalformedError

REFUSED = {
    "no-colon": ("sha256", "[malformed] 'sha256' is no digest (write it as sha256:…)"),
    "unknown": ("md5:00", "[malformed] unknown digest algorithm 'md5'"),
    "short": ("sha256:00", "[malformed] '00' is no sha256 digest"),
    "upper-case": ("gitCommit:" + "A" * 40, f"[malformed] {'A' * 40!r} is no gitCommit digest"),
    "newline": (
        "gitCommit:" + "a" * 39 + "\n",
        f"[malformed] {'a' * 39 + chr(10)!r} is no gitCommit digest",
    ),
    "wrong-length-for-it": (
        "sha256:" + "a" * 40,
        f"[malformed] {'a' * 40!r} is no sha256 digest",
    ),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_digest(text)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("algorithm", "length"),
    [
        ("sha256", 64),
        ("sha512", 128),
        *((kind, length) for kind in ("gitCommit", "gitTree", "gitBlob") for length in (40, 64)),
    ],
)
def test_what_is_written_is_read_back(algorithm: str, length: int) -> None:
    digest = Digest(algorithm, "0a" * (length // 2))
    assert parse_digest(str(digest)) == digest
    assert digest.raw == b"\x0a" * (length // 2)
    for other in (length - 2, length + 2, length - 1, length + 1):
        with pytest.raises(MalformedError):
            Digest(algorithm, "0" * other)


@given(st.text(max_size=80))
def test_any_text_is_read_or_malformed(text: str) -> None:
    try:
        digest = parse_digest(text)
    except MalformedError:
        return
    assert str(digest) == text


def test_sha256_of_nothing() -> None:
    assert str(sha256_of(b"")) == (
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )


def test_known_algorithms() -> None:
    assert is_digest_algorithm("gitBlob")
    assert not is_digest_algorithm("sha1")
