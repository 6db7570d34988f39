import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from assay.findings.fixes.applying import apply_edits
from assay.findings.fixes.workflows import (
    CREDENTIALS,
    PERMISSIONS,
    UNPINNED,
    LeftAlone,
    PlannedFix,
    is_fixable,
    plan_fixes,
)

COMMIT = "1" * 40
PINS = {("actions/checkout", "v4"): COMMIT, ("actions/cache", "v4"): COMMIT}
CI = ".github/workflows/ci.yml"
BEFORE = """\
# What runs on a push.
name: ci
on: push

jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
      - uses: "actions/cache/restore@v4" # keep me
        with:
          path: x
  again:
    steps:
      - name: Fetch
        uses: actions/checkout@v4
        with:
          fetch-depth: 0
      - run: make"""
AFTER = f"""\
# What runs on a push.
name: ci
on: push

permissions:
  contents: read

jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@{COMMIT} # v4
        with:
          persist-credentials: false
      - uses: "actions/cache/restore@{COMMIT}" # keep me
        with:
          path: x
  again:
    steps:
      - name: Fetch
        uses: actions/checkout@{COMMIT} # v4
        with:
          persist-credentials: false
          fetch-depth: 0
      - run: make"""


def fixed(text: str) -> str:
    planned = plan_fixes(CI, text, pins=PINS)
    return apply_edits(
        text, (e for one in planned if isinstance(one, PlannedFix) for e in one.fix.edits)
    )


def left(text: str, rule: str) -> list[str]:
    planned = plan_fixes(CI, text, pins=PINS)
    return [one.why for one in planned if isinstance(one, LeftAlone) and one.rule == rule]


def test_mended() -> None:
    assert fixed(BEFORE) == AFTER
    assert [one.line for one in plan_fixes(CI, BEFORE, pins=PINS)] == [9, 10, 16, 5, 9, 16]


def test_mended_again_changes_nothing() -> None:
    assert plan_fixes(CI, AFTER, pins=PINS) == ()


def test_line_ends_stay() -> None:
    assert fixed(BEFORE.replace("\n", "\r\n")) == AFTER.replace("\n", "\r\n")


def test_a_list_that_is_not_indented() -> None:
    text = "on: push\npermissions: {}\njobs:\n  a:\n    steps:\n    -   uses: actions/checkout@v4\n"
    steps = yaml.safe_load(fixed(text))["jobs"]["a"]["steps"]
    assert steps == [{"uses": f"actions/checkout@{COMMIT}", "with": {"persist-credentials": False}}]


UNKNOWN = {
    "tag": ("actions/checkout@v5", "the commit of actions/checkout@v5 is not known here"),
    "branch": ("actions/checkout@main", "the commit of actions/checkout@main is not known here"),
    "lines": (">-\n          actions/checkout@v4",
              "it is written over several lines, or by an alias"),
}  # fmt: skip


@pytest.mark.parametrize(("used", "why"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_is_not_known_is_not_guessed(used: str, why: str) -> None:
    text = BEFORE.replace("actions/checkout@v4", used, 1)
    assert left(text, UNPINNED) == [why]
    assert f"uses: {used}" in fixed(text)


@pytest.mark.parametrize(
    "used", ["./.github/actions/x", "docker://alpine:3", f"o/r@{COMMIT}", "${{ matrix.action }}"]
)
def test_what_is_no_tag_is_not_pinned(used: str) -> None:
    text = f"on: push\npermissions: {{}}\njobs:\n  a:\n    steps:\n      - uses: {used}\n"
    assert plan_fixes(CI, text, pins=PINS) == ()


TOKENS = {
    "unknown-action": ("      - uses: o/release@v1", "o/release@v1 may need a token"),
    "local-action": ("      - uses: ./x", "./x may need a token"),
    "token": ("      - run: x ${{ secrets.GITHUB_TOKEN }}", "`GITHUB_TOKEN` may need a token"),
    "context": ("      - run: x ${{ github.token }}", "`github.token` may need a token"),
    "push": ("      - run: git -C x push", "`git -C x push` may need a token"),
    "gh": ("      - run: gh release create", "`gh` may need a token"),
    "called": ("  other:\n    uses: o/r/.github/workflows/x.yml@v1", "a job calls another workflow"),
}  # fmt: skip


@pytest.mark.parametrize(("line", "why"), TOKENS.values(), ids=TOKENS)
def test_where_a_token_may_be_needed_it_is_left(line: str, why: str) -> None:
    text = f"{BEFORE}\n{line}\n"
    assert left(text, PERMISSIONS) == [why]
    assert left(text, CREDENTIALS) == [why, why]
    made = fixed(text)
    assert "permissions:" not in made
    assert "persist-credentials" not in made
    assert f"actions/checkout@{COMMIT}" in made  # a pin changes nothing of this


def test_permissions_that_are_there_stay() -> None:
    of_all = BEFORE.replace("on: push\n", "on: push\npermissions: write-all\n")
    assert left(of_all, PERMISSIONS) == []
    assert "contents: read" not in fixed(of_all)
    of_jobs = BEFORE.replace("    steps:", "    permissions: {}\n    steps:")
    assert "contents: read" not in fixed(of_jobs)


def test_a_token_that_somebody_keeps_on_purpose_stays() -> None:
    text = BEFORE.replace("fetch-depth: 0", "persist-credentials: true")
    assert left(text, CREDENTIALS) == ["the file asks to keep the token"]
    assert left(BEFORE.replace("fetch-depth: 0", "persist-credentials: false"), CREDENTIALS) == []


def test_what_is_written_in_one_line_is_left() -> None:
    text = "on: push\npermissions: {}\njobs: {a: {steps: [{uses: actions/checkout@v4}]}}\n"
    assert left(text, CREDENTIALS) == ["it is written in one line"]
    assert left("{on: push, jobs: {a: {steps: []}}}", PERMISSIONS) == ["it is written in one line"]


ODD = {
    "separator": ("a: b\u2028c", "lines end in an unusual way"),
    "bom": ("\ufeffa: b", "lines end in an unusual way"),
    "old-mac": ("a: b\rc: d", "lines end in an unusual way"),
    "no-yaml": ("a: [", "it is not YAML"),
    "deep": ("[" * 5_000, "it is not YAML"),
}


@pytest.mark.parametrize(("text", "why"), ODD.values(), ids=ODD)
def test_a_file_that_cannot_be_read_is_left(text: str, why: str) -> None:
    assert plan_fixes(CI, text, pins=PINS) == (LeftAlone(rule=UNPINNED, path=CI, line=1, why=why),)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (CI, True),
        (".github/workflows/a/ci.yml", False),
        ("action.yaml", True),
        ("x/action.yml", True),
        ("x.yml", False),
    ],
)
def test_which_files(path: str, expected: bool) -> None:  # noqa: FBT001  # a row of the table
    assert is_fixable(path) is expected


STEPS = st.lists(
    st.sampled_from(
        [
            "- uses: actions/checkout@v4",
            "- uses: 'actions/checkout@v4' # c",
            "- uses: actions/checkout@v4\n  with:\n    ref: x",
            "- with: {ref: x}\n  uses: actions/checkout@v4",
            "- uses: actions/cache@v4\n\n",
            "- run: |\n    uses: actions/checkout@v4",
            "# uses: actions/checkout@v4",
            "- name: x\n  uses: actions/checkout@v3",
        ]
    ),
    min_size=1,
    max_size=5,
)


@given(STEPS, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_only_what_is_meant_changes(steps: list[str], end: str, ends: bool) -> None:  # noqa: FBT001
    """Applied twice is applied once; nothing but the pins and the two settings differs."""
    body = "\n".join(f"      {line}" for step in steps for line in step.split("\n"))
    text = f"on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n{body}".replace("\n", end)
    text += end if ends else ""
    after = fixed(text)
    assert fixed(after) == after
    before, now = yaml.safe_load(text), yaml.safe_load(after)
    now.pop("permissions", None)
    for step in now["jobs"]["a"]["steps"] or []:
        step.get("with", {}).pop("persist-credentials", None)
        if step.get("with") == {}:
            del step["with"]
        if "uses" in step:
            step["uses"] = step["uses"].replace(COMMIT, "v4")
    assert now == before
