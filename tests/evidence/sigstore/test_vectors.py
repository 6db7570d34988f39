"""The public vectors of sigstore-conformance, and bundles that builders of others have made."""

import base64
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from assay.core.errors import AssayError, MalformedError
from assay.evidence.sigstore.bundle import DsseContent, parse_bundle
from assay.evidence.sigstore.certificate import load_leaf, read_identity
from assay.evidence.sigstore.expectation import Blob, Claim, KeylessSigner, LoggedKey, Signer
from assay.evidence.sigstore.keys import parse_signature_key
from assay.evidence.sigstore.message import BytesMessage, DigestMessage, Message
from assay.evidence.sigstore.verify import verify_bundle
from assay.evidence.statement import STATEMENT_TYPES, parse_statement
from assay.signing.principals import OidcIdentity
from tests.evidence.sigstore import oracle
from tests.evidence.sigstore.case import LATER, Case
from tests.evidence.sigstore.test_mutations import answer, changes, leaves, with_leaf
from tests.evidence.sigstore.vectors import FOLDER, Vector, vectors

VECTORS: Final = tuple(vectors())
KEYLESS: Final = tuple(v for v in VECTORS if v.key is None)


def expected(data: bytes, artifact: Message) -> Blob | Claim:
    """Expect what the bundle says that it is: the vectors have no opinion."""
    try:
        content = parse_bundle(data).content
    except MalformedError:
        return Blob(artifact=artifact)
    if not isinstance(content, DsseContent):
        return Blob(artifact=artifact)
    claimed = parse_statement(content.payload, types=STATEMENT_TYPES)
    return Claim(artifact=artifact, predicate_type=claimed.predicate_type)


def signer(vector: Vector) -> Signer:
    root = vector.trusted_root.read_bytes()
    if vector.key is not None:
        return LoggedKey(key=parse_signature_key(vector.key.read_bytes()), trusted_root=root)
    identity = OidcIdentity(issuer=vector.issuer, subject=vector.identity)
    return KeylessSigner(identity=identity, trusted_root=root)


def is_accepted(vector: Vector, data: bytes) -> bool:
    artifact = BytesMessage(data=vector.artifact.read_bytes())
    try:
        verify_bundle(data, expected=expected(data, artifact), signer=signer(vector), at=LATER)
    except AssayError:
        return False
    return True


def case_of(vector: Vector) -> Case:
    data = vector.bundle.read_bytes()
    artifact = BytesMessage(data=vector.artifact.read_bytes())
    return Case(bundle=json.loads(data), signer=signer(vector), expected=expected(data, artifact))


def test_the_vectors_are_there(shared_data: Path) -> None:
    assert shared_data.is_dir()
    assert len(VECTORS) >= 40
    assert {v.accepted for v in VECTORS} == {True, False}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v.name)
def test_each_vector_gets_its_answer(vector: Vector) -> None:
    assert is_accepted(vector, vector.bundle.read_bytes()) is vector.accepted


@pytest.mark.parametrize("vector", KEYLESS, ids=lambda v: v.name)
def test_the_oracle_agrees(vector: Vector) -> None:
    try:
        case = case_of(vector)
    except ValueError:
        assert not vector.accepted
        return
    assert oracle.accepts(case) is vector.accepted


@pytest.mark.slow
@pytest.mark.parametrize("vector", [v for v in KEYLESS if v.accepted], ids=lambda v: v.name)
def test_each_field_of_an_accepted_vector_counts(vector: Vector) -> None:
    case = case_of(vector)
    before = answer(case)
    assert before is not None
    for path, text in leaves(case.bundle):
        for changed in changes(text):
            mutant = with_leaf(case, path, changed)
            found = answer(mutant)
            assert found in (None, before), path
            assert found is None or oracle.accepts(mutant), path


@pytest.mark.parametrize("vector", [v for v in VECTORS if v.accepted], ids=lambda v: v.name)
def test_somebody_else_never_signed(vector: Vector) -> None:
    data = vector.bundle.read_bytes()
    other = replace(vector, identity=vector.identity + "x", issuer=vector.issuer)
    if vector.key is None:
        assert not is_accepted(other, data)
        assert not is_accepted(replace(vector, issuer="https://example.test"), data)
    artifact = replace(vector, artifact=vector.bundle)
    assert not is_accepted(artifact, data)


# --- bundles in the wild


def provenances() -> Iterator[tuple[str, bytes]]:
    """Yield the bundles with a certificate: whole files, and those in what npm answers."""
    archive = FOLDER.parent / "slsa" / "provenances.zip"
    if not archive.exists():
        return
    with zipfile.ZipFile(archive) as opened:
        for name in opened.namelist():
            data = opened.read(name)
            if b"application/vnd.dev.sigstore.bundle" not in data:
                continue
            document = json.loads(data)
            if "mediaType" in document:
                yield name, data
            for index, item in enumerate(document.get("attestations", ())):
                if "x509CertificateChain" in item["bundle"]["verificationMaterial"]:
                    yield f"{name} {index}", json.dumps(item["bundle"]).encode()


PROVENANCES: Final = dict(provenances())
ROOT_INSIDE: Final = "[rejected] a root certificate in the bundle"
CHANGED: Final = "[signature-invalid] not a signature by the key"


@pytest.mark.parametrize("name", PROVENANCES)
def test_provenance_of_other_builders(name: str) -> None:
    """Everybody's own certificate says who signed; what counts is that all of it holds offline."""
    data = PROVENANCES[name]
    bundle = parse_bundle(data)
    assert isinstance(bundle.content, DsseContent)
    claimed = parse_statement(bundle.content.payload, types=STATEMENT_TYPES)
    artifact = DigestMessage(known=claimed.subjects[0].digest)
    expected_claim = Claim(artifact=artifact, predicate_type=claimed.predicate_type)
    root = (FOLDER / "trusted_root.public-good.json").read_bytes()
    identity = read_identity(load_leaf(bundle.certificates[:1]))
    asked = KeylessSigner(identity=identity, trusted_root=root)
    try:
        found = verify_bundle(data, expected=expected_claim, signer=asked, at=LATER)
    except AssayError as error:
        told = str(error)
        assert told == ROOT_INSIDE or ("invalidsigprov" in name and told.startswith(CHANGED))
        return
    assert "invalidsigprov" not in name
    assert found.payload == base64.b64decode(json.loads(data)["dsseEnvelope"]["payload"])
    assert found.logged
    assert found.times
