"""What is written is read by ourselves, by sigstore-python's models, and by cosign."""

import base64
import hashlib
import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from sigstore_models.bundle.v1 import Bundle as OtherBundle

from assay.core.digest import sha256_of
from assay.core.errors import AssayError
from assay.evidence.envelope import seal_statement
from assay.evidence.sigstore.expectation import Blob, Claim, KeyAlone
from assay.evidence.sigstore.keys import parse_signature_key
from assay.evidence.sigstore.message import BytesMessage
from assay.evidence.sigstore.verify import verify_bundle
from assay.evidence.sigstore.write import BLOB_ALGORITHMS, render_statement_bundle, sign_blob
from assay.evidence.statement import Statement, Subject
from assay.signing.asymmetric import generate_signer
from assay.signing.keys import Signer

ARTIFACT: Final = b"an artifact\n"
KIND: Final = "https://example.test/predicate/v1"
AT: Final = datetime(2026, 6, 1, tzinfo=UTC)
COSIGN: Final = shutil.which("cosign")
STATEMENT: Final = Statement(
    subjects=(Subject(name="artifact", digest=sha256_of(ARTIFACT)),),
    predicate_type=KIND,
    predicate={"answer": 42},
)


def verify(bundle: bytes, signer: Signer, *, statement: bool) -> None:
    artifact = BytesMessage(data=ARTIFACT)
    verify_bundle(
        bundle,
        expected=Claim(artifact=artifact, predicate_type=KIND)
        if statement
        else Blob(artifact=artifact),
        signer=KeyAlone(key=parse_signature_key(signer.public.pem)),
        at=AT,
    )


@pytest.mark.parametrize("algorithm", BLOB_ALGORITHMS)
def test_a_signed_file(algorithm: str) -> None:
    signer = generate_signer(algorithm)
    bundle = sign_blob(ARTIFACT, signer=signer)
    verify(bundle, signer, statement=False)
    assert OtherBundle.from_json(bundle).message_signature is not None
    other = generate_signer(algorithm)
    with pytest.raises(AssayError, match="not a signature by the key"):
        verify(bundle, other, statement=False)


def test_the_bundle_of_a_file_whole() -> None:
    """Other tools look for the digest before they read the file."""
    signer = generate_signer("ed25519")
    document = json.loads(sign_blob(ARTIFACT, signer=signer))
    digest = base64.b64encode(hashlib.sha256(ARTIFACT).digest()).decode()
    signature = document["messageSignature"].pop("signature")
    signer.public.verify(ARTIFACT, base64.b64decode(signature))
    hint = base64.b64encode(bytes.fromhex(signer.public.key_id)).decode()
    assert document == {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "messageSignature": {"messageDigest": {"algorithm": "SHA2_256", "digest": digest}},
        "verificationMaterial": {"publicKey": {"hint": hint}, "tlogEntries": []},
    }


@pytest.mark.parametrize("algorithm", [*BLOB_ALGORITHMS, "rsa-pss"])
def test_a_statement(algorithm: str) -> None:
    signer = generate_signer(algorithm)
    envelope = seal_statement(STATEMENT, signers=(generate_signer("ed25519"), signer))
    bundle = render_statement_bundle(envelope, key=signer.public)
    verify(bundle, signer, statement=True)
    read = OtherBundle.from_json(bundle)
    assert read.dsse_envelope is not None
    assert len(read.dsse_envelope.signatures) == 1


def test_the_hint_is_what_other_clients_write(shared_data: Path) -> None:
    """The SHA-256 of the SubjectPublicKeyInfo in base64, as in the vector of a managed key."""
    case = shared_data / "vectors" / "sigstore" / "managed-key-happy-path"
    theirs = json.loads((case / "bundle.sigstore.json").read_bytes())
    spki = parse_signature_key((case / "key.pub").read_bytes()).spki
    signer = generate_signer("ed25519")
    ours = json.loads(sign_blob(ARTIFACT, signer=signer))
    hint = theirs["verificationMaterial"]["publicKey"]["hint"]
    assert hint.startswith("TLMs")
    assert hashlib.sha256(spki).digest() == base64.b64decode(hint)
    assert base64.b64decode(ours["verificationMaterial"]["publicKey"]["hint"]) == bytes.fromhex(
        signer.public.key_id
    )


def test_a_statement_that_the_key_did_not_sign() -> None:
    envelope = seal_statement(STATEMENT, signers=(generate_signer("ed25519"),))
    other = generate_signer("ed25519").public
    with pytest.raises(AssayError) as caught:
        render_statement_bundle(envelope, key=other)
    assert str(caught.value) == (
        f"[signature-invalid] not signed by the key {other.key_id[:16]}, at signatures"
    )


def test_a_key_that_no_other_tool_would_take() -> None:
    with pytest.raises(AssayError) as caught:
        sign_blob(ARTIFACT, signer=generate_signer("rsa-pss"))
    assert str(caught.value) == (
        "[usage] a rsa-pss key signs no files for Sigstore's tools "
        "(use one of ecdsa-p256, ecdsa-p384, ed25519)"
    )


@pytest.mark.slow
@pytest.mark.skipif(COSIGN is None, reason="cosign is not installed")
@pytest.mark.parametrize("algorithm", ["ed25519", "ecdsa-p256"])
def test_cosign_verifies_it(algorithm: str, tmp_path: Path) -> None:
    """With `--insecure-ignore-tlog`: a bundle of ours is in our log, which cosign knows not."""
    signer = generate_signer(algorithm)
    envelope = seal_statement(STATEMENT, signers=(signer,))
    (tmp_path / "artifact").write_bytes(ARTIFACT)
    (tmp_path / "other").write_bytes(b"other\n")
    (tmp_path / "key.pub").write_bytes(signer.public.pem)
    (tmp_path / "blob").write_bytes(sign_blob(ARTIFACT, signer=signer))
    (tmp_path / "statement").write_bytes(render_statement_bundle(envelope, key=signer.public))

    def cosign(command: str, bundle: str, artifact: str, *more: str) -> int:
        arguments = ("--key", "key.pub", "--bundle", bundle, "--insecure-ignore-tlog", *more)
        return subprocess.run(
            [str(COSIGN), command, *arguments, artifact],
            cwd=tmp_path,
            capture_output=True,
            timeout=120,
            check=False,
        ).returncode

    assert cosign("verify-blob", "blob", "artifact") == 0
    assert cosign("verify-blob", "blob", "other") != 0
    assert cosign("verify-blob-attestation", "statement", "artifact", "--type", KIND) == 0
    assert cosign("verify-blob-attestation", "statement", "other", "--type", KIND) != 0
    assert cosign("verify-blob-attestation", "statement", "artifact", "--type", "custom") != 0


@pytest.mark.slow
@pytest.mark.skipif(COSIGN is None, reason="cosign is not installed")
def test_we_verify_what_cosign_signs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COSIGN_PASSWORD", "")
    (tmp_path / "artifact").write_bytes(ARTIFACT)

    def cosign(*arguments: str) -> None:
        ended = subprocess.run(
            [str(COSIGN), *arguments], cwd=tmp_path, capture_output=True, timeout=120, check=False
        )
        assert ended.returncode == 0, ended.stderr

    cosign("generate-key-pair")
    offline = ("--use-signing-config=false", "--tlog-upload=false", "--yes")
    cosign("sign-blob", "--key", "cosign.key", "--bundle", "blob", *offline, "artifact")
    key = parse_signature_key((tmp_path / "cosign.pub").read_bytes())
    expected = Blob(artifact=BytesMessage(data=ARTIFACT))
    data = (tmp_path / "blob").read_bytes()
    verify_bundle(data, expected=expected, signer=KeyAlone(key=key), at=AT)
