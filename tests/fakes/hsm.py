"""A token of SoftHSM2 in a folder of the test, with one key of each kind."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

PIN: Final = "4711"
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
    """Make the token `shop` with keys in it; yield the path of the module.

    SoftHSM2 reads SOFTHSM2_CONF when its module is initialised: in this process, anew for each
    token, and in children.
    """
    import pkcs11  # noqa: PLC0415  # an extra

    module = module_path()
    (folder / "tokens").mkdir(parents=True)
    configuration = folder / "softhsm2.conf"
    configuration.write_text(
        f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(configuration)
    try:
        _init_token(LABEL)
        library = pkcs11.lib(module)
        library.reinitialize()
        _make_keys(module)
        yield module
    finally:
        os.environ.pop("SOFTHSM2_CONF")
        if before is not None:
            os.environ["SOFTHSM2_CONF"] = before


def _init_token(label: str) -> None:
    command = ["softhsm2-util", "--init-token", "--free", "--label", label]
    subprocess.run([*command, "--so-pin", "0000", "--pin", PIN], check=True, capture_output=True)


def another_token(module: str, label: str) -> None:
    """Make a second token, which holds nothing."""
    import pkcs11  # noqa: PLC0415  # an extra

    _init_token(label)
    pkcs11.lib(module).reinitialize()


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

    pkcs11.lib(module).reinitialize()
    token = pkcs11.lib(module).get_token(token_label=LABEL)
    with token.open(user_pin=PIN, rw=True) as session:
        sought = {Attribute.CLASS: ObjectClass.PUBLIC_KEY, Attribute.LABEL: name}
        for key in list(session.get_objects(sought)):
            key.destroy()
