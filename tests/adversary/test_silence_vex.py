"""Silence in VEX: what nobody understood, or what nobody said, never reads as "not affected"."""

import json
from pathlib import Path

import pytest

from assay.core.errors import MalformedError
from assay.operations.convert_vex import Boms, Missing, convert_vex
from assay.operations.explain_vex import AskedVex, ExplainedVex, explain_vex
from assay.vuln.vex.standing import Standing
from assay.vuln.vexformats import parse_vex
from tests.vuln.vex.vexes import AT, CVE, LIBRARY, SHOP, said

ASKED = AskedVex(vulnerability=CVE, product=SHOP.purl, component=LIBRARY.purl)


def openvex(*statements: dict[str, object], name: str = "d") -> dict[str, object]:
    return {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": f"urn:{name}",
        "author": "Example Ltd",
        "timestamp": "2026-05-01T00:00:00Z",
        "version": 1,
        "statements": list(statements),
    }


def cyclonedx(*entries: dict[str, object]) -> dict[str, object]:
    part = {"type": "library", "name": "a", "version": "1.2.3", "purl": LIBRARY.purl}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "metadata": {
            "timestamp": "2026-05-01T00:00:00Z",
            "authors": [{"name": "Example Ltd"}],
            "component": {
                "type": "application",
                "name": "shop",
                "purl": SHOP.purl,
                "bom-ref": "s",
            },
        },
        "components": [part | {"bom-ref": "a"}],
        "vulnerabilities": list(entries),
    }


def entry(*, versions: list[dict[str, str]] | None = None, ref: str = "a") -> dict[str, object]:
    limits = {} if versions is None else {"versions": versions}
    return {
        "id": CVE,
        "analysis": {"state": "not_affected", "justification": "code_not_reachable"},
        "affects": [{"ref": ref} | limits],
    }


def explained(folder: Path, *documents: dict[str, object]) -> ExplainedVex:
    paths = []
    for number, document in enumerate(documents):
        path = folder / f"{number}.json"
        path.write_text(json.dumps(document))
        paths.append(path)
    return explain_vex(tuple(paths), ASKED, clock=lambda: AT)


def test_without_any_of_it_the_same_is_not_affected(tmp_path: Path) -> None:
    """What all the others here begin with."""
    for document in (openvex(said()), cyclonedx(entry())):
        assert explained(tmp_path, document).answer.standing is Standing.STANDS


UNREADABLE = {
    "an unknown status": said(status="harmless", timestamp="2026-05-02T00:00:00Z"),
    "an unknown reason": said(justification="trust us", timestamp="2026-05-02T00:00:00Z"),
    "a broken time": said(status="affected", justification=None, timestamp="today"),
    "no product": said(status="affected", justification=None, products=None),
    "a broken product": said(status="affected", justification=None, products=[{"@id": "pkg:"}]),
    "an end that is none": said(status_notes="[assay:expires=later]"),
    "nothing at all": {},
}


@pytest.mark.parametrize("statement", UNREADABLE.values(), ids=UNREADABLE)
def test_an_unreadable_statement_may_be_the_newer_one(
    tmp_path: Path, statement: dict[str, object]
) -> None:
    """Unreadable advisory treated as clean: it may take back what an older statement says."""
    for documents in (
        (openvex(said(), statement),),
        (openvex(said()), openvex(statement, name="e")),
    ):
        done = explained(tmp_path, *documents)
        assert (done.answer.standing, done.answer.status) == (Standing.UNCLEAR, None)


@pytest.mark.parametrize("reason", [{"justification": None}, {"status_notes": "fine"}])
def test_not_affected_without_a_reason(tmp_path: Path, reason: dict[str, object]) -> None:
    bare = said(**({"justification": None} | reason))
    assert explained(tmp_path, openvex(bare)).answer.standing is Standing.UNCLEAR


@pytest.mark.parametrize("context", ["https://openvex.dev/ns/v0.3.0", "https://openvex.dev/nsx"])
def test_an_unknown_version_of_the_format(context: str) -> None:
    """Unknown schema version treated as clean."""
    data = json.dumps(openvex(said()) | {"@context": context}).encode()
    with pytest.raises(MalformedError) as refusal:
        parse_vex(data)
    assert refusal.value.where == "@context"


def test_an_unknown_version_of_cyclonedx() -> None:
    data = json.dumps(cyclonedx(entry()) | {"specVersion": "9.0"}).encode()
    with pytest.raises(MalformedError) as refusal:
        parse_vex(data)
    assert refusal.value.where == "specVersion"


def test_a_list_of_versions_of_which_none_is_meant(tmp_path: Path) -> None:
    """An empty list that passes: it does not become every version."""
    for versions in ([], [{"version": "1.2.3"}], [{"version": "1.2.3", "status": "unknown"}]):
        answer = explained(tmp_path, cyclonedx(entry(versions=versions))).answer
        assert (answer.standing, answer.status) == (Standing.UNCLEAR, None), versions


def test_a_range_that_cannot_be_compared(tmp_path: Path) -> None:
    limit = {"range": "vers:generic/<2", "status": "unaffected"}
    answer = explained(tmp_path, cyclonedx(entry(versions=[limit]))).answer
    assert (answer.standing, answer.status) == (Standing.UNCLEAR, None)


def test_a_version_that_is_not_said(tmp_path: Path) -> None:
    document = cyclonedx(entry())
    document["components"] = [
        {"type": "library", "name": "a", "purl": "pkg:npm/a", "bom-ref": "a"},
    ]
    answer = explained(tmp_path, document).answer
    assert (answer.standing, answer.status) == (Standing.UNCLEAR, None)


def test_a_reference_to_nothing(tmp_path: Path) -> None:
    answer = explained(tmp_path, cyclonedx(entry(ref="gone"), entry())).answer
    assert (answer.standing, answer.status) == (Standing.UNCLEAR, None)


def test_a_vulnerability_that_nobody_analysed(tmp_path: Path) -> None:
    answer = explained(tmp_path, cyclonedx({"id": CVE, "affects": [{"ref": "a"}]})).answer
    assert (answer.standing, answer.status) == (Standing.SILENT, None)


def test_no_document(tmp_path: Path) -> None:
    assert explained(tmp_path).answer.standing is Standing.SILENT


def test_a_conversion_does_not_drop_the_contradiction(tmp_path: Path) -> None:
    """Skipped entry missing in the report: it is named, and the exit status says so."""
    path = tmp_path / "d.json"
    path.write_text(json.dumps(openvex(said(), said(status="harmless"))))
    done = convert_vex(path, to="cyclonedx", boms=Boms(), missing=Missing(), output=None)
    assert done.verdict.name == "UNKNOWN"
    assert [note.where for note in done.not_checked] == ["statements[1].status"]


def test_a_conversion_does_not_make_a_claim_wider(tmp_path: Path) -> None:
    """A range of versions that a format lacks is left out, not turned into every version."""
    path = tmp_path / "d.json"
    limit = {"range": "vers:npm/<2.0.0", "status": "unaffected"}
    document = cyclonedx(entry(versions=[limit]), entry(ref="s"))
    document["components"] = [
        {"type": "library", "name": "a", "purl": "pkg:npm/a", "bom-ref": "a"},
    ]
    path.write_text(json.dumps(document))
    done = convert_vex(path, to="openvex", boms=Boms(), missing=Missing(), output=None)
    assert done.verdict.name == "UNKNOWN"
    assert b"pkg:npm/a" not in done.document


def test_an_end_survives_every_conversion(tmp_path: Path) -> None:
    ends = said(status_notes="[assay:expires=2026-12-31T00:00:00Z]")
    path = tmp_path / "0.json"
    path.write_text(json.dumps(openvex(ends)))
    for number, to in enumerate(("cyclonedx", "csaf", "openvex", "csaf", "cyclonedx", "openvex")):
        output = tmp_path / f"{number + 1}.json"
        convert_vex(path, to=to, boms=Boms(), missing=Missing(), output=output)
        (statement,) = parse_vex(output.read_bytes()).statements
        assert str(statement.expires_at) == "2026-12-31 00:00:00+00:00", to
        path = output
