"""Replacing files that others work with too: unchanged, no link, all looked at first."""

import stat
from pathlib import Path

import pytest

from assay.core.errors import RejectedError
from assay.system.replacing import Replacement, replace_beneath

NEW = Replacement(before=b"old", after=b"new")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "folder"
    (made / "sub").mkdir(parents=True)
    for name in ("a", "sub/b"):
        (made / name).write_bytes(b"old")
    return made


def test_all_are_written_with_the_permissions_they_have(folder: Path) -> None:
    (folder / "a").chmod(0o755)
    replace_beneath(folder, {"a": NEW, "sub/b": NEW})
    assert [(folder / name).read_bytes() for name in ("a", "sub/b")] == [b"new", b"new"]
    assert stat.S_IMODE((folder / "a").stat().st_mode) == 0o755
    assert sorted(path.name for path in folder.rglob("*")) == ["a", "b", "sub"]


@pytest.mark.parametrize("now", [b"old and more", b"ol", b"", b"OLD", None])
def test_one_that_changed_keeps_all_as_they_are(folder: Path, now: bytes | None) -> None:
    """The manifest is not written without the lock file."""
    if now is None:
        (folder / "sub/b").unlink()
    else:
        (folder / "sub/b").write_bytes(now)
    with pytest.raises(RejectedError) as caught:
        replace_beneath(folder, {"a": NEW, "sub/b": NEW})
    assert str(caught.value) == "[rejected] it changed meanwhile, at sub/b (try again)"
    assert (folder / "a").read_bytes() == b"old"


def test_no_link_is_followed(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "b").write_bytes(b"old")
    (folder / "a").unlink()
    (folder / "a").symlink_to(outside / "b")
    (folder / "sub/b").unlink()
    (folder / "sub").rmdir()
    (folder / "sub").symlink_to(outside)
    for path in ("a", "sub/b"):
        with pytest.raises(RejectedError, match="it changed meanwhile"):
            replace_beneath(folder, {path: NEW})
    assert (outside / "b").read_bytes() == b"old"
    assert (folder / "a").is_symlink()
