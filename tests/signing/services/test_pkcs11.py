"""Keys of a token, against SoftHSM2."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pkcs11
import pytest

from assay.core.errors import AssayError
from assay.signing.keys import Signer
from assay.signing.services.pkcs11token import check_tries
from assay.signing.services.pkcs11token import told as told_of
from assay.signing.signers import open_signer
from assay.signing.signeruri import SignerUri
from tests.fakes.hsm import PIN, another_token, public_key_lost, softhsm


@pytest.fixture
def module(tmp_path: Path) -> Iterator[str]:
    with softhsm(tmp_path / "hsm") as module:
        yield module


@pytest.fixture(autouse=True)
def pin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_PKCS11_PIN", PIN)


def told(work: Callable[[], object]) -> str:
    with pytest.raises(AssayError) as caught:
        work()
    return str(caught.value)


def opened(attributes: str, module: str, **other: str) -> Signer:
    query = "".join(f"&{name}={value}" for name, value in other.items())
    return open_signer(f"pkcs11:{attributes}?module-path={module}{query}", passphrase=None)


def lose_sessions(module: str) -> None:
    """What happens when a token is pulled out and put back: every session has gone."""
    pkcs11.lib(module).reinitialize()


def tries_were_lost(module: str) -> bool:
    (token,) = pkcs11.lib(module).get_tokens(token_label=LABEL)
    return bool(token.flags & pkcs11.TokenFlag.USER_PIN_COUNT_LOW)


LABEL = "shop"
P256 = "token=shop;object=p256"


def test_by_its_id(module: str) -> None:
    by_id = opened("token=shop;id=%70%32%35%36", module)
    assert by_id.public == opened(P256, module).public


def test_sessions_are_opened_again(module: str) -> None:
    signer = opened(P256, module)
    for _ in range(3):
        lose_sessions(module)
        signer.public.verify(b"message", signer.sign(b"message"))


def test_two_keys_of_one_token(module: str) -> None:
    """The second finds somebody logged in."""
    statements, log = opened(P256, module), opened("token=shop;object=ed", module)
    statements.sign(b"statement")
    log.sign(b"checkpoint")


def test_several_threads(module: str) -> None:
    signer = opened(P256, module)
    failed = []

    def work() -> None:
        try:
            for number in range(20):
                signer.sign(b"%d" % number)
        except AssayError as error:
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed


def test_a_wrong_pin_is_tried_once(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def ask() -> bytes:
        asked.append(1)
        return b"0815"

    monkeypatch.delenv("ASSAY_PKCS11_PIN")
    uri = f"pkcs11:{P256}?module-path={module}"
    assert told(lambda: open_signer(uri, passphrase=ask)) == (
        f"[usage] a wrong PIN, at {uri!r} (it is not tried again, since that locks the token)"
    )
    assert asked == [1]
    assert tries_were_lost(module)


def test_a_pin_that_was_changed_is_tried_once(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server that signs goes on for days; the token must not be locked by it."""
    signer = opened(P256, module)
    monkeypatch.setenv("ASSAY_PKCS11_PIN", "0815")
    lose_sessions(module)
    uri = f"pkcs11:{P256}?module-path={module}"
    hint = "(it is not tried again, since that locks the token)"
    assert told(lambda: signer.sign(b"m")) == f"[usage] a wrong PIN, at {uri!r} {hint}"
    monkeypatch.setenv("ASSAY_PKCS11_PIN", PIN)  # nobody tells the signer
    assert told(lambda: signer.sign(b"m")) == f"[usage] the PIN was wrong, at {uri!r} {hint}"


@pytest.mark.parametrize("value", ["", "env:ASSAY_NO_SUCH_PIN"])
def test_no_pin_is_not_tried(module: str, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.delenv("ASSAY_PKCS11_PIN")
    other = {"pin-source": value} if value else {}
    assert told(lambda: opened(P256, module, **other)) == (
        "[usage] no PIN for the token (pin-source=, ASSAY_PKCS11_PIN, or a terminal to ask at)"
    )
    assert not tries_were_lost(module)


def test_pins_elsewhere(module: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("ASSAY_PKCS11_PIN")
    monkeypatch.setenv("OTHER_PIN", PIN)
    opened(P256, module, **{"pin-source": "env:OTHER_PIN"})
    file = tmp_path / "pin"
    file.write_text(f"{PIN}\n")
    file.chmod(0o600)
    for source in (f"file:{file}", f"file://{file}", str(file)):
        opened(P256, module, **{"pin-source": source})
    file.chmod(0o644)
    assert told(lambda: opened(P256, module, **{"pin-source": f"file:{file}"})) == (
        f"[usage] a private file that others may read, at {file} (chmod 600 {file})"
    )


def test_a_file_that_is_no_pin(module: str, tmp_path: Path) -> None:
    file = tmp_path / "pin"
    file.write_text(PIN.ljust(256, "\n"))
    file.chmod(0o600)
    opened(P256, module, **{"pin-source": str(file)})
    file.write_text(PIN.ljust(257, "\n"))
    assert told(lambda: opened(P256, module, **{"pin-source": str(file)})) == (
        f"[unavailable] larger than 256 bytes, at {file}"
    )


@pytest.mark.parametrize("source", ["|cat /etc/pin", "pin", "file:pin"])
def test_a_pin_is_not_run_or_searched_for(module: str, source: str) -> None:
    assert told(lambda: opened(P256, module, **{"pin-source": source})) == (
        f"[usage] pin-source {source!r} is not read (file:/path of a private file, or env:NAME)"
    )


KEYS = "private keys fit, where 1 is needed"
TOKENS = "0 tokens fit, where 1 is needed"
REFUSED = {
    "no-key": ("token=shop;object=none", f"0 {KEYS}", "name it: object=… or id=%…"),
    "several-keys": ("token=shop", f"5 {KEYS}", "name it: object=… or id=%…"),
} | {
    f"no-{name}": (f"{name}={value};object=p256", TOKENS, "name it: token=… or serial=…")
    for name, value in {
        "token": "none",
        "slot-id": "1",
        "serial": "1",
        "model": "other",
        "manufacturer": "other",
        "slot-manufacturer": "other",
        "slot-description": "other",
    }.items()
}


@pytest.mark.parametrize(("attributes", "what", "hint"), REFUSED.values(), ids=REFUSED)
def test_not_one(module: str, attributes: str, what: str, hint: str) -> None:
    uri = f"pkcs11:{attributes}?module-path={module}"
    assert told(lambda: open_signer(uri, passphrase=None)) == f"[usage] {what}, at {uri!r} ({hint})"


def test_by_all_that_tells_a_token(module: str) -> None:
    (token,) = pkcs11.lib(module).get_tokens(token_label=LABEL)
    attributes = {
        "token": token.label,
        "manufacturer": token.manufacturer_id,
        "model": token.model,
        "serial": token.serial.decode(),
        "slot-description": token.slot.slot_description,
        "slot-manufacturer": token.slot.manufacturer_id,
    }
    text = ";".join(f"{name}={quote(value.rstrip())}" for name, value in attributes.items())
    assert opened(f"{text};object=p256", module).public == opened(P256, module).public


def test_several_tokens(module: str) -> None:
    another_token(module, "another")
    with pytest.raises(AssayError) as caught:
        opened("object=p256", module)
    assert caught.value.what == "2 tokens fit, where 1 is needed"
    opened(P256, module)


def test_a_public_key_that_is_not_on_the_token(module: str) -> None:
    public_key_lost(module, "p256")
    uri = f"pkcs11:{P256}?module-path={module}"
    assert told(lambda: opened(P256, module)) == (
        f"[usage] 0 public keys with the id of the private one, at {uri!r} "
        "(put the public key onto the token, under the same id)"
    )


def test_an_rsa_key_needs_no_public_half(module: str) -> None:
    before = opened("token=shop;object=rsa", module).public
    public_key_lost(module, "rsa")
    assert opened("token=shop;object=rsa", module).public == before


def test_another_curve(module: str) -> None:
    uri = f"pkcs11:token=shop;object=p521?module-path={module}"
    assert told(lambda: open_signer(uri, passphrase=None)) == (
        f"[malformed] a key of another algorithm, or on another curve, at {uri!r}"
    )


def test_the_token_goes(module: str, tmp_path: Path) -> None:
    signer = opened(P256, module)
    (tmp_path / "hsm" / "tokens").rename(tmp_path / "pulled-out")
    (tmp_path / "hsm" / "tokens").mkdir()
    lose_sessions(module)
    with pytest.raises(AssayError) as caught:
        signer.sign(b"message")
    assert caught.value.what == "0 tokens fit, where 1 is needed"


@pytest.mark.parametrize("path", ["/nonexistent.so", "/etc/passwd"])
def test_a_module_that_is_none(path: str) -> None:
    uri = f"pkcs11:object=a?module-path={path}"
    assert told(lambda: open_signer(uri, passphrase=None)) == (
        f"[usage] the PKCS #11 module does not work, at {uri!r}"
    )


def test_no_module(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASSAY_PKCS11_MODULE", raising=False)
    message = (
        "[usage] no PKCS #11 module, at 'pkcs11:object=a' (?module-path=/path/to/the/module.so)"
    )
    assert told(lambda: open_signer("pkcs11:object=a", passphrase=None)) == message
    monkeypatch.setenv("ASSAY_PKCS11_MODULE", "relative.so")
    assert told(lambda: open_signer("pkcs11:object=a", passphrase=None)) == message


def test_the_module_of_the_environment(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_PKCS11_MODULE", module)
    open_signer(f"pkcs11:{P256}", passphrase=lambda: b"unused").sign(b"message")


@pytest.mark.parametrize(
    ("library", "uri", "message"),
    [
        (
            "pkcs11",
            "pkcs11:object=a",
            "python-pkcs11 is not installed (pip install 'assay[pkcs11]')",
        ),
        ("boto3", "awskms:alias/a", "boto3 is not installed (pip install 'assay[aws]')"),
    ],
)
def test_without_the_extra(tmp_path: Path, library: str, uri: str, message: str) -> None:
    """In a Python that does not find the library."""
    script = f"""
import importlib.abc, sys
class Hidden(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.split(".")[0] == {library!r}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Hidden())
from assay.core.errors import AssayError
from assay.signing.signers import open_signer
try:
    open_signer({uri!r}, passphrase=None)
except AssayError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={**os.environ},
    )
    assert done.stdout == f"[usage] {message}\n"


FINAL = (
    "[usage] one more wrong PIN would lock the token, at 'pkcs11:a' "
    "(log in with the token's own tool first)"
)
FLAGS = {
    "locked": (
        0x40000,
        "[usage] the token is locked, at 'pkcs11:a' (its security officer unlocks it)",
    ),
    "final-try": (
        0x20000,
        FINAL,
    ),
}


@pytest.mark.parametrize(("flag", "message"), FLAGS.values(), ids=FLAGS)
def test_a_token_that_no_pin_is_tried_on(flag: int, message: str) -> None:
    """CKF_USER_PIN_LOCKED and CKF_USER_PIN_FINAL_TRY, which SoftHSM2 never sets."""
    uri = SignerUri(kind="pkcs11", path="a", query="")
    initialised_and_few_tries_left = 0x408 | 0x10000
    check_tries(initialised_and_few_tries_left, uri)
    assert told(lambda: check_tries(initialised_and_few_tries_left | flag, uri)) == message


FAULTS = {
    "locked": (pkcs11.PinLocked(), "[usage] the token is locked, at 'pkcs11:a'"),
    "memory": (pkcs11.DeviceMemory(), "[unavailable] the token fails: DeviceMemory, at 'pkcs11:a'"),
}


@pytest.mark.parametrize(("fault", "message"), FAULTS.values(), ids=FAULTS)
def test_faults_of_a_token(fault: pkcs11.PKCS11Error, message: str) -> None:
    def failing() -> None:
        with told_of(SignerUri(kind="pkcs11", path="a", query="")):
            raise fault

    assert told(failing) == message
