"""`assay vulns match`, as people see it."""

import json

from tests.operations.site import Site

VEX = {
    "@context": "https://openvex.dev/ns/v0.2.0",
    "@id": "urn:v",
    "author": "Example Ltd",
    "timestamp": "2026-01-01T00:00:00Z",
    "version": 1,
    "statements": [{"vulnerability": {"name": "TEST-rightpad-py"}, "status": "harmless"}],
}
MATCHED = """\
critical TEST-rightpad-py in rightpad-py 1.0.0  [requirements.txt]
    SSVC: Act (at least Track; not known: exploitation, mission impact, well-being impact)
    reach: imported (app.py:1); 2 things could raise it
    • app.py:1: imports rightpad_py
    • requirements.txt: it is declared
    → Upgrade rightpad-py from 1.0.0 to 2.0.0 or later
Not checked: 1 thing
         • requirement: no exact version  [requirements.txt: flask]
           → pin it
PyPI: 1 advisories, newest of 2026-01-01 ("""


def test_what_is_known_what_is_not_and_from_what(site: Site) -> None:
    folder = site.folder / "other"
    folder.mkdir()
    (folder / "requirements.txt").write_text("rightpad-py==1.0.0\nflask\n")
    (folder / "app.py").write_text("import rightpad_py\n")
    answer = site.assay("vulns", "match", folder)
    assert answer.outcome == (1, "")
    told = answer.out.decode()
    assert told.startswith(MATCHED)
    assert told.splitlines()[-3:] == [
        "KEV: not here",
        "EPSS: not here",
        "FAILED  1 known vulnerability in other, of 1 component",
    ]
    said = "VEX: nothing clear: Example Ltd has an entry that cannot be read: statements[0].status"
    (site.folder / "v.json").write_text(json.dumps(VEX))
    heard = site.assay("vulns", "match", folder, "--no-reach", "--vex", site.folder / "v.json")
    assert (heard.status, said in heard.out.decode()) == (1, True)
    as_json = site.assay("vulns", "match", folder, "--json")
    assert as_json.status == 1
    assert as_json.document.field("schema").text() == "assay.vulns-match/v1"
    nothing = site.assay("vulns", "match", site.home)
    assert nothing.status == 3
    refused = site.assay("vulns", "match", folder, "--at-least", "worst")
    assert refused.outcome == (
        2,
        "[usage] no severity 'worst' (one of critical, high, medium, low, info, unknown)",
    )
