"""The cheap rules, one by one."""

import pytest

from assay.scan.stagedrules import Problem, check_settings, is_ruled

WORKFLOW = ".github/workflows/ci.yml"
HASH = "ab" * 20


def rules(path: str, content: str, before: str = "") -> list[tuple[str, int]]:
    found = check_settings(path, content.encode(), before=before.encode())
    return [(one.rule.removeprefix("settings/"), one.line) for one in found]


def step(uses: str) -> str:
    return f"jobs:\n  a:\n    steps:\n      - uses: {uses}\n"


CASES = [
    (WORKFLOW, step("a/b@v1"), [("action-unpinned", 4)]),
    (WORKFLOW, step(f"a/b@{HASH}"), []),
    (WORKFLOW, step("./local"), []),
    (WORKFLOW, "jobs: {a: {uses: o/r/.github/workflows/x.yml@main}}", [("action-unpinned", 1)]),
    ("action.yml", "runs: {using: composite, steps: [{uses: a/b@v1}]}", [("action-unpinned", 1)]),
    (
        "x/action.yaml",
        "runs: {using: composite, steps: [{uses: a/b@v1}]}",
        [("action-unpinned", 1)],
    ),
    (WORKFLOW, "permissions: write-all\n", [("permissions-broad", 1)]),
    (WORKFLOW, "jobs:\n  a:\n    permissions: write-all\n", [("permissions-broad", 3)]),
    (WORKFLOW, "permissions: {contents: write}\n", []),
    (WORKFLOW, "a: [", [("workflow-unreadable", 1)]),
    (WORKFLOW, "", []),
    ("CODEOWNERS", "* @ann\n!x @ann\n", [("owners-line-ignored", 2)]),
    (".gitlab/CODEOWNERS", "[Docs] @ann\n!x\n", []),
    ("home/id_ed25519", "x", [("private-file", 1)]),
    ("keys/identity.key", "x", [("private-file", 1)]),
    ("id_ed25519.pub", "x", []),
    ("src/workflows/ci.yml", step("a/b@v1"), []),
]


@pytest.mark.parametrize(("path", "content", "expected"), CASES)
def test_a_rule(path: str, content: str, expected: list[tuple[str, int]]) -> None:
    assert rules(path, content) == expected
    if expected:
        assert is_ruled(path)


def test_what_was_there_before_is_not_told_again() -> None:
    old = step("a/b@v1")
    assert rules(WORKFLOW, old, before=old) == []
    assert rules(WORKFLOW, old + "      - uses: c/d@v2\n", before=old) == [("action-unpinned", 5)]
    assert rules(WORKFLOW, old, before="a: [") == [("action-unpinned", 4)]


def test_a_problem_says_all_that_people_need() -> None:
    [problem] = check_settings(WORKFLOW, step("a/b@v1\x1b").encode(), before=b"") or (None,)
    assert problem is not None
    [problem] = check_settings(WORKFLOW, step("a/b@v1").encode(), before=b"")
    assert problem == Problem(
        path=WORKFLOW,
        line=4,
        rule="settings/action-unpinned",
        what="a/b@v1 is not pinned by a hash",
        why="its owner, or a thief, can change what runs in your pipeline",
        remedy="Write the whole commit id behind the @, and the version in a comment.",
    )


def test_no_other_file_is_read() -> None:
    assert not is_ruled("README.md")
    assert check_settings("README.md", b"permissions: write-all", before=b"") == ()
