"""`assay check`, from a real repository to the verdict in the log."""

import shutil
from dataclasses import replace

import pytest

from assay.core.digest import Digest
from assay.core.errors import UsageError
from assay.core.verdict import Verdict
from assay.evidence.checkpoints.checkpoint import verify_checkpoint
from assay.evidence.tiles.tlogproof import parse_tlog_proof, verify_tlog_proof
from assay.evidence.trustchain import TRUST_ROOT_TYPE
from assay.findings.finding import Kind
from assay.gates.reading import LOG_CHECK_TYPE, SCAN_TYPE, SUPERSESSION_TYPE, VERDICT_TYPE
from assay.operations.check_source import check_source
from assay.operations.evidence import gate_evidence
from assay.operations.list_log import list_log
from assay.operations.material import POLICY_TYPE
from assay.operations.savedverdict import load_verdict
from tests.operations.run import AT, ENTRIES, check, clock, ledger
from tests.operations.site import Site
from tests.scan.secrets.generate import fill

TEMPLATE = "ghp_{b62:30}{crc}"  # filled when it is planted


def failed_rules(site: Site, *, hours: float = 0) -> dict[str, Verdict]:
    decision = check(site, hours=hours).gate.decision
    return {
        rule.result.rule.id: rule.result.verdict
        for rule in decision.rules
        if rule.result.verdict is not Verdict.PASSED and rule.effect.value == "enforce"
    }


def test_passed(here: Site) -> None:
    report = check(here, hours=1)
    assert report.verdict is Verdict.PASSED
    assert (report.product, report.branch, report.commit) == ("shop", "main", here.repo.head)
    assert report.findings == ()
    assert report.not_checked == ()
    assert [component.name for component in report.inventory.components] == ["leftpad-py"]
    assert {scan.scanner for scan in report.reports} == {
        "secrets",
        "code",
        "workflows",
        "configuration",
        "vulnerabilities",
    }
    assert report.gate.at == AT.replace(hour=13)
    assert report.gate.resource_uri == "urn:assay:product:shop"
    assert report.status.subject == Digest("gitCommit", here.repo.head)


def test_what_one_check_records(dated_site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_HOME", str(dated_site.home))
    listed = [entry.predicate_type for entry in list_log(dated_site.top, clock=clock())]
    assert len(listed) == ENTRIES
    assert listed[:3] == [POLICY_TYPE, TRUST_ROOT_TYPE, LOG_CHECK_TYPE]
    assert listed.count(SCAN_TYPE) == 4  # secrets, code, workflows, configuration
    assert listed.count(SUPERSESSION_TYPE) == 0
    assert listed[-1] == VERDICT_TYPE


def test_the_verdict_is_in_the_log_with_its_proof(here: Site) -> None:
    saved = here.folder / "again.json"
    report = check(here, hours=1, save_verdict=saved)
    with ledger(here, hours=1) as opened:
        entry = opened.store.entry(report.logged.index)
        assert (entry.envelope, entry.digest) == (report.envelope, report.logged.digest)
        checkpoint = verify_tlog_proof(
            parse_tlog_proof(report.proof), entry=report.envelope, log_key=opened.log_key
        )
        assert checkpoint.size == opened.store.size == report.logged.index + 1
        assert report.logged.signed_by == ("local",)
        evidence = {item.digest for item in gate_evidence(opened, report.gate.subject.digest)}
        assert evidence == {item.digest for item in report.evidence}
        assert verify_checkpoint(here.anchor.read_bytes(), log_key=opened.log_key) == checkpoint
    assert load_verdict(saved).envelope == report.envelope
    assert load_verdict(saved).proof == report.proof


def test_a_secret_in_the_history_fails(here: Site) -> None:
    here.repo.commit("Plant", files={"deploy.env": f"TOKEN={fill(TEMPLATE)}\n"})
    here.repo.commit("Take it out", files={"deploy.env": "TOKEN=\n"})
    report = check(here, hours=1)
    assert report.verdict is Verdict.FAILED
    [finding] = report.findings
    assert finding.kind is Kind.SECRET
    assert finding.locations[0].path == "deploy.env"
    secret = fill(TEMPLATE).encode()
    with ledger(here, hours=1) as opened:
        assert not any(secret in entry.envelope for entry in opened.store.all_entries())


def test_a_secret_beside_the_commit_fails(here: Site) -> None:
    here.repo.write("deploy.env", f"TOKEN={fill(TEMPLATE)}\n")
    assert failed_rules(here, hours=1) == {"source.no-secrets": Verdict.FAILED}


def test_weak_code_and_an_unpinned_workflow_fail(here: Site) -> None:
    workflow = "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: {}\n"
    here.repo.commit(
        "Weaken",
        files={
            "app.py": "import subprocess\nsubprocess.call(input(), shell=True)\n",
            ".github/workflows/ci.yml": workflow.format("example/act@main"),
        },
    )
    assert failed_rules(here, hours=1) == {
        "source.code-weaknesses": Verdict.FAILED,
        "source.workflows-hardened": Verdict.FAILED,
    }


def test_without_advisories_unknown(here: Site) -> None:
    shutil.rmtree(here.home / "advisories")
    found = failed_rules(here, hours=1)
    assert Verdict.FAILED not in found.values()
    assert found["source.no-known-vulnerabilities"] is Verdict.UNKNOWN


def test_advisories_that_are_too_old_are_unknown(here: Site) -> None:
    assert failed_rules(here, hours=167) == {}
    assert failed_rules(here, hours=169) == {"source.advisories-fresh": Verdict.UNKNOWN}


@pytest.mark.parametrize("workers", [-1, 17])
def test_a_wrong_number_of_workers(here: Site, workers: int) -> None:
    with pytest.raises(UsageError) as caught:
        check_source(here.top, workers=workers, progress=print, save_verdict=None, clock=clock())
    assert str(caught.value) == f"[usage] {workers} workers (0 to 16)"


def test_progress_is_told_in_order(here: Site) -> None:
    said: list[str] = []
    check_source(here.top, workers=1, progress=said.append, save_verdict=None, clock=clock(hours=1))
    assert said == [
        "Searching the history for secrets; scanning code and workflows",
        "Matching components with advisories",
        "Recording the evidence",
        "Deciding",
    ]


def test_only_the_configuration_in_the_commit_counts(here: Site) -> None:
    here.repo.commit("Name it", files={"assay.toml": '[product]\nname = "committed"\n'})
    here.repo.write("assay.toml", '[product]\nname = "working tree"\nunknown = 1\n')
    report = check(here, hours=1)
    assert report.product == "committed"
    assert report.verdict is Verdict.PASSED


def test_a_configured_uri_is_what_the_verdict_is_about(here: Site) -> None:
    uri = "https://git.example/shop"
    here.repo.commit("Say where", files={"assay.toml": f'[product]\nuri = "{uri}"\n'})
    report = check(here, hours=1)
    assert report.gate.resource_uri == uri
    assert replace(report, branch="other").verdict is report.verdict
