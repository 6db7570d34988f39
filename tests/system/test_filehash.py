"""Digests of files: right, and of regular files alone."""

import hashlib
import os
from pathlib import Path

import pytest

from assay.core.errors import UnavailableError, UsageError
from assay.system.filehash import digest_file


@pytest.mark.parametrize("size", [0, 1, 2**20, 2**20 + 1])
@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_a_digest(size: int, algorithm: str, tmp_path: Path) -> None:
    data = os.urandom(size)
    (tmp_path / "file").write_bytes(data)
    assert digest_file(tmp_path / "file", algorithm) == hashlib.new(algorithm, data).digest()


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        digest_file(tmp_path / "absent", "sha256")
    assert str(caught.value) == f"[usage] no such file, at {tmp_path / 'absent'}"


def test_a_folder_and_a_fifo(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path, tmp_path / "fifo"):
        with pytest.raises(UsageError) as caught:
            digest_file(path, "sha256")
        assert str(caught.value) == f"[usage] not a regular file, at {path}"


def test_a_name_that_cannot_be_one(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="cannot read"):
        digest_file(tmp_path / ("x" * 300), "sha256")
