"""Products and components of a VEX statement: made from texts, SBOM components and digests."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final
from urllib.parse import unquote

from assay.core.errors import MalformedError
from assay.core.purl import build_purl, canonical_purl, parse_purl
from assay.core.strictjson import render_canonical_json
from assay.sbom.component import UNNAMED, Component
from assay.vuln.vex.statement import VexProduct, VexTarget

BOM_LINK: Final = "urn:cdx:"


def parse_target(text: str) -> VexTarget:
    """Return the target that one name means: a purl, a CPE, an unnamed component, or any other.

    Raises:
        MalformedError: It is empty, or begins as a purl and is none.
    """
    if not text:
        raise MalformedError("a product without a name")
    if text.lower().startswith("pkg:"):
        purl = canonical_purl(text)
        return VexTarget(purl=purl, raw_purls=() if text == purl else (text,))
    if text.startswith(("cpe:2.3:", "cpe:/")):
        return VexTarget(cpes=(text,))
    if text.startswith(UNNAMED):
        name, _, version = text.removeprefix(UNNAMED).partition("@")
        return VexTarget(name=unquote(name), version=unquote(version))
    return VexTarget(ids=(text,))


def component_target(component: Component) -> VexTarget:
    """Return a component of an SBOM as a target."""
    return VexTarget(
        purl=component.purl,
        raw_purls=component.raw_purls,
        cpes=component.cpes,
        hashes=component.hashes,
        name=component.name,
        version=component.version,
    )


def own_version(target: VexTarget) -> str:
    """Return the version that a target names itself: that of the purl, or its own word."""
    return (parse_purl(target.purl).version if target.purl else "") or target.version


def versioned_purl(target: VexTarget) -> str:
    """Return the purl of a target with its version, from `version` where the purl has none."""
    version = own_version(target)
    return with_version(target.purl, version) if target.purl and version else target.purl


def with_version(text: str, version: str) -> str:
    """Return a purl at another version.

    Raises:
        MalformedError: A version that its type cannot have.
    """
    purl = parse_purl(text)
    qualifiers = dict(purl.qualifiers)
    return str(build_purl(purl.type, purl.namespace, purl.name, version, qualifiers, purl.subpath))


def join_products(products: tuple[VexProduct, ...]) -> tuple[VexProduct, ...]:
    """Return products of one target as one product with all their components.

    One without components stays apart: it speaks of the whole product.
    """
    whole = [product for product in products if not product.subcomponents]
    inside: dict[VexTarget, list[VexTarget]] = {}
    for product in products:
        if product.subcomponents:
            inside.setdefault(product.target, []).extend(product.subcomponents)
    parts = (
        VexProduct(target=target, subcomponents=tuple(dict.fromkeys(found)))
        for target, found in inside.items()
    )
    return (*dict.fromkeys(whole), *parts)


def any_version(target: VexTarget) -> VexTarget:
    """Return the target, meaning every version where it names none (OpenVEX's purl matching)."""
    open_ = bool(target.purl) and not own_version(target)
    return replace(target, all_versions=True) if open_ else target


def unique_objects(items: Iterable[dict[str, object]]) -> list[dict[str, object]]:
    """Return JSON objects in their order, each once."""
    return list({render_canonical_json(item): item for item in items}.values())


def exact_time(at: datetime) -> str:
    """Return an RFC 3339 time in UTC with the fraction of a second that it has.

    The newest of several statements counts, and documents are made within one second.
    """
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat()}Z"
