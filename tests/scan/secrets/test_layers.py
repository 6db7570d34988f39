"""Secrets that are packed or encoded, and what is told where that cannot be undone."""

import base64
import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.notchecked import NotChecked
from assay.findings.scanreport import ScanReport
from assay.scan.secrets.encoded import MAX_TEXTS, decode_base64, decode_hex
from assay.scan.secrets.foreign import NO_FOREIGN
from assay.scan.secrets.hit import Gap
from assay.scan.secrets.matcher import Matcher
from assay.scan.secrets.rule import load_rules
from assay.scan.secrets.scan import scan_secrets
from assay.scan.secrets.search import MAX_DEPTH, Portion, Search
from assay.source.repository import open_repository
from assay.system.packed import MAX_UNPACKED
from assay.system.process import find_program
from tests.fakes.gitrepo import GitRepo
from tests.scan.secrets.generate import fill

AT = datetime(2026, 6, 30, tzinfo=UTC)
KEY = b"k" * 32
TOKEN = fill("glpat-{b62:20}").encode()
TEXT = b"first\ntoken = " + TOKEN + b"\n"
MATCHER = Matcher(load_rules().rules)


def zipped(data: bytes, name: str = "conf/app.env") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def tarred(data: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        info = tarfile.TarInfo("conf/app.env")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


def notebook(output: str) -> bytes:
    cell = {
        "cell_type": "code",
        "source": ["print(1)"],
        "outputs": [{"data": {"text/plain": [output]}}],
    }
    return json.dumps({"nbformat": 4, "cells": [{"source": "x = 1"}, cell]}).encode()


def wrapped(data: bytes) -> bytes:
    encoded = base64.b64encode(data).decode()
    lines = [encoded[n : n + 60] for n in range(0, len(encoded), 60)]
    return ("data:\n  file: |\n    " + "\n    ".join(lines) + "\n").encode()


def search(data: bytes) -> Portion:
    found = Search(MATCHER, identity_key=KEY, at=AT)
    found.file("f", data)
    return found.take()


PACKED: dict[str, tuple[Callable[[bytes], bytes], str, int]] = {
    "zip": (zipped, "!conf/app.env", 2),
    "tar": (tarred, "!conf/app.env", 2),
    "gzip": (gzip.compress, "", 2),
    "bzip2": (bz2.compress, "", 2),
    "xz": (lzma.compress, "", 2),
    "tar-in-gzip": (lambda data: gzip.compress(tarred(data)), "!conf/app.env", 2),
    "zip-in-zip": (lambda data: zipped(zipped(data), "in.zip"), "!in.zip!conf/app.env", 2),
    "base64": (lambda data: b"a\nb: " + base64.b64encode(data), "!base64", 2),
    "base64-urlsafe": (lambda data: base64.urlsafe_b64encode(b"~~~?" + data), "!base64", 1),
    "base64-in-lines": (wrapped, "!base64", 3),
    "base64-behind-letters": (lambda data: b"x/" + base64.b64encode(data), "!base64", 1),
    "hex": (lambda data: b"a\n\nb = '" + data.hex().encode() + b"'", "!hex", 3),
    "hex-capitals": (lambda data: data.hex().upper().encode(), "!hex", 1),
    "gzip-in-base64": (lambda data: base64.b64encode(gzip.compress(data)), "!base64", 1),
    "zip-in-base64": (lambda data: base64.b64encode(zipped(data)), "!base64!conf/app.env", 1),
    "base64-twice": (
        lambda data: base64.b64encode(b"secret: " + base64.b64encode(data)),
        "!base64!base64",
        1,
    ),
    "notebook": (lambda data: notebook(data.decode()), "!cell 2", 3),
}


@pytest.mark.parametrize(("pack", "inside", "line"), PACKED.values(), ids=PACKED)
def test_a_packed_secret_is_found(pack: Callable[[bytes], bytes], inside: str, line: int) -> None:
    packed = pack(TEXT)
    portion = search(packed)
    assert portion.gaps == ()
    assert {(hit.inside, hit.line) for hit in portion.hits if hit.rule == "gitlab-token"} == {
        (inside, line)
    }


def test_a_secret_is_the_same_in_any_layer() -> None:
    plain, packed = search(TEXT).hits[0], search(zipped(TEXT)).hits[0]
    assert plain.secret == packed.secret


def test_quotes_in_a_notebook_are_read_as_its_reader_sees_them() -> None:
    password = fill("{mixed:14}")
    (hit,) = search(notebook(f'connect(user="ada",\\n password="{password}")')).hits
    assert hit.length == 14


def zstd(*blocks: tuple[int, bytes], size: int) -> bytes:
    """Return a frame of one segment; a block is a kind (0 as it is, 1 repeated) and its bytes."""
    frame = b"\x28\xb5\x2f\xfd\xa0" + size.to_bytes(4, "little")
    for number, (kind, content) in enumerate(blocks, 1):
        length = 2**17 if kind else len(content)
        header = (number == len(blocks)) | kind << 1 | length << 3
        frame += header.to_bytes(3, "little") + content
    return frame


needs_zstd = pytest.mark.skipif(find_program("zstd") is None, reason="zstd is not installed")


@needs_zstd
def test_a_secret_under_zstd_is_found() -> None:
    portion = search(zstd((0, TEXT), size=len(TEXT)))
    assert portion.gaps == ()
    assert "gitlab-token" in {hit.rule for hit in portion.hits}


@needs_zstd
@pytest.mark.parametrize(
    ("data", "why"),
    [
        (
            zstd((0, TEXT), size=len(TEXT))[:-9],
            "it is no sound zstd file, or one that needs too much memory",
        ),
        (
            zstd(*[(1, b"x")] * (MAX_UNPACKED // 2**17 + 9), size=MAX_UNPACKED + 9 * 2**17),
            f"zstd wrote over {MAX_UNPACKED + 1} bytes",
        ),
    ],
    ids=["cut-off", "bomb"],
)
def test_zstd_that_is_not_read_is_told(data: bytes, why: str) -> None:
    assert search(data).gaps == (Gap(kind="file", where="f", inside="", why=why),)


def bomb() -> bytes:
    return gzip.compress(bytes(MAX_UNPACKED + 1))


def encrypted() -> bytes:
    data = bytearray(zipped(TEXT))
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(magic) + offset] |= 1
    return bytes(data)


GAPS = {
    "bomb": (bomb(), "", f"it unpacks to over {MAX_UNPACKED} bytes"),
    "bomb-of-members": (
        zipped(b"\0" * (MAX_UNPACKED + 1)),
        "",
        "it unpacks to over 67108864 bytes",
    ),
    "encrypted": (encrypted(), "!conf/app.env", "it is encrypted"),
    "cut-off": (
        gzip.compress(TEXT)[:-9],
        "",
        "it is no sound gzip file: 'Compressed file ended before the end-of-stream marker was reached'",
    ),
    "no-zip": (b"PK\x03\x04 and no more", "", "it is no sound zip file: 'File is not a zip file'"),
    "7z": (b"7z\xbc\xaf\x27\x1c" + b"x" * 20, "", "it is packed with 7z, which is not read"),
    "rar": (b"Rar!\x1a\x07" + b"x" * 20, "", "it is packed with rar, which is not read"),
}


@pytest.mark.parametrize(("data", "inside", "why"), GAPS.values(), ids=GAPS)
def test_what_cannot_be_read_is_told(data: bytes, inside: str, why: str) -> None:
    assert search(data).gaps == (Gap(kind="file", where="f", inside=inside, why=why),)


def test_layers_have_an_end() -> None:
    data = TEXT
    for _ in range(MAX_DEPTH + 1):
        data = gzip.compress(data)
    (gap,) = search(data).gaps
    assert gap.why == f"it is packed more than {MAX_DEPTH}-fold"
    assert search(gzip.decompress(data)).hits


def test_what_comes_before_a_gap_is_searched() -> None:
    file = io.BytesIO(zipped(TEXT))
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("zeros", b"\0" * (MAX_UNPACKED + 1), zipfile.ZIP_DEFLATED)
    portion = search(file.getvalue())
    assert len(portion.hits) == len(portion.gaps) == 1


@pytest.mark.parametrize(("encode", "name"), [(base64.b64encode, "base64"), (bytes.hex, "hex")])
def test_more_texts_than_are_decoded_are_told(
    encode: Callable[[bytes], bytes | str], name: str
) -> None:
    one = encode(b"password")
    text = (one.encode() if isinstance(one, str) else one) + b" ; "
    (gap,) = search(text * (MAX_TEXTS + 1)).gaps
    assert (gap.inside, gap.why) == (
        f"!{name}",
        f"it has over {MAX_TEXTS} texts in base64, or in hex",
    )
    assert search(text * MAX_TEXTS).gaps == ()


@given(st.binary(max_size=300), st.lists(st.integers(1, 300), max_size=5).map(sorted))
def test_any_bytes_are_decoded_or_not(data: bytes, ends: list[int]) -> None:
    for start, _ in (*decode_base64(data, ends), *decode_hex(data, ends)):
        assert 0 <= start < len(data)


@given(st.binary(max_size=60), st.binary(max_size=60), st.integers(0, 5))
def test_a_word_is_found_wherever_it_stands_in_base64(
    before: bytes, behind: bytes, shift: int
) -> None:
    data = b"=" * shift + base64.b64encode(before + b"password" + behind)
    assert any(
        b"password" in text for _, text in decode_base64(data, [shift + 4 * len(before) // 3 + 10])
    )


@pytest.mark.parametrize("size", [100, 5 * 2**20])
def test_an_archive_in_the_history(tmp_path: Path, size: int) -> None:
    """Also one that is larger than a block of the stream, and so comes in pieces."""
    repo = GitRepo(tmp_path / "repo")
    noise = b"".join(n.to_bytes(4, "big") for n in range(size // 4))
    file = io.BytesIO(zipped(TEXT))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr("noise", noise)
    (repo.top / "lib").mkdir(parents=True)
    (repo.top / "lib" / "app.jar").write_bytes(file.getvalue())
    repo.git("add", "lib/app.jar")
    commit = repo.commit("Add a library")
    report = scan(repo)
    (finding,) = report.findings
    (location,) = finding.locations
    assert (location.path, location.line) == ("lib/app.jar!conf/app.env", 2)
    assert location.commit == commit
    assert report.not_checked == ()


def test_a_gap_in_the_history_names_its_file(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "repo")
    repo.top.mkdir(exist_ok=True)
    (repo.top / "a.zip").write_bytes(encrypted())
    repo.git("add", "a.zip")
    repo.commit("Add an archive")
    assert scan(repo).not_checked == (
        NotChecked(
            what="archive",
            where="a.zip!conf/app.env",
            why="it is encrypted",
            remedy="look into it yourself, and exclude it with a reason, or take it out",
        ),
    )


def scan(repo: GitRepo) -> ScanReport:
    return scan_secrets(
        open_repository(repo.top),
        identity_key=KEY,
        at=AT,
        workers=1,
        worktree_files=(),
        excluded=(),
        foreign=NO_FOREIGN,
        cache=None,
    )
