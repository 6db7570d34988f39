"""Images that `docker save` wrote: a tar file with manifest.json, configurations and layers."""

import posixpath
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from assay.core.errors import MalformedError, UnavailableError, UsageError, inside
from assay.core.printable import printable
from assay.sbom.images.documents import (
    MAX_DOCUMENT_BYTES,
    SavedImage,
    parse_image_config,
    parse_saved_images,
)
from assay.sbom.images.image import Image, StoredLayer, check_count
from assay.sbom.images.layout import digest_of
from assay.system.layers import Extent, open_extent
from assay.system.packed import format_of
from assay.system.tarindex import TarKind, TarMember, index_tar

MANIFEST: Final = "manifest.json"
MAX_ARCHIVE_MEMBERS: Final = 100_000


def open_saved_archive(path: Path, *, reference: str) -> Image:
    """Find one image in the archive at `path`; `reference` is one of its tags, or empty.

    The digest of the image is that of its configuration, which Docker calls its id.

    Raises:
        UsageError: No such file, or no one image of this tag.
        RejectedError: Manifest and configuration do not fit.
        MalformedError: It is no such archive.
        UnavailableError: It cannot be read.
    """
    members = _members(path)
    with inside(MANIFEST):
        saved = _choose(parse_saved_images(_content(path, members, MANIFEST)), reference)
    with inside(printable(saved.config)):
        config = _content(path, members, saved.config)
        unpacked = parse_image_config(config)
    check_count(saved.layers, unpacked)
    return Image(
        name=printable(reference or next(iter(saved.tags), path.name)),
        digest=digest_of(config),
        layers=tuple(
            StoredLayer(extent=_extent(path, members, layer), digest="", unpacked=diff_id)
            for layer, diff_id in zip(saved.layers, unpacked, strict=True)
        ),
    )


def _members(path: Path) -> dict[str, TarMember]:
    found: dict[str, TarMember] = {}
    try:
        with path.open("rb") as file, inside(printable(str(path))):
            if format_of(file.read(262)) not in {"tar", ""}:
                raise MalformedError("a packed file, not a tar archive", hint="unpack it first")
            for member in index_tar(file, size=path.stat().st_size):
                if member.name in found and member.kind is not TarKind.FOLDER:
                    raise MalformedError("a name that is there twice", where=repr(member.name))
                found[posixpath.normpath(member.name)] = member
    except FileNotFoundError as error:
        raise UsageError("no such file", where=printable(str(path))) from error
    except OSError as error:
        raise UnavailableError(
            f"cannot read: {error.strerror}", where=printable(str(path))
        ) from error
    return found


def _choose(saved: tuple[SavedImage, ...], reference: str) -> SavedImage:
    chosen = [image for image in saved if not reference or reference in image.tags]
    if len(chosen) == 1:
        return chosen[0]
    tags = sorted(printable(tag) for image in saved for tag in image.tags)
    raise UsageError(
        f"{len(chosen)} images {'of this tag' if reference else 'and no tag'}",
        hint=f"there are: {', '.join(tags) or 'none with a tag'}",
    )


def _extent(path: Path, members: Mapping[str, TarMember], name: str) -> Extent:
    """Return where a member lies; a layer that an image shares may be a link to its first place."""
    member = members.get(posixpath.normpath(name))
    if member is not None and member.kind in {TarKind.SYMLINK, TarKind.HARDLINK}:
        near = posixpath.dirname(name) if member.kind is TarKind.SYMLINK else ""
        member = members.get(posixpath.normpath(posixpath.join(near, member.link)))
    if member is None or member.kind is not TarKind.FILE:
        raise MalformedError("not in the archive", where=printable(name))
    return Extent(file=path, offset=member.offset, size=member.size)


def _content(path: Path, members: Mapping[str, TarMember], name: str) -> bytes:
    extent = _extent(path, members, name)
    if extent.size > MAX_DOCUMENT_BYTES:
        raise MalformedError(f"{extent.size} bytes, where at most {MAX_DOCUMENT_BYTES} are read")
    with open_extent(extent) as file:
        return file.read(extent.size)
