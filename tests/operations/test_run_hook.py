"""What a hook finds in what is staged, and in what is pushed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from assay.core.errors import UsageError
from assay.core.verdict import Verdict
from assay.operations.run_hook import (
    MAX_PUSH_INPUT,
    HookReport,
    parse_push,
    run_commit_hook,
    run_push_hook,
)
from assay.scan.stagedrules import MAX_RULED_BYTES
from tests.fakes.gitrepo import GitRepo
from tests.operations.hookkit import TOKEN, hook_home, hooked

__all__ = ["hook_home", "hooked"]

AT = datetime(2026, 6, 30, tzinfo=UTC)
WORKFLOW = ".github/workflows/ci.yml"
ZEROS = "0" * 40


def look(repo: GitRepo) -> HookReport:
    return run_commit_hook(repo.top, hook="pre-commit", clock=lambda: AT)


def push(repo: GitRepo, *lines: str) -> HookReport:
    refs = "".join(f"{line}\n" for line in lines).encode()
    return run_push_hook(repo.top, refs=refs, clock=lambda: AT)


def stage(repo: GitRepo, **files: str) -> None:
    for path, content in files.items():
        repo.write(path, content)
    repo.git("add", "--all")


def found(report: HookReport) -> list[tuple[str, tuple[str, ...]]]:
    return [(problem.rule, problem.where) for problem in report.problems]


def test_nothing_staged(hooked: GitRepo) -> None:
    report = look(hooked)
    assert (report.verdict, report.files, report.problems) == (Verdict.PASSED, 0, ())


def test_a_secret_is_told_with_why_and_what_to_do_and_not_itself(hooked: GitRepo) -> None:
    stage(hooked, **{"a.py": f"x = 1\nkey = '{TOKEN}'\n"})
    hooked.write("a.py", "x = 1\n")  # what is staged counts, not the file
    report = look(hooked)
    [problem] = report.problems
    assert (report.verdict, problem.where) == (Verdict.FAILED, ("a.py:2",))
    assert problem.why
    assert problem.remedy
    rule = problem.rule.removeprefix("secrets/")
    assert f"assay:allow {rule} until=YYYY-MM-DD" in problem.accept
    assert TOKEN not in str(report.as_json())


def test_what_is_not_staged_is_no_matter(hooked: GitRepo) -> None:
    hooked.commit(files={"a.py": "x = 1\n"})
    hooked.write("a.py", f"key = '{TOKEN}'\n")
    hooked.write("new.py", f"key = '{TOKEN}'\n")
    assert look(hooked).problems == ()


def test_a_renamed_file_with_a_known_secret_brings_none_in(hooked: GitRepo) -> None:
    hooked.commit(files={"a.py": f"key = '{TOKEN}'\n"})
    hooked.git("mv", "a.py", "b.py")
    assert look(hooked).problems == ()


def test_the_index_that_git_names(hooked: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    """`git commit FILE` commits from an index of its own, beside what is staged."""
    hooked.commit(files={"a.py": "x = 1\n"})
    stage(hooked, **{"a.py": f"key = '{TOKEN}'\n"})
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/index")
    assert look(hooked).verdict is Verdict.FAILED
    hooked.git("read-tree", "--index-output=.git/other", "HEAD")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/other")
    assert look(hooked).verdict is Verdict.PASSED


def test_settings(hooked: GitRepo) -> None:
    stage(
        hooked,
        **{
            WORKFLOW: "permissions: write-all\njobs: {a: {steps: [{uses: a/b@v1}]}}\n",
            ".github/CODEOWNERS": "* bob\n",
            "home/.netrc": "machine x\n",
        },
    )
    assert found(look(hooked)) == [
        ("settings/owners-line-ignored", (".github/CODEOWNERS:1",)),
        ("settings/permissions-broad", (f"{WORKFLOW}:1",)),
        ("settings/action-unpinned", (f"{WORKFLOW}:2",)),
        ("settings/private-file", ("home/.netrc:1",)),
    ]


def test_settings_that_were_so_before_stop_nothing(hooked: GitRepo) -> None:
    workflow = "jobs:\n  a:\n    steps:\n      - uses: a/b@v1\n"
    hooked.commit(files={WORKFLOW: workflow})
    stage(hooked, **{WORKFLOW: f"# moved\n{workflow}"})
    assert look(hooked).problems == ()
    stage(hooked, **{WORKFLOW: f"{workflow}      - uses: a/b@v1\n"})
    assert found(look(hooked)) == [("settings/action-unpinned", (f"{WORKFLOW}:5",))]


def test_settings_that_are_too_large_are_unknown(hooked: GitRepo) -> None:
    stage(hooked, **{WORKFLOW: "#" * (MAX_RULED_BYTES + 1)})
    report = look(hooked)
    assert report.verdict is Verdict.UNKNOWN
    assert [str(gap) for gap in report.not_checked] == [
        f"settings file, {WORKFLOW}: over {MAX_RULED_BYTES} bytes (Make it smaller.)"
    ]


def test_a_submodule_is_named_and_stops_nothing(hooked: GitRepo) -> None:
    hooked.submodule("lib", "https://example.org/lib", "ab" * 20)
    report = look(hooked)
    assert (report.verdict, [gap.what for gap in report.not_checked]) == (
        Verdict.PASSED,
        ["submodule"],
    )


def test_a_push_brings_what_a_later_commit_took_out(hooked: GitRepo, tmp_path: Path) -> None:
    first = hooked.commit(files={"a.py": "x = 1\n"})
    hooked.commit(files={"a.py": f"key = '{TOKEN}'\n"})
    head = hooked.commit(files={"a.py": "x = 2\n"})
    report = push(hooked, f"refs/heads/main {head} refs/heads/main {first}")
    assert (report.verdict, report.hook) == (Verdict.FAILED, "pre-push")
    assert [where for _, where in found(report)] == [("a.py:1",)]
    assert push(hooked, f"refs/heads/main {head} refs/heads/main {head}").files == 0
    new = push(hooked, f"refs/heads/new {head} refs/heads/new {ZEROS}")
    assert (new.verdict, new.files) == (Verdict.FAILED, 3)
    unknown = push(hooked, f"refs/heads/main {head} refs/heads/main {'ab' * 20}")
    assert unknown.files == 3  # the other side has what we do not know: all is looked at


def test_a_push_that_deletes_brings_nothing(hooked: GitRepo) -> None:
    head = hooked.commit()
    assert push(hooked, f"(delete) {ZEROS} refs/heads/main {head}").files == 0
    assert push(hooked).files == 0


@pytest.mark.parametrize(
    "line", [b"refs/heads/main", b"a b c d", b"a " + b"a" * 40 + b" c " + b"g" * 40]
)
def test_lines_that_git_does_not_write(line: bytes) -> None:
    with pytest.raises(UsageError) as caught:
        parse_push(line)
    assert str(caught.value) == (f"[usage] {line.decode()!r} is no line that Git gives a hook")


def test_more_refs_than_are_read() -> None:
    line = f"a {ZEROS} b {ZEROS}\n".encode()
    with pytest.raises(UsageError) as caught:
        parse_push(line * (MAX_PUSH_INPUT // len(line) + 1))
    assert "[usage]" in str(caught.value)
