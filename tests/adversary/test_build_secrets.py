"""Build and runner: a secret in an error, a list or the environment of a child.

Each test fails when the check that it is named after is removed.
"""

import os
import shutil
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assay.cli.key import app
from assay.core.errors import AssayError
from assay.signing.asymmetric import generate_signer
from assay.signing.keyfile import create_key_file
from assay.signing.privatepem import render_private_pem
from assay.signing.signers import open_signer
from assay.system.process import run_process
from tests.fakes.hsm import LABEL, softhsm
from tests.fakes.restserver import Answered, Asked, RestServer, document, serving

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

SECRET = "c0rrect-h0rse-" + "battery"


def everything_said(error: BaseException) -> str:
    """Return all that a report of `error` could show: its trace, and those it came from."""
    return "".join(traceback.format_exception(error)) + repr(error) + repr(error.args)


def refusal(uri: str) -> AssayError:
    with pytest.raises(AssayError) as caught:
        open_signer(uri, passphrase=SECRET.encode).sign(b"DSSEv1 message")
    return caught.value


def _echoed(asked: Asked) -> Answered:
    everything = str(dict(asked.headers))
    return document({"__type": "ValidationException", "message": everything}, 400)


@pytest.fixture
def echo(monkeypatch: pytest.MonkeyPatch) -> Iterator[RestServer]:
    """A service that answers with all that it was sent."""
    with serving(_echoed) as served:
        for name in ("VAULT_ADDR", "BAO_ADDR"):
            monkeypatch.setenv(name, served.url)
        for name in (
            "VAULT_TOKEN",
            "AZURE_ACCESS_TOKEN",
            "CLOUDSDK_AUTH_ACCESS_TOKEN",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
        ):
            monkeypatch.setenv(name, SECRET)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
        yield served


NAME = "projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1"
SERVICES = {
    "hashivault": "hashivault:key",
    "gcpkms": f"gcpkms:{NAME}?endpoint=URL",
    "azurekms": "azurekms:shop/key?endpoint=URL",
    "awskms": "awskms:alias/key?region=eu-west-1&endpoint=URL",
}


@pytest.mark.parametrize("uri", SERVICES.values(), ids=SERVICES)
def test_a_token_in_an_answer_that_is_repeated(echo: RestServer, uri: str) -> None:
    assert SECRET not in everything_said(refusal(uri.replace("URL", echo.url)))


@pytest.mark.parametrize("end", ["\n", "\rX-Other: 1", "\tä"])
def test_a_token_that_no_header_can_hold(
    echo: RestServer, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    monkeypatch.setenv("VAULT_TOKEN", f"{SECRET}{end}{SECRET}")
    assert SECRET not in everything_said(refusal("hashivault:key"))
    assert not echo.asked


def test_a_passphrase_that_opens_nothing(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    create_key_file(path, algorithm="ed25519", passphrase=b"another")
    assert SECRET not in everything_said(refusal(str(path)))


def test_a_pin_that_opens_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASSAY_PKCS11_PIN", raising=False)
    with softhsm(tmp_path / "hsm") as module:
        error = refusal(f"pkcs11:token={LABEL};object=p256?module-path={module}")
    assert error.what == "a wrong PIN"
    assert SECRET not in everything_said(error)


def test_a_private_key_that_is_damaged(monkeypatch: pytest.MonkeyPatch) -> None:
    pem = render_private_pem(generate_signer("ed25519"), passphrase=None).decode()
    secret = pem.splitlines()[1]
    monkeypatch.setenv("RELEASE_KEY", pem.replace(secret[:4], "AAAA", 1))
    error = refusal("env:RELEASE_KEY")
    assert str(error) == "[malformed] not a private key in PEM, at $RELEASE_KEY"
    assert secret[8:] not in everything_said(error)


@pytest.mark.parametrize(
    "uri",
    [
        f"pkcs11:token=a?pin-value={SECRET}",
        f"pkcs11:token=a;pin-value={SECRET}?module-path=/a",
        f"hashivault://user:{SECRET}@host/key",
    ],
)
def test_a_secret_in_a_uri_is_not_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uri: str
) -> None:
    """It should not be there; it is not passed on to logs of jobs either."""
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path))
    monkeypatch.setenv("ASSAY_SIGNER", uri)
    for command in (["list"], ["list", "--json"], ["show"]):
        done = CliRunner().invoke(app, command)
        assert SECRET not in done.output
        assert done.exception is None or SECRET not in everything_said(done.exception)


SECRETS = (
    "ASSAY_KEY_PASSPHRASE",
    "ASSAY_PKCS11_PIN",
    "VAULT_TOKEN",
    "AWS_SECRET_ACCESS_KEY",
    "RELEASE_KEY",
)


def test_a_child_that_reads_the_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scanner, or what it runs, sees none of what opens the keys; nor the socket of the agent."""
    for name in (*SECRETS, "SSH_AUTH_SOCK"):
        monkeypatch.setenv(name, SECRET)
    program = shutil.which("env")
    assert program is not None
    done = run_process((program,), cwd=tmp_path, seconds=20)
    assert SECRET in os.environ["VAULT_TOKEN"]
    assert SECRET.encode() not in done.output
