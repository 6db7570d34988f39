"""Images from a registry (OCI distribution specification 1.1), fetched into a folder.

* What comes is held to its digest. A tag is asked for once, and everything below it by digest.
* A registry that wants a token says where to get one (`WWW-Authenticate: Bearer`). That is a URL
  from outside: it is followed only to the registry's own host, and to hosts that were named.
* A registry may send elsewhere for a layer. That is followed only to such hosts as well, and
  without the token.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlencode, urlsplit

from assay.core.errors import MalformedError, RejectedError, UnavailableError, inside
from assay.core.jsonvalue import JsonValue
from assay.core.printable import printable
from assay.core.strictjson import parse_json
from assay.sbom.images.documents import (
    INDEX_TYPES,
    MANIFEST_TYPES,
    MAX_DOCUMENT_BYTES,
    Descriptor,
    is_index,
)
from assay.sbom.images.image import Image
from assay.sbom.images.layout import check_blob, digest_of, resolve_image
from assay.sbom.images.reference import ImageReference
from assay.system.filehash import digest_file
from assay.system.http import FetchLimits, fetch_file
from assay.system.httpapi import ApiAnswer, ApiRequest, ask_api
from assay.system.layers import Extent

LIMITS: Final = FetchLimits(max_bytes=MAX_DOCUMENT_BYTES, seconds=60.0)
LAYER_LIMITS: Final = FetchLimits(max_bytes=32 * 2**30, seconds=3600.0)
# Where large registries keep their tokens and layers, besides their own hosts.
KNOWN_HOSTS: Final[Mapping[str, frozenset[str]]] = {
    "registry-1.docker.io": frozenset({"auth.docker.io", "production.cloudflare.docker.com"}),
    "ghcr.io": frozenset({"pkg-containers.githubusercontent.com"}),
    "registry.gitlab.com": frozenset({"gitlab.com", "cdn.registry.gitlab-static.net"}),
    "quay.io": frozenset({"cdn01.quay.io", "cdn02.quay.io", "cdn03.quay.io"}),
}
_ACCEPT: Final = ", ".join((*MANIFEST_TYPES, *INDEX_TYPES))
_CHALLENGE: Final = re.compile(r"\s*bearer\s+(.*)\Z", re.IGNORECASE | re.DOTALL)
_PARAMETER: Final = re.compile(r'\b([a-z]{1,40})="([^"]*)"')
_TOKEN: Final = re.compile(r"[!-~]{1,16384}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A user of a registry; both are empty for nobody in particular."""

    user: str
    password: str = field(repr=False)

    def header(self) -> dict[str, str]:
        """Return the header that says so."""
        if not self.user:
            return {}
        pair = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        return {"Authorization": f"Basic {pair}"}


@dataclass(slots=True, kw_only=True)
class Registry:
    """One repository of images: what is fetched from it lies below `folder`, by digest."""

    reference: ImageReference
    folder: Path
    hosts: frozenset[str]  # besides the registry's own
    credentials: Credentials
    _token: dict[str, str] = field(default_factory=dict, repr=False)

    def load_blob(self, blob: Descriptor) -> bytes:
        """Return a document that has the digest and the size that were asked for."""
        kind = "manifests" if blob.media_type in INDEX_TYPES + MANIFEST_TYPES else "blobs"
        if blob.size > MAX_DOCUMENT_BYTES:
            raise MalformedError(f"{blob.size} bytes, where at most {MAX_DOCUMENT_BYTES} are read")
        if kind == "blobs":
            extent = self.find_blob(blob)
            data = extent.file.read_bytes()
        else:
            data = self._ask(f"manifests/{blob.digest}").body
        with inside(blob.digest):
            check_blob(data, blob)
        return data

    def find_blob(self, blob: Descriptor) -> Extent:
        """Fetch a blob; one that was fetched before is not asked for again."""
        path = self.folder / blob.digest.replace(":", "-")
        if not path.exists():
            fetch_file(
                self._url(f"blobs/{blob.digest}"),
                into=path,
                hosts=self._all_hosts(),
                limits=LAYER_LIMITS,
                etag="",
                headers=self._token,
            )
        with inside(blob.digest):
            self._check_file(path, blob)
        return Extent(file=path, offset=0, size=blob.size)

    def find_manifest(self) -> Descriptor:
        """Ask for the manifest or index that the reference names."""
        answer = self._ask(f"manifests/{self.reference.reference}")
        digest = digest_of(answer.body)
        if self.reference.is_digest and digest != self.reference.reference:
            raise RejectedError(f"an image that is {digest}", where=str(self.reference))
        media_type = INDEX_TYPES[0] if is_index(answer.body) else MANIFEST_TYPES[0]
        return Descriptor(media_type=media_type, digest=digest, size=len(answer.body))

    def _check_file(self, path: Path, blob: Descriptor) -> None:
        digest = f"sha256:{digest_file(path, 'sha256').hex()}"
        if digest != blob.digest or path.stat().st_size != blob.size:
            raise RejectedError(f"content that is {digest}, {path.stat().st_size} bytes")

    def _ask(self, what: str) -> ApiAnswer:
        answer = self._send(self._url(what), self._token)
        if answer.status == 401 and not self._token:
            self._token = self._authorise(answer)
            answer = self._send(self._url(what), self._token)
        if answer.status != 200:
            raise UnavailableError(
                f"the registry answers {answer.status}",
                where=printable(str(self.reference)),
                hint="look at the name, or set ASSAY_REGISTRY_USER and ASSAY_REGISTRY_PASSWORD",
            )
        return answer

    def _authorise(self, answer: ApiAnswer) -> dict[str, str]:
        """Return the header that opens the registry, by the challenge that it answered with.

        Raises:
            RejectedError: The token is to be fetched from a host that was not named.
            UnavailableError: There is none.
        """
        challenge = answer.headers.get("www-authenticate", "")
        match = _CHALLENGE.match(challenge)
        if match is None:
            return self.credentials.header()
        said = dict(_PARAMETER.findall(match[1]))
        wanted = {key: said[key] for key in ("service", "scope") if key in said}
        wanted.setdefault("scope", f"repository:{self.reference.name}:pull")
        realm = said.get("realm", "")
        joint = "&" if "?" in realm else "?"
        token = self._send(f"{realm}{joint}{urlencode(wanted)}", self.credentials.header())
        if token.status != 200:
            raise UnavailableError(f"no token: the server answers {token.status}", where=realm)
        return {"Authorization": f"Bearer {parse_token(token.body)}"}

    def _send(self, url: str, headers: Mapping[str, str]) -> ApiAnswer:
        host = _host_of(url)
        if host not in self._all_hosts():
            raise RejectedError(
                f"the registry sends to the host {host!r}",
                where=printable(str(self.reference)),
                hint="if it belongs to the registry: --also-ask HOST",
            )
        return ask_api(
            ApiRequest(
                method="GET",
                url=url,
                host=host,
                headers={"Accept": _ACCEPT, **headers},
                body=None,
                authorities=None,
            ),
            limits=LIMITS,
        )

    def _url(self, what: str) -> str:
        return f"{self.reference.origin}/v2/{self.reference.name}/{what}"

    def _all_hosts(self) -> frozenset[str]:
        host = urlsplit(self.reference.origin).hostname or ""
        return self.hosts | KNOWN_HOSTS.get(host, frozenset()) | {host}


def fetch_image(registry: Registry, *, platform: str) -> Image:
    """Fetch the image that a reference names, for one platform.

    Raises:
        UsageError: There are several, for several platforms.
        RejectedError: Something is not what its digest says, or lies on another host.
        MalformedError: A document cannot be read.
        UnavailableError: The registry does not answer, or not with the image.
    """
    found = registry.find_manifest()
    name = printable(f"{registry.reference.host}/{registry.reference.name}")
    return resolve_image(registry, (found,), name=name, platform=platform)


def _host_of(url: str) -> str:
    """Return the host of a URL from outside, empty where it has none that can be read."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def parse_token(data: bytes) -> str:
    """Return the token that a registry's authority gave.

    Raises:
        MalformedError: Not strict JSON, or no token that could be sent.
    """
    document = JsonValue(parse_json(data, max_bytes=MAX_DOCUMENT_BYTES))
    token = document.optional_text("token") or document.optional_text("access_token")
    if not _TOKEN.match(token):
        raise MalformedError("no token")
    return token
