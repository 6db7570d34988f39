"""The truth of an SBOM against what a build leaves: confined, on a copy, or not at all."""

import json
from pathlib import Path

import pytest

from assay.core.errors import AssayError
from assay.core.verdict import Verdict
from assay.operations.compare_sboms import check_truth
from assay.operations.survey_build import Build, survey_build
from assay.sbom.component import Component, Inventory, Sbom
from assay.sbom.formats.writer import render_sbom
from assay.system.sandbox import Sandbox, find_sandbox

needs_bwrap = pytest.mark.skipif(
    find_sandbox().program is None, reason="bubblewrap is missing, or does not work here"
)
PACKAGE = json.dumps({"name": "a", "version": "1.0.0"})
INSTALL = "mkdir -p node_modules/a && cp package.txt node_modules/a/package.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "product"
    made.mkdir()
    (made / "package.txt").write_text(PACKAGE)
    lock = {"": {"name": "p"}, "node_modules/b": {"version": "1.0.0"}}  # which installs nothing
    (made / "package-lock.json").write_text(json.dumps({"lockfileVersion": 3, "packages": lock}))
    return made


def claim(tmp_path: Path, *purls: str) -> Path:
    found = tuple(Component(purl=purl, name="x", version="1.0.0", found_in=()) for purl in purls)
    sbom = Sbom(inventory=Inventory(components=found), created_at="2026-01-01T00:00:00Z")
    path = tmp_path / "claim.json"
    path.write_bytes(render_sbom(sbom, format_="cyclonedx-1.6"))
    return path


@needs_bwrap
@pytest.mark.parametrize(
    ("purls", "verdict"),
    [(["pkg:npm/a@1.0.0"], Verdict.PASSED), ([], Verdict.FAILED)],
    ids=["listed", "hidden"],
)
def test_what_a_build_installs_has_to_be_listed(
    folder: Path, tmp_path: Path, purls: list[str], verdict: Verdict
) -> None:
    found = check_truth(claim(tmp_path, *purls), source=str(folder), platform="", build=INSTALL)
    assert found.verdict is verdict
    assert found.as_json()["buildConfinedBy"] == find_sandbox().description
    assert not (folder / "node_modules").exists()  # it ran on a copy


@needs_bwrap
def test_a_build_writes_nowhere_else(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    outside = tmp_path / "elsewhere" / "a"
    build = Build(command=f"! touch {outside} && {INSTALL}", sandbox=find_sandbox())
    assert len(survey_build(folder, build).components) == 1
    assert not outside.exists()


@needs_bwrap
def test_a_build_that_fails_tells_nothing(folder: Path) -> None:
    with pytest.raises(AssayError) as caught:
        survey_build(folder, Build(command="echo odd >&2; exit 3", sandbox=find_sandbox()))
    assert str(caught.value) == "[unavailable] the build failed: odd"


def test_without_anything_that_confines_it_no_build_runs(folder: Path) -> None:
    build = Build(
        command=f"touch {folder}/ran", sandbox=Sandbox(program=None, description="limits only")
    )
    with pytest.raises(AssayError) as caught:
        survey_build(folder, build)
    assert str(caught.value) == (
        "[unavailable] the build is not run: nothing would confine it (limits only) "
        "(install bubblewrap)"
    )
    assert not (folder / "ran").exists()


def test_a_build_needs_a_folder(folder: Path) -> None:
    build = Build(command="true", sandbox=Sandbox(program=None, description=""))
    with pytest.raises(AssayError) as caught:
        survey_build(folder / "package.txt", build)
    assert str(caught.value) == f"[usage] a build needs a folder, at {folder}/package.txt"
