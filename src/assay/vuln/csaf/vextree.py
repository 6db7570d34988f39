"""The product tree of a VEX document: each target once, under an id that is the same every time.

* What a purl says whole is a full product name. Versions and ranges that stand beside a name
  become branches, for the tree has no other place for them.
* A component inside a product is a relationship of the two.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from assay.core.purl import parse_purl
from assay.vuln.csaf.schema import CPE
from assay.vuln.csaf.urls import url_parts
from assay.vuln.ecosystems import ecosystem_of_purl
from assay.vuln.vex.statement import VexProduct, VexTarget

_BOM_LINK: Final = "https://cyclonedx.org/capabilities/bomlink/"
_HEX: Final = frozenset("0123456789abcdefABCDEF")
MIN_HASH: Final = 32  # hexadecimal digits; the schema takes no shorter ones


class ProductTree:
    """The products of a document: `ids` of each, and the tree that defines them."""

    def __init__(self, products: Iterable[VexProduct]) -> None:
        whole = sorted(set(products), key=repr)  # any order that is the same every time
        targets = sorted(
            {target for one in whole for target in (one.target, *one.subcomponents)}, key=repr
        )
        self._count = 0
        self._names: list[dict[str, object]] = []
        self._branches: list[dict[str, object]] = []
        self._relationships: list[dict[str, object]] = []
        self._targets = {target: tuple(self._define(target)) for target in targets}
        self._made: dict[tuple[str, str], str] = {}
        self.ids = {one: tuple(self._ids(one)) for one in whole}

    def as_json(self) -> dict[str, object]:
        """Return the object `product_tree`."""
        parts = {
            "branches": self._branches,
            "full_product_names": self._names,
            "relationships": self._relationships,
        }
        return {name: items for name, items in parts.items() if items}

    def _define(self, target: VexTarget) -> Iterator[str]:
        """Yield the id of each product that a target needs: one for each range or version."""
        limits = [("product_version_range", text) for text in _ranges(target)]
        limits += [("product_version", text) for text in _versions(target)]
        if not limits:
            yield self._name(target, label(target), self._names)
            return
        inside: list[dict[str, object]] = []
        for category, text in limits:
            named: list[dict[str, object]] = []
            yield self._name(target, f"{label(target)} {text}", named)
            inside.append({"category": category, "name": text, "product": named[0]})
        name = target.name or label(target)
        self._branches.append({"category": "product_name", "name": name, "branches": inside})

    def _name(self, target: VexTarget, name: str, names: list[dict[str, object]]) -> str:
        identifier = self._next()
        helper = _helper(target)
        named: dict[str, object] = {"name": name, "product_id": identifier}
        names.append(named | ({"product_identification_helper": helper} if helper else {}))
        return identifier

    def _ids(self, product: VexProduct) -> Iterator[str]:
        around = self._targets[product.target]
        if not product.subcomponents:
            yield from around
        for part in product.subcomponents:
            for component in self._targets[part]:
                for whole in around:
                    yield self._relate(
                        component, whole, f"{label(part)} in {label(product.target)}"
                    )

    def _relate(self, component: str, whole: str, name: str) -> str:
        if (component, whole) not in self._made:
            identifier = self._made[component, whole] = self._next()
            self._relationships.append(
                {
                    "category": "default_component_of",
                    "full_product_name": {"name": name, "product_id": identifier},
                    "product_reference": component,
                    "relates_to_product_reference": whole,
                }
            )
        return self._made[component, whole]

    def _next(self) -> str:
        self._count += 1
        return f"CSAFPID-{self._count:04}"


def label(target: VexTarget) -> str:
    """Return what people read; a target always has some name."""
    return target.label or "unnamed"


def uri_namespace(uri: str) -> str:
    """Return the namespace of a URI, empty where the text is none."""
    parts = url_parts(uri)
    if not uri.isascii() or not uri.isprintable() or " " in uri or not parts.scheme:
        return ""
    if uri.startswith("urn:cdx:"):
        return _BOM_LINK
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"


def unwritable(target: VexTarget) -> tuple[tuple[str, str], ...]:
    """Return what of a target CSAF has no place for, each with the reason."""
    ids = [
        (one, "CSAF takes no name that is no URI") for one in target.ids if not uri_namespace(one)
    ]
    good = _cpes(target)
    cpes = [(one, "CSAF takes one CPE for a product") for one in good[1:]]
    cpes += [(one, "CSAF takes no CPE of this form") for one in target.cpes if one not in good]
    hashes = [
        (one, "CSAF takes no hash of this form") for one in target.hashes if not _file_hash(one)
    ]
    return (*ids, *cpes, *hashes)


def _ranges(target: VexTarget) -> tuple[str, ...]:
    if target.all_versions and not target.ranges:
        return (f"vers:{_scheme(target.purl) if target.purl else 'generic'}/*",)
    return target.ranges


def _scheme(text: str) -> str:
    purl = parse_purl(text)
    known = ecosystem_of_purl(purl.type, purl.namespace)
    return (known.scheme if known is not None else "") or purl.type


def _versions(target: VexTarget) -> tuple[str, ...]:
    own = (target.version,) if target.version and not _purl_version(target) else ()
    return target.versions or (() if target.ranges else own)


def _purl_version(target: VexTarget) -> str:
    return parse_purl(target.purl).version if target.purl else ""


def _cpes(target: VexTarget) -> list[str]:
    return [one for one in target.cpes if re.match(CPE, one)]


def _helper(target: VexTarget) -> dict[str, object]:
    hashes = [found for found in map(_file_hash, target.hashes) if found]
    uris = [
        {"namespace": uri_namespace(one), "uri": one} for one in target.ids if uri_namespace(one)
    ]
    written: dict[str, object] = {
        "cpe": next(iter(_cpes(target)), ""),
        "purl": target.purl,
        "hashes": [{"file_hashes": [one], "filename": label(target)} for one in hashes],
        "x_generic_uris": uris,
    }
    return {name: value for name, value in written.items() if value}


def _file_hash(text: str) -> dict[str, str]:
    algorithm, _, value = text.partition(":")
    if not algorithm or len(value) < MIN_HASH or not _HEX.issuperset(value):
        return {}
    return {"algorithm": algorithm, "value": value}
