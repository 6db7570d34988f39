"""`assay verify --bundle` and `assay sign`: files, expectations, and what is told."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from assay.core.errors import AssayError
from assay.operations.sign_file import sign_file
from assay.operations.verify_bundle import BundleVerified, Expected, verify_bundle_file
from assay.signing.keyfile import create_key_file
from tests.evidence.sigstore.case import (
    ARTIFACT,
    PREDICATE_TYPE,
    Case,
    keyless_v2,
    managed,
    statement_v1,
    trusted_root,
)
from tests.fakes.certificates import IDENTITY, ISSUER

NOW: Final = datetime(2026, 9, 1, tzinfo=UTC)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "artifact").write_bytes(ARTIFACT)
    (tmp_path / "root.json").write_bytes(trusted_root())
    return tmp_path


KEYLESS: Final = Expected(identity=IDENTITY, issuer=ISSUER, trusted_root=Path("root.json"))


def verify(
    case: Case | None = None, *, expected: Expected = KEYLESS, artifact: str = "artifact"
) -> BundleVerified:
    if case is not None:
        Path("bundle.json").write_text(json.dumps(case.bundle))
    return verify_bundle_file(
        artifact, bundle=Path("bundle.json"), expected=expected, clock=lambda: NOW
    )


def refusal(case: Case | None, expected: Expected, artifact: str = "artifact") -> str:
    with pytest.raises(AssayError) as caught:
        verify(case, expected=expected, artifact=artifact)
    return str(caught.value)


@pytest.mark.usefixtures("here")
def test_an_identity() -> None:
    digest = hashlib.sha256(ARTIFACT).hexdigest()
    document = verify(keyless_v2()).as_json()
    index = document.pop("logged")
    assert document == {
        "verdict": "PASSED",
        "artifact": f"sha256:{digest}",
        "signedBy": f"{IDENTITY} ({ISSUER})",
        "predicateType": None,
        "times": [
            {
                "at": "2026-06-01T12:01:00Z",
                "source": "timestamp authority https://authority.example.test",
            }
        ],
        "notChecked": [],
    }
    assert isinstance(index, list)
    assert index[0]["log"] == "https://log.example.test"


@pytest.mark.usefixtures("here")
def test_a_digest_where_there_is_no_such_file() -> None:
    named = f"sha256:{hashlib.sha256(ARTIFACT).hexdigest()}"
    verify(keyless_v2(), artifact=named)
    verify(keyless_v2(), artifact=f"sha256:{named[7:].upper()}")
    assert refusal(keyless_v2(), KEYLESS, named[:-1]) == f"[usage] no such file, at {named[:-1]}"
    Path(named).write_bytes(b"a file of this name\n")
    assert refusal(keyless_v2(), KEYLESS, named) == (
        "[rejected] the bundle is for another artifact, at messageSignature.messageDigest"
    )


@pytest.mark.usefixtures("here")
def test_a_statement() -> None:
    expected = replace(KEYLESS, predicate_type=PREDICATE_TYPE)
    assert verify(statement_v1(), expected=expected).as_json()["predicateType"] == PREDICATE_TYPE
    other = replace(expected, predicate_type="urn:other")
    assert "where 'urn:other' is asked for" in refusal(statement_v1(), other)


@pytest.mark.usefixtures("here")
def test_a_key_with_and_without_a_trusted_root() -> None:
    case = managed()
    from assay.signing.spki import render_public_pem  # noqa: PLC0415  # one use

    signer = case.signer
    Path("key.pub").write_bytes(render_public_pem(signer.key.spki))  # type: ignore[union-attr]
    [gap] = verify(case, expected=Expected(key="key.pub")).not_checked
    assert gap.remedy == "give --trusted-root"
    logged = Expected(key="key.pub", trusted_root=Path("root.json"))
    assert verify(case, expected=logged).not_checked == ()


REFUSED: Final = {
    "no trusted root": (
        replace(KEYLESS, trusted_root=None),
        "[usage] whose certificates and logs count is not said (give --trusted-root)",
    ),
    "no such root": (
        replace(KEYLESS, trusted_root=Path("absent")),
        "[usage] no such file, at absent",
    ),
    "no such key": (Expected(key="absent.pub"), "[usage] no such file, at absent.pub"),
    "no key": (
        Expected(key="artifact"),
        "[malformed] not a public key in PEM, at artifact",
    ),
    "an unknown kind of signer": (
        Expected(key="carrier-pigeon:home"),
        "[usage] no kind of signer 'carrier-pigeon'",
    ),
    "an identity that cannot be printed": (
        replace(KEYLESS, identity="a\x1b[2J"),
        "[usage] empty, too long, or cannot be printed, at subject",
    ),
}


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(("expected", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(expected: Expected, message: str) -> None:
    assert refusal(keyless_v2(), expected).startswith(message)


@pytest.mark.usefixtures("here")
def test_files_that_are_not_there() -> None:
    assert refusal(keyless_v2(), KEYLESS, "absent") == "[usage] no such file, at absent"
    Path("bundle.json").unlink()
    assert refusal(None, KEYLESS) == "[usage] no such file, at bundle.json"


def test_sign_and_verify(here: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("keys") / "key.pem"
    signer = create_key_file(path, algorithm="ed25519")
    signed = sign_file(here / "artifact", signer_uri=str(path), bundle=here / "bundle.json")
    assert signed.as_json() == {
        "artifact": f"sha256:{hashlib.sha256(ARTIFACT).hexdigest()}",
        "keyId": signer.public.key_id,
        "bundle": str(here / "bundle.json"),
        "notChecked": [],
    }
    (here / "key.pub").write_bytes(signer.public.pem)
    verify(expected=Expected(key="key.pub"))
    verify(expected=Expected(key=f"file:{here / 'key.pub'}"))
    (here / "artifact").write_bytes(b"changed\n")
    assert refusal(None, Expected(key="key.pub")) == (
        "[rejected] the bundle is for another artifact, at messageSignature.messageDigest"
    )
