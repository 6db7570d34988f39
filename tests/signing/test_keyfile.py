"""Private keys in files."""

import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assay.core.errors import AssayError, MalformedError, UsageError
from assay.signing.algorithms import ALGORITHMS
from assay.signing.keyfile import (
    MAX_KEY_BYTES,
    change_passphrase,
    create_key_file,
    load_key_file,
    passphrase_file,
)

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_what_is_created_is_loaded(tmp_path: Path, algorithm: str) -> None:
    path = tmp_path / "keys" / "collector.pem"
    made = create_key_file(path, algorithm=algorithm)
    loaded = load_key_file(path)
    assert loaded.public == made.public
    assert loaded.public.algorithm == algorithm
    loaded.public.verify(b"message", made.sign(b"message"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert path.read_bytes().startswith(b"-----BEGIN " + b"PRIVATE KEY-----")  # PKCS#8


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    before = create_key_file(path, algorithm="ed25519")
    with pytest.raises(UsageError) as caught:
        create_key_file(path, algorithm="ed25519")
    assert str(caught.value) == f"[usage] the file exists already, at {path}"
    assert load_key_file(path).public == before.public


@pytest.mark.parametrize("inner", [".git", "objects"])
def test_no_key_inside_a_repository(tmp_path: Path, inner: str) -> None:
    (tmp_path / inner).mkdir()
    (tmp_path / "HEAD").touch()
    path = tmp_path / "deep" / "er" / "key.pem"
    with pytest.raises(UsageError) as caught:
        create_key_file(path, algorithm="ed25519")
    assert str(caught.value) == (
        "[usage] a private key inside a Git repository, where it would be committed sooner or "
        f"later, at {tmp_path} (keep it under the data folder of assay)"
    )
    assert not path.exists()


@pytest.mark.parametrize("there", ["HEAD", "objects"])
def test_half_of_a_bare_repository_is_none(tmp_path: Path, there: str) -> None:
    (tmp_path / "HEAD").touch() if there == "HEAD" else (tmp_path / "objects").mkdir()
    create_key_file(tmp_path / "key.pem", algorithm="ed25519")


def test_no_key_behind_a_link_into_a_repository(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    (repository / ".git").mkdir(parents=True)
    (repository / "deep").mkdir()
    (tmp_path / "keys").symlink_to(repository / "deep")
    with pytest.raises(UsageError):
        create_key_file(tmp_path / "keys" / "key.pem", algorithm="ed25519")


def test_a_key_that_others_may_read(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    create_key_file(path, algorithm="ed25519")
    path.chmod(0o640)
    with pytest.raises(UsageError) as caught:
        load_key_file(path)
    assert str(caught.value) == (
        f"[usage] a private file that others may read, at {path} (chmod 600 {path})"
    )


def test_a_file_that_holds_no_key(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(b"hello")
    path.chmod(0o600)
    with pytest.raises(MalformedError) as caught:
        load_key_file(path)
    assert str(caught.value) == f"[malformed] not a private key in PEM, at {path}"


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(AssayError) as caught:
        load_key_file(tmp_path / "key.pem")
    assert str(caught.value) == f"[usage] no such file, at {tmp_path / 'key.pem'}"


def test_an_unknown_algorithm_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        create_key_file(tmp_path / "key.pem", algorithm="rot13")
    assert not (tmp_path / "key.pem").exists()


def test_another_passphrase_is_put_in_and_taken_out(tmp_path: Path) -> None:
    path, link = tmp_path / "key.pem", tmp_path / "link.pem"
    made = create_key_file(path, algorithm="ed25519", passphrase=b"old")
    link.symlink_to(path)
    changed = change_passphrase(link, old=lambda: b"old", new=lambda: b"new")
    assert changed.public == made.public
    assert link.is_symlink()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_key_file(path, passphrase=lambda: b"new").public == made.public
    with pytest.raises(UsageError):
        load_key_file(path, passphrase=lambda: b"old")
    change_passphrase(path, old=lambda: b"new", new=lambda: None)
    assert load_key_file(path).public == made.public


def test_a_new_passphrase_is_asked_for_when_the_key_is_open(tmp_path: Path) -> None:
    """And where it is none that is taken, the file stays as it was."""
    path = tmp_path / "key.pem"
    create_key_file(path, algorithm="ed25519", passphrase=b"old")
    before = path.read_bytes()
    with pytest.raises(UsageError) as caught:
        change_passphrase(path, old=lambda: b"other", new=lambda: pytest.fail("it was asked for"))
    assert str(caught.value) == f"[usage] the passphrase is wrong, or the key is damaged, at {path}"
    with pytest.raises(UsageError) as caught:
        change_passphrase(path, old=lambda: b"old", new=lambda: b"")
    assert str(caught.value) == (
        f"[usage] a passphrase of 0 bytes, where 1 to 1024 are taken, at {path}"
    )
    assert path.read_bytes() == before


def test_a_file_that_is_too_large_for_a_key(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    create_key_file(path, algorithm="ed25519")
    pem = path.read_bytes()
    path.write_bytes(pem.ljust(16384, b"\n"))
    load_key_file(path)
    path.write_bytes(pem.ljust(16385, b"\n"))
    work: tuple[Callable[[], object], ...] = (
        lambda: load_key_file(path),
        lambda: change_passphrase(path, old=None, new=lambda: None),
        passphrase_file(path),
    )
    for step in work:
        with pytest.raises(AssayError) as caught:
            step()
        assert str(caught.value) == f"[unavailable] larger than {MAX_KEY_BYTES} bytes, at {path}"
    assert len(path.read_bytes()) == 16385


@pytest.mark.parametrize(
    ("content", "word"),
    [(b"word", b"word"), (b"word\n", b"word"), (b"word\r\n", b"word"), (b"word\n\n", b"word\n")],
)
def test_one_line_end_is_no_part_of_a_passphrase(
    tmp_path: Path, content: bytes, word: bytes
) -> None:
    path = tmp_path / "word"
    path.write_bytes(content)
    path.chmod(0o600)
    assert passphrase_file(path)() == word
