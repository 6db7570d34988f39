"""Placeholders, references, entropy, guessable words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.scan.secrets.plausible import (
    entropy_of,
    has_digits,
    is_guessable,
    is_identifier,
    is_mixed,
    is_placeholder,
    is_reference,
    is_sequence,
)
from tests.scan.secrets.generate import fill

PLACEHOLDERS = (
    "AKIAIOSFODNN7EXAMPLE",
    "your-api-key",
    "YOUR_SECRET_TOKEN",
    "my_secret_key",
    "changeme",
    "xxxxxxxxxxxxxxxx",
    "****************",
    "abcdef......",
    "0000000000000000",
    "none",
    "insert_token_here",
    "replace-with-token",
)
REFERENCES = (
    "$TOKEN",
    "${TOKEN}",
    "%TOKEN%",
    "{{ token }}",
    "<token>",
    "os.environ['TOKEN']",
    "process.env.TOKEN",
    "config.secret_key",
    "get_token()",
    "path/to/some/token.txt",
    "ftp://127.0.0.1/",
    "ssh2_auth_pubkey_file",
    "@token@",
)


@pytest.mark.parametrize("text", PLACEHOLDERS)
def test_a_placeholder(text: str) -> None:
    assert is_placeholder(text.encode())


@pytest.mark.parametrize("text", REFERENCES)
def test_a_reference(text: str) -> None:
    assert is_reference(text.encode())


@pytest.mark.parametrize("template", ["{b62:40}", "{hex:40}", "{b64:86}==", "{mixed:12}", "{uuid}"])
def test_a_real_value_is_neither(template: str) -> None:
    value = fill(template).encode()
    assert not is_placeholder(value)
    assert not is_reference(value)


@pytest.mark.parametrize(
    "text", ["postgres", "Password1!", "secret", "abc", "admin123", "sesame", "user:password"]
)
def test_a_guessable_password(text: str) -> None:
    assert is_guessable(text.encode())


@pytest.mark.parametrize("template", ["{mixed:10}", "{hex:16}", "correct-horse-battery-staple"])
def test_a_password_that_is_not(template: str) -> None:
    assert not is_guessable(fill(template).encode())


SEQUENCES = {
    "hex": "0123456789abcdef" * 2,
    "letters": "abcdefghijklmnopqrstuvwxyz123456",
    "down": "9876543210fedcba",
    "groups": "12345678-1234-1234-1234-123456789012",
    "in-turns": "a1b2c3d4e5f6g7h8i9j0k1l2",
}


@pytest.mark.parametrize("text", SEQUENCES.values(), ids=SEQUENCES)
def test_what_counts_up_or_down(text: str) -> None:
    assert is_sequence(text.encode())


@pytest.mark.parametrize("template", ["{b62:16}", "{hex:32}", "{dig:12}", "{b32l:24}", "{uuid}"])
def test_random_values_do_not_count(template: str) -> None:
    made = [fill(f"{template} {number}").split()[0] for number in range(300)]
    assert not any(is_sequence(value.encode()) for value in made)


@pytest.mark.parametrize("text", ["abcdefg", "1234567", "aaaaaaaaaaaaaaaa", "ab12ab12ab12ab12"])
def test_what_is_short_or_only_repeats_does_not_count(text: str) -> None:
    assert not is_sequence(text.encode())


WORDS = (
    "x448.X448PrivateKey",
    "JsonConfigSettingsSource",
    "rust_openssl.hpke.MLKEM768",
    "SecretsManager.V2Response",
)


@pytest.mark.parametrize("text", WORDS)
def test_names_in_code_are_made_of_words(text: str) -> None:
    assert is_identifier(text.encode())


@pytest.mark.parametrize("template", ["{b62:32}", "{hex:32}", "{an:24}", "{b32l:52}", "{b64:40}"])
def test_random_values_are_not(template: str) -> None:
    made = [fill(f"{template} {number}").split()[0] for number in range(300)]
    assert sum(is_identifier(value.encode()) for value in made) <= 1


def test_entropy_is_in_bits_for_each_byte() -> None:
    assert entropy_of(b"aaaa") == 0
    assert entropy_of(b"abcd") == 2
    assert entropy_of(bytes(range(256))) == 8


def test_classes_of_characters() -> None:
    assert has_digits(b"a1")
    assert not has_digits(b"ab")
    assert not has_digits(b"12")
    assert is_mixed(b"aB1")
    assert not is_mixed(b"ab1")
    assert not is_mixed(b"AB1")


@given(st.binary(min_size=1, max_size=300))
def test_any_bytes_are_judged(value: bytes) -> None:
    judged = (is_placeholder(value), is_reference(value), is_guessable(value))
    assert all(isinstance(answer, bool) for answer in judged)
    assert 0 <= entropy_of(value) <= 8
