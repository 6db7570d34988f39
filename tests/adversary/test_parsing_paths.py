"""Parsing: names and paths in a repository that were used against those who read them."""

import os
from pathlib import Path

import pytest

from assay.core.strictjson import render_canonical_json
from assay.source.repository import open_repository
from assay.source.tree import Extracted, extract_tree, list_tree
from assay.source.worktree import list_uncommitted
from tests.fakes.gitrepo import GitRepo


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    return GitRepo(tmp_path / "repo")


@pytest.fixture
def into(tmp_path: Path) -> Path:
    folder = tmp_path / "deep" / "into"
    folder.mkdir(parents=True)
    return folder


def extract(repo: GitRepo, into: Path) -> Extracted:
    repository = open_repository(repo.top)
    return extract_tree(repository, list_tree(repository, repository.head), into)


def everything_below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_terminal_escape_sequences_in_names(repo: GitRepo, into: Path) -> None:
    """A name may clear the screen, move the cursor, or turn the direction of the text."""
    blob = repo.raw_object("blob", b"x")
    names = [b"\x1b[2Jgone", b"\x1b]0;title\x07", b"\xe2\x80\xaegnp.exe", b"\x9b31m", b"a\rb\nc"]
    entries = {name + b"\\": ("100644", blob) for name in names}
    repo.commit_tree(repo.raw_tree(entries))
    gaps = extract(repo, into).not_checked
    assert len(gaps) == len(names)
    written = render_canonical_json([gap.as_json() for gap in gaps])
    for gap in gaps:
        assert gap.where.isprintable()
        assert gap.why.isprintable()
    assert b"\x1b" not in written
    assert b"\\u001b" not in written


@pytest.mark.parametrize(
    "link",
    [b"/etc/passwd", b"../../../etc/passwd", b"../deep", b".git/config", b"..", b"/"],
)
def test_symlink_escape(repo: GitRepo, into: Path, link: bytes) -> None:
    """A link to the outside is neither made nor followed, and is told."""
    target = repo.raw_object("blob", link)
    repo.commit_tree(repo.raw_tree({b"link": ("120000", target)}))
    extracted = extract(repo, into)
    assert extracted.paths == ()
    assert [gap.what for gap in extracted.not_checked] == ["symlink"]
    assert everything_below(into) == set()


def test_symlink_escape_through_a_folder_of_the_same_name(repo: GitRepo, into: Path) -> None:
    """A tree with a link and a folder of one name: the file must not go through the link."""
    outside = into.parent / "outside"
    outside.mkdir()
    blob = repo.raw_object("blob", b"planted")
    target = repo.raw_object("blob", str(outside).encode())
    inner = repo.raw_tree({b"file": ("100644", blob)})
    entries = b"120000 d\0" + bytes.fromhex(target) + b"40000 d\0" + bytes.fromhex(inner)
    repo.commit_tree(repo.raw_object("tree", entries))
    extract(repo, into)
    assert everything_below(outside) == set()
    assert (into / "d" / "file").read_bytes() == b"planted"


def test_symlink_escape_in_the_working_tree(repo: GitRepo, tmp_path: Path) -> None:
    """A file of the user, to which an untracked link leads, is not read."""
    private = tmp_path / "private"
    private.write_bytes(b"private")
    repo.commit("Begin", files={"a": "1"})
    repo.symlink("link", str(private))
    uncommitted = list_uncommitted(open_repository(repo.top))
    assert dict(uncommitted.load_files()) == {"link": os.fsencode(private)}


@pytest.mark.parametrize(
    "name",
    [
        b"..",
        b".",
        b".git",
        b".GIT",
        b".git ",
        b".git.",
        b"git~1",
        b".g\xe2\x80\x8cit",
        b".git::$INDEX_ALLOCATION",
        b"..\\..\\planted",
        b"C:\\planted",
    ],
)
def test_path_tricks(repo: GitRepo, into: Path, name: bytes) -> None:
    """Names that some system takes for another folder are not written, and are told."""
    blob = repo.raw_object("blob", b"planted")
    inner = repo.raw_tree({b"planted": ("100644", blob)})
    before = everything_below(into.parent)
    repo.commit_tree(repo.raw_tree({name: ("40000", inner), b"ok": ("100644", blob)}))
    extracted = extract(repo, into)
    assert extracted.paths == ("ok",)
    (gap,) = extracted.not_checked
    assert gap.what == "file"
    assert everything_below(into.parent) - before == {"into/ok"}


def test_a_path_that_is_no_text_is_not_lost(repo: GitRepo, into: Path) -> None:
    """A name of any bytes is looked at like any other: the file is there, byte for byte."""
    repo.write(b"\xff\xfe\x80", "x")
    repo.commit()
    extracted = extract(repo, into)
    assert extracted.not_checked == ()
    assert [os.fsencode(path.name) for path in into.iterdir()] == [b"\xff\xfe\x80"]


def test_invalid_utf_8_can_be_recorded(repo: GitRepo, into: Path) -> None:
    """What is told about such a name is valid UTF-8, so that it can be signed."""
    repo.commit_tree(
        repo.raw_tree({b"\xff\\": ("100644", repo.raw_object("blob", b"x"))}),
    )
    (gap,) = extract(repo, into).not_checked
    assert gap.where == "\\udcff\\"
    assert render_canonical_json(gap.as_json())


def test_decompression_bomb(repo: GitRepo, into: Path) -> None:
    """An object of a few kilobytes that unpacks to more than a file may have is not written."""
    repo.commit("Begin", files={"bomb": bytes(60 * 2**20), "ok": "1"})
    extracted = extract(repo, into)
    assert extracted.paths == ("ok",)
    assert [(gap.where, gap.why) for gap in extracted.not_checked] == [
        ("bomb", f"{60 * 2**20} bytes, where at most {50 * 2**20} are looked at")
    ]
