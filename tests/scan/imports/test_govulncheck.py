"""What govulncheck writes: one claim for each module and vulnerability, as near as its traces."""

import json

import pytest

from assay.core.errors import MalformedError
from assay.findings.finding import Kind, identity_of
from assay.findings.fingerprint import name_sightings
from assay.findings.place import SourceText
from assay.findings.reach import Level
from assay.scan.imports.claim import Claim, Told
from assay.scan.imports.formats import parse_foreign_report
from assay.scan.imports.mapping import CommitFiles, map_claims

HEAD = {"protocol_version": "v1.0.0", "scanner_name": "govulncheck", "scanner_version": "v1.1.4"}
RECORD = {"osv": {"id": "GO-2024-1", "aliases": ["CVE-2024-1", "GHSA-aaaa-bbbb-cccc"]}}
MODULE = {"module": "golang.org/x/net", "version": "v0.25.0"}
PACKAGE = MODULE | {"package": "golang.org/x/net/html"}
SYMBOL = PACKAGE | {"function": "Next", "receiver": "*Tokenizer"}
CALLER = {
    "module": "example.com/shop",
    "package": "example.com/shop/web",
    "function": "Page",
    "position": {"filename": "web/page.go", "line": 12, "column": 3},
}


def finding(*frames: object, osv: str = "GO-2024-1") -> dict[str, object]:
    return {"finding": {"osv": osv, "fixed_version": "v0.33.0", "trace": list(frames)}}


def stream(*messages: object, mode: str = "source", level: str = "symbol") -> bytes:
    """Return the messages as govulncheck prints them: indented, one behind the other."""
    head = {"config": HEAD | {"scan_mode": mode, "scan_level": level}}
    return "\n".join(json.dumps(one, indent=2) for one in (head, RECORD, *messages)).encode()


def told(data: bytes) -> Told:
    [one] = parse_foreign_report(data, tool="")
    return one


def claim(*messages: object, mode: str = "source", level: str = "symbol") -> Claim:
    [one] = told(stream(*messages, mode=mode, level=level)).claims
    return one


LEVELS = {
    "module": (MODULE, "source", Level.DECLARED, "govulncheck: the module is there"),
    "package": (
        PACKAGE,
        "source",
        Level.IMPORTED,
        "govulncheck: golang.org/x/net/html is imported",
    ),
    "symbol": (
        SYMBOL,
        "source",
        Level.CALLED,
        "govulncheck: golang.org/x/net/html.Tokenizer.Next is called",
    ),
    "module of a program": (MODULE, "binary", Level.INSTALLED, "govulncheck: the module is there"),
    "symbol in a program": (
        SYMBOL,
        "binary",
        Level.REFERENCED,
        "govulncheck: golang.org/x/net/html.Tokenizer.Next is linked in",
    ),
}


@pytest.mark.parametrize(("frame", "mode", "level", "what"), LEVELS.values(), ids=LEVELS)
def test_levels(frame: dict[str, object], mode: str, level: Level, what: str) -> None:
    [reach] = claim(finding(frame), mode=mode).reach
    assert (reach.level, reach.sights[0].what) == (level, what)


def test_all_traces_of_one_vulnerability_are_one_claim_of_the_nearest() -> None:
    one = claim(finding(MODULE), finding(PACKAGE), finding(SYMBOL, CALLER))
    assert one.traits == (
        ("cluster", "CVE-2024-1"),
        ("component", "pkg:golang/golang.org/x/net@v0.25.0"),
    )
    assert (one.spot.paths, one.spot.line) == (("web/page.go", "go.mod"), 12)
    assert one.remedy == "Upgrade golang.org/x/net to v0.33.0."
    [reach] = one.reach
    assert (reach.level, reach.sights[0].chain) == (Level.CALLED, ("example.com/shop/web.Page",))


def test_it_is_the_finding_that_our_own_matching_makes() -> None:
    """The same component and cluster give the same identity, and levels join."""
    files = CommitFiles(paths=frozenset({"go.mod"}), text=lambda path: SourceText(path, b""))
    mapped = map_claims(told(stream(finding(SYMBOL))), files, identity_key=b"k" * 32)
    [found] = name_sightings(mapped.sightings)
    own = identity_of(Kind.VULNERABILITY, "pkg:golang/golang.org/x/net@v0.25.0", "CVE-2024-1")
    assert found.identity == own
    assert found.reach is not None
    assert (found.reach.level, found.locations[0].path) == (Level.CALLED, "go.mod")


def test_the_standard_library_has_versions_without_v() -> None:
    one = claim(finding({"module": "stdlib", "version": "v1.20.1"}))
    assert dict(one.traits)["component"] == "pkg:golang/stdlib@1.20.1"


def test_a_run_that_did_not_look_for_symbols_says_so() -> None:
    [reach] = claim(finding(PACKAGE), level="package").reach
    assert reach.hidden == ("govulncheck looked at package only",)


def test_several_cves_are_no_cluster() -> None:
    record = {"osv": {"id": "GO-2", "aliases": ["CVE-1", "CVE-2"]}}
    [one] = told(stream(record, finding(MODULE, osv="GO-2"))).claims
    assert dict(one.traits)["cluster"] == "GO-2"


def test_a_list_and_nothing_found() -> None:
    assert told(json.dumps([{"config": HEAD}, {"progress": {"message": "x"}}]).encode()) == Told(
        tool="govulncheck", version="v1.1.4"
    )


REFUSED = {
    "no head": (
        json.dumps([RECORD, finding(MODULE)]).encode(),
        "[malformed] no config among the messages (save all that it prints)",
    ),
    "empty trace": (
        stream(finding()),
        "[malformed] a trace of nothing, at [2].finding",
    ),
    "cut off": (
        stream(finding(MODULE))[:-4],
        "[malformed] not strict JSON: Expecting ',' delimiter: line 11 column 2 (char 178)",
    ),
}


@pytest.mark.parametrize(("data", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(data: bytes, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_foreign_report(data, tool="govulncheck")
    assert str(caught.value) == message
