import zlib
from pathlib import Path

import pytest

from assay.core.errors import AssayError, RejectedError, TamperedError, UnavailableError
from assay.source.reader import open_reader
from assay.source.repository import Repository, open_repository
from tests.fakes.gitrepo import GitRepo


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    made = GitRepo(tmp_path / "repo")
    made.commit("Begin", files={"a.txt": "text\n", "b.bin": bytes(range(256))})
    return made


def read(repository: Repository, oid: str, *, kind: str = "blob", max_bytes: int = 1000) -> bytes:
    with open_reader(repository) as reader:
        return reader.read(oid, kind=kind, max_bytes=max_bytes)


def refusal(
    repository: Repository, oid: str, *, kind: str = "blob", max_bytes: int = 1000
) -> AssayError:
    with pytest.raises(AssayError) as caught:
        read(repository, oid, kind=kind, max_bytes=max_bytes)
    return caught.value


def loose(repo: GitRepo, oid: str) -> Path:
    path = repo.git_dir / "objects" / oid[:2] / oid[2:]
    path.chmod(0o644)
    return path


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_objects_are_read_whole(tmp_path: Path, object_format: str) -> None:
    repo = GitRepo(tmp_path / "repo", object_format=object_format)
    blobs = [b"", b"\n", b"x" * 100_000, b"missing\n", bytes(range(256)) * 3]
    oids = [repo.raw_object("blob", blob) for blob in blobs]
    repo.commit()
    with open_reader(open_repository(repo.top)) as reader:
        assert list(reader.read_many(oids, kind="blob", max_bytes=100_000)) == blobs
        assert reader.read(repo.head, kind="commit", max_bytes=1000).startswith(b"tree ")


def test_more_objects_than_a_pipe_holds(repo: GitRepo) -> None:
    oid = repo.text("rev-parse", "HEAD:b.bin")
    with open_reader(open_repository(repo.top)) as reader:
        contents = list(reader.read_many([oid] * 3_000, kind="blob", max_bytes=1000))
    assert contents == [bytes(range(256))] * 3_000


def test_an_object_that_is_missing(repo: GitRepo) -> None:
    repository = open_repository(repo.top)
    lost = "12" * 20
    with open_reader(repository) as reader:
        oids = (lost, repo.text("rev-parse", "HEAD:a.txt"))
        assert list(reader.read_many(oids, kind="blob", max_bytes=10)) == [None, b"text\n"]
    error = refusal(repository, lost)
    assert isinstance(error, RejectedError)
    assert str(error) == (
        f"[rejected] the blob {lost} is missing"
        " (run git fsck; clone the repository again, without --filter)"
    )


def test_an_object_of_another_kind(repo: GitRepo) -> None:
    assert str(refusal(open_repository(repo.top), repo.head)) == (
        f"[rejected] {repo.head} is a commit, where a blob is needed"
    )


def test_an_object_that_is_too_large(repo: GitRepo) -> None:
    oid = repo.text("rev-parse", "HEAD:b.bin")
    error = refusal(open_repository(repo.top), oid, max_bytes=255)
    assert isinstance(error, UnavailableError)
    assert str(error) == (f"[unavailable] the blob {oid} has 256 bytes, where at most 255 are read")


def test_content_that_is_not_what_its_name_says(repo: GitRepo) -> None:
    """Git reads this object without a word; only the comparison with its id tells."""
    oid = repo.text("rev-parse", "HEAD:a.txt")
    path = loose(repo, oid)
    path.write_bytes(zlib.compress(b"blob 5\0TEXT\n"))
    repository = open_repository(repo.top)
    error = refusal(repository, oid)
    assert isinstance(error, TamperedError)
    assert str(error) == (
        f"[tampered] the content of the blob {oid} is not what its name says"
        " (run git fsck; clone the repository again)"
    )


def test_a_loose_object_that_is_cut_off(repo: GitRepo) -> None:
    oid = repo.text("rev-parse", "HEAD:b.bin")
    path = loose(repo, oid)
    path.write_bytes(path.read_bytes()[:-20])
    error = refusal(open_repository(repo.top), oid)
    assert isinstance(error, RejectedError)
    assert error.what.startswith("the repository is damaged: ")
    assert error.where == f"object {oid}"


def test_a_pack_that_is_damaged(repo: GitRepo) -> None:
    oid = repo.text("rev-parse", "HEAD:b.bin")
    repo.git("repack", "-q", "-a", "-d")
    (pack,) = (repo.git_dir / "objects" / "pack").glob("*.pack")
    pack.chmod(0o644)
    data = bytearray(pack.read_bytes())
    for at in range(12, len(data) - 20):
        data[at] ^= 0xFF
    pack.write_bytes(data)
    with pytest.raises(RejectedError):
        open_repository(repo.top)
    pack.write_bytes(b"")
    with pytest.raises(RejectedError):
        open_repository(repo.top)
    assert oid


def test_a_pack_in_which_one_object_is_damaged(repo: GitRepo) -> None:
    content = bytes(range(256))
    oid = repo.text("rev-parse", "HEAD:b.bin")
    repo.git("-c", "core.compression=0", "repack", "-q", "-a", "-d", "-F")
    (pack,) = (repo.git_dir / "objects" / "pack").glob("*.pack")
    pack.chmod(0o644)
    data = pack.read_bytes()
    assert content in data
    pack.write_bytes(data.replace(content, content[::-1]))
    error = refusal(open_repository(repo.top), oid)
    assert isinstance(error, RejectedError)
    assert oid in str(error)


def test_what_is_left_unread_does_no_harm(repo: GitRepo) -> None:
    oid = repo.raw_object("blob", b"x" * 500_000)
    with open_reader(open_repository(repo.top)) as reader:
        contents = reader.read_many([oid] * 50, kind="blob", max_bytes=500_000)
        assert next(contents) == b"x" * 500_000
