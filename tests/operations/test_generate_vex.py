"""VEX from what is recorded: a match is no verdict, and only somebody's word calms."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from assay.core.clock import format_time
from assay.core.errors import UsageError
from assay.core.notchecked import NotChecked
from assay.findings.finding import Finding, Kind
from assay.findings.reach import Level, Reach, Scope, Sight
from assay.operations.accept_finding import ListedFinding, accept_finding, list_findings
from assay.operations.generate_vex import AboutProduct, generate_vex, say_all
from assay.vuln.vex.judging import VexSetAside
from assay.vuln.vex.statement import Status, VexStatement
from assay.vuln.vexformats import parse_vex
from tests.operations.run import clock
from tests.operations.site import Site
from tests.operations.vexkit import NAME, PURL, confirmed, document, record, statement
from tests.vuln.vex.vexes import SHOP

ABOUT = AboutProduct(product=SHOP.purl, author="Example Ltd")
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def dated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(EPOCH.timestamp())))


def generated(site: Site, *, hours: float = 4) -> VexStatement:
    done = generate_vex(site.top, ABOUT, to="openvex", output=None, clock=clock(hours=hours))
    (found,) = parse_vex(done.document).statements
    return found


@pytest.mark.usefixtures("dated")
def test_a_match_is_under_investigation(shop: Site) -> None:
    found = generated(shop)
    assert found.status is Status.UNDER_INVESTIGATION
    assert (found.vulnerability.name, found.issued_at) == (NAME, EPOCH)
    (product,) = found.products
    assert (product.target.purl, product.subcomponents[0].purl) == (SHOP.purl, PURL)


@pytest.mark.usefixtures("dated")
def test_a_waiver_changes_nothing(shop: Site) -> None:
    before = generated(shop)
    listed = list_findings(shop.top, clock=clock(hours=2))
    (one,) = [f.finding for f in listed.findings if f.finding.kind is Kind.VULNERABILITY]
    day = format_time(clock(hours=24 * 20)())[:10]
    accept_finding(shop.top, name=one.identity, reason="we wait", expires=day, clock=clock(hours=2))
    assert generated(shop) == before


@pytest.mark.usefixtures("dated")
def test_a_word_that_counts_is_taken_over_until_it_ends(shop: Site) -> None:
    record(shop, document(statement(impact_statement="never called")))
    found = generated(shop)
    assert found.status is Status.NOT_AFFECTED
    assert str(found.justification) == "inline_mitigations_already_exist"
    assert found.impact_statement == "never called"
    assert found.notes.startswith("On the word of local, ")
    listed = list_findings(shop.top, clock=clock(hours=4)).findings
    (ends,) = [one.vex.expires for one in listed if one.vex is not None]
    assert found.expires_at == ends


@pytest.mark.usefixtures("dated")
def test_a_word_that_does_not_count_changes_nothing(shop: Site) -> None:
    record(shop, document(author="vendor"))
    assert generated(shop).status is Status.UNDER_INVESTIGATION


@pytest.mark.usefixtures("dated")
def test_affected_by_the_word_of_somebody(shop: Site) -> None:
    record(shop, document(confirmed()))
    found = generated(shop)
    assert found.status is Status.AFFECTED
    assert found.action_statement.startswith("Upgrade leftpad-py")
    assert found.notes.startswith("local says so, ")


@pytest.mark.usefixtures("dated")
def test_the_same_bytes(shop: Site) -> None:
    one, other = (
        generate_vex(shop.top, ABOUT, to="cyclonedx", output=None, clock=clock(hours=4)).document
        for _ in range(2)
    )
    assert one == other


@pytest.mark.usefixtures("dated")
def test_how_near_the_product_comes(shop: Site) -> None:
    listed = list_findings(shop.top, clock=clock(hours=4)).findings
    (one,) = [found for found in listed if found.finding.kind is Kind.VULNERABILITY]
    assert said(one, None).notes == ""
    assert said(one, reach(Level.IMPORTED)).notes == "Evidence so far: imported."
    for scope in (Scope.TESTS, Scope.TYPES):
        assert said(one, reach(Level.CALLED, scope)).status is Status.UNDER_INVESTIGATION
    called = said(one, reach(Level.CALLED))
    assert (called.status, called.notes) == (
        Status.AFFECTED,
        "Evidence: what is vulnerable is called.",
    )
    assert called.action_statement == one.finding.remedy


def reach(level: Level, scope: Scope = Scope.RUN) -> Reach:
    return Reach(level=level, sights=(Sight(level=level, scope=scope, path="a.py", what="x"),))


def said(one: ListedFinding, found: Reach | None) -> VexStatement:
    finding = one.finding
    seen = tuple(replace(o, reach=(found,) if found else ()) for o in finding.observations)
    made = replace(one, finding=replace(finding, observations=seen))
    (statement_,) = say_all((made,), SHOP, at=EPOCH)
    assert isinstance(statement_, VexStatement)
    return statement_


def without_names(finding: Finding) -> Finding:
    return replace(
        finding, observations=tuple(replace(one, traits=()) for one in finding.observations)
    )


@pytest.mark.usefixtures("dated")
def test_a_finding_that_names_no_component_is_not_left_out_in_silence(shop: Site) -> None:
    listed = list_findings(shop.top, clock=clock(hours=4)).findings
    (one,) = [found for found in listed if found.finding.kind is Kind.VULNERABILITY]
    (gap,) = say_all((replace(one, finding=without_names(one.finding)),), SHOP, at=EPOCH)
    assert isinstance(gap, NotChecked)
    assert (gap.what, gap.where) == ("finding", one.finding.identity)
    assert gap.why == "no statement can be made of it: a product without a name"


@pytest.mark.usefixtures("dated")
def test_words_of_cyclonedx_stay_what_they_are(shop: Site) -> None:
    record(shop, document())
    listed = list_findings(shop.top, clock=clock(hours=4)).findings
    (one,) = [found for found in listed if found.vex is not None]
    assert one.vex is not None
    word = replace(one.vex.word, justification="requires_environment")
    made = replace(one, vex=VexSetAside(word=word, expires=one.vex.expires))
    (found,) = say_all((made,), SHOP, at=EPOCH)
    assert isinstance(found, VexStatement)
    assert (found.justification, found.raw_justification) == (None, "requires_environment")


@pytest.mark.usefixtures("dated")
def test_another_cve_of_the_advisory_is_no_alias(shop: Site) -> None:
    listed = list_findings(shop.top, clock=clock(hours=4)).findings
    (one,) = [found for found in listed if found.finding.kind is Kind.VULNERABILITY]
    ids = (NAME, "GHSA-a", "CVE-2026-9", "https://x.example")
    made = replace(one, finding=replace(one.finding, references=ids))
    (found,) = say_all((made,), SHOP, at=EPOCH)
    assert isinstance(found, VexStatement)
    assert found.vulnerability.aliases == ("GHSA-a",)


@pytest.mark.usefixtures("dated")
def test_an_entry_that_nobody_read_is_not_said_to_be_affected(shop: Site) -> None:
    record(shop, document(confirmed()))
    listed = list_findings(shop.top, clock=clock(hours=4)).findings
    (one,) = [found for found in listed if found.confirmed is not None]
    assert one.confirmed is not None
    made = replace(one, confirmed=replace(one.confirmed, status="unread"))
    (found,) = say_all((made,), SHOP, at=EPOCH)
    assert isinstance(found, VexStatement)
    assert found.status is Status.UNDER_INVESTIGATION


@pytest.mark.usefixtures("dated")
def test_nothing_to_say(shop: Site) -> None:
    unnamed = replace(ABOUT, product="pkg:npm/x")
    with pytest.raises(UsageError) as refusal:
        generate_vex(shop.top, unnamed, to="openvex", output=None, clock=clock(hours=4))
    assert refusal.value.what == "'pkg:npm/x' names no version"
