"""Products of a document as other parts know products: by purl, CPE, hashes, name and versions.

* A product of the tree is one thing. A product that a relationship makes is a component inside
  another product; one made of such a product again is more than can be said here.
* Versions come from the purl, else from the branches. A range is what its branch says, whether or
  not anybody can read it; a product without any version is not every version of it.
* Serial numbers, model numbers and article numbers narrow a product to some devices. Nobody here
  can compare them, so that such a product is never said to be understood.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.purl import parse_purl
from assay.vuln.csaf.view import Branches, Definition, View
from assay.vuln.vers import parse_vers
from assay.vuln.vex.statement import VexProduct, VexTarget
from assay.vuln.vex.targets import parse_target

_NARROWING: Final = ("model_numbers", "serial_numbers", "skus")
_ALGORITHMS: Final = frozenset(
    {"md5", "sha1", "sha256", "sha384", "sha512", "sha3-256", "sha3-384", "sha3-512"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Products:
    """The products of a document by id: those that are understood, and why others are not."""

    known: Mapping[str, VexProduct]
    unknown: Mapping[str, str]
    names: Mapping[str, str]  # of each product, as the document writes it

    def get(self, product: str) -> VexProduct:
        """Return a product.

        Raises:
            MalformedError: It is not defined, or not understood.
        """
        found = self.known.get(product)
        if found is None:
            why = self.unknown.get(product, "it is not in the product tree")
            raise MalformedError(f"the product {product!r}: {why}")
        return found


def products_of(view: View) -> Products:
    """Return the products that a document defines."""
    known: dict[str, VexProduct] = {}
    unknown: dict[str, str] = {}
    related = {value.field("full_product_name").where: value for value in view.relationships}
    single = [one for one in view.definitions if one.value.where not in related]
    for one in single:
        _put(known, unknown, one.id, _single(one))
    targets = {name: product.target for name, product in known.items()}
    for value in view.relationships:
        made = value.field("full_product_name").field("product_id").text()
        _put(known, unknown, made, _related(value, targets))
    return Products(
        known=MappingProxyType(known),
        unknown=MappingProxyType(unknown),
        names=MappingProxyType(
            {one.id: one.value.field("name").text() for one in view.definitions}
        ),
    )


def _put(
    known: dict[str, VexProduct], unknown: dict[str, str], name: str, found: VexProduct | str
) -> None:
    """Note a product, or why it is not understood; an id with two meanings has none."""
    if name in known or name in unknown:
        known.pop(name, None)
        unknown[name] = "it is defined twice"
    elif isinstance(found, str):
        unknown[name] = found
    else:
        known[name] = found


def _single(one: Definition) -> VexProduct | str:
    helper = one.value.optional("product_identification_helper") or JsonValue({})
    narrowing = [name for name in _NARROWING if helper.optional(name) is not None]
    if narrowing:
        return f"only some devices are meant, by {' and '.join(narrowing)}"
    try:
        target = _identified(helper)
    except MalformedError as error:
        return error.what
    return VexProduct(target=_with_versions(target, one))


def _related(value: JsonValue, targets: Mapping[str, VexTarget]) -> VexProduct | str:
    component = targets.get(value.field("product_reference").text())
    around = targets.get(value.field("relates_to_product_reference").text())
    if component is None or around is None:
        return "it is made of products that are not understood"
    return VexProduct(target=around, subcomponents=(component,))


def _identified(helper: JsonValue) -> VexTarget:
    """Return what the helper says.

    Raises:
        MalformedError: A purl that is none.
    """
    said = helper.optional("purl")
    purl = VexTarget() if said is None else parse_target(said.text())
    if purl.ids or purl.cpes:
        raise MalformedError(f"{helper.optional_text('purl')!r} is no package URL")
    cpe = helper.optional_text("cpe")
    uris = (item.field("uri").text() for item in helper.optional_items("x_generic_uris"))
    return VexTarget(
        purl=purl.purl,
        raw_purls=purl.raw_purls,
        cpes=(cpe,) if cpe else (),
        ids=tuple(dict.fromkeys(uris)),
        hashes=_hashes(helper),
    )


def _hashes(helper: JsonValue) -> tuple[str, ...]:
    found = set()
    for file in helper.optional_items("hashes"):
        for item in file.field("file_hashes").items():
            algorithm = item.field("algorithm").text().lower()
            name = algorithm if algorithm.startswith("sha3") else algorithm.replace("sha-", "sha")
            # Under another name it compares with nothing, and is still told.
            known = name if name in _ALGORITHMS else f"other-{name}"
            found.add(f"{known}:{item.field('value').text().lower()}")
    return tuple(sorted(found))


def _with_versions(target: VexTarget, one: Definition) -> VexTarget:
    """Return the target with the name and the versions that the branches say."""
    ranges = tuple(name for category, name in one.branches if category == "product_version_range")
    version = _last(one.branches, "product_version")
    purl = parse_purl(target.purl) if target.purl else None
    if purl is not None and (purl.version or purl.name == version):
        version = ""  # the purl says it; or the branch names the package once more
    identified = target.purl or target.cpes or target.ids or target.hashes
    full = one.value.field("name").text()
    name = "" if identified else _last(one.branches, "product_name") or full
    open_ = len(ranges) == 1 and not version and _is_everything(ranges[0])
    return VexTarget(
        purl=target.purl,
        raw_purls=target.raw_purls,
        ids=target.ids,
        cpes=target.cpes,
        hashes=target.hashes,
        name=name,
        version=version,
        ranges=() if open_ else ranges,
        all_versions=open_,
    )


def _last(branches: Branches, category: str) -> str:
    return next((name for kind, name in reversed(branches) if kind == category), "")


def _is_everything(text: str) -> bool:
    try:
        return parse_vers(text).is_every
    except MalformedError:
        return False
