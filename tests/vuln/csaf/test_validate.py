"""Each test of the specification alone: one change to a document that meets all of them."""

from collections.abc import Mapping

import pytest

from assay.core.errors import MalformedError
from assay.core.verdict import Verdict
from assay.vuln.csaf.validate import (
    INFORMATIVE,
    MANDATORY,
    OPTIONAL,
    Failure,
    validate_csaf,
)
from tests.vuln.csaf.documents import VECTOR, branch, changed, csaf, encoded, product, score, vex
from tests.vuln.csaf.failing import (
    CASES,
    TRACKING,
    VEX_CASES,
    Case,
    relationship,
    revision,
)
from tests.vuln.csaf.failingsoftly import SOFT_CASES


def told(document: object) -> tuple[Failure, ...]:
    """Return all that fails."""
    found = validate_csaf(encoded(document))
    return (*found.failures, *found.warnings, *found.notes)


def said(failures: tuple[Failure, ...], number: str) -> list[str]:
    """Return what one test says."""
    found = [one for one in failures if one.test == number]
    return [str(one).removeprefix(f"{number} {one.title}: ") for one in found]


def test_the_document_of_these_tests_meets_every_test() -> None:
    assert told(csaf()) == ()
    assert validate_csaf(encoded(csaf())).verdict is Verdict.PASSED
    assert validate_csaf(encoded(vex())).failures == ()


@pytest.mark.parametrize(
    "case", [*CASES, *SOFT_CASES], ids=lambda case: f"{case[0]}-{next(iter(case[1]))}"
)
def test_failing(case: Case) -> None:
    number, changes, message = case
    assert said(told(changed(csaf(), changes)), number) == [message]


@pytest.mark.parametrize("case", VEX_CASES, ids=lambda case: case[0])
def test_failing_vex(case: Case) -> None:
    number, changes, message = case
    assert said(told(changed(vex(), changes)), number) == [message]


def test_every_test_has_a_failing_document() -> None:
    """Two need a document of another make: no product tree, and members out of order."""
    tried = {number for number, _, _ in (*CASES, *SOFT_CASES, *VEX_CASES)} | {
        "6.1.27.4",
        "6.2.13",
        "6.3.10",
    }
    assert tried == {test.number for test in (*MANDATORY, *OPTIONAL, *INFORMATIVE)}


def test_no_product_tree() -> None:
    document = changed(csaf(), {"product_tree": None})
    assert said(told(document), "6.1.27.4") == [
        "no product_tree, at the document (name the products that it is about)"
    ]


def test_members_out_of_order() -> None:
    data = encoded(csaf()).replace(
        b'"category": "vendor", "name": "Example Ltd"',
        b'"name": "Example Ltd", "category": "vendor"',
    )
    warnings = validate_csaf(data).warnings
    assert said(warnings, "6.2.13") == [
        "the members are not in alphabetical order, at document.publisher (write them in order)"
    ]


def test_a_range_is_noted() -> None:
    ranged = branch("product_version_range", "vers:pypi/>=2.0", product(2))
    document = changed(csaf(), {"product_tree.branches.0.branches.0.branches.1": ranged})
    failures = told(document)
    assert said(failures, "6.3.10") == [
        (
            "a range of versions, at product_tree.branches[0].branches[0].branches[1].name "
            "(list the versions where they are known)"
        )
    ]
    assert said(failures, "6.2.18") == []


def test_a_product_on_top_of_a_circle_is_found_too() -> None:
    circle = [relationship("A", "B", "P1"), relationship("B", "A", "P1")]
    above = relationship("C", "A", "P2")
    sound = relationship("D", "P1", "P2")
    document = changed(csaf(), {"product_tree.relationships": [*circle, above, sound]})
    assert len(said(told(document), "6.1.3")) == 3


@pytest.mark.parametrize("word", ["after-eight", "overall", "1.0-prior", "allow"])
def test_words_inside_other_words_make_no_range(word: str) -> None:
    named = branch("product_version", word, product(2))
    document = changed(csaf(), {"product_tree.branches.0.branches.0.branches.1": named})
    assert said(told(document), "6.1.31") == []


UNDECIDED: Mapping[str, tuple[dict[str, object], str]] = {
    "weakness": (
        {"vulnerabilities.0.cwe": {"id": "CWE-999999", "name": "A new one"}},
        (
            "CSAF test, 6.1.11 Weakness, vulnerabilities[0].cwe: the name of CWE-999999 is not known "
            "here (compare it with the list of weaknesses at cwe.mitre.org)"
        ),
    ),
    "language": (
        {"document.lang": "vec-IT"},
        (
            "CSAF test, 6.1.12 Language, document.lang: not all parts of 'vec-IT' are known here "
            "(look for them in IANA's registry of language subtags)"
        ),
    ),
}


@pytest.mark.parametrize("name", UNDECIDED)
def test_what_cannot_be_told_is_unknown(name: str) -> None:
    changes, message = UNDECIDED[name]
    found = validate_csaf(encoded(changed(csaf(), changes)))
    assert found.verdict is Verdict.UNKNOWN
    assert [str(gap) for gap in found.undecided] == [message]


def test_a_failure_outweighs_what_cannot_be_told() -> None:
    changes = UNDECIDED["language"][0] | {"document.tracking.version": "2"}
    assert validate_csaf(encoded(changed(csaf(), changes))).verdict is Verdict.FAILED


def test_tests_that_are_never_run_are_listed() -> None:
    found = validate_csaf(encoded(csaf()))
    assert [gap.where for gap in found.not_checked] == [
        "6.3.6 Other URLs resolve",
        "6.3.7 Own URLs resolve",
        "6.3.8 Spelling",
    ]


def test_a_wrong_shape_is_told_for_each_part() -> None:
    document = changed(
        csaf(),
        {
            "document.csaf_version": "2.1",
            "product_tree.branches.0.category": "shop",
            "vulnerabilities.0.cve": "CVE-1",
        },
    )
    found = validate_csaf(encoded(document))
    assert found.verdict is Verdict.FAILED
    assert [(one.test, one.where) for one in found.failures] == [
        ("schema", "document.csaf_version"),
        ("schema", "product_tree.branches[0].category"),
        ("schema", "vulnerabilities[0].cve"),
    ]
    assert [gap.where for gap in found.not_checked] == ["6.1 to 6.3"]
    assert (found.id, found.category) == ("Example-2026-001", "csaf_security_advisory")


def test_a_day_that_the_calendar_lacks_fails_and_ends_nothing() -> None:
    changes = {f"{TRACKING}.revision_history": [revision("1", "2026-02-01T24:61:00Z")]}
    found = validate_csaf(encoded(changed(csaf(), changes)))
    assert found.verdict is Verdict.FAILED


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(MalformedError, match="not strict JSON"):
        validate_csaf(b"{")


def test_a_version_that_counts_nothing_fails_and_ends_nothing() -> None:
    number = "9" * 5000
    changes = {f"{TRACKING}.version": number, f"{TRACKING}.revision_history": [revision(number)]}
    failures = validate_csaf(encoded(changed(csaf(), changes))).failures
    assert ("6.1.17", "a version of 5000 characters, at most 200") in {
        (one.test, one.what) for one in failures
    }


def test_a_url_that_cannot_be_taken_apart_ends_nothing() -> None:
    url = {"category": "self", "summary": "x", "url": "https://a:b@[x"}
    found = validate_csaf(encoded(changed(csaf(), {"document.references": [url]})))
    assert "6.2.11" in {one.test for one in found.warnings}


def test_a_draft_has_the_version_of_one() -> None:
    for number in ("0.1.0", "1.0.0-1"):
        changes = {
            "document.tracking.version": number,
            "document.tracking.revision_history": [revision(number)],
            "document.tracking.status": "draft",
        }
        assert said(told(changed(csaf(), changes)), "6.1.17") == []


def test_what_is_affected_or_looked_into_needs_a_remediation() -> None:
    needed = {"first_affected", "known_affected", "last_affected", "under_investigation"}
    others = {"first_fixed", "fixed", "known_not_affected", "recommended"}
    for name in needed | others:
        changes = {
            "vulnerabilities.0.product_status": {name: ["P1"]},
            "vulnerabilities.0.remediations": None,
        }
        found = said(told(changed(csaf(), changes)), "6.2.2")
        assert [text.partition(",")[0] for text in found] == (
            [f"'P1' is {name} and has no remediation"] if name in needed else []
        )


def test_a_fixed_product_whose_score_says_that_nothing_is_left() -> None:
    nothing = score(f"{VECTOR}/MC:N/MI:N/MA:N") | {"products": ["P2"]}
    changes = {"vulnerabilities.0.scores.1": nothing}
    assert said(told(changed(csaf(), changes)), "6.2.19") == []


def test_revisions_are_compared_as_they_were_made_and_not_as_they_are_listed() -> None:
    """Test 6.1.14 and 6.1.16: a list may begin with the newest one."""
    newest = revision("2") | {"date": "2026-02-02T10:00:00Z"}
    changes = {
        "document.tracking.version": "2",
        "document.tracking.revision_history": [newest, revision("1")],
        "document.tracking.current_release_date": "2026-02-02T10:00:00Z",
    }
    found = told(changed(csaf(), changes))
    assert [one.test for one in found if one.test in {"6.1.14", "6.1.16", "6.1.21"}] == []
