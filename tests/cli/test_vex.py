"""`assay vex`, as a user runs it: the answers, what is printed where, and the exit status."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import Result

from assay.cli.vex import app
from assay.core.errors import AssayError
from assay.vuln.vex.statement import Status, VexDocument, VexProduct
from assay.vuln.vex.targets import parse_target
from assay.vuln.vexformats import parse_vex, render_vex
from tests.fakes.typed import run_typed
from tests.vuln.vex.vexes import AFFECTED, CALM, CVE, DOCUMENT, LIBRARY, SHOP, target
from tests.vuln.vex.xmls import cyclonedx_xml

RANGE = replace(CALM, products=(VexProduct(target=target("pkg:npm/a", ranges=("vers:npm/<2",))),))
BOM = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.6",
    "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
    "version": 1,
    "metadata": {"component": {"type": "application", "name": "shop", "bom-ref": "s"}},
}
LINKED = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.6",
    "vulnerabilities": [
        {
            "id": CVE,
            "analysis": {"state": "in_triage"},
            "affects": [{"ref": "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#s"}],
        }
    ],
}
ASKED = ("--product", SHOP.purl, "--component", LIBRARY.purl, "--vulnerability", CVE)
CREATED = ("create", *ASKED, "--author", "Example Ltd")
CALM_WORDS = ("--status", "not_affected", "--justification", "component_not_present")


def save(name: str, document: VexDocument, format_: str = "openvex") -> None:
    Path(name).write_bytes(render_vex(document, format_=format_)[0])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    save("calm.json", DOCUMENT)
    save("loud.json", replace(DOCUMENT, id="urn:loud", statements=(AFFECTED,)))
    save("other.json", replace(DOCUMENT, author="B"))
    save("range.json", replace(DOCUMENT, statements=(RANGE, CALM)), "cyclonedx")
    Path("bom.json").write_text(json.dumps(BOM))
    Path("unnamed.json").write_text(
        json.dumps({k: v for k, v in BOM.items() if k != "serialNumber"})
    )
    Path("linked.json").write_text(json.dumps(LINKED))
    odd = json.loads(Path("calm.json").read_bytes())
    odd["statements"].append({"vulnerability": {"name": "CVE-1"}, "status": "fine"})
    Path("odd.json").write_text(json.dumps(odd))
    Path("bad.json").write_text("{}")
    Path("bom.xml").write_text("<bom/>")
    return tmp_path


def run(*words: str) -> Result:
    return run_typed(app, "vex", *words)


ANSWERS = {
    "validate": (("validate", "calm.json"), 0, "PASSED: OpenVEX 0.2.0, 1 statement\n"),
    "not understood": (
        ("validate", "odd.json"),
        3,
        ("UNKNOWN: OpenVEX 0.2.0, 1 statement\n"
        "  not checked: VEX statement, statements[1].status: 'fine' is no status of VEX; "
        "it may be about CVE-1 (ask its author for one that can be read)\n"),
    ),
    "nothing said": (("validate", "bom.json"), 3, "UNKNOWN: CycloneDX 1.6 JSON, 0 statements\n"),
    "show": (
        ("show", "calm.json"),
        0,
        ("OpenVEX 0.2.0 by Example Ltd, https://example.com/vex/1\n"
        f"{CVE}: not_affected (vulnerable_code_not_in_execute_path), 2026-06-01\n"
        "  in pkg:generic/shop@1.0: pkg:npm/a@1.2.3\n"),
    ),
    "show what is linked": (
        ("show", "linked.json", "--bom", "bom.json"),
        0,
        ("CycloneDX 1.6 JSON by nobody who is named, without an id\n"
        f"{CVE}: under_investigation\n"
        "  in shop\n"),
    ),
    "convert": (
        ("convert", "calm.json", "--to", "cyclonedx", "-o", "new.json"),
        0,
        "Wrote new.json: cyclonedx, 1 statement\n",
    ),
    "merge": (
        ("merge", "calm.json", "other.json", "--author", "B", "-o", "new.json"),
        0,
        "Wrote new.json: openvex, 1 statement\n",
    ),
    "not affected": (
        ("explain", "calm.json", *ASKED),
        0,
        (f"{CVE} in pkg:npm/a@1.2.3: not_affected\n"
        "  not_affected says Example Ltd, 2026-06-01T00:00:00Z (https://example.com/vex/1)\n"
        "  not checked: signatures, calm.json: each document is taken for its author's own "
        "(record it, and see assay vex list)\n"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("words", "status", "printed"), ANSWERS.values(), ids=ANSWERS)
@pytest.mark.usefixtures("folder")
def test_answers(words: tuple[str, ...], status: int, printed: str) -> None:
    result = run(*words)
    assert (result.exit_code, result.stdout) == (status, printed)


REFUSED = {
    "no file": (("show", "none.json"), "[usage] no such file, at none.json"),
    "no VEX": (
        ("validate", "bad.json"),
        ("[malformed] no VEX document of a format that is known, at bad.json "
        "(known are openvex, cyclonedx, csaf)"),
    ),
    "XML": (
        ("validate", "bom.xml"),
        ("[malformed] XML that is no CycloneDX, at bom.xml.bom "
        "(of the formats of VEX, CycloneDX alone is XML)"),
    ),
    "format": (
        ("convert", "calm.json", "--to", "vdr"),
        "[usage] 'vdr' is no format of VEX (there are openvex, cyclonedx, csaf)",
    ),
    "both on stdout": (
        ("convert", "calm.json", "--json"),
        "[usage] the document and the answer cannot both be on stdout (--output)",
    ),
    "its author": (
        ("convert", "calm.json", "--author", "me"),
        ("[usage] the author is 'Example Ltd', at --author "
        "(whoever makes it their own writes a document of their own)"),
    ),
    "its time": (
        ("convert", "calm.json", "--issued", "2026-01-01"),
        "[usage] the document says by itself when it was issued, at --issued",
    ),
    "link": (
        ("convert", "calm.json", "--link", "bom.json"),
        "[usage] openvex points into no BOM, at --link (--to cyclonedx)",
    ),
    "no link": (
        ("convert", "calm.json", "--to", "cyclonedx", "--link", "unnamed.json"),
        "[malformed] a BOM without a serial number cannot be pointed into, at unnamed.json",
    ),
    "no time": (
        ("convert", "linked.json", "--issued", "soon"),
        "[usage] 'soon' is no time, at --issued (as 2027-01-31, or 2027-01-31T12:00:00Z)",
    ),
    "no time at all": (
        ("convert", "linked.json"),
        ("[malformed] no time, which OpenVEX needs, in document or statement "
        "(assay vex convert --issued)"),
    ),
    "one": (
        ("merge", "calm.json"),
        "[usage] merging takes two documents or more, each named once",
    ),
    "twice": (
        ("merge", "calm.json", "calm.json"),
        "[usage] merging takes two documents or more, each named once",
    ),
    "authors": (
        ("merge", "calm.json", "other.json"),
        ("[usage] the documents are not by one author, but by B, Example Ltd "
        "(--author, who answers for all of it)"),
    ),
    "explained twice": (
        ("explain", "calm.json", "calm.json", *ASKED),
        "[usage] a document is named twice",
    ),
    "status": (
        (*CREATED, "--status", "fine"),
        ("[usage] 'fine' is none of them, at --status "
        "(one of not_affected, affected, fixed, under_investigation)"),
    ),
    "no reason": (
        (*CREATED, "--status", "not_affected"),
        ("[usage] not_affected with neither a justification nor an impact statement "
        "(--justification or --impact, for not_affected only)"),
    ),
    "reason": (
        (*CREATED, "--status", "not_affected", "--justification", "x"),
        ("[usage] 'x' is none of them, at --justification (one of component_not_present, "
        "vulnerable_code_not_present, vulnerable_code_not_in_execute_path, "
        "vulnerable_code_cannot_be_controlled_by_adversary, inline_mitigations_already_exist)"),
    ),
    "past": (
        (*CREATED, *CALM_WORDS, "--expires", "2026-01-01"),
        "[usage] 2026-01-01 is past, at --expires",
    ),
    "no version": (
        (*CREATED, *CALM_WORDS, "--product", "pkg:npm/x"),
        ("[usage] 'pkg:npm/x' names no version, at --product "
        "(name the version, or say --all-versions)"),
    ),
    "no name": (
        (*CREATED, *CALM_WORDS, "--component", "pyyaml"),
        ("[usage] 'pyyaml' is no name that anybody could find, at --component "
        "(a package URL (pkg:npm/NAME@VERSION), or the name of a product (urn:…))"),
    ),
    "no package": (
        (*CREATED, *CALM_WORDS, "--product", "pkg:npm"),
        "[usage] 'pkg:npm' has no name, at --product",
    ),
    "nobody": (
        ("create", *ASKED, *CALM_WORDS, "--author", " "),
        "[usage] nobody and nothing, at --author",
    ),
    "nobody's document": (
        ("generate", "--product", SHOP.purl, "--author", " "),
        "[usage] nobody and nothing, at --author",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("words", "message"), REFUSED.values(), ids=REFUSED)
@pytest.mark.usefixtures("folder")
def test_refusals(words: tuple[str, ...], message: str) -> None:
    error = run(*words).exception
    assert isinstance(error, AssayError)
    assert str(error) == message
    assert not Path("new.json").exists()


def test_what_is_created(folder: Path) -> None:
    words = (*CREATED, *CALM_WORDS, "--alias", "GHSA-a", "--expires", "2026-12-31", "--role", "r")
    one, other = run(*words), run(*words)
    assert (one.exit_code, one.stdout) == (0, other.stdout)
    document = parse_vex(one.stdout.encode())
    (statement,) = document.statements
    assert statement.products == (VexProduct(target=SHOP, subcomponents=(LIBRARY,)),)
    assert (statement.vulnerability.aliases, statement.status) == (("GHSA-a",), "not_affected")
    assert str(statement.expires_at) == "2026-12-31 00:00:00+00:00"
    assert str(document.issued_at) == "2026-01-01 00:00:00+00:00"
    assert list(folder.glob("new*")) == []


@pytest.mark.usefixtures("folder")
def test_what_is_created_as_json() -> None:
    told = json.loads(run(*CREATED, *CALM_WORDS, "--output", "made.json", "--json").stdout)
    assert (told["schema"], told["verdict"], told["statements"]) == (
        "assay.vex-create/v1",
        "PASSED",
        1,
    )
    assert Path("made.json").exists()
    with_no_file = run(*CREATED, *CALM_WORDS, "--json").exception
    assert isinstance(with_no_file, AssayError)


@pytest.mark.usefixtures("folder")
def test_what_is_created_of_all_versions() -> None:
    words = ("create", "--product", "pkg:npm/x", "--all-versions", "--author", "A")
    more = ("--vulnerability", CVE, "--status", "affected", "--action", "wait")
    (statement,) = parse_vex(run(*words, *more).stdout.encode()).statements
    (product,) = statement.products
    assert product.target == replace(parse_target("pkg:npm/x"), all_versions=True)
    assert (statement.status, statement.action_statement) == (Status.AFFECTED, "wait")


@pytest.mark.usefixtures("folder")
def test_what_a_format_would_widen_is_told() -> None:
    result = run("convert", "range.json", "--to", "openvex", "-o", "new.json", "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["schema"], told["verdict"]) == (
        3,
        "assay.vex-convert/v1",
        "UNKNOWN",
    )
    (loss,) = told["losses"]
    assert (loss["whole"], loss["why"]) == (True, "OpenVEX has no ranges of versions: vers:npm/<2")
    again = run("convert", "range.json", "--to", "openvex", "-o", "new.json")
    where = f"product, statements[0] on {CVE}, pkg:npm/a"
    assert again.stderr == f"  not written: {where}: {loss['why']}\n"
    assert again.stdout == "Wrote new.json: openvex, not all of 2 statements\n"


@pytest.mark.usefixtures("folder")
def test_what_was_not_understood_is_not_converted_in_silence() -> None:
    result = run("convert", "odd.json", "-o", "new.json")
    assert result.exit_code == 3
    assert "not checked: VEX statement, statements[1].status: 'fine' is no" in result.stderr


@pytest.mark.usefixtures("folder")
def test_who_and_when_can_be_filled_in() -> None:
    words = ("convert", "linked.json", "--bom", "bom.json", "--author", "A")
    result = run(*words, "--issued", "2026-02-03", "--to", "cyclonedx")
    document = parse_vex(result.stdout.encode())
    assert (document.author, str(document.issued_at)) == ("A", "2026-02-03 00:00:00+00:00")


@pytest.mark.usefixtures("folder")
def test_it_can_point_into_the_bom_of_the_product() -> None:
    words = ("convert", "linked.json", "--bom", "bom.json", "--to", "cyclonedx")
    plain, linked = run(*words), run(*words, "--link", "bom.json")
    reference = {"ref": "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#s"}
    assert json.loads(linked.stdout)["vulnerabilities"][0]["affects"] == [reference]
    assert json.loads(plain.stdout)["vulnerabilities"][0]["affects"] == [{"ref": "product-1"}]


@pytest.mark.usefixtures("folder")
def test_contradictions_are_told_and_kept() -> None:
    result = run("merge", "calm.json", "loud.json", "-o", "new.json")
    assert result.exit_code == 3
    assert f"  contradiction: {CVE} in pkg:generic/shop@1.0, pkg:npm/a@1.2.3: " in result.stderr
    told = json.loads(run("merge", "calm.json", "loud.json", "-o", "new.json", "--json").stdout)
    assert (told["verdict"], len(told["contradictions"]), told["statements"]) == ("UNKNOWN", 1, 2)


@pytest.mark.usefixtures("folder")
def test_explained_contradictions() -> None:
    result = run("explain", "calm.json", "loud.json", *ASKED, "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["standing"], told["status"]) == (1, "stands", "affected")
    assert told["doubts"] == [
        (
            f"Example Ltd says not_affected of {CVE} in {LIBRARY.purl}, which is not applied: "
            "its author said otherwise on 2026-06-01T00:00:00Z"
        )
    ]
    assert run("explain", "loud.json", *ASKED).exit_code == 1
    silent = ("--product", SHOP.purl, "--component", LIBRARY.purl, "--vulnerability", "CVE-9")
    assert run("explain", "loud.json", *silent).exit_code == 3


@pytest.mark.usefixtures("folder")
def test_documents_that_name_no_author_are_nobody_elses() -> None:
    """Two of them are two voices: the newer one does not replace the older."""
    nameless = replace(DOCUMENT, author="")
    newer = replace(CALM, updated_at=datetime(2026, 6, 2, tzinfo=UTC))
    save("n1.json", replace(nameless, statements=(AFFECTED,)), "cyclonedx")
    save("n2.json", replace(nameless, id="", statements=(newer,)), "cyclonedx")
    assert run("explain", "n1.json", "n2.json", *ASKED).exit_code == 1


@pytest.mark.usefixtures("folder")
def test_everything_is_in_the_json() -> None:
    told = json.loads(run("show", "calm.json", "--json").stdout)
    assert (told["schema"], told["verdict"]) == ("assay.vex-show/v1", "PASSED")
    (statement,) = told["statements"]
    assert statement["products"][0]["components"][0]["purl"] == LIBRARY.purl
    assert (statement["issuedAt"], statement["expiresAt"]) == ("2026-06-01T00:00:00Z", None)
    told = json.loads(run("validate", "odd.json", "--json").stdout)
    assert (told["schema"], told["verdict"]) == ("assay.vex-validate/v1", "UNKNOWN")
    assert len(told["notChecked"]) == 1


@pytest.mark.usefixtures("folder")
def test_names_from_outside_do_not_reach_the_terminal() -> None:
    raw = json.loads(Path("calm.json").read_bytes())
    raw["author"] = "\x1b[2J"
    raw["statements"][0]["impact_statement"] = "\x1b]0;owned\x07"
    raw["statements"][0]["products"] = [{"@id": "\u202eexe"}]
    Path("evil.json").write_text(json.dumps(raw))
    assert run("show", "evil.json").stdout.splitlines()[0] == (
        "OpenVEX 0.2.0 by \\x1b[2J, https://example.com/vex/1"
    )
    assert "\x1b" not in run("show", "evil.json").stdout
    assert "\u202e" not in run("show", "evil.json").stdout


HOLDING = BOM | {
    "components": [
        {"type": "library", "name": "a", "version": "1.2.3", "purl": LIBRARY.purl, "bom-ref": "a"}
    ],
    "metadata": {
        "component": {"type": "application", "name": "shop", "purl": SHOP.purl, "bom-ref": "s"}
    },
}


@pytest.mark.usefixtures("folder")
def test_into_a_bom() -> None:
    Path("shop.json").write_text(json.dumps(HOLDING))
    done = run("convert", "calm.json", "--into", "shop.json", "--output", "out.json")
    assert (done.exit_code, done.stdout) == (0, "Wrote out.json: cyclonedx, 1 statement\n")
    assert done.stderr == (
        "  left out: its id, 'https://example.com/vex/1', document: a BOM has its own\n"
        "  left out: the author 'Example Ltd', document: in the BOM it is the word of its author, "
        "nobody who is named\n"
    )
    (entry,) = json.loads(Path("out.json").read_bytes())["vulnerabilities"]
    assert entry["affects"] == [{"ref": "a"}]
    both = run("convert", "loud.json", "--into", "out.json", "--output", "both.json", "--json")
    told = json.loads(both.stdout)
    assert (both.exit_code, told["verdict"], len(told["contradictions"])) == (3, "UNKNOWN", 1)


INTO = {
    "no BOM": (
        ("convert", "calm.json", "--into", "loud.json"),
        "[malformed] no CycloneDX BOM, at loud.json (VEX points into CycloneDX alone)",
    ),
    "a BOM in XML": (
        ("convert", "calm.json", "--into", "whole.xml"),
        ("[malformed] VEX is written into a BOM in JSON, at whole.xml "
        "(assay sbom convert --to cyclonedx-1.6)"),
    ),
    "another format": (
        ("convert", "calm.json", "--into", "bom.json", "--to", "openvex"),
        ("[usage] not together with --into, at --to "
        "(what is written into a BOM is CycloneDX, and points at what is there)"),
    ),
    "links": (
        ("convert", "calm.json", "--into", "bom.json", "--link", "bom.json"),
        ("[usage] not together with --into, at --link "
        "(what is written into a BOM is CycloneDX, and points at what is there)"),
    ),
    "nothing that is in it": (
        ("convert", "calm.json", "--into", "bom.json"),
        ("[malformed] nothing in it is about what is in the BOM, at bom.json (pkg:npm/a@1.2.3, "
        "statements[0] on CVE-2026-1000: the BOM holds no such thing that is clearly meant)"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("words", "message"), INTO.values(), ids=INTO)
@pytest.mark.usefixtures("folder")
def test_not_into_it(words: tuple[str, ...], message: str) -> None:
    Path("whole.xml").write_bytes(cyclonedx_xml(CVE, LIBRARY.purl))
    error = run(*words).exception
    assert isinstance(error, AssayError)
    assert str(error) == message
