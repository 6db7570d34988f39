"""What a shell offers where a finding is to be named."""

import json

from tests.operations.site import Site
from tests.scan.imports.logs import log, result


def offered(site: Site, words: str) -> list[bytes]:
    number = str(len(words.split(" ")) - 1)
    asked = {"_ASSAY_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": number}
    return site.assay(environment=asked).out.split()


def test_findings_about_the_commit_are_offered_by_their_hash(site: Site) -> None:
    report = site.folder / "report.sarif"
    report.write_text(json.dumps(log(result(), result(ruleId="R2"))))
    assert site.assay("scan", "import", report).outcome == (0, "")
    listed = site.assay("finding", "list", "--json").document.field("findings").items()
    hashes = [one.field("identity").text().rpartition(":")[2][:12].encode() for one in listed]
    assert len(hashes) == 2
    assert offered(site, "assay finding show ") == hashes
    assert hashes[0] in offered(site, f"assay finding accept {hashes[0][:3].decode()}")


def test_without_a_log_nothing_is_offered_and_nothing_said(checked_site: Site) -> None:
    words = f"assay finding show --repository {checked_site.folder} "
    assert offered(checked_site, words) == []
