"""Folders as trees of files: what is listed, what is a gap, and what is not followed."""

import os
from pathlib import Path

import pytest

from assay.core.errors import UnavailableError, UsageError
from assay.system.filetree import FolderTree, MemoryTree, SlicedTree, TreeFile, list_folder
from assay.system.layers import Extent


def listed(root: Path) -> FolderTree:
    return list_folder(root)


def test_regular_files_in_the_order_of_their_names(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "c").write_bytes(b"xyz")
    (tmp_path / "a.sh").write_bytes(b"")
    (tmp_path / "a.sh").chmod(0o755)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_bytes(b"")
    os.mkfifo(tmp_path / "fifo")
    tree = listed(tmp_path)
    assert tree.files == (
        TreeFile(path="a.sh", size=0, executable=True),
        TreeFile(path="b/c", size=3),
    )
    assert tree.gaps == ()
    assert tree.load("b/c", max_bytes=3) == b"xyz"
    assert tree.load_part("b/c", 1, 1) == b"y"


def test_links_are_not_followed_and_those_that_lead_out_are_gaps(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "lib").mkdir(parents=True)
    (root / "lib" / "a").write_bytes(b"")
    (tmp_path / "secret").write_bytes(b"")
    (root / "inside").symlink_to("lib")
    (root / "out").symlink_to("../secret")
    (root / "nowhere").symlink_to("/absent/absent")
    tree = listed(root)
    assert [file.path for file in tree.files] == ["lib/a"]
    assert [(gap.path, gap.why) for gap in tree.gaps] == [
        ("out", "a link that leads out of what was looked at")
    ]


def test_a_link_to_what_cannot_be_looked_at_is_a_gap(tmp_path: Path) -> None:
    (tmp_path / "long").symlink_to("/" + "a" * 300)
    assert [gap.path for gap in listed(tmp_path).gaps] == ["long"]


def test_behind_the_end_of_any_file_there_is_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    extents = {"a": Extent(file=tmp_path / "a", offset=1, size=3)}
    sliced = SlicedTree(files=(), gaps=(), extents=extents)
    for tree in (sliced, listed(tmp_path), MemoryTree(contents={"a": b"12345"})):
        for offset in (5, 2**63, 2**64):
            assert tree.load_part("a", offset, 4) == b""


def test_a_link_that_took_the_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "a").write_bytes(b"a")
    (tmp_path / "secret").write_bytes(b"secret")
    tree = listed(root)
    (root / "a").unlink()
    (root / "a").symlink_to("../secret")
    assert tree.load("a", max_bytes=100) == b"../secret"  # where it leads, as Git would store it
    with pytest.raises(UnavailableError):
        tree.load_part("a", 0, 4)


def test_a_file_that_went_away(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a")
    tree = listed(tmp_path)
    (tmp_path / "a").unlink()
    with pytest.raises(UnavailableError) as caught:
        tree.load("a", max_bytes=1)
    assert str(caught.value) == (
        "[unavailable] no file that could be read without following a link"
    )


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        listed(tmp_path / "absent")
    assert str(caught.value) == f"[usage] no such folder, at {tmp_path / 'absent'}"


def test_more_than_was_allowed_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    sliced = SlicedTree(
        files=(), gaps=(), extents={"a": Extent(file=tmp_path / "a", offset=1, size=3)}
    )
    assert sliced.load("a", max_bytes=3) == b"234"
    assert sliced.load_part("a", 2, 9) == b"4"
    for tree in (sliced, listed(tmp_path), MemoryTree(contents={"a": b"12345"})):
        with pytest.raises(UnavailableError) as caught:
            tree.load("a", max_bytes=2)
        assert caught.value.what == "larger than 2 bytes"


def test_a_folder_that_cannot_be_read_is_a_gap(tmp_path: Path) -> None:
    """Deeper than a path may be long: nobody, root included, opens it by its name."""
    folder = os.open(tmp_path, os.O_RDONLY)
    for _ in range(20):
        os.mkdir("d" * 250, dir_fd=folder)
        below = os.open("d" * 250, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = below
    os.close(folder)
    tree = listed(tmp_path)
    assert tree.files == ()
    assert [gap.why for gap in tree.gaps] == ["the folder cannot be read: File name too long"]
