import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import AssayError, MalformedError, UnavailableError, UsageError
from assay.system.archives import Member, ZipLimits, read_zip

LIMITS = ZipLimits(members=10, member_bytes=4 * 2**20, total_bytes=6 * 2**20)


def packed(path: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def special(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


def read(path: Path) -> tuple[Member, ...]:
    return tuple(read_zip(path, limits=LIMITS, suffix=".json"))


def test_files_of_the_suffix_are_read(tmp_path: Path) -> None:
    path = packed(
        tmp_path / "a.zip",
        ("b.json", b"2"),
        ("deep/", b""),
        ("deep/a.json", b"1"),
        ("README", b"no"),
        (special("c.json", stat.S_IFREG | 0o644), b"3"),
    )
    assert read(path) == (
        Member(name="b.json", data=b"2"),
        Member(name="deep/a.json", data=b"1"),
        Member(name="c.json", data=b"3"),
    )


def _altered(path: Path, old: bytes, new: bytes) -> Path:
    path.write_bytes(path.read_bytes().replace(old, new))
    return path


def _encrypted(path: Path) -> Path:
    """Set the flag of encryption in the central directory."""
    data = bytearray(packed(path, ("a.json", b"x")).read_bytes())
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    return path


def _incompressible(size: int) -> bytes:
    return bytes((n * n >> 3 ^ n >> 7) & 0xFF for n in range(size))


def _twice(path: Path) -> Path:
    return _altered(packed(path, ("a.json", b"1"), ("b.json", b"2")), b"b.json", b"a.json")


def _patched(path: Path, signature: bytes, offset: int, grown_by: int) -> Path:
    """Add to the 32-bit number at `offset` of the last record with `signature`."""
    data = bytearray(packed(path, ("a.json", b"content")).read_bytes())
    place = data.rindex(signature) + offset
    number = int.from_bytes(data[place : place + 4], "little") + grown_by
    data[place : place + 4] = number.to_bytes(4, "little")
    path.write_bytes(data)
    return path


def _bzip2(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("a.json", b"x")
    return path


def _overlapping(path: Path) -> Path:
    """Let forty members share the bytes of one: each is small and packed well, the sum is not."""
    packed(path, *((f"{n:02}.json", b"[" + b" " * 150_000) for n in range(9)))
    data = path.read_bytes()
    first = data.index(b"PK\x01\x02")
    directory = bytearray(data[first:])
    start = 0
    while (start := directory.find(b"PK\x01\x02", start)) >= 0:
        directory[start + 42 : start + 46] = bytes(4)  # the offset of the local header
        start += 4
    end = directory.index(b"PK\x05\x06")
    body = data[: data.index(b"PK\x03\x04", 4)]
    directory[end + 16 : end + 20] = len(body).to_bytes(4, "little")
    path.write_bytes(body + bytes(directory))
    return path


Build = Callable[[Path], Path]
REFUSED: dict[str, tuple[Build, str]] = {
    "no archive": (
        lambda p: (p.write_bytes(b"no zip"), p)[1],
        "[malformed] no sound zip archive: File is not a zip file, at {}",
    ),
    "too many members": (
        lambda p: packed(p, *((f"{n}.json", b"") for n in range(11))),
        "[malformed] 11 members, where at most 10 are read, at {}",
    ),
    "too large a member": (
        lambda p: packed(p, ("a.json", _incompressible(4 * 2**20 + 1))),
        "[malformed] 4194305 bytes, where at most 4194304 are read, at {}.'a.json'",
    ),
    "too much in all": (
        lambda p: packed(p, *((f"{n}.json", _incompressible(2**21)) for n in range(4))),
        "[malformed] 8388608 bytes in all, where at most 6291456 are read, at {}",
    ),
    "too good a compression": (
        lambda p: packed(p, ("a.json", bytes(2**20 + 1))),
        "[malformed] packed more than 200-fold, as bombs are, at {}.'a.json'",
    ),
    "too good a compression in all": (
        _overlapping,
        "[malformed] packed more than 200-fold, as bombs are, at {}",
    ),
    "out of the folder": (
        lambda p: packed(p, ("a/../../b.json", b"")),
        "[malformed] a name that leads out of the archive, at {}.'a/../../b.json'",
    ),
    "absolute": (
        lambda p: packed(p, ("/etc/a.json", b"")),
        "[malformed] a name that leads out of the archive, at {}.'/etc/a.json'",
    ),
    "a drive": (
        lambda p: packed(p, ("C:/a.json", b"")),
        "[malformed] a name that leads out of the archive, at {}.'C:/a.json'",
    ),
    "a backslash": (
        lambda p: packed(p, ("..\\a.json", b"")),
        "[malformed] a name that leads out of the archive, at {}.'..\\\\a.json'",
    ),
    "a terminal escape": (
        lambda p: packed(p, ("\x1b[2J.json", b"")),
        "[malformed] a name that leads out of the archive, at {}.'\\x1b[2J.json'",
    ),
    "a file of another suffix out of the folder": (
        lambda p: packed(p, ("../README", b"")),
        "[malformed] a name that leads out of the archive, at {}.'../README'",
    ),
    "a symbolic link": (
        lambda p: packed(p, (special("a.json", stat.S_IFLNK | 0o777), b"/etc/passwd")),
        "[malformed] a link or another special file, at {}.'a.json'",
    ),
    "a device": (
        lambda p: packed(p, (special("a.json", stat.S_IFCHR | 0o666), b"")),
        "[malformed] a link or another special file, at {}.'a.json'",
    ),
    "encrypted": (_encrypted, "[malformed] an encrypted member, at {}.'a.json'"),
    "less than it declares": (
        lambda p: _patched(p, b"PK\x01\x02", 24, 1),
        "[malformed] 7 bytes, not the 8 that it declares, at {}.'a.json'",
    ),
    "an offset before the beginning": (
        lambda p: _patched(p, b"PK\x05\x06", 16, 9),
        "[malformed] no sound zip archive, at {}",
    ),
    "another method": (
        _bzip2,
        "[malformed] packed by another method than deflate, at {}.'a.json'",
    ),
    "one name twice": (_twice, "[malformed] a name that is there twice, at {}.'a.json'"),
}


@pytest.mark.parametrize(("build", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(tmp_path: Path, build: Build, message: str) -> None:
    path = build(tmp_path / "a.zip")
    with pytest.raises(MalformedError) as caught:
        read(path)
    assert str(caught.value) == message.format(path)


def test_damage_to_the_content_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.json", b"content")
    _altered(path, b"content", b"CONTENT")
    with pytest.raises(MalformedError) as caught:
        read(path)
    assert str(caught.value) == (
        f"[malformed] no sound zip archive: Bad CRC-32 for file 'a.json', at {path}"
    )


def test_refused_before_anything_is_read(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", ("a.json", b"1"), ("../b.json", b"2"))
    with pytest.raises(MalformedError):
        next(iter(read_zip(path, limits=LIMITS, suffix=".json")))


def test_absent(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read(tmp_path / "a.zip")
    assert str(caught.value) == f"[usage] no such file, at {tmp_path}/a.zip"


def test_out_of_reach(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as caught:
        read(tmp_path)
    assert str(caught.value) == f"[unavailable] cannot read: Is a directory, at {tmp_path}"


@given(st.binary(max_size=200), st.integers(min_value=0), st.integers(min_value=0, max_value=255))
def test_any_damage_is_read_or_an_own_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, place: int, value: int
) -> None:
    """An archive with one changed byte is read or refused, and never anything else."""
    path = packed(tmp_path_factory.getbasetemp() / "damaged.zip", ("a.json", data))
    damaged = bytearray(path.read_bytes())
    damaged[place % len(damaged)] = value
    path.write_bytes(damaged)
    try:
        read(path)
    except AssayError as error:
        assert str(error)  # noqa: PT017  # the point: no other exception leaves
