"""Parsing: hostile CSAF documents, and hostile files beside them."""

from datetime import UTC, datetime
from hashlib import sha256

import pytest

from assay.core.errors import MalformedError, RejectedError
from assay.core.verdict import Verdict
from assay.vuln.advisory import Unreadable
from assay.vuln.beside import check_digest_file
from assay.vuln.csaf.advisories import csaf_records
from assay.vuln.csaf.distribution import Document, Problem, Trusted, hold_document
from assay.vuln.csaf.providing import parse_index
from assay.vuln.csaf.validate import MAX_CSAF_BYTES, validate_csaf
from assay.vuln.csaf.vexread import read_csaf
from tests.vuln.csaf.documents import branch, changed, csaf, encoded, parsed, product
from tests.vuln.csaf.failing import relationship

AT = datetime(2026, 3, 1, tzinfo=UTC)


def deep(levels: int) -> bytes:
    """Return a document whose branches stand inside each other."""
    inside = branch("product_version", "1", product(3))
    for _ in range(levels):
        inside = branch("product_family", "f", [inside])
    return encoded(changed(csaf(), {"product_tree.branches.1": inside}))


def test_branches_without_end() -> None:
    """Depth: the tree of products may be as deep as somebody likes."""
    assert validate_csaf(deep(25)).verdict is Verdict.PASSED
    with pytest.raises(MalformedError, match="more than 64 levels"):
        validate_csaf(deep(40))


def test_a_repeated_key() -> None:
    """Duplicate JSON keys: two readers see two statuses."""
    data = encoded(csaf()).replace(b'"fixed": ["P2"]', b'"fixed": ["P2"], "fixed": ["P1"]')
    with pytest.raises(MalformedError, match="repeated key 'fixed'"):
        validate_csaf(data)


def test_size() -> None:
    with pytest.raises(MalformedError, match="where at most"):
        validate_csaf(b" " * (MAX_CSAF_BYTES + 1))


@pytest.mark.parametrize("number", ["9" * 5000, f"1.0.{'9' * 5000}", f"1.0.0-{'9' * 5000}"])
def test_numbers_that_are_no_numbers(number: str) -> None:
    entry = {"date": "2026-02-01T10:00:00Z", "number": number, "summary": "x"}
    changes = {
        "document.tracking.revision_history": [entry],
        "document.tracking.version": number,
    }
    document = changed(csaf(), changes)
    assert validate_csaf(encoded(document)).verdict is Verdict.FAILED


def test_products_made_of_each_other() -> None:
    """A circle of relationships is told, and walked once."""
    changes = {
        "product_tree.relationships": [relationship("A", "B", "P1"), relationship("B", "A", "P1")],
        "vulnerabilities.0.product_status": {"known_affected": ["A"]},
    }
    document = changed(csaf(), changes)
    assert "6.1.3" in {one.test for one in validate_csaf(encoded(document)).failures}
    (unread,) = read_csaf(parsed(document)).unread
    assert unread.why == "the product 'A': it is made of products that are not understood"


def test_groups_that_multiply() -> None:
    """Decompression bomb: 2,500 products in a group, and 1,000 remediations for it."""
    products = [product(number) for number in range(1, 2501)]
    names = [one["product_id"] for one in products]
    one = {"category": "workaround", "details": "w", "group_ids": ["G"]}
    changes = {
        "product_tree": {
            "full_product_names": products,
            "product_groups": [{"group_id": "G", "product_ids": names}],
        },
        "vulnerabilities.0.remediations": [one] * 1000,
    }
    document = changed(csaf(), changes)
    message = "more than 2000000 products in flags, remediations and threats"
    with pytest.raises(MalformedError, match=message):
        validate_csaf(encoded(document))
    with pytest.raises(MalformedError, match=message):
        read_csaf(parsed(document))
    (found,) = csaf_records("a.json", encoded(document))
    assert isinstance(found, Unreadable)


@pytest.mark.parametrize("path", ["../../etc/passwd.json", "/etc/2026/a.json", "2026/..\\a.json"])
def test_a_list_that_leads_elsewhere(path: str) -> None:
    """Path in an entry: a list names documents of its own folder, and nothing else."""
    with pytest.raises(MalformedError):
        parse_index(f"{path}\n".encode())


def test_terminal_sequences_in_names() -> None:
    """Terminal escape sequences in names: what is kept and told is printable."""
    named = {"name": "box\x1b[2J", "product_id": "P\x1b7"}
    document = changed(
        csaf(),
        {
            "product_tree.full_product_names": [named],
            "vulnerabilities.0.product_status.known_affected": ["P1", "P\x1b7"],
            "vulnerabilities.0.title": "\x1b]0;x",
        },
    )
    for found in csaf_records("a\x1b.json", encoded(document)):
        told = found.why if isinstance(found, Unreadable) else found.summary
        assert told.isprintable()


def test_a_digest_of_another_file_does_not_do() -> None:
    """Subject not compared with what was asked: the right digest under another name."""
    data = encoded(csaf())
    right = sha256(data).hexdigest().encode()
    check_digest_file(right + b"  a.json", data, name="a.json", suffix=".sha256")
    with pytest.raises(RejectedError):
        check_digest_file(right + b"  other.json", data, name="a.json", suffix=".sha256")


def test_a_signature_without_a_key_is_no_signature() -> None:
    """A policy that names no identity accepts any signer: without a key nothing is signed."""
    document = Document(path="a.json", data=encoded(csaf()), beside={".asc": b"anything"})
    held = hold_document(document, trusted=Trusted(keys=(), at=AT))
    assert [str(one) for one in held.found if "signature" in str(one)] == [
        "signature, a.json: no key was given (give the publisher's key with --key)"
    ]


def test_json_that_is_no_object() -> None:
    for data in (b"[]", b'"csaf_version"', b"1", b"null"):
        assert validate_csaf(data).verdict is Verdict.FAILED
        (found,) = csaf_records("a.json", data)
        assert isinstance(found, Unreadable)
        document = Document(path="a.json", data=data, beside={})
        held = hold_document(document, trusted=Trusted(keys=(), at=AT))
        assert any(isinstance(one, Problem) for one in held.found)
