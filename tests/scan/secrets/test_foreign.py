"""Settings of other scanners: their rules add, their exceptions take nothing away."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from assay.core.notchecked import NotChecked
from assay.findings.scanreport import ScanReport
from assay.scan.secrets.foreign import (
    BASELINE,
    FILES,
    GITLEAKS,
    GITLEAKS_IGNORE,
    NO_FOREIGN,
    read_foreign,
)
from assay.scan.secrets.matcher import Matcher
from assay.scan.secrets.scan import scan_secrets
from assay.source.repository import open_repository
from tests.fakes.gitrepo import GitRepo
from tests.scan.secrets.generate import fill

AT = datetime(2026, 6, 30, tzinfo=UTC)
GITLAB = fill("glpat-{b62:20}")
STEEP = "key" + "[a-z]{0,1000}" * 7  # chained repeats: each byte keeps thousands of states alive
SLOW = "its regex cannot be searched for in linear time"
OWN = """
[extend]
useDefault = true

[[rules]]
id = "Shop ticket"
description = "A ticket of the shop"
regex = '''(?i)shop-(ticket)-([a-z0-9]{12})'''
secretGroup = 2
entropy = 2.0
keywords = ["shop-"]
[[rules.allowlists]]
regexes = ['''shop-ticket-none''']
stopwords = ["letmein"]

[allowlist]
paths = ['''^vendor/''']
"""


def found(toml: str, text: str) -> list[tuple[str, bytes]]:
    matcher = Matcher(read_foreign({GITLEAKS: toml.encode()}).rules)
    return [(match.rule.id, match.value) for match in matcher.find(text.encode())]


def test_without_such_files_there_is_nothing() -> None:
    assert read_foreign({"README": b"x"}) is NO_FOREIGN


def test_a_rule_of_gitleaks_is_searched_for() -> None:
    ticket = fill("{an:12}")
    assert found(OWN, f"x SHOP-ticket-{ticket} y") == [("gitleaks-shop-ticket", ticket.encode())]


def test_its_own_exceptions_hold_for_it() -> None:
    assert found(OWN, "shop-ticket-none12345678 shop-ticket-letmein12345") == []


def test_entropy_holds() -> None:
    assert found(OWN, "shop-ticket-ababababab12") == []


def test_a_match_far_from_its_beginning_is_found() -> None:
    toml = "[[rules]]\nid='a'\nregex='''begin[\\s\\S]*?(end-[0-9]{4})'''\n"
    assert found(toml, "begin" + " " * 2900 + "end-1234") == [("gitleaks-a", b"end-1234")]


MISSED = {
    "look-behind": (
        "[[rules]]\nid='a'\nregex='''(?<=x)secret'''\n",
        ".gitleaks.toml: rule 'a'",
        "its regex cannot be searched for in linear time: RE2 does not know a part of it",
    ),
    "matches-nothing": (
        "[[rules]]\nid='a'\nregex='''x*'''\n",
        ".gitleaks.toml: rule 'a'",
        "its regex cannot be searched for in linear time: Pattern matches empty buffer",
    ),
    "no-such-group": (
        "[[rules]]\nid='a'\nregex='''ab'''\nsecretGroup = 3\n",
        ".gitleaks.toml: rule 'a'",
        "its regex cannot be searched for in linear time: it has no group 3",
    ),
    "steep": (
        f"[[rules]]\nid='a'\nregex='''{STEEP}'''\n",
        ".gitleaks.toml: rule 'a'",
        f"{SLOW}: each byte may take {re2.compile(STEEP).programsize} steps, where 10000 are allowed",
    ),
    "names-only": (
        "[[rules]]\nid='a'\npath='''\\.p12$'''\n",
        ".gitleaks.toml: rule 'a'",
        "it has no regex, and looks at names of files only",
    ),
    "twice": (
        "[[rules]]\nid='a'\nregex='''ab'''\n[[rules]]\nid='A'\nregex='''cd'''\n",
        ".gitleaks.toml: rule 'A'",
        "another rule has the same id",
    ),
    "extends": (
        "[extend]\npath = '../other.toml'\n",
        ".gitleaks.toml: extend.path",
        "'../other.toml' is not read",
    ),
    "no-toml": ("[[rules", ".gitleaks.toml", "it cannot be read: not TOML: "),
}


@pytest.mark.parametrize(("toml", "where", "why"), MISSED.values(), ids=MISSED)
def test_what_cannot_be_honoured_is_told(toml: str, where: str, why: str) -> None:
    (item,) = read_foreign({GITLEAKS: toml.encode()}).not_checked
    assert item.where == where
    assert item.why.startswith(why)


def test_a_fingerprint_lists_a_place() -> None:
    commit = "a" * 40
    lines = f"# note\n\nsrc/a.py:rule:3\n{commit}:lib/b:rule:7\n"
    foreign = read_foreign({GITLEAKS_IGNORE: lines.encode()})
    assert [foreign.lists(*place) for place in (("src/a.py", 3), ("lib/b", 7), ("lib/b", 8))] == [
        GITLEAKS_IGNORE,
        GITLEAKS_IGNORE,
        "",
    ]
    assert foreign.exceptions == 2


def test_a_line_that_is_no_fingerprint_is_told() -> None:
    foreign = read_foreign({GITLEAKS_IGNORE: b"one\na:b:c\na:b:1\na:b:12345678901\n"})
    assert [(item.where, item.why) for item in foreign.not_checked] == [
        (f"{GITLEAKS_IGNORE}:{number}", "it is no fingerprint") for number in (1, 2, 4)
    ]


def test_a_baseline_lists_places() -> None:
    baseline = b'{"version":"1.5.0","results":{"a.py":[{"type":"x","line_number":4}]}}'
    foreign = read_foreign({BASELINE: baseline})
    assert foreign.lists("a.py", 4) == BASELINE
    assert foreign.lists("a.py", 5) == ""


def test_a_baseline_that_cannot_be_read_is_told() -> None:
    (item,) = read_foreign({BASELINE: b'{"results": []}'}).not_checked
    assert item.where == BASELINE
    assert item.why.startswith("it cannot be read: ")


def test_paths_that_gitleaks_leaves_out_are_known() -> None:
    foreign = read_foreign({GITLEAKS: OWN.encode()})
    assert foreign.lists("vendor/a", 1) == GITLEAKS
    assert foreign.lists("src/vendor/a", 1) == ""


@given(st.sampled_from(FILES), st.binary(max_size=200))
def test_any_file_is_read_or_told(name: str, data: bytes) -> None:
    foreign = read_foreign({name: data})
    assert foreign.digest


def scan(repo: GitRepo, files: dict[str, str], cache: Path | None = None) -> ScanReport:
    return scan_secrets(
        open_repository(repo.top),
        identity_key=b"k" * 32,
        at=AT,
        workers=1,
        worktree_files=(),
        excluded=(),
        foreign=read_foreign({name: text.encode() for name, text in files.items()}),
        cache=cache,
    )


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    made = GitRepo(tmp_path / "repo")
    made.commit("Start", files={"vendor/a": f"\n{GITLAB}\n", "b": "shop-ticket-x1y2z3a4b5c6\n"})
    return made


def test_a_list_takes_no_finding_away_and_is_told(repo: GitRepo) -> None:
    """Decision 4: a file in the repository does not take findings away."""
    plain = scan(repo, {})
    report = scan(repo, {GITLEAKS_IGNORE: "vendor/a:gitlab-pat:2\n"})
    (before,), (after,) = plain.findings, report.findings
    assert after.identity == before.identity
    assert after.severity is before.severity
    assert after.message == (
        f"{before.message} It is listed in .gitleaksignore, which accepts nothing here."
    )
    assert report.examined["exceptions of other scanners, not applied"] == 1


def test_a_new_rule_finds_what_was_seen_before(repo: GitRepo, tmp_path: Path) -> None:
    """Adversary: cache hit skips the dynamic rules."""
    cache = tmp_path / "cache"
    assert len(scan(repo, {}, cache).findings) == 1
    report = scan(repo, {GITLEAKS: OWN}, cache)
    assert {finding.rule for finding in report.findings} == {
        "secrets/gitlab-token",
        "secrets/gitleaks-shop-ticket",
    }
    assert report == scan(repo, {GITLEAKS: OWN})
    assert "foreignSettings" in report.inputs


def test_what_is_not_honoured_is_in_the_report(repo: GitRepo) -> None:
    report = scan(repo, {GITLEAKS: "[[rules]]\nid='a'\nregex='''(?=x)y'''\n"})
    assert report.not_checked == (
        NotChecked(
            what="rule",
            where=".gitleaks.toml: rule 'a'",
            why="its regex cannot be searched for in linear time: RE2 does not know a part of it",
            remedy="write it as our engines can read it, or take it out",
        ),
    )
