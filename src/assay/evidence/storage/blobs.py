"""Large envelopes, kept under their digest outside the rows of the log.

* The name of a blob is the SHA-256 of its bytes, and what is read is compared with it: whoever
  can write to the store can lose a blob, but cannot change one unseen.
* Blobs are written before the entry that names them, and are durable when `put` returns. A blob
  that no entry names is harmless.
"""

from pathlib import Path
from typing import Final, Protocol

from assay.core.digest import Digest, sha256_of
from assay.core.errors import TamperedError, UnavailableError, UsageError
from assay.evidence.dsse import MAX_ENVELOPE_BYTES
from assay.system.files import load_file, save_beneath
from assay.system.objectstore import ObjectStore, open_object_store

MAX_BLOB_BYTES: Final = MAX_ENVELOPE_BYTES


class BlobStore(Protocol):
    """Where bytes are kept under their digest."""

    @property
    def location(self) -> str:
        """Where it is, for messages."""

    def put(self, data: bytes) -> Digest:
        """Keep `data`, durably, and return its digest; what is there already stays.

        Raises:
            UsageError: More than `MAX_BLOB_BYTES`.
            UnavailableError: It cannot be written.
        """

    def get(self, digest: Digest) -> bytes:
        """Return the bytes whose SHA-256 is `digest`.

        Raises:
            UnavailableError: They are not there, or cannot be read.
            TamperedError: Other bytes are in their place.
        """


class FolderBlobs:
    """Blobs as files of a folder: `ab/cdef…` below it, readable by its owner alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def location(self) -> str:
        """The folder."""
        return str(self._folder)

    def put(self, data: bytes) -> Digest:
        """Keep `data` under its digest; a damaged copy that is in its place is replaced."""
        digest = checked_digest(data)
        path = self._path(digest)
        if not (path.exists() and self._read(path) == data):
            save_beneath(self._folder, path.relative_to(self._folder), data)
        return digest

    def get(self, digest: Digest) -> bytes:
        """Return the bytes under `digest`, compared with it."""
        path = self._path(digest)
        if not path.exists():
            raise absent_blob(digest, self.location)
        return checked_blob(self._read(path), digest, self.location)

    def _path(self, digest: Digest) -> Path:
        return self._folder / _name_of(digest)

    @staticmethod
    def _read(path: Path) -> bytes:
        """Return what is there; nothing of a file that is larger than any blob, for it is none."""
        if path.stat().st_size > MAX_BLOB_BYTES:
            return b""
        return load_file(path, max_bytes=MAX_BLOB_BYTES)


class ObjectBlobs:
    """Blobs as objects of an S3-compatible store: `PREFIX/ab/cdef…`."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects

    @property
    def location(self) -> str:
        """The bucket and the prefix."""
        return self._objects.location

    def put(self, data: bytes) -> Digest:
        """Keep `data` under its digest; a damaged copy that is in its place is replaced."""
        digest = checked_digest(data)
        name = _name_of(digest)
        if self._objects.create(name, data):
            return digest
        if self._objects.read(name, max_bytes=MAX_BLOB_BYTES) != data:
            self._objects.replace(name, data)
        return digest

    def get(self, digest: Digest) -> bytes:
        """Return the bytes under `digest`, compared with it."""
        data = self._objects.read(_name_of(digest), max_bytes=MAX_BLOB_BYTES)
        if data is None:
            raise absent_blob(digest, self.location)
        return checked_blob(data, digest, self.location)


def open_blob_store(location: str) -> BlobStore:
    """Return the store at `location`: `s3://…`, or the path of a folder.

    Raises:
        UsageError: Not such a URL, or what it needs is not installed or not set up.
    """
    if location.startswith("s3:"):
        return ObjectBlobs(open_object_store(location))
    if "://" in location:
        raise UsageError(
            f"no kind of blob store {location.partition(':')[0]!r}",
            hint="s3://BUCKET/PREFIX, or the path of a folder",
        )
    return FolderBlobs(Path(location))


def checked_digest(data: bytes) -> Digest:
    """Return the digest of `data`, refused where it is larger than a blob may be."""
    if len(data) > MAX_BLOB_BYTES:
        raise UsageError(f"{len(data)} bytes, where a blob has at most {MAX_BLOB_BYTES}")
    return sha256_of(data)


def checked_blob(data: bytes, digest: Digest, location: str) -> bytes:
    """Return `data`, which must be what `digest` names."""
    if sha256_of(data) != digest:
        raise TamperedError(f"the blob {digest} holds other bytes", where=location)
    return data


def absent_blob(digest: Digest, location: str) -> UnavailableError:
    """Return the error for a blob that is not there."""
    return UnavailableError(
        f"no blob {digest}", where=location, hint="restore it from a backup of the log"
    )


def _name_of(digest: Digest) -> str:
    if digest.algorithm != "sha256":
        raise UsageError(f"a blob under {digest.algorithm!r}, where sha256 names it")
    return f"{digest.hex[:2]}/{digest.hex[2:]}"
