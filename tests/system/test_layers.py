"""Layers of images, unpacked in bounds."""

import bz2
import gzip
from pathlib import Path

import pytest

from assay.core.errors import MalformedError, UnavailableError
from assay.system.layers import Extent, UnpackedLayer, unpack_layer
from assay.system.process import find_program
from tests.fakes.trees import digest_of, tar_of, zstd

TAR = tar_of({"a": b"x" * 5000})


def unpack(
    tmp_path: Path, data: bytes, *, before: bytes = b"", max_bytes: int = 2**20
) -> UnpackedLayer:
    file = tmp_path / "layer"
    file.write_bytes(before + data)
    extent = Extent(file=file, offset=len(before), size=len(data))
    return unpack_layer(extent, tmp_path / "out.tar", max_bytes=max_bytes)


PACKED = {
    "plain": TAR,
    "gzip": gzip.compress(TAR),
    "gzip-in-two-parts": gzip.compress(TAR[:600]) + gzip.compress(TAR[600:]),
    "gzip-with-zeros-behind": gzip.compress(TAR) + b"\0" * 512,
}


@pytest.mark.parametrize("before", [b"", b"other"], ids=["alone", "inside"])
@pytest.mark.parametrize("data", PACKED.values(), ids=PACKED)
def test_unpacked(tmp_path: Path, data: bytes, before: bytes) -> None:
    found = unpack(tmp_path, data, before=before)
    assert found.file.read_bytes() == TAR
    assert (found.packed, found.unpacked, found.size) == (digest_of(data), digest_of(TAR), len(TAR))


@pytest.mark.parametrize("before", [b"", b"other"], ids=["alone", "inside"])
def test_zstd(tmp_path: Path, before: bytes) -> None:
    program = find_program("zstd")
    if program is None:
        pytest.skip("zstd is not installed")
    assert unpack(tmp_path, zstd(TAR, program), before=before).file.read_bytes() == TAR


def test_zstd_without_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    if find_program("zstd") is not None:
        pytest.skip("zstd stands beside this Python")
    with pytest.raises(UnavailableError) as caught:
        unpack(tmp_path, b"\x28\xb5\x2f\xfd" + b"x" * 300)
    assert str(caught.value) == (
        "[unavailable] a layer is packed with zstd, a program that is not installed here (install zstd)"
    )


REFUSED = {
    "cut-off": (gzip.compress(TAR)[:-9], "the gzip file breaks off"),
    "damaged": (
        gzip.compress(TAR)[:10] + b"\x07" * 300,
        "no sound gzip file: Error -3 while decompressing data: invalid block type",
    ),
    "other-method": (bz2.compress(TAR), "packed with bzip2, which no layer is"),
    "too-large": (gzip.compress(b"\0" * 2**21), "it unpacks to over 1048576 bytes"),
}


@pytest.mark.parametrize(("data", "what"), REFUSED.values(), ids=REFUSED)
def test_refused(tmp_path: Path, data: bytes, what: str) -> None:
    with pytest.raises(MalformedError) as caught:
        unpack(tmp_path, data)
    assert str(caught.value) == f"[malformed] {what}"


def test_a_file_that_is_shorter_than_was_said(tmp_path: Path) -> None:
    (tmp_path / "layer").write_bytes(TAR[:100])
    extent = Extent(file=tmp_path / "layer", offset=0, size=200)
    with pytest.raises(MalformedError) as caught:
        unpack_layer(extent, tmp_path / "out.tar", max_bytes=2**20)
    assert str(caught.value) == "[malformed] it ends 100 bytes early"
