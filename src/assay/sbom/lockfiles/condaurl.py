"""A package of conda by the URL of its archive, which says all of its name.

A purl names channel, platform and build, without which a version is not one package.
"""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from assay.core.errors import MalformedError
from assay.core.purl import build_purl
from assay.sbom.component import Component
from assay.sbom.lockfiles.pypisource import is_hash
from assay.sbom.lockfiles.reading import clean, purl_of

MAX_URL_CHARACTERS: Final = 2000  # above any that works everywhere; bounds the search in it
_URL: Final = re.compile(
    r"(?:https?|file)://(?P<place>[^#\s]*?)/(?P<subdir>[a-z0-9]+-[a-z0-9_]+|noarch)/"
    r"(?P<name>[^/#\s]+)-(?P<version>[^-/#\s]+)-(?P<build>[^-/#\s]+?)"
    r"(?P<type>\.conda|\.tar\.bz2)(?:#(?P<hash>\S+))?\Z"
)
VIRTUAL: Final = "__"  # how the name of what the machine itself has begins: `__glibc`
_BARE: Final = {32: "md5", 64: "sha256"}


def parse_conda_url(url: str) -> Component:
    """Return the package, with the hash that may stand behind `#`.

    Raises:
        MalformedError: No URL of a package of conda, or one with a hash that is none.
    """
    match = _URL.match(url) if len(url) <= MAX_URL_CHARACTERS else None
    if match is None:
        raise MalformedError(f"{clean(url)!r} is no URL of a package of conda")
    name, version = unquote(match["name"]), unquote(match["version"])
    purl_of("conda", name, version)  # refuses what no name holds
    qualifiers = {
        "build": unquote(match["build"]),
        "channel": clean(f"https://{match['place']}").removeprefix("https://"),
        "subdir": match["subdir"],
        "type": match["type"].removeprefix("."),
    }
    return Component(
        purl=str(build_purl("conda", "", name, version, qualifiers)),
        name=name,
        version=version,
        found_in=(),
        hashes=tuple(_hashes(match["hash"] or "")),
    )


def _hashes(text: str) -> Iterator[str]:
    """Yield the hash behind `#`: MD5 or SHA-256, by its length, or with its name before it."""
    if not text:
        return
    named = text if ":" in text else f"{_BARE.get(len(text), '')}:{text}"
    if not is_hash(named):
        raise MalformedError(f"{clean(text)!r} is no hash")
    yield named
