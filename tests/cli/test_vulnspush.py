"""What is new in the advisories, as people and programs see it."""

from tests.operations.site import Site, write_advisories

NEW = """\
shop  (deployed or not?; owner not known; gitCommit:{commit})
  affected   TEST-leftpad-py  pkg:pypi/leftpad-py@1.0.0; SSVC: Act; fixed in 2.0.0
             leftpad-py pads without end
  verdict at source: PASSED before, FAILED now
1 release newly affected: 1 vulnerability
"""
NOTHING = "Nothing is new about the products in the portfolio\n"


def test_an_import_tells_what_is_new(site: Site) -> None:
    begun = site.assay("vulns", "push", "--in", site.top)
    assert (begun.outcome, begun.out.decode()) == ((0, ""), NOTHING)
    source = write_advisories(site.folder / "osv", package="leftpad-py")
    answer = site.assay("vulns", "import", source)
    assert answer.outcome == (0, "")
    told = answer.out.decode().partition("\n")[2]
    assert told == NEW.format(commit=site.repo.head[:12])
    again = site.assay("vulns", "import", source, "--json")
    assert again.outcome == (0, "")
    pushed = again.document.field("push")
    assert pushed.field("releases").items() == ()


def test_a_push_that_is_left_for_later(site: Site) -> None:
    assert site.assay("vulns", "push", "--in", site.top).status == 0
    source = write_advisories(site.folder / "osv", package="leftpad-py")
    left = site.assay("vulns", "import", source, "--no-push", "--json")
    assert left.document.optional("push") is None
    tried = site.assay("vulns", "push", "--dry-run")
    assert tried.outcome == (0, "")
    assert tried.out.decode().splitlines()[-1] == "Dry run: nothing was recorded, noted or sent"
    (site.home / "keys" / "signer.pem").unlink()
    done = site.assay("vulns", "push", "--json")
    assert done.status == 3
    document = done.document
    assert document.field("counts").field("affected").integer() == 1
    assert [gap.field("what").text() for gap in document.field("notChecked").items()] == ["verdict"]
