"""The client for sigstore-conformance, run as the suite runs it."""

import hashlib
import os
import subprocess
from pathlib import Path
from typing import Final

import pytest

from tests.evidence.sigstore.vectors import Vector, vectors

CLIENT: Final = Path(__file__).with_name("sigstore_client")
VECTORS: Final = tuple(vectors())
SOME: Final = frozenset(
    {
        "happy-path-v0.3",
        "happy-path-intoto-in-dsse-v3",
        "managed-key-happy-path",
        "wrong-material_fail",
    }
)


def run(*arguments: str, **environment: str) -> int:
    ended = subprocess.run(
        [str(CLIENT), *arguments],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    assert b"Traceback" not in ended.stderr
    return ended.returncode


def verify(vector: Vector, artifact: str = "") -> int:
    """Verify as the suite does: by the key where the case has one, else by the identity."""
    signer = (
        ("--key", str(vector.key))
        if vector.key
        else (
            *("--certificate-identity", vector.identity),
            *("--certificate-oidc-issuer", vector.issuer),
        )
    )
    root = ("--trusted-root", str(vector.trusted_root))
    bundle = ("--bundle", str(vector.bundle))
    return run("verify-bundle", *bundle, *signer, *root, artifact or str(vector.artifact))


def test_some_vectors(shared_data: Path) -> None:
    assert shared_data.is_dir()
    for vector in VECTORS:
        if vector.name in SOME:
            assert (verify(vector) == 0) is vector.accepted, vector.name


def test_a_digest_stands_for_the_artifact(shared_data: Path) -> None:
    assert shared_data.is_dir()
    [vector] = [v for v in VECTORS if v.name == "happy-path-v0.3"]
    digest = hashlib.sha256(vector.artifact.read_bytes()).hexdigest()
    assert verify(vector, f"sha256:{digest}") == 0
    assert verify(vector, f"sha256:{'00' * 32}") == 1
    assert verify(vector, f"sha256:{digest[:-2]}") == 2  # taken for the name of a file


@pytest.mark.slow
@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v.name)
def test_all_vectors(vector: Vector) -> None:
    assert (verify(vector) == 0) is vector.accepted


def test_signing_is_not_supported() -> None:
    assert run("sign-bundle", "--identity-token", "x", "--bundle", "b", "f") == 3


def test_a_key_and_an_identity_at_once(shared_data: Path) -> None:
    assert shared_data.is_dir()
    [vector] = [v for v in VECTORS if v.name == "managed-key-happy-path"]
    both = (
        *("--bundle", str(vector.bundle), "--key", str(vector.key)),
        *("--certificate-identity", vector.identity, "--certificate-oidc-issuer", vector.issuer),
        *("--trusted-root", str(vector.trusted_root)),
    )
    assert run("verify-bundle", *both, str(vector.artifact)) == 2
