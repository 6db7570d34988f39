"""Blobs in a folder."""

import stat
from pathlib import Path

import pytest

from assay.core.digest import Digest, sha256_of
from assay.core.errors import TamperedError, UnavailableError
from assay.evidence.storage.blobs import MAX_BLOB_BYTES, BlobStore, FolderBlobs
from tests.evidence.blobcontract import BlobContract, Damage


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "blobs"


@pytest.fixture
def blobs(folder: Path) -> BlobStore:
    return FolderBlobs(folder)


@pytest.fixture
def damage(folder: Path) -> Damage:
    def put_in_place(digest: Digest, data: bytes) -> None:
        (folder / digest.hex[:2] / digest.hex[2:]).write_bytes(data)

    return put_in_place


class TestFolderBlobs(BlobContract):
    """The contract, kept by a folder."""


def test_only_the_owner_reads(folder: Path, blobs: BlobStore) -> None:
    blobs.put(b"envelope")
    modes = {stat.S_IMODE(p.stat().st_mode) for p in folder.rglob("*") if p.is_file()}
    assert modes == {0o600}
    assert {stat.S_IMODE(p.stat().st_mode) for p in (folder, *folder.iterdir())} == {0o700}


def test_nothing_half_written_is_left(folder: Path, blobs: BlobStore) -> None:
    digest = blobs.put(b"envelope")
    assert [p.name for p in folder.rglob("*") if p.is_file()] == [digest.hex[2:]]


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UnavailableError) as caught:
        FolderBlobs(tmp_path / "file").put(b"envelope")
    digest = sha256_of(b"envelope").hex
    assert str(caught.value) == (
        f"[unavailable] cannot write: File exists, at {tmp_path / 'file' / digest[:2] / digest[2:]}"
    )


def test_a_file_larger_than_any_blob_is_damage(folder: Path, blobs: BlobStore) -> None:
    digest = blobs.put(b"envelope")
    with (folder / digest.hex[:2] / digest.hex[2:]).open("r+b") as file:
        file.truncate(MAX_BLOB_BYTES + 1)  # a hole, that takes no space
    with pytest.raises(TamperedError) as caught:
        blobs.get(digest)
    assert str(caught.value) == f"[tampered] the blob {digest} holds other bytes, at {folder}"
    blobs.put(b"envelope")
    assert blobs.get(digest) == b"envelope"
