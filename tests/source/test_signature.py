from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assay.core.errors import MalformedError, UsageError
from assay.core.jsonvalue import JsonValue
from assay.core.verdict import Verdict
from assay.source.commit import SignatureKind, parse_commit
from assay.source.signature import HeadSignature, check_signature, parse_head_signature
from assay.system.process import find_program, run_process
from tests.fakes.gitrepo import GitRepo, SshKey, make_ssh_key

AT = datetime(2026, 6, 1, tzinfo=UTC)  # commits are made on 2026-01-01
UNSIGNED = b"tree " + b"12" * 20 + b"\nauthor A <a> 1 +0000\ncommitter A <a> 1 +0000\n\nx\n"


@pytest.fixture
def key(tmp_path: Path) -> SshKey:
    return make_ssh_key(tmp_path / "keys")


@pytest.fixture
def signed(tmp_path: Path, key: SshKey) -> bytes:
    repo = GitRepo(tmp_path / "repo")
    repo.commit("Signed", files={"a": "1"}, sign=key)
    return repo.git("cat-file", "commit", "HEAD")


def check(content: bytes, signers: str | None, tmp_path: Path) -> HeadSignature:
    path = None
    if signers is not None:
        path = tmp_path / "allowed_signers"
        path.write_text(signers)
    return check_signature(parse_commit(content), content, allowed_signers=path, at=AT)


def sign(content: bytes, key: SshKey, folder: Path, *, namespace: str) -> bytes:
    """Return the commit `content` with a signature that Git itself would not make."""
    program = find_program("ssh-keygen")
    assert program is not None
    done = run_process(
        (program, "-q", "-Y", "sign", "-n", namespace, "-f", key.private),
        cwd=folder,
        seconds=30,
        stdin=content,
    )
    folded = done.output.rstrip(b"\n").replace(b"\n", b"\n ")
    return content.replace(b"\n\n", b"\ngpgsig " + folded + b"\n\n", 1)


def answer(content: bytes, signers: str | None, tmp_path: Path) -> tuple[Verdict, str]:
    found = check(content, signers, tmp_path)
    return found.verdict, found.reason


def test_an_allowed_signer(signed: bytes, key: SshKey, tmp_path: Path) -> None:
    found = check(signed, key.allowed("alice@example.org"), tmp_path)
    assert (found.verdict, found.reason, found.kind) == (Verdict.PASSED, "", SignatureKind.SSH)
    assert found.key.startswith("SHA256:")
    assert parse_head_signature(JsonValue(found.as_json())) == found


def test_one_of_many_signers(signed: bytes, key: SshKey, tmp_path: Path) -> None:
    other = make_ssh_key(tmp_path / "keys", "other")
    signers = "# comment\n" + other.allowed("bob@example.org") + key.allowed("-n,*@example.org")
    assert answer(signed, signers, tmp_path) == (Verdict.PASSED, "")


def test_no_signature(tmp_path: Path) -> None:
    assert check(UNSIGNED, "", tmp_path) == HeadSignature(
        kind=SignatureKind.NONE, verdict=Verdict.FAILED, reason="unsigned"
    )


def test_no_allowed_signers_are_configured(signed: bytes, tmp_path: Path) -> None:
    assert answer(signed, None, tmp_path) == (
        Verdict.UNKNOWN,
        "no allowed signers are configured",
    )


def test_an_empty_list_of_signers_allows_nobody(signed: bytes, tmp_path: Path) -> None:
    assert answer(signed, "", tmp_path) == (
        Verdict.FAILED,
        "the key is not one of an allowed signer",
    )


def test_another_key(signed: bytes, tmp_path: Path) -> None:
    other = make_ssh_key(tmp_path / "keys", "other")
    found = check(signed, other.allowed("alice@example.org"), tmp_path)
    assert (found.verdict, found.reason) == (
        Verdict.FAILED,
        "the key is not one of an allowed signer",
    )
    assert found.key.startswith("SHA256:")


def test_a_key_that_is_allowed_for_something_else(
    signed: bytes, key: SshKey, tmp_path: Path
) -> None:
    signers = f'alice@example.org namespaces="file" {key.public}\n'
    assert answer(signed, signers, tmp_path)[0] is Verdict.FAILED


def test_a_commit_that_was_changed(signed: bytes, key: SshKey, tmp_path: Path) -> None:
    changed = signed.replace(b"Signed", b"Forged")
    assert answer(changed, key.allowed("a"), tmp_path) == (
        Verdict.FAILED,
        "the signature is not one of this commit",
    )


def test_a_signature_that_is_none(key: SshKey, tmp_path: Path) -> None:
    content = UNSIGNED.replace(
        b"\n\nx",
        b"\ngpgsig -----BEGIN SSH SIGNATURE-----\n AAAA\n -----END SSH SIGNATURE-----\n\nx",
    )
    assert answer(content, key.allowed("a"), tmp_path) == (
        Verdict.FAILED,
        "the signature is not one of this commit",
    )


def test_a_signature_for_another_namespace(key: SshKey, tmp_path: Path) -> None:
    """What was signed as a file must not pass as a commit."""
    content = sign(UNSIGNED, key, tmp_path, namespace="file")
    assert answer(content, f"a {key.public}\n", tmp_path)[0] is Verdict.FAILED
    content = sign(UNSIGNED, key, tmp_path, namespace="git")
    assert answer(content, f"a {key.public}\n", tmp_path)[0] is Verdict.PASSED


@pytest.mark.parametrize("seconds", [b"99999999999999999", b"soon"])
def test_a_commit_without_a_date(key: SshKey, tmp_path: Path, seconds: bytes) -> None:
    undated = UNSIGNED.replace(b"committer A <a> 1 ", b"committer A <a> " + seconds + b" ")
    content = sign(undated, key, tmp_path, namespace="git")
    assert answer(content, key.allowed("a"), tmp_path) == (
        Verdict.FAILED,
        "the commit is dated after this observation, or not at all",
    )


def test_a_key_that_has_expired_since(signed: bytes, key: SshKey, tmp_path: Path) -> None:
    """The commit's date is the signer's own choice, so it cannot vouch for an expired key."""
    signers = f'a namespaces="git",valid-before="20260301" {key.public}\n'
    assert answer(signed, signers, tmp_path) == (
        Verdict.UNKNOWN,
        "the key has expired since the commit's date, which the signer chose",
    )


def test_a_key_that_was_not_valid_yet(signed: bytes, key: SshKey, tmp_path: Path) -> None:
    signers = f'a namespaces="git",valid-after="20260301" {key.public}\n'
    assert answer(signed, signers, tmp_path) == (
        Verdict.FAILED,
        "the key was not valid yet at the commit's date",
    )


def test_a_key_that_had_expired_before(signed: bytes, key: SshKey, tmp_path: Path) -> None:
    signers = f'a namespaces="git",valid-before="20251201" {key.public}\n'
    assert answer(signed, signers, tmp_path)[0] is Verdict.FAILED


def test_a_commit_from_the_future(tmp_path: Path, key: SshKey) -> None:
    repo = GitRepo(tmp_path / "repo")
    repo.at = AT + timedelta(days=1)
    repo.commit("Signed", sign=key)
    content = repo.git("cat-file", "commit", "HEAD")
    assert answer(content, key.allowed("a"), tmp_path) == (
        Verdict.FAILED,
        "the commit is dated after this observation, or not at all",
    )


@pytest.mark.parametrize(("block", "kind"), [("PGP SIGNATURE", "gpg"), ("SIGNED MESSAGE", "x509")])
def test_kinds_that_are_not_verified_are_unknown(block: str, kind: str, tmp_path: Path) -> None:
    content = UNSIGNED.replace(b"\n\nx", f"\ngpgsig -----BEGIN {block}-----\n AA\n\nx".encode())
    assert answer(content, "", tmp_path) == (
        Verdict.UNKNOWN,
        f"{kind} signatures are not verified by this version",
    )


def test_an_unknown_form_fails(tmp_path: Path) -> None:
    content = UNSIGNED.replace(b"\n\nx", b"\ngpgsig odd\n\nx")
    assert answer(content, "", tmp_path) == (
        Verdict.FAILED,
        "the signature is of no known form, or there are several",
    )


def test_a_list_of_signers_that_is_not_there(signed: bytes, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        check_signature(parse_commit(signed), signed, allowed_signers=tmp_path / "absent", at=AT)
    assert str(caught.value) == f"[usage] no such file, at {tmp_path}/absent"


def test_without_ssh_keygen(
    signed: bytes, key: SshKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert answer(signed, key.allowed("a"), tmp_path) == (
        Verdict.UNKNOWN,
        "ssh-keygen is not installed",
    )


def test_a_signature_cannot_have_passed_without_a_key() -> None:
    claimed = {"kind": "ssh", "verdict": "PASSED", "reason": "", "key": ""}
    with pytest.raises(MalformedError) as caught:
        parse_head_signature(JsonValue(claimed, "head.signature"))
    assert str(caught.value) == "[malformed] passed without a key, at head.signature"
