import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from assay.core.digest import sha256_of
from assay.core.notchecked import NotChecked
from assay.findings.finding import Finding, Kind, Location, Severity, identity_of
from assay.findings.identity import SCHEME
from assay.sbom.component import Component
from assay.vuln.advisory import AdvisorySet, Feed, Unreadable
from assay.vuln.match import GET_ADVISORIES, MAX_LISTED, MatchResult, match_components
from assay.vuln.osv import parse_advisory
from assay.vuln.package import normal_name
from assay.vuln.ranges import Answer
from tests.vuln.records import affected, encoded

AT = datetime(2026, 3, 1, tzinfo=UTC)
CRITICAL = [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]


def feed(ecosystem: str = "PyPI") -> Feed:
    return Feed(
        ecosystem=ecosystem,
        digest=sha256_of(ecosystem.encode()),
        advisories=1,
        unreadable=0,
        imported_at=AT - timedelta(days=1),
        newest_modified=AT - timedelta(days=2),
        source="osv",
    )


def known(*records: bytes, unreadable: tuple[Unreadable, ...] = ()) -> AdvisorySet:
    """Return the set that holds `records`, with a feed for PyPI and those that they are about."""
    by_package: dict[tuple[str, str], list[bytes]] = {}
    for data in records:
        for item in parse_advisory(data).affected:
            key = (item.ecosystem, normal_name(item.ecosystem, item.name))
            by_package.setdefault(key, []).append(data)
    return AdvisorySet(
        feeds={name: feed(name) for name in ("PyPI", *(eco for eco, _ in by_package))},
        advisories={
            key: tuple(parse_advisory(data) for data in dict.fromkeys(found))
            for key, found in by_package.items()
        },
        unreadable=unreadable,
    )


def component(purl: str = "pkg:pypi/shop@1.0", *, found_in: str = "requirements.txt") -> Component:
    name, _, version = purl.partition("/")[2].partition("@")
    return Component(purl=purl, name=name, version=version, found_in=(found_in,))


def match(advisories: AdvisorySet, *purls: str) -> MatchResult:
    return match_components([component(purl) for purl in purls], advisories, at=AT)


def only(result: MatchResult) -> Finding:
    (finding,) = result.findings
    return finding


def test_affected() -> None:
    result = match(known(encoded(aliases=["CVE-2026-1"], severity=CRITICAL)), "pkg:pypi/shop@1.0")
    assert result.answers == {"pkg:pypi/shop@1.0": Answer.AFFECTED}
    assert result.not_checked == ()
    found = only(result)
    (observation,) = found.observations
    assert observation.traits == (("cluster", "CVE-2026-1"), ("component", "pkg:pypi/shop@1.0"))
    assert SCHEME.identity(Kind.VULNERABILITY, observation) == found.identity
    assert replace(found, observations=()) == Finding(
        identity=identity_of(Kind.VULNERABILITY, "pkg:pypi/shop@1.0", "CVE-2026-1"),
        kind=Kind.VULNERABILITY,
        rule="osv/CVE-2026-1",
        title="CVE-2026-1 in shop 1.0",
        severity=Severity.CRITICAL,
        message=(
            "it breaks [CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H (9.8); "
            "from GHSA-aaaa-bbbb-cccc]"
        ),
        remedy="Upgrade shop from 1.0 to 2.0 or later",
        locations=(Location(path="requirements.txt"),),
        references=("CVE-2026-1", "GHSA-aaaa-bbbb-cccc"),
    )


def test_not_affected() -> None:
    result = match(known(encoded()), "pkg:pypi/shop@2.0", "pkg:pypi/other@1.0")
    assert set(result.answers.values()) == {Answer.NOT_AFFECTED}
    assert (result.findings, result.not_checked) == ((), ())


def test_nothing_to_match_is_nothing_found() -> None:
    result = match(known(encoded()))
    assert (result.answers, result.findings, result.not_checked) == ({}, (), ())
    assert result.examined["components"] == 0


NOT_CHECKED = {
    "no data for the ecosystem": (
        known(),
        "pkg:npm/shop@1.0",
        NotChecked(
            what="advisory data",
            where="npm",
            why="no advisories here; components: 1",
            remedy=GET_ADVISORIES,
        ),
    ),
    "an ecosystem that is not matched": (
        known(),
        "pkg:generic/bash@5",
        NotChecked(
            what="advisory data",
            where="pkg:generic",
            why="not matched yet; components: 1",
            remedy="check these components by other means",
        ),
    ),
    "a version that is none": (
        known(encoded("A"), encoded("B")),
        "pkg:pypi/shop@trunk",
        NotChecked(
            what="component version",
            where="pkg:pypi/shop@trunk",
            why="'trunk' is no version of PyPI",
            remedy="pin a released version in the lock file",
        ),
    ),
    "no version": (
        known(),
        "pkg:pypi/shop",
        NotChecked(
            what="component version",
            where="pkg:pypi/shop",
            why="no version",
            remedy="pin a released version in the lock file",
        ),
    ),
    "no package URL": (
        known(),
        "shop 1.0",
        NotChecked(what="component", where="shop 1.0", why="'shop 1.0' is no package URL"),
    ),
    "a range that cannot be worked out": (
        known(encoded(affected=[affected(kind="LUNAR")])),
        "pkg:pypi/shop@1.0",
        NotChecked(
            what="advisory",
            where="GHSA-aaaa-bbbb-cccc",
            why="a range of the unknown type 'LUNAR'; it may affect pkg:pypi/shop@1.0",
            remedy="update Assay or the advisories",
        ),
    ),
    "an unreadable advisory about this package": (
        known(
            unreadable=(
                Unreadable(ecosystem="PyPI", name="X.json", why="broken", packages=("shop",)),
            )
        ),
        "pkg:pypi/shop@1.0",
        NotChecked(
            what="advisory",
            where="X.json",
            why="broken; it may affect pkg:pypi/shop@1.0",
            remedy="update Assay or the advisories",
        ),
    ),
    "an unreadable advisory about nobody knows what": (
        known(unreadable=(Unreadable(ecosystem="PyPI", name="X.json", why="broken"),)),
        "pkg:pypi/shop@1.0",
        NotChecked(
            what="advisory",
            where="X.json",
            why="broken; it may affect pkg:pypi/shop@1.0",
            remedy="update Assay or the advisories",
        ),
    ),
}


@pytest.mark.parametrize(
    ("advisories", "purl", "not_checked"), NOT_CHECKED.values(), ids=NOT_CHECKED
)
def test_unknown(advisories: AdvisorySet, purl: str, not_checked: NotChecked) -> None:
    result = match(advisories, purl)
    assert result.answers == {purl: Answer.UNKNOWN}
    assert (result.findings, result.not_checked) == ((), (not_checked,))


def test_an_unreadable_advisory_leaves_other_packages_and_ecosystems_alone() -> None:
    about = Unreadable(ecosystem="PyPI", name="X.json", why="broken", packages=("other",))
    foreign = Unreadable(ecosystem="npm", name="Y.json", why="broken")
    result = match(known(unreadable=(about, foreign)), "pkg:pypi/shop@1.0")
    assert result.answers == {"pkg:pypi/shop@1.0": Answer.NOT_AFFECTED}


def test_one_entry_for_an_ecosystem_without_data() -> None:
    result = match(known(), *(f"pkg:npm/a@{n}" for n in range(3)))
    assert [item.why for item in result.not_checked] == ["no advisories here; components: 3"]


def test_one_entry_for_an_unreadable_advisory() -> None:
    broken = Unreadable(ecosystem="PyPI", name="X.json", why="broken")
    result = match(known(unreadable=(broken,)), *(f"pkg:pypi/a@{n}" for n in range(3)))
    assert [item.why for item in result.not_checked] == [
        "broken; it may affect pkg:pypi/a@0 and 2 more components"
    ]


def test_thousands_of_unreadable_advisories_do_not_flood_the_report() -> None:
    broken = tuple(
        Unreadable(ecosystem="PyPI", name=f"{n:04}.json", why="broken") for n in range(2000)
    )
    result = match(known(unreadable=broken), "pkg:pypi/a@1")
    assert len(result.not_checked) == MAX_LISTED + 1
    assert f"{2000 - MAX_LISTED} more" in {item.where for item in result.not_checked}


def test_affected_by_one_and_unknown_by_another_is_both() -> None:
    unclear = encoded("GHSA-unclear", affected=[affected(kind="LUNAR")])
    result = match(known(encoded(), unclear), "pkg:pypi/shop@1.0")
    assert result.answers == {"pkg:pypi/shop@1.0": Answer.AFFECTED}
    assert [item.where for item in result.not_checked] == ["GHSA-unclear"]


def test_withdrawn_is_passed_over_and_listed() -> None:
    gone = encoded(withdrawn="2026-02-01T00:00:00Z")
    result = match(known(gone), "pkg:pypi/shop@1.0")
    assert result.answers == {"pkg:pypi/shop@1.0": Answer.NOT_AFFECTED}
    assert (result.findings, result.withdrawn) == ((), ("GHSA-aaaa-bbbb-cccc",))
    assert result.examined["advisories withdrawn"] == 1


def test_a_withdrawn_record_takes_no_other_record_of_the_same_vulnerability_with_it() -> None:
    gone = encoded("PYSEC-1", aliases=["CVE-1"], withdrawn="2026-02-01T00:00:00Z")
    result = match(known(gone, encoded(aliases=["CVE-1"])), "pkg:pypi/shop@1.0")
    assert only(result).rule == "osv/CVE-1"


def test_one_finding_for_one_vulnerability_under_several_ids() -> None:
    records = (
        encoded(
            "PYSEC-1",
            aliases=["CVE-1"],
            affected=[affected(events=[{"introduced": "0"}, {"fixed": "1.5"}])],
        ),
        encoded("GHSA-1", aliases=["CVE-1"], severity=CRITICAL),
    )
    finding = only(match(known(*records), "pkg:pypi/shop@1.0"))
    assert finding.references == ("CVE-1", "GHSA-1", "PYSEC-1")
    assert finding.severity is Severity.CRITICAL
    assert finding.remedy == "Upgrade shop from 1.0 to 2.0 or later"


def test_a_record_about_two_cves_gives_two_findings_that_do_not_name_each_other() -> None:
    result = match(known(encoded("GO-1", aliases=["CVE-1", "CVE-2"])), "pkg:pypi/shop@1.0")
    assert [finding.references for finding in result.findings] == [
        ("CVE-1", "GO-1"),
        ("CVE-2", "GO-1"),
    ]


def test_one_component_in_two_lock_files_is_one_finding() -> None:
    components = [component(found_in="b.lock"), component(found_in="a.lock"), component()]
    result = match_components(components, known(encoded()), at=AT)
    assert [place.path for place in only(result).locations] == [
        "a.lock",
        "b.lock",
        "requirements.txt",
    ]
    assert result.examined["components"] == 1


def test_a_name_from_outside_cannot_write_to_the_terminal() -> None:
    hostile = Component(
        purl="pkg:pypi/shop@1.0", name="a\x1b[2J", version="1\u202e", found_in=("x",)
    )
    finding = only(match_components([hostile], known(encoded()), at=AT))
    assert (finding.title, finding.remedy) == (
        r"GHSA-aaaa-bbbb-cccc in a\x1b[2J 1\u202e",
        r"Upgrade a\x1b[2J from 1\u202e to 2.0 or later",
    )


def test_a_component_found_nowhere_is_at_its_own_name() -> None:
    lost = Component(purl="pkg:pypi/shop@1.0", name="shop", version="1.0", found_in=())
    result = match_components([lost], known(encoded()), at=AT)
    assert only(result).locations == (Location(path="pkg:pypi/shop@1.0"),)


def _events(*pairs: str) -> list[dict[str, str]]:
    return [{k: v} for k, _, v in (pair.partition("=") for pair in pairs)]


REMEDIES = {
    "smallest fix above": (
        [_events("introduced=0", "fixed=1.5", "introduced=2", "fixed=2.5")],
        "1.0",
        "Upgrade shop from 1.0 to 1.5 or later",
    ),
    "not a fix below": (
        [_events("introduced=0", "fixed=1.5", "introduced=2", "fixed=2.5")],
        "2.1",
        "Upgrade shop from 2.1 to 2.5 or later",
    ),
    "not a fix that is affected itself": (
        [_events("introduced=0", "fixed=1.5"), _events("introduced=1.2", "fixed=1.8")],
        "1.0",
        "Upgrade shop from 1.0 to 1.8 or later",
    ),
    "no fix": (
        [_events("introduced=0", "last_affected=9")],
        "1.0",
        (
            "No fixed version of shop is known: replace it, or record with a reason and an end "
            "date why it does not matter here"
        ),
    ),
}


@pytest.mark.parametrize(("ranges", "version", "remedy"), REMEDIES.values(), ids=REMEDIES)
def test_remedy(ranges: list[list[dict[str, str]]], version: str, remedy: str) -> None:
    data = encoded(affected=[affected(events=events) for events in ranges])
    assert only(match(known(data), f"pkg:pypi/shop@{version}")).remedy == remedy


def test_the_remedy_names_a_version_that_is_clear_of_everything() -> None:
    later = encoded("GHSA-2", affected=[affected(events=_events("introduced=0", "fixed=3.0"))])
    result = match(known(encoded("GHSA-1"), later), "pkg:pypi/shop@1.0")
    assert [finding.remedy for finding in result.findings] == [
        "Upgrade shop from 1.0 to 2.0 or later; 3.0 is clear of every known vulnerability",
        "Upgrade shop from 1.0 to 3.0 or later",
    ]


def test_the_remedy_for_a_go_module_has_its_v() -> None:
    data = encoded(affected=[affected("example.org/a", ecosystem="Go", kind="SEMVER")])
    result = match(known(data), "pkg:golang/example.org/a@v1.0.0")
    assert only(result).remedy == "Upgrade example.org/a from v1.0.0 to v2.0 or later"


def test_the_remedy_for_malice_is_no_upgrade() -> None:
    result = match(known(encoded("MAL-2026-1")), "pkg:pypi/shop@1.0")
    assert only(result).remedy == (
        "Remove shop 1.0: it is malicious. Treat what it ran on as compromised"
    )
    assert only(result).severity is Severity.CRITICAL


def test_the_inputs_name_the_data_and_their_age() -> None:
    inputs = match(known()).inputs
    assert inputs == {
        "advisories": str(
            sha256_of(json.dumps({"PyPI": str(feed().digest)}, separators=(",", ":")).encode())
        ),
        "advisories/PyPI": str(feed().digest),
        "advisories/PyPI/importedAt": "2026-02-28T00:00:00Z",
        "advisories/PyPI/newestModified": "2026-02-27T00:00:00Z",
    }


def test_the_inputs_name_the_feeds_that_were_used_and_no_others() -> None:
    both = known(encoded("N", affected=[affected(ecosystem="npm")]))
    assert set(match(both, "pkg:npm/a@1.0.0").inputs) == {
        "advisories",
        "advisories/npm",
        "advisories/npm/importedAt",
        "advisories/npm/newestModified",
    }
    assert "advisories/PyPI" in match(both).inputs


def test_without_any_data_the_inputs_still_say_so() -> None:
    assert match(AdvisorySet()).inputs == {"advisories": str(sha256_of(b"{}"))}


def test_examined() -> None:
    result = match(known(encoded()), "pkg:pypi/shop@1.0", "pkg:pypi/shop@2.0", "pkg:npm/a@1")
    assert result.examined == {
        "components": 3,
        "components affected": 1,
        "components not affected": 1,
        "components unknown": 1,
        "advisories": 1,
        "advisories unreadable": 0,
        "advisories withdrawn": 0,
    }


def _distribution(*entries: dict[str, object]) -> AdvisorySet:
    """Return what is known of Debian 11 and 12, from one record with `entries`."""
    data = encoded("DSA-1", affected=list(entries))
    records = {("Debian", "openssl"): (parse_advisory(data),)}
    releases = ("Debian:11", "Debian:12")
    return AdvisorySet(
        feeds={"Debian": replace(feed("Debian"), releases=releases)}, advisories=records
    )


def _debian(release: str, fixed: str) -> dict[str, object]:
    events = ({"introduced": "0"}, {"fixed": fixed})
    return affected("openssl", ecosystem=release, events=events)


OPENSSL = _distribution(_debian("Debian:11", "1.1.1w-0"), _debian("Debian:12", "3.0.9-1"))
OLD = "pkg:deb/debian/openssl@1.1.1w-0"
RELEASES = {
    "below the fix of its release": ("1.1.1n-0?distro=debian-11", Answer.AFFECTED),
    "fixed in its release": ("1.1.1w-0?distro=debian-11", Answer.NOT_AFFECTED),
    "the same version in another release": ("1.1.1w-0?distro=debian-12", Answer.AFFECTED),
    "no release, and one of them has it": ("1.1.1w-0", Answer.UNKNOWN),
    "no release, and none of them has it": ("3.0.9-1", Answer.NOT_AFFECTED),
    "a release without advisories": ("1.0?distro=debian-13", Answer.UNKNOWN),
}


@pytest.mark.parametrize(("rest", "answer"), RELEASES.values(), ids=RELEASES)
def test_releases_of_a_distribution(rest: str, answer: Answer) -> None:
    """A fix in one release is none in another, and where nobody can tell, nobody is cleared."""
    purl = f"pkg:deb/debian/openssl@{rest}"
    assert match(OPENSSL, purl).answers == {purl: answer}


def test_why_a_release_is_unknown() -> None:
    first, second = (
        match(OPENSSL, purl).not_checked
        for purl in (OLD, "pkg:deb/debian/openssl@1.0?distro=debian-13")
    )
    assert [gap.why for gap in (*first, *second)] == [
        f"it is about a release that may be another one; it may affect {OLD}",
        "no advisories of the release 'debian-13' here",
    ]


def test_components_without_a_purl_are_unknown_one_by_one() -> None:
    unnamed = [
        Component(purl="", name=name, version="1", found_in=("bom.json",)) for name in ("a", "b")
    ]
    result = match_components(unnamed, known(), at=AT)
    assert set(result.answers.values()) == {Answer.UNKNOWN}
    assert [gap.where for gap in result.not_checked] == [one.identity for one in unnamed]


def test_unreadable_record_beside_one_that_does_not_affect_the_version() -> None:
    unreadable = Unreadable(ecosystem="PyPI", name="bad.json", why="no id", packages=("shop",))
    result = match(known(encoded(), unreadable=(unreadable,)), "pkg:pypi/shop@3.0")
    assert result.answers == {"pkg:pypi/shop@3.0": Answer.UNKNOWN}
    assert [gap.where for gap in result.not_checked] == ["bad.json"]


def test_package_of_the_same_name_in_another_ecosystem() -> None:
    """One record may be about both; what it says about one says nothing about the other."""
    other = affected(ecosystem="npm", events=[{"introduced": "0"}])
    record = encoded(affected=[affected(), other])
    result = match(known(record), "pkg:pypi/shop@3.0", "pkg:npm/shop@3.0.0")
    assert result.answers == {
        "pkg:pypi/shop@3.0": Answer.NOT_AFFECTED,
        "pkg:npm/shop@3.0.0": Answer.AFFECTED,
    }


def test_a_cve_that_a_record_names_twice_is_one_and_leaves_its_other_names() -> None:
    record = encoded(aliases=["CVE-2026-1", "CVE-2026-1", "OSV-9"])
    found = match(known(record), "pkg:pypi/shop@1.0").findings
    assert [finding.references for finding in found] == [
        ("CVE-2026-1", "GHSA-aaaa-bbbb-cccc", "OSV-9")
    ]
