"""Hashes in their spellings."""

import base64

import pytest

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.sbom.hashes import normal_hash, parse_hash, render_hash

HEX = {"md5": 32, "sha1": 40, "sha256": 64, "sha384": 96, "sha512": 128}


@pytest.mark.parametrize("algorithm", HEX)
def test_round_trip(algorithm: str) -> None:
    text = f"{algorithm}:{'0a' * (HEX[algorithm] // 2)}"
    rendered = render_hash(text)
    assert rendered is not None
    assert parse_hash(JsonValue(rendered)) == text
    npm = base64.b64encode(bytes.fromhex(text.partition(":")[2])).decode()
    assert normal_hash(f"{algorithm}-{npm}") == text
    assert normal_hash(text) == text


KEPT = ("h1:abc=", "yarn:10c0/00", "sha512-!!", "sha512-AAAA", "sha3-AAAA", "sha512-é", "", "-")


@pytest.mark.parametrize("text", KEPT)
def test_what_is_no_standard_hash_stays(text: str) -> None:
    assert normal_hash(text) == text
    assert render_hash(text) is None


@pytest.mark.parametrize("text", ["sha256:" + "0" * 63, "sha256:" + "G" * 64, "sha256:" + "A" * 64])
def test_of_another_length_or_alphabet(text: str) -> None:
    assert render_hash(text) is None


def test_unknown_hash_is_refused() -> None:
    with pytest.raises(MalformedError) as caught:
        parse_hash(JsonValue({"alg": "SHA-256", "content": "00"}, "hashes[0]"))
    assert str(caught.value) == "[malformed] 'sha256:00' is no hash that is known, at hashes[0]"
