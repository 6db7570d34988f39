"""What describes an image: OCI index, manifest and configuration, and those of `docker save`.

OCI image specification 1.1 and Docker's manifest, version 2, schema 2. What is not read is refused:
a manifest of another version, a layer without a digest.
"""

import re
from dataclasses import dataclass
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.printable import printable
from assay.core.strictjson import parse_json

MAX_DOCUMENT_BYTES: Final = 4 * 2**20  # what registries accept; bounds memory
MAX_LAYERS: Final = 1000  # storage drivers stop at 127
INDEX_TYPES: Final = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
MANIFEST_TYPES: Final = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
CONFIG_TYPES: Final = (
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.docker.container.image.v1+json",
)
_REF_NAME: Final = "org.opencontainers.image.ref.name"
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}\Z|sha512:[0-9a-f]{128}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptor:
    """A pointer to content: its type, digest and size; what it is for, where it says so."""

    media_type: str
    digest: str
    size: int
    platform: str = ""  # `linux/amd64`, `linux/arm/v7`
    ref_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """An image for one platform: its configuration, and its layers, the lowest first."""

    config: Descriptor
    layers: tuple[Descriptor, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedImage:
    """An image in an archive of `docker save`: names of members, and the tags that it had."""

    config: str
    layers: tuple[str, ...]
    tags: tuple[str, ...]


def parse_index(data: bytes) -> tuple[Descriptor, ...]:
    """Return the manifests that an index names, attestations left out.

    Raises:
        MalformedError: Not strict JSON, or no index of version 2.
    """
    document = _document(data, INDEX_TYPES)
    found = tuple(_descriptor(item) for item in document.field("manifests").items())
    return tuple(item for item in found if item.platform != "unknown/unknown")


def parse_manifest(data: bytes) -> Manifest:
    """Read the manifest of an image for one platform.

    Raises:
        MalformedError: Not strict JSON, no manifest of version 2, or not of a container image.
    """
    document = _document(data, MANIFEST_TYPES)
    config = _descriptor(document.field("config"))
    if config.media_type not in CONFIG_TYPES:
        raise MalformedError(
            f"{config.media_type!r} is no container image", where="config.mediaType"
        )
    layers = tuple(_descriptor(item) for item in document.field("layers").items())
    if len(layers) > MAX_LAYERS:
        raise MalformedError(f"{len(layers)} layers, where at most {MAX_LAYERS} are read")
    return Manifest(config=config, layers=layers)


def parse_image_config(data: bytes) -> tuple[str, ...]:
    """Return the digests of the unpacked layers (`rootfs.diff_ids`), the lowest first.

    Raises:
        MalformedError: Not strict JSON, or no configuration of an image.
    """
    document = JsonValue(parse_json(data, max_bytes=MAX_DOCUMENT_BYTES))
    root = document.field("rootfs")
    if root.field("type").text() != "layers":
        raise MalformedError("a root folder that is not made of layers", where="rootfs.type")
    return tuple(item.parsed(_digest) for item in root.field("diff_ids").items())


def parse_saved_images(data: bytes) -> tuple[SavedImage, ...]:
    """Read the manifest.json of `docker save`.

    Raises:
        MalformedError: Not strict JSON, or no such list.
    """
    return tuple(
        SavedImage(
            config=item.field("Config").text(),
            layers=tuple(layer.text() for layer in item.field("Layers").items()),
            tags=tuple(tag.text() for tag in item.optional_items("RepoTags")),
        )
        for item in JsonValue(parse_json(data, max_bytes=MAX_DOCUMENT_BYTES)).items()
    )


def is_index(data: bytes) -> bool:
    """Tell whether a document is an index, not a manifest.

    Raises:
        MalformedError: Not strict JSON, or no object.
    """
    document = JsonValue(parse_json(data, max_bytes=MAX_DOCUMENT_BYTES))
    return document.optional("manifests") is not None


def _document(data: bytes, types: tuple[str, ...]) -> JsonValue:
    document = JsonValue(parse_json(data, max_bytes=MAX_DOCUMENT_BYTES))
    version = document.field("schemaVersion").integer()
    if version != 2:
        raise MalformedError(f"version {version} is not known", where="schemaVersion")
    media_type = document.optional_text("mediaType", types[0])
    if media_type not in types:
        raise MalformedError(f"{media_type!r} is not known", where="mediaType")
    return document


def _descriptor(value: JsonValue) -> Descriptor:
    platform = value.optional("platform")
    notes = value.optional("annotations")
    size = value.field("size").integer()
    if size < 0:
        raise MalformedError("a size below zero", where=f"{value.where}.size")
    return Descriptor(
        media_type=value.field("mediaType").text(),
        digest=value.field("digest").parsed(_digest),
        size=size,
        platform=_platform(platform) if platform is not None else "",
        ref_name=notes.optional_text(_REF_NAME) if notes is not None else "",
    )


def _platform(value: JsonValue) -> str:
    parts = (value.field("os").text(), value.field("architecture").text())
    variant = value.optional_text("variant")
    return printable("/".join((*parts, variant) if variant else parts), limit=100)


def _digest(text: str) -> str:
    if not _DIGEST.match(text):
        raise MalformedError(f"{text!r} is no digest", hint="sha256:… in lower case")
    return text
