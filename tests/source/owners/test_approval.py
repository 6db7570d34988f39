"""Whether the owners of each changed path approved."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.verdict import Verdict
from assay.source.owners.approval import PathApproval, check_approvals
from assay.source.owners.file import Dialect
from assay.source.owners.parse import parse_owners

GITHUB = "* @ann\n/db/ @org/dba @dan\n/free/\n/mail/ eve@example.org\n"
GITLAB = "* @ann\n[DB][2] @dan @eve\n/db/\n^[Docs] @fay\n/docs/\n"
TEAMS = {"Org/DBA": frozenset({"Zoe"})}


def judge(
    path: str,
    *approvers: str,
    text: str = GITHUB,
    dialect: Dialect = Dialect.GITHUB,
    known: bool = False,
) -> PathApproval:
    [found] = check_approvals(
        parse_owners(text.encode(), dialect=dialect),
        (path,),
        approvers=frozenset(approvers),
        teams=TEAMS if known else {},
    )
    return found


DBA = ("@org/dba", "@dan")
CASES = [
    ("a", ("Ann",), Verdict.PASSED, "enough of its owners approved (line 1)", ()),
    ("a", ("bob",), Verdict.FAILED, "too few of its owners approved (line 1)", ("@ann",)),
    ("a", (), Verdict.FAILED, "too few of its owners approved (line 1)", ("@ann",)),
    ("db/a", ("dan",), Verdict.PASSED, "enough of its owners approved (line 2)", ()),
    (
        "db/a",
        ("zoe",),
        Verdict.UNKNOWN,
        "whether its owners approved depends on who is in a team (line 2)",
        DBA,
    ),
    ("db/a", (), Verdict.FAILED, "too few of its owners approved (line 2)", DBA),
    ("free/a", ("ann",), Verdict.FAILED, "nobody owns it", ()),
    ("mail/a", ("EVE@example.org",), Verdict.PASSED, "enough of its owners approved (line 4)", ()),
    (
        "mail/a",
        ("ann",),
        Verdict.FAILED,
        "too few of its owners approved (line 4)",
        ("eve@example.org",),
    ),
]


@pytest.mark.parametrize(("path", "approvers", "verdict", "why", "missing"), CASES)
def test_on_github(
    path: str, approvers: tuple[str, ...], verdict: Verdict, why: str, missing: tuple[str, ...]
) -> None:
    expected = PathApproval(path=path, verdict=verdict, why=why, missing=missing)
    assert judge(path, *approvers) == expected
    assert expected.as_json() == {
        "path": path,
        "verdict": verdict.value,
        "why": why,
        "missing": list(missing),
    }


def test_who_approved_of_several_is_not_missing() -> None:
    """GitLab asks for two of a section: the one who has not yet, who may be a group."""
    found = judge("db/a", "ann", "dan", text=GITLAB, dialect=Dialect.GITLAB)
    assert (found.verdict, found.missing) == (Verdict.UNKNOWN, ("@eve",))


def test_a_team_that_is_known() -> None:
    assert judge("db/a", "zoe", known=True).verdict is Verdict.PASSED
    assert judge("db/a", "yan", known=True).verdict is Verdict.FAILED


GITLAB_CASES = [
    ("a", ("ann",), Verdict.PASSED),
    ("a", ("bob",), Verdict.UNKNOWN),  # @ann may be a group
    ("db/a", ("ann", "dan", "eve"), Verdict.PASSED),
    ("db/a", ("ann", "dan"), Verdict.UNKNOWN),
    ("db/a", ("dan", "eve"), Verdict.UNKNOWN),
    ("db/a", (), Verdict.FAILED),
    ("docs/a", ("ann",), Verdict.PASSED),  # the other section is optional
]


@pytest.mark.parametrize(("path", "approvers", "verdict"), GITLAB_CASES)
def test_on_gitlab(path: str, approvers: tuple[str, ...], verdict: Verdict) -> None:
    assert judge(path, *approvers, text=GITLAB, dialect=Dialect.GITLAB).verdict is verdict


def test_only_an_optional_section() -> None:
    found = judge("a", "fay", text="^[Docs] @fay\na\n", dialect=Dialect.GITLAB)
    assert (found.verdict, found.why) == (Verdict.FAILED, "only optional sections own it")


def test_on_gitea_any_owner_will_do() -> None:
    text = ".* @ann\na @bob\n"
    for name in ("ann", "bob"):
        assert judge("a", name, text=text, dialect=Dialect.GITEA).verdict is Verdict.PASSED
    assert judge("a", "eve", text=text, dialect=Dialect.GITEA).verdict is Verdict.FAILED


def test_one_person_named_twice_counts_once() -> None:
    text = "[DB][2] @org/dba @zoe\ndb\n"
    assert (
        judge("db", "zoe", text=text, dialect=Dialect.GITLAB, known=True).verdict is Verdict.FAILED
    )


def test_each_path_is_judged_once_in_order() -> None:
    found = check_approvals(
        parse_owners(b"* @ann", dialect=Dialect.GITHUB),
        ("b", "a", "b"),
        approvers=frozenset({"ann"}),
        teams={},
    )
    assert [one.path for one in found] == ["a", "b"]


NAMES = st.sets(st.sampled_from(["ann", "dan", "eve", "fay", "zoe"]))
RANK = {Verdict.FAILED: 0, Verdict.UNKNOWN: 1, Verdict.PASSED: 2}


@settings(deadline=None)
@given(st.sampled_from([(GITHUB, Dialect.GITHUB), (GITLAB, Dialect.GITLAB)]), NAMES, NAMES)
def test_another_approval_never_makes_it_worse(
    file: tuple[str, Dialect], some: set[str], more: set[str]
) -> None:
    text, dialect = file
    for path in ("a", "db/a", "free/a"):
        before = judge(path, *some, text=text, dialect=dialect).verdict
        after = judge(path, *some, *more, text=text, dialect=dialect).verdict
        assert RANK[after] >= RANK[before]
