"""Images in a folder: the OCI image layout, version 1.0.0, with its blobs under their digests."""

import hashlib
from pathlib import Path
from typing import Final, Protocol

from assay.core.errors import MalformedError, RejectedError, UsageError, inside
from assay.core.jsonvalue import JsonValue
from assay.core.printable import printable
from assay.core.strictjson import parse_json
from assay.sbom.images.choosing import choose_named, choose_platform
from assay.sbom.images.documents import (
    INDEX_TYPES,
    MAX_DOCUMENT_BYTES,
    Descriptor,
    parse_image_config,
    parse_index,
    parse_manifest,
)
from assay.sbom.images.image import Image, StoredLayer, check_count
from assay.system.files import load_file
from assay.system.layers import Extent

MAX_NESTING: Final = 4  # an index of indexes


class BlobStore(Protocol):
    """Where content lies under its digest."""

    def load_blob(self, blob: Descriptor) -> bytes:
        """Return a document that has the digest and the size that were asked for."""

    def find_blob(self, blob: Descriptor) -> Extent:
        """Return where a layer lies; its digest is checked when it is unpacked."""


class LayoutFolder:
    """The blobs of an OCI image layout."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def load_blob(self, blob: Descriptor) -> bytes:
        """Return a document that has the digest and the size that were asked for."""
        if blob.size > MAX_DOCUMENT_BYTES:
            raise MalformedError(f"{blob.size} bytes, where at most {MAX_DOCUMENT_BYTES} are read")
        with inside(blob.digest):
            data = load_file(self._path(blob), max_bytes=MAX_DOCUMENT_BYTES)
            check_blob(data, blob)
        return data

    def find_blob(self, blob: Descriptor) -> Extent:
        """Return where a layer lies."""
        path = self._path(blob)
        if not path.is_file():
            raise UsageError("a layer that is not in the layout", where=blob.digest)
        return Extent(file=path, offset=0, size=path.stat().st_size)

    def _path(self, blob: Descriptor) -> Path:
        algorithm, _, value = blob.digest.partition(":")
        return self.root / "blobs" / algorithm / value


def open_layout(root: Path, *, reference: str, platform: str) -> Image:
    """Find one image in the layout at `root`.

    Raises:
        UsageError: No layout, or no one image of this name and platform.
        RejectedError: A document is another than its digest says.
        MalformedError: A document cannot be read.
    """
    marked = load_file(root / "oci-layout", max_bytes=MAX_DOCUMENT_BYTES)
    version = JsonValue(parse_json(marked, max_bytes=MAX_DOCUMENT_BYTES))
    if version.field("imageLayoutVersion").text() != "1.0.0":
        raise MalformedError("a layout of another version than 1.0.0", where="oci-layout")
    listed = parse_index(load_file(root / "index.json", max_bytes=MAX_DOCUMENT_BYTES))
    if reference:
        listed = (choose_named(listed, reference),)
    name = reference or printable(root.resolve().name)
    return resolve_image(LayoutFolder(root), listed, name=name, platform=platform)


def resolve_image(
    store: BlobStore, listed: tuple[Descriptor, ...], *, name: str, platform: str
) -> Image:
    """Go down from what an index lists to the one image for `platform`.

    Raises:
        UsageError: No one image for this platform.
        RejectedError: A document is another than its digest says, or two do not fit.
        MalformedError: A document cannot be read.
    """
    for _ in range(MAX_NESTING):
        if len({item.digest for item in listed}) == 1 and listed[0].media_type in INDEX_TYPES:
            listed = parse_index(store.load_blob(listed[0]))
            continue
        chosen = choose_platform(listed, platform)
        if chosen.media_type not in INDEX_TYPES:
            return read_image(store, chosen, store.load_blob(chosen), name=name)
        listed = (chosen,)
    raise MalformedError(f"over {MAX_NESTING} levels of indexes")


def read_image(store: BlobStore, blob: Descriptor, manifest: bytes, *, name: str) -> Image:
    """Return the image of a manifest that was checked.

    Raises:
        RejectedError: A document is another than its digest says, or two do not fit.
        MalformedError: A document cannot be read.
    """
    found = parse_manifest(manifest)
    unpacked = parse_image_config(store.load_blob(found.config))
    check_count(found.layers, unpacked)
    return Image(
        name=name,
        digest=blob.digest,
        layers=tuple(
            StoredLayer(extent=store.find_blob(layer), digest=layer.digest, unpacked=diff_id)
            for layer, diff_id in zip(found.layers, unpacked, strict=True)
        ),
    )


def check_blob(data: bytes, blob: Descriptor) -> None:
    """Refuse content that is not what its digest and size say.

    Raises:
        RejectedError: It is something else.
    """
    digest = digest_of(data)
    if digest != blob.digest or len(data) != blob.size:
        raise RejectedError(
            f"{len(data)} bytes that are {digest}, not {blob.size} that are {blob.digest}"
        )


def digest_of(data: bytes) -> str:
    """Return the digest by which content is called: SHA-256."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
