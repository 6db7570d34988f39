"""Source: signatures that were once believed, and show nothing."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from assay.core.verdict import Verdict
from assay.signing.trust import Principal, Revocation, RevocationReason
from assay.source.changes import load_line
from assay.source.judging import CommitTrust
from assay.source.repository import open_repository
from assay.source.tag import check_tags
from tests.fakes.gitrepo import GitRepo, SshKey, make_ssh_key
from tests.fakes.signers import person, ssh, trust_of

AT = datetime(2026, 6, 1, tzinfo=UTC)  # commits are made on 2026-01-01
LOST = Revocation(since=datetime(2026, 3, 1, tzinfo=UTC), reason=RevocationReason.COMPROMISED)


@pytest.fixture
def key(tmp_path: Path) -> SshKey:
    return make_ssh_key(tmp_path / "keys")


@pytest.fixture
def repo(tmp_path: Path, key: SshKey) -> GitRepo:
    made = GitRepo(tmp_path / "repo")
    made.commit("Begin", files={"a": "1"}, sign=key)
    return made


def answers(repo: GitRepo, trust: CommitTrust) -> list[tuple[Verdict, str]]:
    """Return what became of the signature of each change, the oldest first."""
    line = load_line(open_repository(repo.top), base="", head=repo.head, trust=trust, at=AT)
    found = [change.own.signature for change in line.changes]
    return [(one.verdict, one.principal) for one in found]


def alice(
    key: SshKey, *, revoked: Revocation | None = None, until: datetime | None = None
) -> Principal:
    return person("alice", ssh(key, revoked=revoked, until=until))


def test_a_lost_key_signs_with_an_old_date(repo: GitRepo, key: SshKey) -> None:
    """The thief dates the commit before the loss."""
    assert answers(repo, trust_of(alice(key, revoked=LOST)))[0][0] is Verdict.FAILED


def test_a_commit_that_the_log_knew_before_the_loss_stays_signed(
    repo: GitRepo, key: SshKey
) -> None:
    """And so do those before it: whoever knew a commit knew all that it is made on."""
    first = repo.head
    second = repo.commit("Second", sign=key)
    repo.commit("Third", sign=key)
    known = {second: datetime(2026, 2, 1, tzinfo=UTC)}
    trust = trust_of(alice(key, revoked=LOST), recorded=known)
    assert first != second
    assert answers(repo, trust) == [
        (Verdict.PASSED, "alice"),
        (Verdict.PASSED, "alice"),
        (Verdict.FAILED, "alice"),
    ]


def test_a_key_that_ended_is_not_believed_by_its_own_date(repo: GitRepo, key: SshKey) -> None:
    ended = trust_of(alice(key, until=datetime(2026, 2, 1, tzinfo=UTC)))
    assert answers(repo, ended) == [(Verdict.UNKNOWN, "alice")]


def test_a_name_in_a_commit_is_nobody(repo: GitRepo, key: SshKey, tmp_path: Path) -> None:
    """Signed with a key of one's own, under somebody else's address."""
    mallory = make_ssh_key(tmp_path / "mallory")
    repo.commit("In Alice's name", sign=mallory)
    assert answers(repo, trust_of(alice(key)))[1] == (Verdict.UNKNOWN, "")


def test_a_list_of_signers_in_the_repository_allows_nobody(
    repo: GitRepo, key: SshKey, tmp_path: Path
) -> None:
    mallory = make_ssh_key(tmp_path / "mallory")
    repo.git("config", "gpg.ssh.allowedSignersFile", "allowed_signers")
    repo.commit("Allow me", files={"allowed_signers": mallory.allowed("*")}, sign=None)
    repo.commit("So there", sign=mallory)
    repo.git("config", "gpg.ssh.program", "true")
    assert [verdict for verdict, _ in answers(repo, trust_of(alice(key)))] == [
        Verdict.PASSED,
        Verdict.FAILED,
        Verdict.UNKNOWN,
    ]


def test_a_signature_is_not_carried_to_another_commit(repo: GitRepo, key: SshKey) -> None:
    content = repo.git("cat-file", "commit", "HEAD")
    carried = repo.raw_object("commit", content.replace(b"Begin", b"Forged"))
    repo.git("update-ref", "refs/heads/main", carried)
    assert answers(repo, trust_of(alice(key))) == [(Verdict.FAILED, "")]


def test_a_second_author_in_the_header_passes_nowhere(repo: GitRepo, key: SshKey) -> None:
    """One reader shows the first, another one the last."""
    content = repo.git("cat-file", "commit", "HEAD")
    twice = content.replace(b"\ncommitter", b"\nauthor Bob <bob@example.org> 1 +0000\ncommitter")
    repo.git("update-ref", "refs/heads/main", repo.raw_object("commit", twice))
    assert answers(repo, trust_of(alice(key))) == [(Verdict.FAILED, "")]


def test_a_replace_ref_lends_no_signature(repo: GitRepo, key: SshKey) -> None:
    signed = repo.head
    unsigned = repo.commit("Unsigned")
    repo.git("replace", unsigned, signed)
    assert answers(repo, trust_of(alice(key)))[-1] == (Verdict.FAILED, "")


def test_a_runner_makes_no_commits(repo: GitRepo, key: SshKey) -> None:
    """The key of a job that records evidence may not write what it records."""
    runner = person("ci", ssh(key), roles=("collector",))
    assert answers(repo, trust_of(runner)) == [(Verdict.FAILED, "ci")]


def test_an_old_release_under_a_new_name(repo: GitRepo, key: SshKey) -> None:
    signing = ("-c", "gpg.format=ssh", "-c", f"user.signingKey={key.private}")
    repo.git(*signing, "tag", "-s", "-m", "Old", "v1")
    repo.commit("Mended", sign=key)
    repo.git("update-ref", "refs/tags/v2", repo.text("rev-parse", "refs/tags/v1"))
    found = check_tags(open_repository(repo.top), trust=trust_of(alice(key)), at=AT)
    assert [(one.verdict, one.reason) for one in found] == [
        (Verdict.PASSED, ""),
        (Verdict.FAILED, "the tag calls itself 'v1'"),
    ]
