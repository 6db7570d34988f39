"""Drowning and ordering, through `assay check` itself: nothing that is run again hides a red."""

import shutil
from dataclasses import replace

import pytest

from assay.core.errors import AssayError, SignatureInvalidError
from assay.core.verdict import Verdict
from assay.evidence.envelope import parse_envelope, seal_statement
from assay.evidence.statement import Statement
from assay.findings.scanreport import PREDICATE_TYPE as SCAN_TYPE
from assay.gates.reading import VERDICT_TYPE
from assay.operations.check_source import check_source
from assay.operations.collect import commit_subject
from assay.operations.list_log import list_log
from assay.operations.manage_advisories import import_advisories
from assay.signing.asymmetric import generate_signer
from assay.source.repository import open_repository
from tests.fakes.trust import trusted_key
from tests.operations.conftest import dated_site, here
from tests.operations.run import AT, HOUR, check, clock, recorder
from tests.operations.site import Site, write_advisories
from tests.operations.test_rerun import RED, record_scan, scan_of

__all__ = ["dated_site", "here"]


def test_re_run_until_green(here: Site) -> None:
    green = scan_of(check(here, hours=1), "secrets")
    record_scan(here, replace(green, findings=(RED,), observed_at=AT + 2 * HOUR), hours=2)
    assert {check(here, hours=hours).verdict for hours in (3, 4, 5)} == {Verdict.FAILED}


def test_only_the_last_of_several_statements_of_a_type_evaluated(here: Site) -> None:
    """The red is dated before the greens, and recorded between them."""
    green = scan_of(check(here, hours=3), "secrets")
    record_scan(here, replace(green, findings=(RED,), observed_at=AT + HOUR), hours=3)
    assert check(here, hours=4).verdict is Verdict.FAILED


def known_vulnerable(here: Site) -> None:
    """Check with advisories that name the one component."""
    newer = write_advisories(here.folder / "newer", package="leftpad-py", day="2026-05-01")
    import_advisories(newer, clock=clock(hours=1))
    assert check(here, hours=2).verdict is Verdict.FAILED


def test_re_run_with_advisories_of_before_it_was_known(here: Site) -> None:
    known_vulnerable(here)
    import_advisories(here.folder / "osv", clock=clock(hours=3))
    assert check(here, hours=4).verdict is Verdict.FAILED


def test_re_run_without_advisories(here: Site) -> None:
    known_vulnerable(here)
    shutil.rmtree(here.home / "advisories")
    assert check(here, hours=4).verdict is Verdict.FAILED


def test_re_run_with_newer_advisories_that_correct_the_one(here: Site) -> None:
    """What is not drowning: the advisory was corrected, and the reason is recorded."""
    known_vulnerable(here)
    corrected = {"package": "leftpad-py", "fixed": "0.9", "day": "2026-05-20"}
    newest = write_advisories(here.folder / "newest", **corrected)
    import_advisories(newest, clock=clock(hours=3))
    assert check(here, hours=4).verdict is Verdict.PASSED


def test_stored_and_signed_before_the_gate(here: Site) -> None:
    """A run that is refused before it decides leaves no verdict."""
    before = len(list_log(here.top, clock=clock()))
    broken = {"assay.toml": '[policy]\nfolder = "p"\n', "p/broken.rego": "nothing\n"}
    here.repo.commit("Break the policy", files=broken)
    with pytest.raises(AssayError):
        check(here, hours=1)
    listed = list_log(here.top, clock=clock(hours=1))
    head = f"gitCommit:{here.repo.head}"
    assert [e for e in listed if (e.subject, e.predicate_type) == (head, VERDICT_TYPE)] == []
    assert len(listed) >= before


def test_result_depends_on_the_number_of_workers(here: Site) -> None:
    """The working tree keeps the rest equal: what is searched is split among the workers."""
    reports = [
        check_source(
            here.top,
            workers=workers,
            progress=lambda _: None,
            save_verdict=None,
            clock=clock(hours=1),
        )
        for workers in (1, 2)
    ]
    assert scan_of(reports[0], "secrets") == scan_of(reports[1], "secrets")
    assert reports[0].gate.decision.verdict is reports[1].gate.decision.verdict


def test_in_band_already_verified_mark_trusted(here: Site) -> None:
    """An envelope that got into the log by another trust root is verified again, and refused."""
    mallory = generate_signer("ed25519")
    subject = commit_subject(open_repository(here.top), "shop")
    with recorder(here, hours=1) as opened:
        [principal] = opened.ledger.trust.principals
        foreign = replace(
            opened.ledger.trust, principals=(replace(principal, keys=(trusted_key(mallory),)),)
        )
        statement = Statement(
            subjects=(subject,), predicate_type=SCAN_TYPE, predicate={"verified": True}
        )
        verified = parse_envelope(seal_statement(statement, signers=(mallory,))).verify(
            trusted=foreign,
            role="collector",
            threshold=1,
            subject=subject.digest,
            predicate_type=SCAN_TYPE,
            at=AT + HOUR,
        )
        opened.ledger.store.append((verified,), log_signer=opened.signers.log, at=opened.ledger.at)
    with pytest.raises(SignatureInvalidError):
        check(here, hours=2)
