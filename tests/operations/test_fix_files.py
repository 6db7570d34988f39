"""Mending files of a working tree: what is shown is what is written, and the finding is gone."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assay.core.errors import UsageError
from assay.core.verdict import Verdict
from assay.operations.fix_dependencies import DependencyWishes
from assay.operations.fix_files import FixRequest, fix_files, save_patch
from assay.operations.manage_advisories import import_advisories
from assay.scan.zizmor import SCANNER
from assay.system.process import find_program
from tests.fakes.gitrepo import GitRepo
from tests.vuln.records import encoded

CI = ".github/workflows/ci.yml"
OTHER = ".github/workflows/other.yml"
COMMIT = "1" * 40
TEXT = """\
name: ci
on: push
jobs:
  build:
    name: build
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
"""
PINNED = TEXT.replace("@v4", f"@{COMMIT} # v4")
RULES = {"zizmor/unpinned-uses", "zizmor/excessive-permissions", "zizmor/artipacked"}


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    made = GitRepo(tmp_path / "repo")
    made.commit("Begin", files={CI: TEXT, OTHER: PINNED})
    return made


def text_of(repo: GitRepo, path: str = CI) -> str:
    return (repo.top / path).read_text()


def rules_in(repo: GitRepo) -> set[str]:
    """Return what the scanner says of the file in the working tree."""
    report = SCANNER.run(repo.top, (CI,), at=datetime(2026, 1, 1, tzinfo=UTC))
    assert report.not_checked == ()
    return {finding.rule for finding in report.findings}


def test_shown_is_what_is_written(repo: GitRepo) -> None:
    """The commit of the tag is known from the other workflow of the repository."""
    shown = fix_files(repo.top, FixRequest(write=False))
    assert not shown.written
    assert text_of(repo) == TEXT
    done = fix_files(repo.top, FixRequest(write=True))
    assert done.written
    assert [file.diff for file in done.files] == [file.diff for file in shown.files]
    assert {file.path: file.after for file in done.files} == {
        path: text_of(repo, path) for path in (CI, OTHER)
    }
    assert f"@{COMMIT} # v4" in text_of(repo)


@pytest.mark.skipif(find_program("zizmor") is None, reason="needs zizmor")
def test_the_findings_are_gone(repo: GitRepo) -> None:
    assert rules_in(repo) >= RULES
    fix_files(repo.top, FixRequest(write=True))
    assert not rules_in(repo) & RULES


def test_again_changes_nothing(repo: GitRepo) -> None:
    fix_files(repo.top, FixRequest(write=True))
    written = text_of(repo)
    again = fix_files(repo.top, FixRequest(write=True, dirty=True))
    assert (again.files, again.left, again.written) == ((), (), False)
    assert text_of(repo) == written


def test_work_in_progress_is_not_touched_unless_asked(repo: GitRepo) -> None:
    mine = TEXT.replace("name: build", "name: mine")
    (repo.top / CI).write_text(mine)
    report = fix_files(repo.top, FixRequest(write=True))
    assert text_of(repo) == mine
    (gap,) = report.not_checked
    assert str(gap) == (
        f"file, {CI}: it differs from the commit at HEAD (commit it first, or use --dirty)"
    )
    fix_files(repo.top, FixRequest(write=True, dirty=True))
    assert "name: mine" in text_of(repo)
    assert "contents: read" in text_of(repo)


def test_a_file_that_has_gone_is_told(repo: GitRepo) -> None:
    (repo.top / CI).unlink()
    report = fix_files(repo.top, FixRequest(write=True, dirty=True))
    assert [gap.where for gap in report.not_checked] == [CI]


def test_a_link_is_not_followed(repo: GitRepo, tmp_path: Path) -> None:
    """Whoever can make a link in the tree cannot have another file written."""
    outside = tmp_path / "outside.yml"
    outside.write_text(TEXT)
    (repo.top / CI).unlink()
    (repo.top / CI).symlink_to(outside)
    fix_files(repo.top, FixRequest(write=True))
    fix_files(repo.top, FixRequest(write=True, dirty=True))
    assert outside.read_text() == TEXT


def test_bytes_that_are_no_text_are_told(repo: GitRepo) -> None:
    (repo.top / CI).write_bytes(b"name: \xff\n")
    report = fix_files(repo.top, FixRequest(write=True, dirty=True))
    assert [(gap.where, gap.why) for gap in report.not_checked] == [(CI, "it is not UTF-8")]
    assert (repo.top / CI).read_bytes() == b"name: \xff\n"


def test_the_mode_stays(repo: GitRepo) -> None:
    (repo.top / CI).chmod(0o664)
    fix_files(repo.top, FixRequest(write=True))
    assert stat.S_IMODE((repo.top / CI).stat().st_mode) == 0o664


def test_a_list_tells_what_the_repository_does_not(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "repo")
    repo.commit("Begin", files={CI: TEXT})
    report = fix_files(repo.top, FixRequest(write=False))
    assert [one.why for one in report.left] == [
        "the commit of actions/checkout@v4 is not known here"
    ]
    pins = tmp_path / "pins"
    pins.write_text(f"actions/checkout@v4 {COMMIT}\n")
    assert fix_files(repo.top, FixRequest(write=False, pins=pins)).left == ()
    pins.write_text("actions/checkout@v4 1234\n")
    with pytest.raises(UsageError) as caught:
        fix_files(repo.top, FixRequest(write=False, pins=pins))
    assert str(caught.value) == (
        f"[usage] not a pin, at {pins}.line 1 (owner/repo@tag and a commit of 40 hex digits)"
    )


def test_json_has_the_diff(repo: GitRepo) -> None:
    report = fix_files(repo.top, FixRequest(write=False)).as_json()
    assert report["written"] is False
    assert report["diffs"] == {
        file.path: file.diff for file in fix_files(repo.top, FixRequest(write=False)).files
    }


def test_vulnerable_pins_go_up_with_the_rest(
    repo: GitRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One report and one patch for workflows and dependencies; the patch applies as it stands."""
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))
    records = tmp_path / "records"
    records.mkdir()
    (records / "GHSA-shop.json").write_bytes(encoded("GHSA-shop"))
    import_advisories(records)
    repo.commit("Pin", files={"requirements.txt": "shop==1.0\r\n", CI: PINNED, OTHER: PINNED})
    shown = fix_files(repo.top, FixRequest(write=False))
    assert [(one.package, one.new) for one in shown.plan.upgrades] == [("shop", "2.0")]
    save_patch(shown, tmp_path / "patch")
    only = DependencyWishes(only=frozenset({"shop"}))
    done = fix_files(repo.top, FixRequest(write=True, dependencies=only))
    assert [file.path for file in done.files] == ["requirements.txt"]
    assert (repo.top / "requirements.txt").read_bytes() == b"shop==2.0\r\n"
    repo.git("checkout", "--", ".")
    repo.git("apply", "--check", str(tmp_path / "patch"))
    again = fix_files(repo.top, FixRequest(write=False, dirty=True, dependencies=only))
    assert again.plan.as_json()["verdict"] == "UNKNOWN"


def test_a_lock_file_with_changes_is_left_alone(repo: GitRepo) -> None:
    repo.commit("Pin", files={"requirements.txt": "shop==1.0\n"})
    (repo.top / "requirements.txt").write_text("shop==1.1\n")
    report = fix_files(repo.top, FixRequest(write=True))
    assert [(gap.what, gap.where) for gap in report.plan.not_checked] == [
        ("file", "requirements.txt")
    ]
    assert (report.plan.upgrades, report.plan.verdict) == ((), Verdict.UNKNOWN)


def test_an_index_that_is_none_is_refused_first(repo: GitRepo) -> None:
    request = FixRequest(write=True, dependencies=DependencyWishes(indexes=("x",)))
    with pytest.raises(UsageError, match="'x' names no index"):
        fix_files(repo.top, request)
    assert text_of(repo) == TEXT


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep an advisory about `shop` below 2.0."""
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))
    records = tmp_path / "records"
    records.mkdir()
    (records / "GHSA-shop.json").write_bytes(encoded("GHSA-shop"))
    import_advisories(records)


@pytest.mark.usefixtures("mirror")
@pytest.mark.parametrize("beside", ["pyproject.toml", "more/requirements-dev.in"])
def test_what_a_changed_file_asks_for_is_not_known(repo: GitRepo, beside: str) -> None:
    """It may forbid the new version: the lock file stays as it is, and the reason is told."""
    repo.commit("Pin", files={"requirements.txt": "shop==1.0\n", beside: "# nothing\n"})
    (repo.top / beside).write_text("# something\n")
    only = DependencyWishes(only=frozenset({"shop"}))
    report = fix_files(repo.top, FixRequest(write=True, dependencies=only))
    assert [(one.verdict, one.why_not) for one in report.plan.upgrades] == [
        (Verdict.UNKNOWN, f"{beside} was not read, and may ask for something else")
    ]
    assert text_of(repo, "requirements.txt") == "shop==1.0\n"


@pytest.mark.usefixtures("mirror")
def test_a_manifest_that_is_a_link_is_told_and_not_followed(repo: GitRepo) -> None:
    repo.commit("Pin", files={"requirements.txt": "shop==1.0\n", "other.toml": "\n"})
    (repo.top / "pyproject.toml").symlink_to("other.toml")
    repo.git("add", "pyproject.toml")
    repo.commit("Link")
    only = DependencyWishes(only=frozenset({"shop"}))
    report = fix_files(repo.top, FixRequest(write=True, dependencies=only))
    assert "file, pyproject.toml: a link, which is not followed (see the file it leads to)" in [
        str(gap) for gap in report.plan.not_checked
    ]
    assert text_of(repo, "requirements.txt") == "shop==1.0\n"


@pytest.mark.usefixtures("mirror")
@pytest.mark.parametrize("folder", ["a b", 'q"uote', "x\n+++ b/y"])
def test_a_patch_applies_whatever_a_folder_is_called(
    repo: GitRepo, tmp_path: Path, folder: str
) -> None:
    path = f"{folder}/requirements.txt"
    repo.commit("Pin", files={path: "shop==1.0"})
    only = DependencyWishes(only=frozenset({"shop"}))
    save_patch(fix_files(repo.top, FixRequest(write=False, dependencies=only)), tmp_path / "patch")
    repo.git("apply", str(tmp_path / "patch"))
    assert (repo.top / path).read_text() == "shop==2.0"
