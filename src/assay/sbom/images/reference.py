"""The name of an image in a registry: `HOST/NAME:TAG` or `HOST/NAME@sha256:…`.

OCI distribution specification 1.1. The host is always written: a name that means another image on
another machine's settings names nothing.
"""

import re
from dataclasses import dataclass
from typing import Final

from assay.core.errors import UsageError
from assay.core.printable import printable

_HOST: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?\Z")
_PART: Final = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_NAME: Final = re.compile(rf"{_PART}(?:/{_PART})*\Z")
_TAG: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}\Z")
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}\Z")
MAX_CHARACTERS: Final = 500
_HUB: Final = "docker.io"
_HUB_REGISTRY: Final = "registry-1.docker.io"
_LOOPBACK: Final = ("127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageReference:
    """An image: `reference` is a tag or a digest."""

    host: str  # with its port
    name: str
    reference: str

    def __str__(self) -> str:
        """Return the name as people write it."""
        joint = "@" if self.is_digest else ":"
        return f"{self.host}/{self.name}{joint}{self.reference}"

    @property
    def is_digest(self) -> bool:
        """Tell whether the name can mean only one image for ever."""
        return _DIGEST.match(self.reference) is not None

    @property
    def origin(self) -> str:
        """Return the start of the registry's URLs: `https` anywhere but on the loopback."""
        host = _HUB_REGISTRY if self.host == _HUB else self.host
        scheme = "http" if host.startswith(_LOOPBACK) else "https"
        return f"{scheme}://{host}"


def parse_reference(text: str) -> ImageReference:
    """Read the name of an image.

    Raises:
        UsageError: No host, name, tag or digest, or one of another form.
    """
    host, slash, rest = text.partition("/")
    path, at, reference = rest.partition("@")
    if not at:
        path, _, reference = rest.rpartition(":")
    sound = len(text) <= MAX_CHARACTERS and slash and _HOST.match(host) and _NAME.match(path)
    if not sound or not (_DIGEST if at else _TAG).match(reference):
        raise UsageError(
            "no name of an image",
            where=printable(text),
            hint="HOST/NAME:TAG or HOST/NAME@sha256:…, such as docker.io/library/alpine:3.20",
        )
    return ImageReference(host=host, name=path, reference=reference)
