"""in-toto Statement v1."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.digest import Digest
from assay.core.errors import MalformedError
from assay.evidence.statement import (
    STATEMENT_TYPE,
    Statement,
    Subject,
    parse_statement,
    render_statement,
)
from tests.fakes.trust import COMMIT, statement

DIGEST = {"gitCommit": COMMIT.hex}


def document(**changes: object) -> bytes:
    whole: dict[str, object] = {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": "shop", "digest": DIGEST}],
        "predicateType": "urn:x",
        "predicate": {"a": 1},
    }
    whole.update(changes)
    return json.dumps({k: v for k, v in whole.items() if v != "absent"}).encode()


def test_what_is_rendered_is_read_back() -> None:
    made = statement({"nested": {"list": [1, "é", None, True]}})
    assert parse_statement(render_statement(made)) == made


def test_the_form() -> None:
    assert render_statement(statement({"a": 1})) == (
        b'{"_type":"https://in-toto.io/Statement/v1","predicate":{"a":1},'
        b'"predicateType":"urn:example:predicate:kind:v1",'
        b'"subject":[{"digest":{"gitCommit":"' + COMMIT.hex.encode() + b'"},"name":"shop"}]}'
    )


def test_several_digests_of_one_subject() -> None:
    both = {"sha256": "ab" * 32, "gitCommit": COMMIT.hex, "sha1": "of an unknown algorithm"}
    read = parse_statement(document(subject=[{"name": "shop", "digest": both}]))
    assert read.subjects == (
        Subject(name="shop", digest=Digest("sha256", "ab" * 32)),
        Subject(name="shop", digest=COMMIT),
    )


def test_the_predicate_may_be_unset_and_the_name_too() -> None:
    read = parse_statement(document(predicate="absent", subject=[{"digest": DIGEST}]))
    assert (dict(read.predicate), read.subjects[0].name) == ({}, "")


def test_members_that_the_specification_does_not_name_are_ignored() -> None:
    assert parse_statement(document(extra=1)) == parse_statement(document())


REFUSED = {
    "not-json": (b"{", None),
    "another-type": (
        document(_type="https://in-toto.io/Statement/v0.1"),
        (
            "[malformed] type 'https://in-toto.io/Statement/v0.1', where "
            "'https://in-toto.io/Statement/v1' is read, at _type"
        ),
    ),
    "no-type": (document(_type="absent"), "[malformed] no _type, at _type"),
    "no-subject-member": (document(subject="absent"), "[malformed] no subject, at subject"),
    "no-subjects": (document(subject=[]), "[malformed] no subjects, at subject"),
    "no-digest": (
        document(subject=[{"name": "shop"}]),
        "[malformed] no digest, at subject[0].digest",
    ),
    "an-empty-digest": (
        document(subject=[{"digest": {}}]),
        "[malformed] no digest of a known algorithm, at subject[0].digest (add sha256)",
    ),
    "only-unknown-digests": (
        document(subject=[{"digest": DIGEST}, {"digest": {"md5": "00"}}]),
        "[malformed] no digest of a known algorithm, at subject[1].digest (add sha256)",
    ),
    "a-digest-that-is-none": (
        document(subject=[{"digest": {"sha256": "00"}}]),
        "[malformed] '00' is no sha256 digest, at subject[0].digest.sha256",
    ),
    "a-digest-of-another-type": (
        document(subject=[{"digest": {"sha256": 7}}]),
        "[malformed] int where text is needed, at subject[0].digest.sha256",
    ),
    "no-predicate-type": (
        document(predicateType="absent"),
        "[malformed] no predicateType, at predicateType",
    ),
    "an-empty-predicate-type": (
        document(predicateType=""),
        "[malformed] empty, at predicateType",
    ),
    "a-predicate-that-is-no-object": (
        document(predicate=[1]),
        "[malformed] list where an object is needed, at predicate",
    ),
}


@pytest.mark.parametrize(("payload", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(payload: bytes, message: str | None) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_statement(payload)
    assert message is None or str(caught.value) == message


def test_a_statement_about_nothing_cannot_be_made() -> None:
    with pytest.raises(MalformedError) as caught:
        Statement(subjects=(), predicate_type="urn:x", predicate={})
    assert str(caught.value) == "[malformed] no subjects, at subject"


@given(st.binary(max_size=100))
def test_any_bytes_are_read_or_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        parse_statement(data)
