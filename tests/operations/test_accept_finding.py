"""Accepting a finding: by a person, by name, for a while; everything else counts on."""

import json
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import pytest

from assay.core.errors import AssayError, UsageError
from assay.core.verdict import Verdict
from assay.findings.scanreport import ScanReport
from assay.findings.waiver import ROLE, Waiver
from assay.operations.accept_finding import accept_finding, list_findings
from assay.operations.change_trust import update_trust
from assay.operations.import_scan import import_scans
from assay.operations.replay_verdict import replay_verdict
from assay.operations.waivers import load_waivers, waiver_statement
from assay.signing.trust import PrincipalKind, RoleGrant, Window
from assay.signing.trusttoml import render_toml
from tests.operations.run import AT, HOUR, check, clock, ledger, recorder
from tests.operations.site import Site
from tests.operations.test_rerun import RED, record_scan, scan_of
from tests.scan.imports.logs import log, result

OTHER = replace(RED, identity=f"{RED.identity[:-1]}{'1' if RED.identity[-1] == '0' else '0'}")


def seen(site: Site, *, hours: float = 1) -> None:
    """Record a scan that found one secret."""
    report = ScanReport(
        scanner="secrets", tool="t", version="1", observed_at=AT + hours * HOUR, findings=(RED,)
    )
    record_scan(site, report, hours=hours)


def accept(
    site: Site, changes: Mapping[str, str] = MappingProxyType({}), *, hours: float = 2
) -> Waiver:
    given = {"name": RED.identity, "reason": "revoked", "expires": "2026-06-10", **changes}
    return accept_finding(
        site.top,
        name=given["name"],
        reason=given["reason"],
        expires=given["expires"],
        clock=clock(hours=hours),
    ).waiver


def waived(site: Site, *, hours: float) -> list[str]:
    """Return the findings that the log knows as accepted."""
    with ledger(site, hours=hours) as opened:
        return sorted(load_waivers(opened).in_force(at=opened.at))


def test_accepted_finding_does_not_count_until_its_end(here: Site) -> None:
    green = scan_of(check(here, hours=1), "secrets")
    record_scan(here, replace(green, findings=(RED,), observed_at=AT + HOUR), hours=1)
    waiver = accept(here)
    assert (waiver.finding, waiver.accepted_by, waiver.reason) == (
        RED.identity,
        ("local",),
        "revoked",
    )
    report = check(here, hours=3)
    assert RED.identity not in {r.finding for _, r in report.gate.decision.reasons}
    (gap,) = (g for g in report.not_checked if g.what == "finding")
    assert gap.accepted == "revoked, until 2026-06-10T00:00:00Z"
    assert set(report.set_aside) == {RED.identity}
    replayed = replay_verdict(str(report.logged.index), here.top, clock=clock(hours=4))
    assert replayed.verdict is Verdict.PASSED
    later = check(here, hours=24 * 9)
    assert RED.identity in {r.finding for _, r in later.gate.decision.reasons}
    assert later.set_aside == {}


def test_finding_that_somebody_imported_is_accepted_by_the_same_rules(here: Site) -> None:
    report = here.folder / "report.sarif"
    report.write_text(json.dumps(log(result(level="error"))))
    import_scans(here.top, (report,), tool="", ran_by="", clock=clock(hours=1))
    (one,) = list_findings(here.top, clock=clock(hours=1)).findings
    identity = one.finding.identity
    accept(here, {"name": identity}, hours=3)
    assert list_findings(here.top, clock=clock(hours=4)).find(identity).waiver is not None
    verdict = check(here, hours=4)
    assert identity not in {r.finding for _, r in verdict.gate.decision.reasons}
    (gap,) = (g for g in verdict.not_checked if g.what == "finding")
    assert gap.accepted == "revoked, until 2026-06-10T00:00:00Z"


def test_listed_and_found_by_the_beginning_of_its_hash(here: Site) -> None:
    seen(here)
    found = list_findings(here.top, clock=clock(hours=1))
    assert [one.finding for one in found.findings] == [RED]
    assert found.findings[0].waiver is None
    assert found.waived().findings == ()
    assert found.names() == ((RED.identity.partition(":")[2][:12], RED.title),)
    assert found.find(found.names()[0][0]).finding == RED
    assert found.find(RED.identity.partition(":")[2][:6]).finding == RED
    accept(here)
    (one,) = list_findings(here.top, clock=clock(hours=3)).waived().findings
    assert one.waiver is not None


def test_a_later_waiver_ends_an_earlier_one(here: Site) -> None:
    seen(here)
    accept(here, {"expires": "2026-08-01"})
    assert waived(here, hours=48) == [RED.identity]
    accept(here, {"expires": "2026-06-02"}, hours=3)
    assert waived(here, hours=48) == []


REFUSED = {
    "unknown": ({"name": "123456"}, ("[usage] 0 findings are called '123456' "
                "(assay finding list tells them all)")),
    "short": ({"name": "12345"}, "[usage] '12345' names no finding (6 characters or more)"),
    "kind": ({"name": "secret/v1:"}, ("[usage] 'secret/v1:' names no finding "
             "(6 characters or more)")),
    "no-reason": ({"reason": " "}, "[usage] a waiver without a reason, at --reason (say why)"),
    "no-day": ({"expires": "soon"}, ("[usage] 'soon' is no day, at --expires "
               "(a day within 366 days from now, as 2027-01-31)")),
    "past": ({"expires": "2026-06-01"}, ("[usage] it would end on 2026-06-01T00:00:00Z, "
             "at --expires (after now, and within 366 days)")),
    "for-ever": ({"expires": "2027-06-03"}, ("[usage] it would end on 2027-06-03T00:00:00Z, "
                 "at --expires (after now, and within 366 days)")),
}  # fmt: skip


@pytest.mark.parametrize(("change", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(here: Site, change: dict[str, str], message: str) -> None:
    seen(here)
    with pytest.raises(UsageError) as caught:
        accept(here, change)
    assert str(caught.value) == message
    assert waived(here, hours=3) == []


def test_nothing_recorded(here: Site) -> None:
    commit = here.repo.commit("Another", files={"b.txt": "b"})
    with pytest.raises(UsageError) as caught:
        list_findings(here.top, clock=clock(hours=1))
    assert str(caught.value) == (
        f"[usage] nothing is recorded about {commit[:12]} (run: assay check)"
    )


def with_local(site: Site, *, hours: float, kind: PrincipalKind, role: bool) -> None:
    """Change what the one principal is, and whether it is a risk owner."""
    with ledger(site, hours=hours) as opened:
        root = opened.trust
    (local,) = root.principals
    window = Window(valid_from=AT)
    roles = {grant.role for grant in local.roles} - ({ROLE} if not role else set())
    changed = replace(
        local,
        kind=kind,
        roles=tuple(RoleGrant(role=name, window=window) for name in sorted(roles)),
    )
    draft = site.folder / "trust.toml"
    draft.write_text(render_toml(replace(root, principals=(changed,)), version=root.version + 1))
    update_trust(draft, site.top, clock=clock(hours=hours))


def test_who_is_no_risk_owner_accepts_nothing(here: Site) -> None:
    seen(here)
    with_local(here, hours=1, kind=PrincipalKind.PERSON, role=False)
    with pytest.raises(AssayError) as caught:
        accept(here)
    assert caught.value.code == "signature-invalid"
    assert waived(here, hours=3) == []


def test_a_machine_accepts_nothing(here: Site) -> None:
    """Nor does a key that is a risk owner and belongs to a machine."""
    seen(here)
    accept(here)
    with_local(here, hours=3, kind=PrincipalKind.SERVICE, role=True)
    with ledger(here, hours=4) as opened:
        account = load_waivers(opened)
    assert account.waivers == ()
    (gap,) = account.not_checked
    assert gap.why == (
        "it does not count: [malformed] signed by no person (a machine cannot accept a finding)"
    )


def test_a_waiver_of_a_finding_that_it_is_not_about_does_not_count(here: Site) -> None:
    waiver = Waiver(
        finding=RED.identity, rule="r", title="t", where="w", reason="x",
        accepted_at=AT, expires=AT + 48 * HOUR,
    )  # fmt: skip
    forged = replace(
        waiver_statement(waiver), predicate=replace(waiver, finding=OTHER.identity).as_json()
    )
    later = waiver_statement(replace(waiver, accepted_at=AT + 9 * HOUR))
    with recorder(here, hours=1) as opened:
        opened.record((forged, later), role=ROLE)
    with ledger(here, hours=10) as opened_ledger:
        account = load_waivers(opened_ledger)
    assert account.waivers == ()
    assert sorted(gap.why for gap in account.not_checked) == [
        "it does not count: [malformed] about something else than it says, at finding",
        "it does not count: [malformed] from a later time than it was recorded at, at acceptedAt",
    ]
