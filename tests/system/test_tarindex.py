"""The list of what is in a tar file, compared with the one of Python's own library."""

import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.system.tarindex import TarKind, TarMember, index_tar
from tests.fakes.trees import tar_of

KINDS = {
    tarfile.REGTYPE: TarKind.FILE,
    tarfile.DIRTYPE: TarKind.FOLDER,
    tarfile.SYMTYPE: TarKind.SYMLINK,
    tarfile.LNKTYPE: TarKind.HARDLINK,
    tarfile.FIFOTYPE: TarKind.OTHER,
}
FORMATS = {"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}


def index(data: bytes) -> list[TarMember]:
    return list(index_tar(io.BytesIO(data), size=len(data)))


def archive_of(form: int) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form, pax_headers={"comment": "x"}) as archive:
        for number, (kind, name) in enumerate(
            [
                (tarfile.DIRTYPE, "folder"),
                (tarfile.REGTYPE, "folder/a file"),
                (tarfile.REGTYPE, f"{'long/' * 22}name"),
                (tarfile.SYMTYPE, "link"),
                (tarfile.LNKTYPE, "hard"),
                (tarfile.FIFOTYPE, "fifo"),
                (tarfile.REGTYPE, "empty"),
            ]
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "folder/a file" if "k" in name[-2:] else ""
            info.mode = 0o755 if number % 2 else 0o644
            info.size = 700 * number if kind == tarfile.REGTYPE and name != "empty" else 0
            archive.addfile(info, io.BytesIO(b"x" * info.size))
    return out.getvalue()


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
def test_it_agrees_with_the_library(form: int) -> None:
    data = archive_of(form)
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        expected = [
            (item.name, KINDS[item.type], item.size, item.linkname, bool(item.mode & 0o111))
            for item in archive
        ]
        offsets = [item.offset_data for item in archive if item.isreg()]
    found = index(data)
    assert [
        (item.name.rstrip("/"), item.kind, item.size, item.link, item.executable) for item in found
    ] == expected
    assert [item.offset for item in found if item.kind is TarKind.FILE] == offsets


def test_names_longer_than_a_header() -> None:
    name = "a" * 300 + "/" + "b" * 100
    for form in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=form) as archive:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, name[::-1]
            archive.addfile(info)
        (member,) = index(out.getvalue())
        assert (member.name, member.link) == (name, name[::-1])


def header(kind: bytes, size: int, name: str = "a") -> bytes:
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, size
    return info.tobuf(tarfile.GNU_FORMAT)


def test_a_file_with_holes_is_no_file_and_what_follows_is_found() -> None:
    sparse = bytearray(header(b"S", 512))
    sparse[482] = 1
    more = bytearray(512)
    more[504] = 1
    sparse[148:156] = b" " * 8
    sparse[148:156] = f"{sum(sparse):06o}\0 ".encode()
    data = bytes(sparse) + bytes(more) + bytes(512) + b"x" * 512 + header(b"0", 0, "b")
    assert [(item.name, item.kind) for item in index(data)] == [
        ("a", TarKind.SPARSE),
        ("b", TarKind.FILE),
    ]


def test_holes_as_pax_has_them() -> None:
    record = b"22 GNU.sparse.major=1\n"
    data = header(b"x", len(record)) + record.ljust(512, b"\0") + header(b"0", 0)
    assert [item.kind for item in index(data)] == [TarKind.SPARSE]


def test_a_size_in_base_256() -> None:
    data = bytearray(header(b"0", 0))
    data[124:136] = b"\x80" + (700).to_bytes(11, "big")
    data[148:156] = b" " * 8
    data[148:156] = f"{sum(data):06o}\0 ".encode()
    (member,) = index(bytes(data) + b"x" * 1024)
    assert member.size == 700


REFUSED = {
    "no-archive": (b"x" * 512, "no header of a tar archive, at byte 0"),
    "header-cut-off": (tar_of({"a": b"x"})[:300], "the archive breaks off, at byte 0"),
    "content-cut-off": (tar_of({"a": b"x" * 2000})[:1024], "the archive breaks off, at byte 1024"),
    "long-name-cut-off": (header(b"L", 600) + b"x" * 512, "the archive breaks off, at byte 512"),
    "long-name-too-long": (
        header(b"L", 2**20 + 1),
        "a header of 1048577 bytes, where at most 1048576 are read, at byte 512",
    ),
    "pax-length": (header(b"x", 6) + b"9 a=b\n", "no record of a pax header"),
    "pax-no-value": (header(b"x", 6) + b"6 abc\n", "no record of a pax header"),
    "pax-size": (
        header(b"x", 10) + b"10 size=x\n".ljust(512, b"\0") + header(b"0", 0),
        "a number that is none, at byte 1536",
    ),
}


@pytest.mark.parametrize(("data", "what"), REFUSED.values(), ids=REFUSED)
def test_refused(data: bytes, what: str) -> None:
    with pytest.raises(MalformedError) as caught:
        index(data)
    assert str(caught.value) == f"[malformed] {what}"


@given(st.binary(max_size=2000), st.integers(0, 1023))
def test_any_bytes_are_read_or_malformed(noise: bytes, at: int) -> None:
    data = bytearray(tar_of({"a": b"x", "l": "a"}))
    data[at : at + len(noise)] = noise
    try:
        index(bytes(data))
    except MalformedError:
        return


def test_a_header_whose_sum_is_another_is_refused() -> None:
    data = bytearray(tar_of({"a": b"x"}))
    data[0] ^= 1  # another name
    with pytest.raises(MalformedError) as caught:
        index(bytes(data))
    assert str(caught.value) == "[malformed] no header of a tar archive, at byte 0"
