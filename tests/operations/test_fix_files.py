"""Mending files of a working tree: what is shown is what is written, and the finding is gone."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assay.core.errors import UsageError
from assay.operations.fix_files import FixRequest, fix_files
from assay.scan.zizmor import SCANNER
from assay.system.process import find_program
from tests.fakes.gitrepo import GitRepo

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
    assert (report["schema"], report["written"]) == ("assay.fix/v1", False)
    assert report["diffs"] == {
        file.path: file.diff
        for file in fix_files(repo.top, FixRequest(write=False)).files
    }
