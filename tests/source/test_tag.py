"""Signed tags: real ones, renamed ones, tags of tags, and headers that Git would not write."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from assay.core.errors import MalformedError
from assay.core.verdict import Verdict
from assay.signing.openpgp import parse_pgp_keys
from assay.source.judging import CommitTrust
from assay.source.repository import open_repository
from assay.source.tag import TagAnswer, check_tags, parse_tag
from tests.fakes.gitrepo import GitRepo, SshKey, make_ssh_key
from tests.fakes.signers import Credential, open_gpg, person, ssh, trust_of

AT = datetime(2026, 6, 1, tzinfo=UTC)
PASSED = (Verdict.PASSED, "")


@pytest.fixture
def key(tmp_path: Path) -> SshKey:
    return make_ssh_key(tmp_path / "keys")


@pytest.fixture
def trust(key: SshKey) -> CommitTrust:
    return trust_of(person("alice", ssh(key)))


@pytest.fixture(params=["sha1", "sha256"])
def repo(request: pytest.FixtureRequest, tmp_path: Path) -> GitRepo:
    made = GitRepo(tmp_path / "repo", object_format=str(request.param))
    made.commit("Begin", files={"a": "1"})
    return made


def sign(repo: GitRepo, key: SshKey, name: str, *target: str) -> None:
    signing = ("-c", "gpg.format=ssh", "-c", f"user.signingKey={key.private}")
    repo.git(*signing, "tag", "-s", "-m", "Release", name, *target)


def check(repo: GitRepo, name: str, trust: CommitTrust) -> TagAnswer:
    found = check_tags(open_repository(repo.top), trust=trust, at=AT)
    return next(one for one in found if one.ref == f"refs/tags/{name}")


def answer(repo: GitRepo, name: str, trust: CommitTrust) -> tuple[Verdict, str]:
    found = check(repo, name, trust)
    return found.verdict, found.reason


def test_a_signed_tag(repo: GitRepo, key: SshKey, trust: CommitTrust) -> None:
    sign(repo, key, "v1")
    found = check(repo, "v1", trust)
    assert (found.verdict, found.reason, found.signature.principal) == (*PASSED, "alice")
    assert found.commit == repo.head


def test_a_tag_under_another_name(repo: GitRepo, key: SshKey, trust: CommitTrust) -> None:
    """An old release, signed, in the place of a new one."""
    sign(repo, key, "v1")
    repo.git("update-ref", "refs/tags/v2", repo.text("rev-parse", "refs/tags/v1"))
    assert answer(repo, "v2", trust) == (Verdict.FAILED, "the tag calls itself 'v1'")


def test_a_tag_of_a_tag(repo: GitRepo, key: SshKey, trust: CommitTrust) -> None:
    repo.tag("inner", message="not signed")
    sign(repo, key, "outer", "inner")
    assert answer(repo, "outer", trust) == PASSED
    assert answer(repo, "inner", trust) == (Verdict.FAILED, "unsigned")
    repo.git("tag", "-a", "-m", "not signed", "wrap", "outer")
    assert answer(repo, "wrap", trust) == (Verdict.FAILED, "unsigned")


def test_a_tag_that_is_only_a_name(repo: GitRepo, trust: CommitTrust) -> None:
    repo.tag("v1")
    assert answer(repo, "v1", trust) == (Verdict.FAILED, "a tag without an object")


def test_a_tag_that_was_changed(repo: GitRepo, key: SshKey, trust: CommitTrust) -> None:
    sign(repo, key, "v1")
    content = repo.git("cat-file", "tag", "v1").replace(b"Release", b"Rerelease")
    repo.git("update-ref", "refs/tags/v1", repo.raw_object("tag", content))
    assert answer(repo, "v1", trust) == (Verdict.FAILED, "not a signature by this key")


def test_a_tag_signed_with_gpg(repo: GitRepo) -> None:
    with open_gpg("ed25519") as gpg:
        repo.tag("v1", message="Release")
        content = repo.git("cat-file", "tag", "v1")
        signed = repo.raw_object("tag", content + gpg.sign(content))
        (found,) = parse_pgp_keys(gpg.block)
    repo.git("update-ref", "refs/tags/v1", signed)
    key = Credential(public=found.public, openpgp=found.fingerprint)
    signature = check(repo, "v1", trust_of(person("bob", key))).signature
    assert (signature.principal, signature.key) == ("bob", found.fingerprint)


HEADER = b"object " + b"12" * 20 + b"\ntype commit\ntag v1\ntagger A <a> 1 +0000\n"
REFUSED = {
    "no tagger": HEADER.replace(b"tagger A <a> 1 +0000\n", b"") + b"\nx",
    "another order": HEADER.replace(b"type commit\ntag v1", b"tag v1\ntype commit") + b"\nx",
    "a second name": HEADER + b"tag v2\n\nx",
    "no message": HEADER,
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=[*map(str, REFUSED)])
def test_headers_that_git_would_not_write(content: bytes) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_tag(content)
    assert str(caught.value) == "[malformed] a tag with a header that Git would not write"


def test_an_object_that_is_no_id() -> None:
    with pytest.raises(MalformedError) as caught:
        parse_tag(HEADER.replace(b"12" * 20, b"main") + b"\nx")
    assert str(caught.value) == "[malformed] a tag of an object that is no id"


def test_of_two_signatures_neither_counts(repo: GitRepo, key: SshKey, trust: CommitTrust) -> None:
    sign(repo, key, "v1")
    content = repo.git("cat-file", "tag", "v1")
    block = content[content.index(b"-----BEGIN") :]
    repo.git("update-ref", "refs/tags/v1", repo.raw_object("tag", content + block))
    assert answer(repo, "v1", trust)[0] is Verdict.FAILED


def test_a_tag_of_something_else_than_a_commit(
    repo: GitRepo, key: SshKey, trust: CommitTrust
) -> None:
    sign(repo, key, "v1", "HEAD^{tree}")
    assert (check(repo, "v1", trust).commit, *answer(repo, "v1", trust)) == ("", *PASSED)


def test_no_tags(repo: GitRepo, trust: CommitTrust) -> None:
    assert check_tags(open_repository(repo.top), trust=trust, at=AT) == ()
