"""Reach as people see it: asked for, in a check, and of one finding."""

from assay.core.jsonvalue import JsonValue
from tests.operations.site import Site

LOCK = "rightpad-py==1.0.0 --hash=sha256:" + "0f" * 32 + "\n"
ASKED = """\
1 finding about known vulnerabilities in shop

imported  critical TEST-rightpad-py in rightpad-py 1.0.0
  • app.py:1: imports rightpad_py
  • requirements.txt: it is declared
  could be nearer: the advisories name no symbols: whether what is vulnerable is called, not told
  could be nearer: the name under which it is imported is guessed from its own
"""


def test_reach_is_asked_recorded_and_shown(site: Site) -> None:
    """The finding in the log has it, each report says it, and the gate is as strict as before."""
    files = {"requirements.txt": LOCK, "app.py": "import rightpad_py\n"}
    site.repo.commit("Pad", files=files)
    asked = site.assay("vulns", "reach")
    assert (asked.out.decode(), asked.outcome) == (ASKED, (0, ""))
    check = site.assay("check", "--json")
    assert check.status == 1
    [finding] = [
        one
        for one in check.document.field("findings").items()
        if one.field("kind").text() == "vulnerability"
    ]
    [reach] = finding.field("observations").items()[0].field("reach").items()
    assert reach.field("level").text() == "imported"
    assert [place.field("path").text() for place in reach.field("sights").items()] == [
        "app.py",
        "requirements.txt",
    ]
    shown = site.assay("finding", "show", _hash(finding))
    assert "Reach  imported (app.py:1)\n  • app.py:1: imports rightpad_py\n" in shown.out.decode()


def _hash(finding: JsonValue) -> str:
    return finding.field("identity").text().rpartition(":")[2]
