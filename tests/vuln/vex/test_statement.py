"""The value that all formats share: what no statement can be without."""

from dataclasses import replace
from datetime import timedelta

import pytest

from assay.core.errors import MalformedError
from assay.vuln.vex.statement import (
    Justification,
    Loss,
    Status,
    UnreadStatement,
    VexDocument,
    VexTarget,
    VexVulnerability,
)
from assay.vuln.vex.words import (
    FROM_CSAF_FLAG,
    FROM_CYCLONEDX,
    STATUS_FROM_CYCLONEDX,
    STATUS_TO_CYCLONEDX,
    TO_CYCLONEDX,
    parse_raw_justification,
    parse_raw_status,
)
from tests.vuln.vex.vexes import AFFECTED, AT, CALM, LIBRARY

REASON = "not_affected with neither a justification nor an impact statement"


def test_no_reason_for_not_affected() -> None:
    with pytest.raises(MalformedError) as refusal:
        replace(CALM, justification=None)
    assert refusal.value.what == REASON


def test_a_blank_is_no_reason() -> None:
    with pytest.raises(MalformedError) as refusal:
        replace(CALM, justification=None, impact_statement=" \n")
    assert refusal.value.what == REASON


@pytest.mark.parametrize("reason", ["impact_statement", "raw_justification"])
def test_other_reasons(reason: str) -> None:
    changed = replace(CALM, justification=None, **{reason: "because"})  # type: ignore[arg-type]
    assert changed.status is Status.NOT_AFFECTED


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.NOT_AFFECTED])
def test_a_justification_of_another_status(status: Status) -> None:
    with pytest.raises(MalformedError) as refusal:
        replace(CALM, status=status)
    assert refusal.value.what == f"a justification beside the status {status}"


def test_a_raw_justification_of_another_status() -> None:
    with pytest.raises(MalformedError):
        replace(AFFECTED, raw_justification="requires_environment")


def test_no_product() -> None:
    with pytest.raises(MalformedError) as refusal:
        replace(CALM, products=())
    assert refusal.value.what == "a statement on 'CVE-2026-1000' that names no product"


def test_no_vulnerability() -> None:
    with pytest.raises(MalformedError) as refusal:
        replace(CALM, vulnerability=VexVulnerability(name=""))
    assert refusal.value.what == "a statement about no vulnerability"


def test_when_it_was_last_said() -> None:
    later = AT + timedelta(days=1)
    assert replace(CALM, issued_at=None).dated_at is None
    assert replace(CALM, updated_at=later).dated_at == later
    assert replace(CALM, issued_at=later, updated_at=AT).dated_at == later


def test_what_nobody_understood_is_not_checked() -> None:
    unread = UnreadStatement(where="statements[0]", why="odd")
    named = replace(unread, names=("CVE-1", "GHSA-2"))
    document = VexDocument(id="", author="", unread=(unread, named))
    remedy = "(ask its author for one that can be read)"
    where = "VEX statement, statements[0]: odd; it may be about"
    assert [str(note) for note in document.not_checked] == [
        f"{where} any vulnerability {remedy}",
        f"{where} CVE-1, GHSA-2 {remedy}",
    ]


LABELS = {
    "purl": (LIBRARY, "pkg:npm/a@1.2.3"),
    "name": (VexTarget(name="shop", version="1", ids=("urn:x",)), "shop@1"),
    "unversioned": (VexTarget(name="shop"), "shop"),
    "id": (VexTarget(ids=("urn:x", "urn:y")), "urn:x"),
    "CPE": (VexTarget(cpes=("cpe:/a:b:c",), hashes=("sha256:aa",)), "cpe:/a:b:c"),
    "hash": (VexTarget(hashes=("sha256:aa",)), "sha256:aa"),
    "spelling": (VexTarget(raw_purls=("pkg:x",), ids=("urn:x",)), "pkg:x"),
    "nothing": (VexTarget(), ""),
}


@pytest.mark.parametrize(("target", "label"), LABELS.values(), ids=LABELS)
def test_labels(target: VexTarget, label: str) -> None:
    assert target.label == label


def test_a_loss_in_a_line() -> None:
    loss = Loss(where="statements[0]", what="a hash", why="no name for it")
    assert str(loss) == "a hash, statements[0]: no name for it"
    assert loss.as_json()["whole"] is False


def test_every_word_of_cyclonedx_is_known() -> None:
    assert len(FROM_CYCLONEDX) == 9
    assert set(TO_CYCLONEDX.values()) <= FROM_CYCLONEDX.keys()
    assert set(STATUS_TO_CYCLONEDX) == set(Status)
    assert all(STATUS_FROM_CYCLONEDX[STATUS_TO_CYCLONEDX[one]] is one for one in Status)
    assert set(FROM_CSAF_FLAG) == {str(one) for one in Justification}


def test_what_is_written_is_read_as_itself_or_as_nothing() -> None:
    """CycloneDX's word for ours never comes back as another of ours than a wider one."""
    back = {ours: FROM_CYCLONEDX[word] for ours, word in TO_CYCLONEDX.items()}
    assert {ours: read for ours, read in back.items() if read not in {ours, None}} == {
        Justification.COMPONENT_NOT_PRESENT: Justification.VULNERABLE_CODE_NOT_PRESENT
    }


def test_raw_words() -> None:
    assert parse_raw_justification("") == ""
    assert parse_raw_status("false_positive", Status.NOT_AFFECTED) == "false_positive"
    with pytest.raises(MalformedError) as refusal:
        parse_raw_justification("because")
    assert refusal.value.what == "'because' is no justification of CycloneDX"


@pytest.mark.parametrize("word", ["false_positive", "exploitable", "nonsense"])
def test_a_raw_status_that_says_something_else(word: str) -> None:
    with pytest.raises(MalformedError) as refusal:
        parse_raw_status(word, Status.FIXED)
    assert refusal.value.what == f"'{word}' is no word for the status fixed"
