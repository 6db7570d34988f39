"""The scanner on real repositories."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assay.core.errors import UsageError
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked
from assay.findings.finding import Finding, Kind, Location, Severity
from assay.findings.scanreport import ScanReport, parse_scan_report
from assay.scan.secrets.foreign import NO_FOREIGN
from assay.scan.secrets.report import MAX_LOCATIONS
from assay.scan.secrets.scan import scan_secrets
from assay.source.repository import open_repository
from tests.fakes.gitrepo import GitRepo
from tests.scan.secrets.generate import fill

AT = datetime(2026, 6, 30, tzinfo=UTC)
KEY = b"k" * 32
NPM = fill("npm_{b62:30}{crc}")
GITLAB = fill("glpat-{b62:20}")
STRIPE = fill("sk_live_{b62:24}")
MARK = "assay" + ":allow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Paths under one folder that are left out."""

    folder: str
    reason: str
    until: datetime

    def covers(self, path: str, *, at: datetime) -> bool:
        return at < self.until and path.startswith(self.folder)


def scan(
    repo: GitRepo,
    *,
    key: bytes = KEY,
    workers: int = 1,
    files: Iterable[tuple[str, bytes]] = (),
    excluded: tuple[Left, ...] = (),
) -> ScanReport:
    return scan_secrets(
        open_repository(repo.top),
        identity_key=key,
        at=AT,
        workers=workers,
        worktree_files=files,
        excluded=excluded,
        foreign=NO_FOREIGN,
        cache=None,
    )


def only(report: ScanReport) -> Finding:
    (finding,) = report.findings
    return finding


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    made = GitRepo(tmp_path / "repo")
    made.commit("Start", files={"README": "A shop.\n"})
    return made


def test_a_clean_repository(repo: GitRepo) -> None:
    report = scan(repo)
    assert report.findings == ()
    assert report.not_checked == ()
    assert dict(report.examined) == {
        "blobs": 1,
        "commits": 1,
        "tags": 0,
        "bytes": report.examined["bytes"],
        "working tree files": 0,
    }


def test_a_secret_at_head(repo: GitRepo) -> None:
    commit = repo.commit(files={"app/.npmrc": f"a=b\n//r.invalid/:_authToken={NPM}\n"})
    finding = only(scan(repo))
    assert finding.kind is Kind.SECRET
    assert finding.rule == "secrets/npm-token"
    assert finding.severity is Severity.CRITICAL
    assert finding.locations == (
        Location(path="app/.npmrc", line=2, commit=commit, note="at HEAD"),
    )
    assert finding.message == (
        "It begins with 'npm_' and has 40 bytes; it opens publishing and reading the packages of "
        "its owner. Note that its checksum holds. First committed on 2026-01-01 by Alice Example."
    ).replace("2026-01-01", repo.at.date().isoformat())


def test_a_secret_that_was_taken_out(repo: GitRepo) -> None:
    first = repo.commit(files={"a": f"x\n{GITLAB}\n"})
    repo.commit(files={"a": "x\n"})
    assert only(scan(repo)).locations == (
        Location(path="a", line=2, commit=first, note="history only"),
    )


def test_one_secret_at_many_places_is_one_finding(repo: GitRepo) -> None:
    first = repo.commit(files={"a": f"{GITLAB}\n"})
    second = repo.commit(files={"b": f"\n\n{GITLAB}\n"})
    third = repo.commit(files={"c": f"{GITLAB}\n"})  # the same blob at another path
    assert only(scan(repo)).locations == (
        Location(path="a", line=1, commit=first, note="at HEAD"),
        Location(path="b", line=3, commit=second, note="at HEAD"),
        Location(path="c", line=1, commit=third, note="at HEAD"),
    )


def test_two_secrets_are_two_findings(repo: GitRepo) -> None:
    repo.commit(files={"a": f"{GITLAB}\n{STRIPE}\n{NPM}\n"})
    rules = {finding.rule for finding in scan(repo).findings}
    assert rules == {"secrets/gitlab-token", "secrets/stripe-key", "secrets/npm-token"}


def test_a_secret_on_a_branch_and_in_a_merge(repo: GitRepo) -> None:
    main = repo.text("branch", "--show-current")
    repo.branch("side")
    side = repo.commit(files={"side": f"{GITLAB}\n"})
    repo.switch(main)
    repo.commit(files={"main": "x\n"})
    repo.merge("side")
    assert only(scan(repo)).locations[0].commit == side


def test_a_secret_that_only_a_merge_brings_in(repo: GitRepo) -> None:
    main = repo.text("branch", "--show-current")
    repo.branch("side")
    repo.commit(files={"side": "x\n"})
    repo.switch(main)
    repo.commit(files={"main": "x\n"})
    repo.git("merge", "-q", "--no-ff", "--no-commit", "side")
    evil = repo.commit("Merge", files={"evil": f"{GITLAB}\n"})
    assert only(scan(repo)).locations == (
        Location(path="evil", line=1, commit=evil, note="at HEAD"),
    )


def test_a_secret_in_a_commit_message(repo: GitRepo) -> None:
    commit = repo.commit(f"Change\n\nUse {GITLAB} for now")
    assert only(scan(repo)).locations == (
        Location(path="commit message", line=3, commit=commit, note="commit message"),
    )


def test_a_secret_in_a_tag_message(repo: GitRepo) -> None:
    repo.tag("v1", message=f"Release\n\n{GITLAB}")
    assert only(scan(repo)).locations == (Location(path="tag message", line=3, note="tag message"),)


def test_a_secret_that_nothing_leads_to(repo: GitRepo) -> None:
    oid = repo.raw_object("blob", f"x\n{GITLAB}".encode())
    assert only(scan(repo)).locations == (
        Location(path=f"object {oid}", line=2, note="unreachable object"),
    )


def test_a_secret_in_the_working_tree(repo: GitRepo) -> None:
    report = scan(repo, files=[("new\udcff.env", f"\nTOKEN={GITLAB}\n".encode())])
    assert only(report).locations == (Location(path="new\udcff.env", line=2, note="working tree"),)
    assert report.examined["working tree files"] == 1


def test_a_path_that_is_not_utf_8(repo: GitRepo) -> None:
    repo.write(b"caf\xe9", f"{GITLAB}\n")
    commit = repo.commit()
    assert only(scan(repo)).locations == (
        Location(path="caf\udce9", line=1, commit=commit, note="at HEAD"),
    )


def test_the_secret_is_never_in_the_report(repo: GitRepo) -> None:
    password = fill("{mixed:14}")
    repo.commit(files={"a": f"{NPM}\n{GITLAB}\npassword = '{password}'\n"})
    report = scan(repo)
    text = json.dumps(report.as_json())
    assert len(report.findings) == 3
    for secret in (NPM, GITLAB, password):
        assert secret not in text
        assert secret[:5] not in text


def test_the_identity_depends_on_the_key_and_the_secret_alone(repo: GitRepo) -> None:
    repo.commit(files={"a": f"{GITLAB}\n"})
    before = only(scan(repo))
    repo.commit(files={"a": f"moved\n\n\n{GITLAB}\n"})
    assert only(scan(repo)).identity == before.identity
    assert only(scan(repo, key=b"other" * 8)).identity != before.identity


def test_a_short_key_is_refused(repo: GitRepo) -> None:
    with pytest.raises(UsageError) as caught:
        scan(repo, key=b"short")
    assert str(caught.value) == "[usage] an identity key of 5 bytes, where 32 are needed"


def test_locations_are_capped_and_counted(repo: GitRepo) -> None:
    repo.commit(files={f"file{n:03}": f"{n}\n{GITLAB}\n" for n in range(MAX_LOCATIONS + 10)})
    finding = only(scan(repo))
    assert len(finding.locations) == MAX_LOCATIONS
    assert finding.message.endswith("It stands at 60 places, of which 50 are listed.")


def test_what_stands_at_head_is_listed_first(repo: GitRepo) -> None:
    repo.commit(files={f"old{n:03}": f"{n}\n{GITLAB}\n" for n in range(MAX_LOCATIONS)})
    for number in range(MAX_LOCATIONS):
        (repo.top / f"old{number:03}").unlink()
    repo.commit(files={"z": f"{GITLAB}\n"})
    finding = only(scan(repo))
    assert (finding.locations[0].path, finding.locations[0].note) == ("z", "at HEAD")


def test_an_exclusion_is_accepted_and_not_silent(repo: GitRepo) -> None:
    repo.commit(files={"vendor/a": f"{GITLAB}\n", "vendor/b": "x\n"})
    left = Left(folder="vendor/", reason="made up", until=datetime(2026, 7, 1, tzinfo=UTC))
    report = scan(repo, excluded=(left,))
    assert report.findings == ()
    assert report.not_checked == (
        NotChecked(
            what="paths",
            where="vendor/a, vendor/b",
            why="excluded from the search for secrets",
            remedy="take the exclusion out of assay.toml",
            accepted="made up, until 2026-07-01T00:00:00Z",
        ),
        NotChecked(
            what="secret",
            where="vendor/a:1",
            why="critical GitLab token is accepted by assay.toml, which nobody signed "
            "(secrets/gitlab-token, at HEAD)",
            remedy="revoke it and take it out; or take the exception out, and have it waived",
            accepted="made up, until 2026-07-01T00:00:00Z",
        ),
    )


def test_an_exclusion_that_has_ended_excludes_nothing(repo: GitRepo) -> None:
    repo.commit(files={"vendor/a": f"{GITLAB}\n"})
    report = scan(repo, excluded=(Left(folder="vendor/", reason="made up", until=AT),))
    assert len(report.findings) == 1
    assert report.not_checked == ()


def test_an_exclusion_of_everything_leaves_messages_and_objects_in(repo: GitRepo) -> None:
    repo.raw_object("blob", f"{STRIPE}\n".encode())
    repo.commit(f"Use {GITLAB}")
    left = Left(folder="", reason="made up", until=datetime(2026, 7, 1, tzinfo=UTC))
    notes = {finding.locations[0].note for finding in scan(repo, excluded=(left,)).findings}
    assert notes == {"commit message", "unreachable object"}


def test_an_exclusion_holds_for_its_paths_only(repo: GitRepo) -> None:
    repo.commit(files={"vendor/a": f"{GITLAB}\n", "src/a": f"{GITLAB}\n"})
    left = Left(folder="vendor/", reason="made up", until=datetime(2026, 7, 1, tzinfo=UTC))
    finding = only(scan(repo, excluded=(left,)))
    assert [location.path for location in finding.locations] == ["src/a"]


def test_a_permission_on_the_line(repo: GitRepo) -> None:
    given = f'# {MARK} gitlab-token until=2026-12-31 reason="made up"'
    repo.commit(files={"a": f"{GITLAB} {given}\n"})
    report = scan(repo)
    assert report.findings == ()
    assert [str(item) for item in report.not_checked] == [
        (
            "secret, a:1: critical GitLab token is accepted by a comment, which nobody signed "
            "(secrets/gitlab-token, at HEAD) (revoke it and take it out; or take the exception "
            "out, and have it waived); accepted: made up, until 2026-12-31"
        )
    ]


def test_a_permission_without_an_end_says_why_it_is_none(repo: GitRepo) -> None:
    given = f'# {MARK} gitlab-token until=2999-12-31 reason="made up"'
    repo.commit(files={"a": f"{GITLAB} {given}\n"})
    assert "accepts nothing: it would end on 2999-12-31" in only(scan(repo)).message


def test_a_permission_on_another_line_permits_nothing(repo: GitRepo) -> None:
    given = f'# {MARK} gitlab-token until=2026-12-31 reason="made up"'
    repo.commit(files={"a": f"{GITLAB}\n{given}\n"})
    assert len(scan(repo).findings) == 1


def test_a_shallow_clone_says_so(repo: GitRepo, tmp_path: Path) -> None:
    repo.commit(files={"a": f"{GITLAB}\n"})
    repo.commit(files={"b": "x\n"})
    report = scan(repo.clone(tmp_path / "clone", "--depth", "1"))
    assert [(item.what, item.where) for item in report.not_checked] == [
        ("history", "before the shallow boundary")
    ]
    assert only(report).locations[0].note == "at HEAD"


def test_a_submodule_says_so(repo: GitRepo) -> None:
    repo.submodule("lib", "https://example.org/lib.git", repo.head)
    repo.commit()
    assert [(item.what, item.where) for item in scan(repo).not_checked] == [("submodule", "lib")]


def test_a_lost_object_is_named(repo: GitRepo) -> None:
    repo.commit(files={"a": "one\n"})
    oid = repo.text("rev-parse", "HEAD:a")
    repo.commit(files={"a": "two\n"})
    (repo.git_dir / "objects" / oid[:2] / oid[2:]).unlink()
    assert [(item.what, item.where) for item in scan(repo).not_checked] == [("object", oid)]


def test_a_history_that_cannot_be_walked_costs_places_and_no_findings(repo: GitRepo) -> None:
    repo.commit(files={"a": f"{GITLAB}\n"})
    repo.commit(files={"a": "x\n"})
    oid = repo.text("rev-parse", "HEAD~2^{tree}")
    (repo.git_dir / "objects" / oid[:2] / oid[2:]).unlink()
    report = scan(repo)
    assert only(report).locations[0].note == "place unknown"
    assert {item.what for item in report.not_checked} == {"object", "history"}


def test_inputs_name_what_the_result_depends_on(repo: GitRepo) -> None:
    before = scan(repo)
    assert dict(before.inputs) == dict(scan(repo).inputs)
    repo.raw_object("blob", b"one more")
    assert scan(repo).inputs["objects"] != before.inputs["objects"]
    assert scan(repo, files=[("a", b"")]).inputs["workingTree"] != before.inputs["workingTree"]
    repo.tag("v1")
    assert scan(repo).inputs["refs"] != before.inputs["refs"]


def test_the_report_survives_its_statement(repo: GitRepo) -> None:
    repo.commit(files={"a": f"{GITLAB}\n"})
    report = scan(repo)
    assert parse_scan_report(JsonValue(report.as_json())).as_json() == report.as_json()


def test_more_secrets_than_one_object_may_have_are_named(repo: GitRepo) -> None:
    lines = "".join(fill(f"glpat-{{b62:20}} {n}")[:26] + "\n" for n in range(1100))
    repo.commit(files={"a": lines})
    report = scan(repo)
    assert len(report.findings) == 1000
    assert [(item.what, item.why) for item in report.not_checked] == [
        ("blob", "it has over 1000 different secrets; the others are not listed")
    ]


def test_the_result_is_the_same_for_any_number_of_workers(repo: GitRepo) -> None:
    """Drowning: "Result depends on the number of workers"."""
    for number in range(4):
        repo.commit(files={"a": f"{number}\n{GITLAB}\n", "b": f"{STRIPE} {number}\n" * 1000})
    reports = [parallel_scan(repo, workers) for workers in (1, 2, 3)]
    assert reports[0].findings
    assert reports[0] == reports[1] == reports[2]


def parallel_scan(repo: GitRepo, workers: int) -> ScanReport:
    return scan_secrets(
        open_repository(repo.top),
        identity_key=KEY,
        at=AT,
        workers=workers,
        worktree_files=(),
        excluded=(),
        foreign=NO_FOREIGN,
        cache=None,
        portion_bytes=10_000,
    )
