"""The document that policies read, part by part."""

from dataclasses import replace
from datetime import datetime

import pytest

from assay.core.errors import RejectedError
from assay.core.verdict import Verdict
from assay.evidence.envelope import VerifiedStatement
from assay.gates.facts import build_facts
from assay.gates.parameters import Parameters
from assay.gates.reading import NOT_EVIDENCE, SUPERSESSION_TYPE
from assay.sbom.component import Component, Inventory
from assay.source.commit import SignatureKind
from assay.source.elsewhere import Submodule
from assay.source.signature import HeadSignature
from tests.fakes.forgefacts import forge, owners
from tests.fakes.reviewfacts import reviews
from tests.fakes.sourcefacts import CLONE, CONTENT
from tests.fakes.trust import BOB, COMMIT, NOW, OTHER_COMMIT, verified
from tests.gates import evidencekit
from tests.gates.evidencekit import GAP, HOUR, finding, sbom, scan, source, supersession
from tests.policy.cleandocument import CLEAN

FEEDS = {
    "advisories": "sha256:" + "00" * 32,
    "PyPI": "sha256:" + "11" * 32,
    "PyPI/importedAt": "2026-05-31T23:00:00Z",
    "PyPI/newestModified": "2026-05-31T22:00:00Z",
    "npm/importedAt": "2026-05-30T23:00:00Z",
}


def facts(*evidence: VerifiedStatement, at: datetime = NOW) -> dict[str, object]:
    return build_facts(subject=COMMIT, evidence=evidence, parameters=Parameters(), at=at)


def test_no_evidence_is_a_document_that_says_nothing() -> None:
    assert facts() == {
        "schema": "assay.facts/v1",
        "subject": str(COMMIT),
        "at": "2026-06-01T00:00:00Z",
        "parameters": {
            "secrets": {"severity": "medium", "rank": 2},
            "vulnerabilities": {"severity": "high", "rank": 1},
            "workflows": {"severity": "medium", "rank": 2},
            "code": {"severity": "high", "rank": 1},
            "configuration": {"severity": "high", "rank": 1},
            "scanners": [],
            "advisory_max_age_hours": 168,
            "evidence_max_age_hours": 720,
            "vex_max_age_hours": 8784,
        },
        "collectors": {},
        "evidence": [],
        "superseded": [],
        "refused": [],
        "scans": {},
        "imported": {},
        "advisories": {"imported": False, "feeds": []},
    }


def test_collectors_with_the_age_of_their_newest_report_and_all_who_signed() -> None:
    document = facts(
        scan("code", at=NOW - 30 * HOUR), scan("code", at=NOW - HOUR, by=BOB), sbom(at=NOW)
    )
    assert document["collectors"] == {
        "code": {"statements": 2, "age_hours": 1, "signed_by": ["alice", "bob"]},
        "sbom": {"statements": 1, "age_hours": 0, "signed_by": ["alice"]},
    }


def test_each_statement_with_its_age_and_signer() -> None:
    statement = scan("code", at=NOW - 30 * HOUR, by=BOB)
    assert facts(statement)["evidence"] == [
        {
            "statement": str(statement.digest),
            "collector": "code",
            "age_hours": 30,
            "signed_by": ["bob"],
        }
    ]


def test_scans_by_their_names() -> None:
    document = facts(scan("code", finding("a")), scan("workflows", gaps=(GAP,)))
    scans = document["scans"]
    assert isinstance(scans, dict)
    assert {name: one["finding_count"] for name, one in scans.items()} == {
        "code": 1,
        "workflows": 0,
    }
    assert scans["workflows"]["not_checked"] == [GAP.as_json()]


def test_the_component_list() -> None:
    component = Component(
        purl="pkg:pypi/a@1", name="a", version="1", found_in=("requirements.txt",)
    )
    document = facts(sbom(Inventory(components=(component,), unpinned=("requirements.txt: b",))))
    inventory = document["inventory"]
    assert isinstance(inventory, dict)
    assert (inventory["components"], inventory["unpinned"]) == (1, ["requirements.txt: b"])


def test_the_feeds_of_the_freshest_match() -> None:
    stale = scan("vulnerabilities", inputs={"PyPI/importedAt": "2026-01-01T00:00:00Z"})
    for evidence in ((stale, scan("vulnerabilities", inputs=FEEDS)),):
        assert facts(*evidence)["advisories"] == {
            "imported": True,
            "age_hours": 25,
            "feeds": [
                {"name": "PyPI", "age_hours": 1, "silent_hours": 2},
                {"name": "npm", "age_hours": 25, "silent_hours": 25},
            ],
        }


def test_a_match_without_data_has_imported_nothing() -> None:
    advisories = facts(scan("vulnerabilities"))["advisories"]
    assert advisories == {"imported": False, "feeds": []}


def test_what_was_superseded_by_what_and_why() -> None:
    old = scan("vulnerabilities", finding())
    new = scan("vulnerabilities", inputs=FEEDS)
    record = supersession((old, "the advisory was withdrawn"))
    document = facts(old, new, record)
    assert document["superseded"] == [
        {
            "statement": str(old.digest),
            "by": str(record.digest),
            "reason": "the advisory was withdrawn",
        }
    ]
    scans = document["scans"]
    assert isinstance(scans, dict)
    assert scans["vulnerabilities"]["finding_count"] == 0


@pytest.mark.parametrize("kind", sorted(NOT_EVIDENCE - {SUPERSESSION_TYPE}))
def test_what_says_nothing_about_the_subject_is_passed_over(kind: str) -> None:
    assert facts(verified({}, predicate_type=kind)) == facts()


def test_another_subject_is_refused() -> None:
    statement = scan("code", subject=OTHER_COMMIT)
    with pytest.raises(RejectedError) as caught:
        facts(statement)
    assert str(caught.value) == f"[rejected] the statement {statement.digest} is not about {COMMIT}"


def test_a_statement_about_several_subjects_counts_for_each() -> None:
    report = scan("code").predicate().value
    assert isinstance(report, dict)
    both = verified(
        report, predicate_type=scan("code").predicate_type, subjects=(OTHER_COMMIT, COMMIT)
    )
    scans = facts(both)["scans"]
    assert isinstance(scans, dict)
    assert list(scans) == ["code"]


def test_a_clean_commit_gives_the_document_that_the_cases_of_rules_start_from() -> None:
    component = Component(
        purl="pkg:pypi/a@1", name="a", version="1", found_in=("requirements.txt",)
    )
    feeds = {
        "PyPI/importedAt": "2026-05-31T23:00:00Z",
        "PyPI/newestModified": "2026-05-31T22:00:00Z",
    }
    document = facts(
        source(),
        sbom(Inventory(components=(component,), lock_files=("requirements.txt",))),
        scan("vulnerabilities", inputs=feeds),
        *(scan(name) for name in ("secrets", "code", "workflows", "configuration")),
        forge(),
        owners(),
        reviews(),
    )
    assert {name: document[name] for name in CLEAN} == CLEAN
    assert document["refused"] == []


def test_the_repository_as_its_worst_account_has_it() -> None:
    shallow = source(clone=replace(CLONE, shallow=True, replace_refs=2))
    unsigned = HeadSignature(kind=SignatureKind.NONE, verdict=Verdict.FAILED, reason="unsigned")
    head = replace(evidencekit.facts().head, signature=unsigned)
    document = facts(shallow, source(head=head, documents=(), not_checked=(GAP,)))["source"]
    assert isinstance(document, dict)
    assert (document["shallow"], document["partial"], document["replace_refs"]) == (True, False, 2)
    assert [one["verdict"] for one in document["signatures"]] == ["FAILED", "PASSED"]
    assert set(map(tuple, document["documents"].values())) == {()}
    assert document["not_checked"] == [GAP.as_json()]


def test_links_and_submodules_of_any_account() -> None:
    submodule = Submodule(path="lib", commit="ab" * 20, url="https://example.com/lib")
    content = replace(CONTENT, leaving_symlinks=("keys",), submodules=(submodule,))
    document = facts(source(), source(content=content))["source"]
    assert isinstance(document, dict)
    assert document["leaving_symlinks"] == ["keys"]
    assert document["submodules"] == [submodule.as_json()]
