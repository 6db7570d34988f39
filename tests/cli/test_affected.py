"""`assay affected` and what `assay vulns` says of a vulnerability, as people see them."""

import json

from tests.operations.site import Site, write_advisories

CVE = "CVE-2026-1000"
AFFECTED = """\
affected     shop  pkg:pypi/leftpad-py@1.0.0  (deployed or not?; owner not known; commit {commit})
             leftpad-py pads without end [CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H (9.8)]
             SSVC: Act (at least Attend; not known: mission impact, well-being impact); \
KEV 2026-02-01
             by pkg:pypi/leftpad-py@1.0.0
             fixed in 2.0.0
FAILED: CVE-2026-1000 is in some of 1 product
"""


def test_a_vulnerability_from_its_advisory_to_the_answer(site: Site) -> None:
    source = write_advisories(site.folder / "new", package="leftpad-py", cve=CVE)
    assert site.assay("vulns", "import", source).outcome == (0, "")
    entry = {"cveID": CVE, "dateAdded": "2026-02-01"}
    kev = {"dateReleased": "2026-03-01", "count": 1, "vulnerabilities": [entry]}
    (site.folder / "kev.json").write_text(json.dumps(kev))
    taken = site.assay("vulns", "import", site.folder / "kev.json")
    assert taken.out.decode().startswith("KEV                1 entries, of 2026-03-01T00:00:00Z, ")
    answer = site.assay("affected", CVE)
    assert answer.outcome == (1, "")
    told = answer.out.decode()
    assert told.startswith(AFFECTED.format(commit=site.repo.head[:12]))
    rest = [line.partition(" ")[2] for line in told.splitlines()[6:]]
    assert [line.split(":")[0].strip() for line in rest] == ["PyPI", "KEV", "not checked"]
    as_json = site.assay("affected", CVE, "--json")
    assert as_json.status == 1
    assert as_json.document.field("schema").text() == "assay.affected/v1"
    assert as_json.document.field("verdict").text() == "FAILED"


def test_a_vulnerability_that_nobody_knows(site: Site) -> None:
    answer = site.assay("affected", "CVE-2099-1")
    assert answer.outcome == (3, "")
    told = answer.out.decode().splitlines()
    assert told[0] == "UNKNOWN: CVE-2099-1 is not known to be in any of 1 product"
    assert told[-1].startswith(
        "  not checked: vulnerability, CVE-2099-1: no advisory here names it"
    )
    explained = site.assay("vulns", "explain", "CVE-2099-1", "--json")
    assert explained.status == 3
    assert explained.document.field("code").text() == "unavailable"


def test_the_records_of_a_vulnerability(site: Site) -> None:
    answer = site.assay("vulns", "explain", "TEST-rightpad-py")
    assert answer.outcome == (0, "")
    *told, feed = answer.out.decode().splitlines()
    assert told == [
        "TEST-rightpad-py in rightpad-py (PyPI)",
        "  TEST-rightpad-py: no CVE is known; named after TEST-rightpad-py: TEST-rightpad-py",
        "    OSV (package): affected: before 2.0.0",
    ]
    assert feed.startswith("PyPI: advisories imported ")
