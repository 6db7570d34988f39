"""The parts of an OpenVEX statement that name something: vulnerabilities, products, hashes."""

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.vuln.vex.statement import VexProduct, VexTarget, VexVulnerability
from assay.vuln.vex.targets import any_version, join_products, parse_target

HASHES: Final[Mapping[str, str]] = MappingProxyType(  # OpenVEX's names, and ours
    {
        "md5": "md5",
        "sha1": "sha1",
        "sha-256": "sha256",
        "sha-384": "sha384",
        "sha-512": "sha512",
        "sha3-224": "sha3-224",
        "sha3-256": "sha3-256",
        "sha3-384": "sha3-384",
        "sha3-512": "sha3-512",
        "blake2s-256": "blake2s-256",
        "blake2b-256": "blake2b-256",
        "blake2b-512": "blake2b-512",
    }
)
_HEX: Final = re.compile(r"[0-9a-f]{32,128}\Z")
_COMPONENT: Final = frozenset({"@id", "identifiers", "hashes", "supplier"})
_IDENTIFIERS: Final = frozenset({"purl", "cpe22", "cpe23"})
_VULNERABILITY: Final = frozenset({"@id", "name", "description", "aliases"})


def read_vulnerability(statement: JsonValue, *, old: bool) -> VexVulnerability:
    """Read what a statement is about: an object, in 0.0 (`old`) a text.

    Raises:
        MalformedError: It has no name, or another form.
    """
    value = statement.field("vulnerability")
    if old:
        description = statement.optional_text("vuln_description")
        return VexVulnerability(name=_name(value), description=description)
    _refuse_foreign(value, _VULNERABILITY)
    return VexVulnerability(
        name=_name(value.field("name")),
        aliases=tuple(_name(item) for item in value.optional_items("aliases")),
        iri=value.optional_text("@id"),
        description=value.optional_text("description"),
    )


def read_products(statement: JsonValue, *, old: bool) -> tuple[VexProduct, ...]:
    """Read the products of a statement; in 0.0 (`old`) all of them have the same components.

    Raises:
        MalformedError: A product or component without a name that can be read.
    """
    if old:
        names = statement.optional_items("subcomponents")
        parts = tuple(_named(item) for item in names if item.text())
        products = (_named(item) for item in statement.optional_items("products"))
        return tuple(VexProduct(target=target, subcomponents=parts) for target in products)
    return join_products(tuple(_product(item) for item in statement.optional_items("products")))


def _product(value: JsonValue) -> VexProduct:
    inside = value.optional_items("subcomponents")
    parts = tuple(_component(item, _COMPONENT) for item in inside)
    return VexProduct(target=_component(value, _COMPONENT | {"subcomponents"}), subcomponents=parts)


def _component(value: JsonValue, known: frozenset[str]) -> VexTarget:
    """Read a component: its IRI, other names, and hashes.

    A member that is not known may narrow what is meant, so that it is not passed over.
    """
    _refuse_foreign(value, known)
    named = VexTarget()
    iri = value.optional("@id")
    if iri is not None:
        named = iri.parsed(parse_target)
    identifiers = value.optional("identifiers")
    if identifiers is not None:
        named = _with_identifiers(named, identifiers)
    if named == VexTarget():
        raise MalformedError("a product without a name", where=value.where)
    return any_version(replace(named, hashes=_hashes(value)))


def _with_identifiers(named: VexTarget, identifiers: JsonValue) -> VexTarget:
    _refuse_foreign(identifiers, _IDENTIFIERS)
    purl = identifiers.optional("purl")
    if purl is not None:
        found = purl.parsed(parse_target)
        if not found.purl:
            raise MalformedError(f"{purl.text()!r} is no package URL", where=purl.where)
        if named.purl not in {"", found.purl}:
            what = f"{found.purl} beside {named.purl}: which package is meant?"
            raise MalformedError(what, where=purl.where)
        raw = tuple(dict.fromkeys((*named.raw_purls, *found.raw_purls)))
        named = replace(named, purl=found.purl, raw_purls=raw)
    cpes = (identifiers.optional_text(name) for name in ("cpe23", "cpe22"))
    return replace(named, cpes=tuple(dict.fromkeys((*named.cpes, *filter(None, cpes)))))


def _hashes(value: JsonValue) -> tuple[str, ...]:
    hashes = value.optional("hashes")
    return () if hashes is None else tuple(sorted(map(_hash, hashes.members())))


def _hash(member: tuple[str, JsonValue]) -> str:
    algorithm, value = member[0], member[1]
    text = value.text().lower()
    if algorithm not in HASHES or not _HEX.match(text):
        raise MalformedError(f"{algorithm}:{text} is no hash that is known", where=value.where)
    return f"{HASHES[algorithm]}:{text}"


def _named(value: JsonValue) -> VexTarget:
    return any_version(value.parsed(parse_target))


def _name(value: JsonValue) -> str:
    if not value.text().strip():
        raise MalformedError("a vulnerability without a name", where=value.where)
    return value.text()


def _refuse_foreign(value: JsonValue, known: frozenset[str]) -> None:
    for name, member in value.members():
        if name not in known:
            raise MalformedError(f"OpenVEX knows no {name!r} here", where=member.where)
