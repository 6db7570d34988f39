"""A token of SoftHSM2 in a folder of the test, with one key of each kind."""

import atexit
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

import pytest

PIN: Final = "shut-4711"  # in no digest: what is shown has key ids in hex
LABEL: Final = "shop"
_MODULES: Final = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
)
OBJECTS: Final = {
    "ed25519": "ed",
    "ecdsa-p256": "p256",
    "ecdsa-p384": "p384",
    "rsa-pss": "rsa",
}


def module_path() -> str:
    """Return the path of SoftHSM2's module, or skip."""
    found = next((path for path in _MODULES if Path(path).exists()), None)
    if found is None or shutil.which("softhsm2-util") is None:
        pytest.skip("softhsm2 is not installed")
    return found


@contextmanager
def softhsm(folder: Path) -> Iterator[str]:
    """Put the token `shop`, with keys in it, into `folder`; yield the path of the module.

    The keys are made once, and copied: RSA keys take their time.
    """
    module = module_path()
    shutil.copytree(_made(module) / "tokens", folder / "tokens")
    with _configured(folder):
        _start(module)
        yield module


@contextmanager
def _configured(folder: Path) -> Iterator[None]:
    """Have SoftHSM2 look for its tokens in `folder`: in this process, and in its children."""
    (folder / "tokens").mkdir(parents=True, exist_ok=True)
    configuration = folder / "softhsm2.conf"
    configuration.write_text(
        f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(configuration))
        yield


def _start(module: str) -> None:
    """Have the module read its configuration: it does that when it is initialised."""
    import pkcs11  # noqa: PLC0415  # an extra

    pkcs11.lib(module).reinitialize()


@cache
def _made(module: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="assay-softhsm-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with _configured(folder):
        _init_token(LABEL)
        _start(module)
        _make_keys(module)
    return folder


def _init_token(label: str) -> None:
    command = ["softhsm2-util", "--init-token", "--free", "--label", label]
    subprocess.run([*command, "--so-pin", "0000", "--pin", PIN], check=True, capture_output=True)


def another_token(module: str, label: str) -> None:
    """Make a second token, which holds nothing."""
    _init_token(label)
    _start(module)


def _make_keys(module: str) -> None:
    import pkcs11  # noqa: PLC0415  # an extra
    from pkcs11 import Attribute, KeyType, Mechanism  # noqa: PLC0415

    curves = {
        "ed": bytes.fromhex("06032b6570"),
        "p256": bytes.fromhex("06082a8648ce3d030107"),
        "p384": bytes.fromhex("06052b81040022"),
        "p521": bytes.fromhex("06052b81040023"),
    }
    token = pkcs11.lib(module).get_token(token_label=LABEL)
    with token.open(user_pin=PIN, rw=True) as session:
        for name, parameters in curves.items():
            edwards = name == "ed"
            kind = KeyType.EC_EDWARDS if edwards else KeyType.EC
            domain = session.create_domain_parameters(
                kind, {Attribute.EC_PARAMS: parameters}, local=True
            )
            how = Mechanism.EC_EDWARDS_KEY_PAIR_GEN if edwards else None
            domain.generate_keypair(store=True, label=name, id=name.encode(), mechanism=how)
        session.generate_keypair(KeyType.RSA, 2048, store=True, label="rsa", id=b"rsa")


def public_key_lost(module: str, name: str) -> None:
    """Delete the public half of a key."""
    import pkcs11  # noqa: PLC0415  # an extra
    from pkcs11 import Attribute, ObjectClass  # noqa: PLC0415

    _start(module)
    token = pkcs11.lib(module).get_token(token_label=LABEL)
    with token.open(user_pin=PIN, rw=True) as session:
        sought = {Attribute.CLASS: ObjectClass.PUBLIC_KEY, Attribute.LABEL: name}
        for key in list(session.get_objects(sought)):
            key.destroy()
