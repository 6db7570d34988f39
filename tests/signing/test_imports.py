"""Verifying must not pay for signing: what each module pulls in."""

import subprocess
import sys

import pytest

HEAVY = ("boto3", "botocore", "pkcs11", "cryptography", "asn1crypto")
LIGHT = (
    "assay.signing.keys",
    "assay.signing.spki",
    "assay.signing.signers",
    "assay.signing.keyfile",
)


def pulled_in(script: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{script}\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.partition(".")[0] for name in done.stdout.split()}


@pytest.mark.parametrize("module", LIGHT)
def test_light_modules(module: str) -> None:
    assert pulled_in(f"import {module}").isdisjoint(HEAVY)


def test_verifying_needs_no_service() -> None:
    """All that reads, judges and records, with the keys in files."""
    found = pulled_in("import assay.operations.record, assay.signing.asymmetric, assay.cli.app")
    assert "cryptography" in found
    assert found.isdisjoint({"boto3", "botocore", "pkcs11"})
