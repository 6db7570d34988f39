"""A publisher's folder: digests, signatures, names and lists, each held by itself."""

import hashlib
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from assay.core.notchecked import NotChecked
from assay.core.verdict import Verdict
from assay.signing.openpgp import PgpKey, parse_pgp_keys
from assay.vuln.csaf.distribution import (
    Document,
    Found,
    Held,
    Problem,
    Trusted,
    hold_document,
    hold_lists,
    verdict_of,
)
from assay.vuln.csaf.providing import Listed
from tests.fakes.pgp import CREATED, PgpForm, created, part, pgp_sign, public_block
from tests.vuln.csaf.documents import changed, csaf, encoded

DATA = encoded(csaf())
PATH = "2026/example-2026-001.json"
SHA256 = f"{hashlib.sha256(DATA).hexdigest()}  example-2026-001.json\n".encode()
KEY = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
STRANGER = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
AT = datetime.fromtimestamp(CREATED, tz=UTC)
RELEASED_AT = datetime(2026, 2, 1, 10, tzinfo=UTC)
HELD = Held(path=PATH, released_at=RELEASED_AT, namespace="https://x.example", found=())


def public(key: ed25519.Ed25519PrivateKey) -> PgpKey:
    (found,) = parse_pgp_keys(public_block(key).decode())
    return found


TRUSTED = Trusted(keys=(public(KEY),), at=AT)


def found(
    data: bytes = DATA, *, path: str = PATH, trusted: Trusted = TRUSTED, **beside: bytes
) -> list[str]:
    suffixes = {f".{name}": content for name, content in beside.items()}
    document = Document(path=path, data=data, beside=suffixes)
    return [str(one) for one in hold_document(document, trusted=trusted).found]


def test_a_document_with_its_digest_and_signature() -> None:
    assert found(sha256=SHA256, asc=pgp_sign(KEY, DATA)) == []


def test_what_is_not_beside_it_is_listed() -> None:
    assert found() == [
        f"digest, {PATH}: neither .sha256 nor .sha512 is beside it (fetch them too)",
        f"signature, {PATH}: no .asc is beside it (fetch it too)",
    ]


def test_without_a_key_the_signature_is_listed() -> None:
    nobody = Trusted(keys=(), at=AT)
    assert found(sha256=SHA256, asc=pgp_sign(KEY, DATA), trusted=nobody) == [
        f"signature, {PATH}: no key was given (give the publisher's key with --key)"
    ]


ENDED = PgpForm(own=created() + part(3, (1).to_bytes(4, "big")))
TO_COME = PgpForm(own=created(CREATED + 3600))
SIGNATURES = {
    "another key": (
        pgp_sign(STRANGER, DATA),
        "[rejected] signed by none of the keys that were given",
    ),
    "another document": (
        pgp_sign(KEY, DATA + b" "),
        "[rejected] signed by none of the keys that were given",
    ),
    "a time to come": (
        pgp_sign(KEY, DATA, TO_COME),
        "[rejected] the signature is of a time to come",
    ),
    "garbage": (b"garbage", "[malformed] not an armoured block of OpenPGP"),
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_signatures_refused(name: str) -> None:
    signature, why = SIGNATURES[name]
    (said,) = found(sha256=SHA256, asc=signature)
    assert said == f"{PATH}: {PATH}.asc: {why}"


def test_a_signature_that_ended_is_refused() -> None:
    later = Trusted(keys=TRUSTED.keys, at=datetime.fromtimestamp(CREATED + 2, tz=UTC))
    (said,) = found(sha256=SHA256, asc=pgp_sign(KEY, DATA, ENDED), trusted=later)
    assert said == f"{PATH}: {PATH}.asc: [rejected] the signature has ended"


def test_another_digest_is_a_problem() -> None:
    (said,) = found(sha256=b"0" * 64, asc=pgp_sign(KEY, DATA))
    assert said.startswith(f"{PATH}: [tampered] the sha256 digest is of something else")


def test_a_name_that_the_id_does_not_give_is_a_problem() -> None:
    (said,) = found(path="2026/a.json", sha256=SHA256.split()[0], asc=pgp_sign(KEY, DATA))
    assert said == ("2026/a.json: its id 'Example-2026-001' gives the name 'example-2026-001.json'")


def test_what_fails_a_test_of_csaf_is_a_problem() -> None:
    data = encoded(changed(csaf(), {"document.tracking.version": "2"}))
    (said,) = [one for one in found(data) if "6.1.16" in one]
    assert said.startswith(f"{PATH}: 6.1.16 Latest document version: version 2")


def test_what_is_no_json_is_a_problem() -> None:
    assert any("not strict JSON" in one for one in found(b"{"))


def lists(*listed: Listed, complete: bool = True) -> list[str]:
    return [str(one) for one in hold_lists(listed, [HELD], where="index.txt", complete=complete)]


@pytest.mark.parametrize("path", [PATH, f"https://x.example/white/{PATH}"])
def test_lists_that_agree(path: str) -> None:
    assert lists(Listed(path=path, changed_at=RELEASED_AT)) == []


def test_a_listed_document_that_is_not_here_is_listed() -> None:
    assert lists(Listed(path=PATH), Listed(path="2026/b.json")) == [
        (
            "CSAF document, 2026/b.json: index.txt lists it, and it is not here "
            "(fetch the folder again)"
        )
    ]


def test_a_document_that_is_in_no_list_is_a_problem() -> None:
    assert lists() == [f"{PATH}: index.txt does not list it"]
    assert lists(complete=False) == []


def test_another_date_is_a_problem() -> None:
    assert lists(Listed(path=PATH, changed_at=AT)) == [f"{PATH}: index.txt has another date for it"]


def gap(what: str) -> NotChecked:
    return NotChecked(what=what, where="a", why="b")


@pytest.mark.parametrize(
    ("said", "keyed", "expected"),
    [
        ([], True, Verdict.PASSED),
        ([gap("signature")], False, Verdict.PASSED),
        ([gap("signature")], True, Verdict.UNKNOWN),
        ([gap("digest")], False, Verdict.UNKNOWN),
        ([gap("CSAF document"), Problem(where="a", what="b")], False, Verdict.FAILED),
    ],
)
def test_verdicts(said: list[Found], *, keyed: bool, expected: Verdict) -> None:
    assert verdict_of(said, keyed=keyed) is expected
