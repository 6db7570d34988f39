"""Silence, before an auditor: what is absent, unknown or not looked at never reads as good news.

Both verifiers are asked each time: Assay, and `contrib/verify.py`, which shares no code with it.
"""

import json
from dataclasses import replace

import pytest

from assay.core.digest import Digest
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.evidence.statement import Statement, Subject
from assay.gates.reading import SCAN_TYPE, VERDICT_TYPE
from assay.gates.vsa import parse_verdict, render_vsa
from assay.operations.export_kit import export_kit
from assay.reports.auditwrite import AUDIT_FORMATS, render_audit
from tests.operations.auditing import Answers, audit, canonical, commit_of, exported, found_in
from tests.operations.conftest import dated_site, here
from tests.operations.run import clock, ledger, recorder
from tests.operations.site import Site
from tests.reports.page import Page

__all__ = ["dated_site", "here"]

OTHER = Digest("gitCommit", "0d" * 20)


def ask(site: Site, subject: str = "") -> Answers:
    about = subject or commit_of(site)
    kit = site.folder / "asked.json"
    export_kit(site.top, subject=about, output=kit, clock=clock(hours=5))
    return audit(site.folder, kit.read_bytes(), subject=about, trust_root=site.trust)


def record(site: Site, subject: Digest, kind: str, *, role: str = "collector") -> Digest:
    statement = Statement(
        subjects=(Subject(name="shop", digest=subject),), predicate_type=kind, predicate={"a": 1}
    )
    with recorder(site, hours=2) as opened:
        [receipt] = opened.record((statement,), role=role)
        return opened.ledger.store.entry(receipt.index).digest


def test_evidence_is_expected_and_absent(here: Site) -> None:
    """Nothing is in the log about the commit: that is proven, and UNKNOWN."""
    answers = ask(here, str(OTHER))
    assert (answers.ours, answers.second) == (3, 3)


def test_a_verdict_is_expected_and_absent(here: Site) -> None:
    record(here, OTHER, SCAN_TYPE)
    answers = ask(here, str(OTHER))
    assert (answers.ours, answers.second) == (3, 3)
    assert answers.said == "there is no verdict about this subject"


def test_what_came_after_the_verdict_is_passed_over(here: Site) -> None:
    record(here, Digest("gitCommit", here.repo.head), SCAN_TYPE)
    answers = ask(here)
    assert (answers.ours, answers.second) == (3, 3)
    assert answers.said.endswith("was recorded after the newest verdict")


def test_evidence_of_another_subject(here: Site) -> None:
    """A verdict on a good scan of another commit: it is in the log, and not about this one."""
    foreign = record(here, OTHER, SCAN_TYPE)
    subject = Digest("gitCommit", here.repo.head)
    with ledger(here) as opened:
        found = opened.verified(subject=subject, role="gate", predicate_type=VERDICT_TYPE)
    said = parse_verdict(found[-1].payload)
    with recorder(here, hours=3) as opened:
        forged = replace(said, evidence=(*said.evidence, foreign))
        opened.record((render_vsa(forged),), role="gate")
    answers = ask(here)
    assert (answers.ours, answers.second) == (1, 1)
    assert f"names evidence that is not there: {foreign}" in answers.said
    assert f"names evidence that is not there: {foreign}" in answers.second_said


def test_a_statement_of_an_unknown_type_is_ignored(here: Site) -> None:
    """It is in the kit, and among what was not checked."""
    record(here, Digest("gitCommit", here.repo.head), "urn:example:predicate:novel:v9")
    data = exported(here, hours=5)
    gaps = [gap.why for gap in found_in(here, data).not_checked if gap.what == "statement"]
    [why] = gaps
    assert why == (
        "its type is not known here: 'urn:example:predicate:novel:v9'; "
        "only its signature was checked"
    )


@pytest.mark.parametrize("schema", ["assay.audit-kit/v2", "assay.audit-kit/v0", ""])
def test_unknown_schema_version(here: Site, schema: str) -> None:
    kit = json.loads(exported(here, hours=1))
    kit["schema"] = schema
    answers = audit(here.folder, canonical(kit), subject=commit_of(here), trust_root=here.trust)
    assert (answers.ours, answers.second) == (1, 1)


@pytest.mark.parametrize("kind", AUDIT_FORMATS)
def test_skipped_check_missing_in_the_report(here: Site, kind: str) -> None:
    """Whatever was not checked is in every form of the report."""
    found = found_in(here, exported(here, hours=1))
    data = render_audit(found, kind)
    if kind == "json":
        document = JsonValue(parse_json(data, max_bytes=2**24))
        told = [gap.field("why").text() for gap in document.field("notChecked").items()]
        assert told == [gap.why for gap in found.not_checked]
        return
    shown = data.decode() if kind == "text" else Page(data).text
    assert len(found.not_checked) >= 5
    for gap in found.not_checked:
        assert gap.why in shown
