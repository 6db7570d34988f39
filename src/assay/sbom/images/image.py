"""An image as a tree of files: its layers unpacked one by one, checked, and laid on each other.

Every layer is held to its digest, and to the digest that the configuration has of what comes out:
what is described is the image that was asked for, wherever its parts came from.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assay.core.errors import RejectedError, inside
from assay.sbom.images.rootfs import RootFolder
from assay.system.filetree import SlicedTree, TreeFile, TreeGap
from assay.system.layers import Extent, UnpackedLayer, unpack_layer
from assay.system.tarindex import index_tar

MAX_IMAGE_BYTES: Final = 64 * 2**30  # all layers, unpacked


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLayer:
    """A layer where it lies; `digest` is what it must have, empty where only `unpacked` is said."""

    extent: Extent
    digest: str
    unpacked: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image for one platform. `digest` is that of its manifest, or else its configuration."""

    name: str
    digest: str
    layers: tuple[StoredLayer, ...]


def build_tree(image: Image, scratch: Path) -> SlicedTree:
    """Unpack the layers into the folder `scratch`, and return the files of the root folder.

    Raises:
        RejectedError: A layer is another than its digest says.
        MalformedError: A layer cannot be read, or leads out of the image.
        UnavailableError: There is no room, or a program to unpack it is missing.
    """
    root = RootFolder()
    unpacked: list[UnpackedLayer] = []
    left = MAX_IMAGE_BYTES
    for number, layer in enumerate(image.layers):
        with inside(f"layers[{number}]"):
            found = unpack_layer(layer.extent, scratch / f"{number}.tar", max_bytes=left)
            _check_digests(layer, found)
            with found.file.open("rb") as file:
                root.add_layer(index_tar(file, size=found.size))
        unpacked.append(found)
        left -= found.size
    return _sliced(root, unpacked)


def check_count(layers: Sequence[object], unpacked: Sequence[object]) -> None:
    """Refuse a manifest and a configuration that do not speak of the same layers."""
    if len(layers) != len(unpacked):
        raise RejectedError(
            f"{len(layers)} layers, and {len(unpacked)} in the configuration", where="diff_ids"
        )


def _check_digests(layer: StoredLayer, found: UnpackedLayer) -> None:
    if layer.digest and layer.digest != found.packed:
        raise RejectedError(f"a layer that is {found.packed}, not {layer.digest}")
    if layer.unpacked != found.unpacked:
        raise RejectedError(f"a layer that unpacks to {found.unpacked}, not {layer.unpacked}")


def _sliced(root: RootFolder, layers: Sequence[UnpackedLayer]) -> SlicedTree:
    files: list[TreeFile] = []
    extents: dict[str, Extent] = {}
    for path, placed in root.files():
        layer, member = layers[placed.layer], placed.member
        files.append(
            TreeFile(
                path=path,
                size=member.size,
                executable=member.executable,
                layer=layer.unpacked,
            )
        )
        extents[path] = Extent(file=layer.file, offset=member.offset, size=member.size)
    gaps = tuple(sorted(TreeGap(path=path, why=why) for path, why in root.gaps))
    return SlicedTree(files=tuple(sorted(files)), gaps=gaps, extents=extents)
