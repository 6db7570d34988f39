"""A check that passes by VEX: shown wherever waivers are, replayed, and fallen with the key."""

import json

from assay.core.verdict import Verdict
from assay.findings.finding import Kind
from assay.operations.accept_finding import list_findings
from assay.operations.find_affected import AffectedRequest, ask_affected
from assay.operations.replay_verdict import replay_verdict
from assay.operations.reverify_log import reverify_log
from assay.reports.sarif import render_check
from assay.signing.keyfile import load_key_file
from assay.vuln.ranges import Answer
from tests.operations.auditing import audit, commit_of, exported
from tests.operations.run import check, clock
from tests.operations.site import Site
from tests.operations.trustkit import pinned, update, with_revoked
from tests.operations.vexkit import (
    NAME,
    PURL,
    confirmed,
    document,
    moment,
    record,
    vendor_key,
    vendors,
)


def test_a_check_passes_by_vex_until_its_key_is_lost(shop: Site) -> None:
    record(shop, vendors(shop, document(author="vendor")))
    report = check(shop, hours=4)
    assert report.verdict is Verdict.PASSED
    [gap] = [gap for gap in report.not_checked if gap.what == "finding"]
    assert gap.why.endswith("is not_affected, says vendor")
    assert gap.accepted == (
        "not_affected: inline_mitigations_already_exist, until 2027-06-02T14:00:00Z"
    )
    [(finding, one)] = report.set_aside.items()
    assert one.accepted_by == ("vendor",)
    assert finding.startswith(f"{Kind.VULNERABILITY.value}/")
    [suppressed] = [
        result["suppressions"]
        for run in json.loads(render_check(report))["runs"]
        for result in run["results"]
    ]
    assert suppressed == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": f"{one.reason} (until 2027-06-02T14:00:00Z)",
            "properties": {"acceptedBy": ["vendor"], "expires": "2027-06-02T14:00:00Z"},
        }
    ]
    [listed] = list_findings(shop.top, clock=clock(hours=4)).waived().findings
    assert listed.waiver is None
    assert listed.vex is not None
    assert listed.as_json()["vex"] == {
        **listed.vex.word.as_json(),
        "expires": "2027-06-02T14:00:00Z",
    }
    name = str(report.logged.index)
    assert replay_verdict(name, shop.top, clock=clock(hours=5)).verdict is Verdict.PASSED
    before = audit(
        shop.folder, exported(shop, hours=5), subject=commit_of(shop), trust_root=shop.trust
    )
    assert (before.ours, before.second) == (0, 0), before
    assert affected(shop, hours=5) == (
        Answer.NOT_AFFECTED,
        "it is not_affected, says vendor: not_affected: inline_mitigations_already_exist",
    )
    assert affected(shop, hours=24 * 400)[0] is Answer.AFFECTED  # the word has ended by then
    lose_the_vendors_key(shop)
    assert affected(shop, hours=9)[0] is Answer.AFFECTED


def affected(site: Site, *, hours: float) -> tuple[Answer, str]:
    """Return what `assay affected` says of the one place, and that it counts it so."""
    request = AffectedRequest(query=NAME, repositories=(site.top,))
    report = ask_affected(request, clock=clock(hours=hours))
    [place] = report.places
    assert {answer: count for answer, count in report.counts.items() if count} == {
        place.found.answer: 1
    }
    assert (report.verdict is Verdict.FAILED) == (place.found.answer is Answer.AFFECTED)
    return place.found.answer, place.found.reason


def lose_the_vendors_key(site: Site) -> None:
    """Revoke it; what rests on it falls, by both verifiers, and the finding counts again."""
    key = load_key_file(vendor_key(site)).public.key_id
    update(site, with_revoked(pinned(site), key, hours=2), hours=5)
    [fallen] = reverify_log(site.top, record=False, clock=clock(hours=6)).fallen
    [reason] = fallen.reasons
    assert reason.endswith(
        f": key {key[:16]} of 'vendor' is revoked as compromised since {moment(2)}"
    )
    data = exported(site, hours=6)
    after = audit(site.folder, data, subject=commit_of(site), trust_root=site.trust)
    assert (after.ours, after.second) == (1, 1), after
    assert "does not stand any more" in after.second_said
    withdrawn = reverify_log(site.top, record=True, clock=clock(hours=7)).fallen
    assert [one.now for one in withdrawn] == [Verdict.FAILED]
    mended = audit(
        site.folder, exported(site, hours=8), subject=commit_of(site), trust_root=site.trust
    )
    assert (mended.ours, mended.second) == (0, 0), mended


def test_a_contradiction_is_named_and_the_finding_counts(shop: Site) -> None:
    record(shop, document())
    record(shop, vendors(shop, document(confirmed(), author="vendor", name="2")))
    report = check(shop, hours=4)
    assert report.verdict is Verdict.FAILED
    assert report.set_aside == {}
    [gap] = [gap for gap in report.not_checked if gap.what == "VEX"]
    assert gap.why == (
        f"local says not_affected of {NAME} in {PURL}, which is not applied: "
        "contradicted: vendor says affected"
    )
    [listed] = list_findings(shop.top, clock=clock(hours=4)).findings
    assert listed.confirmed is not None
    assert listed.confirmed.author == "vendor"
