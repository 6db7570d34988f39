"""What a service says is believed only as far as it can be checked."""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from assay.core.errors import AssayError, UnavailableError
from assay.signing.signers import open_signer
from tests.fakes.keyservices import PRIVATE, TOKEN, Transit
from tests.fakes.moto import create_key, uncorrected_aws_server
from tests.fakes.restserver import Answered, Asked, RestServer, document, serving

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

FAULTY = "what came back is no signature by this key"
HINT = "was the key rotated or exchanged? else what keeps it is faulty"


@pytest.fixture
def vault(monkeypatch: pytest.MonkeyPatch) -> Iterator[RestServer]:
    service = Transit(kind="ecdsa-p256", versions=[PRIVATE["ecdsa-p256"]])
    with serving(service.answer) as served:
        monkeypatch.setenv("VAULT_ADDR", served.url)
        monkeypatch.setenv("VAULT_TOKEN", TOKEN)
        yield served


def sign_with_vault() -> bytes:
    return open_signer("hashivault:assay", passphrase=None).sign(b"message")


def told(work: Callable[[], object]) -> str:
    with pytest.raises(AssayError) as caught:
        work()
    return str(caught.value)


def only_signing(
    change: Callable[[dict[str, object]], None],
) -> Callable[[Asked, Answered], Answered]:
    """Return what changes the answers to a request for a signature, and no others."""

    def changed(asked: Asked, answer: Answered) -> Answered:
        if asked.method == "GET":
            return answer
        value: dict[str, object] = json.loads(answer.body)
        change(value)
        return document(value, answer.status)

    return changed


def signed_by(name: str, message: bytes) -> str:
    other = Transit(kind="ecdsa-p256", versions=[PRIVATE[name]])
    digest = __import__("hashlib").sha256(message).digest()
    body = json.dumps(
        {
            "input": base64.b64encode(digest).decode(),
            "prehashed": True,
            "hash_algorithm": "sha2-256",
            "signature_algorithm": "pss",
            "salt_length": "hash",
        }
    )
    headers = {"x-vault-token": TOKEN}
    asked = Asked(method="POST", path="/v1/transit/sign/assay", headers=headers, body=body.encode())
    found: object = json.loads(other.answer(asked).body)["data"]["signature"]
    assert isinstance(found, str)
    return found


def set_signature(text: str) -> Callable[[dict[str, object]], None]:
    def change(value: dict[str, object]) -> None:
        value["data"] = {"key_version": 1, "signature": text}

    return change


AT = ", at 'hashivault:assay'"
NOT_UNDERSTOOD = "[unavailable] an answer that is not understood: "
ANSWERS = {
    "of-another-key": (signed_by("rsa-pss", b"message"), f"[unavailable] {FAULTY}{AT} ({HINT})"),
    "of-another-message": (
        signed_by("ecdsa-p256", b"another"),
        f"[unavailable] {FAULTY}{AT} ({HINT})",
    ),
    "empty": ("vault:v1:", f"{NOT_UNDERSTOOD}not vault:vN:… at data.signature{AT}"),
    "not-base64": ("vault:v1:====", f"{NOT_UNDERSTOOD}not base64 at data.signature{AT}"),
    "another-form": ("MEUC", f"{NOT_UNDERSTOOD}not vault:vN:… at data.signature{AT}"),
    "another-version": (
        signed_by("ecdsa-p256", b"message").replace(":v1:", ":v2:"),
        "[unavailable] version 2 signed, where 1 was asked to",
    ),
}


@pytest.mark.parametrize(("signature", "message"), ANSWERS.values(), ids=ANSWERS)
def test_a_faulty_service_is_told(vault: RestServer, signature: str, message: str) -> None:
    vault.garble(only_signing(set_signature(signature)))
    assert told(sign_with_vault) == message


def test_moto_signs_what_does_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """It hashes a digest again. A service with that fault would fill a log with nothing."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with uncorrected_aws_server() as url:
        uri = f"awskms:{create_key(url, 'ecdsa-p256')}?endpoint={url}"
        signer = open_signer(uri, passphrase=None)
        assert told(lambda: signer.sign(b"m")) == f"[unavailable] {FAULTY}, at {uri!r} ({HINT})"


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_what_is_turned_away_for_the_moment_is_asked_again(vault: RestServer, status: int) -> None:
    turned = iter((True, True, False))

    def change(asked: Asked, answer: Answered) -> Answered:
        return document({"errors": ["later"]}, status) if next(turned, False) else answer

    vault.garble(change)
    sign_with_vault()
    assert [asked.method for asked in vault.asked] == ["GET", "GET", "GET", "POST"]


def test_asking_again_has_an_end(vault: RestServer) -> None:
    vault.garble(lambda *_: document({"errors": ["Vault is sealed"]}, 503))
    where = f"{vault.url}/v1/transit/keys/assay"
    assert told(sign_with_vault) == (
        f'[unavailable] the service answers 503: \'{{"errors": ["Vault is sealed"]}}\', at {where!r}'
    )
    assert len(vault.asked) == 3


def test_what_is_refused_is_not_asked_again(
    vault: RestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAULT_TOKEN", "another")
    assert told(sign_with_vault) == (
        '[usage] the service answers 403: \'{"errors": ["permission denied"]}\', at '
        f"'{vault.url}/v1/transit/keys/assay' (may this token use the key, and has it not run out?)"
    )
    assert len(vault.asked) == 1


def test_no_such_key(vault: RestServer) -> None:
    assert told(lambda: open_signer("hashivault:other", passphrase=None)) == (
        "[usage] the service answers 404: '{\"errors\": []}', at "
        f"'{vault.url}/v1/transit/keys/other' (is there such a key?)"
    )


def test_an_answer_that_repeats_the_token_is_not_repeated(vault: RestServer) -> None:
    """Some proxies show the whole request on their error page."""
    vault.garble(lambda asked, _: document({"you sent": dict(asked.headers)}, 400))
    message = told(sign_with_vault)
    assert "[usage] the service answers 400: " in message
    assert TOKEN not in message


def test_a_long_page_is_cut(vault: RestServer) -> None:
    vault.garble(lambda *_: Answered(status=400, body=b"<p>no</p>\n" * 1000))
    assert len(told(sign_with_vault)) < 400


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"{}", b'{"data": 1}', b'{"data": {"a": 1, "a": 2}}']
)
def test_another_document(vault: RestServer, body: bytes) -> None:
    vault.garble(lambda *_: Answered(status=200, body=body))
    assert told(sign_with_vault).startswith(NOT_UNDERSTOOD)


def test_an_answer_without_end(vault: RestServer) -> None:
    vault.garble(lambda *_: Answered(status=200, body=b" " * (2**20 + 1)))
    assert told(sign_with_vault) == (
        f"[rejected] over 1048576 bytes, at {vault.url}/v1/transit/keys/assay"
    )


def test_an_answer_that_is_cut_off_is_asked_for_again(vault: RestServer) -> None:
    cut = iter((True, False))

    def change(asked: Asked, answer: Answered) -> Answered:
        if not next(cut, False):
            return answer
        return replace(
            answer, headers={"Content-Length": str(len(answer.body) + 9), "Connection": "close"}
        )

    vault.garble(change)
    sign_with_vault()


def test_a_redirect_is_not_followed(vault: RestServer) -> None:
    """The token would go with it."""
    elsewhere = {"Location": "http://127.0.0.1:1/"}
    vault.garble(lambda *_: Answered(status=307, body=b"", headers=elsewhere))
    assert told(sign_with_vault) == (
        f"[unavailable] the service answers 307, at '{vault.url}/v1/transit/keys/assay'"
    )


def test_nobody_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_ADDR", "http://127.0.0.1:1")
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    with pytest.raises(UnavailableError) as caught:
        sign_with_vault()
    assert str(caught.value).startswith("[unavailable] cannot ask: ")


ADDRESSES = {
    "plain": (
        "http://vault.example",
        "[rejected] 'http' where https is needed, at 'http://vault.example/v1/transit/keys/assay'",
    ),
    "metadata-by-name": (
        "http://metadata.google",
        "[rejected] 'http' where https is needed, at 'http://metadata.google/v1/transit/keys/assay'",
    ),
    "password": (
        "https://user:word@vault.example",
        "[usage] the address of a service is to be https://host[:port][/path]",
    ),
    "no-host": ("vault", "[usage] the address of a service is to be https://host[:port][/path]"),
    "query": (
        "https://vault.example/?a=b",
        "[usage] the address of a service is to be https://host[:port][/path]",
    ),
    "brackets": (
        "https://[::1",
        "[usage] the address of a service is to be https://host[:port][/path]",
    ),
    "absent": ("", "[usage] VAULT_ADDR is not set (it is to hold https://host:port)"),
}


@pytest.mark.parametrize(("address", "message"), ADDRESSES.values(), ids=ADDRESSES)
def test_a_token_is_not_sent_just_anywhere(
    monkeypatch: pytest.MonkeyPatch, address: str, message: str
) -> None:
    monkeypatch.setenv("VAULT_ADDR", address)
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    assert told(sign_with_vault) == message


@pytest.mark.parametrize("token", ["a\nb", "a\rX: y", "ä"])
def test_a_token_that_is_no_header_is_not_shown(
    vault: RestServer, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    """`http.client` names the whole value in its own error."""
    monkeypatch.setenv("VAULT_TOKEN", token)
    assert told(sign_with_vault) == (
        "[usage] what belongs into X-Vault-Token has characters that cannot be sent"
    )


def test_a_signer_is_told_by_its_key_and_its_place(vault: RestServer) -> None:
    """What asks the service may hold a token: it is in no text."""
    first, second = (open_signer("hashivault:assay", passphrase=None) for _ in range(2))
    assert first == second
    assert TOKEN not in repr(first)
    assert "ask" not in repr(first)
