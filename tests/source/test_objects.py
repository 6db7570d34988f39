"""The stream of all objects: order, blocks, pieces, and what Git cannot read."""

import zlib
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import UnavailableError
from assay.core.notchecked import NotChecked
from assay.source.objects import (
    ObjectReader,
    id_of,
    is_searched,
    list_all_objects,
    list_lost,
    size_of,
    split_objects,
)
from assay.source.repository import Repository, open_repository
from tests.fakes.gitrepo import GitRepo


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    made = GitRepo(tmp_path / "repo")
    made.commit("first", files={"a.txt": "one\n", "empty": b"", "b.bin": bytes(range(256)) * 40})
    made.commit("second", files={"a.txt": "one\ntwo\n"})
    made.tag("v1", message="a tag with a message")
    return made


def searched(repository: Repository) -> tuple[bytes, ...]:
    return tuple(filter(is_searched, list_all_objects(repository).headers))


def contents(
    repository: Repository, headers: Sequence[bytes], *, block_bytes: int = 1 << 20
) -> dict[str, bytes]:
    reader = ObjectReader(repository, headers, block_bytes=block_bytes, margin_bytes=64)
    read: dict[str, bytes] = {}
    for block in reader.blocks():
        for start, end, header in zip(block.starts, block.ends, block.headers, strict=True):
            own = bytes(block.data[max(start, block.own_start) : min(end, block.own_end)])
            read[id_of(header)] = read.get(id_of(header), b"") + own
    assert reader.not_checked == []
    return read


def test_every_object_is_listed_once(repo: GitRepo) -> None:
    listed = list_all_objects(open_repository(repo.top))
    kinds = sorted(header.split(b" ")[1] for header in listed.headers)
    assert kinds == [b"blob"] * 4 + [b"commit"] * 2 + [b"tag"] + [b"tree"] * 2
    assert listed.not_checked == ()


@pytest.mark.parametrize("block_bytes", [300, 1000, 4096, 1 << 20])
@pytest.mark.parametrize("command", ["status", "repack -adq"])
def test_contents_are_those_of_git(repo: GitRepo, block_bytes: int, command: str) -> None:
    repo.git(*command.split())  # loose objects, and a pack
    repository = open_repository(repo.top)
    headers = searched(repository)
    read = contents(repository, headers, block_bytes=block_bytes)
    assert set(read) == {id_of(header) for header in headers}
    for header in headers:
        _, kind, size = header.split(b" ")
        assert read[id_of(header)] == repo.git("cat-file", kind, id_of(header))
        assert len(read[id_of(header)]) == int(size)


def test_an_unreachable_object_is_read(repo: GitRepo) -> None:
    oid = repo.raw_object("blob", b"nobody leads here")
    repository = open_repository(repo.top)
    assert contents(repository, searched(repository))[oid] == b"nobody leads here"


def test_pieces_of_a_large_object_overlap_and_count_lines(tmp_path: Path) -> None:
    made = GitRepo(tmp_path / "repo")
    content = b"".join(b"line %d\n" % number for number in range(5000))
    made.commit(files={"large": content})
    repository = open_repository(made.top)
    headers = [h for h in searched(repository) if size_of(h) == len(content)]
    position = 0
    for block in ObjectReader(repository, headers, block_bytes=4096, margin_bytes=200).blocks():
        offset = position - block.own_start
        assert bytes(block.data) == content[offset : offset + len(block.data)]
        assert block.first_line == content.count(b"\n", 0, offset)
        position = offset + block.own_end
    assert position == len(content)


def test_a_sha256_repository(tmp_path: Path) -> None:
    made = GitRepo(tmp_path / "repo", object_format="sha256")
    made.commit(files={"a": "content"})
    repository = open_repository(made.top)
    read = contents(repository, searched(repository))
    assert b"content" in read.values()


def loose(repo: GitRepo, oid: str) -> Path:
    return repo.git_dir / "objects" / oid[:2] / oid[2:]


def unread(oid: str, why: str) -> NotChecked:
    return NotChecked(
        what="object",
        where=oid,
        why=why,
        remedy="run git fsck; fetch or clone the repository again",
    )


def damage(path: Path, content: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(content)


def test_an_object_with_a_damaged_header_is_named(repo: GitRepo) -> None:
    oid = repo.text("rev-parse", "HEAD~1:a.txt")
    repository = open_repository(repo.top)
    damage(loose(repo, oid), b"garbage")
    listed = list_all_objects(repository)
    assert [item.where for item in listed.not_checked] == [oid]
    assert oid not in {id_of(header) for header in listed.headers}
    assert len(contents(repository, searched(repository))) == 6


def test_an_object_that_stops_git_is_named_and_the_others_are_read(repo: GitRepo) -> None:
    oid = repo.text("rev-parse", "HEAD:b.bin")
    repository = open_repository(repo.top)
    header, body = b"blob 10240\0", bytes(range(256)) * 40
    whole = zlib.compress(header + body)
    damage(loose(repo, oid), whole[: len(whole) // 2])
    headers = searched(repository)
    reader = ObjectReader(repository, headers)
    read = {id_of(header) for block in reader.blocks() for header in block.headers}
    assert [item.where for item in reader.not_checked] == [oid]
    assert "Git stopped at it and said" in reader.not_checked[0].why
    assert read == {id_of(header) for header in headers} - {oid}


def test_an_object_that_went_away_is_named(repo: GitRepo) -> None:
    oid = repo.text("rev-parse", "HEAD:b.bin")
    repository = open_repository(repo.top)
    headers = searched(repository)
    loose(repo, oid).unlink()
    reader = ObjectReader(repository, headers)
    read = {id_of(header) for block in reader.blocks() for header in block.headers}
    assert reader.not_checked == [unread(oid, "Git cannot find it")]
    assert read == {id_of(header) for header in headers} - {oid}


def test_what_the_history_needs_and_nobody_has_is_named(repo: GitRepo) -> None:
    repository = open_repository(repo.top)
    assert list_lost(repository) == ()
    blob, tree = repo.text("rev-parse", "HEAD~1:a.txt"), repo.text("rev-parse", "HEAD~1^{tree}")
    for oid in (blob, tree):
        loose(repo, oid).unlink()
    # With the tree gone, nothing leads to the blob any more, and nothing can name it.
    why = "the history needs it and Git cannot find it"
    assert list_lost(repository) == (unread(tree, why),)


def test_a_history_that_cannot_be_walked_is_named(repo: GitRepo) -> None:
    repository = open_repository(repo.top)
    loose(repo, repo.text("rev-parse", "HEAD~1")).unlink()
    (gap,) = list_lost(repository)
    assert (gap.what, gap.where) == ("history", "all refs")
    assert gap.why.startswith("Git could not walk it and said ")


def test_an_answer_to_something_else_is_no_answer(repo: GitRepo) -> None:
    repository = open_repository(repo.top)
    header = next(h for h in searched(repository) if b" blob 8\n" in h)
    wrong = header.replace(b" blob 8\n", b" blob 7\n")
    with pytest.raises(UnavailableError) as caught:
        list(ObjectReader(repository, [wrong]).blocks())
    assert str(caught.value) == (
        f"[unavailable] Git answered {header!r} where {wrong!r} was asked for"
    )


@given(sizes=st.lists(st.integers(0, 1000)), portion=st.integers(1, 3000))
def test_portions_hold_every_object_once_in_order(sizes: list[int], portion: int) -> None:
    headers = [b"%040x blob %d\n" % (number, size) for number, size in enumerate(sizes)]
    portions = split_objects(headers, portion_bytes=portion)
    assert [header for part in portions for header in part] == headers
    assert all(portions)
