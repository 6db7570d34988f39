"""Signatures made by the real programs, and what each check of them refuses."""

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assay.core.verdict import Verdict
from assay.signing.openpgp import parse_pgp_keys
from assay.source.commit import SignatureKind, parse_commit
from assay.source.judging import check_signature
from assay.source.signature import HeadSignature
from assay.source.signers import CommitSigners
from tests.fakes.gitrepo import GitRepo, SshKey, make_ssh_key
from tests.fakes.signers import Credential, Gpg, open_gpg, person, signers_of, ssh

AT = datetime(2026, 6, 1, tzinfo=UTC)  # commits are made on 2026-01-01
UNSIGNED = (
    b"tree "
    + b"12" * 20
    + b"\nauthor A <a> %d +0000\ncommitter A <a> %d +0000\n\nx\n" % ((1767268800,) * 2)
)


@pytest.fixture
def key(tmp_path: Path) -> SshKey:
    return make_ssh_key(tmp_path / "keys")


@pytest.fixture
def alice(key: SshKey) -> CommitSigners:
    return signers_of(person("alice", ssh(key)))


@pytest.fixture
def signed(tmp_path: Path, key: SshKey) -> bytes:
    repo = GitRepo(tmp_path / "repo")
    repo.commit("Signed", files={"a": "1"}, sign=key)
    return repo.git("cat-file", "commit", "HEAD")


def check(content: bytes, signers: CommitSigners | None, *, at: datetime = AT) -> HeadSignature:
    return check_signature(parse_commit(content), content, signers=signers, recorded=None, at=at)


def answer(content: bytes, signers: CommitSigners | None) -> tuple[Verdict, str]:
    found = check(content, signers)
    return found.verdict, found.reason


def with_signature(content: bytes, armoured: bytes, *, header: bytes = b"gpgsig") -> bytes:
    """Return a commit with a signature in its header, as Git folds it."""
    folded = armoured.strip(b"\n").replace(b"\n", b"\n ")
    return content.replace(b"\n\n", b"\n%b %b\n\n" % (header, folded), 1)


def ssh_sign(content: bytes, key: SshKey, *, namespace: str = "git") -> bytes:
    program = shutil.which("ssh-keygen")
    assert program is not None
    return subprocess.run(
        (program, "-q", "-Y", "sign", "-n", namespace, "-f", key.private),
        input=content,
        capture_output=True,
        check=True,
    ).stdout


def make_key(folder: Path, kind: str, bits: str) -> SshKey:
    private = folder / kind
    program = shutil.which("ssh-keygen")
    assert program is not None
    command = (program, "-q", "-t", kind, "-b", bits, "-N", "", "-C", "", "-f", str(private))
    subprocess.run(command, check=True, capture_output=True)
    public = private.with_suffix(".pub").read_text().split()
    return SshKey(private=private, public=" ".join(public[:2]))


def test_a_key_of_the_trust_root(signed: bytes, alice: CommitSigners) -> None:
    found = check(signed, alice)
    assert (found.verdict, found.reason, found.kind) == (Verdict.PASSED, "", SignatureKind.SSH)
    assert (found.principal, found.algorithm) == ("alice", "ssh-ed25519")
    assert found.key.startswith("SHA256:")


@pytest.mark.parametrize(
    ("kind", "bits", "algorithm"),
    [
        ("ecdsa", "256", "ecdsa-sha2-nistp256"),
        ("ecdsa", "384", "ecdsa-sha2-nistp384"),
        ("rsa", "2048", "rsa-sha2-512"),
    ],
)
def test_other_kinds_of_ssh_keys(tmp_path: Path, kind: str, bits: str, algorithm: str) -> None:
    key = make_key(tmp_path, kind, bits)
    content = with_signature(UNSIGNED, ssh_sign(UNSIGNED, key))
    found = check(content, signers_of(person("bob", ssh(key))))
    assert (found.verdict, found.principal, found.algorithm) == (Verdict.PASSED, "bob", algorithm)
    changed = content.replace(b"\n\nx\n", b"\n\ny\n")
    assert answer(changed, signers_of(person("bob", ssh(key)))) == (
        Verdict.FAILED,
        "not a signature by this key",
    )


def test_one_of_many(signed: bytes, key: SshKey, tmp_path: Path) -> None:
    other = make_ssh_key(tmp_path / "keys", "other")
    found = check(signed, signers_of(person("bob", ssh(other)), person("alice", ssh(key))))
    assert (found.verdict, found.principal) == (Verdict.PASSED, "alice")


def test_unsigned(alice: CommitSigners) -> None:
    assert answer(UNSIGNED, alice) == (Verdict.FAILED, "unsigned")


def test_nobody_says_who_may(signed: bytes) -> None:
    assert answer(signed, None) == (Verdict.UNKNOWN, "no trust root says who may sign")


def test_a_key_that_nobody_here_knows(signed: bytes, tmp_path: Path) -> None:
    """It may be good: that is not for us to deny, and not to believe."""
    other = make_ssh_key(tmp_path / "keys", "other")
    found = check(signed, signers_of(person("alice", ssh(other))))
    assert found.verdict is Verdict.UNKNOWN
    assert found.reason == f"nobody here has the key {found.key}"


def test_a_commit_that_was_changed(signed: bytes, alice: CommitSigners) -> None:
    changed = signed.replace(b"Signed", b"Forged")
    assert answer(changed, alice) == (Verdict.FAILED, "not a signature by this key")


def test_another_namespace(key: SshKey, alice: CommitSigners) -> None:
    content = with_signature(UNSIGNED, ssh_sign(UNSIGNED, key, namespace="file"))
    assert answer(content, alice) == (Verdict.FAILED, "signed for 'file', not for Git")


@pytest.mark.parametrize("seconds", [b"99999999999999999", b"soon", b"1799999999"])
def test_a_date_that_is_none_or_to_come(key: SshKey, alice: CommitSigners, seconds: bytes) -> None:
    dated = UNSIGNED.replace(b"committer A <a> 1767268800 ", b"committer A <a> " + seconds + b" ")
    content = with_signature(dated, ssh_sign(dated, key))
    assert answer(content, alice) == (
        Verdict.FAILED,
        "dated after this observation, or not at all",
    )


def test_clocks_may_differ_a_little(tmp_path: Path, key: SshKey, alice: CommitSigners) -> None:
    repo = GitRepo(tmp_path / "repo")
    repo.commit("Signed", sign=key)
    content = repo.git("cat-file", "commit", "HEAD")
    assert check(content, alice, at=repo.at - timedelta(minutes=5)).verdict is Verdict.PASSED
    assert check(content, alice, at=repo.at - timedelta(minutes=6)).verdict is Verdict.FAILED


ODD = {
    "a second author": (b"\ncommitter", b"\nauthor B <b> 1 +0000\ncommitter"),
    "a second committer": (b"\n\nx", b"\ncommitter B <b> 1 +0000\n\nx"),
    "a second tree": (b"\nauthor", b"\ntree " + b"34" * 20 + b"\nauthor"),
    "a parent after the author": (b"\ncommitter", b"\nparent " + b"34" * 20 + b"\ncommitter"),
    "a second encoding": (b"\n\nx", b"\nencoding a\nencoding b\n\nx"),
}


@pytest.mark.parametrize(("old", "new"), ODD.values(), ids=[*map(str, ODD)])
def test_a_header_that_can_be_read_as_two(
    key: SshKey, alice: CommitSigners, old: bytes, new: bytes
) -> None:
    odd = UNSIGNED.replace(old, new, 1)
    content = with_signature(odd, ssh_sign(odd, key))
    assert answer(content, alice) == (Verdict.FAILED, "a header that Git would not write")


def test_two_signatures(key: SshKey, alice: CommitSigners) -> None:
    content = with_signature(UNSIGNED, ssh_sign(UNSIGNED, key))
    assert answer(with_signature(content, ssh_sign(UNSIGNED, key)), alice) == (
        Verdict.FAILED,
        "a header that Git would not write",
    )


def test_encoding_and_other_headers_are_signed(key: SshKey, alice: CommitSigners) -> None:
    encoded = UNSIGNED.replace(b"\n\nx", b"\nencoding ISO-8859-1\n\n\xe9")
    content = with_signature(encoded, ssh_sign(encoded, key))
    assert check(content, alice).verdict is Verdict.PASSED
    changed = content.replace(b"ISO-8859-1", b"ISO-8859-2")
    assert check(changed, alice).verdict is Verdict.FAILED


def test_a_signature_for_the_other_hash(key: SshKey, alice: CommitSigners) -> None:
    """In a repository of SHA-1 `gpgsig-sha256` is about another object."""
    armoured = ssh_sign(UNSIGNED, key)
    content = with_signature(UNSIGNED, armoured, header=b"gpgsig-sha256")
    assert answer(content, alice) == (
        Verdict.FAILED,
        "the signature is of no known form, or there are several",
    )
    both = with_signature(content, armoured)
    assert check(both, alice).verdict is Verdict.PASSED


def test_a_repository_of_sha256(tmp_path: Path, key: SshKey, alice: CommitSigners) -> None:
    repo = GitRepo(tmp_path / "repo", object_format="sha256")
    repo.commit("Signed", files={"a": "1"}, sign=key)
    content = repo.git("cat-file", "commit", "HEAD")
    assert b"\ngpgsig-sha256 " in content
    assert check(content, alice).verdict is Verdict.PASSED


def test_a_merge_with_a_tag_in_its_header(
    tmp_path: Path, key: SshKey, alice: CommitSigners
) -> None:
    """Merging a signed tag puts the tag into the header, under the signature of the merge."""
    repo = GitRepo(tmp_path / "repo")
    repo.commit("Begin", files={"a": "1"})
    repo.branch("topic")
    repo.commit("Work", files={"b": "1"})
    signing = ("-c", "gpg.format=ssh", "-c", f"user.signingKey={key.private}")
    repo.git(*signing, "tag", "-s", "-m", "Take this", "v1")
    repo.switch("main")
    repo.git(*signing, "merge", "-q", "-S", "--no-ff", "-m", "Merge", "v1")
    content = repo.git("cat-file", "commit", "HEAD")
    assert b"\nmergetag object " in content
    assert check(content, alice).verdict is Verdict.PASSED
    assert check(content.replace(b"Take this", b"Take that"), alice).verdict is Verdict.FAILED


GPG_KEYS = ("ed25519", "rsa2048", "nistp256")


def credentials(gpg: Gpg) -> tuple[Credential, ...]:
    keys = parse_pgp_keys(gpg.block)
    return tuple(Credential(public=key.public, openpgp=key.fingerprint) for key in keys)


@pytest.mark.parametrize("algorithm", GPG_KEYS)
def test_what_gpg_signs(algorithm: str) -> None:
    with open_gpg(algorithm) as gpg:
        today = int(datetime.now(UTC).timestamp())  # gpg dates its signature itself
        content = UNSIGNED.replace(b"1767268800", b"%d" % today)
        signers = signers_of(person("alice", *credentials(gpg)))
        signature = with_signature(content, gpg.sign(content))
        at = datetime.now(UTC) + timedelta(days=1)
        found = check(signature, signers, at=at)
        changed = check(signature.replace(b"\n\nx", b"\n\ny"), signers, at=at)
        unnamed = signers_of(
            person("alice", *(Credential(public=c.public) for c in credentials(gpg)))
        )
        without_name = check(signature, unnamed, at=at)
        fingerprint = gpg.fingerprint
    assert (found.verdict, found.reason, found.principal) == (Verdict.PASSED, "", "alice")
    assert found.key == fingerprint
    assert (changed.verdict, changed.reason) == (
        Verdict.FAILED,
        "the key that it names did not sign this",
    )
    assert without_name.verdict is Verdict.PASSED  # a fingerprint is a hint
