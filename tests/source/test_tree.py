import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import AssayError, MalformedError, RejectedError, UnavailableError
from assay.core.notchecked import NotChecked
from assay.source.entries import EntryKind, kind_of_mode, parse_tree, tree_of
from assay.source.repository import open_repository
from assay.source.tree import Extracted, TreeEntry, extract_tree, list_tree, load_blob
from tests.fakes.gitrepo import GitRepo


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    return GitRepo(tmp_path / "repo")


def listed(repo: GitRepo) -> tuple[TreeEntry, ...]:
    repository = open_repository(repo.top)
    return list_tree(repository, repository.head)


def extracted(repo: GitRepo, into: Path, *, max_file: int = 1000, total: int = 5000) -> Extracted:
    into.mkdir()
    return extract_tree(
        open_repository(repo.top),
        listed(repo),
        into,
        max_file_bytes=max_file,
        max_total_bytes=total,
    )


def files_below(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if not path.is_dir() or path.is_symlink()
    }


def test_every_kind_of_entry_is_listed(repo: GitRepo) -> None:
    repo.write("run.sh", "#!/bin/sh\n", executable=True)
    repo.symlink("link", "a/b.txt")
    repo.submodule("sub", "https://example.org/x", "12" * 20)
    repo.commit("Begin", files={"a/b.txt": "text\n"})
    entries = {entry.path: entry for entry in listed(repo)}
    assert list(entries) == [".gitmodules", "a/b.txt", "link", "run.sh", "sub"]
    assert {path: entry.kind for path, entry in entries.items() if path != ".gitmodules"} == {
        "a/b.txt": EntryKind.FILE,
        "link": EntryKind.SYMLINK,
        "run.sh": EntryKind.FILE,
        "sub": EntryKind.SUBMODULE,
    }
    assert entries["a/b.txt"].size == 5
    assert entries["a/b.txt"].oid == repo.text("rev-parse", "HEAD:a/b.txt")
    assert (entries["run.sh"].executable, entries["a/b.txt"].executable) == (True, False)
    assert (entries["sub"].oid, entries["sub"].size) == ("12" * 20, None)


def test_sha256_trees(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "repo", object_format="sha256")
    repo.commit("Begin", files={"a/b": "1"})
    assert [(e.path, len(e.oid), e.size) for e in listed(repo)] == [("a/b", 64, 1)]


def test_names_of_any_bytes(repo: GitRepo, tmp_path: Path) -> None:
    names = [b"od\xffd", b"line\nend", b"tab\t", b"\x1b[31mred", b"-rf", b"\xe2\x80\xae"]
    for name in names:
        repo.write(name, b"content of " + name)
    repo.commit()
    assert {os.fsencode(entry.path) for entry in listed(repo)} == set(names)
    assert not extracted(repo, tmp_path / "into").not_checked
    for name in names:
        path = tmp_path / "into" / os.fsdecode(name)
        assert path.read_bytes() == b"content of " + name


def test_an_empty_tree(repo: GitRepo, tmp_path: Path) -> None:
    repo.commit()
    assert listed(repo) == ()
    assert extracted(repo, tmp_path / "into") == Extracted(paths=(), not_checked=())


def test_what_is_listed_is_what_git_lists(repo: GitRepo) -> None:
    repo.commit("Begin", files={f"d{n % 7}/e{n % 3}/f{n}": str(n) for n in range(60)})
    ours = {(e.path, e.mode, e.oid, e.size) for e in listed(repo)}
    theirs = set()
    for record in repo.git("ls-tree", "-r", "-z", "--long", "HEAD").decode().split("\0")[:-1]:
        facts, path = record.split("\t")
        mode, _, oid, size = facts.split()
        theirs.add((path, mode, oid, int(size)))
    assert ours == theirs


def test_one_blob(repo: GitRepo) -> None:
    repo.commit("Begin", files={"a": "text\n"})
    oid = repo.text("rev-parse", "HEAD:a")
    assert load_blob(open_repository(repo.top), oid, max_bytes=5) == b"text\n"


def test_extracted_files_are_private_and_never_executable(repo: GitRepo, tmp_path: Path) -> None:
    repo.write("run.sh", "#!/bin/sh\n", executable=True)
    repo.commit("Begin", files={"a/b": "1"})
    result = extracted(repo, tmp_path / "into")
    assert result.paths == ("a/b", "run.sh")
    assert files_below(tmp_path / "into") == {"a/b": b"1", "run.sh": b"#!/bin/sh\n"}
    assert stat.S_IMODE((tmp_path / "into" / "run.sh").stat().st_mode) == 0o600


def test_the_commit_is_extracted_and_not_the_working_tree(repo: GitRepo, tmp_path: Path) -> None:
    repo.commit("Begin", files={"a": "committed"})
    repo.write("a", "changed")
    repo.write("b", "new")
    extracted(repo, tmp_path / "into")
    assert files_below(tmp_path / "into") == {"a": b"committed"}


def test_line_ends_and_attributes_change_nothing(repo: GitRepo, tmp_path: Path) -> None:
    repo.commit("Begin", files={".gitattributes": "* text eol=crlf ident\n", "a": "$Id$\n"})
    extracted(repo, tmp_path / "into")
    assert files_below(tmp_path / "into")["a"] == b"$Id$\n"


def test_links_and_submodules_are_told_and_not_made(repo: GitRepo, tmp_path: Path) -> None:
    repo.symlink("inside", "a")
    repo.symlink("d/outside", "../../etc/passwd")
    repo.symlink("absolute", "/etc/\x1b[31m")
    repo.submodule("sub", "https://me@example.org/x.git", "12" * 20)
    repo.submodule("nameless", "https://example.org", "34" * 20)
    repo.git("config", "-f", ".gitmodules", "--remove-section", "submodule.nameless")
    repo.commit("Begin", files={"a": "1"})
    result = extracted(repo, tmp_path / "into")
    assert set(result.paths) == {".gitmodules", "a"}
    assert set(files_below(tmp_path / "into")) == {".gitmodules", "a"}
    links = "Put the file itself into the commit, or remove the link."
    submodules = "Check that repository too."
    assert result.not_checked == (
        NotChecked(
            what="submodule",
            where="nameless",
            why=f"another repository: commit {'34' * 20} of an address that .gitmodules does not"
            " tell",
            remedy=submodules,
        ),
        NotChecked(
            what="submodule",
            where="sub",
            why=f"another repository: commit {'12' * 20} of https://example.org/x.git",
            remedy=submodules,
        ),
        NotChecked(
            what="symlink",
            where="absolute",
            why=r"it leads out of the commit, to '/etc/\\x1b[31m'",
            remedy=links,
        ),
        NotChecked(
            what="symlink",
            where="d/outside",
            why="it leads out of the commit, to '../../etc/passwd'",
            remedy=links,
        ),
    )


def test_a_link_with_a_target_that_no_system_follows(repo: GitRepo, tmp_path: Path) -> None:
    blob = repo.raw_object("blob", b"x" * 100_000)
    repo.commit_tree(repo.raw_tree({b"link": ("120000", blob)}))
    (gap,) = extracted(repo, tmp_path / "into").not_checked
    assert (gap.what, gap.where) == ("symlink", "link")


def test_files_over_the_limits_are_told(repo: GitRepo, tmp_path: Path) -> None:
    repo.commit("Begin", files={"a": "x" * 10, "b": "x" * 11, "c": "x" * 6, "d": "x" * 4})
    result = extracted(repo, tmp_path / "into", max_file=10, total=15)
    assert result.paths == ("a", "d")
    assert [(gap.where, gap.why) for gap in result.not_checked] == [
        ("b", "11 bytes, where at most 10 are looked at"),
        ("c", "the files before it fill the space that there is"),
    ]


def test_names_that_no_file_can_have_are_told(repo: GitRepo, tmp_path: Path) -> None:
    blob = repo.raw_object("blob", b"x")
    repo.commit_tree(
        repo.raw_tree({b"ok": ("100644", blob), b"x" * 300: ("100644", blob)}),
    )
    result = extracted(repo, tmp_path / "into")
    assert result.paths == ("ok",)
    (gap,) = result.not_checked
    assert gap.where == "x" * 300
    assert gap.why == "no file can have this name: File name too long"


def test_one_name_twice_is_told(repo: GitRepo, tmp_path: Path) -> None:
    """A tree with a repeated name shows different files to different readers."""
    one, two = repo.raw_object("blob", b"one"), repo.raw_object("blob", b"two")
    entries = b"".join(b"100644 a\0" + bytes.fromhex(oid) for oid in (one, two))
    repo.commit_tree(repo.raw_object("tree", entries))
    result = extracted(repo, tmp_path / "into")
    assert result.paths == ("a",)
    assert [gap.why for gap in result.not_checked] == ["no file can have this name: File exists"]


def test_a_blob_that_is_missing_is_told(repo: GitRepo, tmp_path: Path) -> None:
    repo.commit("Begin", files={"a": "1", "b": "2"})
    oid = repo.text("rev-parse", "HEAD:a")
    (repo.git_dir / "objects" / oid[:2] / oid[2:]).unlink()
    result = extracted(repo, tmp_path / "into")
    assert result.paths == ("b",)
    assert [(gap.where, gap.why) for gap in result.not_checked] == [
        ("a", "its content is not in this clone")
    ]


def test_a_partial_clone(repo: GitRepo, tmp_path: Path) -> None:
    repo.commit("Begin", files={"small": "1", "large": "x" * 500})
    repo.git("config", "uploadpack.allowFilter", "true")
    clone = repo.clone(tmp_path / "clone", "--filter=blob:limit=100", "--no-checkout")
    result = extracted(clone, tmp_path / "into")
    assert result.paths == ("small",)
    assert [gap.where for gap in result.not_checked] == ["large"]


def test_a_clone_without_trees(repo: GitRepo, tmp_path: Path) -> None:
    repo.commit("Begin", files={"d/a": "1"})
    repo.git("config", "uploadpack.allowFilter", "true")
    clone = repo.clone(tmp_path / "clone", "--filter=tree:0", "--no-checkout")
    with pytest.raises(UnavailableError) as caught:
        listed(clone)
    assert caught.value.what.startswith("an object is not in this partial clone: ")
    assert caught.value.hint == "clone without --filter"


def test_a_tree_that_is_missing(repo: GitRepo) -> None:
    repo.commit("Begin", files={"d/a": "1"})
    oid = repo.text("rev-parse", "HEAD:d")
    (repo.git_dir / "objects" / oid[:2] / oid[2:]).unlink()
    with pytest.raises(RejectedError) as caught:
        listed(repo)
    assert str(caught.value) == (
        f"[rejected] the tree {oid} is missing"
        " (run git fsck; clone the repository again, without --filter)"
    )


def test_a_tree_where_a_file_is_named(repo: GitRepo, tmp_path: Path) -> None:
    inner = repo.raw_tree({b"a": ("100644", repo.raw_object("blob", b"x"))})
    repo.commit_tree(repo.raw_tree({b"f": ("100644", inner)}))
    result = extracted(repo, tmp_path / "into")
    assert [gap.where for gap in result.not_checked] == ["f"]


def test_more_folders_than_are_followed(repo: GitRepo) -> None:
    tree = repo.raw_tree({b"a": ("100644", repo.raw_object("blob", b"x"))})
    content = b""
    for _ in range(1_030):
        content = b"40000 d\0" + bytes.fromhex(tree)
        tree = hash_tree(repo, content)
    repo.commit_tree(tree)
    with pytest.raises(UnavailableError) as caught:
        listed(repo)
    assert str(caught.value) == "[unavailable] the commit has folders more than 1024 deep"


def test_more_paths_than_are_listed(repo: GitRepo) -> None:
    """Ten folders of ten folders, and so on: a few small trees name 10^8 paths."""
    oid = repo.raw_object("blob", b"x")
    tree = repo.raw_tree({b"f%d" % n: ("100644", oid) for n in range(10)})
    for _ in range(7):
        tree = repo.raw_tree({b"d%d" % n: ("40000", tree) for n in range(10)})
    repo.commit_tree(tree)
    repository = open_repository(repo.top)
    with pytest.raises(UnavailableError) as caught:
        list_tree(repository, repository.head, max_entries=20_000)
    assert str(caught.value) == "[unavailable] the commit has more than 20000 paths"


def hash_tree(repo: GitRepo, content: bytes) -> str:
    """Store a tree without starting Git, which takes too long a thousand times."""
    import hashlib  # noqa: PLC0415
    import zlib  # noqa: PLC0415

    whole = b"tree %d\0" % len(content) + content
    oid = hashlib.sha1(whole, usedforsecurity=False).hexdigest()
    path = repo.top / ".git" / "objects" / oid[:2] / oid[2:]
    path.parent.mkdir(exist_ok=True)
    if not path.exists():
        path.write_bytes(zlib.compress(whole))
    return oid


OID = b"\x12" * 20
MALFORMED = {
    "cut-off": (b"100644 a\0" + OID[:-1], "a tree that is cut off or has an entry without a"),
    "no-zero": (b"100644 a", "a tree that is cut off or has an entry without a proper name"),
    "no-name": (b"100644 \0" + OID, "a tree that is cut off or has an entry without a proper"),
    "no-space": (b"100644\0" + OID, "a tree that is cut off or has an entry without a proper"),
    "slash": (b"100644 a/b\0" + OID, "a tree that is cut off or has an entry without a proper"),
    "mode-letters": (b"10064x a\0" + OID, "a tree entry of mode b'10064x'"),
    "mode-sign": (b"-10064 a\0" + OID, "a tree entry of mode b'-10064'"),
    "mode-long": (b"0000100644 a\0" + OID, "a tree entry of mode b'0000100644'"),
}


@pytest.mark.parametrize(("content", "message"), MALFORMED.values(), ids=MALFORMED)
def test_malformed_trees(content: bytes, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        list(parse_tree(content, oid_bytes=20))
    assert caught.value.what.startswith(message)


@pytest.mark.parametrize("mode", ["010644", "020000", "060000", "140000", "000000"])
def test_modes_that_git_does_not_know(mode: str) -> None:
    with pytest.raises(MalformedError) as caught:
        kind_of_mode(mode)
    assert str(caught.value) == f"[malformed] a tree entry of mode {mode}"


@given(st.binary(max_size=200))
def test_any_bytes_are_a_tree_or_malformed(content: bytes) -> None:
    try:
        entries = list(parse_tree(content, oid_bytes=20))
    except MalformedError:
        return
    again = b"".join(
        mode.lstrip("0").encode() + b" " + name + b"\0" + bytes.fromhex(oid)
        for mode, name, oid in entries
    )
    assert len(again) <= len(content)


def test_the_tree_of_a_commit() -> None:
    assert tree_of(b"tree " + b"12" * 20 + b"\nparent x\n") == "12" * 20
    for content in (b"", b"parent x\n", b"tree 12\n", b"\ntree " + b"12" * 20):
        with pytest.raises(AssayError) as caught:
            tree_of(content)
        assert str(caught.value) == "[malformed] a commit that does not begin with its tree"
