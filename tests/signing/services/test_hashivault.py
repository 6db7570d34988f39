"""Transit keys of Vault and OpenBao: versions, namespaces, tokens, mounts."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from assay.core.errors import AssayError
from assay.signing.signers import open_signer
from tests.fakes.keyservices import PRIVATE, TOKEN, Transit
from tests.fakes.restserver import Answered, Asked, RestServer, document, serving

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.fixture
def transit() -> Transit:
    return Transit(kind="ecdsa-p256", versions=[PRIVATE["ecdsa-p256"]])


@pytest.fixture
def vault(
    transit: Transit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[RestServer]:
    for name in ("VAULT_TOKEN", "BAO_TOKEN", "VAULT_NAMESPACE", "BAO_NAMESPACE", "VAULT_CACERT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    with serving(transit.answer) as served:
        monkeypatch.setenv("VAULT_ADDR", served.url)
        yield served


def told(work: Callable[[], object]) -> str:
    with pytest.raises(AssayError) as caught:
        work()
    return str(caught.value)


def test_the_newest_version_signs_until_the_end(
    vault: RestServer, transit: Transit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rotation between opening and signing changes nothing for this signer."""
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    signer = open_signer("hashivault:assay", passphrase=None)
    transit.versions.append(ec.generate_private_key(ec.SECP256R1()))
    signer.sign(b"message")
    assert open_signer("hashivault:assay", passphrase=None).public != signer.public
    again = open_signer("hashivault:assay?version=1", passphrase=None)
    assert again.public == signer.public
    again.sign(b"message")


def test_the_statement_is_not_shown_where_a_digest_does(
    vault: RestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    open_signer("hashivault://assay", passphrase=None).sign(b"a secret plan" * 1000)
    assert len(vault.asked[-1].body) < 300


def test_the_token_of_a_login(vault: RestServer, tmp_path: Path) -> None:
    uri = "hashivault:assay"
    assert told(lambda: open_signer(uri, passphrase=None)) == (
        "[usage] no token for the service (set VAULT_TOKEN, or log in)"
    )
    file = tmp_path / ".vault-token"
    file.write_text(TOKEN + "\n")
    file.chmod(0o600)
    open_signer(uri, passphrase=None).sign(b"message")
    file.chmod(0o644)
    assert told(lambda: open_signer(uri, passphrase=None)) == (
        f"[usage] a private file that others may read, at {file} (chmod 600 {file})"
    )


def test_the_token_in_a_file(vault: RestServer, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.touch(mode=0o600)
    uri = f"hashivault:assay?token-file={file}"
    assert told(lambda: open_signer(uri, passphrase=None)) == (
        f"[usage] no token in the file, at '{file}'"
    )
    file.write_text(TOKEN)
    open_signer(uri, passphrase=None).sign(b"message")


@pytest.mark.usefixtures("vault")
def test_a_namespace(transit: Transit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAO_TOKEN", TOKEN)
    monkeypatch.setenv("BAO_NAMESPACE", "team/a")
    transit.namespace = "team/a"
    open_signer("hashivault:assay", passphrase=None).sign(b"message")


def test_each_request_says_where_it_belongs(
    vault: RestServer, transit: Transit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The header without which agents of the service forward nothing; Vault's own name first."""
    for name, value in (("BAO_NAMESPACE", "team/a"), ("VAULT_NAMESPACE", "team/b")):
        monkeypatch.setenv(name, value)
        monkeypatch.setenv("VAULT_TOKEN", TOKEN)
        transit.namespace = value
        open_signer("hashivault:assay", passphrase=None).sign(b"message")
    assert {asked.headers["x-vault-request"] for asked in vault.asked} == {"true"}


def test_without_a_namespace_none_is_named(
    vault: RestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    open_signer("hashivault:assay", passphrase=None)
    assert all("x-vault-namespace" not in asked.headers for asked in vault.asked)


@pytest.mark.usefixtures("vault")
def test_no_such_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    uri = "hashivault:assay?version=9"
    assert told(lambda: open_signer(uri, passphrase=None)) == (
        f"[usage] the key has no version 9, at {uri!r}"
    )


def test_another_mount(vault: RestServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    told(lambda: open_signer("hashivault:assay?mount=team/transit", passphrase=None))
    assert vault.asked[-1].path == "/v1/team/transit/keys/assay"


NAMES = (
    "hashivault:",
    "hashivault:a/b",
    "hashivault:..",
    "hashivault:a?mount=../sys",
    "hashivault:a%3Fb",
)


@pytest.mark.parametrize("uri", NAMES)
def test_no_name_of_a_key(uri: str) -> None:
    assert told(lambda: open_signer(uri, passphrase=None)) == (
        f"[usage] no name of a transit key, at {uri!r} (hashivault:KEY)"
    )


@pytest.mark.parametrize("version", ["0", "-1", "latest", "1e3", "٣"])
def test_no_version(version: str) -> None:
    uri = f"hashivault:a?version={version}"
    assert told(lambda: open_signer(uri, passphrase=None)) == (
        f"[usage] no version of a key: {version!r}, at {uri!r}"
    )


@pytest.mark.usefixtures("vault")
@pytest.mark.parametrize("variable", ["VAULT_CACERT", "BAO_CACERT"])
@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_no_authorities(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | None, variable: str
) -> None:
    """A file of TLS roots that cannot be read does not make us trust those of the system."""
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    monkeypatch.setenv(variable, str(file))
    message = told(lambda: open_signer("hashivault:assay", passphrase=None))
    assert message.startswith("[usage] no file of TLS authorities: ")
    assert message.endswith(f", at {file}")


ASKED = {
    "ecdsa-p256": {"marshaling_algorithm": "asn1", "hash_algorithm": "sha2-256"},
    "ecdsa-p384": {"marshaling_algorithm": "asn1", "hash_algorithm": "sha2-384"},
    "rsa-pss": {
        "signature_algorithm": "pss",
        "salt_length": "hash",
        "hash_algorithm": "sha2-256",
    },
}


@pytest.mark.parametrize(("algorithm", "scheme"), ASKED.items())
def test_what_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, algorithm: str, scheme: dict[str, str]
) -> None:
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    service = Transit(kind=algorithm, versions=[PRIVATE[algorithm]])
    with serving(service.answer) as served:
        monkeypatch.setenv("VAULT_ADDR", served.url)
        open_signer("hashivault:assay", passphrase=None).sign(b"message")
        hashed = hashlib.new(scheme["hash_algorithm"].replace("sha2-", "sha"), b"message").digest()
        assert served.asked[-1].document() == {
            "input": base64.b64encode(hashed).decode(),
            "prehashed": True,
            "key_version": 1,
            **scheme,
        }


def test_what_is_asked_of_an_ed25519_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """It signs the message itself, by the version that was opened."""
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    service = Transit(kind="ed25519", versions=[PRIVATE["ed25519"]])
    with serving(service.answer) as served:
        monkeypatch.setenv("VAULT_ADDR", served.url)
        open_signer("hashivault:assay", passphrase=None).sign(b"message")
        assert served.asked[-1].document() == {
            "input": base64.b64encode(b"message").decode(),
            "key_version": 1,
        }


def test_an_ed25519_key_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    service = Transit(kind="ed25519", versions=[PRIVATE["ed25519"]])
    with serving(service.answer) as served:
        monkeypatch.setenv("VAULT_ADDR", served.url)

        def change(_: Asked, answer: Answered) -> Answered:
            told_ = json.loads(answer.body)
            told_["data"]["keys"]["1"]["public_key"] = "-"
            return document(told_)

        served.garble(change)
        assert told(lambda: open_signer("hashivault:assay", passphrase=None)) == (
            "[unavailable] an answer that is not understood: not base64 at public_key, "
            "at 'hashivault:assay'"
        )


@pytest.mark.usefixtures("vault")
@pytest.mark.parametrize("kind", ["aes256-gcm96", "rsa-1024"])
def test_a_key_that_cannot_sign_for_us(
    transit: Transit, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    transit.kind = kind
    transit.versions = [rsa.generate_private_key(65537, 1024)]  # noqa: S505
    assert told(lambda: open_signer("hashivault:assay", passphrase=None)) == (
        "[malformed] an RSA key of 1024 bits, where 2048 to 8192 are read"
    )
