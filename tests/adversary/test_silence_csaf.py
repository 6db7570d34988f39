"""Silence: what a CSAF document leaves open, or nobody here can read, is never "not affected"."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assay.core.errors import MalformedError, TamperedError
from assay.core.jsonvalue import JsonValue
from assay.core.verdict import Verdict
from assay.vuln.csaf.validate import validate_csaf
from assay.vuln.csaf.vexread import read_csaf
from assay.vuln.foreign.store import load_foreign, load_foreign_feeds
from assay.vuln.match import match_components
from assay.vuln.mirror import import_advisories, load_advisories
from assay.vuln.ranges import Answer
from assay.vuln.vex.standing import Standing, VexAnswer, VexClaimant, VexQuestion, answer_vex
from assay.vuln.vex.statement import Status, VexTarget
from assay.vuln.vex.targets import parse_target
from tests.vuln.csaf.documents import branch, changed, csaf, encoded, product, vex
from tests.vuln.records import affected
from tests.vuln.records import encoded as osv
from tests.vuln.test_match import component

AT = datetime(2026, 3, 1, tzinfo=UTC)
STATUS = "vulnerabilities.0.product_status"
ONE = "CVE-2026-1000"


def answered(
    tmp_path: Path, version: str, *documents: dict[str, object], **records: bytes
) -> Answer:
    """Return what is known about the shop at a version, from documents and records of OSV."""
    folder, mirror = tmp_path / "source", tmp_path / "mirror"
    folder.mkdir()
    for number, document in enumerate(documents):
        (folder / f"csaf-{number}.json").write_bytes(encoded(document))
    for name, data in records.items():
        (folder / f"{name}.json").write_bytes(data)
    import_advisories(folder, mirror, at=AT)
    one = component(f"pkg:pypi/shop@{version}")
    return match_components([one], load_advisories(mirror, [one]), at=AT).answers[one.purl]


def test_a_version_that_no_list_names(tmp_path: Path) -> None:
    """Silence: what a document does not name is not what it clears."""
    other = osv("GHSA-other", affected=[affected("other")])
    assert answered(tmp_path, "1.5", csaf(), other=other) is Answer.UNKNOWN


def test_fixed_by_a_document_is_not_fixed_against_a_record_that_says_affected(
    tmp_path: Path,
) -> None:
    """Drowning: a document that says "fixed" takes no record of the same package away."""
    record = osv("GHSA-1", aliases=[ONE])  # the shop below 2.0
    document = changed(csaf(), {STATUS: {"fixed": ["P1"]}})
    assert answered(tmp_path, "1.0", document, record=record) is Answer.AFFECTED


def test_a_vex_document_among_advisories_clears_nobody(tmp_path: Path) -> None:
    """Whose word sets a finding aside, the trust root says, and not whoever hands a folder over."""
    record = osv("GHSA-1", aliases=[ONE])
    assert answered(tmp_path, "1.0", vex(), record=record) is Answer.AFFECTED
    (feed,) = load_foreign_feeds(tmp_path / "mirror").values()
    assert (feed.advisories, feed.unreadable) == (0, 1)


def test_a_document_that_cannot_be_read_is_counted(tmp_path: Path) -> None:
    """Unreadable advisory, unknown schema version: treated as clean."""
    later = changed(csaf(), {"document.csaf_version": "9.0"})
    record = osv("GHSA-other", affected=[affected("other")])
    answered(tmp_path, "1.0", csaf(), later, record=record)
    (feed,) = load_foreign_feeds(tmp_path / "mirror").values()
    assert (feed.ecosystem, feed.unreadable) == ("CSAF:psirt.example.com", 1)


def test_a_product_that_nothing_compares_with_is_listed(tmp_path: Path) -> None:
    """Skipped entry: a product without package URL or CPE."""
    named = {"product_tree.full_product_names": [{"name": "box 7", "product_id": "P7"}]}
    document = changed(csaf(), named | {f"{STATUS}.known_affected": ["P1", "P7"]})
    answered(tmp_path, "1.0", document, record=osv("GHSA-other", affected=[affected("other")]))
    (content,) = load_foreign(tmp_path / "mirror").contents
    assert ["box 7" in one.why for one in content.unreadable()] == [True]


def test_a_changed_document_beside_its_digest_is_not_imported(tmp_path: Path) -> None:
    """Partial import that leaves half: nothing of the folder is taken."""
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "a.json").write_bytes(encoded(csaf()))
    (folder / "b.json").write_bytes(encoded(csaf()))
    (folder / "b.json.sha256").write_text("0" * 64 + "  b.json\n")
    with pytest.raises(TamperedError):
        import_advisories(folder, tmp_path / "mirror", at=AT)
    assert load_foreign_feeds(tmp_path / "mirror") == {}


def answer(*documents: dict[str, object], version: str = "1.0") -> VexAnswer:
    read = [read_csaf(JsonValue(json.loads(encoded(one)))) for one in documents]
    claimants = [VexClaimant(document=one, author="Example") for one in read]
    question = VexQuestion(
        vulnerability=ONE,
        product=VexTarget(),
        component=parse_target(f"pkg:pypi/shop@{version}"),
    )
    return answer_vex(claimants, question, max_age=timedelta(days=366), at=AT)


def test_a_vex_document_that_holds_stands() -> None:
    assert answer(vex()).status is Status.NOT_AFFECTED


NOTHING_STANDS: dict[str, dict[str, object]] = {
    "no reason": {"vulnerabilities.0.flags": None},
    "a draft": {"document.tracking.status": "draft"},
    "a product that is defined twice": {"product_tree.full_product_names": [product(1)]},
    "a range that nobody can read": {
        "product_tree.branches.0.branches.0.branches.0": branch(
            "product_version_range", "up to 2", product(1, purl="pkg:pypi/shop")
        )
    },
    "some devices": {
        "product_tree": {
            "full_product_names": [product(1, purl="pkg:pypi/shop@1.0", serial_numbers=["7"])]
        }
    },
}


@pytest.mark.parametrize("name", NOTHING_STANDS)
def test_what_is_not_said_clearly_calms_nobody(name: str) -> None:
    """Waiver silently wider than it says: nothing of an unclear document stands."""
    assert answer(changed(vex(), NOTHING_STANDS[name])).standing is Standing.UNCLEAR


def test_of_two_statuses_of_one_product_the_worse_counts() -> None:
    both = changed(vex(), {f"{STATUS}.known_affected": ["P1"]})
    assert answer(both).status is Status.AFFECTED


def test_a_document_of_another_shape_is_no_vex() -> None:
    """Unknown fields and versions ignored."""
    with pytest.raises(MalformedError):
        answer(changed(vex(), {"document.csaf_version": "9.0"}))


def test_a_test_that_could_not_tell_is_not_passed() -> None:
    """Skipped check missing in the report."""
    found = validate_csaf(encoded(changed(csaf(), {"document.lang": "vec"})))
    assert found.verdict is Verdict.UNKNOWN
    assert any("6.1.12" in gap.where for gap in found.not_checked)
