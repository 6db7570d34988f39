"""Zip archives as trees of files: gaps, bounds, damage."""

import io
import zipfile
from pathlib import Path

import pytest

from assay.core.errors import AssayError, MalformedError, UnavailableError
from assay.system.ziptree import Allowance, open_zip


def zip_of(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        archive.mkdir("folder")
    return out.getvalue()


def test_members(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zip_of(b=b"xyz", a=b"1" * 9000))
    with open_zip(path, Allowance(left=10_000)) as tree:
        assert [(file.path, file.size) for file in tree.files] == [("a", 9000), ("b", 3)]
        assert tree.gaps == ()
        assert tree.load("b", max_bytes=3) == b"xyz"
        assert tree.load_part("b", 1, 1) == b"y"
        assert tree.load_part("a", 0, 4) == b"1111"


def read_all(data: bytes, *, left: int, max_bytes: int) -> None:
    with open_zip(data, Allowance(left=left)) as tree:
        for file in tree.files:
            tree.load(file.path, max_bytes=max_bytes)


def refusal(data: bytes, *, left: int = 10_000, max_bytes: int = 10_000) -> str:
    with pytest.raises(AssayError) as caught:
        read_all(data, left=left, max_bytes=max_bytes)
    return str(caught.value)


REFUSED = {
    "allowance": (
        refusal(zip_of(a=b"x" * 600, b=b"x" * 600), left=1000),
        "[malformed] the archive unpacks to more than is read of one",
    ),
    "large": (refusal(zip_of(a=b"x"), max_bytes=0), "[unavailable] larger than 0 bytes"),
    "no-zip": (refusal(b"x"), "[malformed] no sound zip archive: File is not a zip file"),
}


@pytest.mark.parametrize(("found", "expected"), REFUSED.values(), ids=REFUSED)
def test_refused(found: str, expected: str) -> None:
    assert found == expected


def test_a_damaged_member_is_refused() -> None:
    data = bytearray(zip_of(a=bytes(range(250)) * 9))
    data[60:80] = b"\xff" * 20
    with open_zip(bytes(data), Allowance(left=10_000)) as tree:
        with pytest.raises(MalformedError, match="damaged in the archive: "):
            tree.load("a", max_bytes=9000)
        with pytest.raises(MalformedError, match="damaged in the archive: "):
            tree.load_part("a", 0, 4000)


def test_what_is_wrong_with_one_member_is_a_gap() -> None:
    data = bytearray(zip_of(twice=b"x", twic2=b"x", coded=b"x").replace(b"twic2", b"twice"))
    data[data.rindex(b"coded") - 46 + 8] |= 1  # the flag of an encrypted member
    with open_zip(bytes(data), Allowance(left=10)) as tree:
        assert [file.path for file in tree.files] == ["twice"]
        assert [(gap.path, gap.why) for gap in tree.gaps] == [
            ("coded", "it is encrypted"),
            ("twice", "a name that is there twice: only the first one was looked at"),
        ]


def test_a_member_without_a_name_is_a_gap() -> None:
    data = zip_of(a=b"x").replace(b"a", b"\0")  # what is behind a zero is cut off
    with open_zip(data, Allowance(left=10)) as tree:
        assert tree.files == ()
        assert [gap.why for gap in tree.gaps] == ["it has no name"]


def test_another_method_of_packing_is_a_gap() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("a", b"x")
    with open_zip(out.getvalue(), Allowance(left=10)) as tree:
        assert [gap.why for gap in tree.gaps] == ["it is packed by another method than deflate"]


def test_a_member_before_the_start_of_the_file_is_refused(tmp_path: Path) -> None:
    data = bytearray(zip_of(a=b"x"))
    end = data.rindex(b"PK\5\6")
    said = int.from_bytes(data[end + 16 : end + 20], "little")
    data[end + 16 : end + 20] = (said + 100).to_bytes(4, "little")  # where the directory begins
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    with open_zip(path, Allowance(left=10)) as tree, pytest.raises(UnavailableError) as caught:
        tree.load("a", max_bytes=1)
    assert str(caught.value) == "[unavailable] cannot read the archive: Invalid argument"


def test_a_member_that_holds_less_than_it_declares_is_refused() -> None:
    data = zip_of(a=b"x" * 77)
    sizes = (77).to_bytes(4, "little")
    assert data.count(sizes) == 2
    assert refusal(data.replace(sizes, (78).to_bytes(4, "little"))) == (
        "[malformed] 77 bytes, not the 78 that it declares"
    )
