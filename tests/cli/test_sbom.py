"""`assay sbom`, as a user runs it: the answers, what is printed where, and the exit status."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import Result

from assay.cli.sbom import app
from assay.core.errors import AssayError
from assay.sbom.component import Component, Inventory, Sbom
from assay.sbom.formats.reader import parse_sbom
from assay.sbom.formats.writer import render_sbom
from tests.fakes.typed import run_typed
from tests.sbom.sboms import FULL, A

PLAIN = replace(A, raw_purls=(), hashes=(f"sha256:{'a' * 64}",), depends_on=())
SUBJECT = Component(purl="", name="shop", version="1", found_in=(), supplier="S")
REWRITTEN = replace(PLAIN, hashes=(f"sha256:{'b' * 64}",))


def sbom(*components: Component) -> Sbom:
    return Sbom(
        inventory=Inventory(components=components),
        subject=SUBJECT,
        created_at="2026-01-01T00:00:00Z",
        authors=("A",),
    )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    for name, document in {
        "full.json": FULL,
        "one.json": sbom(PLAIN),
        "other.json": sbom(REWRITTEN),
        "newer.json": sbom(replace(PLAIN, purl="pkg:npm/a@2", version="2")),
        "empty.json": sbom(),
        "nothing.json": sbom(),
    }.items():
        Path(name).write_bytes(render_sbom(document, format_="cyclonedx-1.6"))
    Path("bad.json").write_text('{"bomFormat": "CycloneDX", "specVersion": "1.6", "x": 1}')
    return tmp_path


def run(*words: str) -> Result:
    return run_typed(app, "sbom", *words)


ANSWERS = {
    "validate": (("validate", "one.json"), 0, "Valid: CycloneDX 1.6 JSON, 1 component\n"),
    "diff": (
        ("diff", "one.json", "newer.json"),
        0,
        "version changed: 1\n  pkg:npm/a 1 -> 2 (up)\n",
    ),
    "same": (("diff", "one.json", "one.json"), 0, "No difference.\n"),
    "rewritten": (
        ("diff", "one.json", "other.json"),
        1,
        (
            "OTHER CONTENT AT THE SAME VERSION: 1\n"
            f"  pkg:npm/a@1 hashes: -sha256:{'a' * 64} +sha256:{'b' * 64}\n"
        ),
    ),
    "compare": (
        ("compare", "one.json", "newer.json"),
        1,
        (
            "FAILED: 0 components alike in all\nanother version: 1\n"
            "  a: one.json: pkg:npm/a@1; newer.json: pkg:npm/a@2\n"
        ),
    ),
    "alike": (("compare", "one.json", "other.json"), 0, "PASSED: 1 component alike in all\n"),
    "nothing-to-compare": (
        ("compare", "empty.json", "nothing.json"),
        3,
        "UNKNOWN: 0 components alike in all\n",
    ),
    "check": (
        ("check", "one.json"),
        0,
        (
            "PASSED: minimum elements of ntia in CycloneDX 1.6 JSON\n"
            "author of the SBOM: 1 of 1\ntimestamp: 1 of 1\ncomponent name: 2 of 2\n"
        ),
    ),
    "missing": (
        ("check", "empty.json", "--profile", "cisa"),
        1,
        "FAILED: minimum elements of cisa in CycloneDX 1.6 JSON\n",
    ),
}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(("words", "status", "text"), ANSWERS.values(), ids=ANSWERS)
def test_answers(words: tuple[str, ...], status: int, text: str) -> None:
    # A subject that nothing is known to depend on would be missed among the relationships.
    if words[0] == "check" and status == 0:
        subject = replace(SUBJECT, depends_on=(PLAIN.identity,), cpes=("cpe:/a:s:s",))
        whole = replace(sbom(PLAIN), subject=subject)
        Path("one.json").write_bytes(render_sbom(whole, format_="cyclonedx-1.6"))
    done = run(*words)
    assert (done.exit_code, done.stdout[: len(text)]) == (status, text)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("words", "schema"),
    [
        (("validate", "one.json"), "assay.sbom-validate/v1"),
        (("convert", "one.json", "--output", "o"), "assay.sbom-convert/v1"),
        (("merge", "one.json", "newer.json", "--output", "o"), "assay.sbom-merge/v1"),
        (("diff", "one.json", "newer.json"), "assay.sbom-diff/v1"),
        (("check", "one.json"), "assay.sbom-check/v1"),
        (("compare", "one.json", "newer.json"), "assay.sbom-compare/v1"),
        (("truth", "one.json", "."), "assay.sbom-truth/v1"),
    ],
    ids=["validate", "convert", "merge", "diff", "check", "compare", "truth"],
)
def test_json(words: tuple[str, ...], schema: str) -> None:
    document = json.loads(run(*words, "--json").stdout)
    assert document["schema"] == schema
    assert "notChecked" in document


@pytest.mark.usefixtures("folder")
def test_convert_to_stdout_tells_the_rest_on_stderr() -> None:
    done = run("convert", "full.json", "--to", "spdx-2.3")
    assert done.exit_code == 0
    assert parse_sbom(done.stdout_bytes).components == FULL.components
    assert done.stderr.startswith("  not checked: lock file, uv.lock: not TOML (mend it)\n")


@pytest.mark.usefixtures("folder")
def test_the_same_conversion_gives_the_same_bytes() -> None:
    for name in ("1", "2"):
        assert run("convert", "one.json", "--to", "spdx-3.0", "--output", name).exit_code == 0
    assert Path("1").read_bytes() == Path("2").read_bytes()


@pytest.mark.usefixtures("folder")
def test_merge_of_different_things_under_a_name() -> None:
    other = replace(sbom(), subject=replace(SUBJECT, name="web"))
    Path("web.json").write_bytes(render_sbom(other, format_="spdx-2.3"))
    done = run("merge", "one.json", "web.json", "--name", "suite", "-o", "suite.json")
    assert done.stdout == "Wrote suite.json: cyclonedx-1.6, 3 components\n"
    merged = parse_sbom(Path("suite.json").read_bytes())
    assert merged.subject is not None
    assert merged.subject.name == "suite"
    assert sorted(item.name for item in merged.components) == ["a", "shop", "web"]


TRUTHS = {
    "true": ("pkg:npm/a@1", 0, "PASSED: 1 component alike in all\n"),
    "missing": (
        "",
        1,
        "FAILED: 0 components alike in all\nnot in all: 1\n  a: artifact: pkg:npm/a@1.0.0\n",
    ),
    "another-version": ("pkg:npm/a@2", 1, "FAILED: 0 components alike in all\nanother version: 1"),
    "another-scope": (
        "pkg:npm/%40evil/a@1",
        3,
        "UNKNOWN: 0 components alike in all\nperhaps another package of that name: 1\n",
    ),
    "only-claimed": ("pkg:npm/a@1 pkg:npm/b@1", 3, "UNKNOWN: 1 component alike in all\n"),
}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(("purls", "status", "text"), TRUTHS.values(), ids=TRUTHS)
def test_truth(purls: str, status: int, text: str) -> None:
    lock = {"": {"name": "p"}, "node_modules/a": {"version": "1.0.0"}}
    truth = Path("artifact")
    truth.mkdir()
    (truth / "package-lock.json").write_text(json.dumps({"lockfileVersion": 3, "packages": lock}))
    found = [
        Component(purl=f"{purl}.0.0", name="x", version=f"{purl[-1]}.0.0", found_in=())
        for purl in purls.split()
    ]
    Path("claim.json").write_bytes(render_sbom(sbom(*found), format_="cyclonedx-1.6"))
    done = run("truth", "claim.json", "artifact")
    assert (done.exit_code, done.stdout[: len(text)]) == (
        status,
        text.replace("a@1\n", "a@1.0.0\n"),
    )


@pytest.mark.usefixtures("folder")
def test_what_was_not_held_against_the_rules_is_told() -> None:
    space = 'xmlns="http://cyclonedx.org/schema/bom/1.6"'
    Path("bom.xml").write_text(f"<bom {space}><services><odd/></services></bom>")
    done = run("validate", "bom.xml")
    assert (done.exit_code, done.stdout.splitlines()) == (
        0,
        [
            "Valid: CycloneDX 1.6 XML, 0 components",
            (
                "  not checked: rules of the format, services: 1 not held against them (hold the "
                "document against the schema of its format)"
            ),
        ],
    )


REFUSED = {
    "fault": (
        ("validate", "bad.json"),
        "[malformed] a member that is not known, at bad.json.x",
    ),
    "no-file": (("validate", "none.json"), "[usage] no such file, at none.json"),
    "a-folder": (("validate", "."), "[usage] no such file, at ."),
    "format": (
        ("convert", "one.json", "--to", "x"),
        (
            "[usage] 'x' is no format that is written (there are cyclonedx-1.5, cyclonedx-1.6, "
            "cyclonedx-1.7, cyclonedx-1.6-xml, cyclonedx-1.7-xml, spdx-2.3, spdx-3.0)"
        ),
    ),
    "both-on-stdout": (
        ("convert", "one.json", "--json"),
        "[usage] the document and the answer cannot both be on stdout (--output)",
    ),
    "profile": (
        ("check", "one.json", "--profile", "x"),
        "[usage] 'x' is no profile (there are ntia and cisa)",
    ),
    "twice": (("compare", "one.json", "one.json"), "[usage] named twice, at one.json"),
    "alone": (
        ("compare", "one.json"),
        "[usage] nothing to compare with (name at least two SBOMs)",
    ),
    "version-of-nothing": (
        ("merge", "one.json", "newer.json", "--version", "1"),
        "[usage] a version of nothing (say --name too)",
    ),
}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(("words", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(words: tuple[str, ...], message: str) -> None:
    error = run(*words).exception
    assert isinstance(error, AssayError)
    assert str(error) == message


@pytest.mark.usefixtures("folder")
def test_hostile_names_do_not_reach_the_terminal() -> None:
    hostile = replace(PLAIN, purl="", name="\x1b[31mred\n::error::x", version="1")
    Path("h.json").write_bytes(render_sbom(sbom(hostile), format_="cyclonedx-1.6"))
    for words in (("diff", "one.json", "h.json"), ("compare", "one.json", "h.json")):
        assert "\x1b" not in run(*words).output
        assert "\n::error" not in run(*words).output


@pytest.mark.usefixtures("folder")
def test_a_report_of_a_comparison_for_people() -> None:
    other = replace(sbom(), inventory=Inventory())
    Path("other.json").write_bytes(render_sbom(other, format_="spdx-2.3"))
    done = run("compare", "one.json", "other.json", "-o", "a.md", "-o", "a.html")
    assert done.exit_code == 1
    assert Path("a.md").read_text().startswith("# FAILED: ")
    assert "<!doctype html>" in Path("a.html").read_text()
    refused = run("compare", "one.json", "other.json", "-o", "a.pdf").exception
    assert str(refused).startswith("[usage] '.pdf' tells no format")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("purl", "status"),
    [("pkg:generic/shop", 0), ("pkg:generic/a", 3), ("pkg:npm/a@2.0.0", 1)],
    ids=["itself", "of-the-same-name", "of-another-version"],
)
def test_what_a_document_is_about_hides_nothing(purl: str, status: int) -> None:
    lock = {"": {"name": "p"}, "node_modules/a": {"version": "1.0.0"}}
    Path("artifact").mkdir()
    Path("artifact/package-lock.json").write_text(
        json.dumps({"lockfileVersion": 3, "packages": lock})
    )
    listed = (Component(purl="pkg:npm/a@1.0.0", name="a", version="1.0.0", found_in=()),)
    version = purl.partition("@")[2] or "1.0.0"
    made = replace(
        sbom(*(listed if purl == "pkg:generic/shop" else ())),
        subject=replace(SUBJECT, purl=purl, version=version),
    )
    Path("claim.json").write_bytes(render_sbom(made, format_="cyclonedx-1.6"))
    assert run("truth", "claim.json", "artifact").exit_code == status
