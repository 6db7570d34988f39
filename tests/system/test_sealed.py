"""A sealed file is believed only as it was written, under its name, by this installation."""

from pathlib import Path

import pytest

from assay.system.sealed import SealedFolder

KEY = b"k" * 32


@pytest.fixture
def sealed(tmp_path: Path) -> SealedFolder:
    made = SealedFolder(folder=tmp_path / "cache", key=KEY)
    made.save("file", b"what was worked out", name="rules 1")
    return made


def test_what_was_saved_is_there(sealed: SealedFolder) -> None:
    assert sealed.load("file", name="rules 1") == b"what was worked out"


def test_it_is_its_owners_alone(sealed: SealedFolder) -> None:
    assert (sealed.folder / "file").stat().st_mode & 0o777 == 0o600


def test_one_of_other_rules_is_none(sealed: SealedFolder) -> None:
    assert sealed.load("file", name="rules 2") is None


def test_one_of_another_installation_is_none(sealed: SealedFolder) -> None:
    other = SealedFolder(folder=sealed.folder, key=b"o" * 32)
    assert other.load("file", name="rules 1") is None


def test_each_flipped_byte_makes_it_none(sealed: SealedFolder) -> None:
    path = sealed.folder / "file"
    good = path.read_bytes()
    for place in range(len(good)):
        path.write_bytes(good[:place] + bytes((good[place] ^ 1,)) + good[place + 1 :])
        assert sealed.load("file", name="rules 1") is None
    path.write_bytes(good)
    assert sealed.load("file", name="rules 1") is not None


@pytest.mark.parametrize("content", [b"", b"short", b"\0" * 32])
def test_one_that_is_too_short_is_none(sealed: SealedFolder, content: bytes) -> None:
    (sealed.folder / "file").write_bytes(content)
    assert sealed.load("file", name="rules 1") is None


def test_one_that_others_may_read_is_none(sealed: SealedFolder) -> None:
    (sealed.folder / "file").chmod(0o644)
    assert sealed.load("file", name="rules 1") is None


def test_one_that_is_not_there_is_none(sealed: SealedFolder) -> None:
    assert sealed.load("other", name="rules 1") is None


def test_what_cannot_be_written_is_not_written(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    sealed = SealedFolder(folder=tmp_path / "cache", key=KEY)
    sealed.save("file", b"x", name="n")
    assert sealed.load("file", name="n") is None


def test_the_key_is_in_no_printed_form(sealed: SealedFolder) -> None:
    assert "k" * 32 not in repr(sealed)
