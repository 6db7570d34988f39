"""The readers of SBOMs, in every format that we write; the examples are written here."""

from typing import Final

from assay.core.notchecked import NotChecked
from assay.sbom.component import Component, Inventory, Sbom
from assay.sbom.formats.writer import FORMATS, render_sbom
from fuzz.target import raw, text, value

_LIBRARY: Final = Component(
    purl="pkg:npm/%40a/b@1",
    name="@a/b",
    version="1",
    found_in=("package-lock.json",),
    hashes=("h1:x", f"sha256:{'a' * 64}"),
    depends_on=("pkg:npm/c@2",),
    direct=True,
    raw_purls=("pkg:NPM/%40a/b@1",),
    licences=("MIT OR Apache-2.0", "Zlib"),
    raw_licences=("mine",),
    supplier="S",
    cpes=("cpe:/a:a:a", "cpe:2.3:a:a:a:1:*:*:*:*:*:*:*"),
    methods=("other",),
    edges_known=True,
)
_OTHER: Final = Component(
    purl="pkg:npm/c@2", name="c", version="2", found_in=(), development=True, edges_known=True
)
_NOTE: Final = NotChecked(what="lock file", where="uv.lock", why="not TOML")
_SBOM: Final = Sbom(
    inventory=Inventory(components=(_LIBRARY, _OTHER), not_checked=(_NOTE,)),
    subject=Component(purl="pkg:generic/p@1", name="p", version="1", found_in=(), depends_on=()),
    created_at="2026-01-01T00:00:00Z",
    authors=("A",),
    tools=("t 1",),
    aggregate="incomplete",
)


def _written(*names: str) -> tuple[bytes, ...]:
    return tuple(render_sbom(_SBOM, format_=name) for name in names or FORMATS)


TARGETS: Final = (
    raw("assay.core.strictxml:parse_xml", lambda: _written("cyclonedx-1.6-xml"), max_bytes=2**20),
    raw("assay.sbom.formats.reader:parse_sbom", _written),
    value("assay.sbom.formats.cyclonedxread:read_cyclonedx", lambda: _written("cyclonedx-1.7")),
    value("assay.sbom.formats.spdx2read:read_spdx2", lambda: _written("spdx-2.3")),
    value("assay.sbom.formats.spdx3read:read_spdx3", lambda: _written("spdx-3.0")),
    text("assay.sbom.licence:parse_licence", lambda: (b"(MIT OR Zlib) AND Apache-2.0",)),
)
