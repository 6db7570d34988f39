"""Which files are read, and what is told of those that are not."""

from dataclasses import replace
from pathlib import Path

from assay.source.entries import EntryKind
from assay.source.repository import open_repository
from assay.source.tree import list_tree
from assay.system.filetree import MemoryTree, TreeGap
from assay.vuln.reach.sources import CommitSources, TreeSources, commit_sources
from tests.fakes.gitrepo import GitRepo

FILES = {"a.py": "import yaml\n", "b/c.py": "x = 1\n", "left.py": "y = 2\n"}


def committed(folder: Path, *, excluded: frozenset[str] = frozenset()) -> CommitSources:
    repo = GitRepo(folder)
    repo.commit("Begin", files=FILES)
    repository = open_repository(repo.top)
    return commit_sources(repository, list_tree(repository, repository.head), excluded=excluded)


def test_the_files_of_a_commit_are_read(tmp_path: Path) -> None:
    sources = committed(tmp_path / "r")
    assert (sources.paths, sources.left_out) == (("a.py", "b/c.py", "left.py"), ())
    found = dict(sources.load(["a.py", "b/c.py"], max_bytes=100))
    assert found == {"a.py": b"import yaml\n", "b/c.py": b"x = 1\n"}
    assert dict(sources.load([], max_bytes=100)) == {}
    assert dict(replace(sources, at_once=1).load(["a.py", "b/c.py"], max_bytes=100)) == found


def test_what_is_too_large_is_told_to_the_reader(tmp_path: Path) -> None:
    found = dict(committed(tmp_path / "r").load(["a.py", "b/c.py"], max_bytes=8))
    assert found == {"a.py": None, "b/c.py": b"x = 1\n"}


def test_what_is_too_much_together_is_told_to_the_reader(tmp_path: Path) -> None:
    """What fills the bound is read; what comes behind it is not, and never without a word."""
    sources = replace(committed(tmp_path / "r"), total=15)
    found = dict(sources.load(["a.py", "b/c.py"], max_bytes=100))
    assert found == {"a.py": b"import yaml\n", "b/c.py": None}
    tree = TreeSources(tree=MemoryTree(contents={"a": b"12345", "b": b"123"}), total=6)
    assert dict(tree.load(["a", "b"], max_bytes=100)) == {"a": b"12345", "b": None}


def test_what_is_excluded_is_not_read_and_told(tmp_path: Path) -> None:
    sources = committed(tmp_path / "r", excluded=frozenset({"left.py", "gone.py"}))
    assert sources.paths == ("a.py", "b/c.py")
    assert sources.left_out == ("excluded in assay.toml: left.py",)


def test_submodules_are_told(tmp_path: Path) -> None:
    sources = committed(tmp_path / "r")
    entry = replace(sources.entries["a.py"], path="sub", mode="160000")
    assert entry.kind is EntryKind.SUBMODULE
    told = commit_sources(sources.repository, [entry], excluded=frozenset())
    assert (told.paths, told.left_out) == ((), ("submodules are not read: sub",))


def test_links_that_are_named_like_sources_are_told(tmp_path: Path) -> None:
    """Whoever runs `a.py` runs what it leads to, and that may be no file with a source's name."""
    sources = committed(tmp_path / "r")
    links = [replace(sources.entries["a.py"], path=p, mode="120000") for p in ("l.py", "l.md")]
    told = commit_sources(sources.repository, links, excluded=frozenset())
    assert told.left_out == ("links are not followed: l.py",)


def test_what_is_asked_for_first_is_read_where_not_all_can_be() -> None:
    tree = TreeSources(tree=MemoryTree(contents={"a": b"12345", "b": b"123"}), total=6)
    assert dict(tree.load(["b", "a"], max_bytes=100)) == {"a": None, "b": b"123"}


def test_the_files_of_a_folder() -> None:
    tree = MemoryTree(contents={"a": b"12345", "b": b"1"}, gaps=(TreeGap(path="c", why="a link"),))
    sources = TreeSources(tree=tree)
    assert sources.paths == ("a", "b")
    assert dict(sources.load(["a", "b", "gone"], max_bytes=4)) == {"a": None, "b": b"1"}
    assert sources.left_out == ("not looked into: c",)
